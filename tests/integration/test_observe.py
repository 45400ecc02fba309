# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A whole observation of a stand-in for sendmemo, by the playbook: what is found, and that all is put back."""

from __future__ import annotations

import json
import pathlib
import shlex
import socket
import subprocess
import sys
import typing as t

import pytest
import yaml

from support.mail_server_process import Listener, MailServer
from support.pd_programs import PdPrograms
from support.pki import Authority
from support.playbook import Ansible, Run, hosts, local_host
from support.profiles import profile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECIPIENT = 'observed@example.com'
LOOPBACK, HOST = '127.0.0.1', 'localhost'
CONFIG = 'sendmemo-ssl.cfg'
ATTRIBUTES = {'smtp-server-host': 'mail.example.com', 'smtp-server-port': '587'}
BEFORE = '# by hand\nEnableTLS = 0\n'
DEVIATIONS = {'crl_check': 'chain', 'duplicate_keyword': 'first', 'common_name': 'refused'}
ASKED = [*DEVIATIONS, 'min_tls', 'max_tls']
NOT_ASKED = ['default_cas', 'no_ca_file', 'missing_crl', 'expired_crl']  # of what a proof assumes


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


class Site:
    """A print server on this machine with a stand-in for sendmemo, which has some deviations."""

    def __init__(self, ansible: Ansible, directory: pathlib.Path) -> None:
        self.ansible = ansible
        self.server = directory / 'pd' / 'lab1'
        self.server.mkdir(parents=True)
        (self.server / CONFIG).write_text(BEFORE)
        self.pd = PdPrograms(directory / 'pd-programs', {'lab1': ATTRIBUTES})
        self.profile = directory / 'profile.yml'
        self.page = directory / 'observed.html'
        self.switches = directory / 'switches.json'
        self.switches.write_text(json.dumps(DEVIATIONS))
        self.port = free_port()
        trigger = ' '.join(
            ['PYTHONPATH=' + shlex.quote(':'.join(sys.path)), *map(shlex.quote, self.mailer(self.server, self.port))]
        )
        self.variables: dict[str, t.Any] = {
            'target': 'all',
            'observe_server': 'lab1',
            'observe_verify': False,
            'observe_listen_address': LOOPBACK,
            'observe_listen_port': self.port,
            'observe_mail_host': HOST,
            'observe_trigger_command': trigger,
            'observe_deadline': 3,
            'observe_experiments': ASKED,
            'observe_profile_path': str(self.profile),
            'observe_page_path': str(self.page),
            'sendmemo_tls_base_dir': str(self.server.parent),
            'sendmemo_tls_pd_bin_dir': str(self.pd.bin_dir),
        }

    def mailer(self, directory: pathlib.Path, port: int, switches: pathlib.Path | None = None) -> list[str]:
        """Return the command of the stand-in, which sends with the configuration in a directory."""
        words = [sys.executable, '-m', 'support.stand_in_mailer', directory, HOST, LOOPBACK, port, switches or self.switches]
        return list(map(str, words))

    def observe(self, *arguments: str, names: t.Sequence[str] = ('print1',), **variables: t.Any) -> Run:
        inventory = hosts(**{name: local_host() for name in names})
        return self.ansible.playbook(
            'printops.infoprint.observe', inventory, *arguments, extra_vars={**self.variables, **variables}
        )

    def files(self) -> dict[str, str]:
        """Return those of the collection; the error log is the mailer's."""
        paths = [path for path in self.server.iterdir() if path.is_file() and path.name != 'error.log']
        return {path.name: path.read_text() for path in paths}


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    directory = tmp_path_factory.mktemp('observed')
    return Site(Ansible(directory / 'ansible'), directory)


@pytest.fixture(scope='module')
def observed(site: Site, mail_server: MailServer) -> Run:
    """A whole observation, after which the site has its profile."""
    run = site.observe(
        observe_confirm=True,
        observe_verify=True,
        sendmemo_tls_enable_tls='disabled',
        sendmemo_tls_smtp_host=LOOPBACK,
        sendmemo_tls_smtp_port=mail_server.ports['plain'],
        sendmemo_tls_verify_recipients=[RECIPIENT],
    )
    assert run.rc == 0, run.output
    return run


