# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SMTP replies parsed strictly by RFC 5321, section 4.2, from bytes as they arrive."""

import re
from typing import List, NamedTuple, Optional, Tuple

from ..problems import Problem, ProblemError
from ..safe_text import safe_text

MOST_PER_REPLY = 64 << 10  # bytes
MOST_IN_ALL = 1 << 20  # bytes, of one conversation

# Reply-code = %x32-35 %x30-35 %x30-39, then "-" for "more follows", or a space and text, or nothing at all.
_LINE = re.compile(rb'([2-5][0-5][0-9])(?:([ -])(.*))?\Z', re.DOTALL)
# RFC 2034 and 3463: class, subject and detail, in replies of class 2, 4 and 5.
_ENHANCED = re.compile(rb'([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |\Z)')


class Reply(NamedTuple):
    """One whole reply: its code, and the text of each line as it came (8-bit and NUL bytes included)."""

    code: int
    lines: Tuple[bytes, ...]

    @property
    def kind(self) -> int:
        """The first digit: 2 done, 3 go on, 4 not now, 5 no."""
        return self.code // 100

    @property
    def enhanced(self) -> str:
        """The enhanced status code of the last line, '' where there is none."""
        match = _ENHANCED.match(self.lines[-1])
        return match.group(1).decode('ascii') if match else ''

    @property
    def text(self) -> str:
        """All lines as one, sanitized."""
        return safe_text(b' '.join(line.strip() for line in self.lines if line.strip()))

    def shown(self) -> str:
        """Return code and text, as a message quotes them."""
        return ('%d %s' % (self.code, self.text)).rstrip()


class Malformed(ProblemError):
    """The bytes are no reply. `first` is the line (or its beginning) that shows it."""

    def __init__(self, why: str, first: bytes, in_reply: bool) -> None:
        shown = safe_text(first[:200].rstrip(b'\r\n'))
        super().__init__(Problem('reply_malformed', "The server's reply is malformed: %s: %s" % (why, shown)))
        self.first = first
        self.in_reply = in_reply  # part of it was a reply, so it is a mail server, with an error


class ReplyReader:
    """Takes bytes in pieces of any size and returns whole replies.

    A line ends with CR LF and with nothing else (RFC 5321, section 2.3.8). Lines may be longer than the 512 octets of
    section 4.5.3.1.5. `next_reply` raises Malformed, or ProblemError reply_too_long beyond 64 kB for one reply or
    1 MiB for all. After an error the reader can't be used.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._lines: List[bytes] = []
        self._code = 0
        self._size = 0  # of the lines of the current reply
        self._searched = 0
        self.total = 0

    @property
    def leftover(self) -> bytes:
        """The bytes after the last whole reply."""
        return bytes(self._waiting)

    @property
    def started(self) -> bool:
        """Whether part of a reply has arrived."""
        return bool(self._waiting or self._lines)

    def feed(self, data: bytes) -> None:
        self.total += len(data)
        if self.total > MOST_IN_ALL:
            raise ProblemError(Problem('reply_too_long', 'The server has sent more than %d bytes of replies.' % MOST_IN_ALL))
        self._waiting += data

    def next_reply(self) -> Optional[Reply]:
        """Return the next complete reply, None until it is."""
        while True:
            end = self._waiting.find(b'\n', self._searched)
            if end < 0:
                self._searched = len(self._waiting)
                self._check_size(len(self._waiting))
                self._check_beginning()
                return None
            line = bytes(self._waiting[: end + 1])
            del self._waiting[: end + 1]
            self._searched = 0
            self._check_size(len(line))
            self._size += len(line)
            if self._take(line):
                reply = Reply(self._code, tuple(self._lines))
                self._lines, self._code, self._size = [], 0, 0
                return reply

    def _check_size(self, more: int) -> None:
        if self._size + more > MOST_PER_REPLY:
            raise ProblemError(Problem('reply_too_long', "The server's reply is longer than %d bytes." % MOST_PER_REPLY))

    def _check_beginning(self) -> None:
        """Refuse a line that can't become a reply at its fourth byte, without a wait for its end."""
        beginning = bytes(self._waiting[:4])
        if beginning and not re.match(rb'(?:[2-5](?:[0-5](?:[0-9](?:[ \-\r])?)?)?)\Z', beginning):
            raise Malformed('a line begins without a reply code of SMTP', bytes(self._waiting), bool(self._lines))

    def _take(self, line: bytes) -> bool:
        """Add one line; return whether it is the last of its reply."""
        if not line.endswith(b'\r\n'):
            raise Malformed('a line ends with a bare LF', line, bool(self._lines or _LINE.match(line.rstrip(b'\n'))))
        match = _LINE.match(line[:-2])
        if not match:
            raise Malformed('a line begins without a reply code of SMTP', line, bool(self._lines))
        code = int(match.group(1))
        if self._lines and code != self._code:
            raise Malformed('a line has code %d in a reply of code %d' % (code, self._code), line, True)
        self._code = code
        self._lines.append(match.group(3) or b'')
        return match.group(2) != b'-'
