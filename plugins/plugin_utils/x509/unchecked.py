# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts of a mail server's chain, and of the trust that it is verified against, that could not be read and checked."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from ...module_utils.vocabulary import CERTIFICATE
from .budget import watched
from .chain_path import Trust
from .crl_entries import entry_of
from .guard import not_checked
from .name_constraints import are_too_many
from .records import Certificate, unread
from .signatures import is_signed_by

CAN_NOT_BE_READ = "it can't be read"


def unread_leaf(read: t.Sequence[Certificate | str]) -> list[Problem]:
    """Return the warning if the mail server's own certificate, the first of the chain, could not be read completely."""
    return _unread_parts(read[:1]) if read else []


def unchecked_parts(read: t.Sequence[Certificate | str], trust: Trust) -> list[Problem]:
    """Return the warnings for what the analysis of a chain could not check, except its first certificate (`unread_leaf`)."""
    chain = [record for record in read if not isinstance(record, str)]
    issuers = {certificate.issuer_name for certificate in chain}
    relevant = [ca for ca in trust.authorities or () if ca.name in issuers and ca not in chain]
    return [
        *_unread_parts(read[1:], 'A further certificate that the mail server sent'),
        *_unread_parts(relevant),
        *_unread_trust(trust),
        *_unread_lists(chain, trust),
        *_unknown_signatures([*chain, *relevant]),
        *_uncompared_names([*chain, *relevant]),
    ]


def _unread_parts(read: t.Iterable[Certificate | str], called: str = "The mail server's certificate") -> list[Problem]:
    whole = [_problem(called, reason) for reason in read if isinstance(reason, str)]
    parts = [
        _problem(f'The certificate of {record.subject}: {missing}', CAN_NOT_BE_READ)
        for record in read
        if not isinstance(record, str) and (missing := unread(record))
    ]
    return whole + parts


def _unread_trust(trust: Trust) -> list[Problem]:
    return [
        _problem(f'{len(reasons)} {called}, of {trust.source},', reasons[0])
        for called, reasons in (('CA certificates', trust.unread_authorities), ('CRLs', trust.unread_crls))
        if reasons
    ]


def _unread_lists(chain: t.Sequence[Certificate], trust: Trust) -> t.Iterator[Problem]:
    """Yield the unreadable parts of the CRLs of the chain's issuers, and the unreadable entry of a certificate."""
    for certificate in chain if trust.whole_chain else chain[:1]:
        for crl in trust.crls or ():
            if crl.name == certificate.issuer_name:
                if missing := unread(crl):
                    yield _problem(f'The CRL of {crl.issuer}: {missing}', CAN_NOT_BE_READ)
                if isinstance(entry := entry_of(crl, certificate.serial), str):
                    yield _problem(f'The entry of {certificate.subject} in the CRL of {crl.issuer}', entry)


def _unknown_signatures(certificates: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    for certificate in watched(certificates):
        issuers = [ca for ca in certificates if ca.name == certificate.issuer_name and ca != certificate]
        if any(is_signed_by(certificate, issuer) is None for issuer in issuers):
            yield _problem(f'The signature of {certificate.subject}', 'its algorithm or key is not known')


def _uncompared_names(certificates: t.Sequence[Certificate]) -> t.Iterator[Problem]:
    for authority in certificates:
        constraints = authority.name_constraints
        if constraints is not None and any(are_too_many(certificate, constraints) for certificate in certificates):
            yield _problem(f'The names that {authority.subject} may issue for', 'there are too many')


def _problem(what: str, reason: str) -> Problem:
    return not_checked(what, reason, stage=CERTIFICATE)
