# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""send_memo to Postfix, Exim and OpenSMTPD: the good paths, and what these servers can be set to refuse."""

from __future__ import annotations

import json
import pathlib
import socket
import typing as t

import pytest

from support import debian_root, exim, opensmtpd
from support import postfix as postfix_support
from support.playbook import Run, hosts, local_host
from support.pythons import first_and_last, target_pythons

from .conftest import Pki, need

LARGEST = exim.LARGEST
OPS = ('ops@example.com',)
LARGE = 'A line of a body that is longer than some servers like it.\n' * 800
CONFIG = {'plain': 'EnableTLS = 0', 'starttls': 'EnableTLS = 1', 'smtps': 'EnableTLS = 2'}


def refuses(where: str, reply: str) -> list[str]:
    """Return the options of an smtpd that refuses at a place with a reply of its own."""
    return [f'smtpd_{where}_restrictions = check_client_access static:{{{reply}}}', 'smtpd_delay_reject = no']


def shows(name: str) -> str:
    return f'smtpd_tls_chain_files = $config_directory/{name}.pem'


# By postconf(5).
VARIANTS = {
    'none': ['smtpd_tls_security_level = none'],
    'no key': [shows('broken')],
    'old': [
        'smtpd_tls_mandatory_protocols = <=TLSv1.1',
        'smtpd_tls_protocols = <=TLSv1.1',
        'smtpd_tls_mandatory_ciphers = medium',
        'tls_medium_cipherlist = ALL:@SECLEVEL=0',
    ],
    'other': [shows('other')],
    'expired': [shows('expired')],
    'small': [f'message_size_limit = {LARGEST}'],
    'few': ['smtpd_client_connection_rate_limit = 1', 'smtpd_client_event_limit_exceptions ='],
    'ehlo 550': refuses('helo', '550 5.7.1 Not you'),
    'mail 550': refuses('sender', '550 5.7.1 Not from you'),
    'mail 530': refuses('sender', '530 5.7.0 Authentication required'),
    'mail 450': refuses('sender', '450 4.1.8 Not now'),
    'rcpt 550': refuses('recipient', '550 5.1.1 User unknown'),
    'rcpt 450': refuses('recipient', '450 4.2.0 Greylisted'),
    'rcpt 552': refuses('recipient', '552 5.2.2 Mailbox full'),
    'rcpt 421': refuses('recipient', '421 4.7.0 Too many mails'),
    'data 550': refuses('data', '550 5.7.1 No'),
    'dot 451': refuses('end_of_data', '451 4.3.0 Later'),
    'dot 554': refuses('end_of_data', '554 5.7.1 Spam'),
    'some': ['smtpd_recipient_restrictions = check_recipient_access inline:{unknown@example.com=REJECT}'],
    'client certificate': ['smtpd_tls_req_ccert = yes'],
    'client certificate at once': ['smtpd_tls_req_ccert = yes', 'smtpd_tls_wrappermode = yes'],
}


class Case(t.NamedTuple):
    """A mail server's port, how the InfoPrint server sends to it, and what comes of it: see support.fault_table.Fault."""

    server: str
    port: str
    config: str
    expect: str
    recipients: tuple[str, ...] = OPS
    body: str = ''
    warns: str = ''


CASES = (
    Case('postfix', 'starttls', 'starttls', ''),
    Case('postfix', 'smtps', 'smtps', ''),
    Case('postfix', 'none', 'plain', '', warns='tls_off'),
    Case('postfix', 'small', 'starttls', ''),
    Case('postfix', 'starttls', 'smtps', 'handshake: plaintext_expected'),
    Case('postfix', 'smtps', 'starttls', 'banner: tls_expected'),
    Case('postfix', 'starttls', 'plain', 'envelope: authentication_required', warns='tls_off'),
    Case('postfix', 'none', 'starttls', 'starttls: starttls_not_offered'),
    Case('postfix', 'no key', 'starttls', 'starttls: starttls_refused'),
    Case('postfix', 'old', 'starttls', 'handshake: protocol_too_old'),
    Case('postfix', 'other', 'starttls', 'certificate: hostname_mismatch'),
    Case('postfix', 'expired', 'starttls', 'certificate: expired'),
    Case('postfix', 'client certificate', 'starttls', 'handshake: handshake_closed'),
    Case('postfix', 'client certificate at once', 'smtps', 'handshake: handshake_closed'),
    Case('postfix', 'few', 'starttls', 'banner: banner_refused'),
    Case('postfix', 'ehlo 550', 'starttls', 'ehlo: ehlo_refused'),
    Case('postfix', 'mail 550', 'starttls', 'envelope: sender_refused'),
    Case('postfix', 'mail 530', 'starttls', 'envelope: authentication_required'),
    Case('postfix', 'mail 450', 'starttls', 'envelope: sender_refused'),
    Case('postfix', 'rcpt 550', 'starttls', 'envelope: recipient_refused'),
    Case('postfix', 'rcpt 450', 'starttls', 'envelope: greylisted'),
    Case('postfix', 'rcpt 552', 'starttls', 'envelope: message_too_large'),
    Case('postfix', 'rcpt 421', 'starttls', 'envelope: rate_limited'),
    Case('postfix', 'some', 'starttls', 'envelope: recipient_refused', ('ops@example.com', 'unknown@example.com')),
    Case('postfix', 'data 550', 'starttls', 'data: message_refused'),
    Case('postfix', 'small', 'starttls', 'data: message_too_large', body=LARGE),
    Case('postfix', 'dot 451', 'starttls', 'data: message_refused'),
    Case('postfix', 'dot 554', 'starttls', 'data: message_refused'),
    Case('exim', 'starttls', 'starttls', ''),
    Case('exim', 'smtps', 'smtps', ''),
    Case('exim', 'starttls', 'smtps', 'handshake: plaintext_expected'),
    Case('exim', 'smtps', 'starttls', 'banner: tls_expected'),
    Case('exim', 'starttls', 'starttls', 'envelope: recipient_refused', ('unknown@example.com',)),
    Case(
        'exim',
        'starttls',
        'starttls',
        'envelope: recipient_refused greylisted',
        ('ops@example.com', 'unknown@example.com', 'greylisted@example.com'),
    ),
    Case('exim', 'smtps', 'smtps', 'envelope: greylisted', ('greylisted@example.com',)),
    Case('exim', 'smtps', 'smtps', 'envelope: authentication_required', ('unauthenticated@example.com',)),
    Case('exim', 'smtps', 'smtps', 'data: message_too_large', body=LARGE),
    Case('opensmtpd', 'starttls', 'starttls', ''),
    Case('opensmtpd', 'smtps', 'smtps', ''),
    Case('opensmtpd', 'bare', 'plain', '', warns='tls_off'),
    Case('opensmtpd', 'starttls', 'smtps', 'handshake: plaintext_expected'),
    Case('opensmtpd', 'smtps', 'starttls', 'banner: tls_expected'),
    Case('opensmtpd', 'bare', 'starttls', 'starttls: starttls_not_offered'),
    Case('opensmtpd', 'starttls', 'plain', 'envelope: authentication_required', warns='tls_off'),
    Case('opensmtpd', 'starttls', 'starttls', 'envelope: recipient_refused', ('ops@example.org',)),
    Case('opensmtpd', 'smtps', 'smtps', 'data: message_too_large', body=LARGE),
)

