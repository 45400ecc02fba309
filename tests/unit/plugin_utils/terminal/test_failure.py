# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a failed task says: each cause once, with its servers, and whatever the result looks like."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.core_objects import without_core
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.failure import Cause, causes


def problem(code: str = 'expired', server: str = 'spl1', **more: t.Any) -> dict[str, t.Any]:
    return {'code': code, 'severity': 'error', 'message': f'It is {code}.', 'hint': 'Mend it.', 'server': server, **more}


CAUSES = {
    'a message': ({'msg': 'No space left.'}, [Cause((), '', 'No space left.')]),
    'nothing at all': ({}, [Cause((), '', 'It does not say why.')]),
    'core speaks first': (
        {'msg': "Task failed: The lookup plugin 'printops.infoprint.x' failed: it is wrong"},
        [Cause((), '', 'it is wrong')],
    ),
    'a cause of several servers': (
        {'problems': [problem(), problem(server='spl2'), problem(server='spl2')]},
        [Cause(('spl1', 'spl2'), 'expired', 'It is expired. Mend it.')],
    ),
    'two causes': (
        {'problems': [problem(), problem('revoked')]},
        [Cause(('spl1',), 'expired', 'It is expired. Mend it.'), Cause(('spl1',), 'revoked', 'It is revoked. Mend it.')],
    ),
    'warnings beside an error': (
        {'problems': [problem('port_mismatch', severity='warning'), problem()]},
        [Cause(('spl1',), 'expired', 'It is expired. Mend it.')],
    ),
    'warnings alone': (
        {'problems': [problem(severity='warning')]},
        [Cause(('spl1',), 'expired', 'It is expired. Mend it.')],
    ),
    'a line of a file': (
        {'problems': [problem(file='/var/pd/a.cfg', line=3)]},
        [Cause(('spl1',), 'expired', '/var/pd/a.cfg, line 3: It is expired. Mend it.')],
    ),
    'a file that the message names': (
        {'problems': [problem(message='/var/pd/a.cfg is gone.', file='/var/pd/a.cfg')]},
        [Cause(('spl1',), 'expired', '/var/pd/a.cfg is gone. Mend it.')],
    ),
    'an unknown severity is an error': (
        {'problems': [problem(severity='fatal'), problem('x', severity='warning')]},
        [Cause(('spl1',), 'expired', 'It is expired. Mend it.')],
    ),
}


@pytest.mark.parametrize('case', CAUSES)
def test_causes_of_a_failure(case: str) -> None:
    result, expected = CAUSES[case]
    assert causes(result) == expected


@pytest.mark.parametrize('result', [{'problems': 'many'}, {'problems': [7]}, {'msg': 7}], ids=['text', 'a number', 'no message'])
def test_a_result_of_another_shape_is_refused(result: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidValue):
        causes(result)


def test_what_an_escape_sequence_would_do_is_shown() -> None:
    (cause,) = causes({'problems': [problem(message='a\x1b[31m\u202eb')]})
    assert cause.text == r'a\x1b[31m\xe2\x80\xaeb Mend it.'


@pytest.mark.parametrize(
    'said',
    [
        "Task failed: Action failed: Task failed: The lookup plugin 'a.b.c' failed: why",
        "An unhandled exception occurred while running the lookup plugin 'a.b'. Error was a <class 'E'>, original message: why",
        'why',
    ],
    ids=['core 2.19 and later', 'core 2.16', 'without it'],
)
def test_what_core_says_before_a_message_is_left_out(said: str) -> None:
    assert without_core(said) == 'why'
