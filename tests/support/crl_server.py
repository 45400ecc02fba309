# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A distribution point of CRLs on the loopback interface that serves what a test gives it, well or badly."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import socket
import ssl
import threading
import time
import typing as t

_END_SECONDS = 5


class Request(t.NamedTuple):
    """A request: its target as sent, and its headers by lower-case name."""

    target: str
    headers: dict[str, str]


# Writes an answer to a connection, for a request.
Answer = t.Callable[[socket.socket, Request], None]


def body(content: bytes, status: str = '200 OK', length: int | None = None, **headers: str) -> Answer:
    """Return an answer with a body; `length` is a Content-Length that is not that of the body."""

    def answer(connection: socket.socket, _request: Request) -> None:
        lines = [f'HTTP/1.1 {status}', f'Content-Length: {len(content) if length is None else length}', 'Connection: close']
        lines += [f'{name.replace("_", "-")}: {value}' for name, value in headers.items()]
        connection.sendall('\r\n'.join([*lines, '', '']).encode() + content)

    return answer


def published(content: bytes, etag: str) -> Answer:
    """Return an answer as a good server gives it: 304 to those that have it already."""

    def answer(connection: socket.socket, request: Request) -> None:
        if request.headers.get('if-none-match') == etag:
            raw(f'HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n'.encode())(connection, request)
        else:
            body(content, ETag=etag)(connection, request)

    return answer


def raw(content: bytes) -> Answer:
    """Return an answer of exactly these bytes."""
    return lambda connection, _request: connection.sendall(content)


def redirect(target: str, status: str = '302 Found') -> Answer:
    return body(b'', status, Location=target)


def silent(_connection: socket.socket, _request: Request) -> None:
    """Answer nothing until the other side goes away."""
    with contextlib.suppress(OSError):
        _connection.recv(1)


def endless(connection: socket.socket, _request: Request) -> None:
    """Answer with a body that never ends."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while True:
        connection.sendall(b'x' * 65536)


def dripping(connection: socket.socket, _request: Request) -> None:
    """Answer with a byte now and then, each in time for a time limit of one read."""
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while True:
        connection.sendall(b'-')
        time.sleep(0.05)


def dripping_headers(connection: socket.socket, _request: Request) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nX: ')
    while True:
        connection.sendall(b'-')
        time.sleep(0.05)


def closed(_connection: socket.socket, _request: Request) -> None:
    """Close the connection without an answer."""


@dataclasses.dataclass
class CrlServer:
    """A running server; `answers` are by path, and `requests` those that it got. Over TLS with a certificate and its key."""

    certificate: tuple[pathlib.Path, pathlib.Path] | None = None
    answers: dict[str, Answer] = dataclasses.field(default_factory=dict)
    requests: list[Request] = dataclasses.field(default_factory=list)

    def __enter__(self) -> CrlServer:
        self._listener = socket.create_server(('127.0.0.1', 0))
        self._listener.settimeout(0.1)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join(_END_SECONDS)
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, path: str = '/ca.crl', host: str = '127.0.0.1') -> str:
        return f'{"https" if self.certificate else "http"}://{host}:{self.port}{path}'

    def _serve(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _address = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(_END_SECONDS)
        with contextlib.suppress(OSError, ssl.SSLError), connection:
            if self.certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self.certificate)
                connection = context.wrap_socket(connection, server_side=True)
            request = _read(connection)
            self.requests.append(request)
            answer = self.answers.get(request.target.partition('?')[0], body(b'no such CRL\n', '404 Not Found'))
            answer(connection, request)
            connection.shutdown(socket.SHUT_WR)


def _read(connection: socket.socket) -> Request:
    data = b''
    while b'\r\n\r\n' not in data:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError
        data += part
    first, *lines = data.decode('latin-1').split('\r\n\r\n')[0].split('\r\n')
    headers = (line.partition(':') for line in lines)
    return Request(first.split(' ')[1], {name.strip().lower(): value.strip() for name, _colon, value in headers})
