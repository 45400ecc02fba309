# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Past one machine: slices of a fleet on workers, a host that pulls, and what the mail server sees of it all."""

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t

import pytest

from fleet import box
from support.playbook import PROGRAMS, Ansible
from support.role_results import sends
from support.runner_site import ANSIBLE, BY_SSH, COLLECTIONS, FINDS, host_variables, inventory, make_data, make_project

from .conftest import need

WORKERS = ('worker1', 'worker2')
# By the name of the job: the worker, and the hosts; there is no seventh host.
SLICES = {
    'night-1-1': ('worker1', 'print_servers[0:2]'),
    'night-2-1': ('worker2', 'print_servers[3:5]'),
    'night-3-1': ('worker1', 'print_servers[6:8]'),
}


@pytest.fixture(scope='module')
def fleet():
    need(box.why_not())
    need('' if shutil.which('git') else 'ansible-pull needs git')
    plans = {f'print{number:02}': box.Plan(servers=('spl1', 'spl2')) for number in range(1, 6)}
    plans['print06'] = box.Plan(servers=tuple(f'spl{number}' for number in range(1, 7)), visible=ANSIBLE)
    with box.Fleet({**plans, **dict.fromkeys(WORKERS, box.Plan(servers=(), visible=ANSIBLE))}) as up:
        yield up


@pytest.fixture
def print_hosts(fleet):
    hosts = {name: host for name, host in fleet.hosts.items() if name not in WORKERS}
    for host in hosts.values():
        host.make_servers()
    return hosts


def one_mail_each(fleet: box.Fleet, print_hosts: t.Mapping[str, box.Host], recipient: str) -> bool:
    """Whether each server of these hosts has sent one mail, and none a second."""
    expected = sum(len(host.plan.servers) for host in print_hosts.values())
    fleet.postfix.wait_for_mail(recipient)
    subjects = [mail['Subject'] for mail in fleet.postfix.mails(recipient)]
    return len(subjects) == len(set(subjects)) == expected


