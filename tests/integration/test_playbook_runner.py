# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The runner of ansible-playbook reports what happened, and leaves no process behind when it has to end a run."""

from __future__ import annotations

import os
import pathlib
import time

import pytest

from support.playbook import Ansible, RunTimeoutError, hosts, local_host
from support.steps import Task, side_by_side


def play(*tasks):
    return [{'hosts': 'print_servers', 'gather_facts': False, 'tasks': list(tasks)}]


def raw(command, **keywords):
    return {'name': command, 'ansible.builtin.raw': command, **keywords}


def test_results_are_reported_by_host_and_task(ansible):
    tasks = play(raw('echo one', changed_when=False), raw('exit 3', when="inventory_hostname == 'print2'"))
    run = ansible.playbook(tasks, hosts(print1=local_host(), print2=local_host()))
    assert run.rc == 2
    results = sorted((one.host, one.status) for one in run.results(task='exit 3'))  # which host ends first is open
    assert results == [('print1', 'skipped'), ('print2', 'failed')]
    assert run.results('print1', 'echo one')[0].result['stdout'].strip() == 'one'
    assert (run.stats['print1']['failures'], run.stats['print2']['failures']) == (0, 1)


def test_nothing_of_the_developers_settings_is_used(ansible, monkeypatch):
    monkeypatch.setenv('ANSIBLE_INVENTORY', '/nowhere')
    run = ansible.playbook(play(raw('echo "$HOME ${ANSIBLE_INVENTORY-unset}"')), hosts(print1=local_host()))
    assert run.results('print1')[0].result['stdout'].split() == [str(ansible.home), 'unset']


def test_a_run_that_takes_too_long_is_ended_with_its_processes(ansible, tmp_path):
    number = tmp_path / 'number'
    with pytest.raises(RunTimeoutError, match='ended after'):
        ansible.playbook(play(raw(f'echo $$ > {number}; exec sleep 60')), hosts(print1=local_host()), timeout=8)
    process = int(number.read_text())
    end = time.monotonic() + 5
    while pathlib.Path(f'/proc/{process}').exists() and time.monotonic() < end:
        time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def story(content: str, expected: str) -> None:
    result = await Task('sendmemo_validate', {'content': content}).result()
    assert result['msg'] == 'no problems'
    predicted = await Task('sendmemo_validate', {'content': content}, '--check').result()
    assert predicted['servers'][0]['settings']['EnableTLS'] == expected


@pytest.mark.every_core
def test_stories_share_their_runs_and_end_each_for_itself(ansible: Ansible) -> None:
    stories = {
        'well': story('EnableTLS = 2\n', '2'),
        'ends at the first step': story('EnableTLS = 3\n', '3'),
        'ends at the second step': story('EnableTLS = 1\n', '2'),
    }
    outcomes = side_by_side(ansible, stories)
    assert outcomes['well'] is None
    assert "== 'no problems'" in str(outcomes['ends at the first step'])
    assert "'1' == '2'" in str(outcomes['ends at the second step'])


def test_a_play_in_which_all_fail_does_not_end_the_run(ansible: Ansible) -> None:
    async def failing(path: str) -> None:
        assert (await Task('sendmemo_validate', {'path': path}, '--check').result())['failed']

    async def working() -> None:
        assert not (await Task('sendmemo_validate', {'content': 'EnableTLS = 2\n'}).result())['failed']

    outcomes = side_by_side(ansible, {'a': failing('/nowhere'), 'b': working(), 'c': failing('relative')})
    assert outcomes == {'a': None, 'b': None, 'c': None}
