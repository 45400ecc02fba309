# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The reports of real runs over a small fleet, first when all is well, then with a host in each kind of trouble."""

from __future__ import annotations

import json
import pathlib
import typing as t

from .mail_server_process import MailServer
from .playbook import Ansible, Run, hosts, local_host

CALLBACK = 'printops.infoprint.fleet_report'
MANY = 12  # servers of the host print7, more than an alert takes for one cause
LOST = 'a mail that gets lost'
HOSTS = tuple(f'print{number}' for number in range(1, 8))
# Nothing answers there: refused at once.
GONE = {
    'ansible_connection': 'ssh',
    'ansible_host': '127.0.0.1',
    'ansible_port': 1,
    'ansible_ssh_common_args': '-o ConnectTimeout=5',
}


class MonitoredFleet:
    """Seven print hosts on this machine. `well` and `broken` are the directories of the reports of two runs, made by `run`."""

    def __init__(
        self, ansible: Ansible, directory: pathlib.Path, variables: t.Mapping[str, t.Any], mail_server: MailServer
    ) -> None:
        self.ansible = ansible
        self.directory = directory
        self.mail_server = mail_server
        self.well, self.broken = directory / 'well', directory / 'broken'
        self._common = {
            **variables,
            'sendmemo_tls_enable_tls': 'smtps',
            'sendmemo_tls_smtp_host': '127.0.0.1',
            'sendmemo_tls_smtp_port': mail_server.ports['smtps'],
            'sendmemo_tls_hostname': '{{ inventory_hostname }}.example.com',
            'sendmemo_tls_verify_recipients': ['print-ops@example.com'],
            'sendmemo_tls_confirm': True,
            'sendmemo_tls_confirm_maildir': str(mail_server.maildir),
            'sendmemo_tls_confirm_timeout': 2,
        }

    def run(self) -> None:
        """Converge the fleet when all is well; then break it, audit one host and verify the others."""
        for host in HOSTS:
            for server in _servers(host):
                (self.directory / host / server).mkdir(parents=True)
        self._play(self.well, [_imported('converge')])
        before = (self.well / 'report.json').read_bytes()
        self.broken.mkdir()
        (self.broken / 'report.json').write_bytes(before)
        for host, keyword in (('print3', 'EnableTLS = 0'), ('print5', 'Hostname = other.example.com')):
            self._edit(host, keyword)
        ports = self.mail_server.ports
        trouble: dict[str, dict[str, t.Any]] = {
            'print2': {'sendmemo_tls_smtp_port': ports['expired']},
            'print3': {'sendmemo_tls_smtp_port': ports['plain']},
            'print4': GONE,
            'print6': {'sendmemo_tls_verify_subject': LOST},
            'print7': {'sendmemo_tls_smtp_port': 9},
        }
        self.mail_server.lose(LOST)
        self._play(
            self.broken,
            [
                _imported('audit', target='print5'),
                _imported('verify', target='print_servers:!print5'),
            ],
            trouble,
        )
        self.mail_server.lose('')

    def _play(self, report: pathlib.Path, plays: list[dict[str, t.Any]], trouble: t.Mapping[str, t.Any] | None = None) -> Run:
        inventory = hosts(**{host: local_host(**{**self._variables(host), **(trouble or {}).get(host, {})}) for host in HOSTS})
        return self.ansible.playbook(
            plays, inventory, '-e', 'serial=100%', callbacks=(CALLBACK,), INFOPRINT_REPORT_DIRECTORY=str(report)
        )

    def _variables(self, host: str) -> dict[str, t.Any]:
        of_host = {
            'sendmemo_tls_base_dir': str(self.directory / host),
            'sendmemo_tls_servers': [{'name': server} for server in _servers(host)],
        }
        return {**self._common, **of_host}

    def _edit(self, host: str, line: str) -> None:
        """Change a keyword by hand."""
        path = self.directory / host / 'spl1' / 'sendmemo-ssl.cfg'
        keyword = line.partition(' = ')[0]
        path.write_text(
            ''.join(f'{line}\n' if old.startswith(f'{keyword} =') else f'{old}\n' for old in path.read_text().splitlines())
        )


def _servers(host: str) -> list[str]:
    return [f'spl{number}' for number in range(1, MANY + 1)] if host == 'print7' else ['spl1']


def _imported(playbook: str, **variables: t.Any) -> dict[str, t.Any]:
    return {'name': playbook, 'ansible.builtin.import_playbook': f'printops.infoprint.{playbook}', 'vars': variables}


def states(report: pathlib.Path) -> dict[str, str]:
    """Return the state of each server in a report.json, by `host server`."""
    found = json.loads((report / 'report.json').read_text())
    return {f'{host["name"]} {server["name"]}': server['state'] for host in found['hosts'] for server in host['servers']}
