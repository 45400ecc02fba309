# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer, read field by field: what is asked for is checked, the rest is dropped."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import INFO, WARNINGS, Problem
from ...module_utils.vocabulary import ERROR, SEVERITIES, STAGES
from ..foreign_values import ForeignObject, InvalidValue
from ..problems.catalogue import CATALOGUE, TARGET_CODES


class AnswerObject(ForeignObject):
    """An object in a target's answer. What our program does not write raises InvalidValue; it is never dropped."""

    def __init__(self, value: object, where: str = 'the answer') -> None:
        super().__init__(value, where)

    def problem(self, key: str) -> Problem | None:
        """Return one problem, checked as `problems` does."""
        fields = self.child(key)
        return None if fields is None else _problem(fields)

    def problems(self, key: str = 'problems') -> list[Problem]:
        """Return a list of problems. An unknown code or severity raises InvalidValue: dropped, it could have been an error."""
        return [_problem(item) for item in self.children(key)]


def server_answers(answer: AnswerObject, asked: t.Sequence[t.Mapping[str, t.Any]]) -> list[AnswerObject]:
    """Return what a target answers for each server: for exactly those `asked` for, in their order, or for the discovered ones.

    A server that is left out could pass for one that is well, so that raises InvalidValue.
    """
    answers = answer.children('servers')
    names = [fields.raw('name') for fields in answers]
    if not answers or None in names or (asked and names != [entry['name'] for entry in asked]):
        raise InvalidValue('it does not cover exactly the requested servers')
    return answers


def _problem(fields: AnswerObject) -> Problem:
    code = fields.text('code') or ''
    if code not in TARGET_CODES:
        raise InvalidValue(f'unknown problem code {code}')
    severity = fields.text('severity', '')
    if severity not in ('', *SEVERITIES) or (severity not in ('', ERROR) and code not in WARNINGS | INFO):
        raise InvalidValue(f'severity {severity} of {code}')
    stage = fields.text('stage')
    if stage is not None and stage not in STAGES:
        raise InvalidValue(f'unknown stage {stage}')
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
