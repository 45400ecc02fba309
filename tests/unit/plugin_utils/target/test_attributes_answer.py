# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer of a server's attributes is read into its message, every field of it."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.attributes import (
    AttributesResult,
    AttributeValue,
    ReadAttributes,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.attributes_answer import read_result

DESIRED = ('smtp-server-host', 'smtp-server-port')


def attributes(host: str, port: str | None) -> ReadAttributes:
    return ReadAttributes([AttributeValue(DESIRED[0], host), AttributeValue(DESIRED[1], port)])


FULL = AttributesResult(
    name='spl1',
    changed=True,
    problems=[Problem('attribute_refused', 'No.', 'Look.', 'error', keyword=DESIRED[1], value='465')],
    before=attributes('a.example.com', None),
    after=attributes('b.example.com', '465'),
)


def test_every_field_is_read() -> None:
    assert None not in FULL
    assert read_result(AnswerObject(plain(FULL)), DESIRED) == FULL


def test_values_that_could_not_be_read_are_none() -> None:
    assert read_result(AnswerObject({'name': 'spl1'}), DESIRED) == AttributesResult('spl1', False, [])


@pytest.mark.parametrize('field', AttributesResult._fields)
def test_a_field_of_another_kind_is_malformed(field: str) -> None:
    with pytest.raises(InvalidValue, match=field):
        read_result(AnswerObject({**plain(FULL), field: 7}), DESIRED)


@pytest.mark.parametrize('field', ['before', 'after'])
def test_other_attributes_than_were_asked_for_are_malformed(field: str) -> None:
    with pytest.raises(InvalidValue, match=field):
        read_result(AnswerObject({**plain(FULL), field: {'values': [{'name': 'other'}]}}), DESIRED)
