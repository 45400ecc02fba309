# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The byte stream keeps its deadline, whatever comes, and TLS on it what a malformed certificate does to OpenSSL."""

import socket
import ssl
import threading
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.net.stream import NetStream, decoded
from ansible_collections.printops.infoprint.plugins.module_utils.smtp.conversation import StreamLost, StreamTimedOut

pytestmark = pytest.mark.every_python

# A certificate of a throw-away CA whose authorityInfoAccess is no DER; OpenSSL does not look into it.
MALFORMED_ACCESS = """\
-----BEGIN CERTIFICATE-----
MIIB2TCCAX+gAwIBAgIUHjMbCkgGplwkPG7+IWuGYjsgrwQwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
MDAwMFowHDEaMBgGA1UEAwwRbWFpbC5leGFtcGxlLnRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQmeSBhye11UQbzU2mK9H/eRPnj8S9iOAzlwKFkyTBaJJAg
OUn3Yd8oi9pBJoPxQ9o4QwwBg3N5Cj8NnQN2OukJo4GmMIGjMB0GA1UdDgQWBBRx
EajnTsUfcKaXKraaYu5LbLUZrjAfBgNVHSMEGDAWgBTVOD9mhj7ynDMpOyb/BYWT
0HgV1TAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggr
BgEFBQcDATAcBgNVHREEFTATghFtYWlsLmV4YW1wbGUudGVzdDAQBggrBgEFBQcB
AQQEMAMBAjAKBggqhkjOPQQDAgNIADBFAiBRNwlAJErYlelmgpSp/+n6SaGbbSVY
bsILaRC9IsK3ZwIhAOlvYfwARX8Mm3nUTimk8tm5Fhr3NL6c2aWaLbK1Noyr
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQ07dGfwfVRd7tXn4
FFSS1n5eGf+2QeTXI7C+fecK9DahRANCAAQmeSBhye11UQbzU2mK9H/eRPnj8S9i
OAzlwKFkyTBaJJAgOUn3Yd8oi9pBJoPxQ9o4QwwBg3N5Cj8NnQN2OukJ
-----END PRIVATE KEY-----
"""


@pytest.fixture
def ends():
    own, peer = socket.socketpair()
    own.setblocking(False)
    yield own, peer
    own.close()
    peer.close()


def test_what_is_there_is_received_without_a_wait(ends):
    stream = NetStream(ends[0], time.monotonic() + 5)
    began = time.monotonic()
    with pytest.raises(StreamTimedOut):
        stream.receive(wait=False)
    ends[1].sendall(b'220 ')
    assert stream.receive(wait=False) == b'220 '
    assert time.monotonic() - began < 1


def test_bytes_that_are_there_do_not_stretch_the_deadline(ends):
    ends[1].sendall(b'220 ')
    with pytest.raises(StreamTimedOut):
        NetStream(ends[0], time.monotonic() - 0.1).receive()


def test_a_server_that_takes_nothing_does_not_stretch_the_deadline(ends):
    began = time.monotonic()
    with pytest.raises(StreamTimedOut):
        NetStream(ends[0], began + 0.3).send(b'x' * (8 << 20))
    assert 0.2 < time.monotonic() - began < 1.3


def test_what_is_said_while_nothing_is_taken_ends_the_wait_and_is_received(ends):
    threading.Timer(0.2, ends[1].sendall, [b'552 too large\r\n']).start()
    stream = NetStream(ends[0], time.monotonic() + 30)
    with pytest.raises(StreamLost):
        stream.send(b'x' * (8 << 20))
    assert stream.receive() == b'552 too large\r\n'


def test_a_hurry_shortens_the_deadline_and_never_moves_it_away(ends):
    stream = NetStream(ends[0], time.monotonic() + 30)
    stream.hurry(0.2)
    end = stream.end
    stream.hurry(10)
    assert stream.end == end
    began = time.monotonic()
    for _number in range(3):  # a byte now and then doesn't help
        with pytest.raises(StreamTimedOut):
            stream.receive()
        ends[1].sendall(b'x')
    assert time.monotonic() - began < 1.2


def test_what_came_before_the_end_is_received_before_it_is_reported(ends):
    stream = NetStream(ends[0], time.monotonic() + 5)
    ends[1].sendall(b'421 bye\r\n')
    ends[1].close()
    with pytest.raises(StreamLost):
        stream.send(b'QUIT\r\n')
    assert stream.receive() == b'421 bye\r\n'
    with pytest.raises(StreamLost):
        stream.receive()


@pytest.fixture
def in_tls(ends, tmp_path):
    """Return a stream that has turned to TLS, and the way to let the server say something."""
    (tmp_path / 'server.pem').write_text(MALFORMED_ACCESS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(tmp_path / 'server.pem'))
    serving = []
    thread = threading.Thread(target=lambda: serving.append(context.wrap_socket(ends[1], server_side=True)))
    thread.start()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.load_verify_locations(cadata=MALFORMED_ACCESS.partition('-----BEGIN PRIVATE')[0])
    client.verify_flags = int(client.verify_flags) | 0x80000  # X509_V_FLAG_PARTIAL_CHAIN: the certificate itself is trusted
    stream = NetStream(ends[0], time.monotonic() + 5)
    stream.handshake(client, 'mail.example.test')
    thread.join()
    yield stream, serving[0].sendall
    serving[0].close()


def test_a_malformed_extension_that_openssl_accepts_ends_no_conversation(in_tls):
    """What decoding it leaves in OpenSSL's queue of errors is not taken for the failure of the next read."""
    stream, say = in_tls
    assert decoded(stream.tls)['subjectAltName'] == (('DNS', 'mail.example.test'),)
    assert stream.tls.version()
    assert stream.tls.cipher()
    threading.Timer(0.2, say, [b'220 hello\r\n']).start()
    assert stream.receive() == b'220 hello\r\n'


def test_what_is_said_in_tls_while_nothing_is_taken_ends_the_wait_and_is_received(in_tls):
    """What TLS 1.3 sends of itself, its tickets, says nothing."""
    stream, say = in_tls
    threading.Timer(0.2, say, [b'552 too large\r\n']).start()
    stream.end += 25
    with pytest.raises(StreamLost):
        stream.send(b'x' * (8 << 20))
    assert stream.receive() == b'552 too large\r\n'
