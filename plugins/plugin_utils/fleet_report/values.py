# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values of results and of earlier reports as plain data: types checked, text made safe, everything else refused.

ansible-core 2.19 and later hand over text and containers that carry tags; what comes out of here is builtin types alone.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import typing as t

from ...module_utils.safe_text import safe_text
from .. import days
from ..problems.report_codes import REPORT_CODES

Problem = dict[str, t.Any]
SEVERITIES = ('error', 'warning', 'info')
LATEST = 253_402_300_799_999_999  # the end of the year 9999, in microseconds since 1970
MOST_SERVERS = 10_000  # of a host
MOST_ENTRIES = 200  # problems, differences or names of a server
LONGEST_NAME = 255
TIME = '%Y-%m-%dT%H:%M:%SZ'
_MOMENT = re.compile('[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z')
_PROBLEM_TEXTS = ('code', 'severity', 'message', 'hint', 'stage', 'file', 'keyword', 'value')


class Odd(ValueError):
    """A value that is not what we write: the message says which."""


def text(value: object, limit: int = 512) -> str:
    """Return text made safe and on one line, '' for None. Raises Odd for anything but text."""
    if value is None:
        return ''
    if not isinstance(value, str):
        raise Odd(f'{kind_of(value)} instead of text')
    return ' '.join(safe_text(str.__getitem__(value, slice(limit + 1)), limit).split('\n'))


def host_name(value: str) -> str:
    """Return a host's name as the report has it."""
    return text(value, LONGEST_NAME) or 'a host without a name'


def mapping(value: object, what: str) -> t.Mapping[str, t.Any]:
    if not isinstance(value, t.Mapping):
        raise Odd(f'{what} is {kind_of(value)}')
    return value


def sequence(value: object, what: str, most: int = MOST_ENTRIES) -> list[t.Any]:
    """Return a list's first entries, [] for None."""
    if value is None:
        return []
    if isinstance(value, str) or not isinstance(value, t.Sequence):
        raise Odd(f'{what} is {kind_of(value)}')
    return [value[number] for number in range(min(len(value), most))]


def integer(value: object, low: int = -(1 << 31), high: int = 1 << 31) -> int | None:
    """Return a whole number within bounds, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        return None
    return int(value)


def whole(value: object) -> int | None:
    """Return a whole number that is not negative, also one written as text; None for anything else."""
    return integer(int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value, 0)


def moment(value: object) -> str:
    """Return a time of ours, in UTC; '' where there is none or it is written in another way."""
    return _moment(value[:]) if isinstance(value, str) and len(value) <= 20 else ''


@functools.lru_cache(maxsize=1024)
def _moment(value: str) -> str:
    try:  # strptime takes thirty times as long, and a report of somebody else's making can have a million times
        return value if _MOMENT.fullmatch(value) and dt.datetime.fromisoformat(value[:-1]) else ''
    except ValueError:
        return ''


@functools.lru_cache(maxsize=1024)
def at(when: str) -> dt.datetime:
    """Return the time that `moment` let through."""
    return dt.datetime.fromisoformat(when[:-1]).replace(tzinfo=dt.timezone.utc)


def moment_of(microseconds: int) -> str:
    """Return a time in microseconds since 1970 as text."""
    return dt.datetime.fromtimestamp(microseconds // 1_000_000, dt.timezone.utc).strftime(TIME)


def microseconds(when: str) -> int:
    """Return a time that `moment` let through in microseconds since 1970."""
    return int(at(when).timestamp()) * 1_000_000


def days_between(start: str, end: str) -> int:
    """Return the days that are left at `start` until `end`, negative for what is over."""
    return days.days_left(at(end), at(start))


def ago(end: str, now: str) -> str:
    """Return how long ago an end was, in words."""
    return days.ago(at(end), at(now))


def in_days(end: str, now: str) -> str:
    """Return how far off an end is, in words."""
    return days.in_days(at(end), at(now))


def problem(value: object) -> Problem:
    """Return one problem. One whose severity is not ours counts as an error."""
    given = mapping(value, 'a problem')
    severity = text(given.get('severity'))
    known = {**given, 'severity': severity if severity in SEVERITIES else 'error'}
    found: Problem = {key: kept for key in _PROBLEM_TEXTS if (kept := text(known.get(key)))}
    line = integer(given.get('line'), 0)
    return found if line is None else {**found, 'line': line}


def problems(value: object) -> list[Problem]:
    return [problem(one) for one in sequence(value, 'problems')]


def own_problem(code: str, message: str, hint: str | None = None, severity: str = '') -> Problem:
    """Return a problem under a code of the report's own; without a hint of its own it has the catalogue's remedy."""
    entry = REPORT_CODES[code]
    found = {'code': code, 'severity': severity or entry.severity, 'message': message}
    hint = entry.remedy if hint is None else hint
    return {**found, 'hint': hint} if hint else found


def kind_of(value: object) -> str:
    kinds = {str: 'text', bool: 'a truth value', int: 'a number', float: 'a number', list: 'a list', dict: 'an object'}
    if value is None:
        return 'nothing'
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), 'of an odd kind')
