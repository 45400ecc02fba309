# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What one run against a fleet costs: wall time, and CPU of the controller and the hosts apart."""

from __future__ import annotations

import collections
import os
import pathlib
import subprocess
import threading
import time
import typing as t

from bench.results import Cost
from fleet.box import MAIL_HOST, Fleet

CONTROLLER = 'controller'
TICKS = os.sysconf('SC_CLK_TCK')
SECONDS = 900
SETTLE_SECONDS = 20
PAUSE = 0.05
IDLE_HOST = 2  # processes, beside those of sshd: the first one, and what it sleeps by
SSHD = 'sshd'  # what the names of its processes begin with: one listens, the others have a connection each


class RunFailedError(Exception):
    """The run did not end well; the message has its output."""


class Processes:
    """The processes of a fleet, by where they run: a host's name, or CONTROLLER for what is in no host."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._names = {self._namespace(str(pid)): name for name, pid in fleet.pids.items()}

    def _namespace(self, pid: str) -> str:
        return str((self._fleet.proc / pid / 'ns' / 'pid').readlink())

    def each(self) -> t.Iterator[tuple[str, pathlib.Path]]:
        """Yield where it runs, and its directory of /proc, of every process that does not end meanwhile."""
        for directory in self._fleet.proc.iterdir():
            if directory.name.isdigit():
                try:
                    yield self._names.get(self._namespace(directory.name), CONTROLLER), directory
                except OSError:
                    continue

    def seconds(self) -> dict[str, float]:
        """Return the CPU time spent so far at each place: that of its processes, and of those that they waited for."""
        spent: dict[str, float] = collections.defaultdict(float)
        for place, directory in self.each():
            # By proc(5): utime, stime, cutime and cstime are fields 14 to 17; the second one may hold blanks.
            fields = (directory / 'stat').read_text().rpartition(')')[2].split()
            spent[place] += sum(map(int, fields[11:15])) / TICKS
        return spent

    def settle(self, *, warm: bool) -> None:
        """Wait until the hosts are idle, each with a connection (`warm`) or none: only then is all they spent counted."""
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            programs: dict[str, list[str]] = {name: [] for name in self._fleet.hosts}
            for place, directory in self.each():
                if place in programs:
                    programs[place].append(_name(directory))
            busy = [name for name, running in programs.items() if not _is_idle(running, warm)]
            if not busy:
                return
            if time.monotonic() > end:
                raise RunFailedError(f'not idle {"with" if warm else "without"} a connection: {", ".join(busy)}')
            time.sleep(PAUSE)


def _name(directory: pathlib.Path) -> str:
    """Return the name of a process, '' where it has ended meanwhile."""
    try:
        return (directory / 'comm').read_text().strip()
    except OSError:
        return ''


def _is_idle(running: t.Sequence[str], warm: bool) -> bool:
    of_sshd = sum(name.startswith(SSHD) for name in running)
    return (of_sshd > 1) == warm and len(running) - of_sshd <= IDLE_HOST


def execute(fleet: Fleet, command: t.Sequence[str], directory: pathlib.Path, environment: t.Mapping[str, str]) -> float:
    """Run a command on the controller and return the seconds that it took. Raises RunFailedError, with its output."""
    output = directory / 'output.txt'
    began = time.monotonic()
    with output.open('wb') as stream:
        done = subprocess.run(
            [*fleet.controller, *command],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            timeout=SECONDS,
            check=False,
        )
    wall = time.monotonic() - began
    if done.returncode:
        raise RunFailedError(f'{" ".join(command)}\n{output.read_text(errors="replace")[-4000:]}')
    return wall


def measure(
    fleet: Fleet, command: t.Sequence[str], directory: pathlib.Path, environment: t.Mapping[str, str], *, warm: bool = False
) -> Cost:
    """Run a command on the controller and return what it cost. Raises RunFailedError.

    Before it no connection is open; or, where it is to be `warm`, one to each host, which the caller has opened.
    """
    processes = Processes(fleet)
    if not warm:
        fleet.disconnect()
    processes.settle(warm=warm)
    before, own = processes.seconds(), os.times()
    wall = execute(fleet, command, directory, environment)
    ended = os.times()
    if not warm:
        fleet.disconnect()
    processes.settle(warm=warm)
    after = processes.seconds()
    # ssh's masters outlive the run: they count as they are, or by the fleet's supervisor, which has waited for them.
    controller = ended.children_user + ended.children_system - own.children_user - own.children_system
    return Cost(
        wall,
        controller + after[CONTROLLER] - before[CONTROLLER],
        sum(after[name] - before[name] for name in fleet.hosts),
        after[MAIL_HOST] - before[MAIL_HOST],
    )


class Memory:
    """Watches, between `with` and its end, how much memory the controller's programs have; `peak` is in bytes.

    It is the sum of their proportional set sizes: what forked workers share counts once. Watching costs time, so a run that is
    watched is not one that is timed.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._processes = Processes(fleet)
        self._own = {directory.name for place, directory in self._processes.each() if place == CONTROLLER}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak = 0

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(PAUSE):
            self.peak = max(
                self.peak,
                sum(
                    proportional(directory)
                    for place, directory in self._processes.each()
                    if place == CONTROLLER and directory.name not in self._own
                ),
            )


def proportional(directory: pathlib.Path) -> int:
    """Return the proportional set size of a process, 0 where it has ended meanwhile."""
    try:
        lines = (directory / 'smaps_rollup').read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith('Pss:'))
