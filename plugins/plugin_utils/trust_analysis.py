# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CA certificates and CRLs are worth: dates, kind, signatures (RFC 5280). Pure: text and a clock in, problems out.

Where RFC 5280 and OpenSSL differ at a boundary, OpenSSL's reading counts, since its verdict is what a send meets: at the very
second of notAfter or nextUpdate it is over, and names are compared without regard to case and repeated blanks.
"""
from __future__ import annotations

import datetime as dt
import functools
import typing as t

from ..module_utils.pem import CERTIFICATE, CRL, Block, Pem, read_pem, structure_problems
from ..module_utils.problems import Problem

if t.TYPE_CHECKING:
    from .x509_facts import Authority, RevocationList


class TrustBlocks(t.NamedTuple):
    """The well-formed blocks of one trust file, and its name for the problems."""
    blocks: t.Sequence[Block]
    file: str


def judge(ca: bytes | None, crl: bytes | None, now: dt.datetime, warn_days: int, files: t.Mapping[str, str]) -> list[Problem]:
    """Return the problems of a CA file's and a CRL file's content; None is a file that is not set.

    `now` is in UTC with its zone, `files` has the names for the problems by keyword (CAFile, CrlFile).
    """
    problems: list[Problem] = []
    blocks: dict[str, TrustBlocks | None] = {}
    for keyword, content in (('CAFile', ca), ('CrlFile', crl)):
        blocks[keyword] = None
        if content is not None:
            pem = _read_pem(content)
            problems += structure_problems(pem, keyword, files[keyword])
            blocks[keyword] = TrustBlocks(pem.blocks, files[keyword])
    return problems + judge_blocks(blocks['CAFile'], blocks['CrlFile'], now, warn_days)


def judge_blocks(ca: TrustBlocks | None, crl: TrustBlocks | None, now: dt.datetime, warn_days: int) -> list[Problem]:
    """Return the problems of what stands in well-formed blocks; each distinct certificate and CRL is judged once."""
    from . import x509_facts as facts  # noqa: PLC0415, cryptography is slow to import and not every run has a trust file

    problems: list[Problem] = []
    authorities: list[Authority] = []
    if ca is not None:
        for block in _distinct(ca.blocks, CERTIFICATE):
            authority = facts.read_authority(block.der)
            if isinstance(authority, str):
                problems.append(_unreadable(authority, 'certificate', ca.file, block.line, 'CAFile'))
            else:
                authorities.append(authority)
                problems += _authority_problems(authority, now, warn_days, ca.file, block.line)
    if crl is not None:
        for block in _distinct(crl.blocks, CRL):
            revocations = facts.read_revocation_list(block.der)
            if isinstance(revocations, str):
                problems.append(_unreadable(revocations, 'CRL', crl.file, block.line, 'CrlFile'))
                continue
            problems += _date_problems(revocations, now, warn_days, crl.file, block.line)
            if authorities:  # without a CA file the CAs are the publicly known ones, which are not at hand
                problems += _issuer_problems(block.der, revocations, authorities, crl.file, block.line)
    return problems


def _authority_problems(authority: Authority, now: dt.datetime, warn_days: int, file: str, line: int) -> t.Iterator[Problem]:
    def problem(code: str, seen: str) -> Problem:
        return Problem(code, f'{authority.subject} {seen}.', file=file, line=line, keyword='CAFile')

    if authority.fault:
        yield problem('not_a_ca', f'is not a CA: {authority.fault}')
    start, end = authority.not_before, authority.not_after
    if start > now:
        yield problem('ca_not_yet_valid', f'is valid from {_moment(start)} on, {_in_days(start, now)}')
    if end <= now:
        yield problem('ca_expired', f'expired on {_moment(end)}, {_days_ago(end, now)}')
    elif end - now <= dt.timedelta(days=warn_days):
        yield problem('ca_expires_soon', f'expires on {_moment(end)}, {_in_days(end, now)}')


def _date_problems(revocations: RevocationList, now: dt.datetime, warn_days: int, file: str, line: int) -> t.Iterator[Problem]:
    def problem(code: str, seen: str) -> Problem:
        return _crl_problem(code, revocations, seen, file, line)

    start, end = revocations.last_update, revocations.next_update
    if start > now:
        yield problem('crl_not_yet_valid', f'is valid from {_moment(start)} on, {_in_days(start, now)}')
    if end is None:
        return
    if end <= now:
        yield problem('crl_expired', f'was to be replaced by {_moment(end)}, {_days_ago(end, now)}')
    elif end - now <= dt.timedelta(days=warn_days):
        yield problem('crl_expires_soon', f'is to be replaced by {_moment(end)}, {_in_days(end, now)}')


def _issuer_problems(der: bytes, revocations: RevocationList, authorities: list[Authority], file: str,
                     line: int) -> t.Iterator[Problem]:
    named = [authority for authority in authorities if authority.name == revocations.name]
    with_key = [authority for authority in named if authority.key_id is None or revocations.key_id in (None, authority.key_id)]
    if not with_key:
        seen = 'is by a key that no CA of this name in the CA file has' if named else 'is by an issuer that is not in the CA file'
        yield _crl_problem('crl_issuer_unknown', revocations, seen, file, line)
        return
    signers = [authority for authority in with_key if authority.has_signed(der)]
    if not signers:
        yield _crl_problem('crl_signature_invalid', revocations, 'has a signature that is not its issuer\'s', file, line)
    elif not any(authority.signs_crls for authority in signers):
        yield _crl_problem(
            'crl_signature_invalid', revocations, 'is by a CA that may not sign CRLs (its key usage has no cRLSign)', file, line)


def _crl_problem(code: str, revocations: RevocationList, seen: str, file: str, line: int) -> Problem:
    return Problem(code, f'The CRL of {revocations.issuer} {seen}.', file=file, line=line, keyword='CrlFile')


def _unreadable(reason: str, kind: str, file: str, line: int, keyword: str) -> Problem:
    return Problem('not_pem', f'The {kind} is broken: {reason}.', f'Get the {kind} again from its issuer.',
                   file=file, line=line, keyword=keyword)


def _distinct(blocks: t.Iterable[Block], label: str) -> list[Block]:
    first: dict[bytes, Block] = {}
    for block in blocks:
        if block.label == label:
            first.setdefault(block.der, block)
    return list(first.values())


@functools.lru_cache(maxsize=16)
def _read_pem(content: bytes) -> Pem:
    return read_pem(content)


def _moment(when: dt.datetime) -> str:
    return when.strftime('%Y-%m-%d %H:%M UTC')


def _days(number: int) -> str:
    return '1 day' if number == 1 else f'{number} days'


def _in_days(when: dt.datetime, now: dt.datetime) -> str:
    return f'in {_days((when - now).days)}'


def _days_ago(when: dt.datetime, now: dt.datetime) -> str:
    return f'{_days((now - when).days)} ago'
