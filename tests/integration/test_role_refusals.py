# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Variables that can't be right together are refused on the controller, with one message, before their host is touched."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from support.pki import Authority
from support.playbook import Ansible, Run, TaskResult, hosts, local_host
from support.role_results import CONVERGE, REPORT_FAILURE, RESTART_AFTER_FAILURE

pytestmark = pytest.mark.version_shim

Variables = t.Mapping[str, t.Any]


class Case(t.NamedTuple):
    """Variables of the role (without its prefix), and what the message says."""

    variables: Variables
    message: str


SERVER = {'name': 'spl1'}
RECIPIENTS = {'verify_recipients': ['print-ops@example.com']}


def one_server(**more: t.Any) -> Variables:
    return {**RECIPIENTS, 'servers': [{**SERVER, **more}]}


# By entry point. Whatever is not given is the role's default, but for the base directory and one server.
REFUSED: dict[str, dict[str, Case]] = {
    'main': {
        'a mail to nobody': Case({}, 'sendmemo_tls_verify_recipients of server spl1 is missing and sendmemo_tls_verify is sent'),
        'a mail to nobody, servers found': Case({'servers': []}, 'sendmemo_tls_verify_recipients is missing'),
        'an envelope to nobody': Case({'verify': 'envelope'}, 'sendmemo_tls_verify_recipients of server spl1 is missing'),
        'a mail of one server to nobody': Case(
            {'servers': [{**SERVER, 'verify_recipients': ['a@example.com']}, {'name': 'spl2', 'verify_recipients': []}]},
            'sendmemo_tls_verify_recipients of server spl2 is missing',
        ),
        'a try with an envelope to nobody': Case(
            {'verify': 'none', 'try_before_commit': 'envelope'},
            'sendmemo_tls_verify_recipients of server spl1 is missing and sendmemo_tls_try_before_commit is envelope',
        ),
        'a recipient that is none': Case(
            {'verify_recipients': ['print ops']}, 'sendmemo_tls_verify_recipients of server spl1 is not a mail address'
        ),
        'a recipient of an entry that is none': Case(
            one_server(verify_recipients=['a@b@c']), 'sendmemo_tls_verify_recipients of server spl1 is not a mail address'
        ),
        'a sender that is none': Case(
            {**RECIPIENTS, 'verify_sender': '<root>'}, 'sendmemo_tls_verify_sender of server spl1 is not a mail address'
        ),
        'a recipient with a command behind it': Case(
            {'verify_recipients': ['a@example.com\r\nDATA']}, 'sendmemo_tls_verify_recipients holds the control character'
        ),
        'a subject of two lines': Case(
            {**RECIPIENTS, 'verify_subject': 'a\nBcc: b@example.com'}, 'sendmemo_tls_verify_subject holds the control character'
        ),
        'two kinds of CA': Case(
            {**RECIPIENTS, 'ca_src': 'ca.pem', 'ca_path': '/etc/ca.pem'},
            'sendmemo_tls_ca_src and sendmemo_tls_ca_path exclude each other',
        ),
        'three kinds of CRL': Case(
            {**RECIPIENTS, 'crl_src': 'crl.pem', 'crl_path': '/etc/crl.pem', 'crl_content': 'x'},
            'sendmemo_tls_crl_src and sendmemo_tls_crl_content and sendmemo_tls_crl_path exclude each other',
        ),
        'two kinds of CA of a server': Case(
            one_server(ca_src='ca.pem', ca_content='x'),
            'sendmemo_tls_servers[0].ca_src and sendmemo_tls_servers[0].ca_content exclude each other',
        ),
        'an empty CA': Case({**RECIPIENTS, 'ca_src': []}, 'sendmemo_tls_ca_src is empty'),
        'a CA that the controller does not have': Case(
            {**RECIPIENTS, 'ca_src': 'no-such-ca.pem'}, 'is no-such-ca.pem, and there is no such file'
        ),
        'a CA path that is relative': Case({**RECIPIENTS, 'ca_path': 'ca.pem'}, "sendmemo_tls_ca_path is 'ca.pem'"),
        'attributes without values': Case(
            {**RECIPIENTS, 'manage_attributes': True, 'smtp_host': 'mail.example.com'},
            'sendmemo_tls_manage_attributes of server spl1 needs sendmemo_tls_smtp_host and sendmemo_tls_smtp_port',
        ),
        'attributes of a server without values': Case(
            one_server(manage_attributes=True), 'sendmemo_tls_manage_attributes of server spl1 needs'
        ),
        'an EHLO name that is none': Case({**RECIPIENTS, 'hostname': 'print1'}, 'invalid_ehlo_hostname'),
        'absence of all servers of a host': Case(
            {**RECIPIENTS, 'state': 'absent'}, 'sendmemo_tls_state is not a variable: state belongs in an entry'
        ),
        'a working directory of a host': Case({**RECIPIENTS, 'working_dir': '/var/pd/spl1'}, 'sendmemo_tls_working_dir is not a'),
        'a misspelt variable': Case(
            {**RECIPIENTS, 'crl_scr': 'crl.pem'},
            'sendmemo_tls_crl_scr is not a variable of the role: did you mean sendmemo_tls_crl_src?',
        ),
        "a variable of the site's own": Case({**RECIPIENTS, 'wallpaper': 'blue'}, 'give variables of your own another prefix'),
        'an unknown key of a server': Case(one_server(wallpaper='blue'), 'wallpaper'),
        'a server without a name': Case({**RECIPIENTS, 'servers': [{'enable_tls': 'smtps'}]}, 'name'),
        'a name with a slash': Case(one_server(name='../spl1'), "sendmemo_tls_servers[0].name is '../spl1'"),
        'a server twice': Case(
            {**RECIPIENTS, 'servers': [SERVER, SERVER]}, 'sendmemo_tls_servers[1].name spl1 is already that of servers[0]'
        ),
        'two servers in one directory': Case(
            {**RECIPIENTS, 'servers': [{'name': 'a', 'working_dir': '/var/pd/x'}, {'name': 'b', 'working_dir': '/var/pd//x/'}]},
            'sendmemo_tls_servers[1].working_dir /var/pd/x is already that of servers[0]',
        ),
        'a mode that is none': Case({**RECIPIENTS, 'mode': 'rw-r--r--'}, "sendmemo_tls_mode is 'rw-r--r--'"),
        'a mode that lost its octal form': Case({**RECIPIENTS, 'mode': '420'}, "sendmemo_tls_mode is '420'"),
        'a mode of a server that is none': Case(one_server(mode='999'), "sendmemo_tls_servers[0].mode is '999'"),
        'a port that is none': Case({**RECIPIENTS, 'smtp_port': 70000}, 'sendmemo_tls_smtp_port is 70000: it can be 1 to 65535'),
        'a port that is no number': Case({**RECIPIENTS, 'smtp_port': 'smtp'}, 'sendmemo_tls_smtp_port'),
        'no time at all': Case({**RECIPIENTS, 'verify_timeout': 0}, 'sendmemo_tls_verify_timeout is 0'),
        'retries without end': Case({**RECIPIENTS, 'verify_retries': 1000}, 'sendmemo_tls_verify_retries is 1000'),
        'a delay of days': Case({**RECIPIENTS, 'verify_retry_delay': 1000000}, 'sendmemo_tls_verify_retry_delay is 1000000.0'),
        'backups of which none stays': Case({**RECIPIENTS, 'backup_keep': 0}, 'sendmemo_tls_backup_keep is 0'),
        'an unknown encryption': Case({**RECIPIENTS, 'enable_tls': 'tls'}, 'sendmemo_tls_enable_tls'),
        'an unknown proof': Case({**RECIPIENTS, 'verify': 'ping'}, 'sendmemo_tls_verify'),
        'an unknown occasion': Case({**RECIPIENTS, 'verify_when': 'never'}, 'sendmemo_tls_verify_when'),
        'an unknown TLS version': Case({**RECIPIENTS, 'min_tls': 'TLSv1.4'}, 'sendmemo_tls_min_tls'),
        'a template that is not there': Case(
            {**RECIPIENTS, 'template': 'no-such.j2'}, 'is no-such.j2, and there is no such file'
        ),
    },
    'audit': {
        'a failure that is none': Case({'audit_fails': 'perhaps'}, 'sendmemo_tls_audit_fails'),
        'a misspelt variable': Case({'audit_fail': True}, 'did you mean sendmemo_tls_audit_fails?'),
        'two kinds of CA': Case({'ca_src': 'ca.pem', 'ca_path': '/etc/ca.pem'}, 'exclude each other'),
        'warn days that are none': Case({'warn_days': -1}, 'sendmemo_tls_warn_days is -1'),
    },
    'verify': {
        'a mail to nobody': Case({}, 'sendmemo_tls_verify_recipients of server spl1 is missing'),
        'nothing to prove': Case({**RECIPIENTS, 'verify': 'none'}, 'sendmemo_tls_verify is none'),
        'a sender that is none': Case({**RECIPIENTS, 'verify_sender': 'a b'}, 'sendmemo_tls_verify_sender of server spl1 is no'),
    },
}
REFUSED['rollback'] = {
    'a try with an envelope to nobody': Case(
        {'try_before_commit': 'envelope'}, 'sendmemo_tls_verify_recipients of server spl1 is missing'
    ),
    'a server twice': Case({'servers': [SERVER, SERVER]}, 'is already that of servers[0]'),
}
# What may look impossible and is not.
ALLOWED: dict[str, Variables] = {
    'no encryption, and a CA': {**RECIPIENTS, 'enable_tls': 'disabled', 'ca_src': '{ca}', 'verify': 'none'},
    'an absent server needs no recipient': {'servers': [{**SERVER, 'state': 'absent'}]},
    'no proof needs no recipient': {'verify': 'none'},
    'a number as text': {'verify': 'none', 'backup_keep': '3', 'verify_timeout': '10', 'smtp_port': '25'},
    'one recipient as text': {'verify_recipients': 'print-ops@example.com', 'verify_when': 'changed'},
    'omitted': {'verify': 'none', 'owner': '{{ omit }}', 'servers': [{**SERVER, 'group': '{{ omit }}'}]},
}
HOST = '{}-{:02}'.format


