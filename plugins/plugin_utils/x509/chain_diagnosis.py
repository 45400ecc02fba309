# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All defects of a mail server's certificate and chain, each checked on its own: OpenSSL reports only the first one.

An expired CRL hides "revoked", an expired certificate hides both. Python 3.6 does not even expose OpenSSL's error code.
The verdict is the handshake's. This explains it, and reports nothing that OpenSSL wouldn't (verify_chain).
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.problems import Problem
from ...module_utils.safe_text import safe_text
from ...module_utils.tls.host_names import host_matches, packed_address, plain_host
from ...module_utils.vocabulary import WARNING
from ..days import DAY, ago, in_days
from .certificate import MOST_NAMES, defect
from .chain_path import Path, Trust, build_path, unanchored
from .dates import moment
from .name_constraints import violation
from .records import BASIC_CONSTRAINTS, LEAST_BITS, SUBJECT_ALTERNATIVE_NAME, Certificate
from .revocation_diagnosis import revocation
from .signatures import is_signed_by

SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
# The critical extensions that OpenSSL handles (X509_supported_extension).
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
    """OpenSSL's verdict as a target reports it.

    `said` is its text with its number, '' if the target's Python doesn't expose it: then `may_be` are the possible codes.
    `anchored` is whether the chain ends at a trusted root, None if unknown; `whole_chain` whether all certificates of the chain
    were received.
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
    path = _as_openssl_reported(build_path(chain, trust, now), trust, verdict)
    problems = [defect(path.code, path.message)] if path.code else []
    for check in (_extensions, _weaknesses):
        problems += check(path.certificates)
    if host is not None and _is_for_others(chain[0], host):
        problems.append(_mismatch(chain[0], host))
    if trust.crls is not None and path.code != 'self_signed':
        problems += revocation(path, trust, now)
    return [*problems, *_signatures_and_dates(path.certificates, trust, now), *_name_constraints(path.certificates)]


def _as_openssl_reported(path: Path, trust: Trust, verdict: Verdict) -> Path:
    """Return the path, trusted or not as OpenSSL reported it, if that is known.

    If it is not known, a path of a single certificate is not reported as untrusted: not every Python exposes the certificates
    above it. Nor is any path if a CA can't be read.
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
    """Return whether the only possible reason of a refusal is a self-signed certificate."""
    return 'self_signed' in verdict.may_be and 'crl_missing' not in verdict.may_be


def _is_for_others(certificate: Certificate, host: str) -> bool:
    return SUBJECT_ALTERNATIVE_NAME not in certificate.unreadable and not host_matches(certificate.names, plain_host(host))


def _mismatch(certificate: Certificate, host: str) -> Problem:
    names = certificate.names
    its_names = safe_text(type(names)(*(kind[:MOST_NAMES] for kind in names)).shown())
    only = ' For an IP address only entries of IP addresses count.' if packed_address(plain_host(host)) is not None else ''
    return defect('hostname_mismatch', f'The certificate is not for {host}; its names are: {its_names}.{only}')


def accepted_weaknesses(chain: t.Sequence[Certificate]) -> list[Problem]:
    """Return, as warnings, weak keys and signatures that OpenSSL accepted, as a `min_tls` below TLSv1.2 requests."""
    return [problem._replace(severity=WARNING) for problem in _weaknesses(chain)]


def _extensions(path: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    """Yield the extensions that rule out a certificate at its position in the path (check_extensions)."""
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
    """Return why a certificate may not issue others, '' if it may (X509_check_ca)."""
    if certificate.usage is not None and not certificate.usage.signs_certificates:
        return 'its key usage has no keyCertSign'
    if certificate.is_ca or BASIC_CONSTRAINTS in certificate.unreadable:
        return ''
    # Legacy roots: without extensions, or with a key usage only.
    if is_last and certificate.constraints is None and (certificate.usage is not None or certificate.version == 1):
        return ''
    return 'is not a CA'


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
    """Yield invalid signatures and dates, from the root down (internal_verify)."""
    for certificate, issuer in reversed(list(zip(path, [*path[1:], None], strict=True))):
        name, start, end = certificate.subject, certificate.not_before, certificate.not_after
        if issuer is not None and is_signed_by(certificate, issuer) is False:
            yield defect('signature_invalid', f'The signature of {name} does not match the known {certificate.issuer}.')
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
            name = violation(certificate, constraints, is_leaf=not place) if constraints is not None else ''
            if name:
                yield defect('name_constraint', f'{authority.subject} may not issue certificates for {safe_text(name)}.')


def merged(reported: Problem, verdict: Verdict, problems: list[Problem]) -> list[Problem]:
    """Return all defects, first the one that OpenSSL reported, with our message if the analysis found it too.

    `reported` is the target's problem. If OpenSSL's reason is unknown, the first possible defect takes its place.
    """
    if reported.code == 'certificate_invalid' and not verdict.said:
        cause = next((problem for problem in problems if problem.code in verdict.may_be), None)
        return [cause or _left_open(reported, verdict), *(problem for problem in problems if problem is not cause)]
    said = verdict.said
    same = [problem for problem in problems if problem.code == reported.code]
    others = [problem for problem in problems if problem.code != reported.code]
    if same:
        message = f'{same[0].message} ({said})' if said else same[0].message
        return [same[0]._replace(message=message), *same[1:], *others]
    return [reported, *problems]


def _left_open(reported: Problem, verdict: Verdict) -> Problem:
    codes = [code for code in verdict.may_be if code != reported.code]
    return reported._replace(message=f'{reported.message} It can be {", ".join(codes)}.') if codes else reported


def expires_soon(certificate: Certificate, now: dt.datetime, warn_days: int) -> Problem | None:
    """Return the warning for a certificate that expires within `warn_days`, None if it doesn't or has expired."""
    end = certificate.not_after
    if end <= now or end - now > warn_days * DAY:
        return None
    return defect(
        'certificate_expires_soon', (f'The certificate of {certificate.subject} expires on {moment(end)}, {in_days(end, now)}.')
    )
