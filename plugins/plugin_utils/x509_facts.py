# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CA certificates and CRLs say of themselves (RFC 5280), read once each with cryptography."""
from __future__ import annotations

import datetime as dt
import functools
import typing as t
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa

from ..module_utils.safe_text import safe_text

LONGEST_NAME = 200  # characters of a subject in a message
MANY_CERTIFICATES, MANY_CRLS = 4096, 64  # that are kept parsed

# What OpenSSL's security level 2 asks for, the usual one of today's distributions: 112 bits (NIST SP 800-57).
SMALLEST_KEYS = (
    (rsa.RSAPublicKey, 'RSA', 2048), (dsa.DSAPublicKey, 'DSA', 2048), (ec.EllipticCurvePublicKey, 'elliptic curve', 224))
WEAK_HASHES = frozenset(('md2', 'md4', 'md5', 'sha1'))

_CRITICAL = b'\x01\x01\xff'  # DER of TRUE

NameKey = tuple[frozenset[tuple[str, str]], ...]


class Authority(t.NamedTuple):
    """What is asked of a CA certificate. `fault` says why it is none, '' for a CA.

    `weak_key` and `weak_signature` say what is weak, '' where nothing is; `public_key` is the key's DER, b'' where it can't be
    read.
    """
    subject: str
    name: NameKey
    issuer: NameKey
    not_before: dt.datetime
    not_after: dt.datetime
    fault: str
    signs_crls: bool
    key_id: bytes | None
    public_key: bytes
    weak_key: str
    weak_signature: str
    certificate: x509.Certificate

    def has_signed(self, crl_der: bytes) -> bool:
        """Return whether a CRL that can be read bears the signature of this certificate's key."""
        return is_signed_by(crl_der, self.certificate)


class RevocationList(t.NamedTuple):
    """What is asked of a CRL. `key_id` is the issuer's key, where the CRL names it.

    `passed_over` says why OpenSSL makes no use of it as Python and sendmemo can set it up, `refused` why it refuses each
    certificate because of it; both '' for a CRL that is used. A delta (5.2.4) is used as if it were complete.
    """
    issuer: str
    name: NameKey
    last_update: dt.datetime
    next_update: dt.datetime | None
    key_id: bytes | None
    weak_signature: str = ''
    passed_over: str = ''
    is_delta: bool = False
    refused: str = ''


@functools.lru_cache(maxsize=MANY_CERTIFICATES)
def read_authority(der: bytes) -> Authority | str:
    """Return what a certificate says, or why it can't be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of what cryptography will refuse one day: it is the user's file, not our code
            certificate = x509.load_der_x509_certificate(der)
            extensions = {extension.oid: extension.value for extension in certificate.extensions}
            constraints = extensions.get(x509.BasicConstraints.oid)
            usage = extensions.get(x509.KeyUsage.oid)
            subject_key = extensions.get(x509.SubjectKeyIdentifier.oid)
            name, issuer = name_key(certificate.subject), name_key(certificate.issuer)
            return Authority(
                _shown(certificate.subject), name, issuer,
                _utc(certificate, 'not_valid_before'), _utc(certificate, 'not_valid_after'),
                _why_not_a_ca(certificate, constraints, usage),
                not isinstance(usage, x509.KeyUsage) or usage.crl_sign,
                subject_key.digest if isinstance(subject_key, x509.SubjectKeyIdentifier) else None,
                *_key(certificate),
                '' if name == issuer else _weak_signature(certificate),  # nobody relies on the signature of a root
                certificate)
    except Exception as error:  # cryptography's parser raises many kinds
        return safe_text(str(error) or type(error).__name__, LONGEST_NAME)


@functools.lru_cache(maxsize=MANY_CRLS)
def read_revocation_list(der: bytes) -> RevocationList | str:
    """Return what a CRL says, or why it can't be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            crl = x509.load_der_x509_crl(der)
            issuer_keys = [extension.value.key_identifier for extension in crl.extensions
                           if isinstance(extension.value, x509.AuthorityKeyIdentifier)]
            return RevocationList(
                _shown(crl.issuer), name_key(crl.issuer), _utc(crl, 'last_update'),
                _utc(crl, 'next_update') if _has_end(crl) else None, issuer_keys[0] if issuer_keys else None,
                _weak_signature(crl), _passed_over(crl.extensions), _is_delta(crl.extensions), _refused(der, crl))
    except Exception as error:
        return safe_text(str(error) or type(error).__name__, LONGEST_NAME)


@functools.lru_cache(maxsize=MANY_CRLS)
def is_signed_by(crl_der: bytes, certificate: x509.Certificate) -> bool:
    try:
        crl = x509.load_der_x509_crl(crl_der)
        key = certificate.public_key()
        if crl.is_signature_valid(key):  # type: ignore[arg-type]  # other kinds of key raise, and are caught
            return True
        return _is_signed_weakly(crl, crl.tbs_certlist_bytes, key)
    except Exception:  # a kind of key or signature that cryptography can't verify: OpenSSL wouldn't either
        return False


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether `issuer`, by its name and signature, has issued the certificate; False where that can't be told."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:
        try:
            return certificate.issuer == issuer.subject and _is_signed_weakly(
                certificate, certificate.tbs_certificate_bytes, issuer.public_key())
        except Exception:  # a wrong signature, or an algorithm that cryptography doesn't verify
            return False
    return True


