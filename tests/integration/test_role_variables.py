# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each variable of the role does what it says: a host for each of them, in the same two runs."""

from __future__ import annotations

import os
import pathlib
import re
import ssl
import stat
import typing as t

import pytest
import yaml

from support.mail_server_process import Listener, Mail, MailServer
from support.pd_programs import PdPrograms
from support.pki import Authority
from support.playbook import ROOT, Ansible, Run, hosts, local_host
from support.profiles import SHOWN, profile
from support.role_results import REPORT_FAILURE, RESTART_AFTER_FAILURE, reported, sends
from support.scripted_server import HANG, Script, ScriptedServer

from .conftest import SERVER_NAMES, Pki

pytestmark = pytest.mark.version_shim

CONFIG = 'sendmemo-ssl.cfg'
PREFIX = 'sendmemo_tls_'
SPECIFIED = yaml.safe_load((ROOT / 'roles' / 'sendmemo_tls' / 'meta' / 'argument_specs.yml').read_text())['argument_specs']
USER = os.geteuid() or 4711  # who is to own files: only root can give them away
GROUP = os.getegid() or 4712


BY_HAND = 'EnableTLS = 0\n'  # the configuration that the first run finds, of every host
LATER = '# a comment\n'  # what the second run finds behind it


class Place(t.NamedTuple):
    """What the variables of cases refer to: '@ca' and '@crl', '@/NAME' a file, '@NAME' the port of a listener."""

    base: pathlib.Path
    pki: Pki
    ports: t.Mapping[str, int]

    def filled(self, value: t.Any) -> t.Any:
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if isinstance(value, dict):
            return {key: self.filled(one) for key, one in value.items()}
        if not isinstance(value, str) or not value.startswith('@'):
            return value
        if value.startswith('@/'):
            return str(self.base / value[2:])
        return {'@ca': str(self.pki.ca_path), '@crl': str(self.pki.crl_path)}.get(value) or self.ports[value[1:]]


class Host(t.NamedTuple):
    """A host after both runs."""

    name: str
    place: Place
    runs: tuple[Run, Run]
    mail_server: MailServer

    @property
    def path(self) -> pathlib.Path:
        return self.place.base / self.name / 'spl1' / CONFIG

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def settings(self) -> dict[str, str]:
        return dict(re.findall(r'^(\w+) = (.*)$', self.text, re.MULTILINE))

    def trust(self, keyword: str) -> str:
        return (self.path.parent / self.settings[keyword]).read_text()

    def result(self) -> dict[str, t.Any]:
        return reported(self.runs[0], self.name).result

    def proof(self) -> dict[str, t.Any]:
        return sends(self.runs[0], self.name)[0]

    def proofs(self) -> list[str]:
        """Return how the task with the proof ended in each run; 'nothing sent' where there was no proof."""
        return [reported(run, self.name).status if sends(run, self.name) else 'nothing sent' for run in self.runs]

    def restarts(self) -> list[str]:
        """Return what the restart command wrote, a line for each time that it ran."""
        log = self.path.parents[1] / 'log'
        return log.read_text().splitlines() if log.exists() else []

    def tasks(self) -> list[list[str]]:
        """Return the tasks after the one that converges, in each run."""
        return [[one.task.split(' : ')[-1] for one in run.results(self.name)][1:] for run in self.runs]

    def refused(self) -> set[str]:
        """Return the codes of what kept the declared set from being active."""
        return {problem['code'] for server in self.result()['servers'] for problem in server['problems']}

    def codes(self) -> set[str]:
        """Return the codes of what the proof found; all of them are among the problems of the task."""
        sent = {problem['code'] for entry in sends(self.runs[0], self.name) for problem in entry['problems']}
        assert sent <= {problem['code'] for problem in self.result()['problems']}
        return sent

    def backups(self) -> int:
        directory = self.path.parent / 'sendmemo-ssl.backups'
        return len(list(directory.iterdir())) if directory.exists() else 0

    def mail(self) -> Mail:
        return self.mail_server.mails(f'{self.name}@example.com')[0]


