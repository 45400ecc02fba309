# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A connection to an IMAP server (RFC 3501) that is bounded in time, bytes and lines, whatever the server sends.

Python's `imaplib` does the protocol, through the methods that it documents for that: open, read, readline, send, shutdown.
"""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import threading
import time
import typing as t

from ...module_utils.net.connect import ascii_host, connect, resolve

PIECE = 64 << 10
LONGEST_LINE = 64 << 10
MOST_BYTES = 64 << 20
MOST_LINES = 400_000


class TooMuch(Exception):
    """The server sends more than is read of it."""


class Allowance:
    """What may be read in a session, over all of its connections: bytes and lines."""

    def __init__(self) -> None:
        self._bytes = MOST_BYTES
        self._lines = MOST_LINES

    def take(self, data: bytes) -> bytes:
        self._bytes -= len(data)
        self._lines -= data.count(b'\n')
        self.check(0)
        return data

    def check(self, size: int) -> None:
        """Refuse so many more bytes if that is too much. Raises TooMuch."""
        if size > self._bytes or self._lines < 0:
            raise TooMuch(f'it sends more than {MOST_BYTES >> 20} MiB or {MOST_LINES} lines')


class Connection(imaplib.IMAP4):
    """A connection that ends at `end` (`time.monotonic()`) at the latest. TLS begins with it or, if `later`, by STARTTLS.

    Raises what imaplib does, OSError, ssl.SSLError, TooMuch and, for the name and the connection, ProblemError.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext, later: bool, end: float, allowance: Allowance) -> None:
        self._end = end
        self._tls = tls
        self._allowance = allowance
        self._buffer = bytearray()
        self._alarm: threading.Timer | None = None
        self._later = later
        super().__init__(host, port)
        if later:
            self.starttls(t.cast('ssl.SSLContext', self))

    def open(self, host: str = '', port: int = 0, timeout: float | None = None) -> None:
        del timeout
        self.host, self.port = ascii_host(host), port
        self.sock, _address = connect(resolve(self.host, port, self._end), host, port, self._end)
        # A peer that trickles would have each single wait begin anew, so the connection is shut down at its end.
        self._alarm = threading.Timer(self._left(), self._cut, (self.sock,))
        self._alarm.daemon = True
        self._alarm.start()
        if not self._later:
            self.sock = self.wrap_socket(self.sock, self.host)

    @staticmethod
    def _cut(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    def wrap_socket(self, sock: socket.socket, server_hostname: str) -> ssl.SSLSocket:
        """Begin TLS, as an SSLContext does for `starttls`. What came before it, unencrypted, must not count as said under it."""
        if self._buffer:
            raise ssl.SSLError('the server sends more in plaintext after its answer to STARTTLS')
        sock.settimeout(self._left())
        return self._tls.wrap_socket(sock, server_hostname=server_hostname)

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError('the time for it is over')
        return left

    def _receive(self) -> None:
        asked = self.sock.gettimeout()
        left = self._left()
        self.sock.settimeout(left if asked is None or not asked else min(asked, left))
        data = self.sock.recv(PIECE)
        if not data:
            self._left()
            raise self.abort('the server closed the connection')
        self._buffer += self._allowance.take(data)

    def read(self, size: int) -> bytes:
        self._allowance.check(size - len(self._buffer))
        while len(self._buffer) < size:
            self._receive()
        return self._taken(size)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b'\n', searched)) < 0:
            searched = len(self._buffer)
            if searched > LONGEST_LINE:
                raise TooMuch(f'it sends a line of more than {LONGEST_LINE >> 10} kB')
            self._receive()
        return self._taken(end + 1)

    def _taken(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def send(self, data: t.Any) -> None:
        self.sock.settimeout(self._left())
        self.sock.sendall(data)

    def shutdown(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        with contextlib.suppress(OSError):
            self.sock.close()
