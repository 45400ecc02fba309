# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""send_memo through real ansible-playbook runs, on old and new Pythons of the target."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from support.mail_server_process import MailServer
from support.pd_programs import PdPrograms
from support.playbook import Ansible
from support.pythons import target_pythons
from support.steps import Task, alone
from support.together import together

from .conftest import Pki, need

# The ends of what a target may have, and the edges at which `ssl` changed.
PYTHONS = ('3.6', '3.9', '3.11', '3.13')
EHLO = 'Hostname = print1.example.com'
STARTTLS = ('EnableTLS = 1', 'CAFile = ca.pem', 'CrlFile = crl.pem', EHLO)
SMTPS = ('EnableTLS = 2', *STARTTLS[1:])
# An address to the resolver, and to a certificate a name that it doesn't have.
OTHER_NAME = '127.1'


class Host:
    """A print host, and send_memo on it."""

    def __init__(self, base_dir: pathlib.Path, pki: Pki, mail_server: MailServer) -> None:
        self.base_dir = base_dir
        self.pki = pki
        self.mail_server = mail_server
        self.entries: list[dict[str, t.Any]] = []
        self.recipient = f'{base_dir.parent.name.replace("_", "-")}@example.com'

    def add(self, listener: str, *lines: str, **entry: t.Any) -> str:
        """Make a server with a configuration, whose mail server is one of the listeners; return its name."""
        name = f'spl{len(self.entries) + 1}'
        directory = self.base_dir / name
        directory.mkdir(parents=True)
        (directory / 'ca.pem').write_bytes(self.pki.authority.pem)
        (directory / 'crl.pem').write_bytes(self.pki.crl_path.read_bytes())
        (directory / 'sendmemo-ssl.cfg').write_text(''.join(f'{line}\n' for line in lines))
        self.entries.append({'name': name, 'smtp_port': self.mail_server.ports.get(listener, 1), **entry})
        return name

    async def send(self, *arguments: str, python: str = '', expected: str = 'ok', **options: t.Any) -> dict[str, t.Any]:
        if python and python not in target_pythons():
            need(f'no Python {python} was found (the tests are to be started by make test)')
        given = {
            'base_dir': str(self.base_dir),
            'smtp_host': '127.0.0.1',
            'recipients': [self.recipient],
            'timeout': 10,
            'servers': self.entries,
            **options,
        }
        variables = {'ansible_python_interpreter': str(target_pythons()[python])} if python else {}
        result = await Task('send_memo', given, *arguments, variables=variables).result()
        assert result['failed'] is (expected == 'failed'), result['output']
        return result


def made_host(tmp_path: pathlib.Path, pki: Pki, mail_server: MailServer) -> Host:
    return Host(tmp_path / 'pd', pki, mail_server)


def errors(entry: dict[str, t.Any]) -> list[tuple[str, str | None]]:
    return [(problem['code'], problem.get('stage')) for problem in entry['problems'] if problem['severity'] == 'error']


@pytest.mark.every_core
@pytest.mark.parametrize('python', PYTHONS)
@together(made_host)
async def test_each_server_sends_as_it_is_configured(host: Host, python: str) -> None:
    host.add('starttls', *STARTTLS)
    host.add('smtps', *SMTPS)
    host.add('plain', 'EnableTLS = 0', EHLO)
    result = await host.send(python=python)
    assert [(entry['name'], entry['ok'], entry.get('tls', {}).get('mode')) for entry in result['servers']] == [
        ('spl1', True, 'starttls'),
        ('spl2', True, 'smtps'),
        ('spl3', True, None),
    ]
    assert result['changed'] is False
    assert [problem['code'] for problem in result['problems']] == ['tls_off']
    mails = {mail.listener: mail for mail in host.mail_server.mails(host.recipient)}
    assert sorted(mails) == ['plain', 'smtps', 'starttls']
    for entry, listener in zip(result['servers'], ('starttls', 'smtps', 'plain'), strict=True):
        mail = mails[listener]
        assert (mail.ehlo, mail.sender) == ('print1.example.com', 'sendmemo@print1.example.com')
        assert mail.tls_version == entry.get('tls', {}).get('version')
        assert mail.message['Message-ID'] == entry['message_id']
        assert mail.message['Auto-Submitted'] == 'auto-generated'
        assert entry['name'] in mail.message['Subject']
        assert str(host.base_dir / entry['name']) in mail.message.get_content()
        assert entry['reply']['queue_id'] == mail.path.stem
    assert result['msg'].splitlines()[0].endswith(f'queued as {mails["starttls"].path.stem}')


