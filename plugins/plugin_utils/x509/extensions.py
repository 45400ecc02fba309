# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values of extensions, and names, as `cryptography` has them turned into those of records. They raise what it raises."""

from __future__ import annotations

import re
import typing as t

from . import records
from .library import missing_library
from .records import NameKey

if not missing_library():
    from cryptography import x509

Converter: t.TypeAlias = t.Callable[[t.Any], t.Any]


def _rdn_key(rdn: x509.RelativeDistinguishedName) -> frozenset[tuple[str, str]]:
    return frozenset((one.oid.dotted_string, _canonical(one.value)) for one in rdn)


def name_key(name: x509.Name) -> NameKey:
    """Return a name as OpenSSL compares names (x509_name_canon): without regard to ASCII case, to blanks at the ends and to
    repeated ones, and to the type of string."""
    return tuple(map(_rdn_key, name.rdns))


def _canonical(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return f'#{value.hex()}'
    folded = re.sub('[A-Z]+', lambda found: found.group().lower(), value)
    return re.sub(f'[{_BLANKS}]+', ' ', folded.strip(_BLANKS))


_BLANKS = ' \t\n\v\f\r'


def _alternative_names(value: x509.SubjectAlternativeName) -> tuple[tuple[tuple[str, ...], ...], records.OtherNames]:
    """Return the host names and addresses, and the other names."""
    return (_texts(value, x509.DNSName), _texts(value, x509.IPAddress)), records.OtherNames(
        _directory_names(value), _texts(value, x509.RFC822Name), _texts(value, x509.UniformResourceIdentifier)
    )


def _texts(names: t.Iterable[x509.GeneralName], kind: type[x509.GeneralName]) -> tuple[str, ...]:
    return tuple(str(one.value) for one in names if isinstance(one, kind))


def _subtrees(names: t.Iterable[x509.GeneralName] | None) -> records.Subtrees:
    found = list(names or ())
    return records.Subtrees(
        _texts(found, x509.DNSName),
        tuple(t.cast(records.Network, one.value) for one in found if isinstance(one, x509.IPAddress)),
        _directory_names(found),
        _texts(found, x509.RFC822Name),
        _texts(found, x509.UniformResourceIdentifier),
    )


def _authority_key(value: x509.AuthorityKeyIdentifier) -> records.AuthorityKey:
    issuers = _directory_names(value.authority_cert_issuer)
    return records.AuthorityKey(value.key_identifier, value.authority_cert_serial_number, issuers[0] if issuers else None)


def _directory_names(names: t.Iterable[x509.GeneralName] | None) -> tuple[NameKey, ...]:
    return tuple(name_key(one.value) for one in names or () if isinstance(one, x509.DirectoryName))


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
    return tuple(records.DistributionPoint(_point_names(one), _directory_names(one.crl_issuer)) for one in value)


def _point_names(point: x509.DistributionPoint | x509.IssuingDistributionPoint) -> records.PointNames | None:
    if point.relative_name is not None:
        return frozenset(((records.RELATIVE, (_rdn_key(point.relative_name),)),))
    if point.full_name is None:
        return None
    return frozenset(
        (type(one).__name__, name_key(one.value) if isinstance(one, x509.DirectoryName) else str(one.value))
        for one in point.full_name
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
}
