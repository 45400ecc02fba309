# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mail server's certificate that is refused has its cause named on every Python, however little that Python reports.

The program that a target gets runs here on each Python by itself, against real TLS; ansible-playbook is not in between.
"""

from __future__ import annotations

import pathlib
import ssl
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.send import Sent
from support import pki
from support.real_sends import HOST, V12, V13, Setup, sent

pytestmark = pytest.mark.newest_core

PYTHONS = ('3.6', '3.7', '3.8', '3.9', '3.11', '3.13')  # the ends, and where `ssl` changed

ROOT = pki.Authority('Root')
TWIN = pki.Authority('Root')
OTHER = pki.Authority('Other root')
INTERMEDIATE = pki.Authority('Intermediate', parent=ROOT)
OLD_INTERMEDIATE = pki.Authority('Old intermediate', parent=ROOT, not_after=pki.days_from_now(-5))
GOOD = INTERMEDIATE.issue([HOST])
EXPIRED = INTERMEDIATE.issue([HOST], not_after=pki.days_from_now(-3))
OTHER_NAME = INTERMEDIATE.issue(['other.example.com'])
CLIENT = INTERMEDIATE.issue([HOST], purposes=[ExtendedKeyUsageOID.CLIENT_AUTH])
ALONE = GOOD._replace(certificate_pem=GOOD.certificate.public_bytes(serialization.Encoding.PEM))
OUTDATED = {'last_update': pki.days_from_now(-40), 'next_update': pki.days_from_now(-10)}
CRLS = INTERMEDIATE.crl(**OUTDATED) + INTERMEDIATE.crl()


def self_signed() -> pki.Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(pki.days_from_now(-1))
        .not_valid_after(pki.days_from_now(90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return pki.Identity(
        certificate,
        certificate.public_bytes(pem),
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


class Case(t.NamedTuple):
    """A setup and its codes: the errors, or what `ignore` hides."""

    setup: Setup
    codes: tuple[str, ...]


def case(shown: pki.Identity, codes: tuple[str, ...], *, ca: bytes | None = ROOT.pem, **more: t.Any) -> Case:
    return Case(Setup(shown, ca, **more), codes)


CASES = {
    'good': case(GOOD, ()),
    'good, ignored': case(GOOD, (), ignore=True),
    'good by an old and a new CRL': case(GOOD, (), crl=CRLS),
    'expired': case(EXPIRED, ('expired',)),
    'expired, an old and a new CRL': case(EXPIRED, ('expired',), crl=CRLS),
    'expired, ignored': case(EXPIRED, ('expired',), ignore=True),
    'expired intermediate': case(OLD_INTERMEDIATE.issue([HOST]), ('expired',)),
    'other name': case(OTHER_NAME, ('hostname_mismatch',)),
    'other name, ignored': case(OTHER_NAME, ('hostname_mismatch',), ignore=True),
    'wrong purpose': case(CLIENT, ('wrong_purpose',)),
    'revoked': case(GOOD, ('revoked',), crl=INTERMEDIATE.crl([GOOD])),
    'CRL missing': case(GOOD, ('crl_missing',), crl=OTHER.crl()),
    'unknown CA': case(GOOD, ('unknown_ca',), ca=OTHER.pem),
    'unknown CA, ignored': case(GOOD, ('unknown_ca',), ca=OTHER.pem, ignore=True),
    'another CA of that name': case(GOOD, ('unknown_ca',), ca=TWIN.pem),
    'intermediate missing': case(ALONE, ('unknown_ca',)),
    'self-signed': case(self_signed(), ('self_signed',)),
    'unknown to the system': case(GOOD, ('unknown_ca',), ca=None),
    'unknown to the system and expired': case(EXPIRED, ('unknown_ca', 'expired'), ca=None),
    'self-signed, the system': case(self_signed(), ('self_signed',), ca=None),
    'wrong purpose, unknown to the system, ignored': case(CLIENT, ('unknown_ca', 'wrong_purpose'), ca=None, ignore=True),
}
# Python 3.6 exposes neither OpenSSL's reason nor, in TLS 1.3 alone, what is above the leaf. Less is reported then, nothing wrong.
UNOBSERVED = ('unknown CA', 'unknown CA, ignored', 'another CA of that name', 'intermediate missing', 'unknown to the system')
LESS: dict[tuple[str, ssl.TLSVersion], tuple[str, ...]] = {
    **{(name, V13): ('certificate_invalid',) for name in UNOBSERVED},
    ('unknown to the system and expired', V13): ('certificate_invalid', 'expired'),
    ('wrong purpose, unknown to the system, ignored', V13): ('certificate_invalid', 'wrong_purpose'),
}


def errors(one: Sent) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.stage) for problem in one.problems if problem.is_error]


@pytest.mark.parametrize('python', PYTHONS)
@pytest.mark.parametrize('highest', [V12, V13], ids=['TLS 1.2', 'TLS 1.3'])
def test_each_defect_has_its_name_and_there_is_no_other(highest: ssl.TLSVersion, python: str, tmp_path: pathlib.Path) -> None:
    cases = {name: case.setup._replace(lowest=highest, highest=highest) for name, case in CASES.items()}
    expected, found = {}, {}
    for name, one in sent(cases, python, tmp_path).items():
        codes = LESS.get((name, highest), CASES[name].codes) if python == '3.6' else CASES[name].codes
        expected[name] = (sorted(codes), CASES[name].setup.ignore or not codes)
        ignored = [problem.code for problem in one.entry['ignored']]
        reported = ignored if CASES[name].setup.ignore else [code for code, _severity in errors(one)]
        found[name] = (sorted(reported), one.entry['ok'])
        if codes and python != '3.6':
            assert reported[0] == codes[0], name  # OpenSSL's own comes first
    assert found == expected


@pytest.mark.parametrize('python', PYTHONS)
def test_a_missing_issuer_is_named(python: str, tmp_path: pathlib.Path) -> None:
    cases = {name: CASES[name].setup for name in ('unknown CA', 'unknown to the system', 'intermediate missing')}
    messages = {name: one.problems[0].message for name, one in sent(cases, python, tmp_path).items()}
    assert 'CN=Root, which is not in ' in messages['unknown CA']
    assert "CN=Root, which is not in the system's own CA certificates" in messages['unknown to the system']
    assert 'CN=Intermediate, which is not in ' in messages['intermediate missing']


@pytest.mark.parametrize('python', PYTHONS)
def test_what_else_is_wrong_with_tls_has_its_name(python: str, tmp_path: pathlib.Path) -> None:
    cases = {
        'client certificate, 1.2': Setup(GOOD, ROOT.pem, highest=V12, client_ca=ROOT.pem),
        'client certificate, 1.3': Setup(GOOD, ROOT.pem, lowest=V13, client_ca=ROOT.pem),
        'too old for the site': Setup(GOOD, ROOT.pem, highest=V12, min_tls='TLSv1.3'),
        'new enough': Setup(GOOD, ROOT.pem, lowest=V13, min_tls='TLSv1.3'),
    }
    found = sent(cases, python, tmp_path)
    assert {name: errors(one) for name, one in found.items()} == {
        'client certificate, 1.2': [('handshake_closed', 'handshake')],
        'client certificate, 1.3': [('handshake_closed', 'handshake')],
        'too old for the site': [('protocol_too_old', 'handshake')],
        'new enough': [],
    }
    for name in ('client certificate, 1.2', 'client certificate, 1.3'):
        assert 'demands a client certificate' in found[name].line
    assert 'TLSv1.2; at least TLSv1.3' in found['too old for the site'].line


@pytest.mark.parametrize('python', ['3.8', '3.9', '3.11'])
def test_the_chain_is_observed_also_where_tls_1_3_hides_it(python: str, tmp_path: pathlib.Path) -> None:
    cases = {name: CASES[name].setup._replace(lowest=V13) for name in ('expired', 'expired, ignored')}
    for one in sent(cases, python, tmp_path).values():
        assert [certificate['subject'] for certificate in one.entry['chain']] == [f'CN={HOST}', 'CN=Intermediate']