@pytest.mark.every_core
@pytest.mark.parametrize('python', PYTHONS)
@together(made_host)
async def test_a_failure_is_named_by_its_cause_and_there_is_no_fallback(host: Host, python: str) -> None:
    expected = {
        host.add('expired', *SMTPS): ('expired', 'certificate'),
        host.add('revoked', *SMTPS): ('revoked', 'certificate'),
        host.add('smtps', *SMTPS, smtp_host=OTHER_NAME): ('hostname_mismatch', 'certificate'),
        host.add('smtps', *STARTTLS): ('tls_expected', 'banner'),
        host.add('starttls', *SMTPS): ('plaintext_expected', 'handshake'),
        host.add('plain', *STARTTLS): ('starttls_not_offered', 'starttls'),
        host.add('starttls', 'EnableTLS = 0', EHLO): ('authentication_required', 'envelope'),
        host.add('nobody', *SMTPS): ('connection_refused', 'connect'),
        host.add('smtps', 'EnableTLS = 2', 'CAFile = missing.pem'): ('file_not_found', None),
        host.add('smtps', 'EnableTLS = 7'): ('invalid_value', None),
    }
    result = await host.send(python=python, expected='failed', timeout=4)
    assert {entry['name']: errors(entry) for entry in result['servers']} == {name: [cause] for name, cause in expected.items()}
    assert not any(entry['ok'] for entry in result['servers'])
    assert all(problem['hint'] and problem['message'] for problem in result['problems'])
    assert [line.split(' ')[0] for line in result['msg'].splitlines()] == list(expected)
    assert host.mail_server.mails(host.recipient) == []


@pytest.mark.parametrize('python', ['3.6', '3.13'])
@together(made_host)
async def test_all_defects_of_a_certificate_are_reported(host: Host, python: str) -> None:
    host.add('expired', *SMTPS, smtp_host=OTHER_NAME)
    entry = (await host.send(python=python, expected='failed'))['servers'][0]
    expected = ['hostname_mismatch', 'expired']
    if python == '3.6':  # it looks at the name behind the handshake, which is not what failed
        expected.reverse()
    assert errors(entry) == [(code, 'certificate') for code in expected]
    assert entry['certificate']['sha256'] == entry['chain'][0]['sha256']
    assert 'mail.example.com' in entry['problems'][0]['message']
    assert ('OpenSSL 62' in entry['problems'][0]['message']) is (python != '3.6')


@pytest.mark.parametrize('python', ['3.6', '3.13'])
@together(made_host)
async def test_what_the_switches_hide_is_reported(host: Host, python: str) -> None:
    host.add('expired', *SMTPS, 'IgnoreCertificateErrors = 1')
    host.add('smtps', *SMTPS, 'CertValidationIgnoreHostName = 1', smtp_host=OTHER_NAME)
    host.add('smtps', *SMTPS, 'IgnoreCertificateErrors = 1')
    result = await host.send(python=python)
    assert [entry['ok'] for entry in result['servers']] == [True] * 3
    hidden = [[problem['code'] for problem in entry['ignored']] for entry in result['servers']]
    assert hidden == [['expired'], ['hostname_mismatch'], []]
    assert [problem['code'] for problem in result['problems']] == ['verification_off', 'name_check_off', 'verification_off']


@pytest.mark.serial
def test_many_large_mails_are_sent_in_one_call(
    ansible: Ansible, tmp_path: pathlib.Path, pki: Pki, mail_server: MailServer
) -> None:
    host = made_host(tmp_path, pki, mail_server)
    for number in range(11):
        host.add(('starttls', 'smtps')[number % 2], *(STARTTLS, SMTPS)[number % 2])
    result = alone(ansible, host.send(python='3.6', body='Grüße aus Köln\n' * (6 << 16), timeout=30))
    assert [entry['ok'] for entry in result['servers']] == [True] * 11


