# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rows of the page's table, and all of them as the data that its script shows them from.

The page itself has the rows that need attention as HTML, and others up to a screenful, for readers without scripts. So the page
of ten thousand servers is about as quick as that of a hundred.
"""

from __future__ import annotations

import collections
import json
import typing as t

from ..expiry_calendar import Ending
from ..groups import GroupOfHosts
from ..model import ORDER, STATES, Change, Host, Report, Server
from ..observations import Expiry
from ..summary import Group
from .page_cells import LONG_NAME, Cell, Subject, cells
from .page_facts import Fact, facts, since

PAGE_LENGTH = 100  # rows that are shown at once
MOST_STATIC = 500  # rows that the page has as HTML
MOST_PRINTED = 2000


class Row(t.NamedTuple):
    """A row of the table: its number, and those of its host, of the cause of its state and of its part of the comparison."""

    number: int
    host_number: int
    host: Host
    server: Server
    cause: int | None
    part: int | None
    cells: list[Cell]
    facts: list[Fact]


class Part(t.NamedTuple):
    """A part of the comparison with the report before: its name, what it means, and the servers in it."""

    name: str
    meaning: str
    changes: list[Change]


def rows(report: Report, causes: t.Sequence[Group], ending: t.Sequence[Ending]) -> list[Row]:
    """Return all rows: the worst states first, in each those with the same cause together."""
    cause_of = {(number, server): cause for cause, group in enumerate(causes) for number, _host, server in group.servers}
    numbers = {key(one.what): number for number, one in enumerate(ending)}
    began = since(report.comparison)
    part_of = {(one.host, one.server): number for number, part in enumerate(parts(report)) for one in part.changes}
    found = [
        (cause_of.get((number, server.name)), number, Subject(report, host, server))
        for number, host in enumerate(report.hosts)
        for server in host.servers
    ]
    found.sort(key=lambda row: (ORDER[row[2].server.state], len(causes) if row[0] is None else row[0]))  # stable: then by name
    return [
        Row(
            number,
            host_number,
            of.host,
            of.server,
            cause,
            part_of.get((of.host.name, of.server.name)),
            cells(of),
            facts(of, began, lambda what: numbers[key(what)]),
        )
        for number, (cause, host_number, of) in enumerate(found)
    ]


def parts(report: Report) -> list[Part]:
    """Return the parts of the comparison, if there is one."""
    found = report.comparison
    if found is None:
        return []
    return [
        Part('new', 'was fine or unknown before', found.new),
        Part('still broken', 'was already broken', found.still),
        Part('fixed', 'was broken before', found.fixed),
        Part('not known to be fixed', 'was broken before; not checked again, or not proven since', found.unknown),
    ]


def key(what: Expiry) -> tuple[str, str, str]:
    """Return what distinguishes a certificate, CA or CRL from others on the page."""
    return what.not_after, what.kind, what.name


def static(every: t.Sequence[Row], causes: int) -> list[Row]:
    """Return the rows that readers without scripts have: the first of each cause, and others up to a screenful."""
    share = max(1, MOST_STATIC // max(1, causes))
    seen: collections.Counter[int | None] = collections.Counter()
    first: list[Row] = []
    others: list[Row] = []
    for row in every:
        seen[row.cause] += 1
        (first if row.cause is not None and seen[row.cause] <= share else others).append(row)
    found = [*first[:MOST_STATIC], *others[: max(0, PAGE_LENGTH - len(first))]]
    return sorted(found, key=lambda row: row.number)


class Pool:
    """Values, each once; whoever uses one has its number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[t.Any, ...], int] = {}

    def number(self, value: tuple[t.Any, ...]) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def values(self) -> list[tuple[t.Any, ...]]:
        return list(self._numbers)


def to_script(report: Report, every: t.Sequence[Row], causes: t.Sequence[Group], groups: t.Sequence[GroupOfHosts]) -> str:
    """Return all rows as JSON that is safe inside a script element."""
    all_cells, all_facts, states = Pool(), Pool(), list(STATES)
    group_numbers = {group.name: number for number, group in enumerate(groups)}
    table = [
        [
            row.host_number,
            states.index(row.server.state),
            row.cause,
            row.part,
            [all_cells.number(cell) for cell in row.cells],
            [all_facts.number(fact) for fact in row.facts],
        ]
        for row in every
    ]
    hosts = [[host.name, [group_numbers[name] for name in host.log.groups if name in group_numbers]] for host in report.hosts]
    value = {
        'page': PAGE_LENGTH,
        'printed': MOST_PRINTED,
        'long': LONG_NAME,
        'states': states,
        'causes': [group.code or group.message or STATES[group.state].label for group in causes],
        'parts': [part.name for part in parts(report)],
        'hosts': hosts,
        'cells': all_cells.values(),
        'facts': all_facts.values(),
        'rows': table,
    }
    text = json.dumps(value, ensure_ascii=False, separators=(',', ':'))
    return text.replace('<', '\\u003c').replace('\u2028', '\\u2028').replace('\u2029', '\\u2029')
