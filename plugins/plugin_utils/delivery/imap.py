# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mailbox for proofs on an IMAP server (RFC 3501): one session, a few commands whenever it is asked, however many mails."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import imaplib
import re
import ssl
import time
import typing as t

from ...module_utils.problems import ProblemError
from ...module_utils.safe_text import safe_text
from .imap_connection import Allowance, Connection, TooMuch
from .mailbox import Arrival, Mark, Unavailable
from .received import read_header

HEADER_BYTES = 32 << 10  # that are fetched of one mail
ITEMS = f'(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID RECEIVED)]<0.{HEADER_BYTES}>)'
LONGEST_SET = 4000  # characters of a set of UIDs in one command
MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
FOR_GOOD = (ssl.SSLCertVerificationError, UnicodeError, TooMuch)  # what comes again if it is tried again
_UID = re.compile(rb'\bUID (\d{1,10})\b', re.IGNORECASE)
_IS_HEADER = re.compile(rb'\bBODY\[HEADER\.FIELDS [^\]]*\](?:<0>)? \{\d+\}\Z', re.IGNORECASE)
_BEGINS = re.compile(rb'\d{1,10} \(')
_DATE = re.compile(rb'\bINTERNALDATE "([ \d]\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE)


class Account(t.NamedTuple):
    """Where the mailbox is, and how to log in. `starttls`: TLS begins by that command. `name` is for messages and marks."""

    name: str
    host: str
    port: int
    starttls: bool
    username: str
    password: str
    folder: str


class Imap:
    """A session that ends `seconds` after it was made. It only reads (EXAMINE), unless mails are to be deleted."""

    def __init__(self, account: Account, tls: ssl.SSLContext, seconds: float, deletes: bool = False) -> None:
        self.name = account.name
        self._account = account
        self._tls = tls
        self._end = time.monotonic() + seconds
        self._deletes = deletes
        self._allowance = Allowance()
        self._imap: Connection | None = None
        self._next = 0  # the lowest UID that was not looked at

    def mark(self) -> Mark:
        with self._explained():
            imap = self._opened()
            return {
                'mailbox': self.name,
                'uidvalidity': self._number(imap, 'UIDVALIDITY'),
                'uidnext': self._number(imap, 'UIDNEXT'),
                'at': int(time.time()),
            }

    def arrivals(self, mark: Mark) -> list[Arrival]:
        with self._explained():
            if self._imap is None:
                imap = self._opened()
                is_same = self._number(imap, 'UIDVALIDITY') == mark['uidvalidity']
                if not is_same or self._number(imap, 'UIDNEXT') < mark['uidnext']:
                    raise Unavailable('its UIDVALIDITY has changed: the mailbox was made anew since it was marked', for_good=True)
                self._next = max(self._next, mark['uidnext'])
            else:
                imap = self._imap
                self._do(imap.noop())
            _ok, data = self._do(imap.uid('FETCH', f'{self._next}:*', ITEMS))
            found = {arrival.key: arrival for arrival in _fetched(data) if arrival.key >= self._next}  # `*` can be an older mail
            self._next = max([self._next, *(uid + 1 for uid in found)])
            return [found[uid] for uid in sorted(found)]

    def wait(self, seconds: float) -> None:
        imap = self._imap
        if imap is None or not hasattr(imap, 'idle') or 'IDLE' not in imap.capabilities:  # from Python 3.14; RFC 2177
            time.sleep(seconds)
            return
        with self._explained(), imap.idle(duration=seconds) as idler:
            for name, _data in idler:
                if name == 'EXISTS':
                    break

    def delete(self, arrivals: t.Sequence[Arrival]) -> str:
        """Delete these mails alone, by UID EXPUNGE (RFC 4315): EXPUNGE would take along what others have marked as deleted."""
        with self._explained():
            imap = self._imap or self._opened()
            _ok, capabilities = self._do(imap.capability())  # many servers tell most of them after the login only
            if b'UIDPLUS' not in b' '.join(capabilities).upper().split():
                return 'the server lacks UIDPLUS, so that only all mails that are marked as deleted could be removed'
            for uids in _sets(sorted(arrival.key for arrival in arrivals)):
                self._do(imap.uid('STORE', uids, '+FLAGS.SILENT', r'(\Deleted)'))
                self._do(imap.uid('EXPUNGE', uids))
        return ''

    def close(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            with contextlib.suppress(Exception):
                imap.logout()
            imap.shutdown()

    def _opened(self) -> Connection:
        account = self._account
        self._imap = imap = Connection(account.host, account.port, self._tls, account.starttls, self._end, self._allowance)
        if imap.state != 'NONAUTH':
            raise Unavailable('the server takes the connection for logged in before a login (PREAUTH)', for_good=True)
        self._log_in(imap)
        self._do(imap.select(_quoted(account.folder), readonly=not self._deletes), for_good=True)
        return imap

    def _log_in(self, imap: Connection) -> None:
        account = self._account
        plain = f'\0{account.username}\0{account.password}'.encode()
        if 'AUTH=PLAIN' in imap.capabilities:
            self._do(imap.authenticate('PLAIN', lambda _challenge: plain), for_good=True)
        elif 'LOGINDISABLED' in imap.capabilities:
            raise Unavailable('the server offers neither LOGIN nor AUTH=PLAIN', for_good=True)
        else:
            self._do(imap.login(account.username, account.password), for_good=True)

    def _do(self, answer: tuple[str, t.Any], for_good: bool = False) -> tuple[str, list[t.Any]]:
        """Return a command's answer. Raises Unavailable for NO."""
        if answer[0] != 'OK':
            text = b' '.join(part for part in answer[1] if isinstance(part, bytes))
            raise Unavailable(f'the server refuses: {self._redacted(text.decode("utf-8", "replace"))}', for_good)
        return answer

    def _number(self, imap: Connection, name: str) -> int:
        _name, data = imap.response(name)
        if not data or not isinstance(data[0], bytes) or not re.fullmatch(rb'[1-9]\d{0,9}', data[0]):
            raise Unavailable(f'the server does not tell {name}, which marks the mails that are there', for_good=True)
        return int(data[0])

    @contextlib.contextmanager
    def _explained(self) -> t.Iterator[None]:
        """Turn every error of a session into Unavailable, and end the session."""
        try:
            yield
        except Exception as error:  # whatever a server makes of the session, it is the mailbox that can't be used
            self.close()
            if isinstance(error, Unavailable):
                raise
            raise Unavailable(self._redacted(_reason(error)), for_good=isinstance(error, FOR_GOOD)) from None

    def _redacted(self, text: str) -> str:
        """Return what a server says without the password, which it may repeat, plainly, quoted or in base64."""
        account = self._account
        quoted = account.password.replace('\\', '\\\\').replace('"', '\\"')
        encoded = base64.b64encode(f'\0{account.username}\0{account.password}'.encode()).decode('ascii')
        for secret in filter(None, (encoded, quoted, account.password)):
            text = text.replace(secret, '********')
        return safe_text(text, 300)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f'its certificate is refused: {error.verify_message}'
    if isinstance(error, ProblemError):
        return error.problem.message.rstrip('.')
    first = error.args[0] if error.args else ''
    text = first.decode('utf-8', 'replace') if isinstance(first, bytes) else str(getattr(error, 'strerror', None) or error)
    refused = isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort)
    return f'the server refuses: {text}' if refused else text or type(error).__name__


def _fetched(data: t.Sequence[t.Any]) -> t.Iterator[Arrival]:
    """Return the mails in the answers to FETCH, in which `imaplib` has a pair for each literal and bytes for what is after it.

    Answers without a UID or a header are others', such as a change of flags.
    """
    attributes, header = b'', None
    for piece in [*data, b'0 (']:
        text, literal = piece if isinstance(piece, tuple) else (piece, None)
        if not isinstance(text, bytes):
            continue
        if _BEGINS.match(text):
            uid = _UID.search(attributes)
            if uid is not None and header is not None:
                yield Arrival(int(uid[1]), read_header(header), _internal_date(attributes))
            attributes, header = b'', None
        attributes += text
        if _IS_HEADER.search(text):
            header = literal


def _internal_date(attributes: bytes) -> dt.datetime | None:
    match = _DATE.search(attributes)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = (part.decode('ascii').strip() for part in match.groups())
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == '-' else 1)
    try:
        local = dt.datetime(int(year), MONTHS.index(month.capitalize()) + 1, int(day), int(hour), int(minute), int(second))
        return (local - offset).replace(tzinfo=dt.timezone.utc)
    except (ValueError, OverflowError):
        return None


def _sets(uids: t.Sequence[int]) -> t.Iterator[str]:
    """Return sets of UIDs as commands have them (RFC 3501 9, sequence-set), each of a bounded length."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    line = ''
    for first, last in ranges:
        if len(line) > LONGEST_SET:
            yield line
            line = ''
        line += ('' if not line else ',') + (str(first) if first == last else f'{first}:{last}')
    if line:
        yield line


def _quoted(folder: str) -> str:
    """Return a folder's name as a command has it: in modified UTF-7 (RFC 3501 5.1.3), quoted."""
    encoded = ''
    for part in re.split('([\x20-\x7e]+)', folder):
        if part.isascii():
            encoded += part.replace('&', '&-')
        else:
            encoded += '&' + base64.b64encode(part.encode('utf-16-be')).decode('ascii').rstrip('=').replace('/', ',') + '-'
    escaped = encoded.replace('\\', '\\\\').replace('"', '\\"')
    return f'"{escaped}"'
