# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attributes of servers as they are declared, and what came of them as people read it."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from ..foreign_values import Malformed
from ..problems.text import complete, line_of
from ..target.answer import Fields

Values = t.Mapping[str, 'str | None']


class Report(t.NamedTuple):
    """One server: its entry in the result, its problems, the lines of the task's message, and its diff where it has one."""

    entry: dict[str, t.Any]
    problems: list[Problem]
    lines: list[str]
    diff: dict[str, str]


def report(fields: Fields, wanted: Values, check: bool) -> Report:
    """Return what the target answers of one server. Raises Malformed."""
    name, changed = fields.text('name'), bool(fields.flag('changed'))
    problems = [complete(problem)._replace(server=name) for problem in fields.problems()]
    before, after = (_values(fields, key, wanted) for key in ('before', 'after'))
    if not problems and (before is None or after is None):
        raise Malformed('neither attributes nor a problem of a server')
    entry = {
        'name': name,
        'changed': changed,
        'before': before,
        'after': after,
        'problems': [problem.as_dict() for problem in problems],
    }
    line = f'{name}: {_told(before, after, wanted, changed, check)}' if before is not None else ''
    diff = {}
    if changed and before is not None and after is not None:
        header = f'{name} (server attributes)'
        diff = {'before_header': header, 'after_header': header, 'before': _text(before), 'after': _text(after)}
    return Report(entry, problems, [*filter(None, [line]), *map(line_of, problems)], diff)


def _values(fields: Fields, key: str, wanted: Values) -> dict[str, str | None] | None:
    told = fields.child(key)
    if told is None:
        return None
    found: dict[str, str | None] = {one.text('name', ''): one.text('value') for one in told.children('values')}
    if set(found) != set(wanted):
        raise Malformed(f'{key} has not the attributes asked for')
    return found


def _told(before: Values, after: Values | None, wanted: Values, changed: bool, check: bool) -> str:
    if after is None:
        return 'perhaps changed, which could not be seen'
    if changed:
        changes = ', '.join(
            f'{name} (was {_shown(before[name])}, {"would be" if check else "is"} {_shown(value)})'
            for name, value in after.items()
            if before[name] != value
        )
        return f'{"would be changed" if check else "changed"}: {changes}'
    if any(value is not None and after[name] != value for name, value in wanted.items()):
        return 'not changed'
    if any(value is not None for value in wanted.values()):
        return 'as declared'
    return ', '.join(f'{name} is {_shown(value)}' for name, value in after.items())


def _shown(value: str | None) -> str:
    return 'unset' if value is None else value


def _text(values: Values) -> str:
    return ''.join(f'{name} = {value or ""}'.rstrip() + '\n' for name, value in values.items())
