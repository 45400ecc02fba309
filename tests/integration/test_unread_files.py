# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A file of the set that root left unreadable for the server's user is drift: replaced without being read, kept as it is."""

from __future__ import annotations

import os
import pathlib
import shutil
import stat
import typing as t

import pytest

from support import system_calls
from support.playbook import Ansible
from support.print_host import AS_OWNER, OWNER, PYTHON, Host, in_both_modes
from support.server_files import BACKUPS, CONFIG, named_in
from support.target_program import BASE, Answer, Program, record

from .conftest import Pki, need

SECRET = 'classified.example.com'


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    need('' if os.geteuid() == 0 else 'only root has files that others may not read')
    need('' if shutil.which('setpriv') else 'not installed: setpriv')
    server = {'base_dir': BASE, 'servers': [{'name': 'spl1'}]}
    declared = {**server, 'enable_tls': 'starttls', 'ca_src': str(pki.ca_path), 'crl_src': str(pki.crl_path)}
    tasks: dict[str, dict[str, t.Any]] = {
        'converge': {'printops.infoprint.sendmemo_config': declared, 'diff': True},
        'without backup': {'printops.infoprint.sendmemo_config': {**declared, 'backup': False}},
        'absent': {'printops.infoprint.sendmemo_config': {**server, 'servers': [{'name': 'spl1', 'state': 'absent'}]}},
        'rollback': {'printops.infoprint.sendmemo_rollback': {**server, 'try_before_commit': 'none'}, 'diff': True},
        'tried rollback': {'printops.infoprint.sendmemo_rollback': server},
        'validate': {'printops.infoprint.sendmemo_validate': server},
    }
    return record(Ansible(tmp_path_factory.mktemp('recorded') / 'controller'), in_both_modes(tasks))


def leave_unreadable(path: pathlib.Path) -> tuple[int, int]:
    """Do to a file what an editor under umask 077 does; return what it is known by."""
    with path.open('a') as stream:
        stream.write(f'# {SECRET}\n')
    os.chown(path, 0, 0)
    path.chmod(0o600)
    return known_by(path)


def known_by(path: pathlib.Path) -> tuple[int, int]:
    """Return inode and links of a file that is root's alone."""
    status = path.stat()
    assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (0, 0o600)
    return status.st_ino, status.st_nlink


def kinds(answer: Answer) -> list[str]:
    return [one['kind'] for one in answer.server['drift']]


@pytest.fixture
def host(tmp_path: pathlib.Path, programs: dict[str, Program]) -> Host:
    return Host(tmp_path / 'pd', programs)


WHO = {'root': (), 'the print user': AS_OWNER}


@pytest.mark.parametrize('who', WHO)
@pytest.mark.parametrize('which', ['the configuration', 'the CA', 'the CRL', 'a configuration made by hand'])
def test_it_is_replaced_unread_and_comes_back_as_it_was(host: Host, which: str, who: str) -> None:
    if which == 'a configuration made by hand':
        host.config.write_text('Hostname = by.hand.example.com\n')
        path = host.config
    else:
        host.run('converge')
        number = ['the CA', 'the CRL'].index(which) if which != 'the configuration' else 0
        path = host.config if which == 'the configuration' else host.server / named_in(host.config.read_bytes())[number]
    left = leave_unreadable(path)
    corrected = host.run('converge', *WHO[who])
    assert (corrected.server['changed'], corrected.codes) == (True, [])
    assert SECRET not in corrected.text
    own = [one for one in corrected.server['drift'] if one['file'] == str(path)]
    assert [one['kind'] for one in own] == ['owner', 'group', 'mode', 'text']
    assert own[-1] == {'file': str(path), 'kind': 'text'}, 'no values'
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (OWNER, 0o644)
    assert corrected.server['backup'] == str(host.kept())
    assert known_by(host.kept() / path.name) == left, 'the file itself, with its rights, and with no other name'
    assert host.run('converge', *WHO[who]).server['changed'] is False

    back = host.run('rollback', *WHO[who])
    assert (back.server['changed'], back.codes) == (True, [])
    assert known_by(path) == left
    assert host.run('converge', *WHO[who]).server['changed'] is True
    assert known_by(host.kept() / path.name) == left
    assert host.run('converge', *WHO[who]).server['changed'] is False


def test_no_call_reads_it(host: Host, tmp_path: pathlib.Path) -> None:
    need(system_calls.why_not())
    host.run('converge')
    paths = [host.config, *(host.server / name for name in named_in(host.config.read_bytes()))]
    for path in paths:
        leave_unreadable(path)
    log = tmp_path / 'log'
    wrapper = system_calls.watched(log, ('openat', 'open', 'renameat', 'renameat2', 'rename'))
    done = host.programs['converge'].run(PYTHON, host.base, *wrapper, pause=False)
    assert (done.server['changed'], done.codes) == (True, [])
    calls = system_calls.calls_in(log)
    switch = next(n for n, call in enumerate(calls) if call.name.startswith('rename') and f'"{CONFIG}"' in call.arguments)
    names = [f'"{path.name}"' for path in paths]
    opened = [call for call in calls[:switch] if call.name.startswith('open') and any(name in call.arguments for name in names)]
    assert opened
    assert {call.result for call in opened} == {'-1 EACCES (Permission denied)'}


def test_it_is_removed_and_kept_where_there_is_to_be_no_set(host: Host) -> None:
    host.run('converge')
    left = leave_unreadable(host.config)
    assert host.run('absent').server['changed']
    assert [path.name for path in host.server.iterdir()] == [BACKUPS]
    assert known_by(host.kept() / CONFIG) == left


def test_it_is_replaced_where_nothing_is_kept(host: Host) -> None:
    host.run('converge')
    leave_unreadable(host.config)
    assert host.run('without backup').server['changed']
    assert host.run('converge').server['changed'] is False


def test_a_rollback_that_is_tried_says_that_it_can_not_be(host: Host) -> None:
    host.run('converge')
    leave_unreadable(host.config)
    host.run('converge')
    before = host.config.read_bytes()
    refused = host.run('tried rollback')
    assert (refused.server['changed'], refused.codes) == (False, ['file_not_readable'])
    assert 'try_before_commit' in refused.text
    assert host.config.read_bytes() == before


def test_a_trust_file_is_not_restored_under_the_active_configuration(host: Host) -> None:
    host.run('converge')
    ca = host.server / named_in(host.config.read_bytes())[0]
    leave_unreadable(ca)
    host.config.write_text(host.config.read_text() + '# by hand\n')
    host.run('converge')
    refused = host.run('rollback')
    assert (refused.server['changed'], refused.codes) == (False, ['no_previous_set'])
    assert ca.stat().st_uid == OWNER


def test_who_only_looks_says_that_it_can_not_be_read(host: Host) -> None:
    host.run('converge')
    leave_unreadable(host.config)
    assert host.run('validate').codes == ['file_not_readable']
