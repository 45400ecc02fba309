# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every defect of a mail server's certificate and chain, each checked by itself: OpenSSL names only the first it meets.

An expired CRL hides "revoked", an expired certificate hides both. Python 3.6 does not even tell which one OpenSSL named.
Nothing here is a verdict: that is the handshake's. This says why, and it says nothing that OpenSSL wouldn't (verify_chain).
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.problems import Problem
from ...module_utils.safe_text import safe_text
from ...module_utils.tls.host_names import host_matches, packed_address, plain_host
from ..days import DAY, ago, in_days
from .certificate import MOST_NAMES, defect
from .chain_path import Path, Trust, build_path, unanchored
from .dates import moment
from .name_constraints import violation
from .records import BASIC_CONSTRAINTS, LEAST_BITS, SUBJECT_ALTERNATIVE_NAME, Certificate
from .revocation_diagnosis import revocation
from .signatures import is_signed_by

SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
# The extensions that OpenSSL handles where they are critical (X509_supported_extension).
HANDLED = frozenset(
    (
        '2.5.29.15',
        '2.5.29.17',
        '2.5.29.19',
        '2.5.29.30',
        '2.5.29.31',
        '2.5.29.32',
        '2.5.29.33',
        '2.5.29.36',
        '2.5.29.37',
        '2.5.29.54',
        '1.3.6.1.5.5.7.1.7',
        '1.3.6.1.5.5.7.1.8',
        '1.3.6.1.5.5.7.1.14',
        '1.3.6.1.5.5.7.48.1.5',
        '2.16.840.1.113730.1.1',
    )
)
NEW_CA = "Put the CA's new certificate into CAFile."


class Verdict(t.NamedTuple):
    """What a target tells of OpenSSL's verdict. `said` is its text with its number, '' where this Python doesn't tell it: then
    `may_be` are the codes that it can be. `anchored` is whether the chain leads to what is trusted, None where that is not known;
    `whole_chain` that all that was sent has been seen.
    """

    said: str = ''
    anchored: bool | None = None
    may_be: tuple[str, ...] = ()
    whole_chain: bool = False


def defects(chain: t.Sequence[Certificate], trust: Trust, host: str | None, now: dt.datetime, verdict: Verdict) -> list[Problem]:
    """Return all defects of a chain that was sent, the leaf first, in the order in which OpenSSL would meet them.

    `host` None = the name is not checked.
    """
    if not chain:
        return []
    path = _as_openssl_found(build_path(chain, trust, now), trust, verdict)
    found = [defect(path.code, path.message)] if path.code else []
    for check in (_extensions, _weaknesses):
        found += check(path.certificates)
    if host is not None and _is_for_others(chain[0], host):
        found.append(_mismatch(chain[0], host))
    if trust.crls is not None and path.code != 'self_signed':
        found += revocation(path, trust, now)
    return [*found, *_signatures_and_dates(path.certificates, trust, now), *_name_constraints(path.certificates)]


def _as_openssl_found(path: Path, trust: Trust, verdict: Verdict) -> Path:
    """Return the path, leading to trust or not as OpenSSL has found, as far as that is known.

    What ends at the only certificate that was seen is not said to lead nowhere where that is not known: not every Python shows
    the certificates above it. Nor is anything where a CA can't be read.
    """
    last = path.certificates[-1]
    lone = len(path.certificates) == 1 and not last.is_self_signed
    is_not_known = verdict.anchored is None and (trust.unread_authorities or (lone and not verdict.whole_chain))
    if verdict.anchored or is_not_known:
        return path._replace(code='', message='')
    if trust.authorities is None and (verdict.anchored is False or (last.is_self_signed and _is_refused_as_such(verdict))):
        return unanchored(path.certificates, trust)
    return path


def _is_refused_as_such(verdict: Verdict) -> bool:
    """Return whether a refusal can only be that of a certificate that is its own CA."""
    return 'self_signed' in verdict.may_be and 'crl_missing' not in verdict.may_be


def _is_for_others(certificate: Certificate, host: str) -> bool:
    return SUBJECT_ALTERNATIVE_NAME not in certificate.unreadable and not host_matches(certificate.names, plain_host(host))


def _mismatch(certificate: Certificate, host: str) -> Problem:
    names = certificate.names
    its_names = safe_text(type(names)(*(kind[:MOST_NAMES] for kind in names)).shown())
    only = ' Of an address only entries of IP addresses count.' if packed_address(plain_host(host)) is not None else ''
    return defect('hostname_mismatch', f'The certificate is not for {host}; its names are: {its_names}.{only}')


