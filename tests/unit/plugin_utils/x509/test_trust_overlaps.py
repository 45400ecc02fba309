# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CA and CRL files that hold old and new, strong and weak, fitting and foreign: each verdict is what OpenSSL does with them."""

from __future__ import annotations

import datetime as dt
import pathlib
import ssl

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import check_files
from support.pki import Authority, Identity, days_from_now

VECTORS = pathlib.Path(cryptography_vectors.__file__).parent / 'x509'
FILES = {'CAFile': 'ca.pem', 'CrlFile': 'crl.pem'}
HOST = 'mail.example.com'

CA, OTHER = Authority('Test CA'), Authority('Other CA')
ISSUING = Authority('Issuing CA', parent=CA)


def found(ca, crl=None):
    """Return (code, severity) of the problems."""
    problems = check_files(ca, crl, dt.datetime.now(dt.timezone.utc), 30, FILES)
    return [(problem.code, problem.as_dict()['severity']) for problem in problems]


def reissued(authority, *, days=(-100, 100), algorithm=None, key=None, signer=None):
    """Return another certificate of a CA in PEM, with the same name and, unless another is given, key; valid as `days` say."""
    signer = signer or authority
    key = key or authority.key
    builder = x509.CertificateBuilder().subject_name(authority.name).issuer_name(signer.name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(days_from_now(days[0])).not_valid_after(days_from_now(days[1]))
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    signing = key if signer is authority else signer.key
    return builder.sign(signing, algorithm or hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def openssl_says(ca: bytes, crl: bytes | None, server: Identity, tmp_path: pathlib.Path, check=ssl.VERIFY_CRL_CHECK_LEAF) -> int:
    """Return OpenSSL's verify code for a handshake in memory, 0 where it accepts the certificate."""
    trust = tmp_path / 'trust.pem'
    trust.write_bytes(ca + (crl or b''))
    client_context, server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client_context.load_verify_locations(cafile=str(trust))
    client_context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | (ssl.VERIFY_DEFAULT if crl is None else check)
    server_context.load_cert_chain(*(str(path) for path in server.write(tmp_path, 'server')))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=HOST)
    peer = server_context.wrap_bio(to_server, to_client, server_side=True)
    for _flight in range(4):
        for end in (client, peer):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_code
    return 0


def test_a_renewed_ca_may_stand_beside_its_old_certificate(tmp_path):
    old, early = reissued(CA, days=(-100, -1)), reissued(CA, days=(10, 100))
    server = CA.issue([HOST])
    for pem in (old + CA.pem, CA.pem + old):
        assert found(pem) == [('ca_expired', 'warning')]
        assert openssl_says(pem, None, server, tmp_path) == 0
    assert found(CA.pem + early) == [('ca_not_yet_valid', 'warning')]
    assert found(old) == [('ca_expired', 'error')]
    assert openssl_says(old, None, server, tmp_path) == 10


def test_an_expired_ca_is_an_error_beside_a_valid_one_of_another_key():
    expired = Authority('Test CA', not_after=days_from_now(-1)).pem
    assert found(CA.pem + OTHER.pem + expired) == [('ca_expired', 'error')]


def test_an_old_crl_may_stand_beside_the_current_one(tmp_path):
    old, current = CA.crl(next_update=days_from_now(-1)), CA.crl(number=2)
    early = CA.crl(number=3, last_update=days_from_now(5))
    server = CA.issue([HOST])
    for crl in (old + current, current + old):
        assert found(CA.pem, crl) == [('crl_expired', 'warning')]
        assert openssl_says(CA.pem, crl, server, tmp_path) == 0
    assert found(CA.pem, current + early) == [('crl_not_yet_valid', 'warning')]
    assert openssl_says(CA.pem, early + current, server, tmp_path) == 0
    assert found(CA.pem, old) == [('crl_expired', 'error')]
    assert openssl_says(CA.pem, old, server, tmp_path) == 12


def test_a_ca_without_a_crl_is_told_where_another_has_one(tmp_path):
    assert found(CA.pem + OTHER.pem, CA.crl()) == [('crl_missing', 'warning')]
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
    assert found(both, ISSUING.crl()) == [('crl_missing', 'info')]
    assert openssl_says(both, ISSUING.crl(), server, tmp_path) == 0
    assert openssl_says(both, ISSUING.crl(), server, tmp_path, ssl.VERIFY_CRL_CHECK_CHAIN) == 3
    assert found(both, ISSUING.crl() + CA.crl()) == []


def test_the_crl_of_an_intermediate_that_is_not_in_the_ca_file_works_and_is_a_warning(tmp_path):
    crl = CA.crl() + ISSUING.crl()
    assert found(CA.pem, crl) == [('crl_issuer_unknown', 'warning')]
    assert openssl_says(CA.pem, crl, ISSUING.issue([HOST]), tmp_path) == 0
    assert found(OTHER.pem, crl) == [('crl_issuer_unknown', 'error'), ('crl_issuer_unknown', 'error')]


def test_weak_keys_of_cas_are_warnings():
    weak, curve = (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP192R1()))
    for key in (weak, curve):
        assert found(reissued(CA, key=key)) == [('weak_key', 'warning')]
    assert found(reissued(CA, key=rsa.generate_private_key(65537, 2048))) == []


