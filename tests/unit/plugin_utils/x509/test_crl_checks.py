# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each CRL at its boundaries, by itself and against the CAs; each verdict is what OpenSSL does with it."""

from __future__ import annotations

import pathlib
import ssl

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import Mailer
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import check_files
from support.pki import Authority, days_from_now, key_usage
from support.trust_checks import (
    DAY,
    FILES,
    FRESH,
    HOST,
    LONG,
    NOW,
    SECOND,
    as_if_sha1,
    built,
    list_by,
    openssl_says,
    partial,
    reissued,
    reported,
    severities,
)

CA_THEN = Authority('Test CA', **LONG)
OTHER_THEN = Authority('Other CA', **LONG)
TWIN_THEN = Authority('Test CA', **LONG)
CRL_THEN = CA_THEN.crl(**FRESH)


VECTORS = pathlib.Path(cryptography_vectors.__file__).parent / 'x509'
CA, OTHER = Authority('Test CA'), Authority('Other CA')
ISSUING = Authority('Issuing CA', parent=CA)


@pytest.mark.parametrize(
    ('end', 'codes'),
    (
        pytest.param(NOW - SECOND, ['crl_expired'], id='a second ago'),
        pytest.param(NOW, ['crl_expired'], id='now'),
        pytest.param(NOW + SECOND, ['crl_expires_soon'], id='in a second'),
        pytest.param(NOW + 30 * DAY, ['crl_expires_soon'], id='in 30 days'),
        pytest.param(NOW + 30 * DAY + SECOND, [], id='in 30 days and a second'),
    ),
)
def test_the_end_of_a_crl(end, codes):
    assert reported(CA_THEN.pem, CA_THEN.crl(last_update=NOW - 2000 * DAY, next_update=end)) == codes


@pytest.mark.parametrize(('start', 'codes'), ((NOW, []), (NOW + SECOND, ['crl_not_yet_valid'])), ids=('now', 'in a second'))
def test_the_beginning_of_a_crl(start, codes):
    assert reported(CA_THEN.pem, CA_THEN.crl(last_update=start, next_update=NOW + 100 * DAY)) == codes


def test_a_crl_by_an_issuer_that_is_not_there():
    assert reported(OTHER_THEN.pem, CRL_THEN) == ['crl_issuer_unknown']


def test_a_crl_by_another_key_of_the_same_name():
    assert reported(TWIN_THEN.pem, CRL_THEN) == ['crl_issuer_unknown']
    assert reported(TWIN_THEN.pem + CA_THEN.pem, CRL_THEN) == []


def test_a_crl_with_a_wrong_signature():
    unnamed = list_by(TWIN_THEN.key, 'Test CA')
    assert reported(CA_THEN.pem, unnamed) == ['crl_signature_invalid']
    assert reported(CA_THEN.pem + TWIN_THEN.pem, unnamed) == []


def test_a_crl_that_was_changed():
    crl = x509.load_pem_x509_crl(CRL_THEN)
    der = crl.public_bytes(serialization.Encoding.DER)
    broken = der[:-1] + bytes([der[-1] ^ 1])
    pem = x509.load_der_x509_crl(broken).public_bytes(serialization.Encoding.PEM)
    assert reported(CA_THEN.pem, pem) == ['crl_signature_invalid']


def test_a_crl_by_a_ca_that_may_not_sign_crls():
    pem, key = built(key_usage(key_cert_sign=True), x509.BasicConstraints(True, None))
    assert reported(pem, list_by(key, 'Test CA')) == ['crl_signature_invalid']


def test_names_are_compared_as_openssl_does():
    pem, key = built(None, x509.BasicConstraints(True, None), name='Test  CA')
    assert reported(pem, list_by(key, 'TEST CA')) == []


def test_without_a_ca_file_the_issuer_is_not_checked():
    assert reported(None, CRL_THEN) == []


