# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An IMAP server that misbehaves in one way, by the name that FAULTS has for it.

with HostileImap(certificate_pem, key_pem, fault='silence at login') as server:
    server.deliver(b'Message-ID: <1@print1>\\n')
    ...  # a client for server.port
"""

from __future__ import annotations

import base64
import dataclasses
import typing as t

from .imap_channel import CODEC, Command, Over
from .imap_folder import Mail
from .imap_server import IN_TLS, ImapServer, Items, Manner, Session, Step, literal

# What is without an end ends here, so that a client without a limit of its own fails a test and not the machine.
ENDLESS = 96 << 20  # bytes
NOISE_BYTES = 4 << 20  # what a client has to bear
BLOCK = b'x' * (1 << 16)
GIGABYTES = 6 << 30
DRIP_SECONDS = 1.0
# More digits than int() takes from text.
DIGITS = '9' * 5000
INJECTION = b'* CAPABILITY IMAP4rev1 INJECTED\r\n'
UNTAGGED = (
    b'* 1 FETCH (FLAGS (\\Seen \\Answered))\r\n* 900 EXISTS\r\n* 3 RECENT\r\n* 1 EXPUNGE\r\n* OK [ALERT] The disk is full\r\n'
    b'* 2 FETCH (UID 2 FLAGS (\\Flagged))\r\n* LIST (\\Noselect) "/" foo\r\n* VANISHED 7\r\n* OK still here\r\n'
)
# What a client that is right makes of it: the proofs are found, the mailbox can't be used, or it may see it either way.
# In no case is a proof found that isn't there.
BORNE, FATAL, EITHER = 'borne', 'fatal', 'either'
# The same by where it comes to nothing, and the points that only a client comes to that deletes.
OUTCOMES = {
    'greeting': FATAL,
    'capability': EITHER,
    'login': FATAL,
    'examine': FATAL,
    'noop': EITHER,
    'fetch': FATAL,
    'store': EITHER,
    'expunge': EITHER,
    'logout': BORNE,
}
DELETING = ('store', 'expunge')
COMMANDS = [point for point in OUTCOMES if point != 'greeting']


class Fault(t.NamedTuple):
    """One way to misbehave. says: what the server does. outcome: BORNE, FATAL or EITHER. manner: fields of Manner.

    mode: the server's, where the fault is of one. deletes: whether only a client that deletes comes to it.
    """

    says: str
    outcome: str
    steps: t.Mapping[str, Step] = {}
    manner: t.Mapping[str, t.Any] = {}
    mode: str = 'imaps'
    deletes: bool = False


# Steps.


def silent(session: Session, _command: Command, _answer: t.Callable[[], None]) -> None:
    session.wait_for_end()


def closes(_session: Session, _command: Command, _answer: t.Callable[[], None]) -> None:
    raise Over


def says(text: str) -> Step:
    """Give this answer and no other: with the command's {tag} and {line}, the {password}, and it as {plain} of RFC 4616."""

    def step(session: Session, command: Command, _answer: t.Callable[[], None]) -> None:
        name, password = session.server.username, session.server.password
        plain = base64.b64encode(f'\0{name}\0{password}'.encode()).decode()
        said = text
        for word, value in (('tag', command.tag), ('line', command.line), ('password', password), ('plain', plain)):
            said = said.replace(f'{{{word}}}', value)
        session.send(said.encode(*CODEC) + b'\r\n')

    return step