class Case(t.NamedTuple):
    """The variables of a host (without the role's prefix), and what is true of it afterwards."""

    variables: t.Mapping[str, t.Any]
    holds: t.Callable[[Host], bool]


CHAIN = {'ca_src': '@/chain-ca.pem', 'crl_src': '@/chain-crl.pem', 'enable_tls': 'smtps', 'smtp_port': '@chain'}
GREYLISTED = {'verify': 'envelope', 'verify_retries': 1, 'enable_tls': 'disabled'}
SENT = {'verify': 'sent'}
RESTARTED = {'restart_command': 'echo restarted >> "{{ sendmemo_tls_base_dir }}/log"'}
# What a host has that its case does not set.
USUAL = {
    'base_dir': '@/HOST',
    'servers': [{'name': 'spl1'}],
    'ca_src': '@ca',
    'enable_tls': 'starttls',
    'smtp_host': '127.0.0.1',
    'smtp_port': '@starttls',
    'try_before_commit': 'none',
    'verify': 'handshake',
    'verify_recipients': ['HOST@example.com'],
}
# By the variable that they are for, and a number where there are several.
CASES: dict[str, Case] = {
    'base_dir': Case({}, lambda host: 'EnableTLS' in host.settings),
    'servers': Case(
        {'servers': [{'name': 'spl1'}, {'name': 'b', 'working_dir': '@/elsewhere', 'hostname': 'b.example.com'}]},
        lambda host: 'Hostname = b.example.com\n' in (host.place.base / 'elsewhere' / CONFIG).read_text(),
    ),
    'servers 2': Case({'servers': []}, lambda host: host.proof()['name'] == 'spl1'),
    'template': Case({'template': '@/site.j2'}, lambda host: host.text.startswith('# of the site spl1')),
    'enable_tls': Case(
        {'enable_tls': 'smtps', 'smtp_port': '@smtps'},
        lambda host: host.settings['EnableTLS'] == '2' and host.proof()['tls']['mode'] == 'smtps',
    ),
    'ca_src': Case({'ca_src': ['@/other-ca.pem', '@ca']}, lambda host: host.trust('CAFile').count('BEGIN CERTIFICATE') == 2),
    'ca_content': Case(
        {'ca_src': None, 'ca_content': "{{ lookup('file', ca) }}\n"},
        lambda host: host.trust('CAFile') == host.place.pki.authority.pem.decode(),
    ),
    'ca_path': Case({'ca_src': None, 'ca_path': '@ca'}, lambda host: host.settings['CAFile'] == str(host.place.pki.ca_path)),
    'crl_src': Case({'crl_src': ['@crl']}, lambda host: host.trust('CrlFile') == host.place.pki.crl_path.read_text()),
    'crl_content': Case(
        {'crl_content': "{{ lookup('file', crl) }}\n"}, lambda host: host.trust('CrlFile') == host.place.pki.crl_path.read_text()
    ),
    'crl_path': Case({'crl_path': '@crl'}, lambda host: host.settings['CrlFile'] == str(host.place.pki.crl_path)),
    'hostname': Case({'hostname': '[192.0.2.1]'}, lambda host: host.proof()['ehlo']['name'] == '[192.0.2.1]'),
    'cert_validation_ignore_host_name': Case(
        {'cert_validation_ignore_host_name': True, 'smtp_port': '@other name'},
        lambda host: host.settings['CertValidationIgnoreHostName'] == '1' and host.proof()['ok'],
    ),
    'ignore_certificate_errors': Case(
        {'ignore_certificate_errors': True, 'smtp_port': '@expired', 'enable_tls': 'smtps'},
        lambda host: host.settings['IgnoreCertificateErrors'] == '1' and host.proof()['ok'],
    ),
    'accept_unprotected': Case(
        {'accept_unprotected': True, 'enable_tls': 'disabled', 'smtp_port': '@plain'},
        lambda host: host.proof()['accept_unprotected'] is True and host.proof()['ok'],
    ),
    'smtp_host': Case({'smtp_host': 'localhost'}, lambda host: 'spl1 -> localhost:' in host.result()['msg']),
    'smtp_port': Case({'smtp_port': 9}, lambda host: 'connection_refused' in host.codes()),
    'manage_attributes': Case(
        {'manage_attributes': True, 'pd_bin_dir': '@/pd-set/bin'},
        lambda host: (
            PD['set'].attributes('spl1')
            == {'smtp-server-host': '127.0.0.1', 'smtp-server-port': str(host.place.ports['starttls'])}
        ),
    ),
    'manage_attributes 2': Case(
        {'pd_bin_dir': '@/pd-left/bin'}, lambda host: PD['left'].attributes('spl1') == ATTRIBUTES and host.proof()['ok']
    ),
    'pd_bin_dir': Case(
        {'smtp_host': None, 'smtp_port': None, 'pd_bin_dir': '@/pd-read/bin'},
        lambda host: host.proof()['ok'] and 'spl1 -> localhost:' in host.result()['msg'],
    ),
    'owner': Case({'owner': str(USER)}, lambda host: host.path.stat().st_uid == USER),
    'group': Case({'group': str(GROUP)}, lambda host: host.path.stat().st_gid == GROUP),
    'mode': Case({'mode': '0640'}, lambda host: stat.S_IMODE(host.path.stat().st_mode) == 0o640),
    'backup': Case({'backup': False}, lambda host: host.backups() == 0),
    'backup 2': Case({}, lambda host: host.backups() == 2),
    'backup_keep': Case({'backup_keep': 1}, lambda host: host.backups() == 1),
    'try_before_commit': Case(
        {'try_before_commit': 'handshake', 'smtp_port': 9},
        lambda host: (
            'connection_refused' in host.refused()
            and host.text == BY_HAND + LATER
            and host.proofs() == ['nothing sent', 'nothing sent']
        ),
    ),
    'fail_on': Case(
        {'fail_on': 'warning', 'enable_tls': 'disabled', 'smtp_port': '@plain'},
        lambda host: host.proof()['ok'] and host.proofs() == ['failed', 'failed'],
    ),
    'warn_days': Case({'warn_days': 36500}, lambda host: 'certificate_expires_soon' in host.codes()),
    'min_tls': Case(
        {'min_tls': 'TLSv1.3', 'enable_tls': 'smtps', 'smtp_port': '@old'}, lambda host: 'protocol_too_old' in host.codes()
    ),
    'crl_check': Case({**CHAIN, 'crl_check': 'chain'}, lambda host: 'crl_missing' in host.codes() and not host.proof()['ok']),
    'crl_check 2': Case(CHAIN, lambda host: host.proof()['ok']),
    'profile': Case(
        {**CHAIN, 'profile': '@/observed.yml'},
        lambda host: (
            host.codes() == {'crl_missing'}
            and host.proof()['policy']['profile'] == SHOWN
            and 'sendmemo_tls_restart_command is not set' in ' '.join(host.result()['warnings'])
        ),
    ),
    'profile 2': Case(
        {**RESTARTED, 'profile': '@/observed.yml'}, lambda host: host.proof()['ok'] and not host.result().get('warnings')
    ),
    'profile 3': Case(
        {'hostname': '[192.0.2.1]', 'profile': '@/observed.yml'},
        lambda host: (
            [problem['code'] for problem in host.result()['problems']] == ['invalid_ehlo_hostname']
            and host.proofs() == ['nothing sent', 'nothing sent']
            and host.text == BY_HAND + LATER
        ),
    ),
    'verify': Case({'verify': 'envelope'}, lambda host: host.proof()['until'] == 'envelope'),
    'verify 2': Case({'verify': 'none'}, lambda host: host.proofs() == ['nothing sent', 'nothing sent']),
    'verify_when': Case({'verify_when': 'changed'}, lambda host: host.proofs() == ['ok', 'ok']),
    'verify_when 2': Case({'verify_when': 'changed', 'left_alone': True}, lambda host: host.proofs() == ['ok', 'nothing sent']),
    'verify_timeout': Case(
        {'verify_timeout': 1, 'smtp_port': '@silent'},
        lambda host: 'banner_timed_out' in host.codes() and host.proof()['timings_ms']['total'] < 10_000,
    ),
    'verify_retries': Case({**GREYLISTED, 'verify_retry_delay': 0, 'smtp_port': '@greylisting'}, lambda host: host.proof()['ok']),
    'verify_retry_delay': Case(
        {**GREYLISTED, 'verify_retry_delay': 2, 'smtp_port': '@greylisting too'},
        lambda host: host.proof()['ok'] and GREYLISTING[1].visits[1].begin - GREYLISTING[1].visits[0].end >= 2,
    ),
    'verify_sender': Case({**SENT, 'verify_sender': 'me@example.com'}, lambda host: host.mail().sender == 'me@example.com'),
    'verify_recipients': Case(SENT, lambda host: host.mail().recipients == [f'{host.name}@example.com']),
    'verify_subject': Case({**SENT, 'verify_subject': 'Grüße'}, lambda host: host.mail().message['Subject'] == 'Grüße'),
    'verify_body': Case(
        {**SENT, 'verify_body': 'Paper is out.'}, lambda host: 'Paper is out.' in host.mail().message.get_content()
    ),
    'restart_command': Case(RESTARTED, lambda host: host.restarts() == ['restarted'] * 2),
    'restart_command 2': Case({**RESTARTED, 'left_alone': True}, lambda host: host.restarts() == ['restarted']),
    'restart_command 3': Case(
        {**RESTARTED, 'smtp_port': 9},
        lambda host: host.restarts() == ['restarted'] * 2 and host.tasks() == [[RESTART_AFTER_FAILURE, REPORT_FAILURE]] * 2,
    ),
    'restart_command 4': Case(
        {**RESTARTED, 'smtp_port': 9, 'left_alone': True},
        lambda host: (
            host.restarts() == ['restarted'] and host.proofs() == ['failed', 'failed'] and host.tasks()[1][-1] == REPORT_FAILURE
        ),
    ),
    'restart_command 5': Case(
        {**RESTARTED, 'smtp_port': 9, 'fail_on': 'never'},
        lambda host: host.restarts() == ['restarted'] * 2 and host.proofs() == ['ok', 'ok'] and not host.proof()['ok'],
    ),
    'restart_command 6': Case(
        {**RESTARTED, 'smtp_port': 9, 'try_before_commit': 'handshake'},
        lambda host: host.restarts() == [] and host.text == BY_HAND + LATER,
    ),
}
CONFIRM = {name.removeprefix(PREFIX) for name in SPECIFIED['main']['options'] if name.startswith(f'{PREFIX}confirm')}
# Those with a test of their own: of the mailbox in test_confirm_delivery.py.
ELSEWHERE = {'audit_fails', 'enable_ssl_v3', 'crl_url', 'crl_cache', 'crl_tolerance', *CONFIRM}
GREYLISTING: list[ScriptedServer] = []
PD: dict[str, PdPrograms] = {}
ATTRIBUTES = {'smtp-server-host': 'old.example.com', 'smtp-server-port': '25'}


