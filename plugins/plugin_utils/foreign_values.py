# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads values that come from elsewhere (a target's answer, a task's result, an earlier report): types and bounds checked, text
sanitized, everything else refused.

ansible-core 2.19 and later hand over text and containers that carry tags; every reader returns builtin types alone.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ..module_utils.safe_text import safe_text

MOST_ENTRIES = 10_000
LONGEST_RAW = 1 << 20
Type = t.TypeVar('Type')
Self = t.TypeVar('Self', bound='ForeignObject')


class InvalidValue(ValueError):
    """A value is not one that this collection writes: the message names it."""


class ForeignObject:
    """The fields of one JSON object that came from elsewhere.

    Every reader raises InvalidValue where the field has another type or is out of bounds, and returns None, '' or [] where it is
    absent or null. Text is sanitized (`safe_text`), but for `raw` and `raw_texts`.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            raise InvalidValue(f'{where} is {kind_of(value)}, not an object')
        self._value = value
        self._where = where

    def names(self) -> list[str]:
        """Return the names of the fields as they came."""
        if not all(isinstance(name, str) for name in self._value):
            raise InvalidValue(f'a name in {self._where} is not text')
        return [untagged(name, LONGEST_RAW) for name in self._value]

    def get(self, key: str, default: object = None) -> t.Any:
        """Return a field as it came."""
        return self._value.get(key, default)

    def _get(self, key: str, kind: type[Type]) -> Type | None:
        value = self._value.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise InvalidValue(f'{key} of {self._where} is {kind_of(value)}')
        return value

    def text(self, key: str, default: str | None = None, limit: int = 512) -> t.Any:
        value = self._get(key, str)
        return default if value is None else sanitized(value, limit)

    def line(self, key: str, limit: int = 512) -> str:
        """Return text on one line, '' where there is none."""
        value = self._value.get(key)
        if value is None:
            return ''
        if not isinstance(value, str):
            raise InvalidValue(f'{key} of {self._where} is {kind_of(value)}')
        return one_line(value, limit)

    def raw(self, key: str, limit: int = LONGEST_RAW) -> str | None:
        """Return text as it came, for analysis only: it never goes into a result without `safe_text`."""
        value = self._get(key, str)
        if value is None:
            return None
        if len(value) > limit:
            raise InvalidValue(f'{key} of {self._where} has more than {limit} characters')
        return untagged(value, limit)

    def integer(self, key: str, low: int = 0, high: int = 1 << 53) -> int | None:
        value = self._get(key, int)
        if value is None:
            return None
        if not low <= value <= high:
            raise InvalidValue(f'{key} of {self._where} is out of bounds')
        return int(value)

    def flag(self, key: str) -> bool | None:
        return self._get(key, bool)

    def child(self: Self, key: str) -> Self | None:
        value = self._value.get(key)
        return None if value is None else type(self)(value, key)

    def part(self: Self, key: str) -> Self:
        """Return a child, an empty one where it is absent."""
        return self.child(key) or type(self)({}, key)

    def items(self, key: str, first: int | None = None) -> list[t.Any]:
        """Return the entries of a list as they came, of a long one the `first` ones, if that is given."""
        value = self._value.get(key)
        if value is None:
            return []
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise InvalidValue(f'{key} of {self._where} is {kind_of(value)}')
        if first is None and len(value) > MOST_ENTRIES:
            raise InvalidValue(f'{key} of {self._where} has more than {MOST_ENTRIES} entries')
        return [value[number] for number in range(len(value) if first is None else min(len(value), first))]

    def children(self: Self, key: str, first: int | None = None) -> list[Self]:
        return [type(self)(item, f'{key}[{number}]') for number, item in enumerate(self.items(key, first))]

    def texts(self, key: str, limit: int = 512) -> list[str]:
        """Return a list of texts, each sanitized."""
        return [sanitized(item, limit) for item in self.raw_texts(key)]

    def raw_texts(self, key: str, limit: int = LONGEST_RAW) -> list[str]:
        items = self.items(key)
        if not all(isinstance(item, str) and len(item) <= limit for item in items):
            raise InvalidValue(f'{key} of {self._where} is not a list of texts')
        return [untagged(item, limit) for item in items]

    def texts_by_key(self, key: str) -> dict[str, str]:
        """Return an object whose values are texts, names and values sanitized."""
        value = self._value.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or len(value) > MOST_ENTRIES:
            raise InvalidValue(f'{key} of {self._where} is not an object of texts')
        if not all(isinstance(part, str) for pair in value.items() for part in pair):
            raise InvalidValue(f'{key} of {self._where} is not an object of texts')
        return {sanitized(name): sanitized(text) for name, text in value.items()}


def untagged(value: str, limit: int) -> str:
    """Return text, cut at `limit` characters, as a builtin `str`."""
    return str.__getitem__(value, slice(limit))


def sanitized(value: str, limit: int = 512) -> str:
    return safe_text(untagged(value, limit + 1), limit)


def one_line(value: str, limit: int = 512) -> str:
    """Return sanitized text on one line."""
    return sanitized(value, limit).replace('\n', ' ')


def kind_of(value: object) -> str:
    kinds = {str: 'text', bool: 'a boolean', int: 'a number', float: 'a number', list: 'a list', dict: 'an object'}
    if value is None:
        return 'nothing'
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), 'of an unknown type')
