# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The playbooks over a fleet: a canary and growing batches, what ends a run and what does not, and what is reported."""

from __future__ import annotations

import itertools
import json
import pathlib
import subprocess
import typing as t

import pytest
import yaml

from support.mail_server_process import MailServer
from support.playbook import PROGRAMS, ROOT, Ansible, Run, hosts, local_host
from support.role_results import CONVERGE as TASK_CONVERGE
from support.role_results import RESTART_AFTER_FAILURE, sends, verified

CONVERGE = 'printops.infoprint.converge'
TASK_END = 'End the run after this batch'
CONFIG = 'sendmemo-ssl.cfg'
# Nobody listens there.
DEAD = {'ansible_connection': 'ssh', 'ansible_host': '127.0.0.1', 'ansible_port': 9, 'ansible_ssh_common_args': '-F /dev/null'}
# In the place of ssh: runs what it is given on this machine, and loses the answer of what made the configuration.
LOSES_AN_ANSWER = """\
#!/bin/sh
for command; do :; done
[ -e {marker} ] && exec /bin/sh -c "$command"
cd {directory}
[ -e sendmemo-ssl.cfg ] || {{ /bin/sh -c "$command" >/dev/null; {then}; }}
exit 255
"""
# What a host leaves that could not write its answer.
NOTICES = 'echo "$(sha256sum <sendmemo-ssl.cfg | cut -c 1-64) converge" >sendmemo-ssl.unfinished'
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


def proven(run: Run) -> list[int]:
    """Return the numbers of the hosts whose servers sent, each of them well."""
    return sorted(int(name[-2:]) for name, is_ok in verified(run).items() if is_ok)


def batches(run: Run) -> list[list[int]]:
    """Return the numbers of the hosts that were asked together, in order."""
    found = itertools.groupby(run.results(task=TASK_CONVERGE), lambda one: one.play)
    return [sorted(int(one.host[-2:]) for one in batch) for _play, batch in found]


def failed(run: Run) -> list[int]:
    return sorted(int(name[-2:]) for name, counts in run.stats.items() if counts['failures'])


def unreachable(run: Run) -> list[int]:
    return sorted(int(name[-2:]) for name, counts in run.stats.items() if counts['unreachable'])


def test_a_canary_goes_first_and_batches_grow(fleet: Fleet) -> None:
    run = fleet.run()
    assert run.rc == 0, run.output
    assert batches(run) == [[1], [2], [3, 4, 5], [6, 7, 8, 9, 10, 11, 12]]
    assert proven(run) == list(range(1, 13))


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
    assert proven(run) == [1, 2, 4]
    assert failed(run) == [3, 5]
    assert [entry['ok'] for entry in sends(run, 'print05')] == [False]
    messages = [one.result['msg'] for one in run.results(task=TASK_END) if one.status == 'failed']
    assert len(messages) == 2
    for message in messages:
        assert '7 hosts were not processed' in message
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


def test_a_host_whose_answer_is_lost_does_not_pass_for_proven(fleet: Fleet) -> None:
    """It was changed. It is asked once more at the end, and proven although nothing changes then, or reported as unreachable. If
    the host noticed the loss, it is also restarted."""
    marker, log = fleet.directory / 'back', fleet.directory / 'restarted'

    def loses_an_answer(name: str, then: str) -> dict[str, t.Any]:
        ssh = fleet.directory / f'ssh-{name}'
        ssh.write_text(LOSES_AN_ANSWER.format(directory=fleet.directory / name / 'spl1', marker=marker, then=then))
        ssh.chmod(0o755)
        return {
            'ansible_connection': 'ssh',
            'ansible_ssh_executable': str(ssh),
            'sendmemo_tls_verify_when': 'changed',
            'sendmemo_tls_restart_command': f'echo {name} >> {log}',
        }

    lost = {'print02': loses_an_answer('print02', 'true'), 'print03': loses_an_answer('print03', NOTICES)}
    run = fleet.run(count=4, **lost)
    assert fleet.converged() == [1, 2, 3, 4], run.output
    assert proven(run) == [1, 4]
    assert (unreachable(run), run.rc, log.exists()) == ([2, 3], 4, False)
    for path in [*fleet.directory.glob(f'*/spl1/{CONFIG}'), *fleet.directory.glob('*/spl1/*.unfinished')]:
        path.unlink()
    run = fleet.run(count=4, **lost, print04={'sendmemo_tls_restart_command': f'touch {marker}'})
    assert run.rc == 0, run.output
    assert batches(run) == [[1], [2], [3], [4], [2, 3]]
    assert proven(run) == [1, 2, 3, 4], run.results('print02')
    assert log.read_text() == 'print03\n'