@pytest.mark.parametrize('python', PYTHONS)
@together(made_host)
async def test_a_malformed_extension_that_openssl_accepts_keeps_no_mail_back(host: Host, python: str) -> None:
    host.add('malformed', *SMTPS)
    host.add('malformed', *SMTPS, 'CertValidationIgnoreHostName = 1')
    result = await host.send(python=python)
    assert [(entry['ok'], entry['reply']['code']) for entry in result['servers']] == [(True, 250)] * 2


def differing(entry: dict[str, t.Any]) -> list[tuple[str, str]]:
    return [(one['keyword'], one.get('value', '')) for one in entry['problems'] if one['code'] == 'not_as_declared']


@pytest.mark.every_core
@together(made_host)
async def test_a_configuration_changed_by_hand_fails_though_its_mail_is_sent(host: Host) -> None:
    host.add('plain', 'EnableTLS = 0', EHLO)
    host.add('expired', *SMTPS, 'IgnoreCertificateErrors = 1', enable_tls='2', ignore_certificate_errors=False)
    host.add('smtps', *SMTPS, enable_tls='smtps')
    host.add('plain', 'EnableTLS = 0', EHLO, enable_tls='disabled', accept_unprotected=True)
    result = await host.send(check_declared=True, enable_tls='starttls', hostname='print1.example.com', expected='failed')
    assert [(entry['ok'], differing(entry)) for entry in result['servers']] == [
        (False, [('EnableTLS', '0')]),
        (False, [('IgnoreCertificateErrors', '1')]),
        (True, []),
        (True, []),
    ]
    assert [entry.get('accept_unprotected') for entry in result['servers']] == [None, None, None, True]
    assert [entry['reply']['code'] for entry in result['servers']] == [250] * 4
    problem = result['servers'][0]['problems'][-1]
    assert (problem['file'], problem['line'], problem.get('stage')) == (str(host.base_dir / 'spl1' / 'sendmemo-ssl.cfg'), 1, None)
    assert (
        problem['message'] == 'EnableTLS = 1 (sendmemo_tls_enable_tls) is declared; the active configuration has EnableTLS = 0.'
    )
    assert 'printops.infoprint.converge' in problem['hint']
    assert '[not_as_declared]' in result['msg'].splitlines()[0]
    assert (await host.send(enable_tls='starttls'))['servers'][0]['ok'] is True, 'compared where it is asked for alone'


@together(made_host)
async def test_found_servers_are_compared_with_the_options_of_the_task(host: Host) -> None:
    host.add('plain', 'EnableTLS = 0', EHLO)
    options = {'servers': [], 'smtp_port': host.mail_server.ports['plain'], 'check_declared': True, 'accept_unprotected': True}
    [entry] = (await host.send(**options, enable_tls='1', expected='failed'))['servers']
    assert (differing(entry), entry['accept_unprotected']) == ([('EnableTLS', '0')], True)
    assert (await host.send(**options, enable_tls='0'))['servers'][0]['ok'] is True


@pytest.mark.parametrize('until', ['handshake', 'envelope'])
@together(made_host)
async def test_an_earlier_goal_leaves_no_mail_behind(host: Host, until: str) -> None:
    host.add('starttls', *STARTTLS)
    result = await host.send(until=until)
    assert (result['servers'][0]['ok'], result['servers'][0]['until']) == (True, until)
    assert 'no mail sent' in result['msg']
    assert host.mail_server.mails(host.recipient) == []


@together(made_host)
async def test_check_mode_stops_at_the_envelope(host: Host) -> None:
    host.add('starttls', *STARTTLS)
    result = await host.send('--check')
    assert (result['servers'][0]['ok'], result['servers'][0]['until']) == (True, 'envelope')
    assert host.mail_server.mails(host.recipient) == []


@together(made_host)
async def test_subject_and_body_arrive_as_they_were_given(host: Host) -> None:
    host.add('starttls', *STARTTLS)
    subject, body = 'Prüfung テスト = .', 'Grüße\n.\n..\n' + 'x' * 2000 + '\n'
    await host.send(subject=subject, body=body, sender='ops@example.com')
    [mail] = host.mail_server.mails(host.recipient)
    assert mail.sender == 'ops@example.com'
    assert mail.message['Subject'] == subject
    assert mail.message.get_content().replace('\r\n', '\n') == body


