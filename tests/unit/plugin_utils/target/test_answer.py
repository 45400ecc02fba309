# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer is read field by field."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import Malformed
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.report_codes import REPORT_CODES
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import Fields, server_answers


def test_text_is_made_safe_and_cut() -> None:
    fields = Fields({'text': '\x1b[2J' + 'a' * 1000, 'list': ['\x07']})
    assert fields.text('text').startswith('\\x1b[2Jaaa')
    assert len(fields.text('text')) == 512
    assert fields.texts('list') == ['\\x07']
    assert fields.raw('text') == '\x1b[2J' + 'a' * 1000


def test_what_is_absent_is_none_or_the_default() -> None:
    fields = Fields({'null': None})
    assert fields.text('text') is None
    assert fields.text('null', 'default') == 'default'
    assert fields.children('null') == []


@pytest.mark.parametrize(
    'read',
    [
        lambda fields: fields.text('value'),
        lambda fields: fields.raw('value'),
        lambda fields: fields.child('value'),
        lambda fields: fields.children('value'),
        lambda fields: fields.texts('value'),
        lambda fields: fields.texts_by_key('value'),
        lambda fields: fields.problems('value'),
    ],
)
@pytest.mark.parametrize('value', [7, True, 1.5])
def test_another_type_is_malformed(read: t.Callable[[Fields], object], value: object) -> None:
    with pytest.raises(Malformed, match='value'):
        read(Fields({'value': value}))


@pytest.mark.parametrize('value', [True, 'one', -1, 1 << 60])
def test_a_number_is_a_number_within_bounds(value: object) -> None:
    with pytest.raises(Malformed):
        Fields({'value': value}).integer('value')
    with pytest.raises(Malformed):
        Fields({'value': 'true'}).flag('value')


@pytest.mark.parametrize(
    'problem',
    [
        pytest.param({}, id='no code'),
        pytest.param({'code': 'made_up', 'message': 'x'}, id='unknown code'),
        *(pytest.param({'code': code, 'message': 'x'}, id=f'code of the report, {code}') for code in REPORT_CODES),
        pytest.param({'code': 'ca_expired', 'severity': 'info'}, id='severity too low'),
        pytest.param({'code': 'ca_expired', 'severity': 'fine'}, id='unknown severity'),
        pytest.param({'code': 'expired', 'stage': 'lunch'}, id='unknown stage'),
        pytest.param({'code': 'ca_expired', 'line': 'one'}, id='line in words'),
        pytest.param('ca_expired', id='text'),
    ],
)
def test_a_problem_that_we_do_not_have_is_malformed_and_never_dropped(problem: object) -> None:
    with pytest.raises(Malformed):
        Fields({'problems': [problem]}).problems()


@pytest.mark.parametrize(
    'servers',
    [
        pytest.param([], id='none'),
        pytest.param([{'name': 'spl1'}], id='one of two'),
        pytest.param([{'name': 'spl2'}, {'name': 'spl1'}], id='another order'),
        pytest.param([{'name': 'spl1'}, {'name': 'spl2'}] * 2, id='each twice'),
    ],
)
def test_an_answer_that_leaves_a_server_out_is_malformed(servers: list[dict[str, str]]) -> None:
    with pytest.raises(Malformed):
        server_answers(Fields({'servers': servers}), [{'name': 'spl1'}, {'name': 'spl2'}])