class Refusals(t.NamedTuple):
    base: pathlib.Path
    runs: dict[str, Run]

    def result(self, entry_point: str, number: int) -> tuple[str, list[TaskResult]]:
        host = HOST(entry_point, number)
        return host, self.runs[entry_point].results(host)


def host_of(base: pathlib.Path, variables: Variables, **more: t.Any) -> dict[str, t.Any]:
    """Return a host with one server, and with these variables of the role."""
    given = {'base_dir': str(base), 'servers': [SERVER], **variables}
    return local_host(**{f'sendmemo_tls_{name}': value for name, value in given.items()}, **more)


@pytest.fixture(scope='module')
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Refusals:
    """Run each entry point once, with a host for each case. The interpreter of those to be refused would report its start."""
    base = tmp_path_factory.mktemp('refusals')
    ca = base / 'ca.pem'
    ca.write_bytes(Authority('Test CA').pem)
    python = base / 'python'
    python.write_text('#!/bin/sh\ntouch "$0.started"\nexit 1\n')
    python.chmod(0o755)
    runs = {}
    for entry_point, cases in REFUSED.items():
        inventory = {
            HOST(entry_point, number): host_of(base, case.variables, ansible_python_interpreter=str(python))
            for number, case in enumerate(cases.values())
        }
        play = {
            'hosts': 'print_servers',
            'gather_facts': False,
            'strategy': 'free',
            'tasks': [{'ansible.builtin.import_role': {'name': 'printops.infoprint.sendmemo_tls', 'tasks_from': entry_point}}],
        }
        if entry_point == 'main':
            for number, variables in enumerate(ALLOWED.values()):
                host = HOST('allowed', number)
                (base / host / 'spl1').mkdir(parents=True)
                given = {name: str(ca) if value == '{ca}' else value for name, value in variables.items()}
                inventory[host] = host_of(base / host, {'try_before_commit': 'none', **given})
        ansible = Ansible(base / f'controller-{entry_point}')
        runs[entry_point] = ansible.playbook(
            [play], hosts(**inventory), '--tags', 'always,configure' if entry_point == 'main' else 'all', ANSIBLE_FORKS='12'
        )
    assert not (base / 'python.started').exists(), 'a program was started on a host that was to be refused'
    return Refusals(base, runs)


