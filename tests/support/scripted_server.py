# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mail servers that do as a script says, for all that a real one can't be made to do: wrong, slow, cut and hostile answers.

A script has a step for each point of a conversation (see GOOD). A step is text (a reply: CR LF is put behind it), bytes (sent
as they are), one of the steps below, or a tuple of steps, done one after the other. A list of steps is used up, one each time
that its point is reached in any connection; the last one stays.
"""

from __future__ import annotations

import contextlib
import pathlib
import select
import socket
import ssl
import struct
import tempfile
import threading
import time
import typing as t
import warnings

from .ssl_v3_server import SslV3Context

LOOPBACK = '127.0.0.1'
LONGEST_WAIT = 60.0  # seconds that a connection is kept without a byte
END_OF_DATA = b'\r\n.\r\n'


class Pause(t.NamedTuple):
    """Nothing for so many seconds."""

    seconds: float


class Slowly(t.NamedTuple):
    """Send bytes one at a time, with so many seconds between two."""

    data: bytes
    seconds: float


class SlowHandshake(t.NamedTuple):
    """A TLS handshake, of which each byte is sent by itself, with so many seconds between two."""

    seconds: float


class Mark(t.NamedTuple):
    """A step without anything to say about it."""

    name: str


HANDSHAKE = Mark('the TLS handshake')
CLOSE = Mark('close the connection')
RESET = Mark('reset the connection (TCP RST)')
HANG = Mark('say nothing more')
READ = Mark('read, and do nothing')

Step = t.Union[str, bytes, Pause, Slowly, SlowHandshake, Mark, 'tuple[t.Any, ...]']
# The points of a conversation, and what a good mail server does there. 'EHLO2' is the EHLO in STARTTLS, '.' the mail's end.
GOOD: dict[str, Step] = {
    'connect': (),
    'handshake': HANDSHAKE,
    'banner': '220 mail.example.test ESMTP',
    'EHLO': '250-mail.example.test\r\n250-SIZE 10000000\r\n250 ENHANCEDSTATUSCODES',
    'EHLO2': '250-mail.example.test\r\n250 SIZE 10000000',
    'STARTTLS': '220 2.0.0 Ready to start TLS',
    'MAIL': '250 2.1.0 Ok',
    'RCPT': '250 2.1.5 Ok',
    'DATA': '354 End data with <CR><LF>.<CR><LF>',
    '.': '250 2.0.0 Ok: queued as 4A3B',
    'RSET': '250 2.0.0 Ok',
    'QUIT': ('221 2.0.0 Bye', CLOSE),
}
OFFERING = '250-mail.example.test\r\n250-SIZE 10000000\r\n250 STARTTLS'


class TlsSetup(t.NamedTuple):
    """How a server does TLS: `identity` names a certificate; `newest` and `oldest` are versions as ssl.TLSVersion names them.

    Whose newest is SSLv3 speaks nothing else.
    """

    identity: str = 'good'
    newest: str = 'MAXIMUM_SUPPORTED'
    oldest: str = 'TLSv1'
    ciphers: str = 'DEFAULT'
    dh_parameters: bytes = b''
    asks_for_certificate: bool = False


class Script(t.NamedTuple):
    """A mail server: `mode` is 'starttls', 'smtps', 'plain', or 'full', which has no room for another connection."""

    mode: str
    steps: dict[str, t.Any]
    tls: TlsSetup = TlsSetup()


class Visit:
    """One connection: when it began and ended (time.monotonic()), the commands, and the mails up to the dot, as they came."""

    def __init__(self) -> None:
        self.begin = self.end = time.monotonic()
        self.commands: list[str] = []
        self.mails: list[bytes] = []


class _Over(Exception):
    """The connection is at its end."""


Context = ssl.SSLContext | SslV3Context


class ScriptedServer:
    """One listening socket with its script. `visits` has the connections so far, in the order in which they began; `broken` is
    what the script itself failed by."""

    def __init__(self, script: Script, context: Context | None = None, host: str = LOOPBACK) -> None:
        self.script = script
        self.broken: Exception | None = None
        self.visits: list[Visit] = []
        defaults = {**GOOD, 'EHLO': OFFERING} if script.mode == 'starttls' else GOOD
        steps = {**defaults, **script.steps}
        self._steps = {key: list(step) if isinstance(step, list) else [step] for key, step in steps.items()}
        self._context = context
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)  # so that a mail doesn't vanish into buffers
        self._listener.bind((host, 0))
        self._listener.listen(0 if script.mode == 'full' else 50)
        self.port: int = self._listener.getsockname()[1]
        self._waiting: list[socket.socket] = []
        if script.mode == 'full':
            self._fill()
        else:
            threading.Thread(target=self._accept, daemon=True).start()

    @property
    def mails(self) -> list[bytes]:
        """Every mail that came up to its dot, over all connections."""
        return [mail for visit in self.visits for mail in visit.mails]

    def close(self) -> None:
        for one in self._waiting:
            one.close()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _fill(self) -> None:
        for _number in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex((LOOPBACK, self.port))
            self._waiting.append(one)

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            visit = Visit()
            self.visits.append(visit)
            threading.Thread(target=self._serve, args=(connection, visit), daemon=True).start()

    def _serve(self, connection: socket.socket, visit: Visit) -> None:
        connection.settimeout(LONGEST_WAIT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        channel = _Channel(connection, self._context)
        try:
            self._converse(channel, visit)
        except (_Over, OSError):
            pass
        except Exception as error:
            self.broken = error
        finally:
            channel.close()
            visit.end = time.monotonic()

    def _converse(self, channel: _Channel, visit: Visit) -> None:
        self._do(channel, 'connect')
        if self.script.mode == 'smtps':
            self._do(channel, 'handshake')
        self._do(channel, 'banner')
        while True:
            line = channel.read_line()
            visit.commands.append(line.decode('latin-1').strip())
            key = visit.commands[-1].split(' ')[0].upper()
            if key == 'EHLO' and self.script.mode == 'starttls' and channel.encrypted:
                key = 'EHLO2'
            going_on = self._do(channel, key)
            if key == 'STARTTLS' and going_on:
                self._do(channel, 'handshake')
            if key == 'DATA' and going_on:
                visit.mails.append(channel.read_mail())
                self._do(channel, '.')

    def _do(self, channel: _Channel, key: str) -> bool:
        """Do a point's step; return whether what it said is the consent that the client waits for."""
        with self._lock:
            steps = self._steps.get(key, ['500 5.5.2 What'])
            step = steps.pop(0) if len(steps) > 1 else steps[0]
        channel.do(step)
        said = step if isinstance(step, tuple) else (step,)
        return any(isinstance(one, (str, bytes)) and one[:3] in ('220', '354', b'220', b'354') for one in said)


