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
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ..module_utils.name_match import host_matches, plain_host
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
from .x509_facts import RevocationList, is_issued_by, is_signed_by, read_revocation_list

DEEPEST = 10
WEAK_HASHES = frozenset(('md5', 'sha1'))
OTHER_LIST = 'Put another revocation list of that CA into CrlFile, one that is for the certificates of servers.'


class Trust(t.NamedTuple):
    """What the target verified against. `authorities` None = its system's own store, which is not at hand.

    `crls` None = revocation is not checked; `whole_chain` says that it is checked above the leaf too.
    """
    authorities: list[x509.Certificate] | None
    crls: list[x509.CertificateRevocationList] | None
    whole_chain: bool
    source: str


class Path(t.NamedTuple):
    """The chain as it could be built, the leaf first, and why it ends without a trusted root ('' where it doesn't)."""
    certificates: list[x509.Certificate]
    code: str
    message: str


def trust_of(ca: t.Sequence[bytes] | None, crls: t.Sequence[bytes], whole_chain: bool, source: str) -> Trust:
    """Return the trust in DER as objects; what cryptography can't read is left out."""
    authorities = None if ca is None else [certificate for der in ca if (certificate := load(der)) is not None]
    return Trust(authorities, [crl for der in crls if (crl := load_crl(der)) is not None] if crls else None, whole_chain, source)


def defects(chain: t.Sequence[x509.Certificate], trust: Trust, host: str | None, now: dt.datetime) -> list[Problem]:
    """Return all defects of a chain that was sent, the leaf first, in the order in which OpenSSL would meet them.

    `host` None = the name is not checked.
    """
    if not chain:
        return []
    path = build_path(chain, trust)
    found = [_defect(path.code, path.message)] if path.code else []
    for check in (_purposes, _weaknesses):
        found += check(path.certificates, trust)
    if host is not None and not host_matches(names(chain[0]), plain_host(host)):
        its_names = safe_text(names(chain[0]).shown())
        found.append(_defect('hostname_mismatch', f'The certificate is not for {host}; its names are: {its_names}.'))
    if trust.crls is not None:
        found += _revocation(path.certificates, trust, now)
    return [*found, *_dates(path.certificates, now), *_name_constraints(path.certificates)]


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
            if len(path) == 1:
                return Path(path, 'self_signed', f'The certificate of {shown(current.subject)} is signed by itself, not by a CA.')
            return Path(path, 'unknown_ca', f'The chain ends at {shown(current.subject)}, which is not in {trust.source}.')
        namesakes = [one for one in [*trusted, *chain[1:]] if one.subject == current.issuer and one not in path]
        candidates = [one for one in namesakes if not _is_by_another_key(current, one)]
        signers = [one for one in candidates if is_issued_by(current, one)]
        if signers:
            path.append(signers[0])
            continue
        if candidates:
            return Path(path, 'signature_invalid', (
                f'The signature of {shown(current.subject)} is not that of the {shown(current.issuer)} that is known.'))
        if trust.authorities is None:
            return Path(path, '', '')  # its issuer may be in the store that is not at hand
        if any(one in trusted for one in namesakes):
            return Path(path, 'unknown_ca', (
                f'{shown(current.subject)} was issued by a {shown(current.issuer)} with another key than the one '
                f'in {trust.source}.'))
        partial = f'; {trust.source} holds an intermediate CA, but not its root' if current in trusted else ''
        return Path(path, 'unknown_ca', (
            f'{shown(current.subject)} was issued by {shown(current.issuer)}, which is not in {trust.source}{partial}.'))
    return Path(path, 'path_length_exceeded', f'The chain has more than {DEEPEST} certificates.')