def test_deviations_are_found_and_all_is_put_back(site: Site, observed: Run, mail_server: MailServer) -> None:
    (result,) = [one.result for one in observed.results(task='Observe')]
    found = {one['name']: one for one in result['assumptions']}
    assert {name: found[name]['observed'] for name in DEVIATIONS} == DEVIATIONS
    assert {found[name]['verdict'] for name in DEVIATIONS} == {'differs'}
    assert {found[name]['verdict'] for name in set(ASKED) - set(DEVIATIONS)} == {'holds'}
    assert 'error log: no mail was sent: TlsFailed' in found['crl_check']['evidence'][0]
    assert found['ciphers']['verdict'] == 'holds'  # compared with what the collection itself offers from the host
    assert site.files() == {CONFIG: BEFORE}
    assert site.pd.attributes('lab1') == ATTRIBUTES
    assert any(str(site.port) in ' '.join(call['arguments']) for call in site.pd.calls('pdset'))
    assert len(mail_server.mails(RECIPIENT)) == 2  # the proofs before and after
    written = yaml.safe_load(site.profile.read_text())
    assert written['trust']['crl_check'] == 'chain'
    assert '<code>crl_check</code>' in site.page.read_text()
    assert written['names'] == {'host_name': 'refused', 'common_name': 'refused'}


def test_with_its_profile_a_proof_agrees_with_the_mailer(site: Site, observed: Run, tmp_path: pathlib.Path) -> None:
    """The mail server's certificate is of a revoked intermediate CA, which only a mailer that checks the whole chain notices."""
    assert observed.rc == 0
    root = Authority('Profile Root CA')
    revoked = Authority('Profile Revoked CA', parent=root)
    server = tmp_path / 'pd' / 'spl1'
    server.mkdir(parents=True)
    (server / 'ca.pem').write_bytes(root.pem)
    (server / 'crl.pem').write_bytes(root.crl([revoked.certificate]) + revoked.crl())
    (server / CONFIG).write_text('EnableTLS = 1\nCAFile = ca.pem\nCrlFile = crl.pem\nHostname = print1.example.com\n')
    listener = Listener('starttls', 'starttls', *revoked.issue([LOOPBACK, HOST]).write(tmp_path, 'revoked'))
    by_mailers: list[int] = []
    with MailServer(tmp_path / 'mail', [listener], seconds=120) as running:
        port = running.ports['starttls']
        as_assumed = tmp_path / 'switches.json'
        as_assumed.write_text('{}')
        for switches in (site.switches, as_assumed):
            subprocess.run(site.mailer(server, port, switches), cwd=ROOT / 'tests', timeout=20, check=False)
            by_mailers.append(len(running.mails()))
        options = {'base_dir': str(server.parent), 'servers': [{'name': 'spl1'}], 'smtp_host': LOOPBACK, 'smtp_port': port}
        tasks = [
            {'name': name, 'printops.infoprint.send_memo': {**options, 'recipients': [RECIPIENT], **more}, 'ignore_errors': True}
            for name, more in (('Assumed', {}), ('Followed', {'profile': str(site.profile)}))
        ]
        run = site.ansible.playbook(
            [{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}],
            hosts(print1=local_host()),
            callbacks=['printops.infoprint.fleet_report'],
            INFOPRINT_REPORT_DIRECTORY=str(tmp_path / 'report'),
        )
        assert len(running.mails()) == 2  # one of a proof: of that which assumes too much
    assumed, followed = (run.results(task=name)[0].result['servers'][0] for name in ('Assumed', 'Followed'))
    assert (by_mailers, assumed['ok'], followed['ok']) == ([0, 1], True, False)
    assert [problem['code'] for problem in followed['problems']] == ['revoked']
    assert (assumed['policy']['profile'], followed['policy']['assumed']) == (None, NOT_ASKED)
    (reported,) = json.loads((tmp_path / 'report' / 'report.json').read_text())['hosts'][0]['servers']
    assert reported['profile'] == followed['policy']['profile']
    assert reported['profile'].startswith('RICOH InfoPrint Manager unknown, observed on 20')


