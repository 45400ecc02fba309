# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of a server's attributes, as the result that both halves know. Every reader raises InvalidValue."""

from __future__ import annotations

import typing as t

from ...module_utils.messages.attributes import AttributesResult, AttributeValue, ReadAttributes
from ..foreign_values import InvalidValue
from .answer import AnswerObject


def read_result(fields: AnswerObject, desired: t.Collection[str]) -> AttributesResult:
    """Return one server's result, whose attributes are those asked for."""
    return AttributesResult(
        name=fields.text('name'),
        changed=bool(fields.flag('changed')),
        problems=fields.problems(),
        before=_attributes(fields, 'before', desired),
        after=_attributes(fields, 'after', desired),
    )


def _attributes(fields: AnswerObject, key: str, desired: t.Collection[str]) -> ReadAttributes | None:
    read = fields.child(key)
    if read is None:
        return None
    values = [AttributeValue(value.text('name', ''), value.text('value')) for value in read.children('values')]
    if {value.name for value in values} != set(desired):
        raise InvalidValue(f'{key} does not have the requested attributes')
    return ReadAttributes(values)