def name_of(variable: str) -> str:
    return variable.replace('_', '-').replace(' ', '-')


@pytest.fixture(scope='module')
def place(tmp_path_factory: pytest.TempPathFactory, pki: Pki, mail_server: MailServer) -> t.Iterator[Place]:
    """The files and mail servers that the cases refer to."""
    base = tmp_path_factory.mktemp('variables')
    (base / 'elsewhere').mkdir()
    (base / 'other-ca.pem').write_bytes(Authority('Other CA').pem)
    (base / 'site.j2').write_text('# of the site {{ server.name }}\nEnableTLS = 1\nCAFile = {{ settings.CAFile }}\n')
    observed = {'trust': {'crl_check': 'chain'}, 'session': {'ehlo_ipv4': 'own_name'}}
    (base / 'observed.yml').write_text(profile(reading={'when_read': 'at_start'}, **observed))
    issuing, another = Authority('Issuing CA', parent=pki.authority), Authority('Another CA')
    (base / 'chain-ca.pem').write_bytes(pki.authority.pem + issuing.pem + another.pem)
    (base / 'chain-crl.pem').write_bytes(issuing.crl() + another.crl())
    chain = issuing.issue(SERVER_NAMES).write(base, 'chain')
    other_name = pki.authority.issue(['other.example.com']).write(base, 'other-name')
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.load_cert_chain(*pki.server.write(base, 'server'))
    greylists = Script('plain', {'RCPT': ['450 4.2.0 Later', '250 2.1.5 Ok']})
    scripted = {
        'old': ScriptedServer(Script('smtps', {}), old),
        'silent': ScriptedServer(Script('plain', {'banner': HANG})),
        'greylisting': ScriptedServer(greylists),
        'greylisting too': ScriptedServer(greylists),
    }
    GREYLISTING[:] = [scripted['greylisting'], scripted['greylisting too']]
    with MailServer(
        base / 'more-mail', [Listener('chain', 'smtps', *chain), Listener('other name', 'starttls', *other_name)]
    ) as more:
        ports = {**mail_server.ports, **more.ports, **{name: server.port for name, server in scripted.items()}}
        right = {'smtp-server-host': 'localhost', 'smtp-server-port': str(ports['starttls'])}
        for name, attributes in (('set', ATTRIBUTES), ('left', ATTRIBUTES), ('read', right)):
            PD[name] = PdPrograms(base / f'pd-{name}', {'spl1': attributes})
        yield Place(base, pki, ports)
    for server in scripted.values():
        server.close()


