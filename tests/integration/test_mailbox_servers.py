# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The mailboxes of other tests do what those rely on: a real Dovecot behind a real Postfix, and our IMAP server with faults."""

from __future__ import annotations

import contextlib
import imaplib
import re
import smtplib
import socket
import ssl
import typing as t

import pytest

from support import dovecot as dovecot_support
from support import postfix as postfix_support
from support.dovecot import ADDRESS, OTHER_ADDRESS, Dovecot
from support.hostile_imap import BORNE, FAULTS, HostileImap
from support.imap_server import PASSWORD, USERNAME
from support.scripted_server import LOOPBACK

from .conftest import Pki, need

HEADERS = '(INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID RECEIVED)]<0.8000>)'
RECEIVED_AT = 1_000_000_000  # 9 September 2001, 01:46:40 UTC
INTERNALDATE = b'INTERNALDATE "09-Sep-2001 01:46:40 +0000"'
QUIET_SECONDS = 0.1  # after which a server with a fault is silent
ENOUGH = 200_000  # bytes of one answer

# One session with all that a reader of proofs may say; the second EXAMINE is for what differs between two.
SCRIPT = (
    'CAPABILITY',
    f'LOGIN {USERNAME} "{PASSWORD}"'.replace('"secret"', '\\"secret\\"'),
    'EXAMINE INBOX',
    'NOOP',
    f'UID FETCH 2:* {HEADERS}',
    'SELECT INBOX',
    'UID STORE 2 +FLAGS.SILENT (\\Deleted)',
    'UID EXPUNGE 2',
    'LOGOUT',
)


@pytest.fixture
def context(pki: Pki) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=pki.ca_path)


def logged_in(server: Dovecot | HostileImap, port: int, mode: str, context: ssl.SSLContext) -> imaplib.IMAP4:
    if mode == 'starttls':
        client = imaplib.IMAP4('localhost', port, timeout=10)
        client.starttls(context)
    else:
        client = imaplib.IMAP4_SSL('localhost', port, ssl_context=context, timeout=10)
    client.login(server.username, server.password)
    return client


def fetched(client: imaplib.IMAP4, first: int) -> bytes:
    """Return what FETCH tells of the mails from that UID on."""
    _kind, parts = client.uid('FETCH', f'{first}:*', HEADERS)
    return b''.join(piece for part in parts for piece in (part if isinstance(part, tuple) else (part,)))


def number(client: imaplib.IMAP4, name: str) -> int:
    return int(client.response(name)[1][-1])


@pytest.mark.parametrize('mode', ('imaps', 'starttls'))
def test_dovecot_shows_a_mail_that_comes_after_the_mark(dovecot: Dovecot, context: ssl.SSLContext, mode: str) -> None:
    with logged_in(dovecot, dovecot.ports[mode], mode, context) as client:
        client.select(readonly=True)
        mark = number(client, 'UIDNEXT')
        dovecot.deliver(f'Message-ID: <{mode}@print1>\n\nText\n'.encode(), RECEIVED_AT)
        client.noop()
        found = fetched(client, mark)
        assert f'Message-ID: <{mode}@print1>\r\n'.encode() in found
        assert f'UID {mark} '.encode() in found and INTERNALDATE in found
        assert fetched(client, mark + 1) == found  # n:* has the last mail, whatever n is
    commands = [command.partition(' (')[0] for command in dovecot.sessions()[-1]]
    assert commands == ['EXAMINE INBOX', 'NOOP', f'UID FETCH {mark}:*', f'UID FETCH {mark + 1}:*', 'LOGOUT']


def test_dovecot_takes_no_password_without_tls(dovecot: Dovecot) -> None:
    with imaplib.IMAP4(OTHER_ADDRESS, dovecot.ports['starttls'], timeout=10) as client:
        assert 'LOGINDISABLED' in client.capabilities
        with pytest.raises(imaplib.IMAP4.error, match='PRIVACYREQUIRED'):
            client.login(dovecot.username, dovecot.password)


