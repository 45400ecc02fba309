# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The runner of ansible-playbook tells what happened, and leaves no process behind when it has to end a run."""

from __future__ import annotations

import os
import pathlib
import time

import pytest

from support.playbook import RunTimeoutError, hosts, local_host


def play(*tasks):
    return [{'hosts': 'print_servers', 'gather_facts': False, 'tasks': list(tasks)}]


def raw(command, **keywords):
    return {'name': command, 'ansible.builtin.raw': command, **keywords}


def test_results_are_told_by_host_and_task(ansible):
    tasks = play(raw('echo one', changed_when=False), raw('exit 3', when="inventory_hostname == 'print2'"))
    run = ansible.playbook(tasks, hosts(print1=local_host(), print2=local_host()))
    assert run.rc == 2
    told = sorted((one.host, one.status) for one in run.results(task='exit 3'))  # which host ends first is open
    assert told == [('print1', 'skipped'), ('print2', 'failed')]
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
