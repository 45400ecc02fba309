# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What says which of two CRLs of a CA is the newer one, read from their DER (RFC 5280, 5.1 and 5.2; X.690).

Nothing is verified: the CRLs that a host has were verified before they were installed there.
"""

import re
from typing import AbstractSet, Iterator, List, NamedTuple, Optional, Tuple

_SEQUENCE, _SET, _OID, _INTEGER, _OCTETS = 0x30, 0x31, 0x06, 0x02, 0x04
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_EXTENSIONS, _KEY_ID = 0xA0, 0x80  # the tags of a CRL's extensions, and of a key in an authority key identifier
_NUMBER, _AUTHORITY_KEY = bytes((0x55, 0x1D, 20)), bytes((0x55, 0x1D, 35))  # id-ce 20 and 35
_MOST_ELEMENTS = 1000  # of a constructed value
_BLANKS = re.compile(b'[ \t\n\v\f\r]+')

Element = Tuple[int, bytes]
# For each RDN of a name the set of its attributes, as OpenSSL compares names: regardless of case, blanks and type of string.
Name = Tuple[AbstractSet[Tuple[bytes, bytes]], ...]


class CrlHead(NamedTuple):
    """The issuer of a CRL, the key that it names (None = none), its dates as YYYYMMDDHHMMSS in UTC ('' = none) and its number."""

    issuer: Name
    key_id: Optional[bytes]
    this_update: str
    next_update: str
    number: Optional[int]

    def is_of_same_ca(self, other: 'CrlHead') -> bool:
        """Return whether two CRLs are by the same CA, as far as both name their key."""
        return self.issuer == other.issuer and (None in (self.key_id, other.key_id) or self.key_id == other.key_id)

    def is_older_than(self, installed: 'CrlHead', now: str) -> bool:
        """Return whether it is older than an installed one, at the time `now` with a minute to spare for clocks.

        An installed one that lies in the future does not count, nor does the number of one that has expired: a CA that has begun
        to count anew would never be accepted again.
        """
        if installed.this_update > now:
            return False
        if self.this_update < installed.this_update:
            return True
        if self.number is None or installed.number is None or installed.next_update <= now:
            return False
        return self.number < installed.number


def read_head(der: bytes) -> Optional[CrlHead]:
    """Return the head of a CRL, None for something else."""
    try:
        return _head(der)
    except (ValueError, IndexError):
        return None


def read_name(der: bytes) -> Name:
    """Return a name. Raises ValueError."""
    return _name(_only(der))


def _head(der: bytes) -> CrlHead:
    parts = list(_elements(_only(_only(der))))
    if parts[0][0] == _INTEGER:  # the version
        parts.pop(0)
    _algorithm, (_tag, issuer), this_update = parts[:3]
    next_update = parts[3] if len(parts) > 3 and parts[3][0] in (_UTC_TIME, _GENERALIZED_TIME) else None
    number, key_id = None, None
    for oid, value in _extensions(parts):
        if oid == _NUMBER:
            number = int.from_bytes(_only(value, _INTEGER), 'big')
        elif oid == _AUTHORITY_KEY:
            key_id = next((content for tag, content in _elements(_only(value)) if tag == _KEY_ID), None)
    return CrlHead(_name(issuer), key_id, _time(this_update), _time(next_update) if next_update else '', number)


def _name(content: bytes) -> Name:
    return tuple(frozenset(map(_attribute, _elements(rdn, _SEQUENCE))) for _tag, rdn in _elements(content, _SET))


def _attribute(element: Element) -> Tuple[bytes, bytes]:
    (_oid, kind), (_tag, value) = _elements(element[1])
    return kind, _BLANKS.sub(b' ', value.strip()).lower()


def _extensions(parts: List[Element]) -> Iterator[Tuple[bytes, bytes]]:
    """Yield the OID and the value of each extension."""
    for tag, content in parts:
        if tag == _EXTENSIONS:
            for _sequence, extension in _elements(_only(content), _SEQUENCE):
                fields = list(_elements(extension))
                if fields[0][0] == _OID and fields[-1][0] == _OCTETS:
                    yield fields[0][1], fields[-1][1]


def _time(element: Element) -> str:
    """Return a UTCTime or GeneralizedTime in UTC (RFC 5280, 4.1.2.5) as YYYYMMDDHHMMSS. Raises ValueError."""
    tag, content = element
    text = content.decode('ascii')
    if tag == _UTC_TIME and re.match(r'[0-9]{12}Z\Z', text):
        return ('19' if text[:2] >= '50' else '20') + text[:-1]
    if tag == _GENERALIZED_TIME and re.match(r'[0-9]{14}Z\Z', text):
        return text[:-1]
    raise ValueError(text)


def _only(der: bytes, tag: int = _SEQUENCE) -> bytes:
    """Return the content of the first element. Raises ValueError where it has another tag, or there is none."""
    for element in _elements(der, tag):
        return element[1]
    raise ValueError('it is empty')


def _elements(content: bytes, tag: Optional[int] = None) -> Iterator[Element]:
    """Yield tag and content of each element of a constructed value, all of the given tag. Raises ValueError."""
    start = 0
    for _number in range(_MOST_ELEMENTS):
        if start >= len(content):
            return
        found, size, begin = content[start], content[start + 1], start + 2
        if size >= 0x80:
            more = size - 0x80
            if not 1 <= more <= 4:
                raise ValueError('no definite length')
            size, begin = int.from_bytes(content[begin : begin + more], 'big'), begin + more
        if begin + size > len(content) or (tag is not None and found != tag):
            raise ValueError('an element of another kind or length')
        yield found, content[begin : begin + size]
        start = begin + size
    raise ValueError('too many elements')
