# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A file system that has no room, no more inodes, a limit or no wish to be written keeps the old set, and says why."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

import pytest

from support import mounts as mounts_support
from support.mounts import Mounts
from support.playbook import Ansible, hosts, local_host
from support.server_files import FileSet, active_set, left_behind, tree
from support.target_program import BASE, Answer, Program, record

from .conftest import Pki, need

OWNER = 61234
PAGE = 4096  # what tmpfs counts in
CA_PAGES = 3  # of an old CA file, and of a new one


@pytest.fixture(scope='module')
def sets(pki: Pki) -> dict[str, dict[str, t.Any]]:
    """The options that make an old set and a new one; a CA file takes up CA_PAGES."""
    text = b'# one of the lines that the tools of a CA write\n' * (CA_PAGES * PAGE // 48 - 20)
    return {
        name: {'ca_content': (b'# %s\n' % name.encode() + text + pki.authority.pem).decode(), 'crl_src': str(pki.crl_path),
               'hostname': f'{name}.example.com', 'enable_tls': 'starttls', 'servers': [{'name': 'spl1'}]}
        for name in ('old', 'new')
    }  # fmt: skip


@pytest.fixture(scope='module')
def programs(sets: dict[str, dict[str, t.Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    need(mounts_support.why_not())
    tasks = {name: {'printops.infoprint.sendmemo_config': {'base_dir': BASE, **options}} for name, options in sets.items()}
    return record(Ansible(tmp_path_factory.mktemp('recorded') / 'controller'), tasks)


@pytest.fixture
def mounts() -> t.Iterator[Mounts]:
    need(mounts_support.why_not())
    with Mounts() as made:
        yield made


class Host:
    """A print host whose server's working directory is a file system of its own, or is to become one."""

    def __init__(self, base: pathlib.Path, mounts: Mounts, programs: dict[str, Program]) -> None:
        self.base = base
        self.server = base / 'spl1'
        self.server.mkdir(parents=True)
        os.chown(self.server, OWNER, OWNER)
        self.mounts = mounts
        self.programs = programs

    def run(self, name: str, *wrapper: str) -> Answer:
        return self.programs[name].run(sys.executable, self.base, *self.mounts.command, *wrapper, pause=False)

    @property
    def server_here(self) -> pathlib.Path:
        return self.mounts.path_here(self.server)

    def begin(self, begin: str, options: str) -> FileSet:
        """Mount a new file system without a limit; with the old set where that is to be active. Return what is."""
        self.mounts.tmpfs(self.server, f'{options},uid={OWNER},gid={OWNER},mode=755')
        if begin == 'old':
            assert self.run('old').server['changed']
        return active_set(self.server_here)

    def refused(self, answer: Answer, old: FileSet, cause: str) -> bool:
        """Return False where the set was changed, True where it was not, and all is well then: reported, whole, and as before."""
        if answer.server['changed']:
            assert answer.codes == []
            assert active_set(self.server_here) != old
            assert left_behind(self.server_here) == []
            return False
        assert answer.codes == ['write_failed'], answer.text
        problem = answer.server['problems'][0]
        assert str(self.server) in problem['message']
        assert cause in problem['message']
        assert problem['file'].startswith(str(self.server))
        assert active_set(self.server_here) == old
        assert left_behind(self.server_here) == []
        return True


@pytest.fixture
def host(tmp_path: pathlib.Path, mounts: Mounts, programs: dict[str, Program]) -> Host:
    return Host(tmp_path / 'pd', mounts, programs)


LIMITS = {
    # Options without a limit and with one, and what is needed: by a first converge; by another CA, the old set's backup included.
    # One of them is the mark of the change.
    'bytes': ('size=16m', lambda used, more: f'size={(used + more) * PAGE}', (CA_PAGES + 4, 2 * CA_PAGES + 5)),
    'inodes': ('nr_inodes=1000', lambda used, more: f'nr_inodes={used + more}', (7, 8)),
}


@pytest.mark.parametrize('begin', ['nothing', 'old'])
@pytest.mark.parametrize('limit', LIMITS)
def test_a_full_file_system_of_any_size_keeps_the_old_set_until_there_is_room(host: Host, limit: str, begin: str) -> None:
    unlimited, limited, takes = LIMITS[limit]
    needed = takes[begin == 'old']
    outcomes = []
    for more in range(needed + 2):
        old = host.begin(begin, unlimited)
        status = os.statvfs(host.server_here)
        used = status.f_blocks - status.f_bfree if limit == 'bytes' else status.f_files - status.f_ffree
        host.mounts.remount(host.server, limited(used, max(more, used == 0)))
        outcomes.append(host.refused(host.run('new'), old, 'No space left on device'))
        if outcomes[-1]:
            host.mounts.remount(host.server, unlimited)
            assert not host.refused(host.run('new'), old, ''), 'with room the next run recovers'
        host.mounts.unmount(host.server)
    assert outcomes == sorted(outcomes, reverse=True), 'more room never makes it worse'
    assert outcomes.count(True) == needed
    assert not outcomes[-1]


@pytest.mark.parametrize('begin', ['nothing', 'old'])
def test_a_limit_for_files_keeps_the_old_set(host: Host, begin: str) -> None:
    old = host.begin(begin, 'size=16m')
    sizes = [0, 1, 300, 1000, PAGE, CA_PAGES * PAGE - 1000]
    assert all(host.refused(host.run('new', 'prlimit', f'--fsize={size}'), old, 'File too large') for size in sizes)
    assert not host.refused(host.run('new', 'prlimit', f'--fsize={16 * PAGE}'), old, '')


@pytest.mark.parametrize('begin', ['nothing', 'old'])
def test_a_read_only_file_system_is_reported_only_where_something_would_change(host: Host, begin: str) -> None:
    old = host.begin(begin, 'size=16m')
    host.mounts.remount(host.server, 'ro')
    before = tree(host.server_here)
    assert host.refused(host.run('new'), old, 'Read-only file system')
    if begin == 'old':
        unchanged = host.run('old')
        assert (unchanged.server['changed'], unchanged.codes) == (False, [])
    assert tree(host.server_here) == before


def test_a_configuration_that_must_not_be_changed_stays(tmp_path: pathlib.Path, host: Host) -> None:
    need('' if shutil.which('chattr') else 'not installed: chattr')
    assert host.run('old').server['changed']
    old = active_set(host.server)
    config = host.server / 'sendmemo-ssl.cfg'
    if subprocess.run(['chattr', '+i', str(config)], capture_output=True, check=False).returncode:
        need(f'no immutable files on the file system of {tmp_path}')
    try:
        assert host.refused(host.run('new'), old, 'Operation not permitted')
    finally:
        subprocess.run(['chattr', '-i', str(config)], check=True)
    assert not host.refused(host.run('new'), old, '')


@pytest.mark.parametrize(('options', 'cause'), [('size=24k', 'No space left on device'), ('ro', 'Read-only file system')])
def test_a_playbook_reports_what_an_operator_has_to_know(
    host: Host, sets: dict[str, dict[str, t.Any]], ansible: Ansible, options: str, cause: str
) -> None:
    old = host.begin('old', 'size=16m')
    host.mounts.remount(host.server, options)
    task = {'name': 'Configure', 'printops.infoprint.sendmemo_config': {'base_dir': str(host.base), **sets['new']}}
    python = ' '.join([*host.mounts.command, sys.executable])
    run = ansible.playbook(
        [{'hosts': 'all', 'gather_facts': False, 'tasks': [task]}], hosts(print1=local_host(ansible_python_interpreter=python))
    )
    found = run.results('print1', 'Configure')[0]
    assert found.status == 'failed', run.output
    assert 'spl1: not changed' in found.result['msg']
    assert cause in found.result['msg']
    assert 'Free disk space or allow writing' in found.result['msg']
    assert active_set(host.server_here) == old
    assert left_behind(host.server_here) == []
