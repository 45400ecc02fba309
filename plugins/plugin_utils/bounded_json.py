# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JSON from whom we don't trust: how many values there are is counted before any is made, since a value of three bytes of text
takes a hundred in memory."""

from __future__ import annotations

import json
import re
import typing as t

LONGEST_NUMBER = 400  # digits: to read one takes the square of its length on a Python without a limit of its own
# A string as a whole, so that what stands in it is not counted; or what every value but the first of all comes behind.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{,]', re.DOTALL)


def load(text: bytes, most: int) -> t.Any:
    """Return the value that `text`, ASCII, stands for, of at most about `most` values. Raises ValueError, RecursionError."""
    if _has_more(text, most):
        raise ValueError(f'it has more than {most} values')
    return json.loads(text.decode('ascii'), parse_int=_integer)


def _has_more(text: bytes, most: int) -> bool:
    if sum(map(text.count, (b',', b'[', b'{'))) <= most:
        return False
    count = 0
    for token in _TOKEN.finditer(text):
        count += text[token.start()] != 0x22
        if count > most:
            return True
    return False


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError('it has a number of too many digits')
    return int(digits)
