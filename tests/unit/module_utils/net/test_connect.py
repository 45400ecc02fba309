# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From a name to a connection: every address is tried, and each failure has its name."""

import errno
import socket
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.net import connect as tcp_connect
from ansible_collections.printops.infoprint.plugins.module_utils.net.connect import Address, ascii_host, connect, resolve
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError

pytestmark = pytest.mark.every_python

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.fixture
def listening():
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        server.listen(5)
        yield server.getsockname()[1]


@pytest.fixture
def closed_port():
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        yield server.getsockname()[1]


@pytest.fixture
def silent_port():
    """A port whose queue is full: the kernel answers nobody any more."""
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        server.listen(0)
        waiting = []
        for _number in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(server.getsockname())
            waiting.append(sock)
        time.sleep(0.05)
        yield server.getsockname()[1]
        for sock in waiting:
            sock.close()


def soon(seconds=2.0):
    return time.monotonic() + seconds


def local(port):
    return Address(V4, ('127.0.0.1', port))


def test_an_address_needs_no_resolver(monkeypatch):
    assert resolve('127.0.0.1', 25, soon()) == [Address(V4, ('127.0.0.1', 25))]
    assert resolve('::1', 25, soon())[0].sockaddr[:2] == ('::1', 25)


def test_a_name_that_does_not_exist_is_not_found():
    with pytest.raises(ProblemError) as error:
        resolve('no-such-host.invalid', 25, soon(10))
    assert (error.value.problem.code, error.value.problem.stage) == ('host_not_found', 'resolve')


@pytest.mark.parametrize(
    'host',
    [
        pytest.param('a..b', id='an empty label'),
        pytest.param('x' * 70 + '.example.com', id='a label too long'),
        pytest.param('a\0b', id='a null character'),
        pytest.param('two words', id='a space'),
    ],
)
def test_what_is_no_name_is_not_found(host):
    with pytest.raises(ProblemError) as error:
        resolve(host, 25, soon(10))
    assert error.value.problem.code == 'host_not_found'


@pytest.mark.parametrize(
    'host, name',
    [
        pytest.param('mail.example.com', 'mail.example.com', id='ASCII'),
        pytest.param('mail.example.com.', 'mail.example.com.', id='ASCII with a final dot'),
        pytest.param('192.0.2.1', '192.0.2.1', id='address'),
        pytest.param('m\xfcller.example.com', 'xn--mller-kva.example.com', id='umlaut'),
        pytest.param('M\xdcLLER.example.com', 'xn--mller-kva.example.com', id='umlaut in capitals'),
        pytest.param('\u30e1\u30fc\u30eb.example.com.', 'xn--4dkua4c.example.com.', id='katakana with a final dot'),
        pytest.param('\uff11\uff19\uff12.0.2.1', '192.0.2.1', id='address in wide digits'),
        pytest.param('', '', id='nothing'),
    ],
)
def test_a_name_has_its_ascii_form(host, name):
    assert ascii_host(host) == name


@pytest.mark.parametrize(
    'host',
    [
        pytest.param('\xfc' * 80, id='a label too long in ASCII'),
        pytest.param('\xfc..example.com', id='an empty label'),
        pytest.param('x' * 300, id='a label too long'),
        pytest.param('\xfc' * 100000, id='100000 characters'),
        pytest.param('.example.com', id='a leading dot'),
        pytest.param('.\xfc.example.com', id='a leading dot before what is no ASCII'),
        pytest.param('m\u200f\xfc\ud800', id='a mark of direction and half a character'),
    ],
)
def test_what_has_no_ascii_form_is_no_host(host):
    began = time.monotonic()
    with pytest.raises(ProblemError) as error:
        ascii_host(host)
    problem = error.value.problem
    assert (problem.code, problem.stage) == ('host_not_found', 'resolve')
    assert len(problem.message) < 1200
    assert time.monotonic() - began < 1


def test_a_resolver_that_hangs_does_not_stretch_the_deadline(monkeypatch):
    monkeypatch.setattr(tcp_connect.socket, 'getaddrinfo', lambda *_arguments: time.sleep(1.5))
    began = time.monotonic()
    with pytest.raises(ProblemError) as error:
        resolve('mail.example.com', 25, soon(0.2))
    assert (error.value.problem.code, error.value.problem.stage) == ('timed_out', 'resolve')
    assert time.monotonic() - began < 1.0


def test_the_families_take_turns(monkeypatch):
    found = [(V6, 1, 6, '', ('::%d' % number, 25, 0, 0)) for number in (1, 2, 3)] + [(V4, 1, 6, '', ('192.0.2.1', 25))]
    monkeypatch.setattr(tcp_connect.socket, 'getaddrinfo', lambda *_arguments: found)
    assert [address.sockaddr[0] for address in resolve('x.example.com', 25, soon())] == ['::1', '192.0.2.1', '::2', '::3']


def test_the_first_connection_that_succeeds_is_used(listening):
    sock, address = connect([local(listening)], 'x', listening, soon())
    assert address == local(listening)
    sock.close()


def test_a_refused_address_does_not_keep_from_the_next(listening, closed_port):
    sock, address = connect([local(closed_port), local(listening)], 'x', listening, soon())
    assert address == local(listening)
    sock.close()


def test_a_silent_address_costs_little_of_the_deadline(listening, silent_port):
    began = time.monotonic()
    sock, address = connect([local(silent_port), local(listening)], 'x', listening, soon(4))
    assert address == local(listening)
    assert time.monotonic() - began < 1.0
    sock.close()


def test_refused_is_reported():
    with pytest.raises(ProblemError) as error:
        connect([local(1)], 'mail.example.com', 1, soon())
    problem = error.value.problem
    assert (problem.code, problem.stage) == ('connection_refused', 'connect')
    assert 'mail.example.com, port 1' in problem.message
    assert '127.0.0.1' in problem.message


def test_silence_ends_at_the_deadline(silent_port):
    began = time.monotonic()
    with pytest.raises(ProblemError) as error:
        connect([local(silent_port)], 'x', silent_port, soon(0.4))
    assert error.value.problem.code == 'connection_timed_out'
    assert 0.3 < time.monotonic() - began < 1.4


def test_refused_counts_more_than_silent(silent_port):
    with pytest.raises(ProblemError) as error:
        connect([local(silent_port), local(1)], 'x', 1, soon(0.6))
    assert error.value.problem.code == 'connection_refused'


@pytest.mark.parametrize(
    'number, code',
    [
        (errno.ENETUNREACH, 'network_unreachable'),
        (errno.EHOSTUNREACH, 'network_unreachable'),
        (errno.EACCES, 'network_unreachable'),
        (errno.ECONNREFUSED, 'connection_refused'),
        (errno.ETIMEDOUT, 'connection_timed_out'),
        (errno.ENOBUFS, 'connection_lost'),
    ],
    ids=lambda value: errno.errorcode.get(value, value),
)
def test_a_failure_has_its_name(monkeypatch, number, code):
    def begin(_address):
        raise OSError(number, 'of the kernel')

    monkeypatch.setattr(tcp_connect, '_begin', begin)
    with pytest.raises(ProblemError) as error:
        connect([local(25), Address(V6, ('::1', 25, 0, 0))], 'x', 25, soon(0.5))
    assert error.value.problem.code == code


def test_no_address_at_all_is_a_failure():
    with pytest.raises(ProblemError):
        connect([], 'x', 25, soon(0.2))
