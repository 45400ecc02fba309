# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs (RFC 5280) as plain values: nothing here is parsed lazily, and nothing raises."""

from __future__ import annotations

import datetime as dt
import ipaddress
import typing as t

from ...module_utils.tls.host_names import CertificateNames

# A name as OpenSSL compares names: for each RDN the set of its attributes.
NameKey: t.TypeAlias = tuple[frozenset[tuple[str, str]], ...]
Network: t.TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# Names of a distribution point, each its kind and value. A relative name is appended to its issuer's name.
PointNames: t.TypeAlias = frozenset[tuple[str, str | NameKey]]
RELATIVE = 'relative'

# The minimum of OpenSSL's security level 2, the default of current distributions: 112 bits (NIST SP 800-57).
LEAST_BITS = {'RSA': 2048, 'DSA': 2048, 'elliptic curve': 224}
WEAK_HASHES = frozenset(('md2', 'md4', 'md5', 'sha1'))

BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE = '2.5.29.19', '2.5.29.15', '2.5.29.37'
SUBJECT_KEY, AUTHORITY_KEY = '2.5.29.14', '2.5.29.35'
SUBJECT_ALTERNATIVE_NAME, NAME_CONSTRAINTS = '2.5.29.17', '2.5.29.30'
DELTA_INDICATOR, ISSUING_DISTRIBUTION_POINT, DISTRIBUTION_POINTS = '2.5.29.27', '2.5.29.28', '2.5.29.31'
CERTIFICATE_ISSUER = '2.5.29.29'  # of an entry of a CRL
CRL_NUMBER = '2.5.29.20'
ENTRIES = 'entries'  # of a CRL, in `unreadable`

# The extensions that the analysis depends on, by their names in messages.
EXTENSION_NAMES = {
    BASIC_CONSTRAINTS: 'basicConstraints',
    KEY_USAGE: 'keyUsage',
    EXTENDED_KEY_USAGE: 'extendedKeyUsage',
    SUBJECT_KEY: 'subjectKeyIdentifier',
    AUTHORITY_KEY: 'authorityKeyIdentifier',
    SUBJECT_ALTERNATIVE_NAME: 'subjectAltName',
    NAME_CONSTRAINTS: 'nameConstraints',
    DELTA_INDICATOR: 'deltaCRLIndicator',
    ISSUING_DISTRIBUTION_POINT: 'issuingDistributionPoint',
    DISTRIBUTION_POINTS: 'cRLDistributionPoints',
    ENTRIES: 'its entries',
}


class BasicConstraints(t.NamedTuple):
    ca: bool
    path_length: int | None


class KeyUsage(t.NamedTuple):
    """`serves_tls` = it has one of digitalSignature, keyEncipherment and keyAgreement, as OpenSSL requires of a server."""

    signs_certificates: bool
    signs_crls: bool
    serves_tls: bool = True


class AuthorityKey(t.NamedTuple):
    """An authority key identifier (RFC 5280, 4.2.1.1): the issuer's key, and the serial number and issuer of its certificate."""

    key_id: bytes | None
    serial: int | None
    issuer: NameKey | None

    def can_be(self, certificate: Certificate) -> bool:
        """Return whether it can mean a certificate, as far as both say so (X509_check_akid)."""
        return (
            (None in (self.key_id, certificate.key_id) or self.key_id == certificate.key_id)
            and self.serial in (None, certificate.serial)
            and self.issuer in (None, certificate.issuer_name)
        )


class DistributionPoint(t.NamedTuple):
    """A CRL distribution point of a certificate (4.2.1.13): its names, None if it has none, and the issuers of its CRLs, ()
    for the certificate's issuer."""

    names: PointNames | None
    crl_issuers: tuple[NameKey, ...]


class Subtrees(t.NamedTuple):
    """Names that a CA may, or may not, issue for (RFC 5280, 4.2.1.10)."""

    dns: tuple[str, ...] = ()
    ip: tuple[Network, ...] = ()
    directory: tuple[NameKey, ...] = ()
    email: tuple[str, ...] = ()
    uri: tuple[str, ...] = ()


class OtherNames(t.NamedTuple):
    """The names of a certificate that are not hosts, in its subject or as alternatives: kinds of Subtrees."""

    directory: tuple[NameKey, ...] = ()
    email: tuple[str, ...] = ()
    uri: tuple[str, ...] = ()


class NameConstraints(t.NamedTuple):
    permitted: Subtrees
    excluded: Subtrees


