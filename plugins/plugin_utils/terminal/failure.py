# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a failed task says, in words: each cause once, with the servers that have it and its remedy."""

from __future__ import annotations

import typing as t

from ...module_utils.vocabulary import SEVERITIES
from ..core_objects import without_core
from ..fleet_report.values import Problem, Record


class Cause(t.NamedTuple):
    """A cause of a failure: the servers that have it, and the text that says what it is and what to do."""

    servers: tuple[str, ...]
    code: str
    text: str


def causes(result: t.Mapping[str, t.Any]) -> list[Cause]:
    """Return the causes in a failed result, those of the worst severity alone; its message if it names no problem.

    Raises InvalidValue.
    """
    record = Record(result, 'the result')
    problems = record.entries('problems')
    worst = min((_severity(problem) for problem in problems), default=0)
    found: dict[Cause, dict[str, None]] = {}
    for problem in problems:
        if _severity(problem) == worst:
            servers = found.setdefault(cause_of(problem), {})
            servers.update(dict.fromkeys(filter(None, [problem.line('server')])))
    if not found:
        return [Cause((), '', without_core(record.line('msg', 4096)) or 'It does not say why.')]
    return [cause._replace(servers=tuple(servers)) for cause, servers in found.items()]


def cause_of(record: Record) -> Cause:
    """Return a problem as a cause, without its servers. Raises InvalidValue."""
    problem = record.as_problem()
    return Cause((), problem.get('code', ''), _sentences(problem))


def _severity(record: Record) -> int:
    return SEVERITIES.index(record.as_problem()['severity'])


def _sentences(problem: Problem) -> str:
    """Return what was observed, where it doesn't say so itself, and what to do about it."""
    message, place = problem.get('message', ''), problem.get('file', '')
    line = f', line {problem["line"]}' if 'line' in problem else ''
    where = f'{place}{line}:' if place and place not in message else ''
    return ' '.join(filter(None, [where, message, problem.get('hint', '')]))
