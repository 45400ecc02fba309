# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of the CRLs of a CRL file (RFC 5280, 5), on their own and against the CAs of the CA file."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from ...module_utils.vocabulary import ERROR, INFO, WARNING
from .budget import OverBudget, watched
from .ca_checks import why_no_ca
from .criteria import Criteria, Located, Mailer
from .guard import not_checked
from .records import Certificate, NameKey, RevocationList
from .signatures import is_signed_by

MOST_NAMED = 5  # CAs without a CRL that a message names
# What is the matter without a CA's CRL: how severe it is, for a CA with or without others of the file below it, and the effect.
_EFFECTS = (
    (WARNING, False, 'the certificate of a mail server that it issued is refused'),
    (INFO, True, 'every certificate below it is refused where the whole chain is checked for revocation'),
)
# The same where the mailer was observed to check the whole chain.
_OBSERVED_EFFECTS = (
    _EFFECTS[0],
    (WARNING, True, 'every certificate below it is refused, since the mailer was observed to check the whole chain'),
)

ByName: t.TypeAlias = t.Mapping[NameKey, t.Sequence[Certificate]]


def crl_problems(
    crls: t.Sequence[Located[RevocationList]], authorities: t.Sequence[Certificate], criteria: Criteria
) -> t.Iterator[Problem]:
    """Yield the problems of a CRL file's lists in their order, then the CAs without a CRL. No `authorities`: they are not known.

    A CRL whose issuer is not in the CA file is an error if no CRL of the file has its issuer there: then it is the wrong file.
    Beside a CRL that matches it is a warning: it may belong to an intermediate CA, whose certificate the mail server sends.
    Whether one matches is not known unless all signatures were verified.
    """
    by_name: dict[NameKey, list[Certificate]] = {}
    for authority in watched(authorities):
        by_name.setdefault(authority.name, []).append(authority)
    signers: dict[bytes, t.Sequence[Certificate]] = {}
    unverified = _find_signers(crls, by_name, signers)
    may_match = bool(unverified) or any(signers.values())
    current = {(crl.record.name, crl.record.key_id) for crl in crls if _is_current(crl.record, criteria)}
    for located in watched(crls):
        has_newer = (located.record.name, located.record.key_id) in current
        yield from _date_problems(located, has_newer, criteria)
        yield from _use_problems(located)
        if authorities and located.record.der in signers:
            yield from _issuer_problems(located, by_name, signers[located.record.der], may_match)
    if unverified:
        yield from unverified
    elif may_match:
        usable = [crl.record.name for crl in crls if not crl.record.why_ignored and signers[crl.record.der]]
        yield from _missing(authorities, frozenset(usable), crls[0].file, criteria)


def _is_current(crl: RevocationList, criteria: Criteria) -> bool:
    return crl.last_update <= criteria.now and (crl.next_update is None or crl.next_update > criteria.now)


def _date_problems(located: Located[RevocationList], has_newer: bool, criteria: Criteria) -> t.Iterator[Problem]:
    start, end = located.record.last_update, located.record.next_update

    def out_of_date(code: str, fault: str) -> Problem:
        if not has_newer:
            return _problem(code, located, fault)
        return _problem(
            code,
            located,
            f'{fault}; the file has a current CRL of the same CA',
            'Remove the CRL that is not current from the file.',
            WARNING,
        )

    if start > criteria.now:
        yield out_of_date('crl_not_yet_valid', criteria.begins(start))
    if end is None:
        yield _problem(
            'crl_expires_soon',
            located,
            'has no nextUpdate, so it is accepted no matter how old it is',
            'Have the CA set nextUpdate (RFC 5280, 5.1.2.5), and fetch its CRL on a schedule.',
        )
    elif end <= criteria.now:
        yield out_of_date('crl_expired', f'was to be replaced by {criteria.since(end)}')
    elif criteria.is_near(end):
        yield _problem('crl_expires_soon', located, f'is to be replaced by {criteria.until(end)}')


def _use_problems(located: Located[RevocationList]) -> t.Iterator[Problem]:
    crl = located.record
    if crl.has_weak_signature:
        yield _problem(
            'weak_signature',
            located,
            f'is weak: it is signed with {crl.signature_hash.upper()}, so that it can be forged',
            'Have the CRL issued again with SHA-256.',
            WARNING,
        )
    if crl.why_ignored:
        yield _problem(
            'crl_missing',
            located,
            f'is ignored when mail is sent: {crl.why_ignored}',
            'Use the complete CRL of this CA.',
            WARNING,
        )
    if crl.is_delta:
        yield _problem(
            'crl_missing',
            located,
            'is a delta CRL, which is treated as complete when mail is sent: earlier revocations go unnoticed',
            'Use the complete CRL of this CA.',
            WARNING,
        )
    if crl.refused:
        yield _problem(
            'certificate_invalid',
            located,
            f'makes OpenSSL refuse every certificate of this CA: {crl.refused} (error 36)',
            'Have the CRL issued without that extension.',
        )


