# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A small IMAP server in threads, on loopback, with one folder held in memory, that records what it is told (RFC 3501, 4315).

By itself it does as the RFC says, as far as a reader of proofs asks for it. What it does otherwise is its Manner, and what stands
in the place of its answers: see support.hostile_imap.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import functools
import re
import socket
import ssl
import threading
import time
import typing as t

from .imap_channel import CODEC, Channel, Command, Over
from .imap_folder import Mail, flags_of, header_fields, named
from .scripted_server import LOOPBACK, TlsSetup, server_context

USERNAME = 'proofs'
PASSWORD = 'Mailbox "secret" 4711'  # with what has to be quoted
BEFORE_TLS = 'IMAP4rev1 SASL-IR STARTTLS LOGINDISABLED'
IN_TLS = 'IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS'
HEADER_ITEM = re.compile(r'BODY(\.PEEK)?\[HEADER\.FIELDS \(([^)]*)\)\](?:<0\.(\d+)>)?', re.IGNORECASE)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)', re.DOTALL)
# Where in a session something can be done otherwise, by command; 'handshake' and 'greeting' come before all commands.
POINTS = {
    'CAPABILITY': 'capability',
    'STARTTLS': 'starttls',
    'LOGIN': 'login',
    'AUTHENTICATE': 'login',
    'SELECT': 'examine',
    'EXAMINE': 'examine',
    'NOOP': 'noop',
    'UID FETCH': 'fetch',
    'UID STORE': 'store',
    'UID EXPUNGE': 'expunge',
    'EXPUNGE': 'expunge',
    'CLOSE': 'close',
    'LOGOUT': 'logout',
}


NO_COMMAND = Command('*', '', '', '')
Items = dict[str, bytes]
# What stands in the place of an answer: it is given the session, the command, and what would give the right answer.
Step = t.Callable[['Session', Command, t.Callable[[], None]], None]


def literal(content: bytes) -> bytes:
    return b'{%d}\r\n%b' % (len(content), content)


@dataclasses.dataclass(frozen=True)
class Manner:
    """How a server words its answers; what it is by default is what most servers do.

    uidvalidity: its value at an EXAMINE, by how many were before, None to say none. uidnext: likewise, by the right one.
    after_starttls: what comes in plaintext behind the consent to STARTTLS, in one packet with it.
    untagged: what is put between all lines. words: what it does to the words that the protocol has.
    form: how FETCH writes a header. items: what FETCH tells of a mail, from what it was asked for.
    fetched: which mails FETCH tells of, from those that it was asked for, and all.
    """

    before_tls: str = BEFORE_TLS
    in_tls: str = IN_TLS
    greeting: str = 'OK'
    uidvalidity: t.Callable[[int], str | None] = lambda _count: '17'
    uidnext: t.Callable[[int], str | None] = str
    after_starttls: bytes = b''
    untagged: bytes = b''
    words: t.Callable[[str], str] = str
    form: t.Callable[[bytes], bytes] = literal
    items: t.Callable[[Items], Items] = dict
    fetched: t.Callable[[list[Mail], list[Mail]], list[Mail]] = lambda asked, _all: asked


