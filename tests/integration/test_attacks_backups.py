# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups that an owner plants cost no more than this collection's, and another owner's server is served."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import pwd
import sys
import typing as t

import pytest

from support.owners import ALICE, BOB, Owners
from support.playbook import Ansible
from support.server_files import BACKUPS, CONFIG, active_set, let_pass
from support.target_program import BASE, Answer, Program, record

from .conftest import Pki

MOST_SECONDS = 10
MEMORY = ('prlimit', '--as=500000000')
MANIFEST = 'manifest.json'


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    folder = tmp_path_factory.mktemp('recorded')
    common = {'base_dir': BASE, 'servers': [{'name': 'alice'}, {'name': 'bob'}]}
    declared = {**common, 'enable_tls': 'starttls', 'ca_src': str(pki.ca_path), 'crl_src': str(pki.crl_path)}
    hostnames = {'old': 'old.example.com', 'new': 'new.example.com'}
    tasks = {name: {'printops.infoprint.sendmemo_config': {**declared, 'hostname': one}} for name, one in hostnames.items()}
    back = {'printops.infoprint.sendmemo_rollback': {**common, 'try_before_commit': 'none'}}
    return record(Ansible(folder / 'controller'), {**tasks, 'back': back})


@pytest.fixture
def base(owners: Owners, tmp_path: pathlib.Path, programs: dict[str, Program]) -> pathlib.Path:
    """Alice's server has one set and no backup that differs, Bob's has two sets."""
    let_pass(tmp_path)
    base = tmp_path / 'pd'
    for server, user in (('alice', ALICE), ('bob', BOB)):
        (base / server).mkdir(parents=True)
        owners.give(base / server, user)
    for name in ('old', 'new'):
        assert programs[name].run(sys.executable, base, pause=False).server['changed']
    return base


def manifest_of(server: pathlib.Path, size: int = 0) -> bytes:
    """Return a manifest of the active set, padded to a size."""
    digests = {name: {'sha256': hashlib.sha256(content).hexdigest()} for name, content in active_set(server).items()}
    manifest = {'format': 1, 'files': digests, 'settings': {f'k{number}': [] for number in range(size // 12)}}
    text = json.dumps(manifest)
    return text.encode() + b' ' * max(0, size - len(text))


def plant(server: pathlib.Path, number: int, manifest: bytes) -> None:
    """Plant so many sets, of links to one manifest, dated in the future."""
    top = server / BACKUPS
    first = top / 'first'
    first.write_bytes(manifest)
    for one in range(number):
        folder = top / f'2099{one // 10000:04d}T000000Z-{one % 10000:04d}'
        folder.mkdir()
        os.link(first, folder / MANIFEST)
    entry = pwd.getpwnam(ALICE)
    for path in (top, *top.rglob('*')):
        os.chown(path, entry.pw_uid, entry.pw_gid)


def run(program: Program, base: pathlib.Path) -> dict[str, dict[str, t.Any]]:
    """Run a program in little memory; return what it answers by server."""
    answer: Answer = program.run(sys.executable, base, *MEMORY, pause=False)
    assert answer.seconds < MOST_SECONDS, answer.text
    assert 'answer' in answer.given, answer.text
    return {entry['name']: entry for entry in answer.given['answer']['servers']}


@pytest.mark.parametrize(
    ('number', 'size'),
    [(1500, 250_000), (1500, 15_000), (20_000, 0)],
    ids=['1500 large manifests', '1500 small manifests', '20000 empty manifests'],
)
def test_planted_backups_cost_a_run_next_to_nothing(
    base: pathlib.Path, programs: dict[str, Program], number: int, size: int
) -> None:
    plant(base / 'alice', number, manifest_of(base / 'alice', size))
    back = run(programs['back'], base)
    assert [problem['code'] for problem in back['alice']['problems']] == ['no_previous_set']
    assert (back['bob']['changed'], back['bob']['problems']) == (True, [])
    again = run(programs['new'], base)
    assert (again['alice']['changed'], again['alice']['problems']) == (False, [])
    assert (again['bob']['changed'], again['bob']['problems']) == (True, [])
    assert (base / 'alice' / CONFIG).read_bytes() == (base / 'bob' / CONFIG).read_bytes()
