# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The certificates and CRLs of NIST's test suite for path validation (PKITS), as they would be in CA and CRL files."""

from __future__ import annotations

import datetime as dt
import pathlib

import cryptography_vectors
import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CERTIFICATE, CRL, Block, as_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import reader as x509_reader
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import check_files

PKITS = pathlib.Path(cryptography_vectors.__file__).parent / 'x509' / 'PKITS_data'
NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone.utc)
FILES = {'CAFile': 'ca.pem', 'CrlFile': 'crl.pem'}
CERTIFICATES = sorted(path.stem for path in (PKITS / 'certs').glob('*.crt'))
# DSA keys without their parameters, which are those of the issuer (RFC 3279, 2.3.2): cryptography doesn't read them.
UNREADABLE = {'DSAParametersInheritedCACert', 'ValidDSAParameterInheritanceTest5EE'}
LISTS = sorted(path.stem for path in (PKITS / 'crls').glob('*.crl'))


def certificate(name: str) -> bytes:
    return as_pem(Block(CERTIFICATE, 1, (PKITS / 'certs' / f'{name}.crt').read_bytes())).encode()


def crl(name: str) -> bytes:
    return as_pem(Block(CRL, 1, (PKITS / 'crls' / f'{name}.crl').read_bytes())).encode()


def codes(ca: bytes) -> list[str]:
    return [problem.code for problem in check_files(ca, None, NOW, 30, FILES)]


def errors(ca: bytes | None, revocations: bytes | None = None) -> list[str]:
    return [problem.code for problem in check_files(ca, revocations, NOW, 30, FILES) if problem.is_error]


def test_the_suite_is_there() -> None:
    assert (len(CERTIFICATES), len(LISTS)) == (405, 173)


# By the suite's description: a CA that is not named here is a valid one.
NOT_A_CA = {
    'MissingbasicConstraintsCACert',
    'basicConstraintsCriticalcAFalseCACert',
    'basicConstraintsNotCriticalcAFalseCACert',
    'keyUsageCriticalkeyCertSignFalseCACert',
    'keyUsageNotCriticalkeyCertSignFalseCACert',
}
OTHER_CERTIFICATES = {'BadnotAfterDateCACert': ['ca_expired'], 'BadnotBeforeDateCACert': ['ca_not_yet_valid']}


# Certificates at the end of a path that are CAs all the same.
CAS_AT_THE_END = {
    'DifferentPoliciesTest7EE',
    'DifferentPoliciesTest8EE',
    'InvalidSelfIssuedinhibitAnyPolicyTest10EE',
    'InvalidonlyContainsUserCertsTest11EE',
    'InvalidpathLenConstraintTest10EE',
    'InvalidpathLenConstraintTest12EE',
    'InvalidpathLenConstraintTest6EE',
    'OverlappingPoliciesTest6EE',
    'ValidonlyContainsCACertsTest13EE',
    'ValidpathLenConstraintTest14EE',
    'ValidpathLenConstraintTest8EE',
}


@pytest.mark.parametrize('name', [name for name in CERTIFICATES if name.endswith('CACert') and name not in UNREADABLE])
def test_cas(name: str) -> None:
    assert errors(certificate(name)) == (['not_a_ca'] if name in NOT_A_CA else OTHER_CERTIFICATES.get(name, []))


@pytest.mark.parametrize('name', [name for name in CERTIFICATES if name.endswith('EE') and name not in UNREADABLE])
def test_certificates_at_the_end_of_a_path(name: str) -> None:
    assert ('not_a_ca' in errors(certificate(name))) is (name not in CAS_AT_THE_END)


@pytest.mark.parametrize('name', sorted(UNREADABLE))
def test_what_cannot_be_read_is_reported(name: str) -> None:
    """OpenSSL reads them, so that they are no error."""
    assert codes(certificate(name)) == ['analysis_incomplete']


# name of the CA: the problem of its CRL
LISTS_OF_CAS = {
    'BadCRLIssuerNameCA': ['crl_issuer_unknown'],
    'BasicSelfIssuedCRLSigningKeyCA': ['crl_issuer_unknown'],  # by a key of its own
    'BasicSelfIssuedOldKeyCA': ['crl_issuer_unknown'],  # by the new key
    'BadCRLSignatureCA': ['crl_signature_invalid'],
    'OldCRLnextUpdateCA': ['crl_expired'],
    'UnknownCRLExtensionCA': ['certificate_invalid'],
    'UnknownCRLEntryExtensionCA': ['certificate_invalid'],
    'deltaCRLCA3': ['crl_expired'],
    'WrongCRLCA': ['crl_issuer_unknown'],
    'keyUsageCriticalcRLSignFalseCA': ['crl_signature_invalid'],
    'keyUsageNotCriticalcRLSignFalseCA': ['crl_signature_invalid'],
    'pre2000CRLnextUpdateCA': ['crl_expired'],
}


@pytest.mark.parametrize('name', [name[:-3] for name in LISTS if f'{name[:-3]}Cert' in set(CERTIFICATES) - UNREADABLE])
def test_crls_of_cas(name: str) -> None:
    of_the_ca = errors(certificate(f'{name}Cert'))
    assert errors(certificate(f'{name}Cert'), crl(f'{name}CRL')) == of_the_ca + LISTS_OF_CAS.get(name, [])


def test_two_crls_of_one_ca_are_checked_each_for_itself() -> None:
    both = crl('TwoCRLsCABadCRL') + crl('TwoCRLsCAGoodCRL')
    (problem,) = check_files(certificate('TwoCRLsCACert'), both, NOW, 30, FILES)
    assert (problem.code, problem.severity, problem.line) == ('crl_issuer_unknown', 'warning', 1)


def test_the_key_of_a_crl_may_be_another_than_that_of_certificates() -> None:
    ca = certificate('SeparateCertificateandCRLKeysCertificateSigningCACert')
    key = certificate('SeparateCertificateandCRLKeysCRLSigningCert')
    assert errors(ca + key, crl('SeparateCertificateandCRLKeysCRL')) == ['not_a_ca']
    assert errors(ca, crl('SeparateCertificateandCRLKeysCRL')) == ['crl_issuer_unknown']


def test_names_match_as_rfc_5280_says() -> None:
    root = x509_reader.read_certificate((PKITS / 'certs' / 'NameOrderingCACert.crt').read_bytes())
    for test in ('WhitespaceTest3EE', 'WhitespaceTest4EE', 'CapitalizationTest5EE'):
        end = x509_reader.read_certificate((PKITS / 'certs' / f'ValidNameChaining{test}.crt').read_bytes())
        good = x509_reader.read_certificate((PKITS / 'certs' / 'GoodCACert.crt').read_bytes())
        assert end.issuer_name == good.name, test
    end = x509_reader.read_certificate((PKITS / 'certs' / 'InvalidNameChainingOrderTest2EE.crt').read_bytes())
    assert end.issuer_name != root.name


@pytest.mark.parametrize('name', sorted(set(CERTIFICATES) - UNREADABLE))
def test_every_certificate_can_be_checked(name: str) -> None:
    assert 'not_pem' not in errors(certificate(name))


@pytest.mark.parametrize('name', LISTS)
def test_every_crl_can_be_checked(name: str) -> None:
    assert 'not_pem' not in errors(None, crl(name))
