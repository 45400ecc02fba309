# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first bytes of a server in a handshake (RFC 8446, sections 4.1.3, 5.1 and 6; RFC 5246, section 7.4.2).

They are the same on every Python. OpenSSL's reasons depend on the error table that a Python was built with.
"""

from typing import Iterator, List, NamedTuple, Optional, Tuple

HANDSHAKE, ALERT = 22, 21
HANDSHAKE_FAILURE, PROTOCOL_VERSION, INSUFFICIENT_SECURITY = 40, 70, 71
NO_CERTIFICATE, BAD_CERTIFICATE, CERTIFICATE_REQUIRED = 41, 42, 116
SERVER_HELLO, CERTIFICATE, CERTIFICATE_REQUEST = 2, 11, 13
VERSION_NAMES = {0x0300: 'SSLv3', 0x0301: 'TLSv1', 0x0302: 'TLSv1.1', 0x0303: 'TLSv1.2', 0x0304: 'TLSv1.3'}
ALERTS = {
    0: 'close_notify',
    10: 'unexpected_message',
    20: 'bad_record_mac',
    40: 'handshake_failure',
    41: 'no_certificate',
    42: 'bad_certificate',
    43: 'unsupported_certificate',
    44: 'certificate_revoked',
    45: 'certificate_expired',
    46: 'certificate_unknown',
    47: 'illegal_parameter',
    48: 'unknown_ca',
    49: 'access_denied',
    50: 'decode_error',
    51: 'decrypt_error',
    70: 'protocol_version',
    71: 'insufficient_security',
    80: 'internal_error',
    86: 'inappropriate_fallback',
    90: 'user_canceled',
    109: 'missing_extension',
    110: 'unsupported_extension',
    112: 'unrecognized_name',
    116: 'certificate_required',
    120: 'no_application_protocol',
}


class Beginning(NamedTuple):
    """What they show: `plaintext` that is not TLS at all, the server's first unencrypted alert, the version in its hello.

    `asks_certificate` is whether it asked for a client certificate; in TLS 1.3 that is encrypted.
    """

    plaintext: bytes
    alert: Optional[int]
    hello: bool
    hello_version: str  # '' where unknown; TLS 1.3 says TLSv1.2 here
    asks_certificate: bool = False


def alert_name(number: int) -> str:
    return ALERTS.get(number, 'number %d' % number)


def read_beginning(data: bytes) -> Beginning:
    """Parse a server's first bytes. Any bytes are accepted; nothing is raised."""
    alert: Optional[int] = None
    version: Optional[str] = None
    for kind, size, body in _records(data):
        if kind == ALERT and size == len(body) == 2:
            alert = body[1]
            break
        if kind == HANDSHAKE and version is None and len(body) >= 6 and body[0] == SERVER_HELLO:
            version = VERSION_NAMES.get(int.from_bytes(body[4:6], 'big'), '')
    plaintext = data if data and not _may_be_record(data, 0) else b''
    asks = any(kind == CERTIFICATE_REQUEST for kind, _body in handshake_messages(data))
    return Beginning(plaintext, alert, version is not None, version or '', asks)


def _may_be_record(data: bytes, start: int) -> bool:
    """Return whether a record may begin there: with its type, then the major version, if that has come already."""
    return 20 <= data[start] <= 24 and data[start + 1 : start + 2] in (b'', b'\3')


def _records(data: bytes) -> Iterator[Tuple[int, int, bytes]]:
    """Yield type, length and content of the records, up to what is none; the last content may be cut."""
    start = 0
    while len(data) - start >= 5 and _may_be_record(data, start):
        size = int.from_bytes(data[start + 3 : start + 5], 'big')
        yield data[start], size, data[start + 5 : start + 5 + size]
        start += 5 + size


def certificates_in(data: bytes) -> List[bytes]:
    """Return the chain, in DER, in a server's first bytes, [] for none: TLS 1.2 and older send it unencrypted."""
    return next((_items(body) for kind, body in handshake_messages(data) if kind == CERTIFICATE), [])


def handshake_messages(data: bytes) -> Iterator[Tuple[int, bytes]]:
    """Yield kind and body of the whole messages, which may cross the borders of records, up to a record of another kind."""
    parts = []
    while len(data) >= 5 and data[0] == HANDSHAKE:
        size = int.from_bytes(data[3:5], 'big')
        parts.append(data[5 : 5 + size])
        data = data[5 + size :]
    messages = b''.join(parts)
    while len(messages) >= 4:
        size = int.from_bytes(messages[1:4], 'big')
        if len(messages) < 4 + size:
            return
        yield messages[0], messages[4 : 4 + size]
        messages = messages[4 + size :]


def certificates_in_message(message: bytes, is_tls_1_3: bool) -> List[bytes]:
    """Return the chain, in DER, in a Certificate message (RFC 5246, section 7.4.2; RFC 8446, section 4.4.2)."""
    body = message[4:]
    return _items(body[1 + body[0] :], 2) if is_tls_1_3 and body else _items(body)


def _items(body: bytes, extensions: int = 0) -> List[bytes]:
    """Return the items of a list of opaque<0..2^24-1>, as far as they are whole; after each may be extensions, with their length
    in so many bytes."""
    items = []
    rest = body[3:]
    while len(rest) >= 3:
        size = int.from_bytes(rest[:3], 'big')
        if len(rest) < 3 + size:
            break
        items.append(rest[3 : 3 + size])
        rest = rest[3 + size :]
        rest = rest[extensions + int.from_bytes(rest[:extensions], 'big') :]
    return items
