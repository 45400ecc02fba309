# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the certificates of a CA file are worth (RFC 5280, 4)."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from .budget import watched
from .criteria import Placed, Terms
from .records import LEAST_BITS, Certificate


def authority_problems(found: t.Sequence[Placed[Certificate]], terms: Terms) -> t.Iterator[Problem]:
    """Yield the problems of a CA file's certificates, in their order.

    One that is over, or not valid yet, is an error: it can't vouch for a mail server. It is a warning where the same CA (name and
    key) stands in the file with a certificate that is valid, which OpenSSL then uses. Weak keys and signatures are warnings,
    since it depends on the security level of the host's OpenSSL whether they are refused.
    """
    valid = {(one.thing.name, one.thing.public_key) for one in found if _is_valid(one.thing, terms)}
    for placed in watched(found):
        authority = placed.thing
        is_renewed = bool(authority.public_key) and (authority.name, authority.public_key) in valid
        yield from _problems_of(placed, is_renewed, terms)


def _is_valid(authority: Certificate, terms: Terms) -> bool:
    return authority.not_before <= terms.now < authority.not_after and not why_no_ca(authority)


def why_no_ca(certificate: Certificate) -> str:
    """Return why a certificate is none of a CA, '' for one that is, and where its basic constraints can't be read.

    RFC 5280, 4.2.1.3 and 4.2.1.9. A self-signed certificate of version 1 is a root of old: it has no extensions.
    """
    if certificate.is_ca is False:
        if certificate.constraints is not None:
            return "its basic constraints say so; it is a server's or a person's"
        return '' if certificate.version == 1 and certificate.is_self_issued else 'it has no basic constraints'
    if certificate.usage is not None and not certificate.usage.signs_certificates:
        return 'its key usage has no keyCertSign'
    return ''


def _problems_of(placed: Placed[Certificate], is_renewed: bool, terms: Terms) -> t.Iterator[Problem]:
    authority = placed.thing

    def problem(code: str, seen: str, hint: str = '', severity: str = '') -> Problem:
        return Problem(code, f'{authority.subject} {seen}.', hint, severity, file=placed.file, line=placed.line, keyword='CAFile')

    def out_of_date(code: str, seen: str) -> Problem:
        if not is_renewed:
            return problem(code, seen)
        return problem(
            code,
            f'{seen}; the file has a certificate of the same CA that is valid',
            'Take the certificate that is not valid out of the file.',
            'warning',
        )

    if fault := why_no_ca(authority):
        yield problem('not_a_ca', f'is not a CA: {fault}')
    if authority.not_before > terms.now:
        yield out_of_date('ca_not_yet_valid', terms.begins(authority.not_before))
    if authority.not_after <= terms.now:
        yield out_of_date('ca_expired', f'expired on {terms.since(authority.not_after)}')
    elif terms.is_near(authority.not_after):
        yield problem('ca_expires_soon', f'expires on {terms.until(authority.not_after)}')
    if authority.has_weak_key:
        yield problem(
            'weak_key',
            f'is weak: its {authority.key_kind} key has {authority.key_bits} bits, fewer than '
            f'{LEAST_BITS[authority.key_kind]}; OpenSSL refuses it at security level 2, which is usual',
            'Have the CA renewed with a stronger key.',
            'warning',
        )
    if authority.has_weak_signature and not authority.is_self_issued:  # nobody relies on the signature of a root
        yield problem(
            'weak_signature',
            f'is weak: it is signed with {authority.signature_hash.upper()}; OpenSSL refuses it at '
            'security level 2, which is usual',
            'Have the CA certificate issued again with SHA-256.',
            'warning',
        )
