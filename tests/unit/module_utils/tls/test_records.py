# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A server's first bytes: what they say of versions, alerts and plaintext, and the chain that TLS 1.2 shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.tls.records import (
    Beginning,
    alert_name,
    certificates_in,
    certificates_in_message,
    read_beginning,
)

pytestmark = pytest.mark.every_python


def record(kind, body, version=b'\x03\x03'):
    return bytes([kind]) + version + len(body).to_bytes(2, 'big') + body


def handshake(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, 'big') + body


def chain_message(*certificates):
    listed = b''.join(len(item).to_bytes(3, 'big') + item for item in certificates)
    return handshake(11, len(listed).to_bytes(3, 'big') + listed)


HELLO_12 = handshake(2, b'\x03\x03' + b'\0' * 36)
HELLO_11 = handshake(2, b'\x03\x02' + b'\0' * 36)


@pytest.mark.parametrize(
    'data, beginning',
    [
        (b'', Beginning(b'', None, False, '')),
        (record(21, b'\x02\x46'), Beginning(b'', 70, False, '')),
        (record(21, b'\x02\x28', b'\x03\x01'), Beginning(b'', 40, False, '')),
        (record(22, HELLO_12), Beginning(b'', None, True, 'TLSv1.2')),
        (record(22, HELLO_11, b'\x03\x02'), Beginning(b'', None, True, 'TLSv1.1')),
        (record(22, HELLO_12) + record(21, b'\x02\x28'), Beginning(b'', 40, True, 'TLSv1.2')),
        (
            record(22, HELLO_12 + handshake(13, b'\x01\x40\0\0\0\0') + handshake(14, b'')) + record(21, b'\x02\x28'),
            Beginning(b'', 40, True, 'TLSv1.2', True),
        ),
        (record(22, HELLO_12 + handshake(13, b'\x01\x40\0\0\0\0')[:-1]), Beginning(b'', None, True, 'TLSv1.2')),
        (record(21, b'\x02'), Beginning(b'', None, False, '')),
        (record(21, b'encrypted alert'), Beginning(b'', None, False, '')),
        (b'220 hi\r\n', Beginning(b'220 hi\r\n', None, False, '')),
        (b'\x16', Beginning(b'', None, False, '')),
        (b'\x16\x04', Beginning(b'\x16\x04', None, False, '')),
        (b'HTTP/1.1 400', Beginning(b'HTTP/1.1 400', None, False, '')),
    ],
    ids=[
        'nothing',
        'alert',
        'alert in TLS 1.0',
        'hello of TLS 1.2',
        'hello of TLS 1.1',
        'hello and alert',
        'hello, request and alert',
        'request cut',
        'alert cut',
        'encrypted alert',
        'greeting',
        'one byte of TLS',
        'not TLS at the second byte',
        'HTTP',
    ],
)
def test_the_first_bytes_say_what_they_say(data, beginning):
    assert read_beginning(data) == beginning


@pytest.mark.parametrize('cut', [1, 7, 100, 5000], ids='{} bytes'.format)
def test_the_chain_is_found_however_it_is_cut_into_records(cut):
    chain = [b'A' * 700, b'B' * 3, b'C' * 1500]
    messages = HELLO_12 + chain_message(*chain) + handshake(14, b'')
    data = b''.join(record(22, messages[start : start + cut]) for start in range(0, len(messages), cut))
    assert certificates_in(data) == chain


@pytest.mark.parametrize(
    'data',
    [
        b'',
        record(22, HELLO_12),
        record(21, b'\x02\x46'),
        record(22, chain_message(b'A' * 10)[:-1]),
        b'220 hi\r\n',
        record(23, chain_message(b'A' * 10)),
    ],
    ids=['nothing', 'hello', 'alert', 'message cut', 'greeting', 'another kind of record'],
)
def test_without_a_whole_message_there_is_no_chain(data):
    assert certificates_in(data) == []


def message_of_tls_1_3(*certificates):
    listed = b''.join(len(item).to_bytes(3, 'big') + item + b'\0\4\0\5\0\0' for item in certificates)
    return handshake(11, b'\0' + len(listed).to_bytes(3, 'big') + listed)


def test_a_message_of_either_version_is_read():
    chain = [b'A' * 700, b'B' * 3, b'C' * 1500]
    assert certificates_in_message(chain_message(*chain), False) == chain
    assert certificates_in_message(message_of_tls_1_3(*chain), True) == chain
    assert certificates_in_message(message_of_tls_1_3(*chain)[:-1], True) == chain


@given(st.binary(max_size=500))
def test_any_bytes_are_read(data):
    read_beginning(data)
    for found in (certificates_in(data), certificates_in_message(data, True), certificates_in_message(data, False)):
        assert sum(map(len, found)) <= len(data)


def test_alerts_have_names():
    assert alert_name(70) == 'protocol_version'
    assert alert_name(200) == 'number 200'
