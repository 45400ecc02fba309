# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first code of the collection that runs on a target: it makes the modules that came with it importable, does what the
request asks and writes one framed answer.

The bootstrap (`plugin_utils/target/program.py`) executes this file's text with `PAYLOAD`, the JSON that came with it:
`{"modules": {name: source}, "entry": name, "request": {...}, "limit": seconds, "nonce": text}`.
"""

import _frozen_importlib
import _thread
import binascii
import hashlib
import json
import os
import select
import sys
import zlib

PACKAGE = 'printops_infoprint'
MARK = 'INFOPRINT-ANSWER'


class _Sources:
    """Imports the modules that came with the program (PEP 451 finder and loader in one)."""

    def __init__(self, sources):
        self.sources = {'%s.%s' % (PACKAGE, name): text for name, text in sources.items()}
        # The folders, which have no file of their own: every name before a dot.
        self.packages = {name[:end] for name in self.sources for end in range(len(name)) if name[end] == '.'}

    def find_spec(self, name, path=None, target=None):
        if name in self.sources or name in self.packages:
            return _frozen_importlib.ModuleSpec(name, self, is_package=name in self.packages)  # type: ignore[arg-type]  # PEP 451 asks for no base class
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        text = self.sources.get(module.__name__)
        if text is not None:
            path = '/'.join(module.__name__.split('.')[1:])
            exec(compile(text, '<infoprint>/%s.py' % path, 'exec'), module.__dict__)


def frame(answer, nonce):
    """Return the answer as one line: `MARK-nonce:length:digest:body:END`, in characters that no terminal changes.

    A line feed before it, since a login script may have left half a line, and behind it, so that a terminal passes it on. The
    mark and the nonce of this task find it in whatever else is printed. The length, of the body, says where `:END` has to be:
    an answer that was cut is refused. The digest, SHA-256 of the compressed bytes, refuses one that was altered. The body is
    the JSON, compressed, in base64.
    """
    packed = zlib.compress(json.dumps(answer).encode('ascii'), 6)
    body = binascii.b2a_base64(packed, newline=False)
    head = '\n%s-%s:%d:%s:' % (MARK, nonce, len(body), hashlib.sha256(packed).hexdigest())
    return head.encode('ascii') + body + b':END\n'


class Output:
    """Where the answer goes: the first one only, and line feeds before it as keepalives."""

    def __init__(self, fd, nonce):
        self.fd = fd
        self.nonce = nonce
        self.lock = _thread.allocate_lock()

    def answer(self, answer):
        self.lock.acquire()  # for good: nothing may follow, and a second answer waits until the program ends
        data = frame(answer, self.nonce)
        while data:
            data = data[os.write(self.fd, data) :]

    def keepalive(self):
        if self.lock.acquire(False):
            try:
                poll = select.poll()
                poll.register(self.fd, select.POLLOUT)
                if poll.poll(0):  # a full pipe must not block the watchdog
                    os.write(self.fd, b'\n')
            finally:
                self.lock.release()


def failure(error):
    """Return text and traceback of an exception, each as a field of an Envelope; the text is one line."""
    import traceback

    text = '%s: %s' % (type(error).__name__, error) if str(error) else type(error).__name__
    return {'error': text, 'traceback': traceback.format_exc()}


def main(payload):
    output = Output(os.dup(1), payload['nonce'])
    os.dup2(2, 1)  # nothing but the answer goes to standard output
    os.umask(os.umask(0o077) & 0o077)  # a umask that takes rights from the owner would make new files unusable
    sys.meta_path.insert(0, _Sources(payload['modules']))
    wire = __import__(PACKAGE + '.messages.wire', fromlist=['plain'])
    watchdog_module = __import__(PACKAGE + '.program.watchdog', fromlist=['Watchdog'])
    problems_module = __import__(PACKAGE + '.problems', fromlist=['ProblemError'])

    def answer_at_limit(envelope):
        output.answer(wire.plain(envelope))

    watchdog = watchdog_module.Watchdog(payload['limit'], output.fd, answer_at_limit, output.keepalive)
    watchdog.watch()
    try:
        entry = __import__('%s.%s' % (PACKAGE, payload['entry']), fromlist=['run'])
        envelope = wire.plain(wire.Envelope(answer=entry.run(payload['request'], watchdog)))
    except problems_module.ProblemError as error:
        envelope = wire.plain(wire.Envelope(problem=error.problem))
    except watchdog_module.Stopped as error:
        envelope = wire.plain(wire.Envelope(stopped=str(error)))
    except Exception as error:
        envelope = wire.plain(wire.Envelope(**failure(error)))
    output.answer(envelope)
    if 'answer' in envelope:
        watchdog.answered()
    sys.stdout.flush()
    os._exit(0)  # not waiting for the watchdog's thread and those of sends


if 'PAYLOAD' in globals():
    main(globals()['PAYLOAD'])
