# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The playbooks over a fleet: a canary and growing batches, what ends a run and what does not, and what is reported."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from support.mail_server_process import MailServer
from support.playbook import Ansible, Run, hosts, local_host

CONVERGE = 'printops.infoprint.converge'
TASK_CONVERGE = 'Converge the mail encryption of every InfoPrint server'
TASK_VERIFY = 'Verify every InfoPrint server'
TASK_END = 'End the run after this batch'
CONFIG = 'sendmemo-ssl.cfg'
# Nobody listens there.
DEAD = {'ansible_connection': 'ssh', 'ansible_host': '127.0.0.1', 'ansible_port': 9, 'ansible_ssh_common_args': '-F /dev/null'}
NO_MAIL_SERVER = {'sendmemo_tls_smtp_port': 9}
NO_SERVER = {'sendmemo_tls_servers': [{'name': 'nowhere'}]}

pytestmark = pytest.mark.every_core


class Fleet:
    """Twelve print hosts on this machine, each with a base directory of its own and one server."""

    def __init__(self, ansible: Ansible, directory: pathlib.Path, mail_server: MailServer) -> None:
        self.ansible = ansible
        self.directory = directory
        self.hosts: dict[str, dict[str, t.Any]] = {}
        for number in range(1, 13):
            name = f'print{number:02}'
            (directory / name / 'spl1').mkdir(parents=True)
            self.hosts[name] = local_host(
                sendmemo_tls_base_dir=str(directory / name),
                sendmemo_tls_servers=[{'name': 'spl1'}],
                sendmemo_tls_enable_tls='disabled',
                sendmemo_tls_try_before_commit='none',
                sendmemo_tls_verify='handshake',
                sendmemo_tls_smtp_host='127.0.0.1',
                sendmemo_tls_smtp_port=mail_server.ports['plain'],
            )

    def run(
        self, *arguments: str, count: int = 12, environment: t.Mapping[str, str] | None = None, **special: dict[str, t.Any]
    ) -> Run:
        """Converge the first `count` hosts; `special` are variables of some of them."""
        inventory = {name: {**variables, **special.get(name, {})} for name, variables in list(self.hosts.items())[:count]}
        return self.ansible.playbook(CONVERGE, hosts(**inventory), *arguments, ANSIBLE_FORKS='12', **(environment or {}))

    def converged(self) -> list[int]:
        """Return the numbers of the hosts whose server has its configuration."""
        return [int(name[-2:]) for name in self.hosts if (self.directory / name / 'spl1' / CONFIG).exists()]


@pytest.fixture
def fleet(ansible: Ansible, tmp_path: pathlib.Path, mail_server: MailServer) -> Fleet:
    return Fleet(ansible, tmp_path / 'fleet', mail_server)


def numbers(run: Run, task: str, status: str) -> list[int]:
    return sorted(int(one.host[-2:]) for one in run.results(task=task) if one.status == status)


def batches(run: Run) -> list[list[int]]:
    """Return the numbers of the hosts that were asked together, in order."""
    found: list[list[int]] = []
    before = ''
    for one in run.results():
        if TASK_CONVERGE in one.task:
            if TASK_CONVERGE not in before:
                found.append([])
            found[-1].append(int(one.host[-2:]))
        before = one.task
    return [sorted(batch) for batch in found]


def failed(run: Run) -> list[int]:
    return sorted(int(name[-2:]) for name, counts in run.stats.items() if counts['failures'])


def unreachable(run: Run) -> list[int]:
    return sorted(int(name[-2:]) for name, counts in run.stats.items() if counts['unreachable'])


def test_a_canary_goes_first_and_batches_grow(fleet: Fleet) -> None:
    run = fleet.run()
    assert run.rc == 0, run.output
    assert batches(run) == [[1], [2], [3, 4, 5], [6, 7, 8, 9, 10, 11, 12]]
    assert numbers(run, TASK_VERIFY, 'ok') == list(range(1, 13))


@pytest.mark.parametrize(
    ('serial', 'sizes'),
    [('serial=2', [2, 2, 1]), ('serial=1,50%', [1, 2, 2]), ('{"serial": [2, "100%"]}', [2, 3]), ('{"serial": 5}', [5])],
    ids=['number', 'list in a text', 'list', 'number as JSON'],
)
def test_the_sizes_of_the_batches_are_a_variable(fleet: Fleet, serial: str, sizes: list[int]) -> None:
    run = fleet.run('-e', serial, '--check', count=5)
    assert run.rc == 0, run.output
    assert [len(batch) for batch in batches(run)] == sizes


def test_a_failure_ends_the_run_with_its_batch_whose_other_hosts_are_converged_and_proven(fleet: Fleet) -> None:
    run = fleet.run(print03=NO_SERVER, print05=NO_MAIL_SERVER)
    assert run.rc == 2, run.output
    assert batches(run) == [[1], [2], [3, 4, 5]]
    assert fleet.converged() == [1, 2, 4, 5]
    assert numbers(run, TASK_VERIFY, 'ok') == [1, 2, 4]
    assert failed(run) == [3, 5]
    messages = [one.result['msg'] for one in run.results(task=TASK_END)]
    assert len(messages) == 2
    for message in messages:
        assert 'Hosts not processed: 7' in message
        assert "--limit 'print_servers:!print03:!print05'" in message
    again = fleet.run('--limit', 'print_servers:!print03:!print05')
    assert again.rc == 0, again.output
    assert fleet.converged() == [1, 2, 4, *range(5, 13)]


