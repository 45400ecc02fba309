# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A hostile mail server that never says a word of SMTP, but keeps TLS busy: the send ends within its time-out all the same."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import threading
import time
import typing as t

import pytest
import tlslite
from tlslite.constants import KeyUpdateMessageType
from tlslite.messages import HelloRequest

from support.pki import Authority
from support.pythons import target_pythons
from support.steps import Task
from support.together import together

from .conftest import need

TIMEOUT = 4
SECONDS = 30


def key_updates(connection: tlslite.TLSConnection) -> t.Iterator[t.Any]:
    """RFC 8446, section 4.6.3: each asks for one in return."""
    return connection.send_keyupdate_request(KeyUpdateMessageType.update_requested)


def hello_requests(connection: tlslite.TLSConnection) -> t.Iterator[t.Any]:
    """RFC 5246, section 7.4.1.1: each asks for another handshake."""
    return connection._sendMsg(HelloRequest())


FLOODS: dict[str, tuple[t.Callable[[tlslite.TLSConnection], t.Iterator[t.Any]], tuple[int, int]]] = {
    'key updates': (key_updates, (3, 4)),
    'hello requests': (hello_requests, (3, 3)),
}


class Flood:
    """A port of loopback; who has done the handshake there gets nothing but these messages, as fast as they are taken."""

    def __init__(self, name: str, authority: Authority) -> None:
        self._message, self._version = FLOODS[name]
        self.authority = authority
        leaf = authority.issue(['localhost'])
        self._chain = tlslite.X509CertChain()
        self._chain.parsePemList(leaf.certificate_pem.decode())
        self._key = tlslite.parsePEMKey(leaf.key_pem.decode(), private=True)
        self._socket = socket.create_server(('127.0.0.1', 0))
        self.port = self._socket.getsockname()[1]
        self.sent = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                accepted, _address = self._socket.accept()
            except OSError:
                return
            with accepted:
                accepted.settimeout(SECONDS)
                self._flood(tlslite.TLSConnection(accepted), end)

    def _flood(self, connection: tlslite.TLSConnection, end: float) -> None:
        settings = tlslite.HandshakeSettings()
        settings.minVersion = settings.maxVersion = self._version
        settings.versions = [self._version]
        settings.eccCurves = settings.keyShares = ['secp256r1']
        try:
            connection.handshakeServer(certChain=self._chain, privateKey=self._key, settings=settings)
            while time.monotonic() < end:
                for _step in self._message(connection):
                    pass
                self.sent += 1
        except (OSError, ValueError, tlslite.errors.TLSError):
            return

    def close(self) -> None:
        self._socket.close()


def made_flood(name: str) -> Flood:
    return Flood(name, Authority('Flood CA'))


@pytest.mark.parametrize('version', ['3.6', '3.13'])
@pytest.mark.parametrize('name', FLOODS)
@together(made_flood)
async def test_a_flood_of_tls_messages_ends_with_the_time_out(flood: Flood, tmp_path: pathlib.Path, version: str) -> None:
    python = target_pythons().get(version) or need(f'no Python {version} was found')
    directory = tmp_path / 'pd' / 'spl1'
    directory.mkdir(parents=True)
    (directory / 'sendmemo-ssl.cfg').write_text('EnableTLS = 2\nCAFile = ca.pem\n')
    (directory / 'ca.pem').write_bytes(flood.authority.pem)
    options = {
        'base_dir': str(tmp_path / 'pd'),
        'smtp_host': 'localhost',
        'smtp_port': flood.port,
        'timeout': TIMEOUT,
        'recipients': ['print-ops@example.com'],
    }
    with contextlib.closing(flood):
        run = await Task('send_memo', options, variables={'ansible_python_interpreter': str(python)})
    assert run.seconds < SECONDS
    (server,) = run.results()[0].result['servers']
    assert server['ok'] is False
    assert [problem['code'] for problem in server['problems']] in (['banner_timed_out'], ['connection_lost'])
    assert flood.sent > 1
