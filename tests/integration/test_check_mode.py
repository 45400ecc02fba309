# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check mode predicts exactly what a run then does, and touches nothing: not even a time of a directory."""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import pytest

from support import mounts as mounts_support
from support.mounts import Mounts
from support.playbook import Ansible, hosts, local_host
from support.print_host import OWNER, Host, in_both_modes
from support.server_files import BACKUPS, CONFIG, tree
from support.target_program import BASE, Program, record

from .conftest import Pki, need

SERVERS = {'servers': [{'name': 'spl1'}]}


@pytest.fixture(scope='module')
def tasks(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, t.Any]]:
    folder = tmp_path_factory.mktemp('sets')
    (folder / 'ca.pem').write_bytes(b'# overlap\n' + pki.authority.pem)
    common = {'base_dir': BASE, 'enable_tls': 'starttls', **SERVERS}
    sets: dict[str, dict[str, t.Any]] = {
        'old': {'ca_src': str(pki.ca_path), 'crl_src': str(pki.crl_path), 'hostname': 'old.example.com'},
        'new': {'ca_src': str(folder / 'ca.pem'), 'crl_src': str(pki.crl_path), 'hostname': 'new.example.com'},
        'new without backup': {'ca_src': str(folder / 'ca.pem'), 'hostname': 'new.example.com', 'backup': False},
        'of nobody': {'owner': 'no-such-user-here'},
        'of another': {'owner': '61235', 'group': '61236', 'mode': '0644'},
        'of another who keeps it': {'owner': '61235', 'group': '61236', 'mode': '0640'},
        'absent': {'servers': [{'name': 'spl1', 'state': 'absent'}]},
    }
    found = {name: {'printops.infoprint.sendmemo_config': {**common, **options}} for name, options in sets.items()}
    back = {'base_dir': BASE, **SERVERS, 'try_before_commit': 'none'}
    return {**found, 'rollback': {'printops.infoprint.sendmemo_rollback': back}}


