# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every defect of a mail server's certificate and chain, each checked by itself: OpenSSL names only the first it meets.

An expired CRL hides "revoked", an expired certificate hides both. Python 3.6 does not even tell which one OpenSSL named.
Nothing here is a verdict: that is the handshake's. This says why.
"""
from __future__ import annotations

import datetime as dt
import typing as t

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ..module_utils.name_match import host_matches, packed_address, plain_host
from ..module_utils.problems import Problem
from ..module_utils.safe_text import safe_text
from .certificate_facts import (
    DAY,
    extension,
    key_bits,
    load,
    load_crl,
    moment,
    names,
    not_after,
    not_before,
    shown,
    signature_hash,
    utc,
)
from .name_constraints import violation
from .x509_facts import RevocationList, is_issued_by, is_signed_by, name_key, read_revocation_list

DEEPEST = 10
UNANCHORED = frozenset(('unknown_ca', 'self_signed'))
WEAK_HASHES = frozenset(('md5', 'sha1'))
NEW_CA = "Put the CA's new certificate into CAFile."
OTHER_LIST = 'Put another revocation list of that CA into CrlFile, one that is for the certificates of servers.'


class Crl(t.NamedTuple):
    """A revocation list: in DER, as cryptography has it, and what it says of itself."""
    der: bytes
    crl: x509.CertificateRevocationList
    facts: RevocationList


class Trust(t.NamedTuple):
    """What the target verified against. `authorities` None = its system's own store, which is not at hand.

    `crls` None = revocation is not checked; `whole_chain` says that it is checked above the leaf too.
    """
    authorities: list[x509.Certificate] | None
    crls: list[Crl] | None
    whole_chain: bool
    source: str


class Verdict(t.NamedTuple):
    """What a target tells of OpenSSL's verdict. `said` is its text with its number, '' where this Python doesn't tell it: then
    `may_be` are the codes that it can be. `anchored` is whether the chain leads to what is trusted, None where that is not known;
    `whole_chain` that all that was sent has been seen.
    """
    said: str = ''
    anchored: bool | None = None
    may_be: tuple[str, ...] = ()
    whole_chain: bool = False


class Path(t.NamedTuple):
    """The chain as it could be built, the leaf first, and why it ends without a trusted root ('' where it doesn't)."""
    certificates: list[x509.Certificate]
    code: str
    message: str


def trust_of(ca: t.Sequence[bytes] | None, crls: t.Sequence[bytes], whole_chain: bool, source: str) -> Trust:
    """Return the trust in DER as objects; what cryptography can't read is left out."""
    authorities = None if ca is None else [certificate for der in ca if (certificate := load(der)) is not None]
    lists = [
        Crl(der, crl, facts) for der in crls
        if (crl := load_crl(der)) is not None and not isinstance(facts := read_revocation_list(der), str)]
    return Trust(authorities, lists if crls else None, whole_chain, source)


def defects(chain: t.Sequence[x509.Certificate], trust: Trust, host: str | None, now: dt.datetime,
            verdict: Verdict) -> list[Problem]:
    """Return all defects of a chain that was sent, the leaf first, in the order in which OpenSSL would meet them.

    `host` None = the name is not checked. What ends at the only certificate that was seen is not said to lead nowhere where that
    is not known: not every Python shows the certificates above it.
    """
    if not chain:
        return []
    path = build_path(chain, trust)
    hidden = verdict.anchored is None and not verdict.whole_chain and len(chain) == 1 and path.code == 'unknown_ca'
    if path.code in UNANCHORED and (verdict.anchored or hidden):
        path = path._replace(code='', message='')
    elif verdict.anchored is False and trust.authorities is None:
        path = _unanchored(path.certificates, trust)
    found = [_defect(path.code, path.message)] if path.code else []
    for check in (_purposes, _weaknesses):
        found += check(path.certificates, trust)
    if host is not None and not host_matches(names(chain[0]), plain_host(host)):
        its_names = safe_text(names(chain[0]).shown())
        only = ' Of an address only entries of IP addresses count.' if packed_address(plain_host(host)) is not None else ''
        found.append(_defect('hostname_mismatch', f'The certificate is not for {host}; its names are: {its_names}.{only}'))
    if trust.crls is not None and path.code != 'self_signed':
        found += _revocation(path.certificates, trust, now)
    return [*found, *_dates(path.certificates, trust, now), *_name_constraints(path.certificates)]


def accepted_weaknesses(chain: t.Sequence[x509.Certificate]) -> list[Problem]:
    """Return, as warnings, weak keys and signatures that OpenSSL let pass: a `min_tls` below TLSv1.2 asks for that."""
    found = _weaknesses(list(chain), Trust(None, None, False, ''))
    return [problem._replace(severity='warning') for problem in found]


def _defect(code: str, message: str) -> Problem:
    return Problem(code, message, stage='certificate')


def build_path(chain: t.Sequence[x509.Certificate], trust: Trust) -> Path:
    """Follow the issuers from the leaf up: the trusted ones first, then what the server sent (RFC 5280, section 6.1)."""
    path = [chain[0]]
    trusted = trust.authorities or []
    while len(path) < DEEPEST:
        current = path[-1]
        if current.subject == current.issuer:
            if trust.authorities is None or current in trusted:
                return Path(path, '', '')
            return _unanchored(path, trust)
        candidates = [
            one for one in [*trusted, *chain[1:]] if _has_name(one, current) and _has_key(one, current) and one not in path]
        signers = [one for one in candidates if is_issued_by(current, one)]
        if signers:
            path.append(signers[0])
            continue
        if candidates:
            return Path(path, 'signature_invalid', (
                f'The signature of {shown(current.subject)} is not that of the {shown(current.issuer)} that is known.'))
        if trust.authorities is None:
            return Path(path, '', '')  # its issuer may be in the store that is not at hand
        return _unanchored(path, trust)
    return Path(path, 'path_length_exceeded', f'The chain has more than {DEEPEST} certificates.')


def _unanchored(path: list[x509.Certificate], trust: Trust) -> Path:
    """Return the path that leads to nothing that is trusted, with why."""
    last = path[-1]
    if last.subject == last.issuer:
        if len(path) == 1:
            return Path(path, 'self_signed', f'The certificate of {shown(last.subject)} is signed by itself, not by a CA.')
        return Path(path, 'unknown_ca', f'The chain ends at {shown(last.subject)}, which is not in {trust.source}.')
    if any(_has_name(one, last) for one in trust.authorities or ()):
        return Path(path, 'unknown_ca', (
            f'{shown(last.subject)} was issued by a {shown(last.issuer)} with another key than the one in {trust.source}.'))
    own = 'the certificate itself, but not that of its CA' if len(path) == 1 else 'an intermediate CA, but not its root'
    partial = f'; there is {own}' if last in (trust.authorities or ()) else ''
    return Path(path, 'unknown_ca', (
        f'{shown(last.subject)} was issued by {shown(last.issuer)}, which is not in {trust.source}{partial}.'))


def _has_name(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Return whether a certificate names another as its issuer."""
    return name_key(issuer.subject) == name_key(certificate.issuer)


def _has_key(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Return whether a certificate may be by another's key, as far as both identify it."""
    wanted, key = _issuer_key(certificate), _own_key(issuer)
    return None in (wanted, key) or wanted == key


def _issuer_key(certificate: x509.Certificate) -> bytes | None:
    named = extension(certificate, x509.AuthorityKeyIdentifier)
    return named.key_identifier if named is not None else None


def _own_key(certificate: x509.Certificate) -> bytes | None:
    named = extension(certificate, x509.SubjectKeyIdentifier)
    return named.digest if named is not None else None


def _purposes(path: list[x509.Certificate], trust: Trust) -> t.Iterator[Problem]:
    for certificate in path:
        usage = extension(certificate, x509.ExtendedKeyUsage)
        if usage is not None and ExtendedKeyUsageOID.SERVER_AUTH not in usage:  # OpenSSL doesn't take "any" for it
            yield _defect('wrong_purpose', f'The extended key usage of {shown(certificate.subject)} is not that of a server.')
        for unknown in _unknown_critical(certificate):
            yield _defect('certificate_invalid', (
                f'The certificate of {shown(certificate.subject)} has the critical extension {unknown}, which OpenSSL doesn\'t '
                'handle.'))
    for depth, authority in enumerate(path[1:]):
        constraints = extension(authority, x509.BasicConstraints)
        if authority.version == x509.Version.v1 and authority in (trust.authorities or ()):
            continue  # a root of old, without extensions
        if not _is_ca(authority):
            yield _defect('issuer_not_ca', f'{shown(authority.subject)} has issued a certificate of the chain, but is no CA.')
        elif (usage := extension(authority, x509.KeyUsage)) is not None and not usage.key_cert_sign:
            yield _defect('issuer_not_ca', (
                f'{shown(authority.subject)} has issued a certificate of the chain, but its key usage has no keyCertSign.'))
        elif constraints.path_length is not None and constraints.path_length < _intermediates(path[1:depth + 1]):
            yield _defect('path_length_exceeded', (
                f'{shown(authority.subject)} allows {constraints.path_length} CAs below it; there are {depth}.'))


def _is_ca(certificate: x509.Certificate) -> bool:
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and bool(constraints.ca)


def _unknown_critical(certificate: x509.Certificate) -> list[str]:
    try:
        return [one.oid.dotted_string for one in certificate.extensions
                if one.critical and isinstance(one.value, x509.UnrecognizedExtension)]
    except Exception:  # extensions that can't be read
        return []


def _intermediates(path: list[x509.Certificate]) -> int:
    """Return how many CAs count for a path length: self-issued ones don't (RFC 5280, section 6.1.4)."""
    return sum(certificate.subject != certificate.issuer for certificate in path)


def _weaknesses(path: list[x509.Certificate], trust: Trust) -> t.Iterator[Problem]:
    for certificate in path:
        name = shown(certificate.subject)
        bits, least = key_bits(certificate)
        if bits < least:
            yield _defect('weak_key', f'The key of {name} has {bits} bits; {least} are the least.')
        algorithm = signature_hash(certificate)
        is_anchor = certificate in (trust.authorities or ()) or certificate.subject == certificate.issuer
        if algorithm in WEAK_HASHES and not is_anchor:
            yield _defect('weak_signature', f'The certificate of {name} is signed with {algorithm.upper()}.')


def _revocation(path: list[x509.Certificate], trust: Trust, now: dt.datetime) -> t.Iterator[Problem]:
    for place, certificate in enumerate(path if trust.whole_chain else path[:1]):
        if certificate.subject == certificate.issuer and place:
            continue  # a root answers for itself
        issuer = path[place + 1] if place + 1 < len(path) else None
        used = _list_in_use(certificate, issuer, trust.crls or (), now)
        if used is None:
            yield _defect('crl_missing', (
                f'There is no revocation list of {shown(certificate.issuer)}, who issued {shown(certificate.subject)}.'))
        else:
            yield from _list_defects(used, certificate, issuer, now)


def _list_in_use(certificate: x509.Certificate, issuer: x509.Certificate | None, crls: t.Iterable[Crl],
                 now: dt.datetime) -> Crl | None:
    """Return the one list that OpenSSL goes by (get_crl_score): by the issuer's name and key; best what it doesn't refuse, what
    is for such a certificate, what is in force; of equals the newest."""
    wanted = _own_key(issuer) if issuer is not None else _issuer_key(certificate)
    fitting = [
        one for one in crls if not _is_partial(one) and one.facts.name == name_key(certificate.issuer)
        and (wanted is None or one.facts.key_id in (None, wanted))]

    def score(one: Crl) -> tuple[bool, bool, bool, dt.datetime]:
        start, end = one.facts.last_update, one.facts.next_update
        return not one.facts.refused, _is_in_scope(one, certificate), start <= now and (end is None or end > now), start

    return max(fitting, key=score, default=None)


def _is_partial(one: Crl) -> bool:
    scope = extension(one.crl, x509.IssuingDistributionPoint)
    return scope is not None and bool(scope.indirect_crl or scope.only_some_reasons)


def _is_in_scope(one: Crl, certificate: x509.Certificate) -> bool:
    scope = extension(one.crl, x509.IssuingDistributionPoint)
    return scope is None or not (scope.only_contains_attribute_certs or (
        scope.only_contains_user_certs if _is_ca(certificate) else scope.only_contains_ca_certs))


def _list_defects(used: Crl, certificate: x509.Certificate, issuer: x509.Certificate | None,
                  now: dt.datetime) -> t.Iterator[Problem]:
    name, start, end = used.facts.issuer, used.facts.last_update, used.facts.next_update
    usage = extension(issuer, x509.KeyUsage) if issuer is not None else None
    if usage is not None and not usage.crl_sign:
        yield _unusable_list(name, 'the key usage of that CA has no cRLSign')
    if not _is_in_scope(used, certificate):
        yield _unusable_list(name, 'it is for certificates of another kind')
    if used.facts.refused:
        yield _unusable_list(name, used.facts.refused)
    if issuer is not None and not is_signed_by(used.der, issuer):
        yield _defect('crl_signature_invalid', f'The revocation list of {name} is not signed by that CA.')
    if start > now:
        yield _defect('crl_not_yet_valid', f'The revocation list of {name} begins on {moment(start)}.')
    if end is not None and end <= now:
        yield _defect('crl_expired', f'The revocation list of {name} was to be replaced by {moment(end)}, {_ago(now - end)}.')
    entry = used.crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        when = utc(entry, 'revocation_date')
        date = f' on {moment(when)}' if when else ''
        yield _defect('revoked', f'The certificate of {shown(certificate.subject)} was revoked{date}.')


def _unusable_list(name: str, why: str) -> Problem:
    return _defect('certificate_invalid', f'The revocation list of {name} can\'t be used: {why}.')._replace(hint=OTHER_LIST)


def _dates(path: list[x509.Certificate], trust: Trust, now: dt.datetime) -> t.Iterator[Problem]:
    for certificate in path:
        name, start, end = shown(certificate.subject), not_before(certificate), not_after(certificate)
        if start > now:
            yield _defect('not_yet_valid', f'The certificate of {name} is valid from {moment(start)} on.')
        if end <= now:
            problem = _defect('expired', f'The certificate of {name} expired on {moment(end)}, {_ago(now - end)}.')
            yield problem._replace(hint=NEW_CA) if certificate in (trust.authorities or ()) else problem


def _name_constraints(path: list[x509.Certificate]) -> t.Iterator[Problem]:
    """RFC 5280, section 6.1.3, (b) and (c): each certificate by the constraints of all above it; self-issued CAs are exempt."""
    for place, certificate in enumerate(path):
        if place and certificate.subject == certificate.issuer and place + 1 < len(path):
            continue
        for authority in path[place + 1:]:
            constraints = extension(authority, x509.NameConstraints)
            found = violation(certificate, constraints, is_leaf=not place) if constraints is not None else ''
            if found:
                yield _defect('name_constraint', f'{shown(authority.subject)} may not issue certificates for {safe_text(found)}.')


def _ago(span: dt.timedelta) -> str:
    days = span // DAY
    return f'{days} day{"" if days == 1 else "s"} ago' if days else f'{max(1, span // dt.timedelta(minutes=1))} minutes ago'


def merged(named: Problem, verdict: Verdict, found: list[Problem]) -> list[Problem]:
    """Return all defects, first the one that OpenSSL named, in our words where we found it too. `named` is the target's problem.

    Where OpenSSL's reason is not told, the first that can be it stands for it. A defect that can't be why must not.
    """
    if named.code == 'certificate_invalid' and not verdict.said:
        cause = next((problem for problem in found if problem.code in verdict.may_be), None)
        return [cause or _left_open(named, verdict), *(problem for problem in found if problem is not cause)]
    said = verdict.said
    same = [problem for problem in found if problem.code == named.code]
    others = [problem for problem in found if problem.code != named.code]
    if same:
        message = f'{same[0].message} ({said})' if said else same[0].message
        return [same[0]._replace(message=message), *same[1:], *others]
    return [named, *found]


def _left_open(named: Problem, verdict: Verdict) -> Problem:
    codes = [code for code in verdict.may_be if code != named.code]
    return named._replace(message=f'{named.message} It can be {", ".join(codes)}.') if codes else named


def expires_soon(certificate: x509.Certificate, now: dt.datetime, warn_days: int) -> Problem | None:
    """Return the warning for a certificate that ends within `warn_days`, None for one that doesn't or has ended."""
    end = not_after(certificate)
    if end <= now or end - now > warn_days * DAY:
        return None
    return _defect('certificate_expires_soon', (
        f'The certificate of {shown(certificate.subject)} expires on {moment(end)}: {(end - now) // DAY} days are left.'))
