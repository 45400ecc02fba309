# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the lists of a CRL file are worth (RFC 5280, 5), by themselves and against the CAs of the CA file."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from .budget import OverBudget, watched
from .ca_checks import why_no_ca
from .criteria import Placed, Terms
from .guard import not_judged
from .records import Certificate, NameKey, RevocationList
from .signatures import is_signed_by

MOST_NAMED = 5  # CAs without a CRL that a message names

ByName: t.TypeAlias = t.Mapping[NameKey, t.Sequence[Certificate]]


def crl_problems(
    found: t.Sequence[Placed[RevocationList]], authorities: t.Sequence[Certificate], terms: Terms
) -> t.Iterator[Problem]:
    """Yield the problems of a CRL file's lists in their order, then whether a CA has none. No `authorities`: they are not known.

    A list by an issuer that is not in the CA file is an error where no list is by one that is: then it is the wrong file. Beside
    a list that fits it is a warning: it may be that of an intermediate CA, which the mail server sends along. Whether one fits
    is not known where not all signatures were verified.
    """
    by_name: dict[NameKey, list[Certificate]] = {}
    for authority in watched(authorities):
        by_name.setdefault(authority.name, []).append(authority)
    signers: dict[bytes, t.Sequence[Certificate]] = {}
    unverified = _find_signers(found, by_name, signers)
    may_fit = bool(unverified) or any(signers.values())
    current = {(one.thing.name, one.thing.key_id) for one in found if _is_current(one.thing, terms)}
    for placed in watched(found):
        has_newer = (placed.thing.name, placed.thing.key_id) in current
        yield from _date_problems(placed, has_newer, terms)
        yield from _use_problems(placed)
        if authorities and placed.der in signers:
            yield from _issuer_problems(placed, by_name, signers[placed.der], may_fit)
    if unverified:
        yield from unverified
    elif may_fit:
        usable = [one.thing.name for one in found if not one.thing.passed_over and signers[one.der]]
        yield from _missing(authorities, frozenset(usable), found[0].file, terms)


def _is_current(crl: RevocationList, terms: Terms) -> bool:
    return crl.last_update <= terms.now and (crl.next_update is None or crl.next_update > terms.now)


def _date_problems(placed: Placed[RevocationList], has_newer: bool, terms: Terms) -> t.Iterator[Problem]:
    start, end = placed.thing.last_update, placed.thing.next_update

    def out_of_date(code: str, seen: str) -> Problem:
        if not has_newer:
            return _problem(code, placed, seen)
        return _problem(
            code,
            placed,
            f'{seen}; the file has one of the same CA that is in force',
            'Take the CRL that is not in force out of the file.',
            'warning',
        )

    if start > terms.now:
        yield out_of_date('crl_not_yet_valid', terms.begins(start))
    if end is None:
        yield _problem(
            'crl_expires_soon',
            placed,
            'has no nextUpdate, so that it counts however old it is',
            'Have the CA set nextUpdate (RFC 5280, 5.1.2.5), and fetch its CRL by schedule.',
        )
    elif end <= terms.now:
        yield out_of_date('crl_expired', f'was to be replaced by {terms.since(end)}')
    elif terms.is_near(end):
        yield _problem('crl_expires_soon', placed, f'is to be replaced by {terms.until(end)}')


def _use_problems(placed: Placed[RevocationList]) -> t.Iterator[Problem]:
    crl = placed.thing
    if crl.has_weak_signature:
        yield _problem(
            'weak_signature',
            placed,
            f'is weak: it is signed with {crl.signature_hash.upper()}, so that it can be forged',
            'Have the CRL issued again with SHA-256.',
            'warning',
        )
    if crl.passed_over:
        yield _problem(
            'crl_missing',
            placed,
            f'is passed over when mail is sent: {crl.passed_over}',
            'Give the complete CRL of this CA.',
            'warning',
        )
    if crl.is_delta:
        yield _problem(
            'crl_missing',
            placed,
            'is a delta, which is taken for the whole when mail is sent: what was revoked before it goes unnoticed',
            'Give the complete CRL of this CA.',
            'warning',
        )
    if crl.refused:
        yield _problem(
            'certificate_invalid',
            placed,
            f'makes every certificate of this CA refused: {crl.refused} (its error 36)',
            'Have the CRL issued without that extension.',
        )