class ImapServer:
    """Listens between `with` and its end, on `port`; `mode` is 'imaps' or 'starttls'. `folder` is its name on the wire.

    `mails` is what the folder holds, `sessions` the connections so far in the order in which they began, and `broken` what the
    server itself failed by. `manner` and `steps` (by point, see POINTS) are how it misbehaves.
    """

    def __init__(
        self,
        certificate_pem: bytes,
        key_pem: bytes,
        mode: str = 'imaps',
        folder: str = 'INBOX',
        username: str = USERNAME,
        password: str = PASSWORD,
        tls: TlsSetup | None = None,
    ) -> None:
        self.mode = mode
        self.folder = folder
        self.username = username
        self.password = password
        self.manner = Manner()
        self.steps: t.Mapping[str, Step] = {}
        self.port = 0
        self.mails: list[Mail] = []
        self.uidnext = 1
        self.examined = 0
        self.sessions: list[Session] = []
        self.broken: Exception | None = None
        self.lock = threading.Lock()
        self.ended = threading.Event()
        context = server_context(tls or TlsSetup(), certificate_pem, key_pem)
        assert isinstance(context, ssl.SSLContext)
        self.context = context
        self._listener = socket.socket()
        self._threads: list[threading.Thread] = []

    def __enter__(self: Self) -> Self:
        self._listener.bind((LOOPBACK, 0))
        self._listener.listen(50)
        self.port = int(self._listener.getsockname()[1])
        self._start(self._accept)
        return self

    def __exit__(self, *exception: object) -> None:
        self.ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for session in list(self.sessions):
            session.hang_up()
        for thread in self._threads:
            thread.join(5)

    @property
    def commands(self) -> list[str]:
        """The commands of all sessions, without their tags, with the passwords in them."""
        return [command for session in self.sessions for command in session.commands]

    def deliver(self, header: bytes, received_at: float | None = None) -> int:
        """Put a mail into the folder and return its UID.

        `header` has LF or CR LF; `received_at` is in seconds since 1970, else it is now.
        """
        lines = header.rstrip().replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
        date = time.strftime('%d-%b-%Y %H:%M:%S +0000', time.gmtime(received_at))
        with self.lock:
            uid, self.uidnext = self.uidnext, self.uidnext + 1
            self.mails.append(Mail(uid, lines + b'\r\n\r\n', date))
        return uid

    def _start(self, work: t.Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                self.sessions.append(Session(self, connection))
                self._start(self._serve, self.sessions[-1])

    def _serve(self, session: Session) -> None:
        try:
            session.converse()
        except (Over, OSError):
            pass
        except Exception as error:
            self.broken = error
        finally:
            session.hang_up()


Self = t.TypeVar('Self', bound=ImapServer)


class Session(Channel):
    """One connection, from its greeting on; `logins` has each name and password that came."""

    def __init__(self, server: ImapServer, connection: socket.socket) -> None:
        super().__init__(connection, server.context)
        self.server = server
        self.manner = server.manner
        self.logins: list[tuple[str, str]] = []
        self.logged_in = self.selected = self.writable = False

    def converse(self) -> None:
        if self.server.mode == 'imaps':
            self._at('handshake', self.shake_hands)
        self._at('greeting', self._greet)
        while True:
            command = self.read_command()
            handler = HANDLERS.get(command.name, Session._refuse)
            self._at(POINTS.get(command.name, ''), functools.partial(handler, self, command), command)

    def _at(self, point: str, answer: t.Callable[[], None], command: Command = NO_COMMAND) -> None:
        step = self.server.steps.get(point)
        if step:
            step(self, command, answer)
        else:
            answer()

    def untagged(self, text: str) -> None:
        self.send(self.manner.untagged + f'* {self.manner.words(text)}\r\n'.encode())

    def tagged(self, command: Command, text: str, after: bytes = b'') -> None:
        self.send(self.manner.untagged + f'{command.tag} {self.manner.words(text)}\r\n'.encode(*CODEC) + after)

    def _capabilities(self) -> str:
        return self.manner.in_tls if self.encrypted else self.manner.before_tls

    def _greet(self) -> None:
        self.logged_in = self.manner.greeting == 'PREAUTH'
        self.send(f'* {self.manner.words(f"{self.manner.greeting} [CAPABILITY {self._capabilities()}] ready")}\r\n'.encode())

    def _refuse(self, command: Command) -> None:
        self.tagged(command, 'BAD what')

    def _tell_capabilities(self, command: Command) -> None:
        self.untagged(f'CAPABILITY {self._capabilities()}')
        self.tagged(command, 'OK done')

    def _start_tls(self, command: Command) -> None:
        if self.encrypted or 'STARTTLS' not in self.manner.before_tls:
            self._refuse(command)
        else:
            self.tagged(command, 'OK begin TLS', self.manner.after_starttls)
            self._at('handshake', self.shake_hands)

    def _login(self, command: Command) -> None:
        self._let_in(command, *_strings(command.rest)[:2])

    def _authenticate(self, command: Command) -> None:
        mechanism, _space, first = command.rest.partition(' ')
        if mechanism.upper() != 'PLAIN':
            return self._refuse(command)
        if not first:
            self.send(b'+ \r\n')
            first = self.read_line().decode('latin-1').strip()
            self.record(first)
        _authorization, name, password = base64.b64decode(first).decode().split('\0')
        return self._let_in(command, name, password)

    def _let_in(self, command: Command, name: str, password: str) -> None:
        self.logins.append((name, password))
        if not self.encrypted:
            self.tagged(command, 'NO [PRIVACYREQUIRED] not without TLS')
        elif 'LOGINDISABLED' in self.manner.in_tls:
            self.tagged(command, 'NO login is disabled')
        elif self.logged_in:
            self.tagged(command, 'BAD you are logged in')
        elif (name, password) != (self.server.username, self.server.password):
            self.tagged(command, 'NO [AUTHENTICATIONFAILED] no')
        else:
            self.logged_in = True
            self.tagged(command, 'OK logged in')

    def _select(self, command: Command) -> None:
        if not self.logged_in:
            return self._refuse(command)
        if _strings(command.rest) != [self.server.folder]:
            return self.tagged(command, 'NO [NONEXISTENT] no such folder')
        self.selected, self.writable = True, command.name == 'SELECT'
        with self.server.lock:
            count, self.server.examined = self.server.examined, self.server.examined + 1
            exists, uidnext = len(self.server.mails), self.server.uidnext
        self.untagged('FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)')
        self.untagged(f'{exists} EXISTS')
        self.untagged('0 RECENT')
        for name, value in (('UIDVALIDITY', self.manner.uidvalidity(count)), ('UIDNEXT', self.manner.uidnext(uidnext))):
            if value is not None:
                self.untagged(f'OK [{name} {value}] so it is')
        return self.tagged(command, f'OK [READ-{"WRITE" if self.writable else "ONLY"}] done')

    def _noop(self, command: Command) -> None:
        if self.selected:
            self.untagged(f'{len(self.server.mails)} EXISTS')
        self.tagged(command, 'OK done')

    def _fetch(self, command: Command) -> None:
        if not self.selected:
            return self._refuse(command)
        numbers, _space, what = command.rest.partition(' ')
        with self.server.lock:
            mails = self.server.mails
            places = {mail.uid: place for place, mail in enumerate(mails, 1)}
            answers = [
                self._told(mail, places[mail.uid], what) for mail in self.manner.fetched(named(numbers, mails), list(mails))
            ]
        self.send(b''.join(answers))
        return self.tagged(command, 'OK done')

    def _told(self, mail: Mail, number: int, what: str) -> bytes:
        """Return the line that tells of a mail what a FETCH asks for."""
        items = {'UID': b'%d' % mail.uid}
        if 'INTERNALDATE' in what.upper():
            items['INTERNALDATE'] = b'"%b"' % mail.internaldate.encode()
        if 'FLAGS' in what.upper():
            items['FLAGS'] = flags_of(mail)
        if wanted := HEADER_ITEM.search(what):
            header = header_fields(mail.header, wanted.group(2).split())
            name = f'BODY[HEADER.FIELDS ({wanted.group(2)})]'
            if wanted.group(3):
                header, name = header[: int(wanted.group(3))], f'{name}<0>'
            items[name] = self.manner.form(header)
            if not wanted.group(1) and self.writable:
                mail.flags.add('\\Seen')
        told = b' '.join(
            self.manner.words(name).encode(*CODEC) + b' ' + value for name, value in self.manner.items(items).items()
        )
        return self.manner.untagged + self.manner.words(f'* {number} FETCH (').encode() + told + b')\r\n'

    def _store(self, command: Command) -> None:
        numbers, how, flags = (*command.rest.split(' ', 2), '', '')[:3]
        if not self.selected:
            return self._refuse(command)
        if not self.writable:
            return self.tagged(command, 'NO read-only')
        with self.server.lock:
            mails = self.server.mails
            for mail in named(numbers, mails):
                change = mail.flags.difference_update if how.startswith('-') else mail.flags.update
                change(flags.strip('()').split())
                if not how.upper().endswith('.SILENT'):
                    self.send(b'* %d FETCH (UID %d FLAGS %b)\r\n' % (mails.index(mail) + 1, mail.uid, flags_of(mail)))
        return self.tagged(command, 'OK done')

    def _expunge(self, command: Command) -> None:
        if not self.writable or (command.rest and 'UIDPLUS' not in self.manner.in_tls):
            return self._refuse(command)
        with self.server.lock:
            mails = self.server.mails
            for mail in [one for one in named(command.rest or '1:*', mails) if '\\Deleted' in one.flags]:
                self.untagged(f'{mails.index(mail) + 1} EXPUNGE')
                mails.remove(mail)
        return self.tagged(command, 'OK done')

    def _close(self, command: Command) -> None:
        if self.writable:
            with self.server.lock:
                self.server.mails[:] = [mail for mail in self.server.mails if '\\Deleted' not in mail.flags]
        self.selected = self.writable = False
        self.tagged(command, 'OK done')

    def _logout(self, command: Command) -> None:
        self.untagged('BYE')
        self.tagged(command, 'OK done')
        raise Over


HANDLERS: dict[str, t.Callable[[Session, Command], None]] = {
    'CAPABILITY': Session._tell_capabilities,
    'STARTTLS': Session._start_tls,
    'LOGIN': Session._login,
    'AUTHENTICATE': Session._authenticate,
    'SELECT': Session._select,
    'EXAMINE': Session._select,
    'NOOP': Session._noop,
    'UID FETCH': Session._fetch,
    'UID STORE': Session._store,
    'UID EXPUNGE': Session._expunge,
    'EXPUNGE': Session._expunge,
    'CLOSE': Session._close,
    'LOGOUT': Session._logout,
}


def _strings(text: str) -> list[str]:
    """Return the atoms and quoted strings of a command."""
    return [atom or re.sub(r'\\(.)', r'\1', quoted, flags=re.DOTALL) for quoted, atom in STRING.findall(text)]