def _is_by_another_key(signed: x509.Certificate | x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Return whether what was signed names a key of its issuer that `issuer`, of the same name, says not to have."""
    signer, known = extension(signed, x509.AuthorityKeyIdentifier), extension(issuer, x509.SubjectKeyIdentifier)
    return bool(signer and known and signer.key_identifier not in (None, known.digest))


def _purposes(path: list[x509.Certificate], trust: Trust) -> t.Iterator[Problem]:
    usage = extension(path[0], x509.ExtendedKeyUsage)
    if usage is not None and ExtendedKeyUsageOID.SERVER_AUTH not in usage:  # OpenSSL doesn't take "any" for it
        yield _defect('wrong_purpose', f'The extended key usage of {shown(path[0].subject)} is not that of a server.')
    for certificate in path:
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
    if len(path) == 1 and path[0].subject == path[0].issuer:
        return
    for place, certificate in enumerate(path if trust.whole_chain else path[:1]):
        if certificate.subject == certificate.issuer and place:
            continue  # a root answers for itself
        issuer = path[place + 1] if place + 1 < len(path) else None
        lists = [crl for crl in trust.crls or () if crl.issuer == certificate.issuer]
        if lists:
            yield from _list_defects(max(lists, key=lambda crl: _fitness(crl, issuer, now)), certificate, issuer, now)
        else:
            yield _defect('crl_missing', (
                f'There is no revocation list of {shown(certificate.issuer)}, who issued {shown(certificate.subject)}.'))


def _fitness(crl: x509.CertificateRevocationList, issuer: x509.Certificate | None, now: dt.datetime) -> tuple[t.Any, ...]:
    """Return what decides which of several lists of a CA OpenSSL goes by: the current one, by the CA's own key, the newest."""
    start, end = utc(crl, 'last_update') or now, utc(crl, 'next_update')
    other_key = issuer is not None and _is_by_another_key(crl, issuer)
    return start <= now and (end is None or end > now), not other_key, start


def _list_defects(crl: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate | None,
                  now: dt.datetime) -> t.Iterator[Problem]:
    name, der = shown(crl.issuer), crl.public_bytes(Encoding.DER)
    usage, scope = issuer and extension(issuer, x509.KeyUsage), extension(crl, x509.IssuingDistributionPoint)
    read = read_revocation_list(der)
    if usage and not usage.crl_sign:
        yield _unusable_list(name, 'the key usage of that CA has no cRLSign')
    if scope and (scope.only_contains_attribute_certs or (
            scope.only_contains_user_certs if _is_ca(certificate) else scope.only_contains_ca_certs)):
        yield _unusable_list(name, 'it is for certificates of another kind')
    if isinstance(read, RevocationList) and read.refused:
        yield _unusable_list(name, read.refused)
    if issuer is not None and not is_signed_by(der, issuer):
        yield _defect('crl_signature_invalid', f'The revocation list of {name} is not signed by that CA.')
    start, end = utc(crl, 'last_update'), utc(crl, 'next_update')
    if start is not None and start > now:
        yield _defect('crl_not_yet_valid', f'The revocation list of {name} begins on {moment(start)}.')
    if end is not None and end <= now:
        yield _defect('crl_expired', f'The revocation list of {name} was to be replaced by {moment(end)}, {_ago(now - end)}.')
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        when = utc(entry, 'revocation_date')
        date = f' on {moment(when)}' if when else ''
        yield _defect('revoked', f'The certificate of {shown(certificate.subject)} was revoked{date}.')


def _unusable_list(name: str, why: str) -> Problem:
    return _defect('certificate_invalid', f'The revocation list of {name} can\'t be used: {why}.')._replace(hint=OTHER_LIST)


def _dates(path: list[x509.Certificate], now: dt.datetime) -> t.Iterator[Problem]:
    for certificate in path:
        name, start, end = shown(certificate.subject), not_before(certificate), not_after(certificate)
        if start > now:
            yield _defect('not_yet_valid', f'The certificate of {name} is valid from {moment(start)} on.')
        if end <= now:
            yield _defect('expired', f'The certificate of {name} expired on {moment(end)}, {_ago(now - end)}.')


def _name_constraints(path: list[x509.Certificate]) -> t.Iterator[Problem]:
    """RFC 5280, section 4.2.1.10, for host names: those of other kinds OpenSSL names by itself."""
    its_names = names(path[0])
    for authority in path[1:]:
        constraints = extension(authority, x509.NameConstraints)
        for name in (its_names.dns or its_names.common) if constraints is not None else ():
            permitted, excluded = (
                [one.value for one in subtrees or () if isinstance(one, x509.DNSName)]
                for subtrees in (constraints.permitted_subtrees, constraints.excluded_subtrees))
            if (permitted and not _is_within(name, permitted)) or _is_within(name, excluded):
                yield _defect('name_constraint', f'{shown(authority.subject)} may not issue certificates for {safe_text(name)}.')


def _is_within(name: str, domains: list[str]) -> bool:
    return any(f'.{name.lower()}'.endswith(f'.{domain.lower().lstrip(".")}') for domain in domains)


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


def expires_soon(certificate: x509.Certificate, now: dt.datetime, warn_days: int) -> Problem | None:
    """Return the warning for a certificate that ends within `warn_days`, None for one that doesn't or has ended."""
    end = not_after(certificate)
    if end <= now or end - now > warn_days * DAY:
        return None
    return _defect('certificate_expires_soon', (
        f'The certificate of {shown(certificate.subject)} expires on {moment(end)}: {(end - now) // DAY} days are left.'))
