# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Foreign text (files, banners, replies, certificate names) sanitized for a terminal and a log."""

import re
from typing import Match, Union

LIMIT = 512  # characters
# C0 but LF, DEL, C1, lone surrogates, line separators, the byte order mark, and the marks of the bidirectional
# algorithm (Unicode UAX 9), which can make a message read as its opposite.
_UNSAFE = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]')


def _escape(match: Match[str]) -> str:
    number = ord(match.group())
    if number < 0x100:
        return '\\x%02x' % number
    if 0xDC80 <= number <= 0xDCFF:  # a byte that was not UTF-8, as surrogateescape keeps it (PEP 383)
        return '\\x%02x' % (number - 0xDC00)
    return ''.join('\\x%02x' % byte for byte in match.group().encode('utf-8', 'surrogatepass'))


def safe_text(foreign: Union[str, bytes], limit: int = LIMIT) -> str:
    """Return `foreign` with every control character but LF, and bidirectional marks, as `\\xNN`; cut at `limit` characters."""
    if isinstance(foreign, bytes):
        foreign = foreign[: 4 * limit].decode('utf-8', 'surrogateescape')
    text = _UNSAFE.sub(_escape, foreign[: limit + 1])
    return text if len(text) <= limit else text[: limit - 3] + '...'
