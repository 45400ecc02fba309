# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A client's first message of a TLS handshake, read from its bytes (RFC 8446, section 4.1.2; RFC 5246, section 7.4.1.2).

What a client offers is in there, whatever the server takes of it.
"""

from __future__ import annotations

import functools
import ssl
import typing as t

from ....module_utils.tls.records import VERSION_NAMES, handshake_messages

CLIENT_HELLO = 1
SERVER_NAME, GROUPS, SUPPORTED_VERSIONS = 0, 10, 43
# The groups for key exchange that are in use (RFC 8446, section 4.2.7; RFC 8422, section 5.1.1; draft-ietf-tls-ecdhe-mlkem).
GROUP_NAMES = {
    23: 'secp256r1',
    24: 'secp384r1',
    25: 'secp521r1',
    29: 'x25519',
    30: 'x448',
    256: 'ffdhe2048',
    257: 'ffdhe3072',
    258: 'ffdhe4096',
    259: 'ffdhe6144',
    260: 'ffdhe8192',
    4588: 'X25519MLKEM768',
}
SIGNALS = (0x00FF, 0x5600)  # no cipher suites: secure renegotiation (RFC 5746), and a fallback (RFC 7507)


class ClientHello(t.NamedTuple):
    """What a client offers, in its own order: cipher suites and groups by their numbers.

    `versions` are the names in its extension, newest first as clients write them, and () where it sends none; `newest` is then
    the only one it names. `server_name` is '' where it sends none.
    """

    newest: str
    versions: tuple[str, ...]
    ciphers: tuple[int, ...]
    groups: tuple[int, ...]
    server_name: str


class _Cursor:
    """Reads numbers and vectors one after the other; raises ValueError where the bytes end before."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bool__(self) -> bool:
        return bool(self._data)

    def take(self, size: int) -> bytes:
        if len(self._data) < size:
            raise ValueError('cut off')
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), 'big')

    def vector(self, size: int) -> bytes:
        """Take what follows its own length in `size` bytes."""
        return self.take(self.number(size))


def read_client_hello(data: bytes) -> ClientHello | None:
    """Return what a client's first bytes offer, None where they are no whole ClientHello. Nothing is raised."""
    kind, body = next(handshake_messages(data), (0, b''))
    if kind != CLIENT_HELLO:
        return None
    try:
        return _read(_Cursor(body))
    except ValueError:
        return None


def _read(body: _Cursor) -> ClientHello:
    newest = _version_name(body.number(2))
    body.take(32)  # random
    body.vector(1)  # session
    ciphers = tuple(suite for suite in _numbers(body.vector(2)) if suite not in SIGNALS)
    body.vector(1)  # compression
    extensions = _extensions(_Cursor(body.vector(2) if body else b''))
    versions = tuple(map(_version_name, _numbers(_vector(extensions, SUPPORTED_VERSIONS, 1))))
    return ClientHello(
        versions[0] if versions else newest,
        versions,
        ciphers,
        _numbers(_vector(extensions, GROUPS, 2)),
        _server_name(_vector(extensions, SERVER_NAME, 2)),
    )


def _extensions(rest: _Cursor) -> dict[int, bytes]:
    extensions = {}
    while rest:
        kind = rest.number(2)
        extensions[kind] = rest.vector(2)
    return extensions


def _vector(extensions: dict[int, bytes], kind: int, size: int) -> bytes:
    """Return the content of an extension that is one vector, b'' where it is absent."""
    return _Cursor(extensions[kind]).vector(size) if kind in extensions else b''


def _numbers(vector: bytes) -> tuple[int, ...]:
    """Return the numbers of two bytes each, without those that only test a server's tolerance (GREASE, RFC 8701)."""
    numbers = [int.from_bytes(vector[place : place + 2], 'big') for place in range(0, len(vector), 2)]
    return tuple(number for number in numbers if number & 0x0F0F != 0x0A0A)


def _server_name(names: bytes) -> str:
    """Return the host name in the extension's list (RFC 6066, section 3)."""
    rest = _Cursor(names)
    while rest:
        kind, name = rest.number(1), rest.vector(2)
        if kind == 0:
            return name.decode('ascii', 'replace')
    return ''


def _version_name(number: int) -> str:
    return VERSION_NAMES.get(number, f'{number:#06x}')


def group_name(number: int) -> str:
    return GROUP_NAMES.get(number, f'{number:#06x}')


def cipher_name(number: int) -> str:
    """Return OpenSSL's name of a cipher suite, where this OpenSSL knows it, and its number where not."""
    return _known_suites().get(number, ('', f'{number:#06x}'))[1]


def cipher_protocol(number: int) -> str:
    """Return the oldest version that a cipher suite is for, as OpenSSL names it; '' where it is not known."""
    return _known_suites().get(number, ('', ''))[0]


@functools.cache
def _known_suites() -> dict[int, tuple[str, str]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers('ALL:COMPLEMENTOFALL:@SECLEVEL=0')
    return {suite['id'] & 0xFFFF: (suite['protocol'], suite['name']) for suite in context.get_ciphers()}
