# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every action does alike: options are checked before the host is asked, and an outcome becomes the task's result."""

from __future__ import annotations

import gc
import os
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.action_base import InfoprintAction, Outcome, shown
from support.fake_target import Run, run_action

TLS_OFF = Problem('tls_off', 'EnableTLS is 0.', server='spl1')
REFUSED = Problem('sender_refused', 'The server refuses the sender.', 'Ask its administrator.', server='spl1')


def run(monkeypatch: pytest.MonkeyPatch, outcome: Outcome, args: dict[str, t.Any] | None = None, **task: t.Any) -> Run:
    """Return the result of a task whose action has this outcome."""

    class Action(InfoprintAction):
        MODULE = 'sendmemo_validate'
        PROGRAM = 'operations.validate'
        NOTHING_KNOWN: t.ClassVar[dict[str, t.Any]] = {'valid': False}

        def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
            self.target.run(self.PROGRAM, {'servers': servers, 'fail_on': args['fail_on']}, 60)
            return outcome

    return run_action(monkeypatch, Action, args or {}, task.pop('answer', {}), is_real=False, **task)


def test_a_problem_of_a_result_has_its_severity_and_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome([{'name': 'spl1', 'problems': [TLS_OFF], 'nested': {'ignored': [REFUSED]}}], [TLS_OFF, REFUSED])
    result = run(monkeypatch, outcome).result
    (entry,) = result['servers']
    assert entry['problems'] == [result['problems'][0]]
    assert entry['nested']['ignored'] == [result['problems'][1]]
    assert [problem['severity'] for problem in result['problems']] == ['warning', 'error']
    assert result['problems'][0]['hint'].endswith('.'), 'from the catalogue'
    assert result['problems'][1]['hint'] == 'Ask its administrator.'
    assert shown({'path': '/x', 'lines': (1, None)}) == {'path': '/x', 'lines': [1, None]}


@pytest.mark.parametrize(
    ('fail_on', 'problems', 'failed'),
    [
        ('error', [TLS_OFF], False),
        ('error', [TLS_OFF, REFUSED], True),
        ('warning', [TLS_OFF], True),
        ('never', [REFUSED], False),
        ('error', [], False),
    ],
    ids=['a warning', 'an error', 'a warning that fails', 'an error that never fails', 'nothing'],
)
def test_the_severity_decides_whether_a_task_fails(
    monkeypatch: pytest.MonkeyPatch, fail_on: str, problems: list[Problem], *, failed: bool
) -> None:
    result = run(monkeypatch, Outcome([], problems, fail_on=fail_on)).result
    assert result.get('failed', False) is failed


def test_without_a_message_of_its_own_a_result_counts_its_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, Outcome([], [TLS_OFF, REFUSED])).result['msg'].startswith('1 error, 1 warning\nerror spl1: ')
    assert run(monkeypatch, Outcome([], [TLS_OFF], 'Sent.')).result['msg'] == 'Sent.'
    assert run(monkeypatch, Outcome([], [])).result['msg'] == 'no problems'


@pytest.mark.parametrize('diff', [True, False], ids=['asked for', 'not asked for'])
def test_a_diff_is_shown_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, *, diff: bool) -> None:
    outcome = Outcome([], [], changed=True, diff=[{'before': 'a', 'after': 'b'}], warnings=['Look.'])
    result = run(monkeypatch, outcome, diff=diff).result
    assert result.get('diff') == ([{'before': 'a', 'after': 'b'}] if diff else None)
    assert (result['changed'], result['warnings']) == (True, ['Look.'])


def test_a_server_has_the_options_of_the_task_where_it_has_none_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    args = {'smtp_port': 25, 'servers': [{'name': 'spl1'}, {'name': 'spl2', 'smtp_port': 465}]}
    (request,) = run(monkeypatch, Outcome([], []), args).requests
    assert [entry['smtp_port'] for entry in request['servers']] == [25, 465]
    assert request['fail_on'] == 'error', 'the default of the option'


@pytest.mark.parametrize(
    ('args', 'words'),
    [
        ({'prot': 25}, 'Unsupported parameters for (sendmemo_validate) module: prot'),
        ({'smtp_port': 'x'}, "smtp_port' is of type"),
        ({'smtp_port': 70000}, 'smtp_port'),
        ({'servers': [{'name': 'spl1'}, {'name': 'spl1'}]}, 'spl1'),
    ],
    ids=['an unknown option', 'another type', 'out of range', 'a server named twice'],
)
def test_options_are_checked_before_the_host_is_asked(
    monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], words: str
) -> None:
    ran = run(monkeypatch, Outcome([], []), args)
    assert ran.requests == []
    assert (ran.result['failed'], ran.result['changed']) == (True, False)
    assert ran.result['msg'].startswith('print1: ')
    assert words in ran.result['msg']
    assert ran.codes == ['invalid_value']


def test_a_host_without_an_answer_fails_with_its_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, Outcome([], []), answer=Problem('no_python', 'print1 has no usable Python.'))
    assert ran.codes == ['no_python']
    assert (ran.result['failed'], ran.result['servers'], ran.result['valid']) == (True, [], False)
    assert ran.result['msg'].startswith('1 error\nerror: print1 has no usable Python. [no_python]')


def test_a_forked_worker_leaves_the_memory_that_it_shares_alone() -> None:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(write_end, str(gc.get_freeze_count()).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(write_end)
    with os.fdopen(read_end, 'rb') as answer:
        assert int(answer.read()) > 1000, 'what was there before the fork is put aside for its garbage collections'
    assert gc.get_freeze_count() == 0, 'the main process still collects'