def _is_signed_weakly(signed: x509.Certificate | x509.CertificateRevocationList, content: bytes, key: object) -> bool:
    """Return whether there is a right signature with SHA-1 or the like, which today's cryptography calls wrong. OpenSSL, at its
    level, accepts it on a CRL, and has another name for it on a certificate. Raises InvalidSignature and others."""
    algorithm = signed.signature_hash_algorithm
    if algorithm is None or not _weak_signature(signed):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signed.signature, content, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signed.signature, content, ec.ECDSA(algorithm))
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(signed.signature, content, algorithm)
    else:
        return False
    return True


def _why_not_a_ca(certificate: x509.Certificate, constraints: object, usage: object) -> str:
    """RFC 5280, 4.2.1.3 and 4.2.1.9. A self-signed certificate of version 1 is a root of old: it has no extensions."""
    if constraints is None and certificate.version == x509.Version.v1 and certificate.subject == certificate.issuer:
        return ''
    if not isinstance(constraints, x509.BasicConstraints):
        return 'it has no basic constraints'
    if not constraints.ca:
        return 'its basic constraints say so; it is a server\'s or a person\'s'
    if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
        return 'its key usage has no keyCertSign'
    return ''


def _key(certificate: x509.Certificate) -> tuple[bytes, str]:
    """Return a certificate's public key in DER, and what is weak about it."""
    try:
        key = certificate.public_key()
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # a kind of key that cryptography doesn't know (or without its parameters): nothing to say of it
        return b'', ''
    for kind, called, least in SMALLEST_KEYS:
        if isinstance(key, kind) and key.key_size < least:
            return der, f'its {called} key has {key.key_size} bits, fewer than {least}'
    return der, ''


def _weak_signature(signed: x509.Certificate | x509.CertificateRevocationList) -> str:
    try:
        algorithm = signed.signature_hash_algorithm
    except Exception:  # an algorithm that cryptography doesn't know
        return ''
    return f'it is signed with {algorithm.name.upper()}' if algorithm is not None and algorithm.name in WEAK_HASHES else ''


def _passed_over(extensions: x509.Extensions) -> str:
    """Partial lists (RFC 5280, 5.2.5) need a switch of OpenSSL that Python has not."""
    for extension in extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            if extension.value.indirect_crl:
                return 'it is an indirect CRL'
            if extension.value.only_some_reasons:
                return 'it is for some reasons of revocation alone'
            if extension.value.only_contains_attribute_certs:
                return 'it is for attribute certificates alone'
    return ''


def _is_delta(extensions: x509.Extensions) -> bool:
    return any(isinstance(extension.value, x509.DeltaCRLIndicator) for extension in extensions)


def _refused(der: bytes, crl: x509.CertificateRevocationList) -> str:
    """OpenSSL 36: a critical extension that it does not handle, of the list (RFC 5280, 5.2) or of one of its entries (5.3)."""
    critical = [extension for extension in crl.extensions if extension.critical]
    handled = (x509.DeltaCRLIndicator, x509.IssuingDistributionPoint, x509.AuthorityKeyIdentifier)
    unknown = [extension.oid for extension in critical if not isinstance(extension.value, handled)]
    if unknown:
        return f'it has the critical extension {unknown[0].dotted_string}, which OpenSSL does not handle'
    if der.count(_CRITICAL) <= len(critical):  # reading each entry of a long list takes seconds
        return ''
    for entry in crl:
        for extension in entry.extensions:
            if extension.critical and extension.oid != x509.CertificateIssuer.oid:
                return (f'its entry of the serial number {entry.serial_number:x} has the critical extension '
                        f'{extension.oid.dotted_string}, which OpenSSL does not handle')
    return ''


def name_key(name: x509.Name) -> NameKey:
    """Return a name as OpenSSL compares names: without regard to ASCII case and repeated blanks."""
    return tuple(
        frozenset((attribute.oid.dotted_string, ' '.join(str(attribute.value).lower().split())) for attribute in rdn)
        for rdn in name.rdns)


def _shown(name: x509.Name) -> str:
    return safe_text(name.rfc4514_string(), LONGEST_NAME) or '(a name that is empty)'


def _utc(thing: object, what: str) -> dt.datetime:
    """Return a date; cryptography before 42 has it without its zone."""
    value = getattr(thing, f'{what}_utc', None) or getattr(thing, what)
    return t.cast('dt.datetime', value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc))


def _has_end(crl: x509.CertificateRevocationList) -> bool:
    return (crl.next_update_utc if hasattr(crl, 'next_update_utc') else crl.next_update) is not None
