# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CA and CRL files are worth: every date at its boundary, every kind, every signature; each message with its numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import reader as x509_reader
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import blocks_of, check_files, ends
from support import odd_x509
from support.pki import Authority

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone.utc)
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
FILES = {'CAFile': 'ca.pem', 'CrlFile': 'crl.pem'}
LONG = {'not_before': NOW - 1000 * DAY, 'not_after': NOW + 1000 * DAY}
FRESH = {'last_update': NOW - DAY, 'next_update': NOW + 100 * DAY}

CA = Authority('Test CA', **LONG)
OTHER = Authority('Other CA', **LONG)
TWIN = Authority('Test CA', **LONG)
CRL = CA.crl(**FRESH)


def found(ca, crl=None, warn_days=30, now=NOW):
    """Return the codes of the problems."""
    return [problem.code for problem in check_files(ca, crl, now, warn_days, FILES)]


def built(usage=None, constraints=None, name='Test CA', key=None):
    """Return a self-signed certificate in PEM that the PKI of the tests would not make, and its key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(LONG['not_before']).not_valid_after(LONG['not_after'])
    for extension in (usage, constraints):
        if extension is not None:
            builder = builder.add_extension(extension, critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), key


def key_usage(**bits):
    names = (
        'digital_signature',
        'content_commitment',
        'key_encipherment',
        'data_encipherment',
        'key_agreement',
        'key_cert_sign',
        'crl_sign',
        'encipher_only',
        'decipher_only',
    )
    return x509.KeyUsage(**{**dict.fromkeys(names, False), **bits})


def list_by(key, name, number=2):
    """Return a CRL in PEM by a key, without the extension that names the key."""
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer)
    builder = builder.last_update(FRESH['last_update']).next_update(FRESH['next_update'])
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_sound_pair_has_no_problems():
    assert found(CA.pem, CRL) == []


def test_order_duplicates_line_ends_and_text_between_make_no_difference():
    mixed = b'# our CAs\n' + (OTHER.pem + CA.pem + b'and again\n' + CA.pem).replace(b'\n', b'\r\n')
    assert found(mixed, CRL + OTHER.crl(**FRESH) + CRL) == []
    old = Authority('Old CA', not_before=NOW - 20 * DAY, not_after=NOW - DAY).pem
    assert found(old * 3) == ['ca_expired']


# Boundaries are OpenSSL's: over at the very second.
@pytest.mark.parametrize(
    'end, code',
    (
        (NOW - SECOND, 'ca_expired'),
        (NOW, 'ca_expired'),
        (NOW + SECOND, 'ca_expires_soon'),
        (NOW + 30 * DAY, 'ca_expires_soon'),
        (NOW + 30 * DAY + SECOND, None),
    ),
)
def test_the_end_of_a_ca(end, code):
    assert found(Authority('A', not_before=NOW - 2000 * DAY, not_after=end).pem) == ([code] if code else [])


@pytest.mark.parametrize('start, codes', ((NOW, []), (NOW + SECOND, ['ca_not_yet_valid'])))
def test_the_beginning_of_a_ca(start, codes):
    assert found(Authority('A', not_before=start, not_after=NOW + 1000 * DAY).pem) == codes


@pytest.mark.parametrize(
    'end, code',
    (
        (NOW - SECOND, 'crl_expired'),
        (NOW, 'crl_expired'),
        (NOW + SECOND, 'crl_expires_soon'),
        (NOW + 30 * DAY, 'crl_expires_soon'),
        (NOW + 30 * DAY + SECOND, None),
    ),
)
def test_the_end_of_a_crl(end, code):
    assert found(CA.pem, CA.crl(last_update=NOW - 2000 * DAY, next_update=end)) == ([code] if code else [])


@pytest.mark.parametrize('start, codes', ((NOW, []), (NOW + SECOND, ['crl_not_yet_valid'])))
def test_the_beginning_of_a_crl(start, codes):
    assert found(CA.pem, CA.crl(last_update=start, next_update=NOW + 100 * DAY)) == codes


def test_no_warning_with_warn_days_0():
    assert found(Authority('A', not_before=NOW - DAY, not_after=NOW + DAY).pem, warn_days=0) == []


def test_messages_have_subject_date_and_days():
    old = Authority('A', not_before=NOW - 20 * DAY, not_after=NOW - 12 * DAY).pem
    ending = Authority('B', not_before=NOW - DAY, not_after=NOW + DAY).pem
    problems = check_files(old + ending, CA.crl(last_update=NOW - 9 * DAY, next_update=NOW - 2 * DAY), NOW, 30, FILES)
    assert [(problem.file, problem.line, problem.keyword, problem.message) for problem in problems] == [
        ('ca.pem', 1, 'CAFile', 'CN=A expired on 2026-11-12 12:00 UTC, 12 days ago.'),
        ('ca.pem', 1 + old.count(b'\n'), 'CAFile', 'CN=B expires on 2026-11-25 12:00 UTC, in 1 day.'),
        ('crl.pem', 1, 'CrlFile', 'The CRL of CN=Test CA was to be replaced by 2026-11-22 12:00 UTC, 2 days ago.'),
        ('crl.pem', 1, 'CrlFile', 'The CRL of CN=Test CA is by an issuer that is not in the CA file.'),
    ]


# name: key usage, basic constraints, codes
KINDS = {
    'no extensions': (None, None, ['not_a_ca']),
    'constraints alone': (None, x509.BasicConstraints(True, None), []),
    'a leaf': (key_usage(digital_signature=True), x509.BasicConstraints(False, None), ['not_a_ca']),
    'usage without constraints': (key_usage(key_cert_sign=True), None, ['not_a_ca']),
    'constraints, but no keyCertSign': (key_usage(crl_sign=True), x509.BasicConstraints(True, None), ['not_a_ca']),
    'keyCertSign': (key_usage(key_cert_sign=True), x509.BasicConstraints(True, 0), []),
}


@pytest.mark.parametrize('name', sorted(KINDS))
def test_what_is_a_ca(name):
    usage, constraints, codes = KINDS[name]
    assert found(built(usage, constraints)[0]) == codes


def test_a_crl_by_an_issuer_that_is_not_there():
    assert found(OTHER.pem, CRL) == ['crl_issuer_unknown']


def test_a_crl_by_another_key_of_the_same_name():
    assert found(TWIN.pem, CRL) == ['crl_issuer_unknown']
    assert found(TWIN.pem + CA.pem, CRL) == []


def test_a_crl_with_a_wrong_signature():
    unnamed = list_by(TWIN.key, 'Test CA')
    assert found(CA.pem, unnamed) == ['crl_signature_invalid']
    assert found(CA.pem + TWIN.pem, unnamed) == []


def test_a_crl_that_was_changed():
    crl = x509.load_pem_x509_crl(CRL)
    der = crl.public_bytes(serialization.Encoding.DER)
    broken = der[:-1] + bytes([der[-1] ^ 1])
    pem = x509.load_der_x509_crl(broken).public_bytes(serialization.Encoding.PEM)
    assert found(CA.pem, pem) == ['crl_signature_invalid']


def test_a_crl_by_a_ca_that_may_not_sign_crls():
    pem, key = built(key_usage(key_cert_sign=True), x509.BasicConstraints(True, None))
    assert found(pem, list_by(key, 'Test CA')) == ['crl_signature_invalid']


def test_names_are_compared_as_openssl_does():
    pem, key = built(None, x509.BasicConstraints(True, None), name='Test  CA')
    assert found(pem, list_by(key, 'TEST CA')) == []


def test_without_a_ca_file_the_issuer_is_not_judged():
    assert found(None, CRL) == []


@pytest.mark.parametrize('label, keyword', (('CERTIFICATE', 'ca'), ('X509 CRL', 'crl')))
def test_a_block_that_is_der_and_nothing_more_is_broken(label, keyword):
    pem = f'-----BEGIN {label}-----\nMAMCAQU=\n-----END {label}-----\n'.encode()
    (problem,) = check_files(pem if keyword == 'ca' else None, pem if keyword == 'crl' else None, NOW, 30, FILES)
    assert (problem.code, problem.line) == ('not_pem', 1)


def test_what_is_not_pem_is_told_before_anything_else():
    assert found(b'', b'') == ['not_pem', 'not_pem']
    assert found(CRL, CA.pem) == ['no_certificate', 'no_crl']


def test_each_distinct_file_is_read_once():
    x509_reader.read_certificate.cache_clear()
    for _server in range(4):
        assert found(CA.pem + OTHER.pem, CRL + OTHER.crl(**FRESH)) == []
    assert x509_reader.read_certificate.cache_info().misses == 2


def test_ends_of_what_is_in_both_files():
    ca, crl = (blocks_of(content, file) for content, file in ((CA.pem + OTHER.pem + CA.pem, 'ca.pem'), (CRL, 'crl.pem')))
    told = [(one['keyword'], one['file'], one['name'], one['days_left']) for one in ends(ca, crl, NOW)]
    assert told == [
        ('CAFile', 'ca.pem', 'CN=Other CA', 1000),
        ('CAFile', 'ca.pem', 'CN=Test CA', 1000),
        ('CrlFile', 'crl.pem', 'CN=Test CA', 100),
    ]
    assert [one['days_left'] for one in ends(None, crl, NOW + 100 * DAY + SECOND)] == [-1]
    assert ends(None, None, NOW) == []
    assert ends(blocks_of(b'nothing', 'ca.pem'), None, NOW) == []


def test_what_ends_the_analysis_ends_neither_the_task_nor_what_was_found():
    """No date is that many days ahead."""
    problems = check_files(CA.pem, CRL + b'-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n', NOW, 10**12, FILES)
    assert [(problem.code, problem.file, problem.is_error) for problem in problems] == [
        ('analysis_incomplete', 'ca.pem', False),
        ('not_pem', 'crl.pem', True),
        ('analysis_incomplete', 'crl.pem', False),
    ]
    assert 'OverflowError' in problems[0].message


def test_what_can_not_be_read_in_all_parts_is_told():
    pem, _key = built(constraints=x509.UnrecognizedExtension(x509.BasicConstraints.oid, odd_x509.UNREADABLE))
    (problem,) = check_files(pem, None, NOW, 30, FILES)
    assert (problem.code, problem.line) == ('analysis_incomplete', 1)
    assert problem.message == "The certificate of CN=Test CA: basicConstraints not checked: it can't be read."
