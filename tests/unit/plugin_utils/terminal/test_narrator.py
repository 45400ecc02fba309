# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is said of each result and batch, and what is left to core. Real runs: tests/integration/test_terminal.py."""

from __future__ import annotations

import sys
import types
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report import plays
from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal import narrator as narrated
from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.narrator import LARGE_BATCH, Narrator

OURS = '/x/ansible_collections/printops/infoprint/roles/sendmemo_tls/tasks/main.yml:5'
EXPIRED = {'code': 'expired', 'severity': 'error', 'message': 'It is expired.', 'hint': 'Mend it.', 'server': 'spl1'}


class Told:
    """A narrator, and the lines that it has shown."""

    def __init__(self, verbosity: int = 0) -> None:
        self.lines: list[str] = []
        self.narrator = Narrator(
            lambda line, _colour, is_error: self.lines.append(f'stderr: {line}' if is_error else line),
            verbosity,
            lambda _host: {'spl1': 'proven'},
        )

    def tell(self, status: str, result: object, host: str = 'print1', **of_task: t.Any) -> list[str]:
        """Tell a result; return what was shown of it, without a heading."""
        before = len(self.lines)
        self.narrator.report(status, result_of(result, host, **of_task))
        return [line for line in self.lines[before:] if line and not line.startswith('TASK')]


def result_of(result: object, host: str = 'print1', action: str = 'printops.infoprint.send_memo', **of_task: t.Any) -> t.Any:
    facts = {'name': 'Verify', 'action': action, 'loop': None, 'check_mode': False, '_uuid': action, 'get_path': lambda: OURS}
    task = types.SimpleNamespace(**{**facts, 'get_name': lambda: 'Verify', **of_task})
    return types.SimpleNamespace(task=task, host=types.SimpleNamespace(get_name=lambda: host), result=result)


def test_a_failure_is_shown_whatever_the_result_looks_like() -> None:
    told = Told()
    assert told.tell('failed', {'problems': 'all', 'msg': 'a\x1b[31mb'}) == [r'failed: [print1] a\x1b[31mb']


def test_the_same_cause_is_told_once() -> None:
    told = Told()
    assert told.tell('failed', {'problems': [EXPIRED]}) == ['failed: [print1] spl1 [expired]', '    It is expired. Mend it.']
    assert told.tell('failed', {'problems': [EXPIRED]}, 'print2') == ['failed: [print2] spl1 [expired] as on print1']
    assert told.tell('failed', {'problems': [EXPIRED]}) == ['failed: [print1] spl1 [expired] as before']
    assert told.narrator.has_said('It is expired.')
    assert not told.narrator.has_said('It is revoked.')


@pytest.mark.parametrize(
    ('verbosity', 'result', 'of_task'),
    [
        pytest.param(2, {}, {}, id='more than -v'),
        pytest.param(0, {'censored': 'hidden'}, {}, id='no_log'),
        pytest.param(0, {}, {'loop': ['a']}, id='a loop'),
        pytest.param(0, {}, {'action': 'ansible.builtin.copy', 'get_path': lambda: '/site/play.yml:3'}, id='of the site'),
    ],
)
def test_the_rest_is_left_to_core(verbosity: int, result: dict[str, t.Any], of_task: dict[str, t.Any]) -> None:
    told = Told(verbosity)
    assert not told.narrator.hides_result(result_of(result, **of_task))
    assert told.tell('failed', result, **of_task) == []


def test_of_the_task_that_ends_the_run_the_last_line_is_kept_for_the_end() -> None:
    told = Told()
    message = 'spl1: It is lost. [not_delivered]\nprint1 failed. Fix the cause.'
    assert told.tell('failed', {'msg': message}, action='ansible.builtin.fail', name=narrated.ADVICE) == []
    assert told.narrator.advice == 'print1 failed. Fix the cause.'


def test_an_ignored_failure_is_called_so() -> None:
    told = Told()
    told.narrator.report('failed', result_of({'msg': 'no'}), is_ignored=True)
    assert told.lines[-2:] == ['    no', '...ignoring']


@pytest.mark.parametrize(
    ('hosts', 'is_terminal', 'is_shown'),
    [(LARGE_BATCH, True, True), (LARGE_BATCH, False, False), (LARGE_BATCH - 1, True, False)],
    ids=['a large batch', 'in a pipe', 'a small batch'],
)
def test_a_large_batch_shows_its_progress_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, hosts: int, *, is_terminal: bool, is_shown: bool
) -> None:
    now = [1000.0]
    monkeypatch.setattr(narrated.time, 'monotonic', lambda: now[0])
    monkeypatch.setattr(sys.stdout, 'isatty', lambda: is_terminal)
    monkeypatch.setattr(plays, 'hosts_of', lambda _play: [f'print{number}' for number in range(hosts)])
    monkeypatch.setattr(plays, 'uses_collection', lambda _play: True)
    told = Told()
    told.narrator.hides_play(types.SimpleNamespace(_uuid='1', serial=[], vars={}, get_path=lambda: '/site/play.yml:1'))
    for seconds in (1, 2, 3):
        now[0] += seconds
        told.tell('ok', {'servers': []})
    assert [line for line in told.lines if line.startswith('batch')] == (
        [f'batch 1 of 1: 1 of {hosts} hosts, 1 server proven, 0 failing, 00:06'] if is_shown else []
    )


def test_an_audit_that_fails_says_what_it_found() -> None:
    told = Told()
    lines = ['spl1: would be changed: EnableTLS changed (was 0, declared 1)', 'current configuration: no problems']
    assert told.tell('failed', {'msg': lines}, action='ansible.builtin.assert') == [
        'failed: [print1]',
        *(f'    {line}' for line in lines),
    ]


def test_a_mailbox_that_could_not_be_asked_is_no_ok() -> None:
    told = Told()
    confirm = {'action': 'printops.infoprint.confirm_delivery'}
    assert told.tell('ok', {'mark': {}}, **confirm) == []
    assert told.tell('ok', {'msg': 'imap_host is missing'}, **confirm) == ['failed: imap_host is missing']


def test_options_of_core_s_output_are_kept_to() -> None:
    told = Told()
    told.narrator.option = {'display_ok_hosts': False, 'display_skipped_hosts': True, 'display_failed_stderr': True}.get
    assert told.narrator.hides_task(result_of({}).task)
    assert told.tell('ok', {'servers': []}) == []
    assert told.tell('ok', {'servers': [], 'changed': True}) == ['changed: [print1]']
    assert told.tell('failed', {'msg': 'no'}) == ['stderr: failed: [print1]', 'stderr:     no']