def test_dovecot_has_a_folder_with_a_name_outside_ascii(dovecot: Dovecot, context: ssl.SSLContext) -> None:
    folder = 'Pr&APw-fungen'
    dovecot.deliver(b'Message-ID: <folder@print1>\n\n', maildir=dovecot.make_folder(folder))
    with logged_in(dovecot, dovecot.ports['imaps'], 'imaps', context) as client:
        assert client.select(folder, readonly=True) == ('OK', [b'1'])


def test_dovecot_has_what_postfix_got_for_its_address(dovecot: Dovecot, pki: Pki, context: ssl.SSLContext) -> None:
    need(postfix_support.why_not())
    maildirs = {ADDRESS: dovecot.maildir}
    with (
        logged_in(dovecot, dovecot.ports['imaps'], 'imaps', context) as client,
        postfix_support.Postfix(pki.server.certificate_pem, pki.server.key_pem, maildirs=maildirs) as postfix,
    ):
        client.select(readonly=True)
        mark = number(client, 'UIDNEXT')
        with smtplib.SMTP_SSL('localhost', postfix.ports['smtps'], 'print1.example.com', context=context) as sender:
            for recipient in (ADDRESS, 'ops@example.com'):
                mail = f'Message-ID: <{recipient}>\r\nSubject: Proof\r\n\r\nText\r\n'
                sender.sendmail('prints@example.com', [recipient], mail)
        postfix.wait_for_log(f'to=<{ADDRESS}>.*status=sent')
        assert postfix.wait_for_mail('ops@example.com')['Message-ID'] == '<ops@example.com>'
        client.noop()
        found = fetched(client, mark)
    assert b'from print1.example.com' in found and b'with ESMTPS' in found and b'<proofs@example.com>' in found
    assert b'<ops@example.com>' not in found


def test_dovecot_leaves_nothing_behind(pki: Pki) -> None:
    need(dovecot_support.why_not())
    with Dovecot(pki.server.certificate_pem, pki.server.key_pem) as dovecot:
        base, port = dovecot.maildir.parent, dovecot.ports['imaps']
    assert not base.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, port), 1)


@pytest.mark.parametrize('mode', ('imaps', 'starttls'))
def test_our_imap_server_does_as_the_standard_library_expects(pki: Pki, context: ssl.SSLContext, mode: str) -> None:
    with HostileImap(pki.server.certificate_pem, pki.server.key_pem, mode=mode) as server:
        server.deliver(b'Message-ID: <1@print1>\nSubject: Proof\nReceived: from a\n by b\n', RECEIVED_AT)
        with logged_in(server, server.port, mode, context) as client:
            client.select(readonly=True)
            assert number(client, 'UIDNEXT') == 2
            assert fetched(client, 2).endswith(b'Message-ID: <1@print1>\r\nReceived: from a\r\n by b\r\n\r\n)')
            assert INTERNALDATE in fetched(client, 1)
            assert client.uid('STORE', '1', '+FLAGS', '(\\Deleted)')[0] == 'NO'  # read-only
            client.select()
            client.uid('STORE', '1', '+FLAGS', '(\\Deleted)')
            client.uid('EXPUNGE', '1')
        assert (server.mails, server.broken) == ([], None)
        assert server.sessions[0].logins == [(USERNAME, PASSWORD)]
        assert server.sessions[0].in_plaintext == ([] if mode == 'imaps' else ['CAPABILITY', 'STARTTLS'])


