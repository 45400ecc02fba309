# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The extensions of certificates and CRLs, each read on its own, and their values converted to those of records.

Converters raise what `cryptography` raises.
"""

from __future__ import annotations

import functools
import re
import typing as t

from . import der as asn1
from . import records
from .missing_library import missing_library
from .reading_errors import attempt, is_of_reading
from .records import NameKey

if not missing_library():
    from cryptography import x509

Converter: t.TypeAlias = t.Callable[[t.Any], t.Any]
Signed: t.TypeAlias = 'x509.Certificate | x509.CertificateRevocationList'

_UNREADABLE = object()


class Extensions(t.NamedTuple):
    """The readable values by OID, and the OIDs of all extensions, of the critical ones and of the unreadable ones."""

    values: dict[str, t.Any]
    oids: tuple[str, ...]
    critical: tuple[str, ...]
    unreadable: frozenset[str]


def read_extensions(signed: Signed, der: bytes, tag: int, converters: t.Mapping[str, Converter]) -> Extensions:
    """Return the extensions that have a converter. An unreadable one does not hide the others."""
    try:
        extensions = [(extension.oid.dotted_string, extension.critical, extension.value) for extension in signed.extensions]
    except BaseException as error:
        if not is_of_reading(error):
            raise
        return _read_one_by_one(signed, der, tag, converters)
    values = {oid: _converted(converters[oid], value) for oid, _critical, value in extensions if oid in converters}
    return _sorted(values, [(oid, critical) for oid, critical, _value in extensions])


def _read_one_by_one(signed: Signed, der: bytes, tag: int, converters: t.Mapping[str, Converter]) -> Extensions:
    """Return the readable extensions if some are not; a duplicate extension is unreadable (RFC 5280, 4.2)."""
    raw = attempt(lambda: asn1.extensions(der, tag), None)
    if raw is None:
        return Extensions({}, (), (), frozenset(converters))
    load = x509.load_der_x509_certificate if isinstance(signed, x509.Certificate) else x509.load_der_x509_crl
    values: dict[str, t.Any] = {}
    for extension in raw:
        if extension.oid in values:
            values[extension.oid] = _UNREADABLE
        elif extension.oid in converters:
            read = functools.partial(_only_extension, load, asn1.with_one_extension(der, tag, extension.whole))
            values[extension.oid] = _converted(converters[extension.oid], attempt(read, _UNREADABLE))
    return _sorted(values, [(extension.oid, extension.critical) for extension in raw])


def _only_extension(load: t.Callable[[bytes], Signed], der: bytes) -> t.Any:
    (only,) = load(der).extensions
    return only.value


def _converted(convert: Converter, value: t.Any) -> t.Any:
    return value if value is _UNREADABLE else attempt(lambda: convert(value), _UNREADABLE)


def _sorted(values: t.Mapping[str, t.Any], extensions: t.Sequence[tuple[str, bool]]) -> Extensions:
    return Extensions(
        {oid: value for oid, value in values.items() if value is not _UNREADABLE},
        tuple(oid for oid, _critical in extensions),
        tuple(oid for oid, critical in extensions if critical),
        frozenset(oid for oid, value in values.items() if value is _UNREADABLE),
    )


def _rdn_key(rdn: x509.RelativeDistinguishedName) -> frozenset[tuple[str, str]]:
    return frozenset((attribute.oid.dotted_string, _canonical(attribute.value)) for attribute in rdn)


def name_key(name: x509.Name) -> NameKey:
    """Return a name as OpenSSL compares names (x509_name_canon): regardless of ASCII case, of leading, trailing and repeated
    blanks, and of the type of string."""
    return tuple(map(_rdn_key, name.rdns))


def _canonical(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return f'#{value.hex()}'
    folded = re.sub('[A-Z]+', lambda match: match.group().lower(), value)
    return re.sub(f'[{_BLANKS}]+', ' ', folded.strip(_BLANKS))


_BLANKS = ' \t\n\v\f\r'


def _alternative_names(value: x509.SubjectAlternativeName) -> tuple[tuple[tuple[str, ...], ...], records.OtherNames]:
    """Return the host names and addresses, and the other names."""
    return (_texts(value, x509.DNSName), _texts(value, x509.IPAddress)), records.OtherNames(
        _directory_names(value), _texts(value, x509.RFC822Name), _texts(value, x509.UniformResourceIdentifier)
    )


def _texts(names: t.Iterable[x509.GeneralName], kind: type[x509.GeneralName]) -> tuple[str, ...]:
    return tuple(str(name.value) for name in names if isinstance(name, kind))


def _subtrees(names: t.Iterable[x509.GeneralName] | None) -> records.Subtrees:
    names = list(names or ())
    return records.Subtrees(
        _texts(names, x509.DNSName),
        tuple(t.cast(records.Network, name.value) for name in names if isinstance(name, x509.IPAddress)),
        _directory_names(names),
        _texts(names, x509.RFC822Name),
        _texts(names, x509.UniformResourceIdentifier),
    )


def _authority_key(value: x509.AuthorityKeyIdentifier) -> records.AuthorityKey:
    issuers = _directory_names(value.authority_cert_issuer)
    return records.AuthorityKey(value.key_identifier, value.authority_cert_serial_number, issuers[0] if issuers else None)


def _directory_names(names: t.Iterable[x509.GeneralName] | None) -> tuple[NameKey, ...]:
    return tuple(name_key(name.value) for name in names or () if isinstance(name, x509.DirectoryName))


def _scope(value: x509.IssuingDistributionPoint) -> records.Scope:
    return records.Scope(
        value.only_contains_user_certs,
        value.only_contains_ca_certs,
        value.only_contains_attribute_certs,
        bool(value.only_some_reasons),
        value.indirect_crl,
        _point_names(value),
    )


def _distribution_points(value: x509.CRLDistributionPoints) -> tuple[records.DistributionPoint, ...]:
    return tuple(records.DistributionPoint(_point_names(point), _directory_names(point.crl_issuer)) for point in value)


def _point_names(point: x509.DistributionPoint | x509.IssuingDistributionPoint) -> records.PointNames | None:
    if point.relative_name is not None:
        return frozenset(((records.RELATIVE, (_rdn_key(point.relative_name),)),))
    if point.full_name is None:
        return None
    return frozenset(
        (type(name).__name__, name_key(name.value) if isinstance(name, x509.DirectoryName) else str(name.value))
        for name in point.full_name
    )


OF_CERTIFICATES: dict[str, Converter] = {
    records.BASIC_CONSTRAINTS: lambda value: records.BasicConstraints(value.ca, value.path_length),
    records.KEY_USAGE: lambda value: records.KeyUsage(
        value.key_cert_sign, value.crl_sign, value.digital_signature or value.key_encipherment or value.key_agreement
    ),
    records.EXTENDED_KEY_USAGE: lambda value: frozenset(purpose.dotted_string for purpose in value),
    records.SUBJECT_KEY: lambda value: value.digest,
    records.AUTHORITY_KEY: _authority_key,
    records.SUBJECT_ALTERNATIVE_NAME: _alternative_names,
    records.NAME_CONSTRAINTS: lambda value: records.NameConstraints(
        _subtrees(value.permitted_subtrees), _subtrees(value.excluded_subtrees)
    ),
    records.DISTRIBUTION_POINTS: _distribution_points,
}
OF_CRLS: dict[str, Converter] = {
    records.AUTHORITY_KEY: _authority_key,
    records.ISSUING_DISTRIBUTION_POINT: _scope,
    records.CRL_NUMBER: lambda value: value.crl_number,
}
