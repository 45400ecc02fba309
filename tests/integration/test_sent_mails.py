# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mails arrive as they were meant, byte for byte; and all servers of a host send at the same time."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from support.playbook import Run, hosts, local_host
from support.postfix import Postfix
from support.pythons import target_pythons
from support.scripted_server import LOOPBACK, Pause, Script, ScriptedServer, TlsSetup, server_context

from .conftest import Pki, need

SENDER = 'sendmemo@print1.example.com'
CONFIG = 'EnableTLS = {mode}\nHostname = print1.example.com\nCAFile = {ca}\n'
WEEKDAY_AND_DATE = rb'(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{1,2} [A-Z][a-z]{2} 20[0-9]{2} [0-9:]{8} \+0000'


class Case(t.NamedTuple):
    """A subject and a body, and the bytes that they are to be in the mail."""

    subject: str
    body: str
    subject_lines: bytes
    encoding: str
    content: bytes
    more_recipients: tuple[str, ...] = ()


CASES = {
    'plain': Case('A test', 'One line.\nTwo lines.\n', b'A test', '7bit', b'One line.\r\nTwo lines.\r\n'),
    'no-last-line-end': Case('A test', 'One line.', b'A test', '7bit', b'One line.\r\n'),
    'crlf': Case('A test', 'One\r\nTwo\r\n', b'A test', '7bit', b'One\r\nTwo\r\n'),
    'empty': Case('A test', '\n', b'A test', '7bit', b'\r\n'),
    'empty-lines': Case('A test', '\n\n\nend\n\n\n', b'A test', '7bit', b'\r\n\r\n\r\nend\r\n\r\n\r\n'),
    'dots': Case('.', '.\n..\n.dot\n. \nend.\n.\n', b'.', '7bit', b'.\r\n..\r\n.dot\r\n. \r\nend.\r\n.\r\n'),
    'from': Case(
        'From me', 'From here\nTo: there\n\nFrom there\n', b'From me', '7bit', b'From here\r\nTo: there\r\n\r\nFrom there\r\n'
    ),
    'blanks': Case(
        'two  blanks',
        'tab\tand blank \n\tindented\n',
        b'=?utf-8?B?dHdvICBibGFua3M=?=',
        '7bit',
        b'tab\tand blank \r\n\tindented\r\n',
    ),
    'utf-8': Case(
        'Prüfung テスト',
        'Grüße\n日本語\n',
        b'=?utf-8?B?UHLDvGZ1bmcg44OG44K544OI?=',
        'quoted-printable',
        b'Gr=C3=BC=C3=9Fe\r\n=E6=97=A5=E6=9C=AC=E8=AA=9E\r\n',
    ),
    'utf-8-dots': Case(
        'x', '.ü\n.\n=\nblank at the end \n', b'x', 'quoted-printable', b'.=C3=BC\r\n=2E\r\n=3D\r\nblank at the end=20\r\n'
    ),
    'longest-line': Case('x', 'y' * 998 + '\n', b'x', '7bit', b'y' * 998 + b'\r\n'),
    'longer-line': Case('x', 'y' * 999 + '\n', b'x', 'quoted-printable', (b'y' * 75 + b'=\r\n') * 13 + b'y' * 24 + b'\r\n'),
    'dots-at-soft-breaks': Case(
        'x', '.' * 999 + '\n', b'x', 'quoted-printable', (b'.' * 75 + b'=\r\n') * 13 + b'.' * 24 + b'\r\n'
    ),
    'lone-cr': Case('x', 'a\rb\n', b'x', 'quoted-printable', b'a=0Db\r\n'),
    'long-subject': Case(
        ' '.join(['word'] * 40), 'x\n', b'\r\n '.join(b' '.join([b'word'] * words) for words in (13, 15, 12)), '7bit', b'x\r\n'
    ),
    'word-like-subject': Case('=?utf-8?Q?no?=', 'x\n', b'=?utf-8?B?PT91dGYtOD9RP25vPz0=?=', '7bit', b'x\r\n'),
    'three-recipients': Case('x', 'x\n', b'x', '7bit', b'x\r\n', ('second@example.com', 'third@example.com')),
}


def mail_of(name: str, date: bytes, message_id: str) -> bytes:
    """Return the mail that a case is to become."""
    case = CASES[name]
    recipients = ',\r\n '.join(f'<{address}>' for address in recipients_of(name)).encode()
    return b'\r\n'.join(
        (
            b'Date: ' + date,
            b'From: <' + SENDER.encode() + b'>',
            b'To: ' + recipients,
            b'Subject: ' + case.subject_lines,
            b'Message-ID: ' + message_id.encode(),
            b'Auto-Submitted: auto-generated',
            b'MIME-Version: 1.0',
            b'Content-Type: text/plain; charset=utf-8',
            b'Content-Transfer-Encoding: ' + case.encoding.encode(),
            b'',
            case.content,
        )
    )


def recipients_of(name: str) -> list[str]:
    return [f'{name}@example.com', *CASES[name].more_recipients]


