# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of attributes is checked field by field, and reported in one line per server."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.attributes import declared_attributes
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.attributes import report
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.attributes_answer import read_result

HOST, PORT = 'smtp-server-host', 'smtp-server-port'
PROBLEM = {'code': 'attribute_refused', 'message': 'pdset refuses.'}


def values(**found: str | None) -> dict[str, t.Any]:
    names = {'host': HOST, 'port': PORT}
    return {'values': [{'name': names.get(name, name), 'value': value} for name, value in found.items()]}


def answer(**fields: t.Any) -> AnswerObject:
    return AnswerObject({'name': 'spl1', 'changed': False, 'problems': [], **fields})


LINES: dict[str, tuple[dict[str, str | None], AnswerObject, bool, str]] = {
    'set': (
        {PORT: '465'},
        answer(changed=True, before=values(port='25'), after=values(port='465')),
        False,
        'spl1: changed: smtp-server-port (was 25, is 465)',
    ),
    'predicted': (
        {PORT: '465'},
        answer(changed=True, before=values(port=None), after=values(port='465')),
        True,
        'spl1: would be changed: smtp-server-port (was unset, would be 465)',
    ),
    'nothing to do': ({PORT: '25'}, answer(before=values(port='25'), after=values(port='25')), False, 'spl1: as declared'),
    'read': ({PORT: None}, answer(before=values(port=None), after=values(port=None)), False, 'spl1: smtp-server-port is unset'),
    'refused': (
        {PORT: '465'},
        answer(before=values(port='25'), after=values(port='25'), problems=[PROBLEM]),
        False,
        'spl1: not changed',
    ),
    'not observed': (
        {PORT: '465'},
        answer(changed=True, before=values(port='25'), problems=[PROBLEM]),
        False,
        'spl1: perhaps changed, which could not be verified',
    ),
}


@pytest.mark.parametrize('case', LINES)
def test_each_server_has_a_line(case: str) -> None:
    desired, fields, check, line = LINES[case]
    result = report(read_result(fields, desired), desired, check)
    assert result.lines[0] == line
    assert len(result.lines) == 1 + len(result.problems)
    assert bool(result.diff) == (case in ('set', 'predicted'))


@pytest.mark.parametrize(
    'fields',
    [
        answer(),
        answer(before=values(port='25')),
        answer(before=values(port='25'), after=values()),
        answer(before=values(port='25'), after=values(port='25', more='x')),
        answer(before=values(host='25'), after=values(host='25')),
        answer(before={'values': [{'name': PORT, 'value': 25}]}, after=values(port='25')),
        answer(before='25', after='25'),
        answer(before={}, after={}),
        answer(before=values(port='25'), after=values(port='25'), problems=[{'code': 'made_up'}]),
        answer(before=values(port='25'), after=values(port='25'), changed='yes'),
    ],
    ids=[
        'nothing',
        'nothing afterwards',
        'none afterwards',
        'one more',
        'another one',
        'a number',
        'text',
        'no values',
        'an unknown problem',
        'changed is text',
    ],
)
def test_what_is_not_about_the_attributes_asked_for_is_malformed(fields: AnswerObject) -> None:
    with pytest.raises(InvalidValue):
        report(read_result(fields, {PORT}), {PORT: '465'}, False)


def test_values_of_a_target_are_sanitized() -> None:
    planted = answer(changed=True, before=values(port='\x1b[2J'), after=values(port='\u202e465'))
    result = report(read_result(planted, {PORT}), {PORT: '465'}, False)
    assert '\x1b' not in repr((result.lines, result.diff, result.entry)).replace('\\x1b', '')
    assert result.entry['before'] == {PORT: '\\x1b[2J'}
    assert '\u202e' not in result.lines[0] + result.diff['after']


def test_declared_values_are_text() -> None:
    assert declared_attributes('spl1', {PORT: 587, HOST: 'a', 'x': None}) == {PORT: '587', HOST: 'a', 'x': None}
    assert declared_attributes(None, None) == {}


@pytest.mark.parametrize(
    'value',
    [True, 1.5, ['a'], {}, b'a', 'a b', ''],
    ids=['a boolean', 'a fraction', 'a list', 'a dictionary', 'bytes', 'two words', 'empty'],
)
def test_what_is_no_value_names_server_and_attribute(value: object) -> None:
    with pytest.raises(ValueError, match=r'attributes of server spl1: smtp-server-port is '):
        declared_attributes('spl1', {PORT: value})