class Certificate(t.NamedTuple):
    """A certificate. `subject` and `issuer` are for messages, `name` and `issuer_name` for comparisons.

    An extension that is None is absent, unless its OID is in `unreadable`: then nothing is known of it. `public_key` is the
    key's DER, b'' if it can't be read, and `key_kind` is '' for a key without sizes; `signature_hash` is '' if there is none,
    or an unknown one.
    """

    der: bytes
    subject: str
    issuer: str
    name: NameKey
    issuer_name: NameKey
    serial: int
    version: int
    not_before: dt.datetime
    not_after: dt.datetime
    public_key: bytes
    key_kind: str
    key_bits: int
    signature_hash: str
    critical: tuple[str, ...]
    unreadable: frozenset[str]
    names: CertificateNames
    other_names: OtherNames
    constraints: BasicConstraints | None
    usage: KeyUsage | None
    purposes: frozenset[str] | None
    key_id: bytes | None
    authority_key: AuthorityKey | None
    name_constraints: NameConstraints | None
    distribution_points: tuple[DistributionPoint, ...] | None

    @property
    def is_self_issued(self) -> bool:
        return self.name == self.issuer_name

    @property
    def is_self_signed(self) -> bool:
        """Whether it names itself as its issuer (EXFLAG_SS). After a change of its key a CA also issues for its own name."""
        return self.may_be_issued_by(self)

    def may_be_issued_by(self, issuer: Certificate) -> bool:
        """Return whether a certificate has the name, and if specified the key, of this one's issuer (X509_check_issued)."""
        return issuer.name == self.issuer_name and (self.authority_key is None or self.authority_key.can_be(issuer))

    @property
    def is_ca(self) -> bool | None:
        """Whether its basic constraints say that it is a CA; None if they can't be read."""
        if BASIC_CONSTRAINTS in self.unreadable:
            return None
        return self.constraints is not None and self.constraints.ca

    @property
    def path_length(self) -> int | None:
        return self.constraints.path_length if self.constraints is not None else None

    @property
    def has_weak_key(self) -> bool:
        return self.key_bits < LEAST_BITS.get(self.key_kind, 0)

    @property
    def has_weak_signature(self) -> bool:
        return self.signature_hash in WEAK_HASHES


class Scope(t.NamedTuple):
    """What an issuing distribution point limits a CRL to (RFC 5280, 5.2.5)."""

    user_certificates: bool
    ca_certificates: bool
    attribute_certificates: bool
    some_reasons: bool
    indirect: bool
    names: PointNames | None = None


class Entry(t.NamedTuple):
    """An entry of a CRL. `is_removed` = its reason is removeFromCRL: the certificate isn't revoked any more (5.3.1)."""

    date: dt.datetime | None
    is_removed: bool


class RevocationList(t.NamedTuple):
    """A CRL. A delta (5.2.4) is used as if it were complete.

    `refused` says why OpenSSL refuses each certificate because of it, '' for a CRL that is used. `entries` is their number,
    `number` that of the CRL (5.2.3), None if it has none that can be read.
    """

    der: bytes
    issuer: str
    name: NameKey
    last_update: dt.datetime
    next_update: dt.datetime | None
    authority_key: AuthorityKey | None
    signature_hash: str
    scope: Scope | None
    is_delta: bool
    critical: tuple[str, ...]
    unreadable: frozenset[str]
    refused: str
    entries: int
    number: int | None = None

    @property
    def key_id(self) -> bytes | None:
        """The issuer's key, if the CRL names it."""
        return self.authority_key.key_id if self.authority_key is not None else None

    @property
    def has_weak_signature(self) -> bool:
        return self.signature_hash in WEAK_HASHES

    def may_be_issued_by(self, issuer: Certificate) -> bool:
        """Return whether a certificate has the name, and if specified the key, of its issuer."""
        return issuer.name == self.name and (self.authority_key is None or self.authority_key.can_be(issuer))

    @property
    def why_ignored(self) -> str:
        """Why OpenSSL, as set up by Python and sendmemo, ignores the CRL, '' if it uses it: partial CRLs need a flag of
        OpenSSL that Python lacks."""
        if self.scope is None:
            return ''
        if self.scope.indirect:
            return 'it is an indirect CRL'
        if self.scope.some_reasons:
            return 'it is for some reasons of revocation alone'
        return 'it is for attribute certificates alone' if self.scope.attribute_certificates else ''


def unread(record: Certificate | RevocationList, oids: t.Container[str] = frozenset(EXTENSION_NAMES)) -> str:
    """Return the names of the unreadable extensions among those with these OIDs, '' if all can be read."""
    return ', '.join(name for oid, name in EXTENSION_NAMES.items() if oid in record.unreadable and oid in oids)
