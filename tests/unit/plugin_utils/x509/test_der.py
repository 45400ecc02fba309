# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""DER is decoded and encoded, and what is not DER is refused."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import der as asn1


@pytest.mark.parametrize(
    'value', [0, 1, 127, 128, 255, 256, -1, -128, -129, -(1 << 100), 1 << 159], ids=lambda value: f'{value:#x}'
)
def test_integers_are_encoded(value: int) -> None:
    (element,) = asn1.elements(asn1.integer(value))
    assert int.from_bytes(element.content, 'big', signed=True) == value
    shorter = element.content[1:]
    assert not shorter or int.from_bytes(shorter, 'big', signed=True) != value


@pytest.mark.parametrize(
    'data',
    [b'\x30', b'\x30\x05\x00', b'\x30\x80\x00\x00', b'\x1f\x81\x00', b'\x30\x89' + bytes(9)],
    ids=['no length', 'too short', 'indefinite length', 'a tag of two bytes', 'a length of nine bytes'],
)
def test_what_is_no_der_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r'.'):
        asn1.elements(data)
