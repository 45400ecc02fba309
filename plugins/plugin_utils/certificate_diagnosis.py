# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every defect of a mail server's certificate and chain, each checked by itself: OpenSSL names only the first it meets.

An expired CRL hides "revoked", an expired certificate hides both. Python 3.6 does not even tell which one OpenSSL named.
Nothing here is a verdict: that is the handshake's. This says why.
"""
from __future__ import annotations

import datetime as dt
import typing as t

from ..module_utils.name_match import host_matches, packed_address, plain_host
from ..module_utils.problems import Problem
from ..module_utils.safe_text import safe_text
from .certificate_facts import DAY, moment
from .name_constraints import violation
from .x509_reader import entry_of, read_certificate, read_crl
from .x509_records import LEAST_BITS, SUBJECT_ALTERNATIVE_NAME, Certificate, Entry, RevocationList
from .x509_signatures import is_signed_by

DEEPEST = 10
UNANCHORED = frozenset(('unknown_ca', 'self_signed'))
SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
# The extensions that OpenSSL handles where they are critical (X509_supported_extension).
HANDLED = frozenset((
    '2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.30', '2.5.29.31', '2.5.29.32', '2.5.29.33', '2.5.29.35',
    '2.5.29.36', '2.5.29.37', '2.5.29.54', '1.3.6.1.5.5.7.1.7', '1.3.6.1.5.5.7.1.8', '1.3.6.1.5.5.7.1.14',
    '1.3.6.1.5.5.7.48.1.5', '2.16.840.1.113730.1.1'))
NEW_CA = "Put the CA's new certificate into CAFile."
OTHER_LIST = 'Put another revocation list of that CA into CrlFile, one that is for the certificates of servers.'


Record = t.TypeVar('Record', Certificate, RevocationList)


class Trust(t.NamedTuple):
    """What the target verified against. `authorities` None = its system's own store, which is not at hand.

    `crls` None = revocation is not checked; `whole_chain` says that it is checked above the leaf too. Of what can't be read,
    `unread_authorities` and `unread_crls` say why: nothing is missing for certain then.
    """
    authorities: list[Certificate] | None
    crls: list[RevocationList] | None
    whole_chain: bool
    source: str
    unread_authorities: tuple[str, ...] = ()
    unread_crls: tuple[str, ...] = ()


class Path(t.NamedTuple):
    """The chain as it could be built, the leaf first, and why it ends without a trusted root ('' where it doesn't)."""
    certificates: list[Certificate]
    code: str
    message: str


def trust_of(ca: t.Sequence[bytes] | None, crls: t.Sequence[bytes], whole_chain: bool, source: str) -> Trust:
    """Return the trust in DER as records."""
    authorities, unread_authorities = sorted_out(map(read_certificate, ca or ()))
    lists, unread_crls = sorted_out(map(read_crl, crls))
    return Trust(
        None if ca is None else authorities, lists if crls else None, whole_chain, source, unread_authorities, unread_crls)


def sorted_out(read: t.Iterable[Record | str]) -> tuple[list[Record], tuple[str, ...]]:
    """Return what could be read, and why the others could not."""
    found = list(read)
    return [one for one in found if not isinstance(one, str)], tuple(one for one in found if isinstance(one, str))


def defects(chain: t.Sequence[Certificate], trust: Trust, host: str | None, now: dt.datetime,
            anchored: bool | None = None) -> list[Problem]:
    """Return all defects of a chain that was sent, the leaf first, in the order in which OpenSSL would meet them.

    `host` None = the name is not checked. `anchored` is whether OpenSSL has found that the chain leads to what is trusted,
    None where that is not known: then what ends at the only certificate that was seen is not said to lead nowhere, since not
    every Python shows the certificates above it, nor is anything where a CA can't be read.
    """
    if not chain:
        return []
    path = build_path(chain, trust)
    is_not_known = trust.unread_authorities or (len(chain) == 1 and path.code == 'unknown_ca')
    if path.code in UNANCHORED and (anchored or (anchored is None and is_not_known)):
        path = path._replace(code='', message='')
    elif anchored is False and trust.authorities is None:
        path = _unanchored(path.certificates, trust)
    found = [_defect(path.code, path.message)] if path.code else []
    for check in (_purposes, _weaknesses):
        found += check(path.certificates, trust)
    if host is not None and _is_for_others(chain[0], host):
        its_names = safe_text(chain[0].names.shown())
        only = ' Of an address only entries of IP addresses count.' if packed_address(plain_host(host)) is not None else ''
        found.append(_defect('hostname_mismatch', f'The certificate is not for {host}; its names are: {its_names}.{only}'))
    if trust.crls is not None and path.code != 'self_signed':
        found += _revocation(path.certificates, trust, now)
    return [*found, *_dates(path.certificates, trust, now), *_name_constraints(path.certificates)]


def _is_for_others(certificate: Certificate, host: str) -> bool:
    return SUBJECT_ALTERNATIVE_NAME not in certificate.unreadable and not host_matches(certificate.names, plain_host(host))


def accepted_weaknesses(chain: t.Sequence[Certificate]) -> list[Problem]:
    """Return, as warnings, weak keys and signatures that OpenSSL let pass: a `min_tls` below TLSv1.2 asks for that."""
    found = _weaknesses(list(chain), Trust(None, None, False, ''))
    return [problem._replace(severity='warning') for problem in found]


def _defect(code: str, message: str) -> Problem:
    return Problem(code, message, stage='certificate')


def build_path(chain: t.Sequence[Certificate], trust: Trust) -> Path:
    """Follow the issuers from the leaf up: the trusted ones first, then what the server sent (RFC 5280, section 6.1)."""
    path = [chain[0]]
    trusted = trust.authorities or []
    while len(path) < DEEPEST:
        current = path[-1]
        if current.is_self_issued:
            if trust.authorities is None or current in trusted:
                return Path(path, '', '')
            return _unanchored(path, trust)
        candidates = [
            one for one in [*trusted, *chain[1:]] if _has_name(one, current) and _has_key(one, current) and one not in path]
        signers = [one for one in candidates if is_signed_by(current, one) is not False]
        if signers:
            path.append(signers[0])
            continue
        if candidates:
            return Path(path, 'signature_invalid', (
                f'The signature of {current.subject} is not that of the {current.issuer} that is known.'))
        if trust.authorities is None:
            return Path(path, '', '')  # its issuer may be in the store that is not at hand
        return _unanchored(path, trust)
    return Path(path, 'path_length_exceeded', f'The chain has more than {DEEPEST} certificates.')


def _unanchored(path: list[Certificate], trust: Trust) -> Path:
    """Return the path that leads to nothing that is trusted, with why."""
    last = path[-1]
    if last.is_self_issued:
        if len(path) == 1:
            return Path(path, 'self_signed', f'The certificate of {last.subject} is signed by itself, not by a CA.')
        return Path(path, 'unknown_ca', f'The chain ends at {last.subject}, which is not in {trust.source}.')
    if any(_has_name(one, last) for one in trust.authorities or ()):
        return Path(path, 'unknown_ca', (
            f'{last.subject} was issued by a {last.issuer} with another key than the one in {trust.source}.'))
    own = 'the certificate itself, but not that of its CA' if len(path) == 1 else 'an intermediate CA, but not its root'
    partial = f'; there is {own}' if last in (trust.authorities or ()) else ''
    return Path(path, 'unknown_ca', (
        f'{last.subject} was issued by {last.issuer}, which is not in {trust.source}{partial}.'))


def _has_name(issuer: Certificate, certificate: Certificate) -> bool:
    """Return whether a certificate names another as its issuer."""
    return issuer.name == certificate.issuer_name


def _has_key(issuer: Certificate, certificate: Certificate) -> bool:
    """Return whether a certificate may be by another's key, as far as both identify it."""
    wanted, key = certificate.issuer_key_id, issuer.key_id
    return None in (wanted, key) or wanted == key


def _purposes(path: list[Certificate], trust: Trust) -> t.Iterator[Problem]:
    for certificate in path:
        if certificate.purposes is not None and SERVER_AUTH not in certificate.purposes:  # OpenSSL doesn't take "any" for it
            yield _defect('wrong_purpose', f'The extended key usage of {certificate.subject} is not that of a server.')
        for unknown in (oid for oid in certificate.critical if oid not in HANDLED):
            yield _defect('certificate_invalid', (
                f'The certificate of {certificate.subject} has the critical extension {unknown}, which OpenSSL doesn\'t '
                'handle.'))
    for depth, authority in enumerate(path[1:]):
        if authority.version == 1 and authority in (trust.authorities or ()):
            continue  # a root of old, without extensions
        if authority.is_ca is False:
            yield _defect('issuer_not_ca', f'{authority.subject} has issued a certificate of the chain, but is no CA.')
        elif authority.usage is not None and not authority.usage.signs_certificates:
            yield _defect('issuer_not_ca', (
                f'{authority.subject} has issued a certificate of the chain, but its key usage has no keyCertSign.'))
        elif authority.path_length is not None and authority.path_length < _intermediates(path[1:depth + 1]):
            yield _defect('path_length_exceeded', (
                f'{authority.subject} allows {authority.path_length} CAs below it; there are {depth}.'))


def _intermediates(path: list[Certificate]) -> int:
    """Return how many CAs count for a path length: self-issued ones don't (RFC 5280, section 6.1.4)."""
    return sum(not certificate.is_self_issued for certificate in path)


def _weaknesses(path: list[Certificate], trust: Trust) -> t.Iterator[Problem]:
    for certificate in path:
        name = certificate.subject
        if certificate.has_weak_key:
            yield _defect('weak_key', (
                f'The key of {name} has {certificate.key_bits} bits; {LEAST_BITS[certificate.key_kind]} are the least.'))
        is_anchor = certificate in (trust.authorities or ()) or certificate.is_self_issued
        if certificate.has_weak_signature and not is_anchor:
            yield _defect('weak_signature', f'The certificate of {name} is signed with {certificate.signature_hash.upper()}.')


def _revocation(path: list[Certificate], trust: Trust, now: dt.datetime) -> t.Iterator[Problem]:
    for place, certificate in enumerate(path if trust.whole_chain else path[:1]):
        if certificate.is_self_issued and place:
            continue  # a root answers for itself
        issuer = path[place + 1] if place + 1 < len(path) else None
        used = _list_in_use(certificate, issuer, trust.crls or (), now)
        if used is None and not trust.unread_crls:
            yield _defect('crl_missing', (
                f'There is no revocation list of {certificate.issuer}, who issued {certificate.subject}.'))
        elif used is not None:
            yield from _list_defects(used, certificate, issuer, now)


def _list_in_use(certificate: Certificate, issuer: Certificate | None, crls: t.Iterable[RevocationList],
                 now: dt.datetime) -> RevocationList | None:
    """Return the one list that OpenSSL goes by (get_crl_score): by the issuer's name and key; best what it doesn't refuse, what
    is for such a certificate, what is in force; of equals the newest."""
    wanted = issuer.key_id if issuer is not None else certificate.issuer_key_id
    fitting = [
        one for one in crls if not _is_partial(one) and one.name == certificate.issuer_name
        and (wanted is None or one.key_id in (None, wanted))]

    def score(one: RevocationList) -> tuple[bool, bool, bool, dt.datetime]:
        start, end = one.last_update, one.next_update
        return not one.refused, _is_in_scope(one, certificate), start <= now and (end is None or end > now), start

    return max(fitting, key=score, default=None)


def _is_partial(one: RevocationList) -> bool:
    return one.scope is not None and (one.scope.indirect or one.scope.some_reasons)


def _is_in_scope(one: RevocationList, certificate: Certificate) -> bool:
    return one.scope is None or not (one.scope.attribute_certificates or (
        one.scope.user_certificates if certificate.is_ca else one.scope.ca_certificates))


def _list_defects(used: RevocationList, certificate: Certificate, issuer: Certificate | None,
                  now: dt.datetime) -> t.Iterator[Problem]:
    name, start, end = used.issuer, used.last_update, used.next_update
    if issuer is not None and issuer.usage is not None and not issuer.usage.signs_crls:
        yield _unusable_list(name, 'the key usage of that CA has no cRLSign')
    if not _is_in_scope(used, certificate):
        yield _unusable_list(name, 'it is for certificates of another kind')
    if used.refused:
        yield _unusable_list(name, used.refused)
    if issuer is not None and is_signed_by(used, issuer) is False:
        yield _defect('crl_signature_invalid', f'The revocation list of {name} is not signed by that CA.')
    if start > now:
        yield _defect('crl_not_yet_valid', f'The revocation list of {name} begins on {moment(start)}.')
    if end is not None and end <= now:
        yield _defect('crl_expired', f'The revocation list of {name} was to be replaced by {moment(end)}, {_ago(now - end)}.')
    entry = entry_of(used, certificate.serial)
    if isinstance(entry, Entry) and not entry.is_removed:
        date = f' on {moment(entry.date)}' if entry.date else ''
        yield _defect('revoked', f'The certificate of {certificate.subject} was revoked{date}.')


def _unusable_list(name: str, why: str) -> Problem:
    return _defect('certificate_invalid', f'The revocation list of {name} can\'t be used: {why}.')._replace(hint=OTHER_LIST)


def _dates(path: list[Certificate], trust: Trust, now: dt.datetime) -> t.Iterator[Problem]:
    for certificate in path:
        name, start, end = certificate.subject, certificate.not_before, certificate.not_after
        if start > now:
            yield _defect('not_yet_valid', f'The certificate of {name} is valid from {moment(start)} on.')
        if end <= now:
            problem = _defect('expired', f'The certificate of {name} expired on {moment(end)}, {_ago(now - end)}.')
            yield problem._replace(hint=NEW_CA) if certificate in (trust.authorities or ()) else problem


def _name_constraints(path: list[Certificate]) -> t.Iterator[Problem]:
    """RFC 5280, section 6.1.3, (b) and (c): each certificate by the constraints of all above it; self-issued CAs are exempt."""
    for place, certificate in enumerate(path):
        if place and certificate.is_self_issued and place + 1 < len(path):
            continue
        for authority in path[place + 1:]:
            constraints = authority.name_constraints
            found = violation(certificate, constraints, is_leaf=not place) if constraints is not None else ''
            if found:
                yield _defect('name_constraint', f'{authority.subject} may not issue certificates for {safe_text(found)}.')


def _ago(span: dt.timedelta) -> str:
    days = span // DAY
    return f'{days} day{"" if days == 1 else "s"} ago' if days else f'{max(1, span // dt.timedelta(minutes=1))} minutes ago'


def merged(named: Problem, said: str, found: list[Problem]) -> list[Problem]:
    """Return all defects, first the one that OpenSSL named, in our words where we found it too.

    `named` is the target's problem, `said` OpenSSL's own text with its number, '' where this Python doesn't tell.
    """
    same = [problem for problem in found if problem.code == named.code]
    others = [problem for problem in found if problem.code != named.code]
    if same:
        message = f'{same[0].message} ({said})' if said else same[0].message
        return [same[0]._replace(message=message), *same[1:], *others]
    if named.code == 'certificate_invalid' and not said and found:
        return found
    return [named, *found]


def expires_soon(certificate: Certificate, now: dt.datetime, warn_days: int) -> Problem | None:
    """Return the warning for a certificate that ends within `warn_days`, None for one that doesn't or has ended."""
    end = certificate.not_after
    if end <= now or end - now > warn_days * DAY:
        return None
    return _defect('certificate_expires_soon', (
        f'The certificate of {certificate.subject} expires on {moment(end)}: {(end - now) // DAY} days are left.'))