Servers = dict[str, t.Any]


@pytest.fixture(scope='module')
def servers(pki: Pki) -> t.Iterator[Servers]:
    """The three of them, with the site's certificate."""
    need(postfix_support.why_not())
    need(debian_root.why_not())
    good = pki.server.certificate_pem, pki.server.key_pem
    files = {
        'broken.pem': b'nonsense\n',
        **{
            f'{name}.pem': one.key_pem + one.certificate_pem
            for name, one in (('other', pki.authority.issue(['other.example.com'])), ('expired', pki.expired))
        },
    }
    with (
        postfix_support.Postfix(*good, variants=VARIANTS, files=files) as postfix,
        exim.Exim(*good) as its_exim,
        opensmtpd.OpenSmtpd(*good) as its_opensmtpd,
    ):
        yield {'postfix': postfix, 'exim': its_exim, 'opensmtpd': its_opensmtpd}


@pytest.mark.parametrize('python', first_and_last('3.9', '3.11'))
def test_what_real_mail_servers_say_is_named_by_its_cause(
    run_playbook: t.Callable[..., Run], tmp_path: pathlib.Path, pki: Pki, servers: Servers, python: str
) -> None:
    if python not in target_pythons():
        need(f'no Python {python} was found (the tests are to be started by make test)')
    # Postfix counts connections by the minute: one more than this is too many.
    with socket.create_connection(('127.0.0.1', servers['postfix'].ports['few']), timeout=10) as connection:
        connection.recv(100)
    entries = []
    for number, case in enumerate(CASES):
        name = f'{number}-{case.server}-{case.port}'.replace(' ', '-')
        directory = tmp_path / 'pd' / name
        directory.mkdir(parents=True)
        lines = (CONFIG[case.config], 'Hostname = print1.example.com', f'CAFile = {pki.ca_path}', '')
        (directory / 'sendmemo-ssl.cfg').write_text('\n'.join(lines))
        entries.append(
            {
                'name': name,
                'smtp_port': servers[case.server].ports[case.port],
                'recipients': list(case.recipients),
                **({'body': case.body} if case.body else {}),
            }
        )
    memo = {'base_dir': str(tmp_path / 'pd'), 'smtp_host': '127.0.0.1', 'timeout': 12, 'fail_on': 'never', 'servers': entries}
    play = {'hosts': 'print_servers', 'gather_facts': False, 'tasks': [{'name': 'Send', 'printops.infoprint.send_memo': memo}]}
    run = run_playbook([play], hosts(print1=local_host(ansible_python_interpreter=str(target_pythons()[python]))))
    got = run.results('print1', 'Send')[0].result['servers']
    wrong = {
        entry['name']: [case.expect, *reported(entry), *(problem['message'] for problem in entry['problems'])]
        for case, entry in zip(CASES, got, strict=True)
        if reported(entry) != (case.expect, case.warns) or entry['ok'] is not (not case.expect)
    }
    assert not wrong, json.dumps(wrong, indent=1)
    for case, entry in zip(CASES, got, strict=True):
        if not case.expect:
            arrived(servers[case.server], entry)


def reported(entry: dict[str, t.Any]) -> tuple[str, str]:
    errors, warnings = (
        [problem for problem in entry['problems'] if problem['severity'] == severity] for severity in ('error', 'warning')
    )
    codes = ' '.join(problem['code'] for problem in errors)
    return (f'{errors[0]["stage"]}: {codes}' if errors else ''), ' '.join(problem['code'] for problem in warnings)


def arrived(server: t.Any, entry: dict[str, t.Any]) -> None:
    """The mail is in the mail server's queue, or was delivered, under the name that the reply had for it."""
    if isinstance(server, postfix_support.Postfix):
        line = server.wait_for_log(f': {entry["reply"]["queue_id"]}: message-id=')
        assert entry['message_id'] in line
    else:
        assert f'InfoPrint server {entry["name"]}'.encode() in server.content(entry['reply']['queue_id'])
