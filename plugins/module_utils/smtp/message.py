# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The mail itself, as bytes for the wire: RFC 5322 headers, RFC 2047 encoded words, a MIME text body (RFC 2045).

The `email` package is not used: importing it costs a target more than all the rest of a send. Everything that is
written here is 7-bit, so no extension of the mail server is needed.
"""

import binascii
import itertools
import re
import time
from typing import Iterable, Iterator, List, NamedTuple, Sequence

LONGEST_LINE = 998  # octets without CR LF: RFC 5322, section 2.1.1
FOLD_AT = 76  # characters: RFC 2047, section 2
WORD_OCTETS = 39  # of UTF-8 in one encoded word: with 'Subject: ' before it, it still fits on a line
LONGEST_ADDRESS = 254  # octets: RFC 5321, section 4.5.3.1.3, as corrected by its erratum 1690

DAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')

PIECE = 1 << 14  # characters of a body that are encoded at a time, bytes that are sent at a time, about

_BREAKS = re.compile('[\r\n\0]')
_NOT_PLAIN = re.compile('[^\t\r\n -~]|\r(?!\n)')
_LONG_LINE = re.compile(r'(?:\A|\n)[^\r\n]{%d}' % (LONGEST_LINE + 1))
# A mailbox of printable ASCII (RFC 5321, section 4.1.2): a dot-string or a quoted string, a domain or an address literal.
# The dots, and whether the mailbox exists, are for the mail server to check; no domain at all is a local user.
_ADDRESS = re.compile(
    r"""(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+|"(?:[ !#-;=?-\[\]-~]|\\[ -;=?-~])+")"""
    r'(?:@(?:[A-Za-z0-9._-]+|\[[A-Za-z0-9.:-]+\]))?\Z'
)


class Mail(NamedTuple):
    """The contents of a mail. `message_id` is without angle brackets, `date` in seconds since 1970."""

    sender: str
    recipients: Sequence[str]
    subject: str
    body: str
    message_id: str
    date: float


def refuse_breaks(name: str, value: str) -> None:
    """Raise ValueError where a value that goes into a command or a header holds CR, LF or NUL."""
    match = _BREAKS.search(value)
    if match:
        raise ValueError('%s holds %s' % (name, {'\r': 'a carriage return', '\n': 'a line feed', '\0': 'a NUL'}[match.group()]))


def check_address(name: str, address: str) -> None:
    """Raise ValueError where `address` is invalid in MAIL or RCPT (RFC 5321, section 4.1.2; no SMTPUTF8)."""
    refuse_breaks(name, address)
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.match(address):
        raise ValueError(
            '%s is not a mail address of at most %d printable ASCII characters such as user@example.com: %r'
            % (name, LONGEST_ADDRESS, address)
        )


def compose(mail: Mail) -> Iterator[bytes]:
    """Return the mail with CR LF line ends, not dot-stuffed, in pieces: a large one is never in memory as a whole, encoded.

    Raises ValueError, at once: see check_address and refuse_breaks.
    """
    check_address('The sender', mail.sender)
    for address in mail.recipients:
        check_address('A recipient', address)
    refuse_breaks('The subject', mail.subject)
    refuse_breaks('The message id', mail.message_id)
    plain = is_plain(mail.body)
    headers = [
        'Date: ' + date_text(mail.date),
        'From: <%s>' % mail.sender,
        'To: ' + ',\r\n '.join('<%s>' % address for address in mail.recipients),
        folded('Subject', mail.subject),
        'Message-ID: <%s>' % mail.message_id,
        'Auto-Submitted: auto-generated',  # RFC 3834: no out-of-office reply, please
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: ' + ('7bit' if plain else 'quoted-printable'),
    ]
    head = '\r\n'.join(headers).encode('ascii') + b'\r\n\r\n'
    return itertools.chain([head], body_pieces(mail.body, plain))


def date_text(seconds: float) -> str:
    """Return a moment as RFC 5322, section 3.3 writes it, in UTC, whatever the locale."""
    moment = time.gmtime(seconds)
    return '%s, %d %s %04d %02d:%02d:%02d +0000' % (
        DAYS[moment.tm_wday],
        moment.tm_mday,
        MONTHS[moment.tm_mon - 1],
        moment.tm_year,
        moment.tm_hour,
        moment.tm_min,
        moment.tm_sec,
    )


def folded(name: str, text: str) -> str:
    """Return a header of free text, folded; encoded words where it isn't plain, short-worded ASCII."""
    plain = all(' ' <= letter <= '~' for letter in text) and '=?' not in text
    words = text.split(' ')
    if not plain or '' in words or any(len(word) > FOLD_AT for word in words):
        words = _encoded_words(text)
    lines, line = [], name + ':'
    for word in words:
        if len(line) + 1 + len(word) > FOLD_AT and line != name + ':':
            lines.append(line)
            line = ''
        line += ' ' + word
    return '\r\n'.join(lines + [line])


def _encoded_words(text: str) -> List[str]:
    """Return `text` as encoded words of at most 75 characters that hold whole characters (RFC 2047, section 5)."""
    words, part = [], b''
    for letter in text:
        octets = letter.encode('utf-8', 'replace')
        if len(part) + len(octets) > WORD_OCTETS:
            words.append(part)
            part = b''
        part += octets
    return ['=?utf-8?B?%s?=' % binascii.b2a_base64(octets, newline=False).decode('ascii') for octets in words + [part] if octets]


def is_plain(text: str) -> bool:
    """Return whether a body can go as it is: ASCII without a lone CR or another control character, in lines of 998 at most."""
    return not _NOT_PLAIN.search(text) and not _LONG_LINE.search(text)


def body_pieces(text: str, plain: bool) -> Iterator[bytes]:
    """Return the body for the wire in pieces: CR LF line ends, the last line ended.

    CR LF and LF both end a line. What isn't `plain` is carried as quoted-printable (RFC 2045, section 6.7), with soft line breaks
    so that no line is longer than 76 characters.
    """
    for lines in _some_lines(text):
        if plain:
            yield lines.replace('\n', '\r\n').encode('ascii')
        else:
            yield from _joined(part for line in lines[:-1].split('\n') for part in _quoted_line(line))


def _some_lines(text: str) -> Iterator[str]:
    """Return whole lines, each ended by LF, together about a piece long; a longer line is not cut."""
    begin = 0
    while begin < len(text) or not begin:
        end = text.find('\n', begin + PIECE) + 1 or max(1, len(text))
        lines = text[begin:end].replace('\r\n', '\n')
        yield lines if lines.endswith('\n') else lines + '\n'
        begin = end


def _quoted_line(line: str) -> Iterator[bytes]:
    """Return one line as quoted-printable, a long one in parts with soft line breaks between them."""
    for start in range(0, len(line) or 1, PIECE):
        octets = line[start : start + PIECE].encode('utf-8', 'replace')
        quoted = binascii.b2a_qp(octets, istext=False).replace(b'=\n', b'=\r\n')
        yield quoted + (b'=\r\n' if start + PIECE < len(line) else b'\r\n')


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Join small parts to pieces that are worth a write."""
    waiting: List[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= PIECE:
            yield b''.join(waiting)
            waiting, size = [], 0
    yield b''.join(waiting)


def dot_stuffed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Return the pieces of a message as DATA carries it, without the final dot: a line's first dot is doubled.

    RFC 5321, section 4.5.2. A line may begin in one piece and go on in the next, as may its end.
    """
    before = b'\r\n'
    for piece in pieces:
        yield (before + piece).replace(b'\r\n.', b'\r\n..')[len(before) :]
        before = (before + piece)[-2:]
