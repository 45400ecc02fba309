# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role takes a rollout back as an operator would: the files, the server's own attributes, a restart; and there again."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from support.mail_server_process import MailServer
from support.pd_programs import PdPrograms
from support.playbook import Ansible, Run, hosts, local_host

from .conftest import Pki

pytestmark = pytest.mark.every_core

TASK_ROLLBACK = 'Roll the servers back to their previous sets'
CONFIG = 'sendmemo-ssl.cfg'


class Host:
    """A print host with one server, whose attributes belong to its set."""

    def __init__(self, ansible: Ansible, directory: pathlib.Path, mail_server: MailServer, pki: Pki) -> None:
        self.ansible = ansible
        self.config = directory / 'pd' / 'spl1' / CONFIG
        self.config.parent.mkdir(parents=True)
        self.log = directory / 'restarted'
        self.programs = PdPrograms(directory / 'programs', {'spl1': {'smtp-server-host': '', 'smtp-server-port': ''}})
        ports = mail_server.ports
        self.starttls = {'sendmemo_tls_enable_tls': 'starttls', 'sendmemo_tls_smtp_port': ports['starttls']}
        self.smtps = {'sendmemo_tls_enable_tls': 'smtps', 'sendmemo_tls_smtp_port': ports['smtps']}
        self.active = {mode: (value, str(ports[mode])) for mode, value in (('starttls', '1'), ('smtps', '2'))}
        self.variables = local_host(
            sendmemo_tls_base_dir=str(directory / 'pd'),
            sendmemo_tls_servers=[{'name': 'spl1'}],
            sendmemo_tls_ca_src=str(pki.ca_path),
            sendmemo_tls_smtp_host='127.0.0.1',
            sendmemo_tls_manage_attributes=True,
            sendmemo_tls_pd_bin_dir=str(self.programs.bin_dir),
            sendmemo_tls_verify_recipients=['print-ops@example.com'],
            sendmemo_tls_verify='handshake',
            sendmemo_tls_restart_command=f'echo restarted >> {self.log}',
        )

    def run(self, playbook: str, *arguments: str, **variables: t.Any) -> Run:
        return self.ansible.playbook(f'printops.infoprint.{playbook}', hosts(print1={**self.variables, **variables}), *arguments)

    def state(self) -> tuple[str, str]:
        """Return the active EnableTLS and port."""
        found = re.search(r'^EnableTLS = (\d)$', self.config.read_text(), re.MULTILINE)
        assert found
        return found.group(1), self.programs.attributes('spl1')['smtp-server-port']

    def restarts(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


@pytest.fixture
def host(ansible: Ansible, tmp_path: pathlib.Path, mail_server: MailServer, pki: Pki) -> Host:
    return Host(ansible, tmp_path, mail_server, pki)


def test_a_rollout_is_taken_back_and_a_second_rollback_returns_to_it(host: Host) -> None:
    for variables in (host.starttls, host.smtps):
        run = host.run('converge', **variables)
        assert run.rc == 0, run.output
    assert host.state() == host.active['smtps']
    # What is declared meanwhile does not count.
    predicted = host.run('rollback', '--check', **host.smtps)
    assert predicted.rc == 0, predicted.output
    assert (predicted.stats['print1']['changed'], host.state(), host.restarts()) == (1, host.active['smtps'], 2)
    for number, mode in enumerate(('starttls', 'smtps', 'starttls')):
        run = host.run('rollback', **host.smtps)
        assert run.rc == 0, run.output
        assert host.state() == host.active[mode]
        assert host.restarts() == 3 + number


def test_without_a_previous_set_it_is_reported_and_nothing_happens(host: Host) -> None:
    host.run('converge', **host.starttls, sendmemo_tls_backup=False)
    run = host.run('rollback', **host.starttls)
    assert run.rc == 2
    codes = [problem['code'] for problem in run.results('print1', TASK_ROLLBACK)[0].result['problems']]
    assert 'no_previous_set' in codes
    assert (host.state(), host.restarts()) == (host.active['starttls'], 1)


def test_a_previous_set_that_can_no_longer_send_stays_where_it_is(host: Host, mail_server: MailServer) -> None:
    for variables in (host.starttls, host.smtps):
        host.run('converge', **variables)
    manifest = max(host.config.parent.glob('sendmemo-ssl.backups/*/manifest.json'))
    text = manifest.read_text()
    assert str(mail_server.ports['starttls']) in text
    manifest.write_text(text.replace(str(mail_server.ports['starttls']), str(mail_server.ports['plain'])))
    run = host.run('rollback', **host.smtps)
    assert run.rc == 2
    codes = [problem['code'] for problem in run.results('print1', TASK_ROLLBACK)[0].result['problems']]
    assert 'starttls_not_offered' in codes
    assert (host.state(), host.restarts()) == (host.active['smtps'], 2)
