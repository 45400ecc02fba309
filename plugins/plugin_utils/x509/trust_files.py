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

from ...module_utils.problems import Problem
from ...module_utils.trust.pem import CERTIFICATE, CRL, Block, Pem, read_pem, structure_problems
from ..days import days_left
from .budget import watched
from .ca_checks import authority_problems
from .criteria import Placed, Terms
from .crl_checks import crl_problems
from .guard import guard, not_judged
from .openssl_check import openssl_reads
from .reader import read_certificate, read_crl
from .records import (
    AUTHORITY_KEY,
    BASIC_CONSTRAINTS,
    ENTRIES,
    ISSUING_DISTRIBUTION_POINT,
    KEY_USAGE,
    SUBJECT_KEY,
    Certificate,
    RevocationList,
    unread,
)

Thing = t.TypeVar('Thing', Certificate, RevocationList)
MOST_ENDS = 20
# The extensions that the judgement of a CA file or a CRL file goes by.
FOR_TRUST = (BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_KEY, AUTHORITY_KEY, ISSUING_DISTRIBUTION_POINT, ENTRIES)


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


def blocks_of(content: bytes | None, file: str) -> TrustBlocks | None:
    """Return what stands in a file's content, None for a file that is not set."""
    return None if content is None else TrustBlocks(_read_pem(content).blocks, file)


def judge_blocks(ca: TrustBlocks | None, crl: TrustBlocks | None, now: dt.datetime, warn_days: int) -> list[Problem]:
    """Return the problems of what stands in well-formed blocks; each distinct certificate and CRL is judged once."""
    problems: list[Problem] = []
    terms = Terms(now, warn_days)
    authorities: list[Placed[Certificate]] = []
    if ca is not None:
        with guard(problems, 'The certificates of the CA file', file=ca.file, keyword='CAFile'):
            authorities = _read(read_certificate, ca, CERTIFICATE, 'certificate', problems)
            problems += authority_problems(authorities, terms)
    if crl is not None:
        with guard(problems, 'The lists of the CRL file', file=crl.file, keyword='CrlFile'):
            lists = _read(read_crl, crl, CRL, 'CRL', problems)
            # Without a CA file the CAs are the publicly known ones, which are not at hand.
            problems += crl_problems(lists, [placed.thing for placed in authorities], terms)
    return problems


def ends(ca: TrustBlocks | None, crl: TrustBlocks | None, now: dt.datetime) -> list[dict[str, t.Any]]:
    """Return when the CAs and CRLs of the files end, for a result: of each file the first `MOST_ENDS`, the first to end first.

    What can't be read, and a CRL without an end, is left out.
    """
    found = []
    for keyword, trust, label in (('CAFile', ca, CERTIFICATE), ('CrlFile', crl, CRL)):
        known: list[tuple[dt.datetime, str]] = []
        for block in watched(_distinct(trust.blocks, label) if trust is not None else ()):
            if label == CERTIFICATE:
                authority = read_certificate(block.der)
                if not isinstance(authority, str):
                    known.append((authority.not_after, authority.subject))
            else:
                revoked = read_crl(block.der)
                if not isinstance(revoked, str) and revoked.next_update is not None:
                    known.append((revoked.next_update, revoked.issuer))
        found += [
            {
                'keyword': keyword,
                'file': trust.file,
                'name': name,
                'not_after': end.strftime('%Y-%m-%dT%H:%M:%SZ'),
                'days_left': days_left(end, now),
            }
            for end, name in sorted(known)[:MOST_ENDS]
            if trust is not None
        ]
    return found


def _read(
    read: t.Callable[[bytes], Thing | str], trust: TrustBlocks, label: str, called: str, problems: list[Problem]
) -> list[Placed[Thing]]:
    """Return what the distinct blocks of a kind say; put into `problems` which can't be read, or not in all parts."""
    found: list[Placed[Thing]] = []
    for block in watched(_distinct(trust.blocks, label)):
        thing = read(block.der)
        place: dict[str, t.Any] = {
            'file': trust.file,
            'line': block.line,
            'keyword': 'CAFile' if label == CERTIFICATE else 'CrlFile',
        }
        if isinstance(thing, str):
            problems.append(_unreadable(block, called, thing, place))
            continue
        found.append(Placed(thing, block.der, trust.file, block.line))
        if missing := unread(thing, FOR_TRUST):
            problems.append(not_judged(f'The {called} of {_whose(thing)}: {missing}', "it can't be read", **place))
    return found


def _unreadable(block: Block, called: str, reason: str, place: t.Mapping[str, t.Any]) -> Problem:
    """Return the problem of what can't be read. OpenSSL, which takes more than our reader, has the word whether it is broken."""
    if openssl_reads(block):
        return not_judged(f'The {called}, which OpenSSL reads,', reason, **place)
    return Problem('not_pem', f'The {called} is broken: {reason}.', f'Get the {called} again from its issuer.', **place)


def _whose(thing: Certificate | RevocationList) -> str:
    return thing.subject if isinstance(thing, Certificate) else thing.issuer


def _distinct(blocks: t.Iterable[Block], label: str) -> list[Block]:
    first: dict[bytes, Block] = {}
    for block in blocks:
        if block.label == label:
            first.setdefault(block.der, block)
    return list(first.values())


@functools.lru_cache(maxsize=16)
def _read_pem(content: bytes) -> Pem:
    return read_pem(content)
