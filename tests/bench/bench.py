# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the benchmark: for each scenario a fleet, all its contenders in turn, so that what disturbs one disturbs all."""

from __future__ import annotations

import json
import pathlib
import statistics
import sys
import tempfile
import typing as t

import ansible_mitogen

from bench.contenders import CONTENDERS, Contender
from bench.measure import Cost, Memory, RunFailedError, measure
from fleet.box import MAIL_NAME, Fleet, Plan
from support.pki import Authority
from support.playbook import Ansible

PROGRAM = pathlib.Path(sys.executable).parent / 'ansible-playbook'
MITOGEN = {
    'ANSIBLE_STRATEGY': 'mitogen_linear',
    'ANSIBLE_STRATEGY_PLUGINS': str(pathlib.Path(ansible_mitogen.__file__).parent / 'plugins' / 'strategy'),
}
FORKS = 25
SETTINGS = f'[defaults]\nforks = {FORKS}\n[connection]\npipelining = true\n'
# Certificates in a CA file of 200 kB, and entries of a CRL of 84 kB.
BIG_AUTHORITIES, BIG_CRL_ENTRIES = 290, 1750
COLLECTION = ('ping', 'converge', 'whole')


class Scenario(t.NamedTuple):
    """A fleet and what is run on it: `hosts` hosts with `servers` servers each, with small or big trust files."""

    hosts: int
    servers: int
    contenders: tuple[str, ...]
    big: bool = False

    @property
    def title(self) -> str:
        return f'{self.hosts} hosts, {self.servers} server{"s" if self.servers > 1 else ""} each' + (
            ', CA file of 200 kB and CRL of 84 kB' if self.big else ''
        )


class Measured(t.NamedTuple):
    """The medians of a contender, and the controller's peak memory in bytes (None = not measured)."""

    cost: Cost
    peak: int | None


FULL = (
    Scenario(50, 4, ('ping', 'raw', 'first', 'tried', 'converge', 'check', 'no proof', 'whole')),
    Scenario(
        10, 4, ('ping', 'hand first', 'hand', 'first', 'converge', 'whole', 'mitogen ping', 'mitogen hand', 'mitogen whole')
    ),
    Scenario(100, 4, COLLECTION),
    Scenario(50, 1, COLLECTION),
    Scenario(50, 16, COLLECTION),
    Scenario(50, 4, ('ping', 'first', 'converge', 'whole'), big=True),
)
SMALL = (Scenario(6, 1, tuple(CONTENDERS)),)


class Bench:
    """One scenario's fleet, and the runs on it."""

    def __init__(self, scenario: Scenario, fleet: Fleet, directory: pathlib.Path) -> None:
        self._scenario = scenario
        self._fleet = fleet
        self._ansible = Ansible(directory / 'controller', settings=SETTINGS)
        ca, crl = directory / 'ca.pem', directory / 'crl.pem'
        ca.write_bytes(fleet.authority.pem)
        crl.write_bytes(fleet.authority.crl())
        if scenario.big:
            more = [Authority(f'Public CA {number}') for number in range(BIG_AUTHORITIES)]
            ca.write_bytes(b''.join([fleet.authority.pem, *(authority.pem for authority in more)]))
            revoked = fleet.authority.issue(['revoked.example.com']).certificate
            crl.write_bytes(fleet.authority.crl([revoked] * BIG_CRL_ENTRIES))
        self._recipient = 0
        inventory = fleet.inventory(
            sendmemo_tls_ca_src=str(ca),
            sendmemo_tls_crl_src=str(crl),
            sendmemo_tls_smtp_host=MAIL_NAME,
            sendmemo_tls_smtp_port=587,
            sendmemo_tls_servers=[{'name': name} for name in _servers(scenario)],
        )
        self._directory = self._ansible.directory
        (self._directory / 'hosts.json').write_text(json.dumps(inventory))

    def run(self, contender: Contender) -> Cost:
        """Run a contender once; return what it cost. Raises RunFailedError, also where a mail is lacking."""
        if contender.fresh:
            for host in self._fleet.hosts.values():
                host.make_servers()
        playbook = contender.playbook
        if not isinstance(playbook, str):
            path = self._directory / 'playbook.json'
            path.write_text(json.dumps(playbook))
            playbook = str(path)
        self._recipient += 1
        recipient = f'operators{self._recipient}@example.com'
        variables = {'sendmemo_tls_verify_recipients': [recipient], **contender.variables}
        command = [str(PROGRAM), '-i', 'hosts.json', playbook, '-e', json.dumps(variables), *contender.arguments]
        environment = self._ansible.environment(**(MITOGEN if contender.mitogen else {}))
        cost = measure(self._fleet, command, self._directory, environment)
        mails = len(self._fleet.postfix.mails(recipient)) if contender.mails else 0
        if contender.mails and mails != self._scenario.hosts * self._scenario.servers:
            raise RunFailedError(f'{mails} mails came, not one of each server')
        return cost

    def peak(self, contender: Contender) -> int | None:
        """Run a contender once more, for the memory of the controller alone; None for one that takes too long for that."""
        if contender.slow:
            return None
        with Memory(self._fleet) as memory:
            self.run(contender)
        return memory.peak


def run(scenario: Scenario, rounds: int, python: pathlib.Path | None, say: t.Callable[[str], None]) -> dict[str, Measured]:
    """Return the medians of all contenders of a scenario."""
    plans = {f'print{number + 1:03}': Plan(python, servers=_servers(scenario)) for number in range(scenario.hosts)}
    costs: dict[str, list[Cost]] = {name: [] for name in scenario.contenders}
    with tempfile.TemporaryDirectory(prefix='infoprint-bench-') as directory, Fleet(plans) as fleet:
        bench = Bench(scenario, fleet, pathlib.Path(directory))
        bench.run(CONTENDERS['first'])  # warms the disk cache
        for number in range(rounds):
            for name, some in costs.items():
                some.append(bench.run(CONTENDERS[name]))
                say(f'{scenario.title}: round {number + 1}, {name}: {_brief(some[-1])}')
        return {name: Measured(_median(some), bench.peak(CONTENDERS[name])) for name, some in costs.items()}


def _servers(scenario: Scenario) -> tuple[str, ...]:
    return tuple(f'spl{number + 1}' for number in range(scenario.servers))


def _median(costs: t.Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


def _brief(cost: Cost) -> str:
    return f'{cost.wall:.2f} s, controller {cost.controller:.2f} s, hosts {cost.hosts:.2f} s'
