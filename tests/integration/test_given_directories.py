# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A working directory is given to another user, but not its content: a run fixes the content, or names what it can't fix."""

from __future__ import annotations

import os
import pathlib
import stat
import typing as t

import pytest

from support.playbook import Ansible
from support.print_host import AS_OWNER, OWNER, Host, in_both_modes
from support.server_files import BACKUPS, CONFIG, active_set
from support.target_program import BASE, Program, record

from .conftest import Pki, need

NEW = 61235
# Where a directory can't be locked, as on AIX, there is a lock file.
LOCK_FILES = ('strace', '-qq', '-o', '/dev/null', '-e', 'trace=flock', '-e', 'inject=flock:error=EBADF')
LOCK = '.sendmemo-ssl.lock'


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    need('' if os.geteuid() == 0 else 'only root can give directories away')
    server = {'base_dir': BASE, 'servers': [{'name': 'spl1'}]}
    declared = {**server, 'enable_tls': 'starttls', 'ca_src': str(pki.ca_path)}
    tasks: dict[str, dict[str, t.Any]] = {
        name: {'printops.infoprint.sendmemo_config': {**declared, 'hostname': f'{name}.example.com'}} for name in ('old', 'new')
    }
    tasks['rollback'] = {'printops.infoprint.sendmemo_rollback': {**server, 'try_before_commit': 'none'}}
    return record(Ansible(tmp_path_factory.mktemp('recorded') / 'controller'), in_both_modes(tasks))


@pytest.fixture
def host(tmp_path: pathlib.Path, programs: dict[str, Program]) -> Host:
    """A server that had two sets, and then another owner."""
    made = Host(tmp_path / 'pd', programs)
    for name in ('old', 'new'):
        made.run(name)
    os.chown(made.server, NEW, NEW)
    return made


def owners(path: pathlib.Path) -> set[tuple[int, int]]:
    return {(one.lstat().st_uid, one.lstat().st_gid) for one in (path, *path.rglob('*'))}


def test_everything_in_it_is_given_to_the_new_owner_by_a_run_that_changes(host: Host) -> None:
    done = host.run('new')
    assert (done.server['changed'], done.codes) == (True, [])
    assert {one['kind'] for one in done.server['drift']} == {'owner', 'group'}
    assert owners(host.server) == {(NEW, NEW)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (host.server / BACKUPS).rglob('*')} == {0o700, 0o600}
    assert host.run('new').server['changed'] is False


def test_the_previous_set_is_there_for_the_new_owner(host: Host) -> None:
    back = host.run('rollback')
    assert (back.server['changed'], back.codes) == (True, [])
    assert b'old.example.com' in active_set(host.server)[CONFIG]
    assert owners(host.server) == {(NEW, NEW)}
    host.run('rollback')
    assert b'new.example.com' in active_set(host.server)[CONFIG]


def test_backups_in_a_folder_that_was_given_to_him_are_too(host: Host) -> None:
    os.chown(host.server / BACKUPS, NEW, NEW)
    assert host.run('old').server['changed']
    assert owners(host.server) == {(NEW, NEW)}
    assert host.run('old').server['changed'] is False


def test_the_lock_of_the_former_owner_does_not_stop_it(host: Host) -> None:
    (host.server / LOCK).touch(0o600)
    os.chown(host.server / LOCK, OWNER, OWNER)
    assert host.run('new', *LOCK_FILES).server['changed']
    assert not (host.server / LOCK).exists()


def plant_a_directory_of_root(host: Host) -> pathlib.Path:
    path = host.server / BACKUPS / 'private'
    path.mkdir(0o700)
    return path


def plant_one_that_others_write_in(host: Host) -> pathlib.Path:
    (host.server / BACKUPS).chmod(0o730)
    return host.server / BACKUPS


@pytest.mark.parametrize('plant', [plant_a_directory_of_root, plant_one_that_others_write_in])
def test_what_may_be_another_s_is_named_and_given_to_nobody(host: Host, plant: t.Callable[[Host], pathlib.Path]) -> None:
    path = plant(host)
    before = owners(host.server)
    refused = host.run('new')
    assert (refused.server['changed'], refused.codes) == (False, ['write_failed'])
    assert f'{path} belongs to another user' in refused.server['problems'][0]['message']
    assert owners(host.server) == before


@pytest.mark.parametrize('name, codes', [(CONFIG, []), ('manifest.json', ['write_failed'])], ids=['configuration', 'manifest'])
def test_a_file_that_is_not_what_its_manifest_says_is_not_given(host: Host, name: str, codes: list[str]) -> None:
    secret, path = host.base / 'secret', host.kept() / name
    secret.write_text('{}')
    path.unlink()
    path.hardlink_to(secret)
    assert host.run('new').codes == codes
    assert (secret.stat().st_uid, path.stat().st_uid) == (0, 0)


def test_who_is_not_root_names_the_backups(tmp_path: pathlib.Path, programs: dict[str, Program]) -> None:
    host = Host(tmp_path / 'pd', programs)
    host.run('old')
    os.chown(host.server / BACKUPS, 0, 0)
    refused = host.run('new', *AS_OWNER)
    assert refused.codes == ['write_failed']
    assert f'{host.server / BACKUPS} could not be written' in refused.server['problems'][0]['message']
