# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CA and CRL files with unusual content, the problems that are reported for them, and what OpenSSL does with them."""

from __future__ import annotations

import datetime as dt
import pathlib
import ssl
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import as_pem, read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import ASSUMED, Mailer
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import check_files
from support.pki import Authority, Identity, Key, days_from_now

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone.utc)
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
FILES = {'CAFile': 'ca.pem', 'CrlFile': 'crl.pem'}
LONG = {'not_before': NOW - 1000 * DAY, 'not_after': NOW + 1000 * DAY}
FRESH = {'last_update': NOW - DAY, 'next_update': NOW + 100 * DAY}
HOST = 'mail.example.com'


def reported(ca: bytes | None, crl: bytes | None = None, warn_days: int = 30) -> list[str]:
    """Return the codes of the problems at a fixed time."""
    return [problem.code for problem in check_files(ca, crl, NOW, warn_days, FILES)]


def severities(ca: bytes | None, crl: bytes | None = None, mailer: Mailer = ASSUMED) -> list[tuple[str, str]]:
    """Return (code, severity) of the current problems."""
    problems = check_files(ca, crl, dt.datetime.now(dt.timezone.utc), 30, FILES, mailer)
    return [(problem.code, problem.as_dict()['severity']) for problem in problems]


def built(
    usage: x509.KeyUsage | None = None, constraints: x509.ExtensionType | None = None, name: str = 'Test CA'
) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """Return a self-signed certificate in PEM that the PKI of the tests would not make, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(LONG['not_before']).not_valid_after(LONG['not_after'])
    for extension in (usage, constraints):
        if extension is not None:
            builder = builder.add_extension(extension, critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), key


def list_by(key: Key, name: str) -> bytes:
    """Return a CRL in PEM by a key, without the extension that names the key."""
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer)
    builder = builder.last_update(FRESH['last_update']).next_update(FRESH['next_update'])
    builder = builder.add_extension(x509.CRLNumber(2), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def reissued(
    authority: Authority,
    *,
    days: tuple[int, int] = (-100, 100),
    key: Key | None = None,
    signer: Authority | None = None,
) -> bytes:
    """Return another certificate of a CA in PEM, with the same name and, unless another is given, key; valid as `days` say."""
    signer = signer or authority
    key = key or authority.key
    builder = x509.CertificateBuilder().subject_name(authority.name).issuer_name(signer.name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(days_from_now(days[0])).not_valid_after(days_from_now(days[1]))
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    signing = key if signer is authority else signer.key
    return builder.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def openssl_says(
    ca: bytes, crl: bytes | None, server: Identity, tmp_path: pathlib.Path, check: ssl.VerifyFlags = ssl.VERIFY_CRL_CHECK_LEAF
) -> int:
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


def partial(**given: t.Any) -> x509.IssuingDistributionPoint:
    """Return what limits a CRL to a part of a CA's certificates; without anything given it limits it to none."""
    nothing: dict[str, t.Any] = {
        'full_name': None,
        'relative_name': None,
        'only_contains_user_certs': False,
        'only_contains_ca_certs': False,
        'only_some_reasons': None,
        'indirect_crl': False,
        'only_contains_attribute_certs': False,
    }
    return x509.IssuingDistributionPoint(**{**nothing, **given})


def as_if_sha1(pem: bytes) -> bytes:
    """Return a certificate or CRL signed with RSA and SHA-256 as if SHA-1 had been used, which current libraries refuse."""
    (block,) = read_pem(pem).blocks
    sha256, sha1 = (bytes.fromhex('06092a864886f70d0101') + bytes([last]) for last in (11, 5))
    assert block.der.count(sha256) == 2
    return as_pem(block._replace(der=block.der.replace(sha256, sha1))).encode()