def _find_signers(
    found: t.Sequence[Placed[RevocationList]], by_name: ByName, signers: dict[bytes, t.Sequence[Certificate]]
) -> list[Problem]:
    """Put into `signers` who has signed each list; return how many of them the budget has left unverified."""
    try:
        for placed in found:
            signers[placed.der] = _signers(placed.thing, by_name)
    except OverBudget as error:
        number = f'{len(found) - len(signers)} of {len(found)} CRLs'
        return [not_judged(f'The signatures of {number}', str(error), file=found[0].file, keyword='CrlFile')]
    return []


def _signers(crl: RevocationList, by_name: ByName) -> t.Sequence[Certificate]:
    """Return the CAs with the key that has signed a list; where none has, those of which it can't be told."""
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
    """Return the CAs that can have signed a list, first those with the key that it names."""
    fitting = [one for one in watched(by_name.get(crl.name, ())) if one.key_id is None or crl.key_id in (None, one.key_id)]
    return sorted(fitting, key=lambda one: one.key_id is None)


def _issuer_problems(
    placed: Placed[RevocationList], by_name: ByName, signers: t.Sequence[Certificate], one_fits: bool
) -> t.Iterator[Problem]:
    if not _with_key(placed.thing, by_name):
        if placed.thing.name in by_name:
            seen = 'is by a key that no CA of this name in the CA file has'
        else:
            seen = 'is by an issuer that is not in the CA file'
        if one_fits:
            yield _problem(
                'crl_issuer_unknown',
                placed,
                seen,
                'Where it is an intermediate CA, whose certificate the mail server sends along, nothing needs to be done; '
                'with that certificate in the CA file the CRL is judged too. Else take the CRL out.',
                'warning',
            )
        else:
            yield _problem('crl_issuer_unknown', placed, seen)
    elif not signers:
        yield _problem('crl_signature_invalid', placed, "has a signature that is not its issuer's")
    elif not any(authority.usage is None or authority.usage.signs_crls for authority in signers):
        yield _problem('crl_signature_invalid', placed, 'is by a CA that may not sign CRLs (its key usage has no cRLSign)')


def _missing(authorities: t.Sequence[Certificate], with_crl: frozenset[t.Any], file: str, terms: Terms) -> t.Iterator[Problem]:
    """Yield that CAs have no CRL in a file that has one of another: OpenSSL then refuses what they issue."""
    lacking = [
        authority
        for authority in authorities
        if authority.name not in with_crl and not why_no_ca(authority) and authority.not_after > terms.now
    ]
    above = {authority.issuer_name for authority in authorities if not authority.is_self_issued}
    for severity, ones, effect in (
        (
            'warning',
            [one for one in lacking if one.name not in above],
            'the certificate of a mail server that it issued is refused',
        ),
        (
            'info',
            [one for one in lacking if one.name in above],
            'every certificate below it is refused where the whole chain is checked for revocation',
        ),
    ):
        names = list(dict.fromkeys(one.subject for one in ones))
        if len(names) == 1:
            whose = f'{names[0]}, a CA'
        else:
            more = f' and {len(names) - MOST_NAMED} more' if len(names) > MOST_NAMED else ''
            whose = f'{len(names)} CAs ({"; ".join(names[:MOST_NAMED])}{more}), each'
        if names:
            yield Problem(
                'crl_missing',
                f'There is no CRL of {whose} of the CA file: {effect}.',
                "Add the CRL, or take the CA out of the CA file where the mail server's certificate is another's.",
                severity,
                file=file,
                keyword='CrlFile',
            )


def _problem(code: str, placed: Placed[RevocationList], seen: str, hint: str = '', severity: str = '') -> Problem:
    message = f'The CRL of {placed.thing.issuer} {seen}.'
    return Problem(code, message, hint, severity, file=placed.file, line=placed.line, keyword='CrlFile')
