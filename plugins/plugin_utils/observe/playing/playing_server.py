# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mail server on the controller that plays a part in each trial, and keeps what came.

Whoever reaches its port can talk to it, so all is bounded: connections at a time and in a trial, bytes and seconds of each.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import socket
import ssl
import threading
import time

from .authorities import Authorities
from .channel import LONGEST_SECONDS, Channel, Over
from .dialog import Dialog
from .server import Server
from .visit import Visit

MOST_AT_ONCE = 8
MOST_VISITS = 64  # in a trial
EVERY_CIPHER = 'ALL:@SECLEVEL=0'  # also those of TLS 1.0, and keys that are too weak today
_VERSIONS = {
    'TLSv1': ssl.TLSVersion.TLSv1,
    'TLSv1.1': ssl.TLSVersion.TLSv1_1,
    'TLSv1.2': ssl.TLSVersion.TLSv1_2,
    'TLSv1.3': ssl.TLSVersion.TLSv1_3,
}


class Until(enum.Enum):
    """What ends a wait for connections."""

    ANSWERED = enum.auto()
    TIME = enum.auto()
    OVER = enum.auto()


class PlayingServer:
    """Listens from its creation until `close`. `port` is where. A connection lasts so many `seconds` at most."""

    def __init__(self, authorities: Authorities, address: str, port: int = 0, seconds: float = LONGEST_SECONDS) -> None:
        self._seconds = seconds
        self._context = functools.cache(functools.partial(_new_context, authorities))
        self._playable: dict[str, bool] = {}
        self._server = Server()
        self._visits: list[Visit] = []
        self.admitted = ''  # the only address whose connections count, '' = any
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family, backlog=MOST_AT_ONCE)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def play(self, server: Server) -> None:
        """Play another part, for connections from now on; forget those that were, and end those that last."""
        self._end_connections()
        with self._changed:
            self._server, self._visits = server, []

    def wait(self, seconds: float, until: Until, quiet: float = 0.0) -> list[Visit]:
        """Return the trial's connections when the wait is over, after `seconds` in all; one that lasts is waited for.

        ANSWERED is over with a mail, or `quiet` seconds after a connection ended, TIME only with the seconds, and OVER at once:
        nobody will connect who has not done so yet.
        """
        end = time.monotonic() + seconds
        with self._changed:
            while (left := self._seconds_left(end, until, quiet)) > 0:
                self._changed.wait(left)
            return list(self._visits)

    def _seconds_left(self, end: float, until: Until, quiet: float) -> float:
        now = time.monotonic()
        if until is Until.TIME or not all(visit.ended for visit in self._visits):
            return end - now
        if until is Until.OVER or any(visit.mail for visit in self._visits):
            return 0.0
        return (min(end, max(visit.ended for visit in self._visits) + quiet) if self._visits else end) - now

    def can_play(self, version: str) -> bool:
        """Return whether this controller's OpenSSL speaks a version, which its build or a policy of its system may forbid."""
        if version not in self._playable:
            self._playable[version] = _can_speak(self._context('good', version, version), version)
        return self._playable[version]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._end_connections()

    def _end_connections(self) -> None:
        with self._changed:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            with self._changed:
                has_room = len(self._open) < MOST_AT_ONCE and len(self._visits) < MOST_VISITS
                taken = has_room and self.admitted in ('', address[0])
                if taken:
                    visit, server = Visit(time.monotonic(), address[0]), self._server
                    self._visits.append(visit)
                    self._open.add(connection)
                    self._changed.notify_all()
            if taken:
                threading.Thread(target=self._serve, args=(connection, visit, server), daemon=True).start()
            else:
                connection.close()

    def _serve(self, connection: socket.socket, visit: Visit, server: Server) -> None:
        try:
            context = self._context(server.identity, server.oldest, server.newest)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Dialog(Channel(connection, visit, self._seconds), visit, server, context).run()
        except Over as over:
            visit.cut_short = str(over)
        except (OSError, ValueError) as error:  # of OpenSSL, or of a connection that ended
            visit.cut_short = str(error)
        finally:
            connection.close()
            with self._changed:
                visit.ended = time.monotonic()
                self._open.discard(connection)
                self._changed.notify_all()


def _new_context(authorities: Authorities, identity: str, oldest: str, newest: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(EVERY_CIPHER)
    context.minimum_version, context.maximum_version = _VERSIONS[oldest], _VERSIONS[newest]
    context.options |= ssl.OP_NO_TICKET  # a resumed session would not verify the certificate again
    context.num_tickets = 0
    authorities.load(context, identity)
    return context


def _can_speak(server_context: ssl.SSLContext, version: str) -> bool:
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.check_hostname, client_context.verify_mode = False, ssl.CERT_NONE
    client_context.set_ciphers(EVERY_CIPHER)
    client_context.minimum_version = client_context.maximum_version = _VERSIONS[version]
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for _flight in range(3):
        for end in (client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                return False
    return server.version() == version
