# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The byte stream keeps its deadline, whatever comes. Handshakes are in the tests of sends."""
import socket
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.net_stream import NetStream
from ansible_collections.printops.infoprint.plugins.module_utils.smtp_session import StreamLost, StreamTimedOut


@pytest.fixture
def ends():
    ours, its = socket.socketpair()
    ours.setblocking(False)
    yield ours, its
    ours.close()
    its.close()


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


def test_what_came_before_the_end_is_received_before_it_is_told(ends):
    stream = NetStream(ends[0], time.monotonic() + 5)
    ends[1].sendall(b'421 bye\r\n')
    ends[1].close()
    with pytest.raises(StreamLost):
        stream.send(b'QUIT\r\n')
    assert stream.receive() == b'421 bye\r\n'
    with pytest.raises(StreamLost):
        stream.receive()
