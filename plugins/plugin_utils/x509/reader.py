# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs read with cryptography into records: with `extensions` the one place that touches its objects.

They are lazy: a part is parsed when it is asked for, and raises then. So each part is asked for here, once. What a record can't
do without (names, dates, serial number) makes the whole unreadable; what it can is left out, and said to be.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import typing as t
import warnings

from ...module_utils.safe_text import safe_text
from ...module_utils.tls.host_names import CertificateNames
from . import budget, records
from . import der as asn1
from .extensions import OF_CERTIFICATES, OF_CRLS, Converter, name_key
from .library import missing_library
from .reading_errors import is_of_reading, why
from .records import Certificate, Entry, RevocationList

if not missing_library():
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

LONGEST_NAME = 200  # characters of a subject in a message
MANY_CERTIFICATES, MANY_CRLS, MANY_ENTRIES = 4096, 64, 1024  # that are kept read
LARGEST = 100 << 10  # bytes of a certificate, or of a CRL but for its entries: OpenSSL takes no larger chain from a mail server
MOST_ENTRIES = 50_000  # of a CRL that are looked at one by one: that takes about a second

_LONG_SEQUENCE, _FIRST_ENTRY = b'\x30\x83...', 16  # the tag and length of 64 KiB and more; before it no entry can begin
_HANDLED_IN_CRLS = (records.DELTA_INDICATOR, records.ISSUING_DISTRIBUTION_POINT, records.AUTHORITY_KEY)

Value = t.TypeVar('Value')
Signed: t.TypeAlias = 'x509.Certificate | x509.CertificateRevocationList'


class Extensions(t.NamedTuple):
    """By OID what could be read; the OIDs of all, of the critical ones, and of those that can't be read."""

    values: dict[str, t.Any]
    oids: tuple[str, ...]
    critical: tuple[str, ...]
    unreadable: frozenset[str]


def attempt(read: t.Callable[[], Value], otherwise: Value) -> Value:
    """Return what is read, or `otherwise` where it can't be."""
    try:
        return read()
    except BaseException as error:
        if not is_of_reading(error):
            raise
        return otherwise


def _read(read: t.Callable[[bytes], Value], der: bytes) -> Value | str:
    """Return what is read, or why it can't be. Raises OverBudget."""
    budget.check()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of what cryptography will refuse one day: it is the user's file, not our code
            return read(der)
    except BaseException as error:
        if not is_of_reading(error):
            raise
        return why(error)


@functools.lru_cache(maxsize=MANY_CERTIFICATES)
def read_certificate(der: bytes) -> Certificate | str:
    """Return what a certificate says, or why it can't be read."""
    return _read(_certificate, der)


@functools.lru_cache(maxsize=MANY_CRLS)
def read_crl(der: bytes) -> RevocationList | str:
    """Return what a CRL says, or why it can't be read."""
    return _read(_crl, der)


def entry_of(crl: RevocationList, serial: int) -> Entry | str | None:
    """Return the entry of a certificate, None where there is none, or why it can't be read."""
    return _entry_of(crl.der, serial)


@functools.lru_cache(maxsize=MANY_ENTRIES)
def _entry_of(der: bytes, serial: int) -> Entry | str | None:
    budget.check()
    number = asn1.integer(serial)
    if number not in der:
        return None
    if re.compile(_LONG_SEQUENCE + re.escape(number), re.DOTALL).search(der, _FIRST_ENTRY):
        return f'it has more than {(1 << 16) - 1} bytes'
    return _read(lambda der: _entry(x509.load_der_x509_crl(der), serial), der)


