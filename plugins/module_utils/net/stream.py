# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The byte stream of a conversation: a socket under one wall-clock deadline, in plaintext and then in TLS.

TLS runs on memory buffers (ssl.SSLObject), so that a server that sends a byte a second can't stretch the handshake and
the server's own bytes can be examined when it fails.
"""

import _ssl
import select
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from ..problems import ProblemError
from ..smtp.conversation import Stream, StreamLost, StreamTimedOut
from ..tls.host_names import packed_address
from ..tls.records import CERTIFICATE, HANDSHAKE, certificates_in, certificates_in_message, read_beginning

PIECE = 1 << 16
BEGINNING = 1 << 16  # bytes of the server's handshake that are recorded
# From Python 3.10, on a class without a public name; public only from 3.13.
EXPOSES_CHAIN = hasattr(_ssl._SSLSocket, 'get_unverified_chain')  # type: ignore[attr-defined]  # unknown to typeshed
EXPOSES_MESSAGES = hasattr(ssl.SSLContext, '_msg_callback')  # from Python 3.8: those of TLS 1.3 too, decrypted


class Chain(NamedTuple):
    """The certificates as sent, in DER, the leaf first; only that where Python exposes no others and TLS 1.3 encrypts them."""

    certificates: List[bytes]
    whole: bool


NO_CHAIN = Chain([], False)


class NetStream:
    """Takes a connected, non-blocking socket. `end` is a moment of time.monotonic() and may be moved."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self.end = end
        self.beginning = b''
        self.alert: Optional[int] = None  # that this side ended a handshake with, where it was sent unencrypted
        self.chain = NO_CHAIN
        self.tls: Optional[ssl.SSLObject] = None
        self._silence: Optional[Callable[[], None]] = None
        self._silent_at = 0.0
        self._early = b''  # what the server sent while it read nothing
        self._sock = sock
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    def close(self) -> None:
        self._sock.close()

    def on_silence(self, seconds: float, call: Optional[Callable[[], None]]) -> None:
        """Call once, if within `seconds` from now nothing at all has arrived. What it raises is passed on."""
        self._silent_at, self._silence = time.monotonic() + seconds, call

    def local_address(self) -> str:
        return str(self._sock.getsockname()[0])

    def send(self, data: bytes) -> None:
        if self.tls is None:
            self._send_raw(data, self._hear_early)
            return
        view = memoryview(data)
        while view:
            view = view[self._encrypt(self.tls, view) :]
        self._send_raw(self._outgoing.read(), self._hear_early)

    def hurry(self, seconds: float) -> None:
        self.end = min(self.end, time.monotonic() + seconds)

    def receive(self, wait: bool = True) -> bytes:
        end = self.end if wait else 0.0
        early, self._early = self._early, b''
        if early:
            return early
        if self.tls is None:
            return self._receive_raw(end)
        while True:
            data = self._decrypt(self.tls)
            if data:
                return data
            self._flush()
            self._incoming.write(self._receive_raw(end))

    def _decrypt(self, tls: ssl.SSLObject) -> bytes:
        """Return the decrypted bytes, b'' while no whole record is there."""
        try:
            data = tls.read(PIECE)
        except ssl.SSLWantReadError:
            return b''
        except ssl.SSLError as error:
            from ..tls.faults import late_alert  # rarely needed, as is everything that explains failures

            demand = late_alert(error)
            if demand is not None:
                raise ProblemError(demand)
            raise StreamLost('the server ended TLS' if isinstance(error, ssl.SSLZeroReturnError) else str(error))
        if not data:  # close_notify, on some Pythons
            raise StreamLost('the server ended TLS')
        return data

    def handshake(self, context: ssl.SSLContext, host: str) -> ssl.SSLObject:
        """Switch to TLS. Raises ssl.SSLError, StreamLost and StreamTimedOut; `beginning` then has the server's first bytes.

        `chain` is known then too, where that is possible; without a failure it has at least the leaf.
        """
        # An address is no server name (RFC 6066, section 3), but OpenSSL's name check needs it.
        # As bytes, since for a text Python imports its IDNA tables, also for ASCII.
        name = None if packed_address(host) is not None and not context.check_hostname else host.encode('ascii')
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=False, server_hostname=name)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                data = self._receive_raw(self.end)
                self.beginning += data[: BEGINNING - len(self.beginning)]
                self._incoming.write(data)
            except ssl.SSLError:
                self._send_alert()
                self.chain = self._chain(tls, None)
                raise
        self._flush()
        self.chain = self._chain(tls, tls.getpeercert(True))
        self.tls = tls
        return tls

    def _chain(self, tls: ssl.SSLObject, leaf: Optional[bytes]) -> Chain:
        sent = sent_chain(tls, self.beginning)
        return Chain(sent or ([leaf] if leaf else []), bool(sent))

    def _send_alert(self) -> None:
        """Send it for the server's log, but without a wait."""
        data = self._outgoing.read()
        self.alert = read_beginning(data).alert
        try:
            self._sock.send(data)
        except OSError:
            return

    def _encrypt(self, tls: ssl.SSLObject, view: memoryview) -> int:
        while True:
            try:
                return tls.write(view)
            except ssl.SSLWantReadError:
                self._flush()
                self._incoming.write(self._receive_raw(self.end))
            except ssl.SSLError as error:
                raise StreamLost(str(error))

    def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            self._send_raw(data)

    def _send_raw(self, data: bytes, hear: Optional[Callable[[], None]] = None) -> None:
        """Send all the data. `hear` is called where the server reads nothing and has sent something."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except BlockingIOError:
                if not self._wait(select.POLLOUT | (select.POLLIN if hear else 0), self.end) & select.POLLOUT and hear:
                    hear()
            except OSError as error:
                raise StreamLost(error.strerror or str(error))

    def _hear_early(self) -> None:
        """Read what the server has sent. If it is data, it reads nothing more from this side, and StreamLost is raised."""
        raw = self._receive_raw(self.end)
        if self.tls is None:
            self._early = raw
        else:
            self._incoming.write(raw)
            self._early = self._decrypt(self.tls)
        if self._early:
            raise StreamLost('the server reads nothing more, and has sent something')

    def _receive_raw(self, end: float) -> bytes:
        while True:
            try:
                data = self._sock.recv(PIECE)
            except BlockingIOError:
                self._wait_for_bytes(end)
                continue
            except OSError as error:
                raise StreamLost(error.strerror or str(error))
            if not data:
                raise StreamLost('the server closed it')
            self._silence = None
            if time.monotonic() >= self.end:  # bytes that keep coming don't stretch the deadline
                raise StreamTimedOut
            return data

    def _wait_for_bytes(self, end: float) -> None:
        if self._silence is not None and self._silent_at < end:
            try:
                self._wait(select.POLLIN, self._silent_at)
                return
            except StreamTimedOut:
                call, self._silence = self._silence, None
            call()
        self._wait(select.POLLIN, end)

    def _wait(self, events: int, end: float) -> int:
        """Return which of the events occurred, at least one. Raises StreamTimedOut."""
        left = end - time.monotonic()
        poll = select.poll()
        poll.register(self._sock, events)
        ready = poll.poll(int(left * 1000) + 1) if left > 0 else []
        if not ready:
            raise StreamTimedOut
        return ready[0][1]


def decoded(tls: ssl.SSLObject) -> Dict[str, Any]:
    """Return the server's certificate as SSLObject.getpeercert() does, {} where it can't be decoded or was not verified.

    In a thread of its own, since OpenSSL has a queue of errors for each thread (ERR_get_error(3)): what a malformed extension
    leaves in it, the next SSL_read would take for its own failure (SSL_get_error(3)).
    """
    certificates: List[Dict[str, Any]] = []

    def decode() -> None:
        try:
            certificates.append(tls.getpeercert() or {})
        except (ssl.SSLError, ValueError):
            certificates.append({})

    thread = threading.Thread(target=decode, daemon=True)
    thread.start()
    thread.join()
    return certificates[0]


class StreamWithHandshake(Stream):
    """The network's stream for a conversation, with the caller's handshake and its checks."""

    def __init__(self, stream: NetStream, handshake: Callable[[], None]) -> None:
        self._stream = stream
        self._handshake = handshake

    def send(self, data: bytes) -> None:
        self._stream.send(data)

    def receive(self, wait: bool = True) -> bytes:
        return self._stream.receive(wait)

    def hurry(self, seconds: float) -> None:
        self._stream.hurry(seconds)

    def start_tls(self) -> None:
        self._handshake()


def sent_chain(tls: ssl.SSLObject, beginning: bytes) -> List[bytes]:
    """Return all certificates that the server sent, [] where neither Python exposes them nor TLS 1.2 shows them."""
    if EXPOSES_CHAIN:
        sent = tls._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]  # typeshed's SSLObject has none
        if sent:
            return [certificate.public_bytes(_ssl.ENCODING_DER) for certificate in sent]
    return certificates_in(beginning)


class ChainWatch:
    """Records the server's Certificate message in handshakes of a context of its own (Python 3.8 and later)."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.chain: List[bytes] = []
        context._msg_callback = self._record  # type: ignore[attr-defined]  # for debugging, says ssl.py, as this is

    def _record(self, _tls: object, direction: str, version: int, kind: int, message: int, data: bytes) -> None:
        if direction == 'read' and kind == HANDSHAKE and message == CERTIFICATE:
            self.chain = certificates_in_message(data, version >= 0x0304)
