# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs read with `cryptography` into records.

Its objects are lazy: a part is parsed, and raises, when it is accessed. So each part is accessed here, once. Without a mandatory
part (names, dates, serial number) the whole is unreadable; an optional part is left out and named in `unreadable`.
"""

from __future__ import annotations

import functools
import typing as t

from ...module_utils.safe_text import safe_text
from ...module_utils.tls.host_names import CertificateNames
from . import der as asn1
from . import records
from .crl_entries import refused_entry
from .dates import utc, utc_or_none
from .extensions import OF_CERTIFICATES, OF_CRLS, Signed, name_key, read_extensions
from .missing_library import missing_library
from .reading_errors import attempt, read_or_reason
from .records import Certificate, RevocationList

if not missing_library():
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

LONGEST_NAME = 200  # characters of a subject in a message
CACHED_CERTIFICATES, CACHED_CRLS = 4096, 64
LARGEST = 100 << 10  # bytes of a certificate, or of a CRL without its entries: OpenSSL accepts no larger chain from a mail server

_HANDLED_IN_CRLS = (records.DELTA_INDICATOR, records.ISSUING_DISTRIBUTION_POINT, records.AUTHORITY_KEY)


@functools.lru_cache(maxsize=CACHED_CERTIFICATES)
def read_certificate(der: bytes) -> Certificate | str:
    """Return the record of a certificate, or why it can't be read."""
    return read_or_reason(_certificate, der)


@functools.lru_cache(maxsize=CACHED_CRLS)
def read_crl(der: bytes) -> RevocationList | str:
    """Return the record of a CRL, or why it can't be read."""
    return read_or_reason(_crl, der)


def _certificate(der: bytes) -> Certificate:
    _refuse_large(len(der))
    certificate = x509.load_der_x509_certificate(der)
    extensions = read_extensions(certificate, der, asn1.OF_CERTIFICATE, OF_CERTIFICATES)
    values = extensions.values
    (dns, ip), others = values.get(records.SUBJECT_ALTERNATIVE_NAME, (((), ()), records.OtherNames()))
    subject = name_key(certificate.subject)
    public_key, key_kind, key_bits = attempt(lambda: _key(certificate), (b'', '', 0))
    return Certificate(
        der=der,
        subject=_displayed(certificate.subject),
        issuer=_displayed(certificate.issuer),
        name=subject,
        issuer_name=name_key(certificate.issuer),
        serial=certificate.serial_number,
        version={x509.Version.v1: 1, x509.Version.v3: 3}[certificate.version],
        not_before=utc(certificate, 'not_valid_before'),
        not_after=utc(certificate, 'not_valid_after'),
        public_key=public_key,
        key_kind=key_kind,
        key_bits=key_bits,
        signature_hash=_hash(certificate),
        critical=extensions.critical,
        unreadable=extensions.unreadable,
        names=CertificateNames(dns, ip, _of_subject(certificate, x509.NameOID.COMMON_NAME)),
        other_names=records.OtherNames(
            directory=((subject,) if subject else ()) + others.directory,
            email=_of_subject(certificate, x509.NameOID.EMAIL_ADDRESS) + others.email,
            uri=others.uri,
        ),
        constraints=values.get(records.BASIC_CONSTRAINTS),
        usage=values.get(records.KEY_USAGE),
        purposes=values.get(records.EXTENDED_KEY_USAGE),
        key_id=values.get(records.SUBJECT_KEY),
        authority_key=values.get(records.AUTHORITY_KEY),
        name_constraints=values.get(records.NAME_CONSTRAINTS),
        distribution_points=values.get(records.DISTRIBUTION_POINTS),
    )


def _refuse_large(size: int) -> None:
    if size > LARGEST:
        raise ValueError(f'it has more than {LARGEST} bytes')


def _crl(der: bytes) -> RevocationList:
    crl = x509.load_der_x509_crl(der)
    parts, _algorithm = asn1.signed_parts(der)
    _refuse_large(sum(len(part.whole) for part in [*parts[:3], *(part for part in parts if part.tag == asn1.OF_CRL)]))
    extensions = read_extensions(crl, der, asn1.OF_CRL, OF_CRLS)
    refused, unreadable = _refused(der, extensions.critical), extensions.unreadable
    if refused is None:
        refused, unreadable = '', unreadable | {records.ENTRIES}
    return RevocationList(
        der=der,
        issuer=_displayed(crl.issuer),
        name=name_key(crl.issuer),
        last_update=utc(crl, 'last_update'),
        next_update=utc_or_none(crl, 'next_update'),
        authority_key=extensions.values.get(records.AUTHORITY_KEY),
        signature_hash=_hash(crl),
        scope=extensions.values.get(records.ISSUING_DISTRIBUTION_POINT),
        is_delta=records.DELTA_INDICATOR in extensions.oids,
        critical=extensions.critical,
        unreadable=unreadable,
        refused=refused,
        entries=len(crl),
        number=extensions.values.get(records.CRL_NUMBER),
    )


def _key(certificate: x509.Certificate) -> tuple[bytes, str, int]:
    """Return a certificate's public key in DER, its kind and size; '' and 0 for a kind without sizes."""
    key = certificate.public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    kinds = ((rsa.RSAPublicKey, 'RSA'), (dsa.DSAPublicKey, 'DSA'), (ec.EllipticCurvePublicKey, 'elliptic curve'))
    for kind, name in kinds:
        if isinstance(key, kind):
            return der, name, key.key_size
    return der, '', 0


def _hash(signed: Signed) -> str:
    algorithm = attempt(lambda: signed.signature_hash_algorithm, None)
    return algorithm.name if algorithm is not None else ''


def _refused(der: bytes, critical: t.Sequence[str]) -> str | None:
    """Return why OpenSSL refuses a CRL (36): a critical extension that it does not handle, of the list (RFC 5280, 5.2) or of an
    entry (5.3). '' if it doesn't, None if the entries can't all be checked.
    """
    unknown = [oid for oid in critical if oid not in _HANDLED_IN_CRLS]
    if unknown:
        return f'it has the critical extension {unknown[0]}, which OpenSSL does not handle'
    if der.count(asn1.TRUE) <= len(critical):  # reading each entry of a long list takes seconds
        return ''
    return attempt(lambda: refused_entry(der), None)


def _of_subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid))


def _displayed(name: x509.Name) -> str:
    return safe_text(name.rfc4514_string(), LONGEST_NAME) or '(an empty name)'