def test_what_the_mailer_refuses_is_refused_by_a_proof(site: Site, tmp_path: pathlib.Path) -> None:
    """A certificate without a name but its common name, and a configuration with the line ends of another system."""
    root = Authority('Profile Root CA')
    server = tmp_path / 'pd' / 'spl1'
    server.mkdir(parents=True)
    (server / 'ca.pem').write_bytes(root.pem)
    (server / CONFIG).write_bytes(b'EnableTLS = 1\nCAFile = ca.pem\r\nHostname = print1.example.com\n')
    (tmp_path / 'names.yml').write_text(profile(names={'common_name': 'refused'}))
    (tmp_path / 'grammar.yml').write_text(profile(grammar={'carriage_return': 'kept'}))
    listener = Listener('starttls', 'starttls', *root.issue([], common_name='localhost').write(tmp_path, 'common'))
    with MailServer(tmp_path / 'mail', [listener], seconds=120) as running:
        options = {'base_dir': str(server.parent), 'smtp_host': 'localhost', 'smtp_port': running.ports['starttls']}
        tasks = [
            {'name': name, 'printops.infoprint.send_memo': {**options, 'until': 'handshake', **more}, 'ignore_errors': True}
            for name, more in (
                ('assumed', {}),
                *((name, {'profile': str(tmp_path / f'{name}.yml')}) for name in ('names', 'grammar')),
            )
        ]
        run = site.ansible.playbook([{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}], hosts(print1=local_host()))
    found = {name: run.results(task=name)[0].result['servers'][0] for name in ('assumed', 'names', 'grammar')}
    assert [entry['ok'] for entry in found.values()] == [True, False, False]
    assert [problem['code'] for problem in found['names']['problems']] == ['hostname_mismatch']
    (problem,) = found['grammar']['problems']
    assert (problem['code'], problem['line'], problem['keyword']) == ('invalid_line', 2, 'CAFile')
    assert 'the mailer was observed to take CR for a part of the value' in problem['message']


def test_a_rollback_says_that_the_mailer_does_not_read_what_it_restores(site: Site, tmp_path: pathlib.Path) -> None:
    root = Authority('Profile Root CA')
    server = tmp_path / 'pd' / 'spl1'
    server.mkdir(parents=True)
    (server / 'ca.pem').write_bytes(root.pem)
    before = b'EnableTLS = 1\nCAFile = ca.pem\r\nHostname = print1.example.com\n'
    (server / CONFIG).write_bytes(before)
    (tmp_path / 'grammar.yml').write_text(profile(grammar={'carriage_return': 'kept'}))
    listener = Listener('starttls', 'starttls', *root.issue(['localhost']).write(tmp_path, 'good'))
    with MailServer(tmp_path / 'mail', [listener], seconds=120) as running:
        options = {'base_dir': str(server.parent), 'smtp_host': 'localhost', 'smtp_port': running.ports['starttls']}
        declared = {
            'servers': [{'name': 'spl1'}],
            'enable_tls': 'starttls',
            'ca_content': root.pem.decode(),
            'hostname': 'a.example.com',
        }
        tested = {'try_before_commit': 'handshake', 'profile': str(tmp_path / 'grammar.yml')}
        tasks = [
            {'name': 'Converge', 'printops.infoprint.sendmemo_config': {**options, **declared, **tested}},
            {'name': 'Back', 'printops.infoprint.sendmemo_rollback': {**options, **tested}, 'ignore_errors': True},
        ]
        run = site.ansible.playbook([{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}], hosts(print1=local_host()))
    (converged,), (back,) = (run.results(task=name) for name in ('Converge', 'Back'))
    assert (converged.result['changed'], converged.result['problems']) == (True, []), run.output
    assert (server / CONFIG).read_bytes() == before
    assert [problem['code'] for problem in back.result['problems'] if problem['severity'] == 'error'] == ['invalid_line']
    assert back.status == 'failed'


def test_a_command_that_fails_is_told_and_nothing_is_concluded(site: Site) -> None:
    run = site.observe(
        observe_confirm=True, observe_trigger_command='echo no such queue; exit 3', observe_deadline=1, observe_profile_path=''
    )
    (result,) = [one.result for one in run.results(task='Observe')]
    assert {one['verdict'] for one in result['assumptions']} == {'unknown'}
    assert 'A command did not end well: exit code 3: no such queue' in run.output
    assert site.files() == {CONFIG: BEFORE}


def test_a_server_that_could_not_be_put_back_is_told(site: Site) -> None:
    """Its directory has gone when the first mail is caused."""
    gone = site.server.with_name('gone')
    run = site.observe(observe_confirm=True, observe_trigger_command=f'mv {site.server} {gone}', observe_deadline=1)
    assert run.rc != 0
    (result,) = [one.result for one in run.results(task='Observe')]
    assert {problem['code'] for problem in result['problems']} == {'not_a_server'}
    assert (result['changed'], [server['name'] for server in result['servers']]) == (True, ['lab1'])
    assert 'lab1 may still have the configuration of a trial' in ' '.join(run.output.split())
    gone.rename(site.server)
    assert site.files()[CONFIG] != BEFORE
    run = site.observe(observe_put_back_only=True)
    assert (run.rc, site.files()) == (0, {CONFIG: BEFORE}), run.output
    assert 'may still have' not in run.output


