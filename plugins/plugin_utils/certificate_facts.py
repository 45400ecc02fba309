# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mail server's certificate as a result shows it, and its parts as the diagnosis asks for them."""
from __future__ import annotations

import datetime as dt
import math
import typing as t
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from ..module_utils.name_match import CertificateNames
from ..module_utils.safe_text import safe_text

DAY = dt.timedelta(days=1)
MOST_NAMES = 200
LONGEST_NAME = 200  # characters
LEAST_BITS = {rsa.RSAPublicKey: 2048, dsa.DSAPublicKey: 2048, ec.EllipticCurvePublicKey: 224}  # OpenSSL's security level 2


def load(der: bytes) -> x509.Certificate | None:
    """Return the certificate, None for what cryptography can't read; names and dates of what is returned can be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of what cryptography will refuse one day: it is the mail server's certificate
            certificate = x509.load_der_x509_certificate(der)
            # They are parsed when they are asked for, and OpenSSL takes names that cryptography does not.
            for name in (certificate.subject, certificate.issuer):
                name.rfc4514_string()
            not_before(certificate), not_after(certificate), certificate.serial_number, certificate.version
            return certificate
    except Exception:  # its parser raises many kinds
        return None


def load_crl(der: bytes) -> x509.CertificateRevocationList | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return x509.load_der_x509_crl(der)
    except Exception:
        return None


def shown(name: x509.Name) -> str:
    """Return a subject or issuer, safe to show."""
    return safe_text(name.rfc4514_string(), LONGEST_NAME) or '(an empty name)'


def moment(when: dt.datetime) -> str:
    return when.strftime('%Y-%m-%d %H:%M UTC')


def utc(thing: object, what: str) -> dt.datetime | None:
    """Return a date of a certificate or CRL; cryptography before 42 has it without its zone."""
    value = getattr(thing, f'{what}_utc') if hasattr(thing, f'{what}_utc') else getattr(thing, what)
    if value is None:
        return None
    return t.cast('dt.datetime', value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc))


def not_before(certificate: x509.Certificate) -> dt.datetime:
    return t.cast('dt.datetime', utc(certificate, 'not_valid_before'))


def not_after(certificate: x509.Certificate) -> dt.datetime:
    return t.cast('dt.datetime', utc(certificate, 'not_valid_after'))


def extension(certificate: x509.Certificate | x509.CertificateRevocationList, kind: type[t.Any]) -> t.Any:
    """Return the value of an extension, None where there is none or the extensions can't be read."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except Exception:
        return None


def key_bits(certificate: x509.Certificate) -> tuple[int, int]:
    """Return the size of the key and the least that is good enough; twice 0 for a kind that has no sizes."""
    try:
        key = certificate.public_key()
    except Exception:  # a kind of key that cryptography doesn't know
        return 0, 0
    for kind, least in LEAST_BITS.items():
        if isinstance(key, kind):
            return t.cast('rsa.RSAPublicKey', key).key_size, least
    return 0, 0


def signature_hash(certificate: x509.Certificate) -> str:
    """Return the name of the hash in the signature, '' where there is none or cryptography doesn't know it."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except Exception:
        return ''
    return algorithm.name if algorithm is not None else ''


def names(certificate: x509.Certificate) -> CertificateNames:
    """Return the names that host names and addresses are compared with."""
    alternative = extension(certificate, x509.SubjectAlternativeName)
    dns = alternative.get_values_for_type(x509.DNSName) if alternative is not None else []
    addresses = alternative.get_values_for_type(x509.IPAddress) if alternative is not None else []
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return CertificateNames(
        tuple(map(str, dns[:MOST_NAMES])), tuple(map(str, addresses[:MOST_NAMES])),
        tuple(str(attribute.value) for attribute in common[:MOST_NAMES]))


def describe(certificate: x509.Certificate, now: dt.datetime) -> dict[str, t.Any]:
    """Return the `certificate` of a result; days_left is rounded down, negative for an expired one."""
    found = names(certificate)
    end = not_after(certificate)
    return {
        'subject': shown(certificate.subject),
        'issuer': shown(certificate.issuer),
        'sans': [f'DNS:{safe_text(name)}' for name in found.dns] + [f'IP:{address}' for address in found.ip],
        'not_before': not_before(certificate).strftime('%Y-%m-%dT%H:%M:%SZ'),
        'not_after': end.strftime('%Y-%m-%dT%H:%M:%SZ'),
        'days_left': math.floor((end - now) / DAY),
        'sha256': certificate.fingerprint(hashes.SHA256()).hex(),
    }
