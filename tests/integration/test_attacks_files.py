# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files in a directory of Alice's that are declared to be Bob's: she gets no hold of them on the way."""

from __future__ import annotations

import os
import pathlib
import pwd
import struct
import sys

import pytest

from support.owners import ALICE, BOB, Owners
from support.playbook import Ansible
from support.server_files import CONFIG, let_pass, named_in
from support.target_program import BASE, Program, record

from .conftest import Pki, need

ROUNDS = 16


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    folder = tmp_path_factory.mktemp('recorded')
    declared = {
        'base_dir': BASE,
        'servers': [{'name': 'spl1'}],
        'enable_tls': 'starttls',
        'ca_src': str(pki.ca_path),
        'crl_src': str(pki.crl_path),
        'owner': BOB,
        'group': BOB,
        'mode': '0664',
    }
    hostnames = {'old': 'old.example.com', 'new': 'new.example.com'}
    tasks = {name: {'printops.infoprint.sendmemo_config': {**declared, 'hostname': one}} for name, one in hostnames.items()}
    return record(Ansible(folder / 'controller'), tasks)


@pytest.fixture
def base(owners: Owners, tmp_path: pathlib.Path) -> pathlib.Path:
    let_pass(tmp_path)
    base = tmp_path / 'pd'
    (base / 'spl1').mkdir(parents=True)
    owners.give(base / 'spl1', ALICE)
    return base


def test_a_file_that_is_given_to_another_was_never_its_directory_s_owner_s(
    base: pathlib.Path, owners: Owners, programs: dict[str, Program]
) -> None:
    with owners.attack('seize', base / 'spl1') as attack:
        for number in range(ROUNDS):
            answer = programs[('old', 'new')[number % 2]].run(sys.executable, base, pause=False)
            assert answer.server['changed'], answer.text
    assert attack.count == 0
    config = base / 'spl1' / CONFIG
    for path in (config, *(base / 'spl1' / name for name in named_in(config.read_bytes()))):
        assert (path.owner(), path.group(), path.stat().st_nlink) == (BOB, BOB, 1)
        assert b'seized' not in path.read_bytes()


@pytest.mark.parametrize('umask', ['000', '077', '0777'])
def test_no_umask_has_a_say(base: pathlib.Path, programs: dict[str, Program], umask: str) -> None:
    for name, expected in (('old', True), ('new', True), ('new', False)):
        answer = programs[name].run(sys.executable, base, 'sh', '-c', f'umask {umask}; exec "$@"', 'sh', pause=False)
        assert (answer.server['changed'], answer.codes) == (expected, [])
    assert (base / 'spl1' / CONFIG).stat().st_mode & 0o7777 == 0o664


def test_a_default_acl_of_the_directory_gives_nobody_more_than_the_mode(
    base: pathlib.Path, owners: Owners, programs: dict[str, Program]
) -> None:
    # acl(5) as the kernel's extended attribute has it: version 2, then tag, permissions and id of each entry.
    nobody = 0xFFFFFFFF
    entries = [(1, 7, nobody), (2, 7, pwd.getpwnam(ALICE).pw_uid), (4, 7, nobody), (16, 7, nobody), (32, 7, nobody)]
    rule = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)
    try:
        os.setxattr(base / 'spl1', 'system.posix_acl_default', rule)
    except OSError as error:
        need(f'the file system of {base} has no ACLs: {error.strerror}')
    answer = programs['new'].run(sys.executable, base, pause=False)
    assert answer.server['changed'], answer.text
    config = base / 'spl1' / CONFIG
    assert 'system.posix_acl_access' not in os.listxattr(config)
    assert config.stat().st_mode & 0o777 == 0o664
