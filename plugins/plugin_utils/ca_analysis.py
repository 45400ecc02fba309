# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the certificates of a CA file are worth (RFC 5280, 4)."""
from __future__ import annotations

import typing as t

from ..module_utils.problems import Problem
from .trust_terms import Placed, Terms

if t.TYPE_CHECKING:
    from .x509_facts import Authority


def authority_problems(found: t.Sequence[Placed[Authority]], terms: Terms) -> t.Iterator[Problem]:
    """Yield the problems of a CA file's certificates, in their order.

    One that is over, or not valid yet, is an error: it can't vouch for a mail server. It is a warning where the same CA (name and
    key) stands in the file with a certificate that is valid, which OpenSSL then uses. Weak keys and signatures are warnings,
    since it depends on the security level of the host's OpenSSL whether they are refused.
    """
    valid = {(one.thing.name, one.thing.public_key) for one in found if _is_valid(one.thing, terms)}
    for placed in found:
        authority = placed.thing
        is_renewed = bool(authority.public_key) and (authority.name, authority.public_key) in valid
        yield from _problems_of(placed, is_renewed, terms)


def _is_valid(authority: Authority, terms: Terms) -> bool:
    return authority.not_before <= terms.now < authority.not_after and not authority.fault


def _problems_of(placed: Placed[Authority], is_renewed: bool, terms: Terms) -> t.Iterator[Problem]:
    authority = placed.thing

    def problem(code: str, seen: str, hint: str = '', severity: str = '') -> Problem:
        return Problem(code, f'{authority.subject} {seen}.', hint, severity, file=placed.file, line=placed.line, keyword='CAFile')

    def out_of_date(code: str, seen: str) -> Problem:
        if not is_renewed:
            return problem(code, seen)
        return problem(code, f'{seen}; the file has a certificate of the same CA that is valid',
                       'Take the certificate that is not valid out of the file.', 'warning')

    if authority.fault:
        yield problem('not_a_ca', f'is not a CA: {authority.fault}')
    if authority.not_before > terms.now:
        yield out_of_date('ca_not_yet_valid', terms.begins(authority.not_before))
    if authority.not_after <= terms.now:
        yield out_of_date('ca_expired', f'expired on {terms.since(authority.not_after)}')
    elif terms.is_near(authority.not_after):
        yield problem('ca_expires_soon', f'expires on {terms.until(authority.not_after)}')
    if authority.weak_key:
        yield problem('weak_key', f'is weak: {authority.weak_key}; OpenSSL refuses it at security level 2, which is usual',
                      'Have the CA renewed with a stronger key.', 'warning')
    if authority.weak_signature:
        yield problem('weak_signature', f'is weak: {authority.weak_signature}; OpenSSL refuses it at security level 2, '
                      'which is usual', 'Have the CA certificate issued again with SHA-256.', 'warning')