@pytest.mark.parametrize(('host', 'seen'), [(1, 1), (4, 5)], ids=['canary', 'host of a later batch'])
def test_a_failing_restart_fails_its_host_and_ends_the_run_with_its_batch(fleet: Fleet, host: int, seen: int) -> None:
    name = f'print{host:02}'
    run = fleet.run(**{name: {'sendmemo_tls_restart_command': 'echo no such server >&2; exit 3'}})
    assert run.rc == 2
    assert proven(run) == list(range(1, seen + 1))
    assert failed(run) == [host]
    [restart] = [one for one in run.results(name) if one.status == 'failed' and 'Restart' in one.task]
    assert 'no such server' in restart.result['stderr']
    message = run.results(name, TASK_END)[0].result['msg']
    assert f'{12 - seen} hosts were not processed' in message
    assert f"'print_servers:!{name}'" in message


def test_a_restart_that_fails_after_a_failed_mail_fails_its_host_and_ends_the_run(fleet: Fleet) -> None:
    run = fleet.run(print01={**NO_MAIL_SERVER, 'sendmemo_tls_restart_command': 'echo no such server >&2; exit 3'})
    assert (run.rc, failed(run), list(run.stats)) == (2, [1], ['print01'])
    tasks = [one.task.split(' : ')[-1] for one in run.results('print01') if one.status == 'failed']
    assert tasks == [TASK_CONVERGE, RESTART_AFTER_FAILURE, TASK_END]
    assert 'no such server' in run.results(task=RESTART_AFTER_FAILURE)[0].result['stderr']
    assert 'connection_refused' in run.stdout


# The tags of a run, and with them the hosts that fail, of one that has no mail server, one that has no working directory and one
# that is well; and whether the hosts are converged.
BOTH, CONFIGURED, VERIFIED, NEITHER = ([1, 2], True), ([2], True), ([1, 2], False), ([], False)
TAGS = {
    '': BOTH,
    '--tags all': BOTH,
    '--tags configure,verify': BOTH,
    '--tags configure,verify,always': BOTH,
    '--skip-tags always': BOTH,
    '--tags configure': CONFIGURED,
    '--tags configure,always': CONFIGURED,
    '--skip-tags verify': CONFIGURED,
    '--skip-tags verify,always': CONFIGURED,
    '--tags configure --skip-tags always': CONFIGURED,
    '--tags verify': VERIFIED,
    '--tags verify,always': VERIFIED,
    '--skip-tags configure': VERIFIED,
    '--skip-tags configure,always': VERIFIED,
    '--tags configure,verify --skip-tags configure': VERIFIED,
    '--tags always': NEITHER,
    '--skip-tags configure,verify': NEITHER,
}


@pytest.mark.parametrize('arguments', TAGS)
def test_a_host_that_failed_is_failed_with_any_tags(fleet: Fleet, arguments: str) -> None:
    """By the playbook, and by a play that has the role."""
    failing, is_converged = TAGS[arguments]
    special = {1: NO_MAIL_SERVER, 2: NO_SERVER, 3: {}}
    groups: dict[str, dict[str, t.Any]] = {'print_servers': {}, 'by_role': {}}
    for number, (group, which) in enumerate(itertools.product(groups, special), start=1):
        name = f'print{number:02}'
        (fleet.directory / name / 'spl1' / CONFIG).write_text('EnableTLS = 0\n')
        restart = f'echo restarted >> {fleet.directory / name}/log'
        groups[group][name] = {**fleet.hosts[name], 'sendmemo_tls_restart_command': restart, **special[which]}
    plays = [
        {'hosts': 'by_role', 'gather_facts': False, 'roles': ['printops.infoprint.sendmemo_tls']},
        {'ansible.builtin.import_playbook': CONVERGE},
    ]
    inventory = {group: {'hosts': found} for group, found in groups.items()}
    run = fleet.ansible.playbook(plays, inventory, '-e', 'serial=100%', *arguments.split(), ANSIBLE_FORKS='6')
    assert failed(run) == [*failing, *(3 + number for number in failing)], run.output
    assert run.rc == (2 if failing else 0)
    logs = {number: fleet.directory / f'print{number:02}' / 'log' for number in range(1, 7)}
    restarts = {number: log.read_text() for number, log in logs.items() if log.exists()}
    assert restarts == (dict.fromkeys((1, 3, 4, 6), 'restarted\n') if is_converged else {})


