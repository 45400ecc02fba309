# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command of each contender on one fleet, and the files that it needs: inventories, playbooks, trust files."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import ansible_mitogen

from bench import login
from bench.contenders import MITOGEN, PYINFRA, SSH, Contender
from bench.results import Login
from bench.scenarios import FORKS, Scenario
from fleet.box import MAIL_NAME, Fleet
from fleet.layer import PRINT_USER
from support.pki import Authority
from support.playbook import Ansible

# The time-out is only for a busy machine: Mitogen's logins begin together, and 10 seconds may be too short for the last one.
SETTINGS = f'[defaults]\nforks = {FORKS}\ntimeout = 60\n[connection]\npipelining = true\n'
PLAYBOOK = pathlib.Path(sys.executable).parent / 'ansible-playbook'
BY_PYINFRA = pathlib.Path(__file__).resolve().parent / 'by_pyinfra'
MITOGEN_SETTINGS = {
    'ANSIBLE_STRATEGY': 'mitogen_linear',
    'ANSIBLE_STRATEGY_PLUGINS': str(pathlib.Path(ansible_mitogen.__file__).parent / 'plugins' / 'strategy'),
}
# Certificates in a CA file of 200 kB, and entries of a CRL of 84 kB.
BIG_AUTHORITIES, BIG_CRL_ENTRIES = 290, 1750


class Command(t.NamedTuple):
    """A command for the controller, the directory that it runs in, and its whole environment."""

    words: list[str]
    directory: pathlib.Path
    environment: dict[str, str]


class Commands:
    """The commands for one fleet. `pyinfra` is the directory of pyinfra's programs; `directory` is where they all run."""

    def __init__(self, scenario: Scenario, fleet: Fleet, directory: pathlib.Path, pyinfra: pathlib.Path) -> None:
        self._fleet = fleet
        self._pyinfra = pyinfra / 'pyinfra'
        self._ansible = Ansible(directory / 'controller', settings=SETTINGS)
        self.directory = self._ansible.directory
        self.report = self.directory / 'fleet-report'
        self._ca, self._crl = self._write_trust_files(scenario.big)
        self._servers = server_names(scenario)
        self._write_inventories()

    def of(self, contender: Contender, recipient: str) -> Command:
        """Return a contender's command; its mails go to `recipient`."""
        more = MITOGEN_SETTINGS if contender.program == MITOGEN else {}
        if contender.report:
            more = {
                'ANSIBLE_CALLBACKS_ENABLED': 'printops.infoprint.fleet_report',
                'INFOPRINT_REPORT_DIRECTORY': str(self.report),
            }
        words = {SSH: self._by_ssh, PYINFRA: self._by_pyinfra}.get(contender.program, self._by_ansible)(contender, recipient)
        return Command(words, self.directory, self._ansible.environment(**more))

    def login(self) -> Login:
        """Return what a login is, by a try on one host."""
        environment = self._ansible.environment()
        python = self._pyinfra.parent / 'python'
        versions = subprocess.run(
            [str(python), '-c', 'import paramiko, importlib.metadata as m; print(m.version("pyinfra"), paramiko.__version__)'],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        host = next(iter(self._fleet.hosts.values())).address
        exec_true = [str(self._pyinfra), '--debug-all', '--limit', host, str(self._pyinfra_inventory), 'exec', '--', 'true']
        return login.discover(self._fleet, exec_true, 'pyinfra {} with paramiko {}'.format(*versions), environment)

    def _by_ansible(self, contender: Contender, recipient: str) -> list[str]:
        playbook = contender.playbook
        if not isinstance(playbook, str):
            path = self.directory / 'playbook.json'
            path.write_text(json.dumps(playbook))
            playbook = str(path)
        variables = {'sendmemo_tls_verify_recipients': [recipient], **contender.variables}
        return [str(PLAYBOOK), '-i', 'hosts.json', playbook, '-e', json.dumps(variables), *contender.arguments]

    def _by_pyinfra(self, contender: Contender, _recipient: str) -> list[str]:
        # By --no-wait a host does not wait for the others after each file.
        options = ['--yes', '--no-wait', '--parallel', str(FORKS), '--chdir', str(BY_PYINFRA)]
        return [str(self._pyinfra), *options, str(self._pyinfra_inventory), *contender.arguments]

    def _by_ssh(self, _contender: Contender, _recipient: str) -> list[str]:
        """One login for each host, as many at the same time as Ansible has forks."""
        return ['xargs', '-a', str(self._addresses), '-P', str(FORKS), '-I', '{}', *login.ssh(self._fleet), '{}', 'true']

    def _write_trust_files(self, big: bool) -> tuple[pathlib.Path, pathlib.Path]:
        authority = self._fleet.authority
        ca, crl = self.directory / 'ca.pem', self.directory / 'crl.pem'
        ca.write_bytes(authority.pem)
        crl.write_bytes(authority.crl())
        if big:
            more = [Authority(f'Public CA {number}') for number in range(BIG_AUTHORITIES)]
            ca.write_bytes(b''.join([authority.pem, *(other.pem for other in more)]))
            revoked = authority.issue(['revoked.example.com']).certificate
            crl.write_bytes(authority.crl([revoked] * BIG_CRL_ENTRIES))
        return ca, crl

    def _write_inventories(self) -> None:
        addresses = [host.address for host in self._fleet.hosts.values()]
        inventory = self._fleet.inventory(
            sendmemo_tls_ca_src=str(self._ca),
            sendmemo_tls_crl_src=str(self._crl),
            sendmemo_tls_smtp_host=MAIL_NAME,
            sendmemo_tls_smtp_port=587,
            sendmemo_tls_servers=[{'name': name} for name in self._servers],
        )
        (self.directory / 'hosts.json').write_text(json.dumps(inventory))
        self._addresses = self.directory / 'addresses.txt'
        self._addresses.write_text(''.join(f'{address}\n' for address in addresses))
        # paramiko knows no patterns in a known_hosts file.
        key = (self._fleet.directory / 'host_key.pub').read_text()
        known = self.directory / 'known_hosts'
        known.write_text(''.join(f'{address} {key}' for address in addresses))
        data = {
            'ssh_user': 'root',
            'ssh_key': self._fleet.variables['ansible_ssh_private_key_file'],
            'ssh_known_hosts_file': str(known),
            'ssh_strict_host_key_checking': 'yes',
            'ssh_allow_agent': False,
            'ssh_look_for_keys': False,
            'mail_tls_ca': str(self._ca),
            'mail_tls_crl': str(self._crl),
            'mail_tls_owner': PRINT_USER,
            'mail_tls_servers': list(self._servers),
        }
        self._pyinfra_inventory = self.directory / 'inventory.py'
        self._pyinfra_inventory.write_text(f'print_servers = ({addresses!r}, {data!r})\n')


def server_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the InfoPrint servers that each host of a scenario has."""
    return tuple(f'spl{number + 1}' for number in range(scenario.servers))
