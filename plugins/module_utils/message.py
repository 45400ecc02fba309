# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The mail itself, as bytes for the wire: RFC 5322 headers, RFC 2047 encoded words, a MIME text body (RFC 2045).

The `email` package is not used: importing it costs a target more than all the rest of a send. Everything that is
written here is 7-bit, so no extension of the mail server is needed.
"""
import binascii
import re
import time
from typing import List, NamedTuple, Sequence, Tuple

LONGEST_LINE = 998  # octets without CR LF: RFC 5322, section 2.1.1
FOLD_AT = 76  # characters: RFC 2047, section 2
WORD_OCTETS = 39  # of UTF-8 in one encoded word: with 'Subject: ' before it, it still fits on a line
LONGEST_ADDRESS = 254  # octets: RFC 5321, section 4.5.3.1.3, as corrected by its erratum 1690

DAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')

_BREAKS = re.compile('[\r\n\0]')
# A mailbox of printable ASCII (RFC 5321, section 4.1.2): a dot-string or a quoted string, a domain or an address literal.
# The dots, and whether the mailbox exists, are the mail server's to judge; no domain at all is a local user.
_ADDRESS = re.compile(
    r'''(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+|"(?:[ !#-;=?-\[\]-~]|\\[ -;=?-~])+")'''
    r'(?:@(?:[A-Za-z0-9._-]+|\[[A-Za-z0-9.:-]+\]))?\Z')


class Mail(NamedTuple):
    """What is to be said. `message_id` is without angle brackets, `date` in seconds since 1970."""
    sender: str
    recipients: Sequence[str]
    subject: str
    body: str
    message_id: str
    date: float


def refuse_breaks(name: str, value: str) -> None:
    """Raise ValueError where a value that goes into a command or a header holds CR, LF or NUL."""
    found = _BREAKS.search(value)
    if found:
        raise ValueError('%s holds %s' % (name, {'\r': 'a carriage return', '\n': 'a line feed', '\0': 'a NUL'}[found.group()]))


def check_address(name: str, address: str) -> None:
    """Raise ValueError where `address` can't stand in MAIL or RCPT (RFC 5321, section 4.1.2; no SMTPUTF8)."""
    refuse_breaks(name, address)
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.match(address):
        raise ValueError('%s is no mail address of printable ASCII, at most %d characters, such as user@example.com: %r' % (
            name, LONGEST_ADDRESS, address))


def compose(mail: Mail) -> bytes:
    """Return the mail with CR LF line ends, not dot-stuffed. Raises ValueError: see check_address and refuse_breaks."""
    check_address('The sender', mail.sender)
    for address in mail.recipients:
        check_address('A recipient', address)
    refuse_breaks('The subject', mail.subject)
    refuse_breaks('The message id', mail.message_id)
    encoding, body = encoded_body(mail.body)
    headers = [
        'Date: ' + date_text(mail.date),
        'From: <%s>' % mail.sender,
        'To: ' + ',\r\n '.join('<%s>' % address for address in mail.recipients),
        folded('Subject', mail.subject),
        'Message-ID: <%s>' % mail.message_id,
        'Auto-Submitted: auto-generated',  # RFC 3834: no out-of-office reply, please
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: ' + encoding,
    ]
    return '\r\n'.join(headers).encode('ascii') + b'\r\n\r\n' + body


def date_text(seconds: float) -> str:
    """Return a moment as RFC 5322, section 3.3 writes it, in UTC, whatever the locale."""
    moment = time.gmtime(seconds)
    return '%s, %d %s %04d %02d:%02d:%02d +0000' % (
        DAYS[moment.tm_wday], moment.tm_mday, MONTHS[moment.tm_mon - 1], moment.tm_year,
        moment.tm_hour, moment.tm_min, moment.tm_sec)


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


def encoded_body(text: str) -> Tuple[str, bytes]:
    """Return the transfer encoding and the body's bytes with CR LF line ends, the last line ended.

    CR LF and LF both end a line; a lone CR, which no mail may hold, and everything else that isn't short ASCII lines is
    carried as quoted-printable (RFC 2045, section 6.7).
    """
    lines = text.replace('\r\n', '\n')
    if not lines.endswith('\n'):
        lines += '\n'
    raw = lines.encode('utf-8', 'replace')
    plain = all(octet in b'\t\n' or 0x20 <= octet < 0x7f for octet in raw)
    if plain and max(map(len, raw.split(b'\n'))) <= LONGEST_LINE:
        return '7bit', raw.replace(b'\n', b'\r\n')
    return 'quoted-printable', b''.join(_quoted_line(line) + b'\r\n' for line in raw[:-1].split(b'\n'))


def _quoted_line(line: bytes) -> bytes:
    """Return one line as quoted-printable, with soft line breaks so that no line is longer than 76 characters."""
    parts, width = [], 0
    for place, octet in enumerate(line):
        last = place == len(line) - 1
        plain = (0x21 <= octet <= 0x7e and octet != 0x3d) or (octet in b' \t' and not last)
        piece = b'%c' % octet if plain else b'=%02X' % octet
        if width + len(piece) > FOLD_AT - 1:
            parts.append(b'=\r\n')
            width = 0
        parts.append(piece)
        width += len(piece)
    return b''.join(parts)


def dot_stuffed(message: bytes) -> bytes:
    """Return the message as DATA carries it, without the final dot: a line's first dot is doubled (RFC 5321, section 4.5.2)."""
    if message.startswith(b'.'):
        message = b'.' + message
    return message.replace(b'\r\n.', b'\r\n..')
