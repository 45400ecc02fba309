# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer is read field by field."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import CATALOGUE
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.report_codes import REPORT_CODES
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject, server_answers


def test_a_problem_is_read_with_all_that_it_says() -> None:
    given = {'code': 'expired', 'message': 'it\x07', 'stage': 'certificate', 'server': 'spl1', 'line': 3, 'other': 'x'}
    problem = AnswerObject({'problem': given}).problem('problem')
    assert problem is not None
    assert problem.as_dict() == {
        'code': 'expired',
        'severity': 'error',
        'message': 'it\\x07',
        'hint': CATALOGUE['expired'].remedy,
        'stage': 'certificate',
        'server': 'spl1',
        'line': 3,
    }
    assert AnswerObject({}).problem('problem') is None


def test_a_problem_without_words_has_those_of_the_catalogue() -> None:
    (problem,) = AnswerObject({'problems': [{'code': 'expired'}]}).problems()
    assert (problem.message, problem.hint) == CATALOGUE['expired']


@pytest.mark.parametrize('value', [7, True, 'text', {}], ids=['a number', 'a boolean', 'text', 'an object'])
def test_problems_that_are_no_list_are_malformed(value: object) -> None:
    with pytest.raises(InvalidValue, match='problems'):
        AnswerObject({'problems': value}).problems()


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
    with pytest.raises(InvalidValue):
        AnswerObject({'problems': [problem]}).problems()


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
    with pytest.raises(InvalidValue):
        server_answers(AnswerObject({'servers': servers}), [{'name': 'spl1'}, {'name': 'spl2'}])
