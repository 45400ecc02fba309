# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a chain's certificates are revoked, and the problems of the CRLs that are used.

As OpenSSL checks it (check_cert), without X509_V_FLAG_EXTENDED_CRL_SUPPORT, which Python can't set.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.problems import Problem
from ..days import ago
from .certificate import defect
from .chain_path import Path, Trust
from .crl_entries import entry_of
from .dates import moment
from .records import (
    DISTRIBUTION_POINTS,
    RELATIVE,
    Certificate,
    DistributionPoint,
    Entry,
    NameKey,
    PointNames,
    RevocationList,
)
from .signatures import is_signed_by

OTHER_LIST = 'Put another revocation list of that CA into CrlFile, one for server certificates.'


class Candidate(t.NamedTuple):
    """A CRL of a certificate's issuer: its signer's certificate, None if that was not received, whether the signer is the next
    certificate of the path, and whether the CRL covers such a certificate."""

    crl: RevocationList
    signer: Certificate | None
    is_direct: bool
    is_in_scope: bool


def revocation(path: Path, trust: Trust, now: dt.datetime) -> t.Iterator[Problem]:
    """Yield the revoked certificates of a path, and the problems of the CRLs of `trust` that apply to it, each once."""
    yield from dict.fromkeys(_of_each(path, trust, now))


def _of_each(path: Path, trust: Trust, now: dt.datetime) -> t.Iterator[Problem]:
    missing: set[NameKey] = set()
    for place, certificate in enumerate(path.certificates if trust.whole_chain else path.certificates[:1]):
        used = max(_lists_for(place, path, trust), key=lambda candidate: _score(candidate, now), default=None)
        if used is not None:
            yield from _list_defects(used, certificate, now)
        elif not _can_be_another(place, path, trust) and certificate.issuer_name not in missing:
            missing.add(certificate.issuer_name)
            yield defect(
                'crl_missing', (f'There is no revocation list of {certificate.issuer}, who issued {certificate.subject}.')
            )


def _can_be_another(place: int, path: Path, trust: Trust) -> bool:
    """Return whether a missing CRL may exist all the same: an unreadable one, or one by another key of the issuer, if the
    issuer's certificate was not received."""
    certificate = path.certificates[place]
    is_hidden = place + 1 == len(path.certificates) and not certificate.is_self_signed
    return bool(trust.unread_crls) or (is_hidden and any(_by_issuer(certificate, trust)))


def _by_issuer(certificate: Certificate, trust: Trust) -> t.Iterator[RevocationList]:
    """Yield the CRLs with the issuer's name that OpenSSL uses."""
    for crl in trust.crls or ():
        if crl.name == certificate.issuer_name and not (crl.scope is not None and (crl.scope.indirect or crl.scope.some_reasons)):
            yield crl


def _lists_for(place: int, path: Path, trust: Trust) -> t.Iterator[Candidate]:
    certificate, above = path.certificates[place], path.certificates[place + 1 :]
    for crl in _by_issuer(certificate, trust):
        for signer in _signers(crl, certificate, above)[:1]:
            yield Candidate(crl, signer, not above or signer is above[0], _is_in_scope(crl, certificate))


def _signers(crl: RevocationList, certificate: Certificate, above: list[Certificate]) -> list[Certificate] | list[None]:
    """Return the possible signers of a CRL: the issuer, or a CA above it of the same name (crl_akid_check)."""
    if not above and not certificate.is_self_signed:  # its issuer was not received
        key_id = certificate.authority_key.key_id if certificate.authority_key is not None else None
        return [None] if None in (key_id, crl.key_id) or key_id == crl.key_id else []
    return [issuer for issuer in above or [certificate] if crl.may_be_issued_by(issuer)]


def _score(candidate: Candidate, now: dt.datetime) -> tuple[bool, bool, bool, bool, dt.datetime]:
    """Rank a CRL as OpenSSL does (get_crl_score): best those that it doesn't refuse; of equals the newest."""
    crl = candidate.crl
    is_current = crl.last_update <= now and (crl.next_update is None or crl.next_update > now)
    return not crl.refused, candidate.is_in_scope, is_current, candidate.is_direct, crl.last_update


def _is_in_scope(crl: RevocationList, certificate: Certificate) -> bool:
    """Return whether a CRL covers certificates of this kind and of this distribution point (crl_crldp_check)."""
    scope = crl.scope
    if scope is None:
        return True
    if scope.attribute_certificates or (scope.user_certificates if certificate.is_ca else scope.ca_certificates):
        return False
    names = _full(scope.names, crl.name)
    return (
        names is None
        or DISTRIBUTION_POINTS in certificate.unreadable
        or any(_leads_to(point, names, crl.name, certificate.issuer_name) for point in certificate.distribution_points or ())
    )


def _leads_to(point: DistributionPoint, names: PointNames, crl_issuer: NameKey, issuer: NameKey) -> bool:
    issuers = point.crl_issuers or (issuer,)
    own = _full(point.names, issuers[0])
    return crl_issuer in issuers and (own is None or bool(own & names))


def _full(names: PointNames | None, issuer: NameKey) -> PointNames | None:
    """Return a distribution point's names with a relative one appended to its issuer's (DIST_POINT_set_dpname)."""
    if names is None:
        return None
    return frozenset(
        ('DirectoryName', issuer + t.cast(NameKey, value)) if kind == RELATIVE else (kind, value) for kind, value in names
    )


def _list_defects(used: Candidate, certificate: Certificate, now: dt.datetime) -> t.Iterator[Problem]:
    crl, signer = used.crl, used.signer
    if not crl.is_delta:
        yield from _unfit(used)
    yield from _out_of_date(crl, now)
    if signer is not None and is_signed_by(crl, signer) is False:
        yield defect('crl_signature_invalid', f'The revocation list of {crl.issuer} is not signed by that CA.')
    if crl.refused:
        yield _unusable(crl.issuer, crl.refused)
    entry = entry_of(crl, certificate.serial)
    if isinstance(entry, Entry) and not entry.is_removed:
        date = f' on {moment(entry.date)}' if entry.date else ''
        yield defect('revoked', f'The certificate of {certificate.subject} was revoked{date}.')


def _unfit(used: Candidate) -> t.Iterator[Problem]:
    """Yield why a list is not one of the certificate's: by its signer's key usage, or by its scope."""
    signer = used.signer
    if signer is not None and signer.usage is not None and not signer.usage.signs_crls:
        yield _unusable(used.crl.issuer, 'the key usage of that CA has no cRLSign')
    if not used.is_in_scope:
        yield _unusable(used.crl.issuer, 'it is for certificates of another kind, or for another distribution point')


def _out_of_date(crl: RevocationList, now: dt.datetime) -> t.Iterator[Problem]:
    start, end = crl.last_update, crl.next_update
    if start > now:
        yield defect('crl_not_yet_valid', f'The revocation list of {crl.issuer} begins on {moment(start)}.')
    if end is not None and end <= now:
        yield defect('crl_expired', f'The revocation list of {crl.issuer} was to be replaced by {moment(end)}, {ago(end, now)}.')


def _unusable(name: str, why: str) -> Problem:
    return defect('certificate_invalid', f"The revocation list of {name} can't be used: {why}.")._replace(hint=OTHER_LIST)
