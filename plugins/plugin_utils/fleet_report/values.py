# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values of task results and of earlier reports as plain data."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Collection

from ...module_utils.vocabulary import ERROR, SEVERITIES
from ..foreign_values import ForeignObject, InvalidValue, kind_of, one_line, untagged
from ..problems.report_codes import REPORT_CODES
from . import times

Problem = dict[str, t.Any]
MOST_SERVERS = 10_000  # of a host
MOST_ENTRIES = 200  # problems, differences or names of a server
MOST_GROUPS = 50  # of the inventory that a host is in
LONGEST_NAME = 255
_PROBLEM_TEXTS = ('code', 'severity', 'message', 'hint', 'stage', 'file', 'keyword', 'value')


class Record(ForeignObject):
    """An object of a result or of an earlier report.

    A number or time that is not as we write it counts as absent, since nothing rests on it. Of long lists the first entries are
    read.
    """

    def is_true(self, key: str) -> bool:
        return self.get(key) is True

    def number(self, key: str, low: int = 0, high: int = 1 << 31) -> int | None:
        """Return a whole number within bounds, None for anything else."""
        return number(self.get(key), low, high)

    def moment(self, key: str) -> str:
        """Return a time in UTC, '' where there is none or it is written in another way."""
        value = self.get(key)
        return times.valid_moment(untagged(value, 20)) if isinstance(value, str) and len(value) <= 20 else ''

    def name(self, key: str) -> str:
        return self.line(key, LONGEST_NAME)

    def lines(self, key: str) -> list[str]:
        return [text(item) for item in self.items(key, MOST_ENTRIES)]

    def entries(self, key: str, first: int = MOST_ENTRIES) -> list[Record]:
        return self.children(key, first)

    def choice(self, key: str, choices: Collection[str], default: str = '') -> str:
        """Return one of the `choices`; raises InvalidValue for another value."""
        value = default if self.get(key) is None else self.line(key)
        if value not in choices:
            raise InvalidValue(f'{key} is {value or "missing"}')
        return value

    def problems(self, key: str = 'problems') -> list[Problem]:
        return [entry.as_problem() for entry in self.entries(key)]

    def as_problem(self) -> Problem:
        """Return the object as a problem. One with an unknown severity counts as an error."""
        severity = self.line('severity')
        known = {'severity': severity if severity in SEVERITIES else ERROR}
        problem: Problem = {key: value for key in _PROBLEM_TEXTS if (value := known.get(key) or self.line(key))}
        line = self.number('line')
        return problem if line is None else {**problem, 'line': line}


def text(value: object, limit: int = 512) -> str:
    """Return sanitized text on one line, '' for None. Raises InvalidValue for anything but text."""
    if value is None:
        return ''
    if not isinstance(value, str):
        raise InvalidValue(f'{kind_of(value)} instead of text')
    return one_line(value, limit)


def number(value: object, low: int = 0, high: int = 1 << 31) -> int | None:
    """Return a whole number within bounds, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        return None
    return int(value)


def whole(value: object) -> int | None:
    """Return a whole number that is not negative, also one written as text; None for anything else."""
    return number(int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value)


def host_name(value: str) -> str:
    """Return a host's name as the report has it."""
    return text(value, LONGEST_NAME) or 'a host without a name'


def group_names(given: t.Iterable[object]) -> list[str]:
    """Return the names of a host's groups as the report has them. Raises InvalidValue."""
    return list(filter(None, dict.fromkeys(text(name, LONGEST_NAME) for name in itertools.islice(given, MOST_GROUPS))))


def own_problem(code: str, message: str, hint: str | None = None, severity: str = '') -> Problem:
    """Return a problem under a code of the report's own; without a `hint` it has the catalogue's remedy."""
    entry = REPORT_CODES[code]
    problem = {'code': code, 'severity': severity or entry.severity, 'message': message}
    hint = entry.remedy if hint is None else hint
    return {**problem, 'hint': hint} if hint else problem