def accepted_weaknesses(chain: t.Sequence[Certificate]) -> list[Problem]:
    """Return, as warnings, weak keys and signatures that OpenSSL let pass: a `min_tls` below TLSv1.2 asks for that."""
    return [problem._replace(severity='warning') for problem in _weaknesses(chain)]


def _extensions(path: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    """Yield what the extensions of each certificate say against its place (check_extensions)."""
    for depth, certificate in enumerate(path):
        name = certificate.subject
        for unknown in (oid for oid in certificate.critical if oid not in HANDLED):
            yield defect(
                'certificate_invalid',
                (f"The certificate of {name} has the critical extension {unknown}, which OpenSSL doesn't handle."),
            )
        why = _why_no_ca(certificate, is_last=certificate is path[-1]) if depth else ''
        if why:
            yield defect('issuer_not_ca', f'{name} has issued a certificate of the chain, but {why}.')
        if certificate.purposes is not None and SERVER_AUTH not in certificate.purposes:  # OpenSSL doesn't take "any" for it
            yield defect('wrong_purpose', f'The extended key usage of {name} is not that of a server.')
        elif not depth and certificate.usage is not None and not certificate.usage.serves_tls:
            yield defect('wrong_purpose', f'The key usage of {name} is not that of a server.')
        below = _intermediates(path[1:depth])
        if certificate.path_length is not None and certificate.path_length < below:
            yield defect('path_length_exceeded', f'{name} allows {certificate.path_length} CAs below it; there are {below}.')


def _why_no_ca(certificate: Certificate, *, is_last: bool) -> str:
    """Return why a certificate may not issue, '' where it may (X509_check_ca)."""
    if certificate.usage is not None and not certificate.usage.signs_certificates:
        return 'its key usage has no keyCertSign'
    if certificate.is_ca or BASIC_CONSTRAINTS in certificate.unreadable:
        return ''
    # Roots of old: without extensions, or with a key usage alone.
    if is_last and certificate.constraints is None and (certificate.usage is not None or certificate.version == 1):
        return ''
    return 'is no CA'


def _intermediates(path: t.Sequence[Certificate]) -> int:
    """Return how many CAs count for a path length: self-issued ones don't (RFC 5280, section 6.1.4)."""
    return sum(not certificate.is_self_issued for certificate in path)


def _weaknesses(path: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    for certificate in path:
        name = certificate.subject
        if certificate.has_weak_key:
            yield defect(
                'weak_key',
                (f'The key of {name} has {certificate.key_bits} bits; {LEAST_BITS[certificate.key_kind]} are the least.'),
            )
        is_root = certificate.is_self_signed or (certificate is path[-1] and len(path) > 1)
        if certificate.has_weak_signature and not is_root:
            yield defect('weak_signature', f'The certificate of {name} is signed with {certificate.signature_hash.upper()}.')


def _signatures_and_dates(path: t.Sequence[Certificate], trust: Trust, now: dt.datetime) -> t.Iterator[Problem]:
    """Yield wrong signatures and what is out of date, from above (internal_verify)."""
    for certificate, issuer in reversed(list(zip(path, [*path[1:], None], strict=True))):
        name, start, end = certificate.subject, certificate.not_before, certificate.not_after
        if issuer is not None and is_signed_by(certificate, issuer) is False:
            yield defect('signature_invalid', (f'The signature of {name} is not that of the {certificate.issuer} that is known.'))
        if start > now:
            yield defect('not_yet_valid', f'The certificate of {name} is valid from {moment(start)} on.')
        if end <= now:
            problem = defect('expired', f'The certificate of {name} expired on {moment(end)}, {ago(end, now)}.')
            yield problem._replace(hint=NEW_CA) if certificate in (trust.authorities or ()) else problem


def _name_constraints(path: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    """RFC 5280, section 6.1.3, (b) and (c): each certificate by the constraints of all above it; self-issued CAs are exempt."""
    for place, certificate in enumerate(path):
        if place and certificate.is_self_issued:
            continue
        for authority in path[place + 1 :]:
            constraints = authority.name_constraints
            found = violation(certificate, constraints, is_leaf=not place) if constraints is not None else ''
            if found:
                yield defect('name_constraint', f'{authority.subject} may not issue certificates for {safe_text(found)}.')


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


def expires_soon(certificate: Certificate, now: dt.datetime, warn_days: int) -> Problem | None:
    """Return the warning for a certificate that ends within `warn_days`, None for one that doesn't or has ended."""
    end = certificate.not_after
    if end <= now or end - now > warn_days * DAY:
        return None
    return defect(
        'certificate_expires_soon', (f'The certificate of {certificate.subject} expires on {moment(end)}, {in_days(end, now)}.')
    )