TABLE = [(entry_point, number, name) for entry_point, cases in REFUSED.items() for number, name in enumerate(cases)]


@pytest.mark.parametrize(('entry_point', 'number'), [row[:2] for row in TABLE], ids=[f'{row[0]}: {row[2]}' for row in TABLE])
def test_refused_with_one_message(refusals: Refusals, entry_point: str, number: int) -> None:
    host, results = refusals.result(entry_point, number)
    case = list(REFUSED[entry_point].values())[number]
    ended = [(one.task.split(' : ')[-1], one.status) for one in results if one.status != 'ok']
    after = [(RESTART_AFTER_FAILURE, 'skipped'), (REPORT_FAILURE, 'failed')]
    if entry_point == 'main':
        assert ended == [(CONVERGE, 'failed'), *after], results
    else:
        assert [status for _task, status in ended] == ['failed'], results
    first, *others = [one.result for one in results if one.status == 'failed']
    assert case.message in str(first), first.get('msg')
    assert [other['msg'] for other in others] == [_in_short(first)] * len(others)
    assert refusals.runs[entry_point].stats[host]['failures'] == 1
    assert refusals.runs[entry_point].stats[host]['changed'] == 0


def _in_short(result: dict[str, t.Any]) -> str:
    """Return a failure as the role repeats it: server, message and code of the first error."""
    problems = [problem for problem in result.get('problems', ()) if problem['severity'] == 'error']
    if not problems:
        return str(result['msg'])
    server = f'{problems[0]["server"]}: ' if 'server' in problems[0] else ''
    return f'{server}{problems[0]["message"]} [{problems[0]["code"]}]'


@pytest.mark.parametrize('number', range(len(ALLOWED)), ids=list(ALLOWED))
def test_allowed(refusals: Refusals, number: int) -> None:
    host = HOST('allowed', number)
    assert refusals.runs['main'].stats[host]['failures'] == 0, refusals.runs['main'].results(host)
