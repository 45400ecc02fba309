# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Slices of a fleet on workers of which one dies and one is cut off: docs/examples/slices as it stands there, on Dask.

The workers and the print hosts are namespaces, each with an address of its own. In the simulation the workers are, and ten
thousand print hosts are not: they answer as one did, after a host's time.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
import typing as t

import pytest
import yaml

from bench.measure import CONTROLLER
from fleet import box
from support.fleet_memory import Memory
from support.mail_server_process import MailServer
from support.playbook import PROGRAMS, ROOT, Ansible
from support.runner_site import ANSIBLE, BY_SSH, COLLECTIONS, FINDS, host_variables, inventory, make_data
from support.simulated import PLUGINS, record

from .conftest import EVERYTHING, Pki, need

pytestmark = pytest.mark.serial

EXAMPLE = ROOT / 'docs' / 'examples' / 'slices'
SCHEDULER = 'tcp://10.213.0.1:8786'
WORKERS = ('worker1', 'worker2', 'worker3', 'worker4')
SERVERS = ('spl1', 'spl2', 'spl3', 'spl4')
REAL, SIMULATED = (100, 10_000) if EVERYTHING else (12, 240)
SLICES = 8 if EVERYTHING else 4  # of the simulation: beginning a slice costs more than fifty of its hosts
SECONDS = 3600 if EVERYTHING else 300
# As the page has them, but for the seconds.
SETTINGS = {
    'DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES': '0',
    'DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL': '60s' if EVERYTHING else '10s',
}
_MESSAGE_ID = re.compile(r'<?[0-9a-f]{16}\.[0-9a-f]+\.(\d{8}T\d{6})-(\d+)-(\d)@')


@contextlib.contextmanager
def workers_and(print_hosts: int) -> t.Iterator[box.Fleet]:
    """A fleet of the workers and so many print hosts."""
    need(box.why_not())
    plans = {f'print{number:03}': box.Plan(servers=('spl1',)) for number in range(1, print_hosts + 1)}
    with box.Fleet({**plans, **dict.fromkeys(WORKERS, box.Plan(servers=(), visible=ANSIBLE, size='1g'))}) as up:
        yield up


def controller(fleet: box.Fleet) -> tuple[str, ...]:
    """The words in front of a command on the controller that looks at its own processes."""
    return fleet.namespaces('net', 'mount', 'pid')


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started; one that entered a namespace has a child there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


class Cluster:
    """Dask's scheduler on the fleet's controller and a worker on each of WORKERS, between `with` and its end."""

    def __init__(self, fleet: box.Fleet, directory: pathlib.Path) -> None:
        self._fleet = fleet
        self._directory = directory
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        self._start('scheduler', controller(self._fleet), 'scheduler', '--host', SCHEDULER, '--no-dashboard')
        for name in WORKERS:
            enter = self._fleet[name].enter
            place = ('--local-directory', '/var/tmp/dask', '--pid-file', '/var/tmp/dask.pid')
            self._start(name, enter, 'worker', SCHEDULER, '--nthreads', '1', '--no-nanny', '--no-dashboard', *place)
        end_of_wait = time.monotonic() + 120
        while not all('Registered to' in (self._directory / f'{name}.log').read_text() for name in WORKERS):
            assert time.monotonic() < end_of_wait, self.logs()
            time.sleep(0.2)
        return self

    def _start(self, name: str, within: t.Sequence[str], *arguments: str) -> None:
        with (self._directory / f'{name}.log').open('wb') as log:
            command = [*within, str(PROGRAMS / 'dask'), *arguments]
            environment = {**FINDS, **SETTINGS, 'HOME': '/root', 'PYTHONDONTWRITEBYTECODE': '1'}
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)

    def __exit__(self, *exception: object) -> None:
        for process in self._processes:
            end(process)
        for name in WORKERS:
            self._fleet.link(self._fleet[name], 'up')

    def begun(self, name: str) -> bool:
        """Whether the worker does a slice: its directory is there as long as that takes."""
        return any(self._fleet[name].path('/tmp').glob('*/artifacts'))

    def kill(self, name: str) -> None:
        """End a worker, without a word. What it has started goes on, as after a crash of the worker alone."""
        self._fleet[name].run('kill', '-9', self._fleet[name].path('/var/tmp/dask.pid').read_text())

    def cut(self, name: str) -> None:
        self._fleet.link(self._fleet[name], 'down')

    def logs(self) -> str:
        return '\n'.join(f'{path.name}: {path.read_text()[-3000:]}' for path in self._directory.glob('*.log'))


class Done(t.NamedTuple):
    """How the run ended: its output, its report, the names of its jobs by slice, and how long it took."""

    output: str
    report: dict[str, t.Any]
    jobs: dict[int, list[str]]
    seconds: float