@together(made_host)
async def test_a_site_may_want_a_newer_tls_and_a_longer_life(host: Host) -> None:
    host.add('starttls', *STARTTLS)
    result = await host.send(expected='failed', min_tls='TLSv1.3', warn_days=3650, fail_on='warning')
    assert result['servers'][0]['ok'] is True
    assert [problem['code'] for problem in result['problems']] == ['certificate_expires_soon']
    assert (await host.send(warn_days=3650))['servers'][0]['ok'] is True


@together(made_host)
async def test_nothing_fails_the_task_where_that_is_asked_for(host: Host) -> None:
    host.add('expired', *SMTPS)
    result = await host.send(fail_on='never')
    assert result['servers'][0]['ok'] is False


@together(made_host)
async def test_found_servers_use_the_options_of_the_task(host: Host) -> None:
    host.add('starttls', *STARTTLS)
    result = await host.send(servers=[], smtp_port=host.mail_server.ports['starttls'])
    assert [(entry['name'], entry['ok']) for entry in result['servers']] == [('spl1', True)]


@pytest.mark.parametrize(
    ('options', 'word'),
    [
        ({'recipients': []}, 'recipients'),
        ({'recipients': ['a@example.com\nb']}, 'recipients'),
        ({'recipients': ['no address']}, 'recipients'),
        ({'sender': 'a\rb'}, 'sender'),
        ({'sender': 'two words'}, 'sender'),
        ({'subject': 'a\nBcc: b@example.com'}, 'subject'),
        ({'smtp_host': 'a\0b'}, 'smtp_host'),
        ({'timeout': 0}, 'timeout'),
        ({'until': 'delivered'}, 'until'),
    ],
    ids=[
        'no recipient',
        'line break in a recipient',
        'recipient that is no address',
        'carriage return in the sender',
        'sender that is no address',
        'line break in the subject',
        'NUL in the host name',
        'timeout of 0',
        'unknown goal',
    ],
)
@together(made_host)
async def test_what_no_mail_server_could_take_is_refused_at_once(host: Host, options: dict[str, t.Any], word: str) -> None:
    host.add('starttls', *STARTTLS)
    result = await host.send(expected='failed', **options)
    assert word in result['msg']
    assert 'servers' not in result


@together(made_host)
async def test_without_a_mail_server_the_problem_says_so(host: Host) -> None:
    host.add('starttls', *STARTTLS, smtp_port=None)
    entry = (await host.send(expected='failed', pd_bin_dir='/nonexistent'))['servers'][0]
    assert errors(entry) == [('smtp_server_unknown', None)]
    assert 'smtp_port' in entry['problems'][0]['message']
    assert 'pd_command_missing' in entry['problems'][0]['message']
    assert entry['problems'][0]['file'].startswith('/nonexistent')


@together(made_host)
async def test_the_mail_server_is_that_of_the_servers_attributes(host: Host, tmp_path: pathlib.Path) -> None:
    ports = host.mail_server.ports
    programs = PdPrograms(
        tmp_path / 'pd-programs',
        {
            'spl1': {'smtp-server-host': '127.0.0.1', 'smtp-server-port': str(ports['starttls'])},
            'spl2': {'smtp-server-host': 'nobody.invalid', 'smtp-server-port': str(ports['smtps'])},
            'spl3': {'smtp-server-host': '', 'smtp-server-port': str(ports['smtps'])},
        },
    )
    host.add('', *STARTTLS, smtp_port=None)
    host.add('', *SMTPS, smtp_port=None, smtp_host='127.0.0.1')
    host.add('', *SMTPS, smtp_port=None)
    result = await host.send(smtp_host=None, pd_bin_dir=str(programs.bin_dir), expected='failed')
    assert [entry['ok'] for entry in result['servers']] == [True, True, False]
    assert errors(result['servers'][2]) == [('smtp_server_unknown', None)]
    assert 'smtp-server-host is not set' in result['servers'][2]['problems'][0]['message']
    assert len(host.mail_server.mails(host.recipient)) == 2


@together(made_host)
async def test_what_was_trusted_and_how_often_it_was_tried_is_reported(host: Host) -> None:
    host.add('starttls', *STARTTLS)
    host.add('smtps', 'EnableTLS = 2', EHLO)
    good, untrusted = (await host.send(expected='failed'))['servers']
    assert (good['trusted'], good['attempts']) == (str(host.base_dir / 'spl1' / 'ca.pem'), 1)
    assert untrusted['trusted'] == "the system's own CA certificates"
    assert errors(untrusted) == [('unknown_ca', 'certificate')]