def test_a_failing_canary_ends_the_run(fleet: Fleet) -> None:
    run = fleet.run(print01=NO_MAIL_SERVER)
    assert run.rc == 2
    assert fleet.converged() == [1]
    assert failed(run) == [1]
    assert list(run.stats) == ['print01']


def test_another_strategy_of_the_site_s_does_not_let_a_run_go_on(fleet: Fleet) -> None:
    run = fleet.run(print03=NO_SERVER, environment={'ANSIBLE_STRATEGY': 'free'})
    assert run.rc == 2
    assert fleet.converged() == [1, 2, 4, 5]


def test_unreachable_hosts_do_not_stop_the_run_and_are_reported(fleet: Fleet) -> None:
    """The whole second batch, and one of a later one."""
    run = fleet.run(print02=DEAD, print07=DEAD)
    assert batches(run) == [[1], [2], [3, 4, 5], [6, 7, 8, 9, 10, 11, 12], [2, 7]]
    assert fleet.converged() == [1, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    assert unreachable(run) == [2, 7]
    assert failed(run) == []
    assert run.rc == 4


def test_a_canary_that_cannot_be_reached_ends_the_run(fleet: Fleet) -> None:
    run = fleet.run(print01=DEAD)
    assert fleet.converged() == []
    assert list(run.stats) == ['print01']
    assert unreachable(run) == [1]
    assert run.rc == 4


def test_a_canary_of_two_hosts_is_passed_by_the_one_that_is_reached(fleet: Fleet) -> None:
    run = fleet.run('-e', 'serial=2', count=4, print01=DEAD)
    assert fleet.converged() == [2, 3, 4]
    assert unreachable(run) == [1]
    assert run.rc == 4


def test_a_host_that_comes_back_is_made_up_for(fleet: Fleet) -> None:
    marker = fleet.directory / 'back'
    back = {**DEAD, 'marker': str(marker), 'ansible_connection': "{{ 'local' if marker is exists else 'ssh' }}"}
    run = fleet.run(count=4, print02=back, print04={'sendmemo_tls_restart_command': f'touch {marker}'})
    assert run.rc == 0, run.output
    assert fleet.converged() == [1, 2, 3, 4]
    assert unreachable(run) == []


def test_a_host_that_is_lost_between_change_and_proof_does_not_pass_for_proven(fleet: Fleet) -> None:
    """It is asked once more at the end, and proven although nothing changes then, or reported as unreachable."""
    config = fleet.directory / 'print02' / 'spl1' / CONFIG
    marker = fleet.directory / 'back'
    lost = {
        **DEAD,
        'sendmemo_tls_verify_when': 'changed',
        'config': str(config),
        'marker': str(marker),
        'ansible_connection': "{{ 'local' if config is not exists or marker is exists else 'ssh' }}",
    }
    run = fleet.run(count=3, print02=lost)
    assert fleet.converged() == [1, 2, 3]
    assert unreachable(run) == [2]
    assert run.rc == 4
    for path in fleet.directory.glob(f'*/spl1/{CONFIG}'):
        path.unlink()
    run = fleet.run(count=3, print02=lost, print03={'sendmemo_tls_restart_command': f'touch {marker}'})
    assert run.rc == 0, run.output
    assert 2 in numbers(run, TASK_VERIFY, 'ok')


@pytest.mark.parametrize(('host', 'proven'), [(1, 1), (4, 5)], ids=['canary', 'host of a later batch'])
def test_a_failing_restart_fails_its_host_and_ends_the_run_with_its_batch(fleet: Fleet, host: int, proven: int) -> None:
    name = f'print{host:02}'
    run = fleet.run(**{name: {'sendmemo_tls_restart_command': 'echo no such server >&2; exit 3'}})
    assert run.rc == 2
    assert numbers(run, TASK_VERIFY, 'ok') == list(range(1, proven + 1))
    assert failed(run) == [host]
    [restart] = [one for one in run.results(name) if one.status == 'failed' and 'Restart' in one.task]
    assert 'no such server' in restart.result['stderr']
    message = run.results(name, TASK_END)[0].result['msg']
    assert f'Hosts not processed: {12 - proven}' in message
    assert f"'print_servers:!{name}'" in message


@pytest.mark.parametrize('playbook', ['converge', 'audit', 'verify', 'rollback'])
def test_the_hosts_are_a_variable(fleet: Fleet, playbook: str) -> None:
    inventory = {'floor1': {'hosts': {'print01': fleet.hosts['print01']}}, **hosts(print02=fleet.hosts['print02'])}
    for arguments, name in (((), 'print02'), (('-e', 'target=floor1'), 'print01')):
        listed = fleet.ansible.playbook(f'printops.infoprint.{playbook}', inventory, '--list-hosts', *arguments)
        assert listed.rc == 0, listed.output
        assert name in listed.stdout
        assert 'hosts (1)' in listed.stdout