@pytest.mark.version_shim
def test_however_a_play_has_the_role_it_is_one_task(fleet: Fleet) -> None:
    name = 'printops.infoprint.sendmemo_tls'
    ways: list[dict[str, t.Any]] = [
        {'roles': [name]},
        {'roles': [{'role': name, 'tags': ['mail']}]},
        {'tasks': [{'ansible.builtin.import_role': {'name': name}}]},
        {'tasks': [{'ansible.builtin.include_role': {'name': name}}]},
    ]
    plays = [{'hosts': 'print_servers', 'gather_facts': False, **way} for way in ways]
    run = fleet.ansible.playbook(plays, hosts(print01=fleet.hosts['print01']))
    assert run.rc == 0, run.output
    tasks = [one.task.split(' : ')[-1] for one in run.task_results if not one.action.endswith('include_role')]
    assert tasks == [TASK_CONVERGE] * len(ways)
    assert [entry['ok'] for entry in sends(run)] == [True] * len(ways)
    assert 'alidat' not in run.stdout


@pytest.mark.version_shim
def test_a_tag_of_the_site_s_converges_and_verifies_once(fleet: Fleet) -> None:
    role = {'role': 'printops.infoprint.sendmemo_tls', 'tags': ['mail']}
    play = {'hosts': 'print_servers', 'gather_facts': False, 'roles': [role]}
    for tags, goals in (('mail', 1), ('mail,verify', 1), ('mail,configure', 0), ('mail,configure,verify', 1), ('verify', 1)):
        run = fleet.ansible.playbook([play], hosts(print01=fleet.hosts['print01']), '--tags', tags)
        assert run.rc == 0, run.output
        assert (tags, len(sends(run))) == (tags, goals)
        assert (tags != 'verify') == bool(run.results(task=TASK_CONVERGE))


@pytest.mark.version_shim
def test_a_mail_that_fails_in_a_task_of_its_own_restarts_once(fleet: Fleet) -> None:
    log = fleet.directory / 'restarted'
    role = {'role': 'printops.infoprint.sendmemo_tls', 'tags': ['mail']}
    play = {'hosts': 'print_servers', 'gather_facts': False, 'roles': [role]}
    host = {**fleet.hosts['print01'], **NO_MAIL_SERVER, 'sendmemo_tls_restart_command': f'echo restarted >> {log}'}
    run = fleet.ansible.playbook([play], hosts(print01=host), '--tags', 'mail,verify')
    assert (run.rc, failed(run), [entry['ok'] for entry in sends(run)]) == (2, [1], [False]), run.output
    assert log.read_text() == 'restarted\n'


@pytest.mark.version_shim
def test_ansible_doc_has_the_variables_of_each_entry_point(ansible: Ansible) -> None:
    program = str(PROGRAMS / 'ansible-doc')
    done = subprocess.run(
        [program, '-t', 'role', '--json', 'printops.infoprint.sendmemo_tls'],
        env=ansible.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    [role] = json.loads(done.stdout).values()
    shown = {entry: set(given['options']) for entry, given in role['entry_points'].items()}
    written = yaml.safe_load((ROOT / 'roles' / 'sendmemo_tls' / 'meta' / 'argument_specs.yml').read_text())['argument_specs']
    assert shown == {entry: set(given['options']) for entry, given in written.items()}
    assert shown['main'] >= {'sendmemo_tls_servers', 'sendmemo_tls_verify', 'sendmemo_tls_restart_command'}


@pytest.mark.parametrize('playbook', ['converge', 'audit', 'verify', 'rollback'])
def test_the_hosts_are_a_variable(fleet: Fleet, playbook: str) -> None:
    inventory = {'floor1': {'hosts': {'print01': fleet.hosts['print01']}}, **hosts(print02=fleet.hosts['print02'])}
    for arguments, name in (((), 'print02'), (('-e', 'target=floor1'), 'print01')):
        listed = fleet.ansible.playbook(f'printops.infoprint.{playbook}', inventory, '--list-hosts', *arguments)
        assert listed.rc == 0, listed.output
        assert name in listed.stdout
        assert 'hosts (1)' in listed.stdout