def listed(extension, critical=True):
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.name).last_update(days_from_now(-1))
    builder = builder.next_update(days_from_now(100)).add_extension(extension, critical=critical)
    return builder.sign(CA.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_an_old_crl_may_be_listed_beside_the_current_one(tmp_path):
    old, current = CA.crl(next_update=days_from_now(-1)), CA.crl(number=2)
    early = CA.crl(number=3, last_update=days_from_now(5))
    server = CA.issue([HOST])
    for crl in (old + current, current + old):
        assert severities(CA.pem, crl) == [('crl_expired', 'warning')]
        assert openssl_says(CA.pem, crl, server, tmp_path) == 0
    assert severities(CA.pem, current + early) == [('crl_not_yet_valid', 'warning')]
    assert openssl_says(CA.pem, early + current, server, tmp_path) == 0
    assert severities(CA.pem, old) == [('crl_expired', 'error')]
    assert openssl_says(CA.pem, old, server, tmp_path) == 12


def test_a_ca_without_a_crl_is_reported_where_another_has_one(tmp_path):
    assert severities(CA.pem + OTHER.pem, CA.crl()) == [('crl_missing', 'warning')]
    assert openssl_says(CA.pem + OTHER.pem, CA.crl(), OTHER.issue([HOST]), tmp_path) == 3


def test_many_cas_without_a_crl_are_one_problem():
    others = [Authority(f'CA {number}') for number in range(9)]
    (problem,) = check_files(b''.join(one.pem for one in others), others[0].crl(), days_from_now(0), 30, FILES)
    assert problem.message.startswith(
        'There is no CRL of 8 CAs (CN=CA 1; CN=CA 2; CN=CA 3; CN=CA 4; CN=CA 5 and 3 more), each of the CA file: '
    )
    assert (problem.file, problem.line) == ('crl.pem', None)


def test_a_root_above_needs_a_crl_only_where_the_whole_chain_is_checked(tmp_path):
    both = CA.pem + ISSUING.pem
    server = ISSUING.issue([HOST])
    assert severities(both, ISSUING.crl()) == [('crl_missing', 'info')]
    assert openssl_says(both, ISSUING.crl(), server, tmp_path) == 0
    assert openssl_says(both, ISSUING.crl(), server, tmp_path, ssl.VERIFY_CRL_CHECK_CHAIN) == 3
    assert severities(both, ISSUING.crl() + CA.crl()) == []


CHAIN, CHAIN_AND_PUBLIC = Mailer(checks_chain=True), Mailer(checks_chain=True, trusts_others=True)
DEEP = Authority('Deep CA', parent=ISSUING)
# CAs, those with a CRL, the mailer, the severity of what is missing; a CA of the file whose certificates OpenSSL accepts, if any.
CHAINS = {
    'all have a CRL': ([CA, ISSUING], [CA, ISSUING], CHAIN, None, ISSUING),
    'the root lacks one': ([CA, ISSUING], [ISSUING], CHAIN, 'error', None),
    'the root lacks one, others are trusted': ([CA, ISSUING], [ISSUING], CHAIN_AND_PUBLIC, 'warning', None),
    'the one between lacks one': ([CA, ISSUING, DEEP], [CA, DEEP], CHAIN, 'warning', CA),
    'the lowest lacks one': ([CA, ISSUING], [CA], CHAIN, 'warning', CA),
    'another root has one': ([CA, ISSUING, OTHER], [ISSUING, OTHER], CHAIN, 'warning', OTHER),
    'another root lacks one, too': ([CA, ISSUING, OTHER], [ISSUING], CHAIN, 'error', None),
    'the root is not there': ([ISSUING, DEEP], [ISSUING], CHAIN, 'warning', None),
}


@pytest.mark.parametrize('name', CHAINS)
def test_where_the_whole_chain_is_checked_a_set_that_can_accept_nothing_is_an_error(name, tmp_path):
    cas, listed, mailer, severity, accepted = CHAINS[name]
    ca, crl = b''.join(one.pem for one in cas), b''.join(one.crl() for one in listed)
    found = [one for one in severities(ca, crl, mailer) if one[0] == 'crl_missing']
    assert {one[1] for one in found} == ({severity} if severity else set())
    accepting = [one for one in cas if openssl_says(ca, crl, one.issue([HOST]), tmp_path, ssl.VERIFY_CRL_CHECK_CHAIN) == 0]
    assert (accepted in accepting) if accepted else not accepting


def test_of_cas_that_can_not_all_be_read_nothing_is_certain():
    unread, _key = built(constraints=x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), bytes(1 << 17)), name='Big CA')
    found = severities(CA.pem + ISSUING.pem + unread, ISSUING.crl(), CHAIN._replace(needs_root=True))
    assert found == [('analysis_incomplete', 'warning'), ('crl_missing', 'info')]


