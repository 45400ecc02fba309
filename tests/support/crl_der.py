# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CRLs in DER made by hand, without a signature that holds, for tests that run where there is no `cryptography`."""

from typing import Optional


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return an element with these contents (X.690)."""
    content = b''.join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes((tag, 0x80 | len(length))) + length + content


def name_der(text: str, kind: int = 0x0C) -> bytes:
    """Return the name CN=text; `kind` is the tag of the string, 0x0C a UTF8String, 0x13 a PrintableString."""
    return tlv(0x30, tlv(0x31, tlv(0x30, tlv(0x06, b'\x55\x04\x03'), tlv(kind, text.encode()))))


def time_der(text: str) -> bytes:
    """Return a UTCTime of YYMMDDHHMMSS, or a GeneralizedTime of YYYYMMDDHHMMSS."""
    return tlv(0x17 if len(text) == 12 else 0x18, text.encode(), b'Z')


def extension(number: int, value: bytes) -> bytes:
    return tlv(0x30, tlv(0x06, bytes((0x55, 0x1D, number))), tlv(0x04, value))


def crl_der(
    issuer: bytes,
    this_update: str,
    next_update: str = '',
    number: Optional[int] = None,
    key_id: Optional[bytes] = None,
    entries: int = 0,
) -> bytes:
    """Return a CRL; dates are as `time_der` has them."""
    algorithm = tlv(0x30, tlv(0x06, b'\x2a\x86\x48\xce\x3d\x04\x03\x02'))
    extensions = []
    if key_id is not None:
        extensions.append(extension(35, tlv(0x30, tlv(0x80, key_id))))
    if number is not None:
        extensions.append(extension(20, tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, 'big'))))
    revoked = [tlv(0x30, tlv(0x02, entry.to_bytes(4, 'big')), time_der('250101000000')) for entry in range(entries)]
    signed = tlv(
        0x30,
        tlv(0x02, b'\x01'),
        algorithm,
        issuer,
        time_der(this_update),
        time_der(next_update) if next_update else b'',
        tlv(0x30, *revoked) if revoked else b'',
        tlv(0xA0, tlv(0x30, *extensions)) if extensions else b'',
    )
    return tlv(0x30, signed, algorithm, tlv(0x03, b'\x00' + b'\x01' * 8))