class _Channel:
    """One connection, in plaintext and then in TLS."""

    def __init__(self, connection: socket.socket, context: Context | None) -> None:
        self._socket = connection
        self._context = context
        self._read = b''
        self.encrypted = False

    def close(self) -> None:
        self._socket.close()

    def read_line(self) -> bytes:
        return self._read_to(b'\n')

    def read_mail(self) -> bytes:
        """Return a mail with its end, as it came."""
        return self._read_to(END_OF_DATA)

    def _read_to(self, end: bytes) -> bytes:
        while end not in self._read:
            data = self._socket.recv(1 << 16)
            if not data:
                raise _Over
            self._read += data
        place = self._read.index(end) + len(end)
        found, self._read = self._read[:place], self._read[place:]
        return found

    def do(self, step: Step) -> None:
        """Do a step. Raises _Over where the connection ends with it."""
        if isinstance(step, Mark):
            self._do_mark(step)
        elif isinstance(step, Pause):
            time.sleep(step.seconds)
        elif isinstance(step, Slowly):
            self._send_slowly(step.data, step.seconds)
        elif isinstance(step, SlowHandshake):
            self._shake_slowly(step.seconds)
        elif isinstance(step, tuple):
            for one in step:
                self.do(one)
        else:
            self._socket.sendall(step.encode('latin-1') + b'\r\n' if isinstance(step, str) else step)

    def _do_mark(self, mark: Mark) -> None:
        if mark is HANDSHAKE:
            assert self._context is not None
            self._socket = self._context.wrap_socket(self._socket, server_side=True)
            self.encrypted = True
        elif mark is READ:
            self._read += self._socket.recv(1 << 16)
        elif mark is HANG:
            while self._socket.recv(1 << 16):
                pass
            raise _Over
        elif mark is RESET:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            raise _Over
        else:
            raise _Over

    def _send_slowly(self, data: bytes, seconds: float) -> None:
        for octet in data:
            self._socket.sendall(bytes([octet]))
            time.sleep(seconds)

    def _shake_slowly(self, seconds: float) -> None:
        assert isinstance(self._context, ssl.SSLContext)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                self._send_slowly(outgoing.read(), seconds)
                select.select([self._socket], [], [], LONGEST_WAIT)
                incoming.write(self._socket.recv(1 << 16))


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])


def server_context(setup: TlsSetup, chain_pem: bytes, key_pem: bytes) -> Context:
    """Return the context of a server that accepts whatever is configured, weak algorithms too."""
    if setup.newest == 'SSLv3':
        return SslV3Context(chain_pem, key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f'{setup.ciphers}:@SECLEVEL=0')
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # Python dislikes the old versions too
        context.minimum_version = ssl.TLSVersion[setup.oldest]
        context.maximum_version = ssl.TLSVersion[setup.newest]
    if setup.asks_for_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / 'chain.pem').write_bytes(key_pem + chain_pem)
        context.load_cert_chain(directory / 'chain.pem')
        if setup.dh_parameters:
            (directory / 'dh.pem').write_bytes(setup.dh_parameters)
            context.load_dh_params(str(directory / 'dh.pem'))
    return context