def run_slices(
    fleet: box.Fleet, directory: pathlib.Path, slices: int, faults: t.Sequence[t.Callable[[Cluster, str], None]], spread: float
) -> Done:
    """Run the example. Each fault strikes a worker at a random instant, within `spread` seconds after it has begun a slice."""
    instants: dict[str, float] = {}
    struck: list[str] = []
    with Cluster(fleet, directory) as cluster:
        began = time.monotonic()
        log = directory / 'slices.log'
        with log.open('wb') as stream:
            process = subprocess.Popen(
                [
                    *controller(fleet),
                    sys.executable,
                    EXAMPLE / 'slices.py',
                    SCHEDULER,
                    directory / 'data',
                    str(slices),
                    directory / 'out',
                ],
                cwd=directory,
                env={**FINDS, 'HOME': str(directory), 'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS)},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        try:
            while len(struck) < len(faults):
                now = time.monotonic()
                assert process.poll() is None, log.read_text() + cluster.logs()
                assert now - began < SECONDS, log.read_text() + cluster.logs()
                for name in WORKERS:
                    if name not in instants and len(instants) < len(faults) and cluster.begun(name):
                        instants[name] = now + random.uniform(0, spread)
                for name in [name for name, instant in instants.items() if instant <= now and name not in struck]:
                    faults[len(struck)](cluster, name)
                    struck.append(name)
                time.sleep(0.1)
            code = process.wait(SECONDS)
        finally:
            end(process)
        seconds = time.monotonic() - began
        output = f'{log.read_text()}\nlost: {struck}\n{cluster.logs()}'
    assert code == 0, output
    jobs: dict[int, list[str]] = collections.defaultdict(list)
    for ident, number in re.findall(r'^(\d+T\d+-(\d+)-\d) (?:0|handed on)$', output, re.MULTILINE):
        jobs[int(number)].append(ident)
    assert sorted(jobs) == list(range(1, slices + 1)), output
    handed_on = sum(map(len, jobs.values())) - slices
    assert handed_on >= len(faults), f'{handed_on} slices were handed on: {output}'
    report = json.loads((directory / 'out' / 'fleet-report' / 'report.json').read_text())
    return Done(output, report, jobs, seconds)


def environment() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((EXAMPLE / 'envvars').read_text())
    return found


def test_a_slice_whose_worker_is_lost_is_done_by_another(tmp_path: pathlib.Path) -> None:
    with workers_and(REAL) as fleet:
        hosts = {name: host for name, host in fleet.hosts.items() if name not in WORKERS}
        make_data(
            fleet,
            tmp_path / 'data',
            inventory(host_variables(hosts), 'lost@example.com', **BY_SSH),
            **environment(),
            ANSIBLE_FORKS='10',
        )
        for host in hosts.values():  # so that no slice of few hosts is done before its worker is lost
            host.path('/root/.bashrc').write_text('' if EVERYTHING else 'sleep 2\n')
        done = run_slices(fleet, tmp_path, 4, [Cluster.kill], 20 if EVERYTHING else 1)

        assert done.report['verdict'] == f'All {REAL} servers are proven. {REAL} of {REAL} hosts were checked.', done.output
        mails = fleet.postfix.mails('lost@example.com')
        names = [_MESSAGE_ID.match(mail['Message-ID']) for mail in mails]
        assert all(names), [mail['Message-ID'] for mail in mails]
        assert len({mail['Message-ID'] for mail in mails}) == len(mails), 'no name is of two mails'
        # Each host has sent from its own slice; some twice, in two tries.
        size = REAL // 4
        for mail, name in zip(mails, names, strict=True):
            number = int(re.search(r'on print(\d+)', mail['Subject'])[1])
            assert int(name[2]) == (number - 1) // size + 1
        assert {mail['Subject'] for mail in mails} == {
            f'InfoPrint server spl1 on {name}: test of outgoing mail' for name in hosts
        }


def test_ten_thousand_hosts(
    tmp_path: pathlib.Path, pki: Pki, mail_server: MailServer, record_property: t.Callable[[str, object], None]
) -> None:
    answers = record(
        Ansible(tmp_path / 'controller'),
        tmp_path / 'hosts',
        SERVERS,
        sendmemo_tls_ca_src=str(pki.ca_path),
        sendmemo_tls_crl_src=str(pki.crl_path),
        sendmemo_tls_smtp_host='localhost',
        sendmemo_tls_smtp_port=mail_server.ports['starttls'],
        sendmemo_tls_verify_recipients=['print-ops@example.com'],
    )
    with workers_and(0) as fleet:
        names = [f'print{number:05}' for number in range(1, SIMULATED + 1)]
        servers = {'ansible_connection': 'simulated', 'sendmemo_tls_servers': [{'name': name} for name in SERVERS]}
        make_data(
            fleet,
            tmp_path / 'data',
            inventory({name: {} for name in names}, 'thousands@example.com', **servers),
            **environment(),
            ANSIBLE_CONNECTION_PLUGINS=str(PLUGINS),
            ANSIBLE_FORKS='10',
            INFOPRINT_SIMULATED='../files/answers.json',
        )
        (tmp_path / 'data' / 'files' / 'answers.json').write_text(json.dumps({'seconds': 0.15, 'answers': answers}))
        with Memory(fleet, (CONTROLLER, *WORKERS)) as memory:
            done = run_slices(fleet, tmp_path, SLICES, [Cluster.kill, Cluster.cut], 60 if EVERYTHING else 2)

        assert done.report['verdict'] == (
            f'All {SIMULATED * len(SERVERS)} servers are proven. {SIMULATED:,} of {SIMULATED:,} hosts were checked.'
        ), done.output
        assert [host['name'] for host in done.report['hosts']] == names
        lines = [line.split() for name in WORKERS for line in fleet[name].path('/var/tmp/proofs').read_text().splitlines()]
        assert len({message_id for _host, message_id in lines}) == len(lines), 'no name is of two mails'
        assert all(count >= len(SERVERS) for count in collections.Counter(host for host, _message_id in lines).values())
        size = SIMULATED // SLICES
        for host, message_id in lines:
            assert int(_MESSAGE_ID.match(message_id)[2]) == (int(host[5:]) - 1) // size + 1
        figures = {
            'seconds': round(done.seconds),
            'mails of tries that were lost': len(lines) - SIMULATED * len(SERVERS),
            'MiB': {name: peak >> 20 for name, peak in memory.peaks.items()},
            'bytes of report.json': (tmp_path / 'out' / 'fleet-report' / 'report.json').stat().st_size,
        }
        record_property('figures', json.dumps(figures))
        print(figures)
