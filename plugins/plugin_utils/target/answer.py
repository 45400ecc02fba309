# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer, read field by field: what is asked for is checked, the rest is dropped."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import INFO, WARNINGS, Problem
from ...module_utils.safe_text import safe_text
from ..foreign_values import Malformed
from ..problems.catalogue import CATALOGUE, TARGET_CODES

MOST_CHILDREN = 10_000
STAGES = ('resolve', 'connect', 'banner', 'ehlo', 'starttls', 'handshake', 'certificate', 'envelope', 'data')


class Fields:
    """The fields of one JSON object that came from a target.

    Every reader raises Malformed where the field has another type or lies out of bounds, and returns `default` (None
    unless told) where it is absent or null. Text comes back made safe (`safe_text`) unless it is asked for as `raw`.
    """

    def __init__(self, value: object, where: str = 'the answer') -> None:
        if not isinstance(value, dict):
            raise Malformed(f'{where} is not an object')
        self._value = value
        self._where = where

    def _get(self, key: str, kind: type | tuple[type, ...]) -> t.Any:
        value = self._value.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise Malformed(f'{key} of {self._where} is a {type(value).__name__}')
        return value

    def text(self, key: str, default: str | None = None, limit: int = 512) -> t.Any:
        value = self._get(key, str)
        return default if value is None else safe_text(value, limit)

    def raw(self, key: str, limit: int = 1 << 20) -> str | None:
        """Return text as it came, for analysis only: it never goes into a result without `safe_text`."""
        value = self._get(key, str)
        if value is not None and len(value) > limit:
            raise Malformed(f'{key} of {self._where} has more than {limit} characters')
        return t.cast('str | None', value)

    def integer(self, key: str, low: int = 0, high: int = 1 << 53) -> int | None:
        value = self._get(key, int)
        if value is not None and not low <= value <= high:
            raise Malformed(f'{key} of {self._where} is out of bounds')
        return t.cast('int | None', value)

    def flag(self, key: str) -> bool | None:
        return t.cast('bool | None', self._get(key, bool))

    def child(self, key: str) -> Fields | None:
        value = self._value.get(key)
        return None if value is None else Fields(value, key)

    def children(self, key: str) -> list[Fields]:
        value = self._get(key, list)
        if value is None:
            return []
        if len(value) > MOST_CHILDREN:
            raise Malformed(f'{key} of {self._where} has more than {MOST_CHILDREN} entries')
        return [Fields(item, f'{key}[{number}]') for number, item in enumerate(value)]

    def texts(self, key: str, limit: int = 512) -> list[str]:
        """Return a list of texts, each made safe."""
        return [safe_text(item, limit) for item in self.raw_texts(key)]

    def raw_texts(self, key: str, limit: int = 1 << 20) -> list[str]:
        value = self._get(key, list)
        if value is None:
            return []
        if len(value) > MOST_CHILDREN or not all(isinstance(item, str) and len(item) <= limit for item in value):
            raise Malformed(f'{key} of {self._where} is not a list of texts')
        return list(value)

    def problem(self, key: str) -> Problem | None:
        """Return one problem, checked as `problems` does."""
        fields = self.child(key)
        return None if fields is None else _problem(fields)

    def texts_by_key(self, key: str) -> dict[str, str]:
        """Return an object whose values are texts, names and values made safe."""
        value = self._get(key, dict) or {}
        if len(value) > MOST_CHILDREN or not all(isinstance(text, str) for text in value.values()):
            raise Malformed(f'{key} of {self._where} is not an object of texts')
        return {safe_text(name): safe_text(text) for name, text in value.items()}

    def problems(self, key: str = 'problems') -> list[Problem]:
        """Return a list of problems; a code or severity that we don't have is Malformed, never dropped: it could be an error."""
        return [_problem(item) for item in self.children(key)]


def server_answers(answer: Fields, asked: t.Sequence[t.Mapping[str, t.Any]]) -> list[Fields]:
    """Return what a target answers for each server: for exactly those `asked` for, in their order, or for the found ones.

    A server that is left out could pass for one that is well, so that is Malformed.
    """
    answers = answer.children('servers')
    names = [fields.raw('name') for fields in answers]
    if not answers or None in names or (asked and names != [entry['name'] for entry in asked]):
        raise Malformed('it does not answer for the servers asked for')
    return answers


def _problem(fields: Fields) -> Problem:
    code = fields.text('code') or ''
    if code not in TARGET_CODES:
        raise Malformed(f'unknown problem code {code}')
    severity = fields.text('severity', '')
    if severity not in ('', 'error', 'warning', 'info') or (severity and severity != 'error' and code not in WARNINGS | INFO):
        raise Malformed(f'severity {severity} of {code}')
    stage = fields.text('stage')
    if stage is not None and stage not in STAGES:
        raise Malformed(f'unknown stage {stage}')
    return Problem(
        code,
        fields.text('message', '') or CATALOGUE[code].meaning,
        fields.text('hint', '') or CATALOGUE[code].remedy,
        severity,
        server=fields.text('server'),
        stage=stage,
        file=fields.text('file'),
        line=fields.integer('line'),
        keyword=fields.text('keyword'),
        value=fields.text('value'),
    )
