# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Without `cryptography` on the controller a task of this collection fails with one clear message, and the run goes on."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest

from support.playbook import Run, hosts, local_host

# Put on PYTHONPATH as sitecustomize: the controller's Python then has no such library.
BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] == 'cryptography':
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)

sys.meta_path.insert(0, Blocker())
"""
JUDGING = {
    'send_memo': {'until': 'handshake'},
    'sendmemo_config': {'servers': [{'name': 'spl1', 'state': 'absent'}]},
    'sendmemo_validate': {},
    'sendmemo_rollback': {},
}


@pytest.fixture
def without_library(tmp_path: pathlib.Path) -> str:
    (tmp_path / 'blocked').mkdir()
    (tmp_path / 'blocked' / 'sitecustomize.py').write_text(BLOCKER)
    return str(tmp_path / 'blocked')


@pytest.mark.every_core
def test_a_missing_library_is_one_message_a_task(
    run_playbook: t.Callable[..., Run], tmp_path: pathlib.Path, without_library: str
) -> None:
    options = {'base_dir': str(tmp_path / 'pd')}
    (tmp_path / 'pd' / 'spl1').mkdir(parents=True)
    tasks = [
        {'name': name, f'printops.infoprint.{name}': {**options, **more}, 'ignore_errors': True}
        for name, more in {**JUDGING, 'server_attributes': {'servers': [{'name': 'spl1'}]}}.items()
    ]
    role = {'name': 'role', 'ansible.builtin.include_role': {'name': 'printops.infoprint.sendmemo_tls', 'tasks_from': 'audit'}}
    plays = [
        {'hosts': 'print_servers', 'gather_facts': False, 'tasks': tasks},
        {
            'hosts': 'print_servers',
            'gather_facts': False,
            'vars': {'sendmemo_tls_base_dir': str(tmp_path / 'pd')},
            'tasks': [{'block': [role], 'rescue': [{'name': 'rescued', 'ansible.builtin.debug': {}}]}],
        },
        {'hosts': 'print_servers', 'gather_facts': False, 'tasks': [{'name': 'other', 'ansible.builtin.debug': {}}]},
    ]
    run = run_playbook(
        plays,
        hosts(print1=local_host()),
        PYTHONPATH=without_library,
        callbacks=['printops.infoprint.fleet_report'],
        INFOPRINT_REPORT_DIRECTORY=str(tmp_path / 'report'),
    )
    assert run.rc == 0, run.output
    assert 'Traceback' not in run.output
    assert 'Unexpected Exception' not in run.output
    for name in JUDGING:
        (result,) = run.results('print1', name)
        assert result.status == 'failed'
        assert 'The controller lacks the Python library cryptography (42 or newer)' in result.result['msg']
        assert re.search(r'/python[\d.]* -m pip install cryptography$', result.result['msg'])
    (needs_none,) = run.results('print1', 'server_attributes')
    assert [problem['code'] for problem in needs_none.result['problems']] == ['pd_command_missing']
    assert [one.status for one in run.results('print1', 'rescued')] == ['ok']
    assert [one.status for one in run.results('print1', 'other')] == ['ok']
    assert json.loads((tmp_path / 'report' / 'report.json').read_text())['hosts']
