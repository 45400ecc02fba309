# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report of real runs: every host of every play is listed in its real state."""

from __future__ import annotations

import copy
import getpass
import json
import os
import pathlib
import re
import subprocess
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.mail_server_process import MailServer
from support.playbook import PROGRAMS, ROOT, Ansible, Run, hosts, local_host

from .conftest import Pki

CALLBACK = 'printops.infoprint.fleet_report'
FILES = {'index.html', 'report.json', 'report.csv', 'junit.xml', 'sendmemo.prom'}
GONE = {'ansible_host': '127.0.0.1', 'ansible_port': 1, 'ansible_ssh_common_args': '-o ConnectTimeout=5'}
CONFIG = ('EnableTLS = 2', 'CAFile = ca.pem', 'CrlFile = crl.pem', 'Hostname = print1.example.com')


class Site:
    """Print hosts on this machine, each with its own base directory, and runs over them with the report enabled."""

    def __init__(self, ansible: Ansible, directory: pathlib.Path, pki: Pki, mail_server: MailServer) -> None:
        self.ansible = ansible
        self.directory = directory
        self.pki = pki
        self.mail_server = mail_server
        self.report_directory = directory / 'fleet'
        self.hosts: dict[str, dict[str, t.Any]] = {}

    def add(self, host: str, *listeners: str, **variables: t.Any) -> None:
        """Add a host with a server per listener that it sends to: spl1, spl2 and so on."""
        entries = []
        for number, listener in enumerate(listeners, start=1):
            directory = self.directory / host / f'spl{number}'
            directory.mkdir(parents=True)
            (directory / 'ca.pem').write_bytes(self.pki.authority.pem)
            (directory / 'crl.pem').write_bytes(self.pki.crl_path.read_bytes())
            (directory / 'sendmemo-ssl.cfg').write_text(''.join(f'{line}\n' for line in CONFIG))
            entries.append({'name': f'spl{number}', 'smtp_port': self.mail_server.ports[listener]})
        self.hosts[host] = local_host(base=str(self.directory / host), entries=entries, **variables)

    def send(self, **more: t.Any) -> dict[str, t.Any]:
        """Return the task that proves a host's servers."""
        options = {
            'base_dir': '{{ base }}',
            'servers': '{{ entries }}',
            'smtp_host': '127.0.0.1',
            'timeout': 10,
            'recipients': ['print-ops@example.com'],
            **more.pop('options', {}),
        }
        return {'name': 'Send', 'printops.infoprint.send_memo': options, **more}

    def run(
        self, tasks: list[dict[str, t.Any]], *arguments: str, play: dict[str, t.Any] | None = None, **environment: str
    ) -> Run:
        plays = [{'name': 'Prove', 'hosts': 'print_servers', 'gather_facts': False, 'tasks': tasks, **(play or {})}]
        return self.run_plays(plays, *arguments, **environment)

    def run_plays(self, plays: list[dict[str, t.Any]], *arguments: str, **environment: str) -> Run:
        environment = {'INFOPRINT_REPORT_DIRECTORY': str(self.report_directory), **environment}
        return self.ansible.playbook(plays, hosts(**self.hosts), *arguments, callbacks=(CALLBACK,), **environment)

    def role(self, playbook: str, *arguments: str, **variables: t.Any) -> Run:
        """Run a playbook of the collection on print1, with a server that sends by SMTPS."""
        if 'print1' not in self.hosts:
            self.add('print1', 'smtps')
        return self.role_on({'print1': variables}, playbook, *arguments)

    def role_on(self, print_hosts: t.Mapping[str, t.Mapping[str, t.Any]], playbook: str, *arguments: str) -> Run:
        """Run a playbook of the collection on these hosts, with variables of each."""
        named = playbook if '/' in playbook else f'printops.infoprint.{playbook}'
        return self.ansible.playbook(
            named,
            hosts(**{host: self._declared(host, variables) for host, variables in print_hosts.items()}),
            *arguments,
            callbacks=(CALLBACK,),
            INFOPRINT_REPORT_DIRECTORY=str(self.report_directory),
        )

    def _declared(self, host: str, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        settings = {
            'sendmemo_tls_base_dir': self.hosts[host]['base'],
            'sendmemo_tls_servers': [{'name': 'spl1'}],
            'sendmemo_tls_ca_src': str(self.pki.ca_path),
            'sendmemo_tls_crl_src': str(self.pki.crl_path),
            'sendmemo_tls_enable_tls': 'smtps',
            'sendmemo_tls_smtp_host': '127.0.0.1',
            'sendmemo_tls_warn_days': 4000,
            'sendmemo_tls_smtp_port': self.mail_server.ports['smtps'],
            'sendmemo_tls_verify_recipients': ['print-ops@example.com'],
        }
        return {**self.hosts[host], **settings, **variables}

    def report(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = json.loads((self.report_directory / 'report.json').read_text())
        return found

    def states(self) -> dict[str, str]:
        """Return the state of each server of the report, by `host server`."""
        return {
            f'{host["name"]} {server["name"]}'.strip(): server['state']
            for host in self.report()['hosts']
            for server in host['servers']
        }

    def server(self, host: str, name: str = 'spl1') -> dict[str, t.Any]:
        return next(
            server for one in self.report()['hosts'] if one['name'] == host for server in one['servers'] if server['name'] == name
        )


@pytest.fixture
def site(ansible: Ansible, tmp_path: pathlib.Path, pki: Pki, mail_server: MailServer) -> Site:
    return Site(ansible, tmp_path / 'site', pki, mail_server)


@pytest.mark.version_shim
def test_every_host_is_listed_in_its_state(site: Site) -> None:
    site.add('good', 'smtps', 'starttls')
    (site.directory / 'good' / 'spl2' / 'sendmemo-ssl.cfg').write_text('\n'.join(['EnableTLS = 1', *CONFIG[1:], '']))
    site.add('half', 'smtps', 'expired')
    site.add('hidden', 'smtps', secret=True)
    site.add('skipped', 'smtps', skip=True)
    site.add('broken', 'smtps', breaks=True)
    site.add('rescued', 'expired')
    site.add('later', 'smtps', breaks_later=True)
    site.hosts['gone'] = GONE
    rescue = {
        'block': [site.send()],
        'rescue': [site.send(options={'smtp_port': site.mail_server.ports['smtps'], 'servers': [{'name': 'spl1'}]})],
        'when': 'inventory_hostname == "rescued"',
    }
    run = site.run(
        [
            {'name': 'Reach', 'ansible.builtin.raw': 'true'},
            {'name': 'Break', 'ansible.builtin.fail': {'msg': 'the disk is full'}, 'when': 'breaks | default(false)'},
            {
                'name': 'Fail and go on',
                'ansible.builtin.command': 'false',
                'ignore_errors': True,
                'when': 'inventory_hostname == "good"',
            },
            site.send(
                no_log='{{ secret | default(false) }}', when=['not skip | default(false)', 'inventory_hostname != "rescued"']
            ),
            rescue,
            {'name': 'Restart', 'ansible.builtin.fail': {'msg': 'it does not start'}, 'when': 'breaks_later | default(false)'},
        ]
    )
    assert 'Traceback' not in run.output
    assert 'The fleet report' not in run.output
    assert site.states() == {
        'good spl1': 'proven',
        'good spl2': 'proven',
        'half spl1': 'proven',
        'half spl2': 'failing',
        'hidden': 'hidden',
        'skipped': 'not_checked',
        'broken': 'failing',
        'rescued spl1': 'proven',
        'later spl1': 'failing',
        'gone': 'unreachable',
    }
    assert {path.name for path in site.report_directory.iterdir()} == FILES
    assert site.server('half', 'spl2')['problems'][0]['code'] == 'expired'
    assert 'the disk is full' in site.server('broken', '')['problems'][0]['message']
    assert 'it does not start' in site.server('later')['problems'][0]['message']
    proven = site.server('good')
    assert proven['proof']['message_id'].startswith('<')
    assert proven['tls_version'] == 'TLSv1.3'
    assert site.report()['certificates'][proven['certificate']]['name'] == 'CN=mail.example.com'
    assert '4 of 10 servers need attention' in run.stdout
    assert 'half spl2' in run.stdout


@pytest.mark.every_core
def test_hosts_whose_turn_never_came_and_plays_that_were_not_begun_are_reported(site: Site) -> None:
    for name in ('print1', 'print2', 'print3'):
        site.add(name, 'expired' if name == 'print1' else 'smtps')
    play = {
        'name': 'Prove',
        'hosts': 'print_servers',
        'gather_facts': False,
        'serial': [1, '100%'],
        'max_fail_percentage': 0,
        'tasks': [site.send()],
    }
    again = {'name': 'Prove again', 'hosts': 'print_servers', 'gather_facts': False, 'tasks': [site.send()]}
    other = {'name': 'Foreign play', 'hosts': 'print_servers', 'gather_facts': False, 'tasks': [{'ansible.builtin.meta': 'noop'}]}
    run = site.run_plays([play, again, other])
    assert run.rc != 0
    assert site.states() == {'print1 spl1': 'failing', 'print2': 'not_checked', 'print3': 'not_checked'}
    assert site.report()['unfinished'] == ['Prove again']
    assert 'The run ended before this play: Prove again.' in (site.report_directory / 'index.html').read_text()


@pytest.mark.every_core
def test_check_mode_proves_nothing_and_limit_keeps_others_out(site: Site) -> None:
    site.add('print1', 'smtps')
    site.add('print2', 'smtps')
    site.run([site.send()], '--check', '--limit', 'print1')
    assert site.states() == {'print1 spl1': 'tested'}
    assert site.server('print1')['check_mode'] is True
    assert 'check_mode' not in site.report()
    config = {
        'name': 'Configure',
        'printops.infoprint.sendmemo_config': {'base_dir': '{{ base }}', 'servers': [{'name': 'spl1', 'enable_tls': 'smtps'}]},
        'check_mode': True,
    }
    site.run([config, site.send()])
    assert set(site.states().values()) == {'drifted'}
    assert site.server('print1')['drift'][0]['keyword']


def test_the_report_before_reports_what_is_new_fixed_and_still_broken(site: Site) -> None:
    site.add('print1', 'smtps')
    site.add('print2', 'expired')
    site.add('print3', 'expired')
    site.run([site.send()])
    site.hosts['print1']['entries'], site.hosts['print2']['entries'] = (
        site.hosts['print2']['entries'],
        site.hosts['print1']['entries'],
    )
    first = site.server('print1')['proof']
    run = site.run([site.send()])
    comparison = site.report()['comparison']
    assert {part: [change['host'] for change in comparison[part]] for part in ('new', 'fixed', 'still')} == {
        'new': ['print1'],
        'fixed': ['print2'],
        'still': ['print3'],
    }
    assert site.server('print1')['proof'] == first
    assert '1 new, 1 fixed, 1 still broken' in run.stdout


@pytest.mark.every_core
def test_a_run_over_a_part_updates_that_part_and_hosts_leave_with_the_inventory(site: Site) -> None:
    for name, listener in (('print1', 'smtps'), ('print2', 'expired'), ('print3', 'expired')):
        site.add(name, listener)
    site.run([site.send()])
    whole, dates = site.states(), {name: site.server(name)['checked'] for name in ('print1', 'print2', 'print3')}
    time.sleep(1.1)  # times are in seconds
    run = site.run([site.send()], '--limit', 'print1')
    assert site.states() == whole
    assert {name: site.server(name)['checked'] == date for name, date in dates.items()} == {
        'print1': False,
        'print2': True,
        'print3': True,
    }
    assert '2 of 3 servers need attention: 2 failing.' in run.stdout
    metrics = (site.report_directory / 'sendmemo.prom').read_text()
    assert sorted(re.findall(r'^sendmemo_server_proven\{.*\} ([01])$', metrics, re.MULTILINE)) == ['0', '0', '1']
    assert len(re.findall(r'^sendmemo_server_checked_timestamp_seconds\{', metrics, re.MULTILINE)) == 3
    limited = site.report()['runs'][-1]
    assert (limited['limit'], limited['hosts']) == ('print1', {'inventory': 3, 'seen': 1, 'reached': 1})
    assert {host['name']: host['groups'] for host in site.report()['hosts']} == {name: ['print_servers'] for name in site.hosts}
    assert (limited['playbook'], limited['user']) == ('playbook.json', getpass.getuser())
    assert set(limited['versions']) == {'collection', 'ansible_core', 'python', 'openssl'}
    del site.hosts['print3']
    site.run([site.send()])
    assert site.states() == {'print1 spl1': 'proven', 'print2 spl1': 'failing'}
    comparison = site.report()['comparison']
    assert ([change['host'] for change in comparison['still']], 'new' in comparison) == (['print2'], False)
    site.run([site.send()], '--limit', 'print1', INFOPRINT_REPORT_MERGE='false')
    assert site.states() == {'print1 spl1': 'proven'}


@pytest.mark.every_core
def test_a_server_leaves_with_the_inventory_and_not_with_a_run_over_a_part(site: Site) -> None:
    site.add('print1', 'smtps', 'smtps')
    both = [{'name': 'spl1'}, {'name': 'spl2'}]
    assert site.role('converge', sendmemo_tls_servers=both).rc == 0
    part = {'sendmemo_tls_servers': [{'name': 'spl1'}]}
    assert site.role('verify', '-e', json.dumps(part), sendmemo_tls_servers=both).rc == 0
    assert site.states() == {'print1 spl1': 'proven', 'print1 spl2': 'proven'}
    assert site.role('verify', **part).rc == 0
    assert site.states() == {'print1 spl1': 'proven'}


def test_what_was_not_observed_for_long_is_stale(site: Site) -> None:
    site.add('print1', 'smtps')
    site.add('print2', 'smtps')
    site.run([site.send()])
    time.sleep(2)
    run = site.run([site.send()], '--limit', 'print1', INFOPRINT_REPORT_STALE_AFTER='0.00002')
    assert site.states() == {'print1 spl1': 'proven', 'print2 spl1': 'stale'}
    assert '1 of 2 servers needs attention: 1 stale.' in run.stdout


def test_slices_that_run_at_the_same_time_lose_nothing(site: Site) -> None:
    names = [f'print{number}' for number in range(1, 7)]
    for name in names:
        site.add(name, 'smtps')

    def run(name: str) -> Run:
        part = copy.copy(site)
        part.ansible = Ansible(site.directory / name / 'controller')
        return part.run([site.send()], '--limit', name)

    with ThreadPoolExecutor(len(names)) as pool:
        runs = list(pool.map(run, names))
    assert all(run.rc == 0 and 'not complete' not in run.output for run in runs)
    assert site.states() == {f'{name} spl1': 'proven' for name in names}
    assert sorted(run['limit'] for run in site.report()['runs']) == names


@pytest.mark.every_core
@pytest.mark.parametrize(
    ('line', 'broken', 'code'),
    [
        ('EnableTLS = 2', 'EnableTLS = 0', 'tls_off'),
        ('EnableTLS = 2', 'EnableTLS = 2\nIgnoreCertificateErrors = 1', 'verification_off'),
        ('EnableTLS = 2', 'EnableTLS = 2\nCertValidationIgnoreHostName = 1', 'name_check_off'),
    ],
    ids=['plaintext', 'any certificate', 'any name'],
)
def test_a_server_that_sends_unprotected_by_hand_is_not_proven_and_verify_fails(
    site: Site, line: str, broken: str, code: str
) -> None:
    assert site.role('converge').rc == 0
    config = site.directory / 'print1' / 'spl1' / 'sendmemo-ssl.cfg'
    assert line in config.read_text()
    config.write_text(config.read_text().replace(line, broken))
    port = site.mail_server.ports['plain' if code == 'tls_off' else 'smtps']
    run = site.role('verify', sendmemo_tls_smtp_port=port)
    assert run.rc == 2, run.output
    assert 'not_as_declared' in run.stdout
    assert '1 of 1 server needs attention: 1 unprotected.' in run.stdout
    server = site.server('print1')
    assert server['state'] == 'unprotected'
    assert {problem['code'] for problem in server['problems']} >= {'not_as_declared', code}
    assert 'sendmemo_server_proven{host="print1",server="spl1"} 0' in (site.report_directory / 'sendmemo.prom').read_text()
    assert 'failures="1"' in (site.report_directory / 'junit.xml').read_text()
    assert 'class="ill"' in (site.report_directory / 'index.html').read_text()


def test_what_is_meant_to_be_unprotected_is_accepted(site: Site) -> None:
    variables = {'sendmemo_tls_enable_tls': 'disabled', 'sendmemo_tls_smtp_port': site.mail_server.ports['plain']}
    run = site.role('converge', **variables)
    assert run.rc == 0, run.output
    assert site.states() == {'print1 spl1': 'unprotected'}
    assert '1 of 1 server needs attention' in run.stdout
    run = site.role('verify', sendmemo_tls_accept_unprotected=True, **variables)
    assert run.rc == 0, run.output
    assert '0 of 1 server is proven; 1 unprotected but accepted.' in run.stdout
    assert site.server('print1')['accepted'] is True


def test_an_audit_and_a_proof_in_one_run_are_no_check_mode(site: Site) -> None:
    assert site.role('converge').rc == 0
    (site.directory / 'both.yml').write_text(
        '[{import_playbook: printops.infoprint.audit}, {import_playbook: printops.infoprint.verify}]'
    )
    assert site.role(str(site.directory / 'both.yml')).rc == 0
    server = site.server('print1')
    assert (server['state'], 'check_mode' in server) == ('proven', False)
    assert 'no mail was sent' not in (site.report_directory / 'index.html').read_text()
    assert site.role('audit').rc == 0
    server = site.server('print1')
    assert (server['state'], server['check_mode'], bool(server['proof']['queue_id'])) == ('proven', True, True)


def test_a_run_without_a_task_of_this_collection_leaves_the_report_alone(site: Site) -> None:
    site.hosts['print1'] = local_host()
    run = site.run([{'name': 'Something else', 'ansible.builtin.debug': {'msg': 'x'}}])
    assert run.rc == 0
    assert not site.report_directory.exists()
    assert 'InfoPrint mail encryption' not in run.stdout


def test_results_of_a_delegated_task_are_those_of_the_host_that_it_ran_for(site: Site) -> None:
    site.add('print1', 'smtps')
    site.add('print2', 'expired')
    delegated = site.send(
        delegate_to='print2',
        run_once=True,
        options={'base_dir': str(site.directory / 'print2'), 'servers': site.hosts['print2']['entries']},
    )
    site.run([site.send(when='inventory_hostname == "print1"'), delegated])
    assert site.states() == {'print1 spl1': 'proven', 'print2 spl1': 'failing'}


def _before(site: Site, content: bytes) -> None:
    site.report_directory.mkdir()
    (site.report_directory / 'report.json').write_bytes(content)


def _pipe(site: Site) -> None:
    site.report_directory.mkdir()
    os.mkfifo(site.report_directory / 'report.json')


def test_works_under_ansible_runner(site: Site) -> None:
    site.add('print1', 'smtps')
    site.add('print2', 'expired')
    data = site.directory / 'runner'
    for name in ('project', 'inventory', 'env'):
        (data / name).mkdir(parents=True)
    play = {'name': 'Prove', 'hosts': 'print_servers', 'gather_facts': False, 'tasks': [site.send()]}
    (data / 'project' / 'site.json').write_text(json.dumps([play]))
    (data / 'inventory' / 'hosts.json').write_text(json.dumps(hosts(**site.hosts)))
    (data / 'env' / 'envvars').write_text(
        json.dumps({'ANSIBLE_CALLBACKS_ENABLED': CALLBACK, 'INFOPRINT_REPORT_DIRECTORY': str(site.report_directory)})
    )
    done = subprocess.run(
        [str(PROGRAMS / 'ansible-runner'), 'run', str(data), '-p', 'site.json'],
        env=site.ansible.environment(),
        timeout=120,
        cwd=data,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert site.states() == {'print1 spl1': 'proven', 'print2 spl1': 'failing'}
    assert '1 of 2 servers needs attention: 1 failing.' in done.stdout
    assert 'Traceback' not in done.stdout + done.stderr
    assert {path.name for path in site.report_directory.iterdir()} == FILES


def test_a_role_that_is_included_while_the_play_runs_has_all_hosts_of_the_play(site: Site) -> None:
    site.add('print1', 'smtps')
    site.add('print2', 'smtps')
    (site.directory / 'tasks.json').write_text(json.dumps([site.send()]))
    included = {'ansible.builtin.include_tasks': str(site.directory / 'tasks.json')}
    stop = {'ansible.builtin.meta': 'end_host', 'when': 'inventory_hostname == "print2"'}
    site.run([stop, included])
    assert site.states() == {'print1 spl1': 'proven', 'print2': 'not_checked'}


def test_enabled_by_ansible_cfg_as_the_reference_shows(site: Site) -> None:
    page = (ROOT / 'docs' / 'reference' / 'report.md').read_text()
    settings = re.findall(r'<!-- tested: ansible.cfg -->\n```ini\n(.*?)```', page, re.DOTALL)[0]
    ansible = Ansible(site.directory / 'controller', settings=settings)
    site.add('print1', 'smtps')
    (ansible.directory / 'hosts.json').write_text(json.dumps(hosts(**site.hosts)))
    play = {'name': 'Prove', 'hosts': 'print_servers', 'gather_facts': False, 'tasks': [site.send()]}
    (ansible.directory / 'site.json').write_text(json.dumps([play]))
    elsewhere = site.directory / 'elsewhere'
    elsewhere.mkdir()
    done = subprocess.run(
        [str(PROGRAMS / 'ansible-playbook'), '-i', str(ansible.directory / 'hosts.json'), str(ansible.directory / 'site.json')],
        env=ansible.environment(),
        timeout=120,
        cwd=elsewhere,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'Print servers of Example Ltd: The server is proven.' in done.stdout, done.stdout + done.stderr
    assert {path.name for path in (ansible.directory / 'fleet-report').iterdir()} == FILES


TROUBLES = {
    'the directory is a file': lambda site: site.report_directory.write_text(''),
    'no way to it': lambda site: site.report_directory.symlink_to(site.report_directory),
    'a full disk': lambda site: site.report_directory.symlink_to('/dev/full'),
    'the report before is foreign': lambda site: _before(site, b'[' * 200_000),
    'the report before is not text': lambda site: _before(site, b'\xff\xfe'),
    'the report before is a pipe': _pipe,
}


@pytest.mark.version_shim
@pytest.mark.parametrize('trouble', TROUBLES)
def test_what_goes_wrong_with_the_report_is_one_warning_and_the_run_is_as_good_as_without(site: Site, trouble: str) -> None:
    site.add('print1', 'smtps')
    TROUBLES[trouble](site)
    run = site.run([site.send()])
    assert run.rc == 0, run.output
    assert run.output.count('The fleet report is not complete') == 1
    assert 'Traceback' not in run.output
    assert 'The server is proven.' in run.stdout


def test_what_the_role_converges_and_proves_has_its_trust_its_mail_server_and_its_drift(site: Site) -> None:
    run = site.role('converge')
    assert run.rc == 0, run.output
    server, known = site.server('print1'), site.report()['certificates']
    assert (server['state'], server['corrected']) == ('proven', True)
    assert server['mail_server'] == f'127.0.0.1:{site.mail_server.ports["smtps"]}'
    trust = [(known[number]['kind'], known[number]['name']) for number in server['trust']]
    assert trust == [('ca', 'CN=Test CA'), ('crl', 'CN=Test CA')]
    assert 'ca_expires_soon' in [problem['code'] for problem in server['problems']]


def test_each_playbook_of_the_role_is_reported_as_its_kind(site: Site) -> None:
    def state(playbook: str, **variables: t.Any) -> str:
        run = site.role(playbook, **variables)
        assert 'Traceback' not in run.output
        return site.states()['print1 spl1']

    assert state('audit', sendmemo_tls_audit_fails=True) == 'drifted'
    assert state('verify') == 'drifted'  # a proof says nothing of what an audit has found
    assert site.server('print1')['proof']['at']
    assert state('converge', sendmemo_tls_verify='none') == 'changed_unproven'
    assert state('audit') == 'changed_unproven'
    assert state('verify', sendmemo_tls_verify='handshake') == 'tested'
    assert state('converge') == 'proven'
    assert state('audit') == 'proven'
    assert state('converge', sendmemo_tls_smtp_port=site.mail_server.ports['expired']) == 'failing'
    assert site.server('print1')['problems'][0]['code'] == 'expired'


@pytest.mark.version_shim
def test_what_one_task_changed_and_sent_has_the_state_of_both(site: Site) -> None:
    """A host for each outcome, in the same runs."""
    expired = {'sendmemo_tls_smtp_port': site.mail_server.ports['expired']}
    untried = {'sendmemo_tls_try_before_commit': 'none'}
    log = site.directory / 'restarted'
    restarts = {'sendmemo_tls_restart_command': f'echo {{{{ inventory_hostname }}}} >> {log}'}
    fails = {'sendmemo_tls_restart_command': 'echo it does not start >&2; exit 3'}
    cases: dict[str, dict[str, t.Any]] = {
        'proven': restarts,
        'sends-not': {**expired, **untried, **restarts},
        'tried': {**expired, **restarts},
        'unproven': {'sendmemo_tls_verify': 'none'},
        'rehearsed': {'sendmemo_tls_verify': 'envelope'},
        'warned': {'sendmemo_tls_fail_on': 'warning'},
        'broken': {**fails, 'sendmemo_tls_crl_src': None},
        'half': {**untried, **restarts},
    }
    for name in cases:
        site.add(name, 'smtps', *['expired'] * (name == 'half'))
    cases['half']['sendmemo_tls_servers'] = site.hosts['half']['entries']
    once = ('-e', 'batches=100%')
    run = site.role_on(cases, 'converge', *once)
    assert 'Traceback' not in run.output
    assert 'The fleet report' not in run.output
    assert (run.rc, {name for name, counts in run.stats.items() if counts['failures']}) == (
        2,
        {'sends-not', 'tried', 'warned', 'broken', 'half'},
    )
    states = {
        'proven spl1': 'proven',
        'sends-not spl1': 'failing',
        'tried spl1': 'failing',
        'unproven spl1': 'changed_unproven',
        'rehearsed spl1': 'tested',
        'warned spl1': 'failing',
        'broken spl1': 'failing',
        'half spl1': 'proven',
        'half spl2': 'failing',
    }
    assert site.states() == states
    assert sorted(log.read_text().split()) == ['half', 'proven', 'sends-not']
    for host, server in (('sends-not', 'spl1'), ('tried', 'spl1'), ('half', 'spl2')):
        problem = site.server(host, server)['problems'][0]
        assert (problem['code'], problem['stage'], problem['severity']) == ('expired', 'certificate', 'error')
        assert site.server(host, server).get('corrected', False) == (host != 'tried')
        assert 'proof' not in site.server(host, server)
    assert site.server('warned')['problems'][0]['severity'] == 'warning'
    assert 'Restart the InfoPrint servers' in site.server('broken')['problems'][0]['message']
    for host in ('proven', 'half'):
        server = site.server(host)
        assert (server['corrected'], bool(server['proof']['queue_id']), server['tls_version']) == (True, True, 'TLSv1.3')
    shown = run.stdout[run.stdout.index('InfoPrint mail encryption: ') :]
    assert '5 of 9 servers need attention: 5 failing; 1 changed but not proven, 1 tested.' in shown

    # Check mode sends nothing, and outdates no proof; a change that it would make is drift.
    cases['proven']['sendmemo_tls_warn_days'] = 3999
    cases['half']['sendmemo_tls_hostname'] = 'other.example.com'
    predicted = {name: cases[name] for name in ('proven', 'half', 'unproven')}
    assert site.role_on(predicted, 'converge', '--check', *once).rc == 0
    found = site.states()
    assert {name: found[f'{name} spl1'] for name in predicted} == {
        'proven': 'proven',
        'half': 'drifted',
        'unproven': 'changed_unproven',
    }
    assert [site.server(name).get('check_mode') for name in predicted] == [True, True, True]

    # A mail alone proves what was changed without one.
    assert site.role_on({'unproven': {}}, 'converge', '--tags', 'verify', *once).rc == 0
    assert site.states() == {'unproven spl1': 'proven'}


@pytest.mark.version_shim
def test_reports_of_slices_are_merged_by_the_playbook(site: Site) -> None:
    site.add('print1', 'smtps')
    site.add('print2', 'expired')
    for host in ('print1', 'print2'):
        site.run([site.send()], '--limit', host, INFOPRINT_REPORT_DIRECTORY=str(site.directory / host / 'report'))
    variables = {
        'reports': [f'{site.directory}/print1/report', f'{site.directory}/print2/report/report.json'],
        'directory': str(site.report_directory),
        'title': 'Both',
    }

    def merged(*arguments: str, **more: t.Any) -> Run:
        return site.ansible.playbook(
            'printops.infoprint.report',
            hosts(print1={}, print2={}, **{name: {} for name in more.pop('others', ())}),
            *arguments,
            extra_vars={**variables, **more},
            callbacks=(CALLBACK,),
            INFOPRINT_REPORT_DIRECTORY=str(site.directory / 'not-written'),
        )

    assert merged('--check').results()[0].result['changed'] is True
    assert not site.report_directory.exists()
    run = merged()
    assert run.rc == 0, run.output
    assert run.results()[0].result['verdict'] == '1 of 2 servers needs attention: 1 failing. 2 of 2 hosts were checked.'
    assert site.states() == {'print1 spl1': 'proven', 'print2 spl1': 'failing'}
    assert {path.name for path in site.report_directory.iterdir()} == FILES
    assert len(site.report()['merged']) == 2
    assert merged().results()[0].result['changed'] is False
    assert not (site.directory / 'not-written').exists()
    (site.directory / 'malformed.json').write_text('{}')
    broken = merged(reports=[str(site.directory / 'malformed.json')])
    assert broken.rc != 0
    assert "malformed.json can't be read as a report" in broken.stdout
    assert site.states() == {'print1 spl1': 'proven', 'print2 spl1': 'failing'}

    lost = str(site.directory / 'slice3' / 'report')
    run = merged(reports=[*variables['reports'], lost], others=['print3'])
    assert run.rc != 0
    assert run.results()[0].result['msg'].startswith(f"{lost} can't be read as a report: No such file")
    assert site.states() == {'print1 spl1': 'proven', 'print2 spl1': 'failing', 'print3': 'not_checked'}
    assert site.report()['verdict'].endswith(f' 2 of 3 hosts were checked. This report is missing: {lost}.')


@pytest.mark.every_core
def test_a_slice_without_hosts_ends_well_and_is_merged(site: Site) -> None:
    site.add('print1', 'smtps')
    site.run([site.send()], INFOPRINT_REPORT_DIRECTORY=str(site.directory / 'full'))
    plays = [
        {'name': name.title(), 'ansible.builtin.import_playbook': f'printops.infoprint.{name}'}
        for name in ('converge', 'verify', 'audit')
    ]
    empty = ('-e', 'target=print_servers[5:9]')
    run = site.run_plays(plays, *empty)
    assert run.rc == 0, run.output
    assert 'The fleet report' not in run.output
    assert (site.report()['verdict'], site.report()['hosts']) == ('No InfoPrint server was checked.', [])
    assert {path.name for path in site.report_directory.iterdir()} == FILES
    # As the playbooks stand, so does the report of a run that found hosts.
    full = site.directory / 'full' / 'report.json'
    before = full.read_bytes()
    assert site.run_plays(plays, *empty, INFOPRINT_REPORT_DIRECTORY=str(full.parent)).rc == 0
    assert full.read_bytes() == before
    # A --limit without hosts is refused by ansible-core itself, before any playbook.
    assert 'no hosts to target' in site.run_plays(plays, '--limit', 'print_servers[5:9]').stderr

    merged = site.ansible.playbook(
        'printops.infoprint.report',
        hosts(print1={}),
        extra_vars={'reports': [str(site.report_directory), str(full)], 'directory': str(site.directory / 'merged')},
    )
    assert merged.rc == 0, merged.output
    assert merged.results()[0].result['verdict'] == 'The server is proven. 1 of 1 host was checked.'
