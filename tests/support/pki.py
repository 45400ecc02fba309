# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A small throw-away PKI: authorities, server certificates and revocation lists, in memory and in PEM (RFC 5280)."""
from __future__ import annotations

import datetime as dt
import ipaddress
import pathlib
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = dt.timedelta(days=1)
# A clock that is a little behind must not make a certificate of this minute "not yet valid".
SLACK = dt.timedelta(hours=1)
CA_LIFE, LEAF_LIFE, CRL_LIFE = 3650 * DAY, 365 * DAY, 90 * DAY


class Identity(t.NamedTuple):
    """A certificate with its key; `certificate_pem` is followed by the chain below the root, as a mail server wants it."""
    certificate: x509.Certificate
    certificate_pem: bytes
    key_pem: bytes

    def write(self, directory: pathlib.Path, name: str) -> tuple[pathlib.Path, pathlib.Path]:
        """Write NAME.pem and NAME.key (mode 0600) in `directory` and return both paths."""
        certificate, key = directory / f'{name}.pem', directory / f'{name}.key'
        certificate.write_bytes(self.certificate_pem)
        key.touch(mode=0o600)
        key.write_bytes(self.key_pem)
        return certificate, key


class Authority:
    """A certificate authority; with `parent` an intermediate one, else a self-signed root. `pem` is its certificate."""

    def __init__(self, common_name: str, *, parent: Authority | None = None, path_length: int | None = None,
                 not_before: dt.datetime | None = None, not_after: dt.datetime | None = None) -> None:
        self.parent = parent
        self.key = ec.generate_private_key(ec.SECP256R1())
        signer = parent or self
        self.name = _name(common_name)
        builder = _builder(self.name, signer, self.key, not_before, not_after, CA_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(True, path_length), critical=True)
        builder = builder.add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        self.certificate = builder.sign(signer.key, hashes.SHA256())
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, names: t.Sequence[str], *, common_name: str | None = None, not_before: dt.datetime | None = None,
              not_after: dt.datetime | None = None,
              purposes: t.Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.SERVER_AUTH,)) -> Identity:
        """Issue a certificate for DNS names and IP addresses (the subjectAltNames); the first is the CN unless one is given."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(common_name or names[0]), self, key, not_before, not_after, LEAF_LIFE)
        for extension, critical in (
                (x509.BasicConstraints(False, None), True),
                (_key_usage(digital_signature=True), True),
                (x509.ExtendedKeyUsage(purposes), False),
                (x509.SubjectAlternativeName([_general_name(name) for name in names]), False)):
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(self.key, hashes.SHA256())
        chain = certificate.public_bytes(serialization.Encoding.PEM)
        authority = self
        while authority.parent is not None:
            chain += authority.pem
            authority = authority.parent
        return Identity(certificate, chain, key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

    def crl(self, revoked: t.Iterable[Identity | x509.Certificate] = (), *, number: int = 1,
            last_update: dt.datetime | None = None, next_update: dt.datetime | None = None) -> bytes:
        """Return a revocation list in PEM that lists `revoked`."""
        start, end = _validity(last_update, next_update, CRL_LIFE)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(start).next_update(end)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        for entry in revoked:
            certificate = entry.certificate if isinstance(entry, Identity) else entry
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(start).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def days_from_now(days: float) -> dt.datetime:
    """Return the moment `days` from now (negative: ago), in UTC."""
    return dt.datetime.now(dt.timezone.utc) + days * DAY


def _validity(start: dt.datetime | None, end: dt.datetime | None, life: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
    """Return start and end; what is not given follows from what is, so that an end in the past alone makes an expired object."""
    now = dt.datetime.now(dt.timezone.utc)
    if start is None:
        start = now - SLACK if end is None or end > now else end - life
    return start, end if end is not None else max(start, now) + life


def _builder(subject: x509.Name, issuer: Authority, key: ec.EllipticCurvePrivateKey, not_before: dt.datetime | None,
             not_after: dt.datetime | None, life: dt.timedelta) -> x509.CertificateBuilder:
    start, end = _validity(not_before, not_after, life)
    public = key.public_key()
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.name).public_key(public)
        .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(**set_bits: bool) -> x509.KeyUsage:
    bits = dict.fromkeys((
        'digital_signature', 'content_commitment', 'key_encipherment', 'data_encipherment', 'key_agreement',
        'key_cert_sign', 'crl_sign', 'encipher_only', 'decipher_only'), False)
    return x509.KeyUsage(**{**bits, **set_bits})