def test_slices_on_two_workers_do_every_host_once_and_make_one_report(fleet, print_hosts, tmp_path):
    data = tmp_path / 'data'
    make_data(
        fleet,
        data,
        inventory(host_variables(print_hosts), 'slices@example.com', **BY_SSH),
        ANSIBLE_CALLBACKS_ENABLED='printops.infoprint.fleet_report',
        INFOPRINT_REPORT_DIRECTORY='$AWX_ISOLATED_DATA_DIR/fleet-report',
    )
    runner = PROGRAMS / 'ansible-runner'
    ssh = (
        f'ssh -F /dev/null -i {fleet.directory}/key -o UserKnownHostsFile={fleet.directory}/known_hosts root@{{address}} '
        f'env PATH={FINDS["PATH"]} {runner} worker --private-data-dir /var/tmp/{{ident}}'
    )
    running = []
    for ident, (worker, hosts) in SLICES.items():
        pipe = (
            f"{runner} transmit {data} -p site.yml --ident {ident} --cmdline '-e target={hosts}' | "
            f'{ssh.format(address=fleet[worker].address, ident=ident)} | {runner} process {tmp_path} --ident {ident}'
        )
        running.append(
            subprocess.Popen(
                [*fleet.controller, '/bin/sh', '-c', pipe],
                env={**FINDS, 'HOME': str(tmp_path)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    said = [process.communicate(timeout=200)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], '\n'.join(said)

    done = []
    for ident in SLICES:
        assert (tmp_path / 'artifacts' / ident / 'rc').read_text() == '0'
        events = (tmp_path / 'artifacts' / ident / 'job_events').glob('*.json')
        stats = [event for event in (json.loads(path.read_text()) for path in events) if event['event'] == 'playbook_on_stats']
        done += stats[0]['event_data']['ok']
    assert sorted(done) == sorted(print_hosts), 'each host on one worker, and on one only'
    assert one_mail_each(fleet, print_hosts, 'slices@example.com')

    names = ' '.join(mail['Message-ID'] for mail in fleet.postfix.mails('slices@example.com'))
    assert [names.count(f'.{ident}@') for ident in SLICES] == [6, 10, 0], 'a mail from each server, named for its slice'
    reports = [str(tmp_path / 'artifacts' / ident / 'fleet-report') for ident in SLICES]
    merged = tmp_path / 'merged'
    run = Ansible(tmp_path / 'controller').playbook(
        'printops.infoprint.report', data / 'inventory', extra_vars={'reports': reports, 'directory': str(merged)}
    )
    assert run.rc == 0, run.output
    assert run.results()[0].result['verdict'].endswith(' 6 of 6 hosts were checked.')
    report = json.loads((merged / 'report.json').read_text())
    assert sorted(host['name'] for host in report['hosts']) == sorted(print_hosts)
    assert {server['state'] for host in report['hosts'] for server in host['servers']} == {'proven'}


def test_a_host_pulls(fleet, print_hosts, tmp_path):
    host = print_hosts['print06']
    make_project(
        fleet, tmp_path / 'site', inventory(host_variables({'print06': host}), 'pull@example.com', ansible_connection='local')
    )
    git = ('git', '-C', str(tmp_path / 'site'), '-c', 'user.name=Site', '-c', 'user.email=site@example.com')
    for command in (('init', '-q', '--initial-branch', 'main'), ('add', '--all'), ('commit', '-q', '--message', 'Site')):
        subprocess.run([*git, *command], stdin=subprocess.DEVNULL, check=True)
    shutil.copytree(tmp_path / 'site', host.path('/srv/site'))
    host.run('chown', '-R', 'root:root', '/srv/site')
    pull = (
        'env',
        'HOME=/root',
        *(f'{name}={value}' for name, value in FINDS.items()),
        f'ANSIBLE_COLLECTIONS_PATH={COLLECTIONS}',
        str(PROGRAMS / 'ansible-pull'),
        '--url',
        'file:///srv/site',
        '--checkout',
        'main',
        '--directory',
        '/var/tmp/site',
        '--inventory',
        '/var/tmp/site/inventory/hosts.json',
        'site.yml',
    )
    said = host.run(*pull)
    assert 'failed=0' in said, said
    assert 'changed=1' in said, said
    assert len(list(host.path('/var/pd').glob('*/sendmemo-ssl.cfg'))) == len(host.plan.servers)
    assert one_mail_each(fleet, {'print06': host}, 'pull@example.com')


def most_at_once(lines: t.Iterable[str]) -> int:
    """Return how many connections the mail server had at the same time, at most."""
    now = most = 0
    for line in lines:
        now += (': connect from ' in line) - (': disconnect from ' in line)
        most = max(most, now)
    return most


def test_throttle_and_retries_spare_the_mail_server(fleet, print_hosts, tmp_path):
    postfix = fleet.postfix
    ansible = Ansible(tmp_path / 'controller', within=fleet.controller)
    make_project(fleet, tmp_path, {})
    hosts = inventory(host_variables(print_hosts), 'rate@example.com', **fleet.variables)
    role = {'name': 'Converge', 'ansible.builtin.import_role': {'name': 'printops.infoprint.sendmemo_tls'}}

    def run(throttle: int, **variables: t.Any) -> tuple[t.Any, int]:
        before = len(postfix.log())
        play = {'name': 'Converge', 'hosts': 'print_servers', 'gather_facts': False, 'tasks': [{**role, 'throttle': throttle}]}
        done = ansible.playbook([play], hosts, extra_vars={'sendmemo_tls_try_before_commit': 'none', **variables})
        return done, most_at_once(postfix.log()[before:])

    done, most = run(1)
    assert done.rc == 0, done.output
    assert most <= 6, 'no more than one host has servers'

    # As a mail server may be set up: so many connections from an address in a second.
    postfix.set(smtpd_client_connection_rate_limit='3', anvil_rate_time_unit='2s', smtpd_client_event_limit_exceptions='')
    done, _most = run(1)
    assert done.rc != 0
    proofs = sends(done, 'print06')
    refused = [problem for server in proofs for problem in server['problems']]
    assert {problem['code'] for problem in refused} == {'banner_refused'}
    assert 'rate' in refused[0]['hint'] or 'many' in refused[0]['hint'], refused[0]
    assert sum(server['ok'] for server in proofs) == 3, 'what the mail server takes is proven all the same'

    done, _most = run(1, sendmemo_tls_verify_retries=5, sendmemo_tls_verify_retry_delay=2.2)
    assert done.rc == 0, done.output
