# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whoever reaches the playing server's port: it keeps to its bounds, and says what came."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing import playing_server
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.server import SMTPS, Server
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.visit import MOST_COMMANDS, Visit
from support.observed import LOOPBACK, playing

pytestmark = pytest.mark.filterwarnings('ignore:ssl.TLSVersion:DeprecationWarning')
ENVELOPE = b'EHLO host.example.com\r\nMAIL FROM:<a@example.com> SIZE=9\r\nRCPT TO:<b@example.com>\r\nDATA\r\n'


@pytest.fixture(scope='module')
def shared() -> t.Iterator[playing_server.PlayingServer]:
    with playing() as server:
        yield server


@pytest.fixture
def server(shared: playing_server.PlayingServer) -> playing_server.PlayingServer:
    shared.play(Server())
    return shared


def visit_of(server: playing_server.PlayingServer, sent: bytes) -> Visit:
    """Send bytes at once, read what comes until the end, and return how the server saw it."""
    with socket.create_connection((LOOPBACK, server.port), timeout=10) as connection:
        with contextlib.suppress(OSError):  # the server may have closed it before all was sent
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
        return server.wait(10, playing_server.Until.ANSWERED)[0]


@pytest.mark.parametrize(
    ('sent', 'kind', 'cut_short'),
    [
        pytest.param(b'', 'dropped', '', id='nothing'),
        pytest.param(b'EHLO a.example.com\r\n', 'ended', '', id='a greeting'),
        pytest.param(b'EHLO a.example.com\r\nSTARTTLS\r\n', 'ended', '', id='no handshake after STARTTLS'),
        pytest.param(b'EHLO a.example.com\r\nSTARTTLS\r\nhello\r\n', 'ended', '', id='no TLS after STARTTLS'),
        pytest.param(ENVELOPE + b'text\r\n.\r\n', 'plaintext', '', id='a mail in plaintext'),
        pytest.param(ENVELOPE + b'.\r\n', 'plaintext', '', id='a mail without a line'),
        pytest.param(ENVELOPE + b'text\r\n', 'ended', '', id='a mail that does not end'),
        pytest.param(b'x' * (1 << 20), 'dropped', 'more than 4096 bytes', id='a line without end'),
        pytest.param(ENVELOPE + b'x' * (1 << 20), 'ended', 'more than 262144 bytes', id='a mail without end'),
        pytest.param(b'NOOP\r\n' * 60, 'ended', 'more than 40 commands', id='commands without end'),
        pytest.param(b'\0\xff\r\n\r\n', 'ended', '', id='bytes that are no text'),
    ],
)
def test_what_comes_is_bounded_and_named(server: playing_server.PlayingServer, sent: bytes, kind: str, cut_short: str) -> None:
    visit = visit_of(server, sent)
    assert (visit.kind, visit.cut_short) == (kind, cut_short)
    assert len(visit.commands) <= MOST_COMMANDS
    assert visit.shown().isprintable()


def test_envelope_and_header_are_kept(server: playing_server.PlayingServer) -> None:
    visit = visit_of(server, ENVELOPE + b'From: A\x1b[31m <a@example.com>\r\nSubject: x\r\nX-Other: y\r\n\r\n..\r\n.\r\n')
    assert visit.mail is not None
    assert (visit.mail.sender, visit.mail.recipients) == ('a@example.com', ('b@example.com',))
    assert visit.mail.header() == {'From': 'A\\x1b[31m <a@example.com>', 'Subject': 'x'}


def test_a_mailer_that_begins_tls_at_once_is_told(server: playing_server.PlayingServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with socket.create_connection((LOOPBACK, server.port), timeout=10) as connection, pytest.raises(OSError, match='SSL'):
        context.wrap_socket(connection, server_hostname='a.example.com')
    visit = server.wait(10, playing_server.Until.ANSWERED)[0]
    assert (visit.kind, visit.handshake) == ('refused', 'it began TLS at once, without STARTTLS')
    assert visit.hello is not None
    assert visit.hello.server_name == 'a.example.com'


def test_an_alert_is_named(server: playing_server.PlayingServer) -> None:
    server.play(Server(mode=SMTPS))
    for newest, alert in ((ssl.TLSVersion.TLSv1_2, 'alert unknown_ca'), (ssl.TLSVersion.TLSv1_3, 'alert unknown_ca')):
        context = ssl.create_default_context()
        context.maximum_version = newest
        with socket.create_connection((LOOPBACK, server.port), timeout=10) as connection, pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_hostname='a.example.com')
        visit = server.wait(10, playing_server.Until.ANSWERED)[-1]
        assert (visit.kind, visit.handshake) == ('refused', alert)
        assert visit.is_firm


def test_connections_and_time_are_bounded() -> None:
    begin = time.monotonic()
    with playing(seconds=0.5) as server, contextlib.ExitStack() as connections:
        for _number in range(playing_server.MOST_AT_ONCE + 5):
            connections.enter_context(socket.create_connection((LOOPBACK, server.port)))
        visits = server.wait(10, playing_server.Until.ANSWERED)
    assert time.monotonic() - begin < 5
    at_once = [sum(visit.began <= other.began < visit.ended for visit in visits) for other in visits]
    assert max(at_once) == playing_server.MOST_AT_ONCE
    assert {visit.cut_short for visit in visits} == {'its time was over'}


def test_who_lasts_from_an_earlier_trial_is_cut_off_and_not_counted(server: playing_server.PlayingServer) -> None:
    with socket.create_connection((LOOPBACK, server.port), timeout=10) as old:
        old.recv(100)
        server.play(Server())
        assert old.recv(100) == b''
        visit = visit_of(server, ENVELOPE + b'.\r\n')
    assert server.wait(10, playing_server.Until.ANSWERED) == [visit]


def test_a_trial_without_a_connection_ends_by_its_deadline(server: playing_server.PlayingServer) -> None:
    begin = time.monotonic()
    assert server.wait(0.2, playing_server.Until.ANSWERED, quiet=5) == []
    assert server.wait(5, playing_server.Until.OVER) == []
    assert time.monotonic() - begin < 2
