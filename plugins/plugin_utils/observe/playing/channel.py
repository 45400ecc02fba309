# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mailer's connection as a playing server reads it: plaintext, then TLS, within bounds of bytes and time.

The handshake goes through memory, so that its first bytes can be read before OpenSSL takes them.
"""

from __future__ import annotations

import re
import socket
import ssl
import time

from ....module_utils.tls.records import HANDSHAKE, alert_name, read_beginning
from .client_hello import read_client_hello
from .visit import CLOSED, DONE, NO_HELLO, Visit

MOST_BYTES = 1 << 20  # of a connection, as they come
LONGEST_LINE = 4096
LONGEST_MAIL = 256 << 10
LONGEST_SECONDS = 60.0
_PIECE = 1 << 14
_LINE_END, _MAIL_END = b'\n', b'\r\n.\r\n'
_ALERT = re.compile(r'\A(?:SSLV3|TLSV1|TLSV13)_ALERT_(\w+)\Z')


class Over(Exception):
    """The connection has ended, or a bound ends it, which the message then names."""


class Channel:
    """One accepted connection. Each method raises Over at its end; what is learned of TLS is noted in the visit."""

    def __init__(self, connection: socket.socket, visit: Visit, seconds: float) -> None:
        self._socket = connection
        self._visit = visit
        self._end = time.monotonic() + seconds
        self._bytes_left = MOST_BYTES
        self._read = b''  # and not used yet
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()

    def read_line(self) -> bytes:
        """Return a line without its end, which is CR LF or LF."""
        line = self._read_to(_LINE_END, LONGEST_LINE)
        return line[:-1] if line.endswith(b'\r') else line

    def read_mail(self) -> bytes:
        """Return a mail without the dot that ends it, and not yet without the dots that were doubled for it."""
        self._read = b'\r\n' + self._read  # so that a mail of no line ends as any other
        return self._read_to(_MAIL_END, LONGEST_MAIL)[2:] + b'\r\n'

    def send(self, data: bytes) -> None:
        if self._tls is None:
            self._send(data)
            return
        self._tls.write(data)
        self._flush()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Do the server's side of a handshake."""
        first, self._read = self._read, b''
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        piece = first or self._receive()
        while True:
            self._incoming.write(piece)
            first += piece if first is not piece else b''
            self._note_hello(first)
            if self._is_shaken(tls, first):
                break
            piece = self._receive()
        self._visit.handshake = DONE
        self._visit.version = tls.version() or ''
        self._visit.cipher = (tls.cipher() or ('',))[0]
        self._tls = tls

    def _is_shaken(self, tls: ssl.SSLObject, first: bytes) -> bool:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            self._visit.handshake = _end_of_handshake(error, first)
            raise Over('') from error
        finally:
            self._flush()
        return True

    def _note_hello(self, first: bytes) -> None:
        if self._visit.hello is None:
            self._visit.hello = read_client_hello(first)
            self._visit.handshake = CLOSED if self._visit.hello else NO_HELLO

    def _read_to(self, end: bytes, most: int) -> bytes:
        """Return what comes before `end`."""
        start = 0
        while (place := self._read.find(end, start)) < 0:
            if len(self._read) > most:
                raise Over(f'more than {most} bytes')
            start = max(len(self._read) - len(end) + 1, 0)
            self._read += self._more()
        found, self._read = self._read[:place], self._read[place + len(end) :]
        return found

    def _more(self) -> bytes:
        """Return what comes next, decrypted."""
        if self._tls is None:
            data = self._receive()
            self._refuse_tls(data)
            return data
        while True:
            try:
                data = self._tls.read(_PIECE)
                if not data:
                    raise Over('')
                return data
            except ssl.SSLWantReadError:
                self._incoming.write(self._receive())
            except ssl.SSLError as error:
                raise Over('') from error

    def _refuse_tls(self, data: bytes) -> None:
        """Note a mailer that begins TLS where a reply in plaintext is awaited."""
        if data[0] == HANDSHAKE and not self._visit.commands:
            self._visit.hello = read_client_hello(data)
            self._visit.handshake = 'it began TLS at once, without STARTTLS'
            raise Over('')

    def _receive(self) -> bytes:
        """Return some bytes as they come."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Over('its time was over')
        if self._bytes_left <= 0:
            raise Over(f'more than {MOST_BYTES} bytes')
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(min(_PIECE, self._bytes_left))
        except TimeoutError as error:
            raise Over('its time was over') from error
        except OSError as error:
            raise Over('') from error
        if not data:
            raise Over('')
        self._bytes_left -= len(data)
        return data

    def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            self._send(data)

    def _send(self, data: bytes) -> None:
        self._socket.settimeout(max(self._end - time.monotonic(), 0.01))
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Over('') from error


def _end_of_handshake(error: ssl.SSLError, first: bytes) -> str:
    """Return the mailer's alert, by its name in RFC 8446, else OpenSSL's reason.

    An alert in plaintext is in the mailer's bytes. In TLS 1.3 it is encrypted: OpenSSL has read it, and names it.
    """
    alert = read_beginning(first).alert
    if alert is not None:
        return f'alert {alert_name(alert)}'
    reason = error.reason or 'unknown'
    named = _ALERT.match(reason)
    return f'alert {named[1].lower()}' if named else reason.lower().replace('_', ' ')
