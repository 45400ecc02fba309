# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The attributes of servers that a target reports, as results and as people read them."""

from __future__ import annotations

import typing as t

from ...module_utils.messages.attributes import AttributesResult, ReadAttributes
from ...module_utils.problems import Problem
from ..foreign_values import InvalidValue
from ..problems.text import line_of

Values = t.Mapping[str, 'str | None']


class Report(t.NamedTuple):
    """One server: its entry in the result, its problems, the lines of the task's message, and its diff where it has one."""

    entry: dict[str, t.Any]
    problems: list[Problem]
    lines: list[str]
    diff: dict[str, str]


def report(result: AttributesResult, desired: Values, check: bool) -> Report:
    """Return what was done to one server, or in check mode would be. Raises InvalidValue."""
    name, changed = result.name, result.changed
    problems = [problem._replace(server=name) for problem in result.problems]
    before, after = _values(result.before), _values(result.after)
    if not problems and (before is None or after is None):
        raise InvalidValue('neither attributes nor a problem of a server')
    lines = [line_of(problem) for problem in problems]
    if before is not None:
        lines.insert(0, f'{name}: {_summary(before, after, desired, changed, check)}')
    diff = {}
    if changed and before is not None and after is not None:
        header = f'{name} (server attributes)'
        diff = {'before_header': header, 'after_header': header, 'before': _text(before), 'after': _text(after)}
    entry = {'name': name, 'changed': changed, 'before': before, 'after': after, 'problems': problems}
    return Report(entry, problems, lines, diff)


def _values(read: ReadAttributes | None) -> dict[str, str | None] | None:
    return None if read is None else {value.name: value.value for value in read.values}


def _summary(before: Values, after: Values | None, desired: Values, changed: bool, check: bool) -> str:
    if after is None:
        return 'perhaps changed, which could not be verified'
    if changed:
        changes = ', '.join(
            f'{name} (was {_shown(before[name])}, {"would be" if check else "is"} {_shown(value)})'
            for name, value in after.items()
            if before[name] != value
        )
        return f'{"would be changed" if check else "changed"}: {changes}'
    if any(value is not None and after[name] != value for name, value in desired.items()):
        return 'not changed'
    if any(value is not None for value in desired.values()):
        return 'as declared'
    return ', '.join(f'{name} is {_shown(value)}' for name, value in after.items())


def _shown(value: str | None) -> str:
    return 'unset' if value is None else value


def _text(values: Values) -> str:
    return ''.join(f'{name} = {value or ""}'.rstrip() + '\n' for name, value in values.items())
