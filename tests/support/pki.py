# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A small throw-away PKI: authorities, server certificates and revocation lists, in memory and in PEM (RFC 5280)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import pathlib
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = dt.timedelta(days=1)
# A clock that is a little behind must not make a certificate of this minute "not yet valid".
SLACK = dt.timedelta(hours=1)
CA_LIFE, LEAF_LIFE, CRL_LIFE = 3650 * DAY, 365 * DAY, 90 * DAY

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
# Extensions beside the usual ones, each with whether it is critical.
More = t.Sequence[tuple[x509.ExtensionType, bool]]


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
    """A certificate authority; with `parent` an intermediate one, else a self-signed root. `pem` is its certificate.

    With `is_ca` false it is a certificate that may not issue, and does all the same; `more` are further extensions.
    """

    def __init__(
        self,
        common_name: str,
        *,
        parent: Authority | None = None,
        path_length: int | None = None,
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        key: Key | None = None,
        is_ca: bool = True,
        cert_sign: bool = True,
        crl_sign: bool = True,
        more: More = (),
    ) -> None:
        self.parent = parent
        self.key: Key = key or ec.generate_private_key(ec.SECP256R1())
        signer = parent or self
        self.name = _name(common_name)
        builder = _builder(self.name, signer, self.key, not_before, not_after, CA_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(is_ca, path_length), critical=True)
        usage = key_usage(digital_signature=not is_ca, key_cert_sign=is_ca and cert_sign, crl_sign=is_ca and crl_sign)
        builder = builder.add_extension(usage, critical=True)
        for extension, critical in more:
            builder = builder.add_extension(extension, critical)
        self.certificate = builder.sign(signer.key, hashes.SHA256())
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        names: t.Sequence[str],
        *,
        common_name: str | None = None,
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        purposes: t.Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.SERVER_AUTH,),
        key: Key | None = None,
        more: More = (),
    ) -> Identity:
        """Issue a certificate for DNS names and IP addresses (the subjectAltNames); the first is the CN unless one is given."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(common_name or names[0]), self, key, not_before, not_after, LEAF_LIFE)
        usual: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(False, None), True),
            (key_usage(digital_signature=True, key_encipherment=isinstance(key, rsa.RSAPrivateKey)), True),
            (x509.ExtendedKeyUsage(purposes), False),
        ]
        if names:
            usual.append((x509.SubjectAlternativeName([_general_name(name) for name in names]), False))
        for extension, critical in [*usual, *more]:
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(self.key, hashes.SHA256())
        chain = certificate.public_bytes(serialization.Encoding.PEM) + self.chain_pem
        return Identity(certificate, chain, _key_pem(key))

    @property
    def chain_pem(self) -> bytes:
        """Its certificate and those above it, without the root."""
        return b'' if self.parent is None else self.pem + self.parent.chain_pem

    def as_server(self) -> Identity:
        """Return its own certificate and key, as a server that shows them has them."""
        return Identity(self.certificate, self.pem + (self.parent.chain_pem if self.parent else b''), _key_pem(self.key))

    def crl(
        self,
        revoked: t.Iterable[Identity | x509.Certificate] = (),
        *,
        number: int = 1,
        last_update: dt.datetime | None = None,
        next_update: dt.datetime | None = None,
        more: More = (),
    ) -> bytes:
        """Return a revocation list in PEM that lists `revoked`."""
        start, end = _validity(last_update, next_update, CRL_LIFE)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(start).next_update(end)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        for extension, critical in more:
            builder = builder.add_extension(extension, critical)
        for entry in revoked:
            certificate = entry.certificate if isinstance(entry, Identity) else entry
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(start).build()
            )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def days_from_now(days: float) -> dt.datetime:
    """Return the moment `days` from now (negative: ago), in UTC."""
    return dt.datetime.now(dt.timezone.utc) + days * DAY


def names_extension(*names: str) -> tuple[x509.ExtensionType, bool]:
    """Return the subjectAltName of DNS names and IP addresses, for `more`."""
    return x509.SubjectAlternativeName([_general_name(name) for name in names]), False


def damaged(pem: bytes) -> bytes:
    """Return a certificate or CRL in PEM with one bit of its signature, which ends it, turned over."""
    _before, label, content = pem.split(b'-----')[:3]
    der = bytearray(base64.b64decode(content))
    der[-1] ^= 1
    return b'-----%s-----\n%s-----END%s-----\n' % (label, base64.encodebytes(bytes(der)), label[5:])


def signed_with_sha1(pem: bytes, signer: rsa.RSAPrivateKey) -> bytes:
    """Return the first certificate in PEM as its issuer, who has an RSA key, would have signed it with SHA-1.

    `cryptography` no longer does that. The two algorithms' identifiers are of the same length (RFC 8017, appendix A.2.4).
    """
    certificate = x509.load_pem_x509_certificate(pem)
    old, new = (bytes.fromhex('2a864886f70d0101') + number for number in (b'\x0b', b'\x05'))
    digest = hashlib.sha1(certificate.tbs_certificate_bytes.replace(old, new)).digest()
    private = signer.private_numbers()
    size = signer.key_size // 8
    info = bytes.fromhex('3021300906052b0e03021a05000414') + digest
    padded = b'\0\1' + b'\xff' * (size - len(info) - 3) + b'\0' + info
    signature = pow(int.from_bytes(padded, 'big'), private.d, private.public_numbers.n).to_bytes(size, 'big')
    der = certificate.public_bytes(serialization.Encoding.DER).replace(old, new)[:-size] + signature
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)


def _key_pem(key: Key) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _validity(start: dt.datetime | None, end: dt.datetime | None, life: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
    """Return start and end; what is not given follows from what is, so that an end in the past alone makes an expired object."""
    now = dt.datetime.now(dt.timezone.utc)
    if start is None:
        start = now - SLACK if end is None or end > now else end - life
    return start, end if end is not None else max(start, now) + life


def _builder(
    subject: x509.Name,
    issuer: Authority,
    key: Key,
    not_before: dt.datetime | None,
    not_after: dt.datetime | None,
    life: dt.timedelta,
) -> x509.CertificateBuilder:
    start, end = _validity(not_before, not_after, life)
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def key_usage(**set_bits: bool) -> x509.KeyUsage:
    bits = dict.fromkeys(
        (
            'digital_signature',
            'content_commitment',
            'key_encipherment',
            'data_encipherment',
            'key_agreement',
            'key_cert_sign',
            'crl_sign',
            'encipher_only',
            'decipher_only',
        ),
        False,
    )
    return x509.KeyUsage(**{**bits, **set_bits})
