# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A change whose answer was lost is reported by the next run; and a run that changes nothing removes nothing."""

from __future__ import annotations

import hashlib
import os
import pathlib
import typing as t

import pytest

from support import system_calls
from support.config_site import Site
from support.playbook import Ansible, hosts, local_host
from support.print_host import OWNER, PYTHON, Host, in_both_modes
from support.server_files import BACKUPS, CONFIG, active_set, tree
from support.steps import alone
from support.target_program import BASE, Program, record

from .conftest import Pki, need

MARK = 'sendmemo-ssl.unfinished'


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    need(system_calls.why_not() or ('' if os.geteuid() == 0 else 'only root works in the directory of another'))
    server = {'base_dir': BASE, 'servers': [{'name': 'spl1'}]}
    declared = {**server, 'enable_tls': 'starttls', 'ca_src': str(pki.ca_path)}
    tasks: dict[str, dict[str, t.Any]] = {
        name: {'printops.infoprint.sendmemo_config': {**declared, 'hostname': f'{name}.example.com'}} for name in ('old', 'new')
    }
    tasks['absent'] = {'printops.infoprint.sendmemo_config': {**server, 'servers': [{'name': 'spl1', 'state': 'absent'}]}}
    tasks['keeps one'] = {'printops.infoprint.sendmemo_config': {**declared, 'hostname': 'new.example.com', 'backup_keep': 1}}
    tasks['rollback'] = {'printops.infoprint.sendmemo_rollback': {**server, 'try_before_commit': 'none'}}
    return record(Ansible(tmp_path_factory.mktemp('recorded') / 'controller'), in_both_modes(tasks))


@pytest.fixture
def host(tmp_path: pathlib.Path, programs: dict[str, Program]) -> Host:
    made = Host(tmp_path / 'pd', programs)
    for name in ('old', 'new', 'old'):
        assert made.run(name).server['changed']
    return made


def lose_the_answer(host: Host, name: str, folder: pathlib.Path) -> None:
    """Run a program whose answer can't be written: its reader is gone when the switch is done."""
    log, program = folder / 'log', host.programs[name]
    program.run(PYTHON, host.copy(folder / 'watched').base, *system_calls.watched(log, ['write']), pause=False)
    answer = next(call for call in system_calls.calls_in(log) if 'INFOPRINT-ANSWER' in call.arguments)
    assert not program.run(PYTHON, host.base, *system_calls.failing_at(answer, 'EPIPE', log), pause=False).given
    assert (host.server / MARK).exists()


@pytest.mark.parametrize('name', ['new', 'absent', 'rollback'])
def test_an_unreported_switch_is_reported_once_by_the_next_run(host: Host, name: str, tmp_path: pathlib.Path) -> None:
    lose_the_answer(host, name, tmp_path)
    switched = active_set(host.server)
    answer = host.run(name)
    assert (answer.server['changed'], answer.codes) == (True, [])
    assert (answer.server['unreported'], answer.server['drift']) == (True, [])
    assert active_set(host.server) == switched, 'not back again'
    assert not (host.server / MARK).exists()
    if name != 'rollback':
        assert host.run(name).server['changed'] is False


def test_a_mark_that_is_not_of_the_active_set_is_ignored(host: Host) -> None:
    (host.server / MARK).write_text('0' * 64 + ' converge\n')
    os.chown(host.server / MARK, OWNER, OWNER)
    assert host.run('old').server['changed'] is False
    assert host.run('new').server['changed']
    assert not (host.server / MARK).exists()


def test_a_playbook_says_so_and_restarts(ansible: Ansible, tmp_path: pathlib.Path, pki: Pki) -> None:
    site = Site(tmp_path / 'pd', pki.ca_path, pki.crl_path)
    site.options['servers'] = [{'name': 'spl1'}]
    assert alone(ansible, site.run())['changed']
    mark = f'{hashlib.sha256(site.config().read_bytes()).hexdigest()} converge\n'
    play = [
        {
            'hosts': 'all',
            'gather_facts': False,
            'tasks': [{'name': 'Configure', 'printops.infoprint.sendmemo_config': site.options, 'notify': 'Restart'}],
            'handlers': [{'name': 'Restart', 'ansible.builtin.debug': {'msg': 'restarted'}}],
        }
    ]
    (site.base / 'spl1' / MARK).write_text(mark)
    for arguments in (['--check'], []):
        run = ansible.playbook(play, hosts(print1=local_host()), *arguments)
        (result,) = run.results('print1', 'Configure')
        assert (result.result['changed'], result.result['servers'][0]['drift']) == (True, [])
        assert 'spl1: changed by an earlier run' in result.result['warnings'][0]
        assert run.results('print1', 'Restart')
    assert not ansible.playbook(play, hosts(print1=local_host())).results('print1', 'Restart')


# A run that changes nothing


FOREIGN = (f'.{CONFIG}.{"0" * 16}.new', f'sendmemo-ca-{"0" * 16}.pem', f'sendmemo-crl-{"0" * 16}.pem')


def plant(host: Host) -> None:
    for name in FOREIGN:
        (host.server / name).write_text('whose is this?')
    (host.server / BACKUPS / f'.{"0" * 16}.new').mkdir()


@pytest.mark.parametrize('name', ['old', 'keeps one'])
def test_a_run_that_changes_nothing_removes_nothing(host: Host, name: str) -> None:
    if name == 'keeps one':
        host.run('new')
    plant(host)
    before = tree(host.server)
    assert host.run(name).server['changed'] is False
    assert tree(host.server) == before


@pytest.mark.parametrize('name', ['new', 'absent'])
def test_what_only_has_the_name_of_a_managed_file_is_not_removed(host: Host, name: str) -> None:
    plant(host)
    assert host.run(name).server['changed']
    assert [(host.server / planted).exists() for planted in FOREIGN] == [False, True, True]
    assert host.run(name).server['changed'] is False


def test_a_managed_trust_file_that_was_changed_is_removed_once_backed_up(host: Host) -> None:
    ca = next(host.server.glob('sendmemo-ca-*'))
    ca.write_text('nothing')
    assert host.run('absent').server['changed']
    assert not ca.exists()
    assert (host.kept() / ca.name).read_text() == 'nothing'