def _find_signers(
    crls: t.Sequence[Located[RevocationList]], by_name: ByName, signers: dict[bytes, t.Sequence[Certificate]]
) -> list[Problem]:
    """Add to `signers` the CAs that signed each list, by its DER; report how many the budget left unverified."""
    try:
        for located in crls:
            signers[located.record.der] = _signers(located.record, by_name)
    except OverBudget as error:
        number = f'{len(crls) - len(signers)} of {len(crls)} CRLs'
        return [not_checked(f'The signatures of {number}', str(error), file=crls[0].file, keyword='CrlFile')]
    return []


def signers_of(crl: RevocationList, authorities: t.Sequence[Certificate]) -> t.Sequence[Certificate]:
    """Return the CAs whose key signed a CRL; if there are none, those whose signature can't be verified. Raises OverBudget."""
    return _signers(crl, {crl.name: [authority for authority in authorities if authority.name == crl.name]})


def _signers(crl: RevocationList, by_name: ByName) -> t.Sequence[Certificate]:
    """Return the CAs whose key signed a CRL; if there are none, those whose signature can't be verified."""
    by_key: dict[bytes, list[Certificate]] = {}
    for authority in _with_key(crl, by_name):
        by_key.setdefault(authority.public_key, []).append(authority)
    unknown: list[Certificate] = []
    for authorities in by_key.values():
        is_signed = is_signed_by(crl, authorities[0])
        if is_signed:
            return authorities
        unknown += authorities if is_signed is None else []
    return unknown


def _with_key(crl: RevocationList, by_name: ByName) -> list[Certificate]:
    """Return the CAs that can have signed a CRL, first those with the key that it names."""
    candidates = [ca for ca in watched(by_name.get(crl.name, ())) if ca.key_id is None or crl.key_id in (None, ca.key_id)]
    return sorted(candidates, key=lambda ca: ca.key_id is None)


def _issuer_problems(
    located: Located[RevocationList], by_name: ByName, signers: t.Sequence[Certificate], another_matches: bool
) -> t.Iterator[Problem]:
    if not _with_key(located.record, by_name):
        if located.record.name in by_name:
            fault = 'is signed with a key that no CA of this name in the CA file has'
        else:
            fault = 'is by an issuer that is not in the CA file'
        if another_matches:
            yield _problem(
                'crl_issuer_unknown',
                located,
                fault,
                'If it is an intermediate CA, whose certificate the mail server sends, nothing needs to be done; '
                'with that certificate in the CA file the CRL is checked too. Otherwise remove the CRL.',
                WARNING,
            )
        else:
            yield _problem('crl_issuer_unknown', located, fault)
    elif not signers:
        yield _problem('crl_signature_invalid', located, "has a signature that is not its issuer's")
    elif not any(authority.usage is None or authority.usage.signs_crls for authority in signers):
        yield _problem('crl_signature_invalid', located, 'is by a CA that may not sign CRLs (its key usage has no cRLSign)')


def _missing(
    authorities: t.Sequence[Certificate], with_crl: frozenset[NameKey], file: str, criteria: Criteria
) -> t.Iterator[Problem]:
    """Yield the CAs without a CRL in a file that has one of another: OpenSSL then refuses what they issue."""
    lacking = [
        authority
        for authority in authorities
        if authority.name not in with_crl and not why_no_ca(authority) and authority.not_after > criteria.now
    ]
    above = {authority.issuer_name for authority in authorities if not authority.is_self_issued}
    for severity, is_above, effect in _effects(authorities, lacking, criteria.mailer):
        names = list(dict.fromkeys(authority.subject for authority in lacking if (authority.name in above) is is_above))
        if names:
            yield Problem(
                'crl_missing',
                f'There is no CRL of {_listed(names)} of the CA file: {effect}.',
                "Add the CRL, or remove the CA from the CA file if the mail server's certificate is by another CA.",
                severity,
                file=file,
                keyword='CrlFile',
            )


def _effects(
    authorities: t.Sequence[Certificate], lacking: t.Sequence[Certificate], mailer: Mailer
) -> t.Sequence[tuple[str, bool, str]]:
    if not mailer.checks_chain:
        return _EFFECTS
    is_certain = not mailer.trusts_others and _are_all_cut_off(authorities, lacking)
    return [(ERROR if is_certain else WARNING, is_above, effect) for _severity, is_above, effect in _OBSERVED_EFFECTS]


def _are_all_cut_off(authorities: t.Sequence[Certificate], lacking: t.Sequence[Certificate]) -> bool:
    """Return whether no chain can have all its CRLs: no CA at its end, a root or one whose issuer the file lacks, has one."""
    names, without_crl = {authority.name for authority in authorities}, {authority.name for authority in lacking}
    last = [authority for authority in authorities if authority.is_self_issued or authority.issuer_name not in names]
    return bool(last) and all(authority.name in without_crl for authority in last)


def _listed(names: t.Sequence[str]) -> str:
    if len(names) == 1:
        return f'{names[0]}, a CA'
    more = f' and {len(names) - MOST_NAMED} more' if len(names) > MOST_NAMED else ''
    return f'{len(names)} CAs ({"; ".join(names[:MOST_NAMED])}{more}), each'


def _problem(code: str, located: Located[RevocationList], fault: str, hint: str = '', severity: str = '') -> Problem:
    message = f'The CRL of {located.record.issuer} {fault}.'
    return Problem(code, message, hint, severity, file=located.file, line=located.line, keyword='CrlFile')
