# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the benchmark: for each scenario a fleet, all its contenders in turn, so that what disturbs one disturbs all."""

from __future__ import annotations

import json
import pathlib
import stat
import tempfile
import typing as t

from bench.commands import Commands, server_names
from bench.contenders import CONTENDERS, SSH, Contender
from bench.measure import Memory, RunFailedError, execute, measure
from bench.results import Cost, Login, Measured, Result
from bench.scenarios import Scenario
from fleet.box import Fleet, Plan

SLOW_ROUNDS = 3  # at most, of what is slow
FILES_OF_SERVER = 3  # its configuration, CA file and CRL

# The regular files of all InfoPrint servers: host and path; inode and time of the last change.
Files = dict[tuple[str, str], tuple[int, int]]


class Tools(t.NamedTuple):
    """What the benchmark needs that is not in its own environment.

    pyinfra: the directory of pyinfra's programs. python: the hosts' Python (None = this machine's /usr/bin/python3).
    """

    pyinfra: pathlib.Path
    python: pathlib.Path | None


class Bench:
    """One scenario's fleet, and the runs on it."""

    def __init__(self, scenario: Scenario, fleet: Fleet, directory: pathlib.Path, tools: Tools) -> None:
        self._scenario = scenario
        self._fleet = fleet
        self._commands = Commands(scenario, fleet, directory, tools.pyinfra)
        self._recipient = 0

    def run(self, contender: Contender) -> Cost:
        """Run a contender once; return what it cost. Raises RunFailedError, also where it did not do what it is to do."""
        if contender.fresh:
            for host in self._fleet.hosts.values():
                host.make_servers()
        if contender.warm:
            execute(self._fleet, *self._commands.of(CONTENDERS['raw'], ''))
        before = self._files()
        self._recipient += 1
        recipient = f'operators{self._recipient}@example.com'
        cost = measure(self._fleet, *self._commands.of(contender, recipient), warm=contender.warm)
        self._check_files(contender, before)
        if contender.mails:
            self._check_mails(recipient)
        if contender.report:
            self._check_report()
        return cost

    def peak(self, contender: Contender) -> int | None:
        """Run a contender once more, for the memory of the controller alone; None where that takes too long or says nothing."""
        if contender.slow or contender.warm or contender.program == SSH:
            return None
        with Memory(self._fleet) as memory:
            self.run(contender)
        return memory.peak

    def login(self) -> Login:
        """Return what a login is on this fleet."""
        return self._commands.login()

    def _files(self) -> Files:
        return {
            (name, str(path)): (status.st_ino, status.st_mtime_ns)
            for name, host in self._fleet.hosts.items()
            for path in host.path('/var/pd').rglob('*')
            if stat.S_ISREG((status := path.lstat()).st_mode)
        }

    def _check_files(self, contender: Contender, before: Files) -> None:
        after = self._files()
        least = FILES_OF_SERVER * self._scenario.servers * self._scenario.hosts
        if contender.fresh and len(after) < least:
            raise RunFailedError(f'{contender.title}: {len(after)} files, not {least} or more')
        if not contender.fresh and after != before:
            differ = sorted(name for name, _state in before.items() ^ after.items())
            raise RunFailedError(f'{contender.title} changed something: {differ[:5]}')

    def _check_mails(self, recipient: str) -> None:
        mails = len(self._fleet.postfix.mails(recipient))
        if mails != self._scenario.hosts * self._scenario.servers:
            raise RunFailedError(f'{mails} mails came, not one of each server')

    def _check_report(self) -> None:
        hosts = json.loads((self._commands.report / 'report.json').read_text())['hosts']
        if len(hosts) != self._scenario.hosts:
            raise RunFailedError(f'the report has {len(hosts)} hosts')


def run(scenario: Scenario, rounds: int, tools: Tools, say: t.Callable[[str], None]) -> Result:
    """Return what all contenders of a scenario cost in so many rounds."""
    names = server_names(scenario)
    plans = {f'print{number + 1:03}': Plan(tools.python, servers=names) for number in range(scenario.hosts)}
    costs: dict[str, list[Cost]] = {name: [] for name in scenario.contenders}
    with tempfile.TemporaryDirectory(prefix='infoprint-bench-') as directory, Fleet(plans) as fleet:
        bench = Bench(scenario, fleet, pathlib.Path(directory), tools)
        login = bench.login()
        bench.run(CONTENDERS['first'])  # warms the disk cache
        for number in range(rounds):
            for name, some in costs.items():
                if CONTENDERS[name].slow and number >= SLOW_ROUNDS:
                    continue
                some.append(bench.run(CONTENDERS[name]))
                say(f'{scenario.title}: round {number + 1}, {name}: {_brief(some[-1])}')
        measured = {name: Measured(tuple(some), bench.peak(CONTENDERS[name])) for name, some in costs.items()}
    return Result(scenario, measured, login)


def _brief(cost: Cost) -> str:
    return f'{cost.wall:.2f} s, controller {cost.controller:.2f} s, hosts {cost.hosts:.2f} s'
