# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A server's end of one connection of IMAP: commands in, bytes out, in plaintext and then in TLS."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import typing as t

from .scripted_server import LONGEST_WAIT

CODEC = ('utf-8', 'surrogateescape')  # a client may say anything
CLIENT_LITERAL = re.compile(rb'\{(\d+)(\+?)\}\r\n\Z')


class Over(Exception):
    """The session is at its end."""


class Command(t.NamedTuple):
    """What a client says: the tag, the name (of a UID command both words) in upper case, the rest, and all of it in one line."""

    tag: str
    name: str
    rest: str
    line: str


class Channel:
    """One connection. `commands` has all that came, without tags, `in_plaintext` what of it came outside TLS; `sent` counts the
    bytes of answers."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        self.commands: list[str] = []
        self.in_plaintext: list[str] = []
        self.sent = 0
        self.encrypted = False
        self._context = context
        self._socket = connection
        self._socket.settimeout(LONGEST_WAIT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b''
        self._captured: list[bytes] | None = None

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._captured is not None:
            self._captured.append(data)
        else:
            self._socket.sendall(data)
            self.sent += len(data)

    def captured(self, answer: t.Callable[[], None]) -> bytes:
        """Return what `answer` would send."""
        self._captured = []
        try:
            answer()
            return b''.join(self._captured)
        finally:
            self._captured = None

    def wait_for_end(self) -> t.NoReturn:
        """Say nothing more until the client has gone."""
        while self._socket.recv(1 << 16):
            pass
        raise Over

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def shake_hands(self) -> None:
        # In two steps, so that hang_up ends a handshake too.
        self._socket = secured = self._context.wrap_socket(self._socket, server_side=True, do_handshake_on_connect=False)
        secured.do_handshake()
        self.encrypted = True
        self._read = b''

    def read_line(self) -> bytes:
        while b'\n' not in self._read:
            self._receive()
        line, _end, self._read = self._read.partition(b'\n')
        return line + b'\n'

    def _receive(self) -> None:
        data = self._socket.recv(1 << 16)
        if not data:
            raise Over
        self._read += data

    def read_command(self) -> Command:
        """Return the next command; a literal in it is written as a quoted string."""
        line = self.read_line()
        while found := CLIENT_LITERAL.search(line):
            if not found.group(2):
                self.send(b'+ go on\r\n')
            size = int(found.group(1))
            while len(self._read) < size:
                self._receive()
            content, self._read = self._read[:size], self._read[size:]
            escaped = content.replace(b'\\', b'\\\\').replace(b'"', b'\\"')
            line = line[: found.start()] + b'"' + escaped + b'"' + self.read_line()
        text = line.decode(*CODEC).rstrip('\r\n')
        tag, _space, said = text.partition(' ')
        self.record(said)
        name, _space, rest = said.partition(' ')
        if name.upper() == 'UID':
            second, _space, rest = rest.partition(' ')
            name = f'{name} {second}'
        return Command(tag, name.upper(), rest, text)

    def record(self, said: str) -> None:
        self.commands.append(said)
        if not self.encrypted:
            self.in_plaintext.append(said)