@pytest.mark.parametrize(
    ('host', 'code', 'message'),
    [
        pytest.param('no-such-host.invalid', 'host_not_found', "no-such-host.invalid can't be resolved", id='no such name'),
        pytest.param('127.0.0.2', 'connection_refused', '127.0.0.2, port {port}, refuses the connection', id='nobody there'),
    ],
)
def test_a_controller_that_is_not_reached_is_told_before_anything_changes(host: str, code: str, message: str, site: Site) -> None:
    run = site.observe(observe_confirm=True, observe_mail_host=host)
    (result,) = [one.result for one in run.results(task='Observe')]
    (problem,) = result['problems']
    assert (problem['code'], result['changed']) == (code, False)
    assert message.format(port=site.port) in problem['message']
    assert 'Check mail_host, listen_address and listen_ports' in problem['hint']
    assert site.files() == {CONFIG: BEFORE}


def test_another_machine_in_place_of_the_controller_is_told(site: Site) -> None:
    with socket.create_server(('127.0.0.3', site.port)):
        run = site.observe(observe_confirm=True, observe_mail_host='127.0.0.3')
    (problem,) = next(one.result for one in run.results(task='Observe'))['problems']
    assert (problem['code'], problem['message']) == (
        'network_unreachable',
        f'The print server reached 127.0.0.3, port {site.port}, at 127.0.0.3, and that is not this controller.',
    )


def test_a_port_that_is_taken_is_told(site: Site) -> None:
    with socket.create_server((LOOPBACK, site.port)):
        run = site.observe(observe_confirm=True)
    assert run.rc != 0
    assert f'nobody can listen on {LOOPBACK} port {site.port}' in run.output
    assert site.files() == {CONFIG: BEFORE}


@pytest.mark.parametrize(
    ('names', 'variables', 'message'),
    [
        pytest.param(['print1'], {}, 'confirm is false', id='without a confirmation'),
        pytest.param(['print1', 'print2'], {'observe_confirm': True}, 'this play has 2 hosts', id='a fleet'),
        pytest.param(['print1'], {'observe_experiments': ['crl']}, "'crl', which is no question", id='an unknown question'),
    ],
)
def test_what_nobody_wants_is_refused(site: Site, names: list[str], variables: dict[str, t.Any], message: str) -> None:
    run = site.observe(names=names, **variables)
    assert run.rc != 0
    assert message in run.output
    assert site.files() == {CONFIG: BEFORE}


@pytest.mark.parametrize('names', [[], ['lab1', 'lab2']], ids=['no server', 'several servers'])
def test_exactly_one_server_is_observed(names: list[str], site: Site) -> None:
    options = {'servers': [{'name': name} for name in names], 'listen_address': LOOPBACK, 'confirm': True}
    run = site.ansible.adhoc('printops.infoprint.observe_sendmemo', hosts(print1=local_host()), args=options)
    assert run.rc != 0
    assert f'servers has {len(names) or "no"} entries: observe one lab server' in run.output


def test_check_mode_says_what_would_be_done_and_does_nothing(site: Site) -> None:
    run = site.observe('--check')
    assert run.rc == 0, run.output
    assert f'which the print server reaches as {HOST}' in run.output
    assert 'common_name: Does' in run.output
    assert site.files() == {CONFIG: BEFORE}


def test_a_run_that_is_killed_is_ended_by_another(site: Site) -> None:
    """The command that is to cause the first mail ends the worker that waits for it, and Ansible."""
    killing = """kill -9 {{ lookup('ansible.builtin.pipe', 'echo $PPID $(ps -o ppid= -p $PPID)') }}"""
    site.observe(observe_confirm=True, observe_trigger_command=killing)
    assert site.files()[CONFIG] != BEFORE
    assert site.pd.attributes('lab1') != ATTRIBUTES
    run = site.observe(observe_put_back_only=True)
    assert run.rc == 0, run.output
    assert [one.result['changed'] for one in run.results(task='Observe')] == [True]
    assert site.files() == {CONFIG: BEFORE}
    assert site.pd.attributes('lab1') == ATTRIBUTES


def test_a_server_that_does_not_exist_has_no_configuration_of_a_trial(site: Site) -> None:
    run = site.observe(observe_confirm=True, observe_server='lab2')
    assert run.rc != 0
    assert 'There is no working directory' in run.output
    assert 'may still have the configuration of a trial' not in ' '.join(run.output.split())
