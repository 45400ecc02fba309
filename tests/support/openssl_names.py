# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Asks the OpenSSL library that this Python is linked with whether a certificate is for a host. Runs on Python 3.6 too."""

import ctypes
import socket
from typing import Any, Iterable, Tuple

from .openssl_library import library

NO_PARTIAL_WILDCARDS = 0x4

_DNS, _IP = 0x82, 0x87  # context tags of GeneralName's dNSName and iPAddress (RFC 5280, 4.2.1.6)
_SEQUENCE, _SET, _OID, _UTF8, _OCTETS, _BITS, _TIME = 0x30, 0x31, 0x06, 0x0C, 0x04, 0x03, 0x17
_ED25519 = bytes.fromhex('06032b6570')
_COMMON_NAME, _SUBJECT_ALT_NAME = bytes.fromhex('0603550403'), bytes.fromhex('0603551d11')


def why_not() -> str:
    """Return why OpenSSL can't be asked, '' where it can."""
    try:
        _openssl()
    except (OSError, AttributeError) as error:
        return f'the OpenSSL of this Python cannot be called: {error}'
    return ''


def is_for_host(certificate: bytes, hosts: Iterable[str]) -> Tuple[bool, ...]:
    """Return for each host what X509_check_host says without partial wildcards. In: a certificate in DER."""
    return _ask(
        certificate,
        lambda openssl, parsed, host: openssl.X509_check_host(
            parsed, host.encode('utf-8'), len(host.encode('utf-8')), NO_PARTIAL_WILDCARDS, None
        ),
        hosts,
    )


def is_for_address(certificate: bytes, addresses: Iterable[str]) -> Tuple[bool, ...]:
    """Return for each address in text what X509_check_ip_asc says."""
    return _ask(
        certificate, lambda openssl, parsed, address: openssl.X509_check_ip_asc(parsed, address.encode('ascii'), 0), addresses
    )


def certificate_for(dns: Iterable[str], ip: Iterable[str], common: Iterable[str]) -> bytes:
    """Return a certificate in DER with these dNSNames, iPAddresses and common names; nobody signed it, and nobody asks."""
    subject = b''.join(_tlv(_SET, _tlv(_SEQUENCE, _COMMON_NAME + _tlv(_UTF8, name.encode('utf-8')))) for name in common)
    names = b''.join(_tlv(_DNS, name.encode('latin-1')) for name in dns) + b''.join(_tlv(_IP, _packed(text)) for text in ip)
    extensions = b''
    if names:
        extension = _tlv(_SEQUENCE, _SUBJECT_ALT_NAME + _tlv(_OCTETS, _tlv(_SEQUENCE, names)))
        extensions = _tlv(0xA3, _tlv(_SEQUENCE, extension))
    algorithm = _tlv(_SEQUENCE, _ED25519)
    validity = _tlv(_SEQUENCE, _tlv(_TIME, b'260101000000Z') + _tlv(_TIME, b'360101000000Z'))
    key = _tlv(_SEQUENCE, algorithm + _tlv(_BITS, bytes(33)))
    version_and_serial = bytes.fromhex('a003020102020101')
    signed = _tlv(
        _SEQUENCE,
        b''.join((version_and_serial, algorithm, _tlv(_SEQUENCE, b''), validity, _tlv(_SEQUENCE, subject), key, extensions)),
    )
    return _tlv(_SEQUENCE, signed + algorithm + _tlv(_BITS, bytes(65)))


def _packed(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, 'big') + content


def _openssl() -> Any:
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    return library(
        (
            ('d2i_X509', pointer, (pointer, ctypes.POINTER(text), ctypes.c_long)),
            ('X509_free', None, (pointer,)),
            ('X509_check_host', ctypes.c_int, (pointer, text, ctypes.c_size_t, ctypes.c_uint, pointer)),
            ('X509_check_ip_asc', ctypes.c_int, (pointer, text, ctypes.c_uint)),
        )
    )


def _ask(certificate: bytes, question: Any, subjects: Iterable[str]) -> Tuple[bool, ...]:
    openssl = _openssl()
    parsed = openssl.d2i_X509(None, ctypes.byref(ctypes.c_char_p(certificate)), len(certificate))
    if not parsed:
        raise ValueError('OpenSSL cannot read the certificate')
    try:
        return tuple(question(openssl, parsed, subject) == 1 for subject in subjects)
    finally:
        openssl.X509_free(parsed)
