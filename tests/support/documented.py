# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether results of the modules are as their RETURN says: what they have and lack of it."""

from __future__ import annotations

import functools
import importlib
import typing as t
from collections.abc import Iterator

import yaml

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem

Values = t.Mapping[str, t.Any]

MODULES = 'ansible_collections.printops.infoprint.plugins.modules'
# What Ansible documents of every module.
COMMON = frozenset(('changed', 'failed', 'diff', 'warnings'))
PROBLEMS = ('problems', 'ignored')  # the lists of problems, in results and in the entries of servers


@functools.cache
def documented(module: str) -> dict[str, t.Any]:
    """Return the documented return values of a module."""
    return t.cast('dict[str, t.Any]', yaml.safe_load(importlib.import_module(f'{MODULES}.{module}').RETURN))


def deviations(module: str, result: Values) -> list[str]:
    """Return in words what a result has that is not documented, and what it lacks that is documented to be always there."""
    own = {name: value for name, value in result.items() if name not in COMMON}
    return [*_of_values(documented(module), own, ''), *_of_problems(result)]


def _of_values(known: Values, values: Values, where: str) -> Iterator[str]:
    yield from (f'{where}{name} is not documented' for name in values if name not in known)
    for name, facts in known.items():
        if name in values:
            for value in _objects(values[name]) if 'contains' in facts else ():
                yield from _of_values(facts['contains'], value, f'{where}{name}.')
        elif facts['returned'] == 'always':
            yield f'{where}{name} is always returned, but not here'


def _of_problems(values: Values) -> Iterator[str]:
    for name, value in values.items():
        for item in _objects(value):
            if name in PROBLEMS:
                yield from (f'{name}: {key} is not documented' for key in item if key not in Problem._fields)
            else:
                yield from _of_problems(item)


def _objects(value: t.Any) -> list[Values]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def paths(known: Values, where: str = '') -> Iterator[str]:
    """Yield the path of each documented value."""
    for name, facts in known.items():
        yield where + name
        yield from paths(facts.get('contains', {}), f'{where}{name}.')


def paths_in(known: Values, values: Values, where: str = '') -> Iterator[str]:
    """Yield the path of each documented value that a result has."""
    for name in known:
        if name in values:
            yield where + name
            for value in _objects(values[name]):
                yield from paths_in(known[name].get('contains', {}), value, f'{where}{name}.')
