# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SSLv3, which no Python's `ssl` has any more, by tlslite-ng: the side of a server that speaks nothing newer."""

from __future__ import annotations

import socket
import typing as t

import tlslite
from tlslite.errors import TLSError
from tlslite.messages import ClientHello


def ssl_v3_only() -> tlslite.HandshakeSettings:
    """Return settings for SSLv3 alone: RSA key exchange, SHA-1, none of what TLS has added."""
    settings = tlslite.HandshakeSettings()
    settings.minVersion = settings.maxVersion = (3, 0)
    settings.versions = [(3, 0)]
    settings.keyExchangeNames = ['rsa']
    settings.cipherNames = ['aes128', 'aes256']
    settings.macNames = ['sha']
    settings.useExtendedMasterSecret = settings.requireExtendedMasterSecret = False
    settings.useEncryptThenMAC = False
    return settings


class _OldConnection(tlslite.TLSConnection):  # type: ignore[misc]  # tlslite has no types
    """A server of the time of SSLv3 knows no extensions, and none of the versions that clients list in one."""

    def _getMsg(self, *arguments: t.Any, **more: t.Any) -> t.Iterator[t.Any]:  # noqa: N802 (tlslite names it)
        for message in super()._getMsg(*arguments, **more):
            if isinstance(message, ClientHello):
                message.extensions = []
            yield message


class SslV3Context:
    """What `ssl.SSLContext` is to a server, for SSLv3; the key is an RSA key."""

    def __init__(self, chain_pem: bytes, key_pem: bytes) -> None:
        self._chain = tlslite.X509CertChain()
        self._chain.parsePemList(chain_pem.decode('ascii'))
        self._key = tlslite.parsePEMKey(key_pem.decode('ascii'), private=True)

    def wrap_socket(self, connection: socket.socket, server_side: bool = True) -> socket.socket:
        """Do the handshake; return what takes the socket's place. Raises OSError where it fails."""
        tls = _OldConnection(connection)
        try:
            tls.handshakeServer(certChain=self._chain, privateKey=self._key, settings=ssl_v3_only())
        except TLSError as error:
            raise OSError(str(error)) from error
        return t.cast('socket.socket', tls)