def test_our_imap_server_records_each_way_to_log_in(pki: Pki, context: ssl.SSLContext) -> None:
    with HostileImap(pki.server.certificate_pem, pki.server.key_pem, password='a"b') as server:
        with imaplib.IMAP4_SSL('localhost', server.port, ssl_context=context, timeout=10) as client:
            with pytest.raises(imaplib.IMAP4.error, match='AUTHENTICATIONFAILED'):
                client.login(USERNAME, 'another')
            client.authenticate('PLAIN', lambda _challenge: f'\0{USERNAME}\0a"b'.encode())
        with imaplib.IMAP4_SSL('localhost', server.port, ssl_context=context, timeout=10) as client:
            client.literal = b'a"b'
            assert client._simple_command('LOGIN', USERNAME)[0] == 'OK'
        assert [session.logins for session in server.sessions] == [
            [(USERNAME, 'another'), (USERNAME, 'a"b')],
            [(USERNAME, 'a"b')],
        ]
        assert f'LOGIN {USERNAME} "a\\"b"' in server.commands


def conversation(server: HostileImap, context: ssl.SSLContext, quiet: float) -> bytes:
    """Return what the server says to SCRIPT, until it closes or is silent for `quiet` seconds; at most ENOUGH."""
    heard: list[bytes] = []
    with contextlib.suppress(OSError, EOFError), socket.create_connection((LOOPBACK, server.port), 5) as plain:
        plain.settimeout(quiet)
        if server.mode == 'starttls':
            listen(plain, '', heard)
            listen(plain, 'STARTTLS', heard)
        with context.wrap_socket(plain, server_hostname='localhost') as channel:
            for line in SCRIPT if server.mode == 'starttls' else ('', *SCRIPT):
                listen(channel, line, heard)
    return b''.join(heard)


def listen(channel: socket.socket, line: str, heard: list[bytes]) -> None:
    """Say a command ('' for none) and add to `heard` up to its answer. Raises OSError or EOFError where none comes."""
    if line:
        channel.sendall(f'a {line}\r\n'.encode())
    heard.append(b'')
    while not re.search(rb'^a .*\r\n' if line else rb'\r\n', heard[-1], re.MULTILINE):
        data = channel.recv(1 << 16)
        heard[-1] += data
        if not data or len(heard[-1]) > ENOUGH:
            raise EOFError


def filled(pki: Pki, fault: str, mode: str = '') -> HostileImap:
    """Return a server with that fault and three mails."""
    server = HostileImap(pki.server.certificate_pem, pki.server.key_pem, fault, mode)
    for one in (1, 2, 3):
        server.deliver(f'Message-ID: <{one}@print1>\nReceived: from print1\n'.encode(), RECEIVED_AT)
    return server


@pytest.fixture(scope='module')
def as_it_should(pki: Pki) -> dict[str, bytes]:
    """What the server without a fault says, by mode."""
    return {mode: told(pki, '', mode) for mode in ('imaps', 'starttls')}


def told(pki: Pki, fault: str, mode: str = '') -> bytes:
    with filled(pki, fault, mode) as server:
        said = conversation(server, ssl.create_default_context(cafile=pki.ca_path), QUIET_SECONDS if fault else 5)
        assert server.broken is None
    return said


@pytest.mark.parametrize('fault', FAULTS)
def test_a_fault_happens(fault: str, pki: Pki, as_it_should: t.Mapping[str, bytes]) -> None:
    assert told(pki, fault) != as_it_should[FAULTS[fault].mode]


@pytest.mark.parametrize('fault', [name for name, fault in FAULTS.items() if fault.outcome == BORNE])
def test_what_has_to_be_borne_can_be(fault: str, pki: Pki, context: ssl.SSLContext) -> None:
    with filled(pki, fault) as server:
        client = logged_in(server, server.port, server.mode, context)
        client.select(readonly=True)
        client.noop()
        found = fetched(client, 2)
        client.shutdown()
    assert b'<2@print1>' in found and b'<3@print1>' in found


def test_our_imap_server_does_the_same_each_time(pki: Pki, as_it_should: t.Mapping[str, bytes]) -> None:
    assert {mode: told(pki, '', mode) for mode in as_it_should} == as_it_should
    assert b'a OK [READ-WRITE]' in as_it_should['starttls'] and b' EXPUNGE\r\n' in as_it_should['imaps']
