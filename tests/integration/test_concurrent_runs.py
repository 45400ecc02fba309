# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Two runs at once on one server end in one of the two states, each reports what it did, and who reads meanwhile finds
whole sets only."""

from __future__ import annotations

import os
import pathlib
import sys
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.playbook import Ansible
from support.pythons import target_pythons
from support.server_files import CONFIG, FileSet, active_set, left_behind
from support.target_program import BASE, Answer, Program, record

from .conftest import Pki

pytestmark = pytest.mark.serial

ROUNDS = 50
AT_ONCE = 5  # rounds, each in a place of its own: most of a run's time is spent asleep, before old trust files go
STATES = ('one', 'two', 'absent')  # what a server may have before, and what is asked for at the same time
PAIRS = (('one', 'two'), ('two', 'one'), ('one', 'one'), ('absent', 'two'), ('one', 'absent'))


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    folder = tmp_path_factory.mktemp('recorded')
    (folder / 'ca.pem').write_bytes(b'# overlap\n' + pki.authority.pem)
    (folder / 'crl.pem').write_bytes(pki.authority.crl([]))
    common = {'base_dir': BASE, 'enable_tls': 'starttls', 'servers': [{'name': 'spl1'}]}
    sets = {
        'one': {'ca_src': str(pki.ca_path), 'crl_src': str(pki.crl_path), 'hostname': 'one.example.com'},
        'two': {'ca_src': str(folder / 'ca.pem'), 'crl_src': str(folder / 'crl.pem'), 'hostname': 'two.example.com'},
        'absent': {'servers': [{'name': 'spl1', 'state': 'absent'}]},
    }
    tasks = {name: {'printops.infoprint.sendmemo_config': {**common, **options}} for name, options in sets.items()}
    return record(Ansible(folder / 'controller'), tasks)


class Site:
    """A print host, with the programs to run on it and the files that each leads to."""

    def __init__(self, base: pathlib.Path, programs: dict[str, Program], python: pathlib.Path | str) -> None:
        self.base = base
        self.server = base / 'spl1'
        self.server.mkdir(parents=True)
        if os.geteuid() == 0:
            os.chown(self.server, 61234, 61234)
        self.programs = programs
        self.python = python

    def run(self, name: str) -> Answer:
        return self.programs[name].run(self.python, self.base)

    def make(self, name: str) -> FileSet:
        self.programs[name].run(self.python, self.base, pause=False)
        return active_set(self.server)


class Reader:
    """Reads the set again and again, as sendmemo does, while runs go on; keeps each that it found."""

    def __init__(self, server: pathlib.Path) -> None:
        self.server = server
        self.found: list[FileSet] = []
        self.faults: list[Exception] = []
        self.stop = threading.Event()

    def read(self) -> None:
        while not self.stop.wait(0.001):
            try:
                found = active_set(self.server)
            except OSError as error:
                self.faults.append(error)
                return
            if found not in self.found:
                self.found.append(found)


def reported(answer: Answer) -> tuple[bool, frozenset[tuple[str | None, ...]]]:
    """Return what a run says it did: whether it changed the set, and the names and the host name that it found and set."""
    drift = answer.server['drift']
    kinds = frozenset(
        (one.get('keyword') or pathlib.Path(one['file']).name, one['kind'], one.get('before'), one.get('after')) for one in drift
    )
    return answer.server['changed'], kinds


def test_two_runs_at_once_end_in_one_of_two_states_and_report_the_truth(
    tmp_path: pathlib.Path, programs: dict[str, Program], record_property: t.Callable[[str, object], None]
) -> None:
    pythons = list(target_pythons().values()) or [pathlib.Path(sys.executable)]
    scratch = Site(tmp_path / 'scratch', programs, sys.executable)
    sets = {name: scratch.make(name) for name in STATES}
    # What a run reports that finds one state and is to make another.
    truth = {}
    for before in STATES:
        for after in STATES:
            scratch.make(before)
            truth[before, after] = reported(programs[after].run(sys.executable, scratch.base, pause=False))

    def take(number: int) -> str:
        pair, before = PAIRS[number % len(PAIRS)], STATES[number // len(PAIRS) % len(STATES)]
        site = Site(tmp_path / str(number), programs, pythons[number % len(pythons)])
        site.make(before)
        reader = Reader(site.server)
        with ThreadPoolExecutor(3) as pool:
            reading = pool.submit(reader.read)
            runs = [pool.submit(site.run, name) for name in pair]
            answers = [run.result() for run in runs]
            reader.stop.set()
            reading.result()
        assert reader.faults == []
        assert all(found in (sets[before], sets[pair[0]], sets[pair[1]]) for found in reader.found), 'a reader met a mixture'
        assert [answer.codes for answer in answers] == [[], []]
        first_first = (truth[before, pair[0]], truth[pair[0], pair[1]], sets[pair[1]])
        second_first = (truth[pair[1], pair[0]], truth[before, pair[1]], sets[pair[0]])
        what_is = (reported(answers[0]), reported(answers[1]), active_set(site.server))
        assert what_is in (first_first, second_first), f'{pair} on {before}: neither one after the other'
        assert left_behind(site.server) == []
        return 'first' if what_is == first_first else 'second'

    with ThreadPoolExecutor(AT_ONCE) as pool:
        orders = list(pool.map(take, range(ROUNDS)))
    record_property('orders', {order: orders.count(order) for order in set(orders)})
    print(f'{ROUNDS} rounds: the first began {orders.count("first")} times')
    assert sets['one'][CONFIG] != sets['two'][CONFIG]


def test_a_run_waits_for_another_bounded_and_says_so(tmp_path: pathlib.Path, programs: dict[str, Program]) -> None:
    site = Site(tmp_path / 'pd', programs, sys.executable)
    holder, waiter = (
        Program(programs[name].arguments, programs[name].text.replace(old, new))
        for name, old, new in (('one', b'GRACE = 1.0', b'GRACE = 4.0'), ('two', b'LOCK_WAIT = 30.0', b'LOCK_WAIT = 1.0'))
    )
    site.make('two')
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(holder.run, sys.executable, site.base)
        while b'one.example.com' not in active_set(site.server)[CONFIG]:
            assert not first.done()
        second = waiter.run(sys.executable, site.base)
        first.result()
    assert second.codes == ['write_failed']
    assert 'Another process holds the lock' in second.server['problems'][0]['message']
    assert second.server['changed'] is False
    assert second.seconds < 5
    assert b'one.example.com' in active_set(site.server)[CONFIG]
