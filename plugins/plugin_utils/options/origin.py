# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a variable was written: the file of the inventory and the line, as far as core remembers it."""

from __future__ import annotations

import os.path
import pathlib
import re
import typing as t

try:  # core from 2.19 on; before, a value from YAML has the attribute `ansible_pos`
    from ansible._internal._datatag._tags import Origin
except ImportError:
    Origin = None

_NAMED = re.compile(r'(?P<name>sendmemo_tls_[a-z0-9_]+)(?:\[(?P<number>[0-9]+)\])?(?:\.(?P<key>\w+))?')


def with_origin(message: str, variables: t.Mapping[str, t.Any]) -> str:
    """Return a message that names a variable of the role, after the place where that variable was written, if it is known."""
    named = _NAMED.search(message)
    place = origin(variables, named['name'], named['number'], named['key']) if named else ''
    return f'{place}: {message}' if place else message


def origin(variables: t.Mapping[str, t.Any], name: str, number: str | None = None, key: str | None = None) -> str:
    """Return where a variable, or a key of an entry of it, was written: `hosts.yml, line 14`; '' if that is unknown."""
    values = [variables.get(name)]
    if number is not None and isinstance(values[0], list) and int(number) < len(values[0]):
        values.append(values[0][int(number)])
    if key is not None and isinstance(values[-1], dict):
        values += [values[-1].get(key)]
    return next(filter(None, map(_place, reversed(values))), '')


def _place(value: t.Any) -> str:
    path, line = (getattr(value, 'ansible_pos', None) or ('', 0))[:2]
    if not path and Origin is not None and (tag := Origin.get_tag(value)):
        path, line = tag.path or '', tag.line_num or 0
    if not path:
        return ''
    shown = os.path.relpath(path) if path.startswith(f'{pathlib.Path.cwd()}/') else path
    return f'{shown}, line {line}' if line else shown