def _certificate(der: bytes) -> Certificate:
    _refuse_large(len(der))
    certificate = x509.load_der_x509_certificate(der)
    found = _extensions(certificate, der, asn1.OF_CERTIFICATE, OF_CERTIFICATES)
    values = found.values
    (dns, ip), others = values.get(records.SUBJECT_ALTERNATIVE_NAME, (((), ()), records.OtherNames()))
    subject = name_key(certificate.subject)
    return Certificate(
        der,
        _shown(certificate.subject),
        _shown(certificate.issuer),
        subject,
        name_key(certificate.issuer),
        certificate.serial_number,
        {x509.Version.v1: 1, x509.Version.v3: 3}[certificate.version],
        _utc(certificate, 'not_valid_before'),
        _utc(certificate, 'not_valid_after'),
        *attempt(lambda: _key(certificate), (b'', '', 0)),
        _hash(certificate),
        found.critical,
        found.unreadable,
        CertificateNames(dns, ip, _of_subject(certificate, x509.NameOID.COMMON_NAME)),
        records.OtherNames(
            ((subject,) if subject else ()) + others.directory,
            _of_subject(certificate, x509.NameOID.EMAIL_ADDRESS) + others.email,
            others.uri,
        ),
        *map(
            values.get,
            (
                records.BASIC_CONSTRAINTS,
                records.KEY_USAGE,
                records.EXTENDED_KEY_USAGE,
                records.SUBJECT_KEY,
                records.AUTHORITY_KEY,
                records.NAME_CONSTRAINTS,
                records.DISTRIBUTION_POINTS,
            ),
        ),
    )


def _refuse_large(size: int) -> None:
    if size > LARGEST:
        raise ValueError(f'it has more than {LARGEST} bytes')


def _crl(der: bytes) -> RevocationList:
    crl = x509.load_der_x509_crl(der)
    parts, _algorithm = asn1.signed_parts(der)
    _refuse_large(sum(len(part.whole) for part in [*parts[:3], *(part for part in parts if part.tag == asn1.OF_CRL)]))
    found = _extensions(crl, der, asn1.OF_CRL, OF_CRLS)
    refused, unreadable = _refused(der, found.critical), found.unreadable
    if refused is None:
        refused, unreadable = '', unreadable | {records.ENTRIES}
    return RevocationList(
        der,
        _shown(crl.issuer),
        name_key(crl.issuer),
        _utc(crl, 'last_update'),
        _utc_or_none(crl, 'next_update'),
        found.values.get(records.AUTHORITY_KEY),
        _hash(crl),
        found.values.get(records.ISSUING_DISTRIBUTION_POINT),
        records.DELTA_INDICATOR in found.oids,
        found.critical,
        unreadable,
        refused,
        len(crl),
    )


def _extensions(signed: Signed, der: bytes, tag: int, converters: t.Mapping[str, Converter]) -> Extensions:
    """Return the extensions that have a converter. One that can't be read does not hide the others."""
    try:
        found = [(one.oid.dotted_string, one.critical, one.value) for one in signed.extensions]
    except BaseException as error:
        if not is_of_reading(error):
            raise
        return _extensions_by_themselves(signed, der, tag, converters)
    values = {oid: _converted(converters[oid], value) for oid, _critical, value in found if oid in converters}
    return _sorted_out(values, [(oid, critical) for oid, critical, _value in found])


def _extensions_by_themselves(signed: Signed, der: bytes, tag: int, converters: t.Mapping[str, Converter]) -> Extensions:
    """Return what can be read where something can't; an extension that is there twice can't (RFC 5280, 4.2)."""
    raw = attempt(lambda: asn1.extensions(der, tag), None)
    if raw is None:
        return Extensions({}, (), (), frozenset(converters))
    load = x509.load_der_x509_certificate if isinstance(signed, x509.Certificate) else x509.load_der_x509_crl
    values: dict[str, t.Any] = {}
    for one in raw:
        if one.oid in values:
            values[one.oid] = _UNREADABLE
        elif one.oid in converters:
            alone = functools.partial(_alone, load, asn1.with_one_extension(der, tag, one.whole))
            values[one.oid] = _converted(converters[one.oid], attempt(alone, _UNREADABLE))
    return _sorted_out(values, [(one.oid, one.critical) for one in raw])


def _alone(load: t.Callable[[bytes], Signed], der: bytes) -> t.Any:
    (only,) = load(der).extensions
    return only.value


def _converted(convert: Converter, value: t.Any) -> t.Any:
    return value if value is _UNREADABLE else attempt(lambda: convert(value), _UNREADABLE)