def dots_taken_away(mail: bytes) -> bytes:
    """Return what a mail server makes of what came up to the final dot: RFC 5321, section 4.5.2."""
    assert mail.endswith(b'\r\n.\r\n')
    return re.sub(rb'(?m)^\.', b'', mail[:-3])


def send(
    run_playbook: t.Callable[..., Run], base_dir: pathlib.Path, pki: Pki, python: str, mode: int, entries: list[dict[str, t.Any]]
) -> list[dict[str, t.Any]]:
    if python not in target_pythons():
        need(f'no Python {python} was found (the tests are to be started by make test)')
    for entry in entries:
        directory = base_dir / entry['name']
        directory.mkdir(parents=True)
        (directory / 'sendmemo-ssl.cfg').write_text(CONFIG.format(mode=mode, ca=pki.ca_path))
    memo = {'base_dir': str(base_dir), 'smtp_host': LOOPBACK, 'timeout': 20, 'servers': entries}
    play = {'hosts': 'print_servers', 'gather_facts': False, 'tasks': [{'name': 'Send', 'printops.infoprint.send_memo': memo}]}
    run = run_playbook([play], hosts(print1=local_host(ansible_python_interpreter=str(target_pythons()[python]))))
    assert run.rc == 0, run.output
    return t.cast('list[dict[str, t.Any]]', run.results('print1', 'Send')[0].result['servers'])


def entries_to(port: int) -> list[dict[str, t.Any]]:
    return [
        {'name': name, 'smtp_port': port, 'subject': case.subject, 'body': case.body, 'recipients': recipients_of(name)}
        for name, case in CASES.items()
    ]


@pytest.fixture
def start(pki: Pki) -> t.Iterator[t.Callable[..., ScriptedServer]]:
    """Start scripted servers, which show the site's good certificate."""
    started: list[ScriptedServer] = []

    def begin(mode: str, **steps: t.Any) -> ScriptedServer:
        context = server_context(TlsSetup(), pki.server.certificate_pem, pki.server.key_pem)
        started.append(ScriptedServer(Script(mode, steps), context))
        return started[-1]

    yield begin
    for one in started:
        one.close()


@pytest.mark.parametrize('python', ['3.6', '3.13'])
def test_every_byte_of_a_mail_is_the_one_that_was_meant(
    run_playbook: t.Callable[..., Run],
    tmp_path: pathlib.Path,
    pki: Pki,
    start: t.Callable[..., ScriptedServer],
    python: str,
) -> None:
    server = start('smtps')
    sent = send(run_playbook, tmp_path / 'pd', pki, python, 2, entries_to(server.port))
    visits = {visit.commands[2].partition('<')[2].partition('@')[0]: visit for visit in server.visits}
    assert set(visits) == set(CASES)
    for entry in sent:
        visit = visits[entry['name']]
        assert visit.commands == [
            'EHLO print1.example.com',
            f'MAIL FROM:<{SENDER}>',
            *(f'RCPT TO:<{one}>' for one in recipients_of(entry['name'])),
            'DATA',
            'QUIT',
        ]
        mail = dots_taken_away(visit.mails[0])
        date = re.match(b'Date: (%s)\r\n' % WEEKDAY_AND_DATE, mail)
        assert date
        assert mail == mail_of(entry['name'], date.group(1), entry['message_id'])
        assert all(len(line) <= 998 for line in visit.mails[0].split(b'\r\n'))


@pytest.mark.parametrize('python', ['3.6', '3.13'])
def test_a_real_mail_server_delivers_every_byte(
    run_playbook: t.Callable[..., Run], tmp_path: pathlib.Path, pki: Pki, postfix: Postfix, python: str
) -> None:
    sent = send(run_playbook, tmp_path / 'pd', pki, python, 1, entries_to(postfix.ports['starttls']))
    for entry in sent:
        for recipient in recipients_of(entry['name']):
            content = postfix.wait_for_content(recipient, entry['message_id'])
            date = re.search(b'^Date: (%s)$' % WEEKDAY_AND_DATE, content, re.MULTILINE)
            assert date
            assert content.endswith(b'\n' + mail_of(entry['name'], date.group(1), entry['message_id']).replace(b'\r\n', b'\n'))


def test_four_slow_servers_are_sent_to_at_the_same_time(
    run_playbook: t.Callable[..., Run], tmp_path: pathlib.Path, pki: Pki, start: t.Callable[..., ScriptedServer]
) -> None:
    servers = [start('smtps', banner=(Pause(2), '220 mail.example.com')) for _number in range(4)]
    entries = [{'name': f'spl{server.port}', 'smtp_port': server.port, 'recipients': ['ops@example.com']} for server in servers]
    sent = send(run_playbook, tmp_path / 'pd', pki, '3.13', 2, entries)
    assert all(entry['ok'] for entry in sent)
    visits = [server.visits[0] for server in servers]
    assert max(visit.begin for visit in visits) < min(visit.end for visit in visits)
    assert max(visit.end for visit in visits) - min(visit.begin for visit in visits) < 2 + 2  # of one server, and some load
