# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The outcome for environment files is part of that for each server."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.action_base import Outcome
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.environment import with_environment
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject

FILE = '/etc/environment'
MISSING = {'file': FILE, 'kind': 'missing', 'keyword': 'IPM_ENABLE_SSL_V3', 'after': '1'}
WORDS = 'IPM_ENABLE_SSL_V3 missing (declared 1)'
OTHER_FORM = {**MISSING, 'kind': 'changed', 'before': 'export IPM_ENABLE_SSL_V3=1', 'after': 'IPM_ENABLE_SSL_V3=1'}
FAILED = {'code': 'write_failed', 'message': 'It could not be written.'}


def outcome(answer: dict[str, t.Any] | None, check: bool = False) -> Outcome:
    before = Outcome([{'name': 'spl1', 'changed': False, 'drift': []}], [], 'spl1: as declared')
    return with_environment(before, None if answer is None else AnswerObject(answer), check)


@pytest.mark.parametrize(
    'answer, check, line, warns',
    [
        pytest.param({'changed': False, 'drift': []}, False, 'environment: as declared', False, id='as declared'),
        pytest.param(
            {'changed': True, 'drift': [MISSING]},
            False,
            'environment: changed: IPM_ENABLE_SSL_V3 missing (declared 1)',
            True,
            id='changed',
        ),
        pytest.param(
            {'changed': True, 'drift': [MISSING]},
            True,
            'environment: would be changed: IPM_ENABLE_SSL_V3 missing (declared 1)',
            False,
            id='predicted',
        ),
        pytest.param(
            {'changed': False, 'drift': [MISSING], 'problems': [FAILED]},
            False,
            'environment: not changed: IPM_ENABLE_SSL_V3 missing (declared 1)',
            False,
            id='failed',
        ),
        pytest.param(None, False, 'environment: not changed', False, id='no answer'),
    ],
)
def test_line_and_warning(answer: dict[str, t.Any] | None, check: bool, line: str, warns: bool) -> None:
    found = outcome(answer, check)
    assert found.msg.split('\n')[:2] == ['spl1: as declared', line]
    assert bool(found.warnings) == warns
    assert found.changed == found.servers[0]['changed'] == bool(answer and answer['changed'])


@pytest.mark.parametrize(
    'answer, codes',
    [
        pytest.param({'changed': False, 'problems': [FAILED]}, ['write_failed'], id='a problem of the host'),
        pytest.param(None, ['program_failed'], id='no answer'),
    ],
)
def test_problems_are_the_task_s(answer: dict[str, t.Any] | None, codes: list[str]) -> None:
    assert [problem.code for problem in outcome(answer).problems] == codes


@pytest.mark.parametrize(
    'drift, before, after',
    [
        pytest.param(MISSING, '', 'IPM_ENABLE_SSL_V3=1\n', id='missing'),
        pytest.param(OTHER_FORM, 'export IPM_ENABLE_SSL_V3=1\n', 'IPM_ENABLE_SSL_V3=1\n', id='in another form'),
    ],
)
def test_the_diff_shows_the_line(drift: dict[str, str], before: str, after: str) -> None:
    found = outcome({'changed': True, 'drift': [drift]})
    assert found.diff == [{'before_header': FILE, 'after_header': FILE, 'before': before, 'after': after}]
    assert found.servers[0]['drift'] == [drift]
