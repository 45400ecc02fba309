# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One attempt against a port that expects something else: a probe finds out what, and the stages have their times.

The certificates of attempts and probes are those of the tests with real mail servers.
"""

import socket
import threading
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import defaults
from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import SendOptions
from ansible_collections.printops.infoprint.plugins.module_utils.net.connect import Address
from ansible_collections.printops.infoprint.plugins.module_utils.send import attempt as module
from ansible_collections.printops.infoprint.plugins.module_utils.send.attempt import Attempt
from ansible_collections.printops.infoprint.plugins.module_utils.send.job import Job, Message
from ansible_collections.printops.infoprint.plugins.module_utils.send.probe import Probe
from ansible_collections.printops.infoprint.plugins.module_utils.send.stage_clock import StageClock
from ansible_collections.printops.infoprint.plugins.module_utils.tls.context import Contexts

pytestmark = pytest.mark.every_python
GREETING = b'220 mail.example.com ESMTP\r\n'
ALERT = b'\x15\x03\x01\x00\x02\x02\x28'  # a TLS record: fatal, handshake_failure


def greet(connection):
    connection.sendall(GREETING)
    for line in connection.makefile('rb'):
        connection.sendall(b'221 bye\r\n' if line.startswith(b'QUIT') else b'250 ok\r\n')


def speak_tls(connection):
    """Be silent until a ClientHello comes, and refuse it."""
    if connection.recv(1000).startswith(b'\x16\x03'):
        connection.sendall(ALERT)


def close_before_tls(connection):
    """End a connection that does not begin with a ClientHello, as some ports for SMTPS do."""
    connection.settimeout(0.3)
    try:
        speak_tls(connection)
    except socket.timeout:
        pass


@pytest.fixture
def port_of():
    listeners = []

    def start(serve):
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(5)
        listeners.append(listener)

        def answer(connection):
            try:
                serve(connection)
            except OSError:
                pass
            connection.close()

        def accept():
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def job(port, mode='0', **options):
    settings = dict(defaults(), EnableTLS=mode, Hostname='h.example.com', IgnoreCertificateErrors='1')
    how = SendOptions('handshake', 5.0)._replace(**options)
    return Job('spl1', '/var/pd/spl1', settings, None, '127.0.0.1', port, Message('a@b.example', ()), how, False, 'token')


def probe(port, seconds=1.0):
    address = Address(socket.AF_INET, ('127.0.0.1', port))
    return Probe(job(port), Contexts(), address, '127.0.0.1', 'h.example.com', time.monotonic() + seconds)


def attempted(asked):
    return Attempt(asked, Contexts(), lambda: None).run()


CAUSES = {
    'plaintext to a silent port for TLS': ('0', speak_tls, 'tls_expected', 'The port is silent until TLS begins.'),
    'STARTTLS to a silent port for TLS': ('1', speak_tls, 'tls_expected', 'The port is silent until TLS begins.'),
    'plaintext to a port that closes': ('0', close_before_tls, 'tls_expected', 'The server closes the connection unless TLS'),
    'TLS to a port that greets': ('2', greet, 'plaintext_expected', 'The port begins in plaintext'),
    'TLS to a port without a shared cipher': ('2', speak_tls, 'no_shared_cipher', 'handshake_failure'),
    'STARTTLS where it is not offered': ('1', greet, 'starttls_not_offered', ''),
}


@pytest.mark.parametrize('name', sorted(CAUSES))
def test_what_the_port_expects_is_determined(port_of, monkeypatch, name):
    monkeypatch.setattr(module, 'SILENT_SECONDS', 0.5)
    mode, serve, code, words = CAUSES[name]
    result = attempted(job(port_of(serve), mode))
    assert [problem.code for problem in result.problems] == [code]
    assert words in result.problems[0].message
    assert result.facts.tls is None


def test_what_was_observed_comes_with_the_outcome(port_of):
    result = attempted(job(port_of(greet)))
    assert (result.problems, result.conversation.reached) == ([], True)
    assert result.facts.ehlo_name == 'h.example.com'
    assert (result.facts.message_id, result.facts.chain, result.facts.verification) == (None, [], None)
    assert set(result.facts.timings_ms) == {'resolve', 'connect', 'banner', 'ehlo', 'total'}


def test_a_timeout_names_its_seconds(port_of):
    began = time.monotonic()
    (problem,) = attempted(job(port_of(lambda connection: time.sleep(3)), timeout=0.6)).problems
    assert problem.code == 'banner_timed_out'
    assert problem.message.endswith(' (timeout 0.6 s).')
    assert time.monotonic() - began < 2


def test_nobody_who_listens_has_no_conversation(port_of):
    result = attempted(job(1))
    assert (result.conversation, [problem.code for problem in result.problems]) == (None, ['connection_refused'])


@pytest.mark.parametrize(
    'serve, greeting, speaks_tls',
    [(greet, 'mail.example.com ESMTP', False), (speak_tls, '', True), (lambda connection: None, '', False)],
    ids=['plaintext', 'TLS', 'a port that closes'],
)
def test_a_probe_distinguishes_plaintext_from_tls(port_of, serve, greeting, speaks_tls):
    port = port_of(serve)
    shown = probe(port).greeting()
    assert greeting in shown
    assert bool(shown) is bool(greeting)
    assert probe(port).speaks_tls_at_once() is speaks_tls


def test_a_probe_ends_with_the_attempt(port_of):
    late = probe(port_of(lambda connection: time.sleep(3)), seconds=0.3)
    began = time.monotonic()
    assert (late.greeting(), late.speaks_tls_at_once()) == ('', False)
    assert time.monotonic() - began < 1


def test_a_stage_that_comes_twice_is_added_up(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, 'monotonic', lambda: now[0])
    clock = StageClock()
    for stage, seconds in (('connect', 1.0), ('ehlo', 0.25), ('starttls', 0.5), ('ehlo', 0.25), ('certificate', 2.0)):
        clock.enter(stage)
        now[0] += seconds
    assert clock.milliseconds() == {'connect': 1000, 'ehlo': 500, 'starttls': 500, 'total': 4000}