def says_first(data: bytes, size: int = 0) -> Step:
    """Say this before the answer, again until it is `size` bytes."""

    def step(session: Session, _command: Command, answer: t.Callable[[], None]) -> None:
        block = data * max(1, len(BLOCK) // len(data))
        for _number in range(size // len(block)):
            session.send(block)
        if not size:
            session.send(data)
        answer()

    return step


def endless(begin: str, block: bytes = BLOCK) -> Step:
    """Begin with this, and go on with the block up to ENDLESS, then say nothing more."""

    def step(session: Session, _command: Command, _answer: t.Callable[[], None]) -> None:
        session.send(begin.encode())
        while session.sent < ENDLESS:
            session.send(block)
        session.wait_for_end()

    return step


def cut(find: bytes, more: bytes = b'') -> Step:
    """Give the answer up to 8 bytes after the first `find`, or up to the line's begin where more is to be said; then close."""

    def step(session: Session, _command: Command, answer: t.Callable[[], None]) -> None:
        whole = session.captured(answer)
        place = whole.index(find) + len(find)
        session.send(whole[:place] + more if more else whole[: place + 8])
        raise Over

    return step


def drips(session: Session, _command: Command, answer: t.Callable[[], None]) -> None:
    for octet in session.captured(answer):
        session.send(bytes([octet]))
        if session.server.ended.wait(DRIP_SECONDS):
            raise Over


# Ways to tell of a mail.


def quoted(header: bytes) -> bytes:
    """Write a header as a quoted string, which has no line ends: they become spaces (RFC 3501, section 9, allows none)."""
    return b'"' + header.replace(b'\\', b'\\\\').replace(b'"', b'\\"').replace(b'\r\n', b' ') + b'"'


def nil(_header: bytes) -> bytes:
    return b'NIL'


def uid_last(items: Items) -> Items:
    return dict(reversed(items.items()))


def without(name: str) -> t.Callable[[Items], Items]:
    return lambda items: {key: value for key, value in items.items() if key != name}


def with_value(name: str, value: bytes) -> t.Callable[[Items], Items]:
    return lambda items: {**items, name: value} if name in items else items


def quoted_names(items: Items) -> Items:
    """Quote the names in HEADER.FIELDS, as some servers do."""
    return {
        key.replace('(', '("').replace(')', '")').replace(' ', '" "').replace('FIELDS" "', 'FIELDS '): value
        for key, value in items.items()
    }


def with_flags(items: Items) -> Items:
    return {'FLAGS': b'(\\Recent $Forwarded)', **items, 'RFC822.SIZE': b'4711', 'X-NAMES': b'(("a" NIL) (b {3}\r\nc)\n))'}


def all_twice(asked: list[Mail], _everything: list[Mail]) -> list[Mail]:
    return asked * 2


def whole_folder(_asked: list[Mail], everything: list[Mail]) -> list[Mail]:
    return everything


def backwards(asked: list[Mail], _everything: list[Mail]) -> list[Mail]:
    return asked[::-1]


def old_and_asked(asked: list[Mail], everything: list[Mail]) -> list[Mail]:
    """Add the folder's first mail, as n:* may return one below n."""
    return everything[:1] + [mail for mail in asked if mail not in everything[:1]]


def _at(point: str, step: Step, told: str) -> Fault:
    return Fault(f'{told} at {point}', OUTCOMES[point], {point: step}, deletes=point in DELETING)


def _at_all(word: str, step: Step, told: str, points: t.Iterable[str]) -> dict[str, Fault]:
    return {f'{word} {point}': _at(point, step, told) for point in points}


FAULTS: dict[str, Fault] = {
    'silence before TLS': Fault('takes the connection and says nothing to the ClientHello', FATAL, {'handshake': silent}),
    'silence after STARTTLS': Fault('consents to STARTTLS and does no handshake', FATAL, {'handshake': silent}, mode='starttls'),
    'close before TLS': Fault('closes at the ClientHello', FATAL, {'handshake': closes}),
    'STARTTLS missing': Fault('offers no STARTTLS', FATAL, manner={'before_tls': 'IMAP4rev1 AUTH=PLAIN'}, mode='starttls'),
    'STARTTLS refused': Fault('says NO to STARTTLS', FATAL, {'starttls': says('{tag} NO not now')}, mode='starttls'),
    'STARTTLS injection': Fault(
        'puts plaintext behind its consent to STARTTLS', EITHER, manner={'after_starttls': INJECTION}, mode='starttls'
    ),
    'PREAUTH': Fault('greets with PREAUTH, in TLS', EITHER, manner={'greeting': 'PREAUTH'}),
    'PREAUTH before TLS': Fault(
        'greets with PREAUTH, so that STARTTLS is too late', FATAL, manner={'greeting': 'PREAUTH'}, mode='starttls'
    ),
    'LOGINDISABLED': Fault('has LOGIN disabled in TLS too', FATAL, manner={'in_tls': f'{IN_TLS} LOGINDISABLED'}),
    'no IMAP': Fault('greets as a mail server does', FATAL, {'greeting': says('220 mail.example.com ESMTP')}),
    'BYE in fetch': Fault('says BYE after the first mail', FATAL, {'fetch': cut(b')\r\n', b'* BYE shutting down\r\n')}),
    'close in a literal': Fault('closes in the middle of a literal', FATAL, {'fetch': cut(b'}\r\n')}),
    'silence in a literal': Fault(
        'says no more after a literal was announced', FATAL, {'fetch': says('* 1 FETCH (UID 1 BODY[] {4000}')}
    ),
    'no UIDVALIDITY': Fault('tells no UIDVALIDITY', FATAL, manner={'uidvalidity': lambda _count: None}),
    'UIDVALIDITY changes': Fault(
        'has another UIDVALIDITY at each EXAMINE', FATAL, manner={'uidvalidity': lambda count: str(17 + count)}
    ),
    'UIDVALIDITY of text': Fault('has a UIDVALIDITY that is no number', EITHER, manner={'uidvalidity': lambda _count: 'none'}),
    'UIDVALIDITY of 5,000 digits': Fault(
        'has a UIDVALIDITY beyond 32 bits', EITHER, manner={'uidvalidity': lambda _count: DIGITS}
    ),
    'no UIDNEXT': Fault('tells no UIDNEXT', EITHER, manner={'uidnext': lambda _uid: None}),
    'UIDNEXT of 5,000 digits': Fault('has a UIDNEXT beyond 32 bits', EITHER, manner={'uidnext': lambda _uid: DIGITS}),
    'UIDNEXT 0': Fault('has 0 as UIDNEXT', EITHER, manner={'uidnext': lambda _uid: '0'}),
    'noise between all': Fault('says what nobody asked for before each answer', BORNE, manner={'untagged': UNTAGGED}),
    'megabytes of noise': Fault(
        'says 4 MiB of untagged lines before a FETCH', BORNE, {'fetch': says_first(UNTAGGED, NOISE_BYTES)}
    ),
    'a tagged answer of another command': Fault(
        'says OK by a tag unheard of', EITHER, {'fetch': says_first(b'zzz9 OK done\r\n')}
    ),
    'continuation': Fault('asks for more where there is none', EITHER, {'fetch': says_first(b'+ go on\r\n')}),
    'lower case': Fault('writes its words in lower case', EITHER, manner={'words': str.lower}),
    'UID last': Fault('tells the items in another order', BORNE, manner={'items': uid_last}),
    'more items': Fault('tells flags, size and nested lists too', BORNE, manner={'items': with_flags}),
    'names quoted': Fault('quotes the names in HEADER.FIELDS', BORNE, manner={'items': quoted_names}),
    'header quoted': Fault('has the header as a quoted string', EITHER, manner={'form': quoted}),
    'header NIL': Fault('has NIL as the header', EITHER, manner={'form': nil}),
    'header empty': Fault('has an empty literal as the header', EITHER, manner={'form': lambda _header: literal(b'')}),
    'no UID': Fault('tells no UID', EITHER, manner={'items': without('UID')}),
    'UID 0': Fault('tells the UID 0', EITHER, manner={'items': with_value('UID', b'0')}),
    'UID of 5,000 digits': Fault('tells a UID beyond 32 bits', EITHER, manner={'items': with_value('UID', DIGITS.encode())}),
    'no INTERNALDATE': Fault('tells no INTERNALDATE', EITHER, manner={'items': without('INTERNALDATE')}),
    'INTERNALDATE of nonsense': Fault(
        'tells a date that is none', EITHER, manner={'items': with_value('INTERNALDATE', b'"99-Foo-0000 77:88:99 +9999"')}
    ),
    'INTERNALDATE of 9999': Fault(
        'tells the last second', EITHER, manner={'items': with_value('INTERNALDATE', b'"31-Dec-9999 23:59:59 -1400"')}
    ),
    'old mail': Fault('returns the first mail of all beside those asked for', BORNE, manner={'fetched': old_and_asked}),
    'whole folder': Fault('returns all mails, whatever was asked for', BORNE, manner={'fetched': whole_folder}),
    'all twice': Fault('returns each mail twice', BORNE, manner={'fetched': all_twice}),
    'backwards': Fault('returns the newest mail first', BORNE, manner={'fetched': backwards}),
    'endless line at greeting': _at('greeting', endless('* OK '), 'has a line without an end'),
    'endless line at fetch': _at('fetch', endless('* 1 FETCH ('), 'has a line without an end'),
    'endless parentheses': _at('fetch', endless('* 1 FETCH ', b'(' * len(BLOCK)), 'nests lists without an end'),
    'endless noise': _at('fetch', endless('', UNTAGGED * 50), 'has untagged lines without an end'),
    'endless mails': _at('fetch', endless('', b'* 1 FETCH (UID 7 FLAGS ())\r\n' * 2000), 'tells of mails without an end'),
    'gigabytes announced': _at('fetch', says(f'* 1 FETCH (UID 1 BODY[] {{{GIGABYTES}}}'), 'announces a literal of gigabytes'),
    'gigabytes sent': _at('fetch', endless(f'* 1 FETCH (UID 1 BODY[] {{{GIGABYTES}}}\r\n'), 'begins with a literal of gigabytes'),
    'literal of 5,000 digits': _at(
        'fetch', says(f'* 1 FETCH (UID 1 BODY[] {{{DIGITS}}}'), 'announces a literal beyond all numbers'
    ),
    'literal at greeting': _at('greeting', says(f'* OK {{{GIGABYTES}}}'), 'announces a literal of gigabytes'),
    'no UIDPLUS': Fault('lacks UIDPLUS', BORNE, manner={'in_tls': IN_TLS.replace(' UIDPLUS', '')}, deletes=True),
    'NO with the command': Fault(
        'says NO and repeats the command line, the password too', FATAL, {'login': says('{tag} NO I cannot do {line}')}
    ),
    'BAD with the command': Fault(
        'says BAD and repeats the command line, the password too', FATAL, {'login': says('{tag} BAD I cannot do {line}')}
    ),
    'NO with the password': _at('login', says('{tag} NO not with {password} nor {plain}'), 'says NO and the password'),
    'alert with the password': Fault(
        'says the password at EXAMINE', FATAL, {'examine': says('* OK [ALERT] {password} {plain}\r\n{tag} NO {password}')}
    ),
    **_at_all('silence at', silent, 'says nothing', OUTCOMES),
    **_at_all('close at', closes, 'closes', OUTCOMES),
    **_at_all('BYE at', says('* BYE shutting down'), 'says BYE and stays', OUTCOMES),
    **_at_all('NO to', says('{tag} NO I cannot'), 'says NO', COMMANDS),
    **_at_all('BAD to', says('{tag} BAD I will not'), 'says BAD', COMMANDS),
    **_at_all('drips at', drips, 'sends a byte a second', ('greeting', 'login', 'fetch')),
}


class HostileImap(ImapServer):
    """An ImapServer with the fault of that name, '' for none; its `mode` is the fault's where none is given."""

    def __init__(self, certificate_pem: bytes, key_pem: bytes, fault: str = '', mode: str = '', **more: t.Any) -> None:
        self.fault = FAULTS[fault] if fault else Fault('does as it should', BORNE)
        super().__init__(certificate_pem, key_pem, mode=mode or self.fault.mode, **more)
        self.manner = dataclasses.replace(Manner(), **self.fault.manner)
        self.steps = self.fault.steps