@pytest.fixture(scope='module')
def programs(tasks: dict[str, dict[str, t.Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    need('' if os.geteuid() == 0 else 'only root works in the directory of another')
    return record(Ansible(tmp_path_factory.mktemp('recorded') / 'controller'), in_both_modes(tasks))


@pytest.fixture
def host(tmp_path: pathlib.Path, programs: dict[str, Program]) -> Host:
    return Host(tmp_path / 'pd', programs)


def write(host: Host, name: str, content: str) -> None:
    path = host.server / name
    path.write_text(content)
    os.chown(path, OWNER, OWNER)


def rewrite(host: Host, old: str, new: str) -> None:
    text = host.config.read_text()
    assert old in text
    host.config.write_text(text.replace(old, new))


def replace(path: pathlib.Path, make: t.Callable[[pathlib.Path], object]) -> None:
    path.unlink()
    make(path)


# What a host has had, what then happens to it, and what is run: a change that no other table has is predicted as well.
SITUATIONS: dict[str, tuple[tuple[str, ...], t.Callable[[Host], object], str]] = {
    'nothing is there': ((), lambda host: None, 'new'),
    'nothing is to be done': (('new',), lambda host: None, 'new'),
    'another set': (('old',), lambda host: None, 'new'),
    'another set, without a backup': (('old',), lambda host: None, 'new without backup'),
    'files made by hand': ((), lambda host: (write(host, CONFIG, 'CAFile = own.pem\n'), write(host, 'own.pem', 'own')), 'new'),
    'a keyword was changed': (('new',), lambda host: rewrite(host, 'EnableTLS = 1', 'EnableTLS = 0'), 'new'),
    'a comment was changed': (('new',), lambda host: rewrite(host, '# TLS settings', '# tls settings'), 'new'),
    'a keyword is there twice': (('new',), lambda host: rewrite(host, 'EnableTLS = 1', 'EnableTLS = 1\nEnableTLS = 1'), 'new'),
    'a line is no setting': (('new',), lambda host: rewrite(host, 'EnableTLS = 1', 'EnableTLS'), 'new'),
    'the configuration is empty': (('new',), lambda host: write(host, CONFIG, ''), 'new'),
    'the configuration is no text': (('new',), lambda host: host.config.write_bytes(bytes(range(256))), 'new'),
    'the mode was changed': (('new',), lambda host: host.config.chmod(0o600), 'new'),
    'the owner may not read it': (('new',), lambda host: host.config.chmod(0), 'new'),
    'the owner was changed': (('new',), lambda host: os.chown(host.config, 0, 0), 'new'),
    'another is to own it': (('new',), lambda host: None, 'of another'),
    'another is to keep it': (('new',), lambda host: None, 'of another who keeps it'),
    'an owner that is not there': (('new',), lambda host: None, 'of nobody'),
    'the configuration is gone': (('new',), lambda host: host.config.unlink(), 'new'),
    'the configuration is a link': (
        ('new',), lambda host: replace(host.config, lambda path: path.symlink_to('elsewhere')), 'new'),
    'the configuration is a pipe': (('new',), lambda host: replace(host.config, os.mkfifo), 'new'),
    'the configuration is a directory': (('new',), lambda host: replace(host.config, pathlib.Path.mkdir), 'new'),
    'the CA is gone': (('new',), lambda host: host.trust(0).unlink(), 'new'),
    'the CA was changed': (('new',), lambda host: host.trust(0).write_text('nothing'), 'new'),
    'the CA is a link': (('new',), lambda host: replace(host.trust(0), lambda path: path.symlink_to(CONFIG)), 'new'),
    'the CA is a directory': (('new',), lambda host: replace(host.trust(0), pathlib.Path.mkdir), 'new'),
    'the CRL has another mode': (('new',), lambda host: host.trust(1).chmod(0o666), 'new'),
    'a killed run left things': (
        ('new',), lambda host: [write(host, name, 'x') for name in (f'.{CONFIG}.{"0" * 16}.new', f'sendmemo-ca-{"0" * 16}.pem')],
        'new'),
    'the backups are a file': (('old',), lambda host: (shutil.rmtree(host.server / BACKUPS), write(host, BACKUPS, '')), 'new'),
    'the owner may not write': (('old',), lambda host: host.server.chmod(0o555), 'new'),
    'the owner may not write, nor need he': (('new',), lambda host: host.server.chmod(0o555), 'new'),
    'the working directory is gone': (('old',), lambda host: shutil.rmtree(host.server), 'new'),
    'the working directory is a link': (
        ('old',), lambda host: (host.server.rename(host.base / 'real'), host.server.symlink_to(host.base / 'real')), 'new'),
    'a set is to go': (('old',), lambda host: None, 'absent'),
    'no set is to go': ((), lambda host: None, 'absent'),
    'a set is to go, and a directory is in the way': (
        ('old',), lambda host: (host.server / f'sendmemo-ca-{"0" * 16}.pem').mkdir(), 'absent'),
    'a set is to go from where the owner may not write': (('old',), lambda host: host.server.chmod(0o555), 'absent'),
    'back to another set': (('old', 'new'), lambda host: None, 'rollback'),
    'back to nothing': (('old',), lambda host: None, 'rollback'),
    'back, and no backup is there': (('old',), lambda host: shutil.rmtree(host.server / BACKUPS), 'rollback'),
    'back, and the owner may not write': (('old', 'new'), lambda host: host.server.chmod(0o555), 'rollback'),
}  # fmt: skip


@pytest.mark.parametrize('situation', SITUATIONS)
def test_what_is_predicted_is_what_happens(host: Host, situation: str) -> None:
    had, harm, name = SITUATIONS[situation]
    for one in had:
        assert host.do(one).server['changed']
    harm(host)
    host.run(name)


def test_rights_that_keep_the_server_from_its_files_are_refused(host: Host) -> None:
    refused = host.run('of another who keeps it')
    assert (refused.codes, refused.server['changed']) == (['invalid_value'], False)
    assert 'owner 61235, group 61236, mode 0640' in refused.text
    assert not any(host.server.iterdir())


def test_a_read_only_file_system_is_predicted(host: Host) -> None:
    need(mounts_support.why_not())
    with Mounts() as mounts:
        mounts.tmpfs(host.server, f'size=1m,uid={OWNER},mode=755')
        assert host.do('old', *mounts.command).server['changed']
        mounts.remount(host.server, 'ro')
        assert host.run('new', *mounts.command).codes == ['write_failed']


@pytest.mark.every_core
def test_a_playbook_in_check_mode_leaves_no_trace(host: Host, tasks: dict[str, dict[str, t.Any]], ansible: Ansible) -> None:
    for name in ('new', 'old'):
        assert host.do(name).server['changed']
    listed = [
        {'name': name, 'ignore_errors': True, module: {**options, 'base_dir': str(host.base)}}
        for name, task in tasks.items()
        for module, options in task.items()
    ]
    before = tree(host.base, listed=True)
    play = {'hosts': 'all', 'gather_facts': False, 'tasks': listed}
    run = ansible.playbook([play], hosts(print1=local_host()), '--check', '--diff')
    assert tree(host.base, listed=True) == before
    assert {one.task: one.result['changed'] for one in run.task_results} == {
        name: name not in ('old', 'of nobody', 'of another who keeps it') for name in tasks
    }
