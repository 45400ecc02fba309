# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading sendmemo-ssl.cfg: bytes to lines, nothing lost. What they mean is checked in rules.

The manual's grammar: empty and whitespace-only lines are ignored, so are lines whose first other character is ; or #;
any other line is `Keyword = value`. It is silent on quotes, comments after a value, sections, encodings and limits:
there the strict reading applies, and whatever is ambiguous is reported.
"""

import re
from typing import List, NamedTuple

BLANK, COMMENT, SETTING, INVALID = 'blank', 'comment', 'setting', 'invalid'

LARGEST = 1 << 16  # bytes: a real one has some thousand, and the lines of a planted one would take their time
LONGEST_LINE = 4095  # bytes; the manual names no limit, and a reader with a fixed buffer cuts a line in two

BYTE_ORDER_MARK = b'\xef\xbb\xbf'
_WHITESPACE = b' \t\r\v\f'  # C's isspace without the line's own end
_CONTROL = re.compile(b'[\x00-\x08\x0a-\x1f\x7f]')


class Line(NamedTuple):
    """One line: `raw` with its line end, as it is in the file; keyword and value of a setting; what makes it invalid."""

    number: int
    raw: bytes
    kind: str
    keyword: str = ''
    value: str = ''
    fault: str = ''

    @property
    def text(self) -> str:
        """Return the line without its line end and the blanks around it."""
        return _decode(self.raw.strip(_WHITESPACE + b'\n'))


def read_lines(data: bytes) -> List[Line]:
    """Return the lines of a file; their `raw` joined is `data`. A file larger than LARGEST is a single invalid line."""
    if len(data) > LARGEST:
        return [Line(1, data, INVALID, fault='it has %d bytes; at most %d are read' % (len(data), LARGEST))]
    return [_read_line(number, raw) for number, raw in enumerate(_split(data), 1)]


def _split(data: bytes) -> List[bytes]:
    # bytes.splitlines would split at a lone CR too
    lines = [line + b'\n' for line in data.split(b'\n')]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _read_line(number: int, raw: bytes) -> Line:
    content = raw[:-1] if raw.endswith(b'\n') else raw
    if content.endswith(b'\r'):
        content = content[:-1]
    if len(content) > LONGEST_LINE:
        return Line(number, raw, INVALID, fault='it has %d bytes, more than %d' % (len(content), LONGEST_LINE))
    if b'\0' in content:
        return Line(number, raw, INVALID, fault='it holds a NUL byte')
    if number == 1 and content.startswith(BYTE_ORDER_MARK):
        return Line(number, raw, INVALID, fault='it begins with a byte order mark (save the file without one)')
    first = content.lstrip(_WHITESPACE)[:1]
    if not first:
        return Line(number, raw, BLANK)
    if first in (b';', b'#'):
        return Line(number, raw, COMMENT)
    return _read_setting(number, raw, content)


def _read_setting(number: int, raw: bytes, content: bytes) -> Line:
    if _CONTROL.search(content):
        return Line(number, raw, INVALID, fault='it holds a control character')
    name, equals, value = content.partition(b'=')
    name = name.strip(b' \t')
    if not equals:
        section = name.startswith(b'[') and name.endswith(b']')
        return Line(number, raw, INVALID, fault='the file has no sections' if section else 'it has no "="')
    if not name:
        return Line(number, raw, INVALID, fault='there is nothing before its "="')
    return Line(number, raw, SETTING, _decode(name), _decode(value.strip(b' \t')))


def _decode(foreign: bytes) -> str:
    # A name that is not UTF-8 keeps its bytes (PEP 383): file names are bytes on the systems in question.
    return foreign.decode('utf-8', 'surrogateescape')
