# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of CA and CRL files: dates, kind, signatures (RFC 5280). Pure: text and a clock in, problems out.

Where RFC 5280 and OpenSSL differ at a boundary, OpenSSL's reading counts, since a send gets its verdict: in the very second of
notAfter or nextUpdate a certificate or CRL is expired, and names are compared regardless of case and repeated blanks.
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
from .criteria import ASSUMED, Criteria, Located, Mailer
from .crl_checks import crl_problems
from .dates import timestamp
from .guard import guard, not_checked
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

Record = t.TypeVar('Record', Certificate, RevocationList)
MOST_ENDS = 20
# The extensions that the checks of a CA file or a CRL file depend on.
FOR_TRUST = (BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_KEY, AUTHORITY_KEY, ISSUING_DISTRIBUTION_POINT, ENTRIES)


class TrustBlocks(t.NamedTuple):
    """The well-formed blocks of one trust file, and its name for the problems."""

    blocks: t.Sequence[Block]
    file: str


def check_files(
    ca: bytes | None,
    crl: bytes | None,
    now: dt.datetime,
    warn_days: int,
    files: t.Mapping[str, str],
    mailer: Mailer = ASSUMED,
) -> list[Problem]:
    """Return the problems of a CA file's and a CRL file's content; None means a file that is not set.

    `now` is in UTC with its zone; `files` has the names for the problems, by keyword (CAFile, CrlFile).
    """
    problems: list[Problem] = []
    blocks: dict[str, TrustBlocks | None] = {}
    for keyword, content in (('CAFile', ca), ('CrlFile', crl)):
        blocks[keyword] = None
        if content is not None:
            pem = _read_pem(content)
            problems += structure_problems(pem, keyword, files[keyword])
            blocks[keyword] = TrustBlocks(pem.blocks, files[keyword])
    return problems + check_blocks(blocks['CAFile'], blocks['CrlFile'], Criteria(now, warn_days, mailer))


def blocks_of(content: bytes | None, file: str) -> TrustBlocks | None:
    """Return the blocks of a file's content, None for a file that is not set."""
    return None if content is None else TrustBlocks(_read_pem(content).blocks, file)


def check_blocks(ca: TrustBlocks | None, crl: TrustBlocks | None, criteria: Criteria) -> list[Problem]:
    """Return the problems of well-formed blocks; each distinct certificate and CRL is checked once."""
    problems: list[Problem] = []
    authorities: list[Located[Certificate]] = []
    if ca is not None:
        with guard(problems, 'The certificates of the CA file', file=ca.file, keyword='CAFile'):
            authorities = _read(read_certificate, ca, CERTIFICATE, 'certificate', problems)
            if len(authorities) < len(_distinct(ca.blocks, CERTIFICATE)):
                criteria = criteria._replace(mailer=ASSUMED)  # nothing can be told of all CAs
            problems += authority_problems(authorities, criteria)
    if crl is not None:
        with guard(problems, 'The CRLs of the CRL file', file=crl.file, keyword='CrlFile'):
            crls = _read(read_crl, crl, CRL, 'CRL', problems)
            # Without a CA file the CAs are the public ones of the host, which are not available here.
            problems += crl_problems(crls, [located.record for located in authorities], criteria)
    return problems


def ends(ca: TrustBlocks | None, crl: TrustBlocks | None, now: dt.datetime) -> list[dict[str, t.Any]]:
    """Return when the CAs and CRLs of the files expire, for a result: of each file the first `MOST_ENDS`, the earliest first.

    Unreadable blocks, and a CRL without an end, are left out.
    """
    expiries = []
    for keyword, trust, label in (('CAFile', ca, CERTIFICATE), ('CrlFile', crl, CRL)):
        known: list[tuple[dt.datetime, str, dict[str, t.Any]]] = []
        for block in watched(_distinct(trust.blocks, label) if trust is not None else ()):
            if label == CERTIFICATE:
                authority = read_certificate(block.der)
                if not isinstance(authority, str):
                    known.append((authority.not_after, authority.subject, {}))
            else:
                revoked = read_crl(block.der)
                if not isinstance(revoked, str) and revoked.next_update is not None:
                    known.append((revoked.next_update, revoked.issuer, _of_crl(revoked, now)))
        expiries += [
            {
                'keyword': keyword,
                'file': trust.file,
                'name': name,
                'not_after': timestamp(end),
                'days_left': days_left(end, now),
                **more,
            }
            for end, name, more in sorted(known, key=lambda one: one[:2])[:MOST_ENDS]
            if trust is not None
        ]
    return expiries


def _of_crl(crl: RevocationList, now: dt.datetime) -> dict[str, t.Any]:
    known = {'this_update': timestamp(crl.last_update), 'number': crl.number, 'refresh_due': is_due(crl, now)}
    return {key: value for key, value in known.items() if value is not None}


def is_due(crl: RevocationList, now: dt.datetime) -> bool:
    """Return whether less than a third of a CRL's life is left."""
    return crl.next_update is not None and 3 * (crl.next_update - now) < crl.next_update - crl.last_update


def _read(
    read: t.Callable[[bytes], Record | str], trust: TrustBlocks, label: str, called: str, problems: list[Problem]
) -> list[Located[Record]]:
    """Return the records of the distinct blocks of a kind; add to `problems` the blocks that can't be read completely."""
    records: list[Located[Record]] = []
    for block in watched(_distinct(trust.blocks, label)):
        record = read(block.der)
        place: dict[str, t.Any] = {
            'file': trust.file,
            'line': block.line,
            'keyword': 'CAFile' if label == CERTIFICATE else 'CrlFile',
        }
        if isinstance(record, str):
            problems.append(_unreadable(block, called, record, place))
            continue
        records.append(Located(record, trust.file, block.line))
        if missing := unread(record, FOR_TRUST):
            problems.append(not_checked(f'The {called} of {_owner(record)}: {missing}', "it can't be read", **place))
    return records


def _unreadable(block: Block, called: str, reason: str, place: t.Mapping[str, t.Any]) -> Problem:
    """Return the problem of an unreadable block. OpenSSL, which accepts more than our reader, decides whether it is broken."""
    if openssl_reads(block):
        return not_checked(f'The {called}, which OpenSSL reads,', reason, **place)
    return Problem('not_pem', f'The {called} is broken: {reason}.', f'Get the {called} again from its issuer.', **place)


def _owner(record: Certificate | RevocationList) -> str:
    return record.subject if isinstance(record, Certificate) else record.issuer


def _distinct(blocks: t.Iterable[Block], label: str) -> list[Block]:
    first: dict[bytes, Block] = {}
    for block in blocks:
        if block.label == label:
            first.setdefault(block.der, block)
    return list(first.values())


@functools.lru_cache(maxsize=16)
def _read_pem(content: bytes) -> Pem:
    return read_pem(content)