def test_the_crl_of_an_intermediate_that_is_not_in_the_ca_file_works_and_is_a_warning(tmp_path):
    crl = CA.crl() + ISSUING.crl()
    assert severities(CA.pem, crl) == [('crl_issuer_unknown', 'warning')]
    assert openssl_says(CA.pem, crl, ISSUING.issue([HOST]), tmp_path) == 0
    assert severities(OTHER.pem, crl) == [('crl_issuer_unknown', 'error'), ('crl_issuer_unknown', 'error')]


def test_a_crl_that_is_signed_with_sha1_is_weak_and_not_forged() -> None:
    pkits = VECTORS / 'PKITS_data'
    ca = x509.load_der_x509_certificate((pkits / 'certs' / 'DSACACert.crt').read_bytes())
    crl = x509.load_der_x509_crl((pkits / 'crls' / 'DSACACRL.crl').read_bytes())
    pems = [thing.public_bytes(serialization.Encoding.PEM) for thing in (ca, crl)]
    assert severities(*pems) == [('weak_key', 'warning'), ('weak_signature', 'warning')]
    signer = Authority('RSA CA')
    signer.key = rsa.generate_private_key(65537, 2048)
    forged = as_if_sha1(signer.crl())
    assert severities(reissued(signer), forged) == [('weak_signature', 'warning'), ('crl_signature_invalid', 'error')]


@pytest.mark.parametrize(
    ('extension', 'reason'),
    (
        pytest.param(partial(indirect_crl=True), 'it is an indirect CRL', id='indirect'),
        pytest.param(
            partial(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])),
            'it is for some reasons of revocation alone',
            id='some reasons',
        ),
        pytest.param(
            partial(only_contains_attribute_certs=True), 'it is for attribute certificates alone', id='attribute certificates'
        ),
    ),
)
def test_a_crl_that_openssl_ignores_is_reported(tmp_path, extension, reason):
    crl = listed(extension)
    problems = check_files(CA.pem, crl, days_from_now(0), 30, FILES)
    assert [(problem.code, problem.severity) for problem in problems] == [('crl_missing', 'warning')] * 2
    assert problems[0].message == f'The CRL of CN=Test CA is ignored when mail is sent: {reason}.'
    assert openssl_says(CA.pem, crl, CA.issue([HOST]), tmp_path) in (3, 44)


def test_a_delta_crl_is_reported_since_openssl_takes_it_for_the_whole(tmp_path):
    crl = listed(x509.DeltaCRLIndicator(1))
    assert severities(CA.pem, crl) == [('crl_missing', 'warning')]
    assert openssl_says(CA.pem, crl, CA.issue([HOST]), tmp_path) == 0


def test_a_crl_with_a_critical_extension_that_openssl_does_not_handle(tmp_path):
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\x05\x00')
    assert severities(CA.pem, listed(extension)) == [('certificate_invalid', 'error')]
    assert openssl_says(CA.pem, listed(extension), CA.issue([HOST]), tmp_path) == 36
    assert severities(CA.pem, listed(extension, critical=False)) == []


@pytest.mark.parametrize(
    ('extension', 'codes', 'number'),
    (
        pytest.param(
            x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\x05\x00'),
            [('certificate_invalid', 'error')],
            36,
            id='unknown',
        ),
        pytest.param(x509.CertificateIssuer([x509.DirectoryName(CA.name)]), [], 0, id='certificateIssuer'),
    ),
)
def test_a_critical_extension_of_a_crls_entry(tmp_path, extension, codes, number):
    entry = x509.RevokedCertificateBuilder().serial_number(0xABC).revocation_date(days_from_now(-1))
    entry = entry.add_extension(extension, critical=True)
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.name).last_update(days_from_now(-1))
    builder = builder.next_update(days_from_now(100)).add_revoked_certificate(entry.build())
    crl = builder.sign(CA.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    problems = check_files(CA.pem, crl, days_from_now(0), 30, FILES)
    assert [(problem.code, problem.as_dict()['severity']) for problem in problems] == codes
    assert all('its entry of the serial number abc' in problem.message for problem in problems)
    assert openssl_says(CA.pem, crl, CA.issue([HOST]), tmp_path) == number


def test_a_crl_without_an_end_is_reported():
    crl = (VECTORS / 'custom' / 'crl_no_next_update.pem').read_bytes()
    problems = check_files(None, crl, days_from_now(0), 30, FILES)
    warning = next(problem for problem in problems if problem.code == 'crl_expires_soon')
    assert warning.as_dict()['severity'] == 'warning'
    assert warning.message.endswith('has no nextUpdate, so it is accepted no matter how old it is.')
