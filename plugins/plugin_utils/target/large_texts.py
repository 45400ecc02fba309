# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Large texts in the programs of all hosts, such as a CRL of 50,000 entries: each is compressed once in a run.

A deflate stream (RFC 1951) can be put together of parts, each compressed by itself, where they end at a byte and refer to nothing
before them: that is what Z_FULL_FLUSH makes. Of the zlib format around it (RFC 1950) only the checksum depends on the whole.
"""

from __future__ import annotations

import json
import re
import typing as t
import zlib

from ..run_cache import once_bytes

LARGE = 1 << 16  # characters
_MODULUS = 65521  # of Adler-32
_NUMBER, _HEADER = 4, 12  # bytes of a number, and of the three before a compressed text: checksum, size, and compressed size


def large_texts(request: t.Mapping[str, object]) -> dict[str, str]:
    """Return the large ones among the contents of a request, by their digests."""
    contents = request.get('contents')
    found = contents.items() if isinstance(contents, dict) else ()
    return {digest: text for digest, text in found if isinstance(text, str) and len(text) > LARGE}


def continued(head: bytes, compressor: zlib._Compress, checksum: int, rest: str, marks: t.Mapping[str, str]) -> bytes:
    """Return a stream that began with `head`, with the ASCII text `rest`, in which texts are in the place of their `marks`.

    `compressor` continues it, `checksum` is that of what it has compressed. A mark is a string of JSON, and so is its text then.
    """
    if not marks:
        return head + compressor.compress(rest.encode('ascii')) + compressor.flush()
    stream = [head]
    for part in re.split('|'.join(f'("{re.escape(mark)}")' for mark in marks), rest):
        text = marks.get(part[1:-1]) if part else None
        if text is not None:
            of_text, size, deflated = _once(part[1:-1].rpartition('-')[2], text)
            stream += [compressor.flush(zlib.Z_FULL_FLUSH), deflated]
            checksum = _combined(checksum, of_text, size)
        elif part:
            data = part.encode('ascii')
            stream.append(compressor.compress(data))
            checksum = zlib.adler32(data, checksum)
    return b''.join([*stream, compressor.flush()[:-4], checksum.to_bytes(_NUMBER, 'big')])


def _once(digest: str, text: str) -> tuple[int, int, bytes]:
    """Return checksum and size of a text as JSON has it, and that compressed; `digest` is that of the text."""
    packed = once_bytes(('large text', digest), lambda: _packed(text))
    if len(packed) < _HEADER or len(packed) - _HEADER != _number(packed, 2):  # cut short by a full disk
        packed = _packed(text)
    return _number(packed, 0), _number(packed, 1), packed[_HEADER:]


def _number(packed: bytes, place: int) -> int:
    return int.from_bytes(packed[place * _NUMBER : (place + 1) * _NUMBER], 'big')


def _packed(text: str) -> bytes:
    """Return a text as a string of JSON, compressed, with the numbers before it."""
    data = json.dumps(text).encode('ascii')
    compressor = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
    deflated = compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)
    return b''.join(number.to_bytes(_NUMBER, 'big') for number in (zlib.adler32(data), len(data), len(deflated))) + deflated


def _combined(first: int, second: int, size: int) -> int:
    """Return the Adler-32 of two texts one after the other, from those of both and the size of the second."""
    low, high = first & 0xFFFF, first >> 16
    more_low, more_high = second & 0xFFFF, second >> 16
    return (high + more_high + size * (low - 1)) % _MODULUS << 16 | (low + more_low - 1) % _MODULUS