@pytest.fixture(scope='module')
def both_runs(place: Place) -> tuple[Run, Run]:
    """Run the role over all cases, put a comment behind each configuration that is not to be left alone, and run it again."""
    inventory = {}
    for variable, case in CASES.items():
        name = name_of(variable)
        directory = place.base / name / 'spl1'
        directory.mkdir(parents=True)
        (directory / CONFIG).write_text(BY_HAND)
        given = {key: place.filled(value) for key, value in {**USUAL, **case.variables}.items()}
        given.update(base_dir=str(directory.parent), verify_recipients=[f'{name}@example.com'])
        inventory[name] = local_host(
            ca=str(place.pki.ca_path),
            crl=str(place.pki.crl_path),
            **{PREFIX + key: value for key, value in given.items() if value is not None and key != 'left_alone'},
        )
    play = {'hosts': 'print_servers', 'gather_facts': False, 'strategy': 'free', 'roles': ['printops.infoprint.sendmemo_tls']}
    ansible = Ansible(place.base / 'controller')
    first = ansible.playbook([play], hosts(**inventory), ANSIBLE_FORKS='8')
    for variable, case in CASES.items():
        if 'left_alone' not in case.variables:
            with (place.base / name_of(variable) / 'spl1' / CONFIG).open('a') as config:
                config.write(LATER)
    return first, ansible.playbook([play], hosts(**inventory), ANSIBLE_FORKS='8')


def test_every_variable_has_a_case() -> None:
    offered = {name.removeprefix(PREFIX) for one in SPECIFIED.values() for name in one['options']}
    assert {name.split()[0] for name in CASES} | ELSEWHERE == offered


@pytest.mark.parametrize('variable', CASES)
def test_variable_does_what_it_says(place: Place, both_runs: tuple[Run, Run], mail_server: MailServer, variable: str) -> None:
    host = Host(name_of(variable), place, both_runs, mail_server)
    assert CASES[variable].holds(host), [(one.task, one.status, one.result.get('msg')) for one in host.runs[0].results(host.name)]
