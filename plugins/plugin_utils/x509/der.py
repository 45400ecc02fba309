# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""DER (X.690) decoded and encoded, as far as the extensions of certificates and CRLs need it (RFC 5280, 4.1 and 5.1)."""

from __future__ import annotations

import itertools
import typing as t

from . import budget

SEQUENCE, TRUE = 0x30, b'\x01\x01\xff'
TIMES = (0x17, 0x18)  # UTCTime, GeneralizedTime
OF_CERTIFICATE, OF_CRL = 0xA3, 0xA0  # the tags of `extensions`
_VERSION = 0xA0  # the tag of a certificate's version


class Element(t.NamedTuple):
    """One tag-length-value: its tag (a single byte), its content, and the whole of it."""

    tag: int
    content: bytes
    whole: bytes


class RawExtension(t.NamedTuple):
    oid: str
    critical: bool
    whole: bytes


def elements(content: bytes) -> list[Element]:
    """Return the elements of a constructed value. Raises ValueError, OverBudget."""
    return list(budget.watched(each_element(content)))


def each_element(content: bytes) -> t.Iterator[Element]:
    """Yield the elements of a constructed value. Raises ValueError."""
    start = 0
    while start < len(content):
        begin, end = _bounds(content, start)
        yield Element(content[start], content[begin:end], content[start:end])
        start = end


def _bounds(content: bytes, start: int) -> tuple[int, int]:
    """Return where the value of the element at `start` begins and ends."""
    head = content[start : start + 6]
    if len(head) < 2 or head[0] & 0x1F == 0x1F:
        raise ValueError('no tag of one byte with a length')
    size, begin = head[1], start + 2
    if size >= 0x80:
        more = size & 0x7F
        if not 1 <= more <= len(head) - 2:
            raise ValueError('no definite length')
        size, begin = int.from_bytes(head[2 : 2 + more], 'big'), begin + more
    if begin + size > len(content):
        raise ValueError('an element is longer than its container')
    return begin, begin + size


def encoded(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int) -> bytes:
    """Return an INTEGER, also a negative one."""
    return encoded(0x02, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, 'big', signed=True))


def signed_content(der: bytes) -> bytes:
    """Return the signed part of a certificate or CRL, as encoded there. Raises ValueError."""
    (outer,) = elements(der)
    return next(each_element(outer.content)).whole


def subject_of(der: bytes) -> bytes:
    """Return the subject of a certificate, as encoded there. Raises ValueError."""
    parts = signed_parts(der)[0]
    has_version = parts[0].tag == _VERSION
    return parts[5 if has_version else 4].whole


def signed_parts(der: bytes) -> tuple[list[Element], bytes]:
    """Return the elements of the signed part of a certificate or CRL, and the algorithm beside it. Raises ValueError."""
    (outer,) = elements(der)
    signed, algorithm, _signature = elements(outer.content)
    return elements(signed.content), algorithm.whole


def entries(der: bytes) -> t.Iterator[tuple[bytes, list[RawExtension]]]:
    """Yield a CRL's entries (revokedCertificates) with something critical: the content of the serial number, and the extensions.

    Raises ValueError.
    """
    after = itertools.dropwhile(lambda part: part.tag not in TIMES, signed_parts(der)[0])
    for revoked in [part for part in after if part.tag == SEQUENCE]:
        for entry in (element for element in budget.watched(each_element(revoked.content)) if TRUE in element.content):
            serial, _date, *more = elements(entry.content)
            yield serial.content, [_extension(element) for sequence in more for element in elements(sequence.content)]


def extensions(der: bytes, tag: int) -> list[RawExtension]:
    """Return the extensions of a certificate or CRL, by the tag that they have there. Raises ValueError."""
    return [
        _extension(element)
        for part in signed_parts(der)[0]
        if part.tag == tag and _holds_a_sequence(part)
        for inner in elements(part.content)
        for element in elements(inner.content)
    ]


def _holds_a_sequence(part: Element) -> bool:
    return part.content[:1] == bytes((SEQUENCE,))


def _extension(element: Element) -> RawExtension:
    oid, *more = elements(element.content)
    return RawExtension(_dotted(oid.content), bool(more) and more[0].whole == TRUE, element.whole)


def _dotted(content: bytes) -> str:
    """Return an OBJECT IDENTIFIER's content in dotted notation (X.690, 8.19)."""
    numbers, value = [], 0
    for byte in content[:64]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2) if numbers else 0
    return '.'.join(map(str, itertools.chain((first, numbers[0] - 40 * first), numbers[1:]))) if numbers else ''


def with_one_extension(der: bytes, tag: int, extension: bytes) -> bytes:
    """Return the certificate or CRL with this extension only; its signature is no longer valid."""
    (outer,) = elements(der)
    signed, *rest = elements(outer.content)
    parts = [
        encoded(tag, encoded(SEQUENCE, extension)) if part.tag == tag and _holds_a_sequence(part) else part.whole
        for part in elements(signed.content)
    ]
    return encoded(SEQUENCE, encoded(SEQUENCE, b''.join(parts)) + b''.join(element.whole for element in rest))
