# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check mode predicts exactly what a run then does, and touches nothing: not even a time of a directory."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
import typing as t

import pytest

from support import mounts as mounts_support
from support.mounts import Mounts
from support.playbook import Ansible, hosts, local_host
from support.server_files import BACKUPS, CONFIG, let_pass, named_in, tree
from support.target_program import BASE, Answer, Program, record

from .conftest import Pki, need

OWNER = 61234
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
def programs(tasks: dict[str, dict[str, t.Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Program, Program]]:
    """Return each program in check mode and as it runs."""
    need('' if os.geteuid() == 0 else 'only root works in the directory of another')
    both = {(name, check): {**task, 'check_mode': check} for name, task in tasks.items() for check in (True, False)}
    recorded = record(Ansible(tmp_path_factory.mktemp('recorded') / 'controller'), {f'{key}': task for key, task in both.items()})
    return {name: (recorded[f'{(name, True)}'], recorded[f'{(name, False)}']) for name in tasks}


class Site:
    """A print host with a server."""

    def __init__(self, base: pathlib.Path, programs: dict[str, tuple[Program, Program]]) -> None:
        self.base = base
        self.server = base / 'spl1'
        self.server.mkdir(parents=True)
        os.chown(self.server, OWNER, OWNER)
        let_pass(self.server)
        self.programs = programs

    @property
    def config(self) -> pathlib.Path:
        return self.server / CONFIG

    def trust(self, number: int) -> pathlib.Path:
        return self.server / named_in(self.config.read_bytes())[number]

    def write(self, name: str, content: str) -> None:
        path = self.server / name
        path.write_text(content)
        os.chown(path, OWNER, OWNER)

    def rewrite(self, old: str, new: str) -> None:
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def replace(self, path: pathlib.Path, make: t.Callable[[pathlib.Path], object]) -> None:
        path.unlink()
        make(path)

    def run(self, name: str, *wrapper: str, check: bool = False) -> Answer:
        return self.programs[name][not check].run(sys.executable, self.base, *wrapper, pause=False)


# What a site has had, what then happens to it, and what is run: a change that no other table has is predicted as well.
SITUATIONS: dict[str, tuple[tuple[str, ...], t.Callable[[Site], object], str]] = {
    'nothing is there': ((), lambda site: None, 'new'),
    'nothing is to be done': (('new',), lambda site: None, 'new'),
    'another set': (('old',), lambda site: None, 'new'),
    'another set, without a backup': (('old',), lambda site: None, 'new without backup'),
    'files made by hand': ((), lambda site: (site.write(CONFIG, 'CAFile = own.pem\n'), site.write('own.pem', 'own')), 'new'),
    'a keyword was changed': (('new',), lambda site: site.rewrite('EnableTLS = 1', 'EnableTLS = 0'), 'new'),
    'a comment was changed': (('new',), lambda site: site.rewrite('# TLS settings', '# tls settings'), 'new'),
    'a keyword is there twice': (('new',), lambda site: site.rewrite('EnableTLS = 1', 'EnableTLS = 1\nEnableTLS = 1'), 'new'),
    'a line is no setting': (('new',), lambda site: site.rewrite('EnableTLS = 1', 'EnableTLS'), 'new'),
    'the configuration is empty': (('new',), lambda site: site.write(CONFIG, ''), 'new'),
    'the configuration is no text': (('new',), lambda site: site.config.write_bytes(bytes(range(256))), 'new'),
    'the mode was changed': (('new',), lambda site: site.config.chmod(0o600), 'new'),
    'the owner may not read it': (('new',), lambda site: site.config.chmod(0), 'new'),
    'the owner was changed': (('new',), lambda site: os.chown(site.config, 0, 0), 'new'),
    'another is to own it': (('new',), lambda site: None, 'of another'),
    'another is to keep it': (('new',), lambda site: None, 'of another who keeps it'),
    'an owner that is not there': (('new',), lambda site: None, 'of nobody'),
    'the configuration is gone': (('new',), lambda site: site.config.unlink(), 'new'),
    'the configuration is a link': (
        ('new',), lambda site: site.replace(site.config, lambda path: path.symlink_to('elsewhere')), 'new'),
    'the configuration is a pipe': (('new',), lambda site: site.replace(site.config, os.mkfifo), 'new'),
    'the configuration is a directory': (('new',), lambda site: site.replace(site.config, pathlib.Path.mkdir), 'new'),
    'the CA is gone': (('new',), lambda site: site.trust(0).unlink(), 'new'),
    'the CA was changed': (('new',), lambda site: site.trust(0).write_text('nothing'), 'new'),
    'the CA is a link': (('new',), lambda site: site.replace(site.trust(0), lambda path: path.symlink_to(CONFIG)), 'new'),
    'the CA is a directory': (('new',), lambda site: site.replace(site.trust(0), pathlib.Path.mkdir), 'new'),
    'the CRL has another mode': (('new',), lambda site: site.trust(1).chmod(0o666), 'new'),
    'a killed run left things': (
        ('new',), lambda site: [site.write(name, 'x') for name in (f'.{CONFIG}.{"0" * 16}.new', f'sendmemo-ca-{"0" * 16}.pem')],
        'new'),
    'the backups are a file': (('old',), lambda site: (shutil.rmtree(site.server / BACKUPS), site.write(BACKUPS, '')), 'new'),
    'the owner may not write': (('old',), lambda site: site.server.chmod(0o555), 'new'),
    'the owner may not write, nor need he': (('new',), lambda site: site.server.chmod(0o555), 'new'),
    'the working directory is gone': (('old',), lambda site: shutil.rmtree(site.server), 'new'),
    'the working directory is a link': (
        ('old',), lambda site: (site.server.rename(site.base / 'real'), site.server.symlink_to(site.base / 'real')), 'new'),
    'a set is to go': (('old',), lambda site: None, 'absent'),
    'no set is to go': ((), lambda site: None, 'absent'),
    'a set is to go, and a directory is in the way': (
        ('old',), lambda site: (site.server / f'sendmemo-ca-{"0" * 16}.pem').mkdir(), 'absent'),
    'a set is to go from where the owner may not write': (('old',), lambda site: site.server.chmod(0o555), 'absent'),
    'back to another set': (('old', 'new'), lambda site: None, 'rollback'),
    'back to nothing': (('old',), lambda site: None, 'rollback'),
    'back, and no backup is there': (('old',), lambda site: shutil.rmtree(site.server / BACKUPS), 'rollback'),
    'back, and the owner may not write': (('old', 'new'), lambda site: site.server.chmod(0o555), 'rollback'),
}  # fmt: skip


def prediction(answer: Answer) -> dict[str, t.Any]:
    """Return of an answer what is to be the same in check mode and in the run."""
    assert 'error' not in answer.given, answer.given
    server = answer.server
    return {
        'problem': answer.given.get('problem'), 'changed': server.get('changed'), 'drift': server.get('drift'),
        'problems': server.get('problems')}  # fmt: skip


@pytest.mark.parametrize('situation', SITUATIONS)
def test_what_is_predicted_is_what_happens(tmp_path: pathlib.Path, programs: t.Any, situation: str) -> None:
    had, harm, name = SITUATIONS[situation]
    site = Site(tmp_path / 'pd', programs)
    for one in had:
        assert site.run(one).server['changed']
    harm(site)
    before = tree(site.base, listed=True)
    predicted = site.run(name, check=True)
    assert tree(site.base, listed=True) == before
    assert prediction(site.run(name)) == prediction(predicted)


@pytest.mark.parametrize('check', [True, False])
def test_rights_that_keep_the_server_from_its_files_are_refused(tmp_path: pathlib.Path, programs: t.Any, check: bool) -> None:
    site = Site(tmp_path / 'pd', programs)
    refused = site.run('of another who keeps it', check=check)
    assert (refused.codes, refused.server['changed']) == (['invalid_value'], False)
    assert 'owner 61235, group 61236, mode 0640' in refused.text
    assert not any(site.server.iterdir())


def test_a_read_only_file_system_is_foreseen(tmp_path: pathlib.Path, programs: t.Any) -> None:
    need(mounts_support.why_not())
    with Mounts() as mounts:
        site = Site(tmp_path / 'pd', programs)
        mounts.tmpfs(site.server, f'size=1m,uid={OWNER},mode=755')
        assert site.run('old', *mounts.command).server['changed']
        mounts.remount(site.server, 'ro')
        predicted = site.run('new', *mounts.command, check=True)
        assert predicted.codes == ['write_failed']
        assert prediction(site.run('new', *mounts.command)) == prediction(predicted)


@pytest.mark.every_core
def test_a_playbook_in_check_mode_leaves_no_trace(
    tmp_path: pathlib.Path, programs: t.Any, tasks: dict[str, dict[str, t.Any]], ansible: Ansible
) -> None:
    site = Site(tmp_path / 'pd', programs)
    for name in ('new', 'old'):
        assert site.run(name).server['changed']
    listed = [
        {'name': name, 'ignore_errors': True, module: {**options, 'base_dir': str(site.base)}}
        for name, task in tasks.items()
        for module, options in task.items()
    ]
    before = tree(site.base, listed=True)
    play = {'hosts': 'all', 'gather_facts': False, 'tasks': listed}
    run = ansible.playbook([play], hosts(print1=local_host()), '--check', '--diff')
    assert tree(site.base, listed=True) == before
    assert {one.task: one.result['changed'] for one in run.task_results} == {
        name: name not in ('old', 'of nobody', 'of another who keeps it') for name in tasks
    }
