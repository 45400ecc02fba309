# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The owner of a server stops what runs with his rights (SIGSTOP): the run ends within its limit all the same, nothing of it is
left, and another owner's server is served."""

from __future__ import annotations

import pathlib
import socket
import typing as t

import pytest

from support.config_site import Site
from support.mail_server_process import MailServer
from support.owners import ALICE, BOB, Owners
from support.playbook import Ansible, Run, hosts, local_host
from support.server_files import let_pass
from support.sshd import Sshd
from support.steps import alone

from .conftest import Pki

TASK_SECONDS = 12


@pytest.fixture
def silent_port() -> t.Iterator[int]:
    """A mail server that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(20)
        yield listener.getsockname()[1]


@pytest.fixture
def site(ansible: Ansible, owners: Owners, tmp_path: pathlib.Path, pki: Pki) -> Site:
    """The server spl1 is Alice's, spl2 is Bob's; both are configured."""
    let_pass(tmp_path)
    site = Site(tmp_path / 'pd', pki.ca_path, pki.crl_path)
    for server, owner in (('spl1', ALICE), ('spl2', BOB)):
        owners.give(site.base / server, owner)
    assert alone(ansible, site.run())['failed'] is False
    return site


@pytest.mark.parametrize('way', ['local', 'ssh'])
def test_a_proof_of_another_owner_is_reported_though_a_child_is_stopped(
    site: Site,
    ansible: Ansible,
    way: str,
    owners: Owners,
    mail_server: MailServer,
    silent_port: int,
    request: pytest.FixtureRequest,
) -> None:
    host = local_host()
    if way == 'ssh':
        sshd: Sshd = request.getfixturevalue('sshd')
        host = sshd.host('root')
    servers = [{'name': 'spl1', 'smtp_port': silent_port}, {'name': 'spl2', 'smtp_port': mail_server.ports['smtps']}]
    task = {
        'name': 'Send',
        'timeout': TASK_SECONDS,
        'printops.infoprint.send_memo': {
            'base_dir': str(site.base),
            'servers': servers,
            'smtp_host': 'localhost',
            'until': 'handshake',
            'timeout': 3,
        },
    }
    run, stopped = attacked(ansible, owners, task, host)
    entries = {entry['name']: entry for entry in run.results('print1', 'Send')[0].result['servers']}
    assert entries['spl2']['ok'] is True, run.output
    assert [problem['code'] for problem in entries['spl1']['problems']] == ['program_failed'], run.output
    assert 'did not answer in time' in entries['spl1']['problems'][0]['message']
    assert stopped


def test_a_change_of_another_owner_is_made_though_a_child_is_stopped(
    site: Site, ansible: Ansible, owners: Owners, mail_server: MailServer, silent_port: int
) -> None:
    before = site.config().read_bytes()
    servers = [
        {'name': 'spl1', 'smtp_port': silent_port},
        {'name': 'spl2', 'enable_tls': 'smtps', 'smtp_port': mail_server.ports['smtps']},
    ]
    options = {**site.options, 'hostname': 'other.example.com', 'smtp_host': 'localhost', 'servers': servers}
    options.update(try_before_commit='handshake', timeout=3)
    task = {'name': 'Send', 'timeout': TASK_SECONDS, 'printops.infoprint.sendmemo_config': options}
    run, stopped = attacked(ansible, owners, task, local_host())
    entries = {entry['name']: entry for entry in run.results('print1', 'Send')[0].result['servers']}
    assert (entries['spl1']['changed'], entries['spl2']['changed']) == (False, True), run.output
    assert site.config().read_bytes() == before
    assert site.settings('spl2')['Hostname'] == 'other.example.com'
    assert stopped


def attacked(ansible: Ansible, owners: Owners, task: dict[str, t.Any], host: dict[str, t.Any]) -> tuple[Run, int]:
    """Run a task while Alice stops all that is hers; return how often she did. Nothing of hers is left but what she runs."""
    with owners.attack('stop') as attack:
        run = ansible.playbook([{'hosts': 'all', 'gather_facts': False, 'tasks': [task]}], hosts(print1=host), timeout=60)
        left = owners.processes_of(ALICE)
    assert run.seconds < TASK_SECONDS + 10
    assert [line for line in left if f'{ALICE} stop' not in line] == []
    assert 'Traceback' not in run.output
    return run, attack.count
