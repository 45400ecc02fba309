# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What of a mail server's chain, and of what it is verified against, could not be read, and so not be judged."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from .budget import watched
from .chain_path import Trust
from .guard import not_judged
from .name_constraints import are_too_many
from .reader import entry_of
from .records import Certificate, unread
from .signatures import is_signed_by

CAN_NOT_BE_READ = "it can't be read"


def unread_leaf(read: t.Sequence[Certificate | str]) -> list[Problem]:
    """Return whether the mail server's own certificate, the first that was read, could not be read, or not all of it."""
    return _unread_parts(read[:1]) if read else []


def unjudged(read: t.Sequence[Certificate | str], trust: Trust) -> list[Problem]:
    """Return what could not be judged in the analysis of a chain, its first certificate apart (`unread_leaf`)."""
    chain = [one for one in read if not isinstance(one, str)]
    issuers = {one.issuer_name for one in chain}
    concerned = [one for one in trust.authorities or () if one.name in issuers and one not in chain]
    return [
        *_unread_parts(read[1:], 'A further certificate that the mail server sent'),
        *_unread_parts(concerned),
        *_unread_trust(trust),
        *_unread_lists(chain, trust),
        *_unknown_signatures([*chain, *concerned]),
        *_uncompared_names([*chain, *concerned]),
    ]


def _unread_parts(read: t.Iterable[Certificate | str], called: str = "The mail server's certificate") -> list[Problem]:
    whole = [_problem(called, one) for one in read if isinstance(one, str)]
    parts = [
        _problem(f'The certificate of {one.subject}: {missing}', CAN_NOT_BE_READ)
        for one in read
        if not isinstance(one, str) and (missing := unread(one))
    ]
    return whole + parts


def _unread_trust(trust: Trust) -> list[Problem]:
    return [
        _problem(f'{len(reasons)} {called}, of {trust.source},', reasons[0])
        for called, reasons in (('CA certificates', trust.unread_authorities), ('CRLs', trust.unread_crls))
        if reasons
    ]


def _unread_lists(chain: t.Sequence[Certificate], trust: Trust) -> t.Iterator[Problem]:
    """Yield what can't be read of the lists of the chain's issuers: parts of them, or the very entry of a certificate."""
    for certificate in chain if trust.whole_chain else chain[:1]:
        for one in trust.crls or ():
            if one.name == certificate.issuer_name:
                if missing := unread(one):
                    yield _problem(f'The CRL of {one.issuer}: {missing}', CAN_NOT_BE_READ)
                if isinstance(entry := entry_of(one, certificate.serial), str):
                    yield _problem(f'The entry of {certificate.subject} in the CRL of {one.issuer}', entry)


def _unknown_signatures(certificates: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    for certificate in watched(certificates):
        issuers = [one for one in certificates if one.name == certificate.issuer_name and one != certificate]
        if any(is_signed_by(certificate, one) is None for one in issuers):
            yield _problem(f'The signature of {certificate.subject}', 'its algorithm or key is not known')


def _uncompared_names(certificates: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    for authority in certificates:
        constraints = authority.name_constraints
        if constraints is not None and any(are_too_many(one, constraints) for one in certificates):
            yield _problem(f'The names that {authority.subject} may issue for', 'there are too many')


def _problem(what: str, reason: str) -> Problem:
    return not_judged(what, reason, stage='certificate')
