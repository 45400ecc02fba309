# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is known of CRLs: when each was made and is to be replaced, its number, and when it was last fetched, and from where."""

from __future__ import annotations

import dataclasses
import typing as t

from . import times
from .model import Report
from .observations import Expiry
from .values import Record

HIGHEST_NUMBER = (1 << 160) - 1  # of a CRL (RFC 5280, 5.2.3)


def read_crl_facts(given: Record) -> dict[str, t.Any]:
    """Return what an entry says of a CRL, as fields of an Expiry; empty for something else."""
    facts = {
        'this_update': given.moment('this_update'),
        'number': given.number('number', 0, HIGHEST_NUMBER),
        'source': given.line('source'),
        'fetched': given.moment('fetched'),
    }
    return {name: value for name, value in facts.items() if value not in (None, '')}


def is_refresh_due(what: Expiry, now: str) -> bool:
    """Return whether less than a third of a CRL's life is left."""
    if not what.this_update:
        return False
    start, moment, end = map(times.seconds, (what.this_update, now, what.not_after))
    return 3 * (end - moment) < end - start


def is_soon(what: Expiry, now: str, warn_days: int) -> bool:
    """Return whether something expires soon. A CRL that is fetched is renewed in time, unless its refresh is due."""
    is_renewed = bool(what.source) and not is_refresh_due(what, now)
    return 0 <= times.days_between(now, what.not_after) <= warn_days and not is_renewed


def with_fetches(trust: list[Expiry], earlier: t.Sequence[Expiry]) -> list[Expiry]:
    """Return the CAs and CRLs with what an earlier result says of the fetches of the same CRLs: a host does not know it."""
    fetches = {_key(what): what for what in earlier if what.source}
    return [
        dataclasses.replace(what, source=known.source, fetched=known.fetched)
        if not what.source and (known := fetches.get(_key(what))) is not None
        else what
        for what in trust
    ]


def _key(what: Expiry) -> tuple[str, str, str]:
    return what.kind, what.name, what.this_update


def crls(report: Report) -> dict[str, Expiry]:
    """Return by issuer, of the CRLs in use, the one that is to be replaced first, with the last fetch of any of them."""
    found: dict[str, Expiry] = {}
    fetched: dict[str, str] = {}
    for _host, server in report.servers():
        for what in server.trust:
            if what.kind == 'crl':
                found[what.name] = min(found.get(what.name, what), what, key=lambda one: one.not_after)
                fetched[what.name] = max(fetched.get(what.name, ''), what.fetched)
    return {name: dataclasses.replace(what, fetched=fetched[name]) for name, what in sorted(found.items())}


def described(what: Expiry, now: str) -> str:
    """Return a CRL's number, dates and last fetch in words, '' for something else."""
    if not what.this_update:
        return ''
    number = [] if what.number is None else [f'number {what.number}']
    parts = [*number, f'made {times.minute(what.this_update)} UTC']
    if what.source:
        parts.append(f'from {what.source}')
    if what.fetched:
        parts.append(f'last fetched {times.minute(what.fetched)} UTC')
    if is_refresh_due(what, now):
        parts.append('refresh due')
    return ', '.join(parts)
