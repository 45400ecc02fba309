# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many large mails in one call, in a process of its own: each arrives, and none of them is there as a whole and encoded."""

import json
import os
import socketserver
import subprocess
import sys
import threading

import pytest

MAILS, MEGABYTES = 11, 6
MORE_MEMORY = 40 << 10  # kilobytes that all conversations together may take, beside the texts as they were given
ANSWERS = {b'EHLO': b'250 hi', b'MAIL': b'250 ok', b'RCPT': b'250 ok', b'DATA': b'354 go', b'QUIT': b'221 bye'}
SEND = """\
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from module_utils.operations import send
from module_utils.program.watchdog import Watchdog
given = json.load(sys.stdin)
request, text = given['request'], given['text']
for server in request['servers']:
    server['mail']['body'] = (server['name'] + text) * (given['bytes'] // len(text))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answer = send.run(request, Watchdog(60))
more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
json.dump({'reached': [result.reached for result in answer.servers], 'more': more}, sys.stdout)
"""


class Session(socketserver.StreamRequestHandler):
    """Keeps nothing of a mail but its size."""

    def handle(self):
        self.wfile.write(b'220 hi\r\n')
        for line in iter(self.rfile.readline, b''):
            command = line.split()[0]
            self.wfile.write(ANSWERS[command] + b'\r\n')
            if command == b'DATA':
                size, end = 0, b''
                while end != b'\r\n.\r\n':
                    piece = self.rfile.read1(1 << 16)
                    size, end = size + len(piece), (end + piece)[-5:]
                self.server.sizes.append(size)
                self.wfile.write(b'250 queued\r\n')


class Sink(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = MAILS


@pytest.fixture
def sink():
    with Sink(('127.0.0.1', 0), Session) as server:
        server.sizes = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    'text, octets', [('x' * 70 + '\n', 1), ('ü' * 30 + '\n', 6), ('y' * 5000 + '\n', 1)], ids=['plain', 'quoted', 'long lines']
)
def test_many_large_mails_arrive_in_bounded_memory_and_time(tmp_path, checkout, sink, text, octets):
    names = ['spl%02d' % number for number in range(MAILS)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / 'sendmemo-ssl.cfg').write_text('Hostname = host.example.com\n')
    request = {
        'base_dir': str(tmp_path),
        'pd_bin_dir': str(tmp_path),
        'options': {'until': 'sent', 'timeout': 30},
        'servers': [{'name': name, 'mail': {}} for name in names],
        'mail': {'smtp_host': '127.0.0.1', 'smtp_port': sink.server_address[1], 'recipients': ['a@example.com']},
    }
    given = {'request': request, 'text': text, 'bytes': MEGABYTES << 20}
    done = subprocess.run(
        [sys.executable, '-B', '-c', SEND, os.path.join(checkout, 'plugins')],
        input=json.dumps(given).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    answer = json.loads(done.stdout.decode())
    assert answer['reached'] == [True] * MAILS
    assert len(sink.sizes) == MAILS
    assert min(sink.sizes) > MEGABYTES * octets << 20
    assert answer['more'] < MORE_MEMORY
