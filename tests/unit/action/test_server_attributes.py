# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What server_attributes asks of a target, and what it makes of the answer."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.action.server_attributes import ActionModule
from ansible_collections.printops.infoprint.plugins.module_utils.messages.attributes import (
    AttributesAnswer,
    AttributesResult,
    AttributeValue,
    ReadAttributes,
)
from ansible_collections.printops.infoprint.plugins.module_utils.pd.command_lines import HOST, PORT
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from support.fake_target import Run, run_action

REFUSED = Problem('attribute_refused', 'pdset refuses for spl1: no.', keyword=PORT, value='465')


def values(**attributes: str | None) -> ReadAttributes:
    names = {'host': HOST, 'port': PORT}
    return ReadAttributes([AttributeValue(names[name], value) for name, value in attributes.items()])


def run(monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], *results: AttributesResult, check: bool = False) -> Run:
    return run_action(monkeypatch, ActionModule, args, AttributesAnswer(results)._asdict(), check=check, diff=True)


def test_values_travel_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    result = AttributesResult('spl1', False, (), values(port='465'), values(port='465'))
    (request,) = run(monkeypatch, {'servers': [{'name': 'spl1', 'attributes': {PORT: 465}}]}, result).requests
    assert request['servers'] == [{'name': 'spl1', 'attributes': {PORT: '465'}}]
    assert request['check'] is False


def test_where_nothing_is_named_host_and_port_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read = values(host='mail.example.com', port=None)
    ran = run(monkeypatch, {}, AttributesResult('spl7', False, (), read, read))
    assert ran.requests[0]['servers'] == []
    assert ran.requests[0]['attributes'] == {HOST: None, PORT: None}
    assert ran.result['servers'][0]['before'] == {HOST: 'mail.example.com', PORT: None}
    assert ran.result['msg'] == 'spl7: smtp-server-host is mail.example.com, smtp-server-port is unset'
    assert ran.result['changed'] is False


@pytest.mark.parametrize('check', [False, True], ids=['a run', 'check mode'])
def test_a_change_has_its_line_and_its_diff(monkeypatch: pytest.MonkeyPatch, *, check: bool) -> None:
    changed = AttributesResult('spl1', True, (), values(port='25'), values(port='465'))
    ran = run(monkeypatch, {'servers': [{'name': 'spl1', 'attributes': {PORT: '465'}}]}, changed, check=check)
    assert ran.requests[0]['check'] is check
    assert ran.result['changed'] is True
    assert ran.result['msg'].startswith('spl1: would be changed' if check else 'spl1: changed')
    assert ran.result['diff'] == [
        {
            'before_header': 'spl1 (server attributes)',
            'after_header': 'spl1 (server attributes)',
            'before': 'smtp-server-port = 25\n',
            'after': 'smtp-server-port = 465\n',
        }
    ]


def test_one_that_fails_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [{'name': name, 'attributes': {PORT: '465'}} for name in ('spl1', 'spl2')]
    first = AttributesResult('spl1', False, [REFUSED], values(port='25'), values(port='25'))
    second = AttributesResult('spl2', True, (), values(port='25'), values(port='465'))
    ran = run(monkeypatch, {'servers': entries}, first, second)
    assert (ran.result['failed'], ran.result['changed']) == (True, True)
    assert [[problem['code'] for problem in entry['problems']] for entry in ran.result['servers']] == [['attribute_refused'], []]
    assert [line.split(' ')[0] for line in ran.result['msg'].split('\n')] == ['spl1:', 'error', 'spl2:']


@pytest.mark.parametrize(
    'result',
    [
        AttributesResult('spl1', False, (), values(host='x'), values(host='x')),
        AttributesResult('spl1', False, (), None, None),
        AttributesResult('spl2', False, (), values(port='25'), values(port='25')),
    ],
    ids=['other attributes', 'neither attributes nor a problem', 'another server'],
)
def test_an_answer_to_another_question_is_malformed(monkeypatch: pytest.MonkeyPatch, result: AttributesResult) -> None:
    assert run(monkeypatch, {'servers': [{'name': 'spl1', 'attributes': {PORT: None}}]}, result).codes == ['program_failed']


@pytest.mark.parametrize(
    ('attributes', 'words'),
    [
        ({PORT: True}, 'neither text nor a number'),
        ({PORT: 'a b'}, 'a value is one word'),
        ({'Port': '1'}, 'is not an attribute name'),
    ],
    ids=['a boolean', 'two words', 'a name with capitals'],
)
def test_what_pdset_can_not_be_given_is_refused(
    monkeypatch: pytest.MonkeyPatch, attributes: dict[str, t.Any], words: str
) -> None:
    ran = run(monkeypatch, {'servers': [{'name': 'spl1', 'attributes': attributes}]})
    assert ran.requests == []
    assert ran.codes == ['invalid_value']
    assert words in ran.result['msg']
