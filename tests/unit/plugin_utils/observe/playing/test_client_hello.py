# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a client offers, read from the first bytes of real handshakes and from bytes that are none."""

from __future__ import annotations

import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.client_hello import (
    ClientHello,
    cipher_name,
    cipher_protocol,
    group_name,
    read_client_hello,
)

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def first_bytes(least: ssl.TLSVersion, most: ssl.TLSVersion, ciphers: str = 'DEFAULT', name: str | None = None) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version, context.maximum_version = least, most
    context.set_ciphers(ciphers)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def hello_of(data: bytes) -> ClientHello:
    hello = read_client_hello(data)
    assert hello is not None
    return hello


@pytest.mark.parametrize(
    ('least', 'most', 'versions', 'newest'),
    [
        pytest.param(TLS_1_2, TLS_1_3, ('TLSv1.3', 'TLSv1.2'), 'TLSv1.3', id='both'),
        pytest.param(TLS_1_3, TLS_1_3, ('TLSv1.3',), 'TLSv1.3', id='1.3 alone'),
        pytest.param(TLS_1_2, TLS_1_2, (), 'TLSv1.2', id='1.2 alone, which has no list'),
    ],
)
def test_versions(least: ssl.TLSVersion, most: ssl.TLSVersion, versions: tuple[str, ...], newest: str) -> None:
    hello = hello_of(first_bytes(least, most))
    assert (hello.versions, hello.newest) == (versions, newest)


def test_cipher_suites_groups_and_name() -> None:
    hello = hello_of(first_bytes(TLS_1_2, TLS_1_2, 'ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA', 'mail.example.com'))
    assert [cipher_name(number) for number in hello.ciphers] == ['ECDHE-RSA-AES128-GCM-SHA256', 'AES256-SHA']
    assert [cipher_protocol(number) for number in hello.ciphers] == ['TLSv1.2', 'SSLv3']
    assert {'x25519', 'secp256r1'} <= set(map(group_name, hello.groups))
    assert group_name(0x9999) == '0x9999'
    assert hello.server_name == 'mail.example.com'
    assert hello_of(first_bytes(TLS_1_2, TLS_1_2)).server_name == ''


def test_values_that_only_test_a_servers_tolerance_are_left_out() -> None:
    data = first_bytes(TLS_1_2, TLS_1_2, 'AES256-SHA:AES128-SHA')
    assert hello_of(data.replace(b'\x00\x35\x00\x2f', b'\x0a\x0a\x00\x2f')).ciphers == (0x2F,)


def test_a_hello_that_is_cut_anywhere_is_none() -> None:
    data = first_bytes(TLS_1_2, TLS_1_3)
    assert {read_client_hello(data[:size]) for size in range(len(data))} == {None}


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    read_client_hello(data)
    read_client_hello(b'\x16\x03\x01' + len(data).to_bytes(2, 'big') + data)
    body = b'\x03\x03' + bytes(32) + data
    message = b'\x01' + len(body).to_bytes(3, 'big') + body
    read_client_hello(b'\x16\x03\x01' + len(message).to_bytes(2, 'big') + message)
