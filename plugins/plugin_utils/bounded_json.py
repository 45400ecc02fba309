# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JSON from an untrusted source: its values are counted before any is created, since a value of three bytes of text takes a
hundred bytes of memory."""

from __future__ import annotations

import json
import re
import typing as t

LONGEST_NUMBER = 400  # digits: parsing takes time quadratic in the length on a Python without a limit for it
# A whole string, so that its content is not counted; or one of the characters that precede every value but the first.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{,]', re.DOTALL)


def load(text: bytes, most: int, encoding: str = 'ascii') -> t.Any:
    """Return the value of the JSON in `text`, ASCII or UTF-8, if it has at most about `most` values.

    Raises ValueError and RecursionError.
    """
    if _has_more(text, most):
        raise ValueError(f'it has more than {most} values')
    return json.loads(text.decode(encoding), parse_int=_integer)


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
