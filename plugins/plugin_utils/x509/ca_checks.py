# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of the certificates of a CA file (RFC 5280, 4)."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from ...module_utils.vocabulary import WARNING
from .budget import watched
from .criteria import Criteria, Located
from .records import LEAST_BITS, Certificate


def authority_problems(certificates: t.Sequence[Located[Certificate]], criteria: Criteria) -> t.Iterator[Problem]:
    """Yield the problems of a CA file's certificates, in their order.

    An expired certificate, or one that is not yet valid, is an error: it can't vouch for a mail server. It is only a warning if
    the file also has a valid certificate of the same CA (name and key), which OpenSSL then uses. Weak keys and signatures are
    warnings: whether they are refused depends on the security level of the host's OpenSSL.
    """
    valid = {(located.record.name, located.record.public_key) for located in certificates if _is_valid(located.record, criteria)}
    for located in watched(certificates):
        authority = located.record
        is_renewed = bool(authority.public_key) and (authority.name, authority.public_key) in valid
        yield from _problems_of(located, is_renewed, criteria)
    if criteria.mailer.needs_root:
        yield from _root_problems(certificates)


def _root_problems(certificates: t.Sequence[Located[Certificate]]) -> t.Iterator[Problem]:
    if certificates and not any(located.record.is_self_issued for located in certificates):
        yield Problem(
            'unknown_ca',
            'The CA file has no root CA, and the mailer was observed to refuse a certificate if the file has only an '
            'intermediate CA of its issuers.',
            "Add the root CA's certificate to the file.",
            file=certificates[0].file,
            line=certificates[0].line,
            keyword='CAFile',
        )


def _is_valid(authority: Certificate, criteria: Criteria) -> bool:
    return authority.not_before <= criteria.now < authority.not_after and not why_no_ca(authority)


def why_no_ca(certificate: Certificate) -> str:
    """Return why a certificate is not that of a CA, '' if it is or if its basic constraints can't be read.

    RFC 5280, 4.2.1.3 and 4.2.1.9. A self-signed certificate of version 1 is a legacy root: it has no extensions.
    """
    if certificate.is_ca is False:
        if certificate.constraints is not None:
            return "its basic constraints say so; it is a server's or a person's"
        return '' if certificate.version == 1 and certificate.is_self_issued else 'it has no basic constraints'
    if certificate.usage is not None and not certificate.usage.signs_certificates:
        return 'its key usage has no keyCertSign'
    return ''


def _problems_of(located: Located[Certificate], is_renewed: bool, criteria: Criteria) -> t.Iterator[Problem]:
    authority = located.record

    def problem(code: str, fault: str, hint: str = '', severity: str = '') -> Problem:
        message = f'{authority.subject} {fault}.'
        return Problem(code, message, hint, severity, file=located.file, line=located.line, keyword='CAFile')

    def out_of_date(code: str, fault: str) -> Problem:
        if not is_renewed:
            return problem(code, fault)
        return problem(
            code,
            f'{fault}; the file has a valid certificate of the same CA',
            'Remove the certificate that is not valid from the file.',
            WARNING,
        )

    if reason := why_no_ca(authority):
        yield problem('not_a_ca', f'is not a CA: {reason}')
    if authority.not_before > criteria.now:
        yield out_of_date('ca_not_yet_valid', criteria.begins(authority.not_before))
    if authority.not_after <= criteria.now:
        yield out_of_date('ca_expired', f'expired on {criteria.since(authority.not_after)}')
    elif criteria.is_near(authority.not_after):
        yield problem('ca_expires_soon', f'expires on {criteria.until(authority.not_after)}')
    if authority.has_weak_key:
        yield problem(
            'weak_key',
            f'is weak: its {authority.key_kind} key has {authority.key_bits} bits, fewer than '
            f'{LEAST_BITS[authority.key_kind]}; OpenSSL refuses it at security level 2, which is usual',
            'Have the CA renewed with a stronger key.',
            WARNING,
        )
    if authority.has_weak_signature and not authority.is_self_issued:  # nobody relies on the signature of a root
        yield problem(
            'weak_signature',
            f'is weak: it is signed with {authority.signature_hash.upper()}; OpenSSL refuses it at '
            'security level 2, which is usual',
            'Have the CA certificate issued again with SHA-256.',
            WARNING,
        )
