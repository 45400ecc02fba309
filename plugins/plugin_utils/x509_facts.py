# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CA certificates and CRLs say of themselves (RFC 5280), read once each with cryptography."""
from __future__ import annotations

import datetime as dt
import functools
import typing as t
import warnings

from cryptography import x509

from ..module_utils.safe_text import safe_text

LONGEST_NAME = 200  # characters of a subject in a message
MANY_CERTIFICATES, MANY_CRLS = 4096, 64  # that are kept parsed

NameKey = tuple[frozenset[tuple[str, str]], ...]


class Authority(t.NamedTuple):
    """What is asked of a CA certificate. `fault` says why it is none, '' for a CA."""
    subject: str
    name: NameKey
    not_before: dt.datetime
    not_after: dt.datetime
    fault: str
    signs_crls: bool
    key_id: bytes | None
    certificate: x509.Certificate

    def has_signed(self, crl_der: bytes) -> bool:
        """Return whether a CRL that can be read bears the signature of this certificate's key."""
        return _is_signed_by(crl_der, self.certificate)


class RevocationList(t.NamedTuple):
    """What is asked of a CRL. `key_id` is the issuer's key, where the CRL names it."""
    issuer: str
    name: NameKey
    last_update: dt.datetime
    next_update: dt.datetime | None
    key_id: bytes | None


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
            return Authority(
                _shown(certificate.subject), _name_key(certificate.subject),
                _utc(certificate, 'not_valid_before'), _utc(certificate, 'not_valid_after'),
                _why_not_a_ca(certificate, constraints, usage),
                not isinstance(usage, x509.KeyUsage) or usage.crl_sign,
                subject_key.digest if isinstance(subject_key, x509.SubjectKeyIdentifier) else None,
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
                _shown(crl.issuer), _name_key(crl.issuer), _utc(crl, 'last_update'),
                _utc(crl, 'next_update') if _has_end(crl) else None, issuer_keys[0] if issuer_keys else None)
    except Exception as error:
        return safe_text(str(error) or type(error).__name__, LONGEST_NAME)


@functools.lru_cache(maxsize=MANY_CRLS)
def _is_signed_by(crl_der: bytes, certificate: x509.Certificate) -> bool:
    try:
        crl = x509.load_der_x509_crl(crl_der)
        return bool(crl.is_signature_valid(certificate.public_key()))  # type: ignore[arg-type]
    except Exception:  # a kind of key or signature that cryptography can't verify: OpenSSL wouldn't either
        return False


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


def _name_key(name: x509.Name) -> NameKey:
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