def as_if_sha1(pem: bytes, read) -> bytes:
    """Return a thing signed with RSA and SHA-256 as if SHA-1 had been used, which today's libraries no longer sign with."""
    der = ssl.PEM_cert_to_DER_cert(pem.decode()) if read is x509.load_der_x509_certificate else der_of(pem)
    sha256, sha1 = (bytes.fromhex('06092a864886f70d0101') + bytes([last]) for last in (11, 5))
    assert der.count(sha256) == 2
    return read(der.replace(sha256, sha1)).public_bytes(serialization.Encoding.PEM)


def der_of(crl: bytes) -> bytes:
    return x509.load_pem_x509_crl(crl).public_bytes(serialization.Encoding.DER)


def test_weak_signatures_count_where_somebody_relies_on_them():
    signer = Authority('RSA CA')
    signer.key = rsa.generate_private_key(65537, 2048)
    intermediate = as_if_sha1(reissued(ISSUING, signer=signer), x509.load_der_x509_certificate)
    assert found(intermediate) == [('weak_signature', 'warning')]
    assert found(None, as_if_sha1(signer.crl(), x509.load_der_x509_crl)) == [('weak_signature', 'warning')]
    assert found((VECTORS / 'accvraiz1.pem').read_bytes()) == []  # a root that signed itself with SHA-1


def test_a_crl_that_is_signed_with_sha1_is_weak_and_not_forged() -> None:
    pkits = VECTORS / 'PKITS_data'
    ca = x509.load_der_x509_certificate((pkits / 'certs' / 'DSACACert.crt').read_bytes())
    crl = x509.load_der_x509_crl((pkits / 'crls' / 'DSACACRL.crl').read_bytes())
    pems = [thing.public_bytes(serialization.Encoding.PEM) for thing in (ca, crl)]
    assert found(*pems) == [('weak_key', 'warning'), ('weak_signature', 'warning')]
    signer = Authority('RSA CA')
    signer.key = rsa.generate_private_key(65537, 2048)
    forged = as_if_sha1(signer.crl(), x509.load_der_x509_crl)
    assert found(reissued(signer), forged) == [('weak_signature', 'warning'), ('crl_signature_invalid', 'error')]


def listed(extension, critical=True):
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.name).last_update(days_from_now(-1))
    builder = builder.next_update(days_from_now(100)).add_extension(extension, critical=critical)
    return builder.sign(CA.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def partial(**given):
    nothing = {
        'full_name': None,
        'relative_name': None,
        'only_contains_user_certs': False,
        'only_contains_ca_certs': False,
        'only_some_reasons': None,
        'indirect_crl': False,
        'only_contains_attribute_certs': False,
    }
    return x509.IssuingDistributionPoint(**{**nothing, **given})


@pytest.mark.parametrize(
    ('extension', 'seen'),
    (
        (partial(indirect_crl=True), 'it is an indirect CRL'),
        (partial(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])), 'it is for some reasons of revocation alone'),
        (partial(only_contains_attribute_certs=True), 'it is for attribute certificates alone'),
    ),
)
def test_a_crl_that_openssl_passes_over_is_told(tmp_path, extension, seen):
    crl = listed(extension)
    problems = check_files(CA.pem, crl, days_from_now(0), 30, FILES)
    assert [(problem.code, problem.severity) for problem in problems] == [('crl_missing', 'warning')] * 2
    assert problems[0].message == f'The CRL of CN=Test CA is ignored when mail is sent: {seen}.'
    assert openssl_says(CA.pem, crl, CA.issue([HOST]), tmp_path) in (3, 44)


def test_a_delta_crl_is_told_since_openssl_takes_it_for_the_whole(tmp_path):
    crl = listed(x509.DeltaCRLIndicator(1))
    assert found(CA.pem, crl) == [('crl_missing', 'warning')]
    assert openssl_says(CA.pem, crl, CA.issue([HOST]), tmp_path) == 0


def test_a_crl_with_a_critical_extension_that_openssl_does_not_handle(tmp_path):
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\x05\x00')
    assert found(CA.pem, listed(extension)) == [('certificate_invalid', 'error')]
    assert openssl_says(CA.pem, listed(extension), CA.issue([HOST]), tmp_path) == 36
    assert found(CA.pem, listed(extension, critical=False)) == []


@pytest.mark.parametrize(
    ('extension', 'codes', 'number'),
    (
        (x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\x05\x00'), [('certificate_invalid', 'error')], 36),
        (x509.CertificateIssuer([x509.DirectoryName(CA.name)]), [], 0),
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


def test_a_crl_without_an_end_is_told():
    crl = (VECTORS / 'custom' / 'crl_no_next_update.pem').read_bytes()
    problems = check_files(None, crl, days_from_now(0), 30, FILES)
    told = next(problem for problem in problems if problem.code == 'crl_expires_soon')
    assert told.as_dict()['severity'] == 'warning'
    assert told.message.endswith('has no nextUpdate, so it is accepted no matter how old it is.')