def _sorted_out(values: t.Mapping[str, t.Any], found: t.Sequence[tuple[str, bool]]) -> Extensions:
    return Extensions(
        {oid: value for oid, value in values.items() if value is not _UNREADABLE},
        tuple(oid for oid, _critical in found),
        tuple(oid for oid, critical in found if critical),
        frozenset(oid for oid, value in values.items() if value is _UNREADABLE),
    )


_UNREADABLE = object()


def _key(certificate: x509.Certificate) -> tuple[bytes, str, int]:
    """Return a certificate's public key in DER, its kind and size; '' and 0 for a kind without sizes."""
    key = certificate.public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    kinds = ((rsa.RSAPublicKey, 'RSA'), (dsa.DSAPublicKey, 'DSA'), (ec.EllipticCurvePublicKey, 'elliptic curve'))
    for kind, called in kinds:
        if isinstance(key, kind):
            return der, called, key.key_size
    return der, '', 0


def _hash(signed: Signed) -> str:
    algorithm = attempt(lambda: signed.signature_hash_algorithm, None)
    return algorithm.name if algorithm is not None else ''


def _refused(der: bytes, critical: t.Sequence[str]) -> str | None:
    """OpenSSL 36: a critical extension that it does not handle, of the list (RFC 5280, 5.2) or of one of its entries (5.3).

    None where the entries can't all be looked at.
    """
    unknown = [oid for oid in critical if oid not in _HANDLED_IN_CRLS]
    if unknown:
        return f'it has the critical extension {unknown[0]}, which OpenSSL does not handle'
    if der.count(asn1.TRUE) <= len(critical):  # reading each entry of a long list takes seconds
        return ''
    return attempt(lambda: _refused_entry(der), None)


def _refused_entry(der: bytes) -> str | None:
    for number, (serial, extensions) in enumerate(asn1.entries(der)):
        if number == MOST_ENTRIES:
            return None
        for extension in extensions:
            if extension.critical and extension.oid != records.CERTIFICATE_ISSUER:
                revoked = int.from_bytes(serial, 'big', signed=True)
                return (
                    f'its entry of the serial number {revoked:x} has the critical extension '
                    f'{extension.oid}, which OpenSSL does not handle'
                )
    return ''


def _entry(crl: x509.CertificateRevocationList, serial: int) -> Entry | None:
    found = _found_one_by_one(crl, serial) if serial < 0 else crl.get_revoked_certificate_by_serial_number(serial)
    if found is None:
        return None
    reasons = [extension.value.reason for extension in found.extensions if isinstance(extension.value, x509.CRLReason)]
    date = attempt(lambda: _utc_or_none(found, 'revocation_date'), None)
    return Entry(date, x509.ReasonFlags.remove_from_crl in reasons)


def _found_one_by_one(crl: x509.CertificateRevocationList, serial: int) -> x509.RevokedCertificate | None:
    """Return the entry of a negative serial number (RFC 5280 forbids it, OpenSSL takes it), which cryptography can't look up."""
    for number, entry in enumerate(budget.watched(crl)):
        if number == MOST_ENTRIES:
            raise ValueError(f'it has more than {MOST_ENTRIES} entries')
        if entry.serial_number == serial:
            return entry
    return None


def _of_subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(one.value) for one in certificate.subject.get_attributes_for_oid(oid))


def _shown(name: x509.Name) -> str:
    return safe_text(name.rfc4514_string(), LONGEST_NAME) or '(a name that is empty)'


def _utc(thing: object, what: str) -> dt.datetime:
    """Return a date, in UTC with its zone. Raises ValueError where there is none."""
    value = _utc_or_none(thing, what)
    if value is None:
        raise ValueError(f'it has no {what}')
    return value


def _utc_or_none(thing: object, what: str) -> dt.datetime | None:
    """Return a date; cryptography before 42 has it without its zone."""
    value = getattr(thing, f'{what}_utc' if hasattr(thing, f'{what}_utc') else what)
    if value is None or value.tzinfo:
        return t.cast('dt.datetime | None', value)
    return t.cast('dt.datetime', value.replace(tzinfo=dt.timezone.utc))
