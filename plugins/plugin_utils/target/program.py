# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The program that is sent to a target: the modules that a task needs and its request, as one compressed text.

And the framed answer that comes back. Both are bytes in, bytes out; nothing here knows of Ansible. What is the same for every
host is read and compressed once, by `prepare`, in the process that Ansible then forks a worker of for each host.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
import pathlib
import re
import typing as t
import zlib

from ...module_utils.program.main import PACKAGE
from .. import bounded_json
from .large_texts import continued, large_texts

MODULE_UTILS = pathlib.Path(__file__).resolve().parents[2] / 'module_utils'
MAIN = 'program.main'
TYPING = 'program.typing_light'
ALWAYS = ('program.watchdog', 'messages.wire', 'problems', TYPING)  # what program.main imports, and each module
MAX_ANSWER = 32 << 20  # bytes, unpacked
MAX_FRAME = MAX_ANSWER * 3 // 2  # characters: base64 of what could not be compressed
MOST_VALUES = 500_000  # in an answer: some hundred servers of a host have a tenth of it


def _path(name: str) -> str:
    """Return where a module is, below `module_utils`."""
    return name.replace('.', '/') + '.py'


TOO_OLD = 93  # the exit code of a Python that is older than 3.6; nothing else on the way to the target gives it
# The argument of `python -c`: one line and no exclamation mark, for csh's sake.
BOOTSTRAP = '; '.join(
    (
        'import sys',
        # Up to here, and in the next two statements, any Python from 2.6: one that is too old says so, with its version between
        # two marks and an exit code of its own, and does not read the program that waits on standard input.
        'v = sys.version_info[:3]',
        f'v < (3, 6) and [sys.stdout.write("INFOPRINT-TOO-OLD:%d.%d.%d:END" % v), sys.exit({TOO_OLD})]',
        # The empty entry is the current directory, which somebody else may own. -I would remove it too, but Python 2 refuses
        # that in words that differ from build to build.
        'sys.path = [p for p in sys.path if p]',
        'import json, zlib',
        # The program as `build` compresses it, read to its end: the source of MAIN, a zero byte, the payload as JSON.
        'd = zlib.decompress(sys.stdin.buffer.read())',
        'n = d.index(0)',
        # Under a name that tracebacks show. MAIN runs where it finds a PAYLOAD among its globals.
        f'exec(compile(d[:n], "<infoprint>/{_path(MAIN)}", "exec"), {{"PAYLOAD": json.loads(d[n + 1:].decode())}})',
    )
)


class NoAnswer(ValueError):
    """The output holds no complete answer of this task. `began` says whether one began."""

    def __init__(self, reason: str, began: bool) -> None:
        super().__init__(reason)
        self.began = began


# `from .name import ...` and `from ..folder import name, ...`: a hundred times as fast as a parser; a test compares the two.
_IMPORT = re.compile(r'^ *from (\.+)([\w.]*) import +([\w, ]*)', re.MULTILINE)


_COMMENT = re.compile(r'^ *#.*', re.MULTILINE)
_DOCSTRING = re.compile(r'^( *)""".*?"""$', re.MULTILINE | re.DOTALL)
_TYPING = re.compile('^from typing import', re.MULTILINE)


def for_host(text: str) -> str:
    """Return the text of a module as a host gets it, of the same statements in the same lines.

    Without comments and docstrings it has half the size; the stand-in for `typing` saves a fifth of the host's CPU time.
    """
    text = _DOCSTRING.sub(lambda found: found[1] + "''" + '\n' * found[0].count('\n'), _COMMENT.sub('', text))
    return _TYPING.sub(f'from {PACKAGE}.{TYPING} import', text)


@functools.cache
def _source(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a module of the target half and the names of those that it imports."""
    text = (MODULE_UTILS / _path(name)).read_text('utf-8')
    needs: list[str] = []
    for dots, target, names in _IMPORT.findall(text):
        folders = name.split('.')[: -len(dots)]
        module = '.'.join([*folders, target] if target else folders)
        is_file = target and (MODULE_UTILS / _path(module)).is_file()
        needs += [module] if is_file else ['.'.join(filter(None, (module, item.split()[0]))) for item in names.split(',')]
    return for_host(text), tuple(needs)


def modules_for(entry: str) -> dict[str, str]:
    """Return name and text of every module of the target half that `entry` needs, itself included."""
    modules: dict[str, str] = {}
    waiting = [entry, *ALWAYS]
    while waiting:
        name = waiting.pop()
        if name not in modules:
            modules[name], needs = _source(name)
            waiting += needs
    return modules


class _Prepared(t.NamedTuple):
    """The beginning of a program, compressed, the compressor whose copies continue it, and the checksum of what is in it."""

    head: bytes
    compressor: zlib._Compress
    checksum: int


@functools.cache
def prepare(entry: str) -> _Prepared:
    """Return what all programs of the module `entry` begin with; made once in a process and those that it forks."""
    payload = json.dumps({'modules': modules_for(entry), 'entry': entry})
    compressor = zlib.compressobj(6)
    text = _source(MAIN)[0].encode() + b'\0' + payload[:-1].encode('ascii')
    return _Prepared(compressor.compress(text), compressor, zlib.adler32(text))


def build(entry: str, request: t.Mapping[str, object], limit: float, nonce: str) -> bytes:
    """Return the compressed program that calls `run(request, watchdog)` of the module `entry`, for `limit` seconds at most.

    The large texts among the request's `contents`, by their digests, are compressed once in a run.
    """
    prepared = prepare(entry)
    large = large_texts(request)
    marks = {f'{nonce}-{digest}': text for digest, text in large.items()}
    if large:
        contents = t.cast('dict[str, str]', request['contents'])
        in_place = {digest: f'{nonce}-{digest}' if digest in large else text for digest, text in contents.items()}
        request = {**request, 'contents': in_place}
    rest = json.dumps({'request': request, 'limit': limit, 'nonce': nonce})
    return continued(prepared.head, prepared.compressor.copy(), prepared.checksum, f', {rest[1:]}', marks)


def read_answer(output: str, nonce: str) -> dict[str, t.Any]:
    """Return the answer that is framed somewhere in `output`.

    `program.main.frame` says what the parts of a frame are for. The output is untrusted: logins and terminals add to it, and a
    target may send anything. Raises NoAnswer where there is no frame with this nonce, or one that is cut, altered, larger than
    MAX_ANSWER, of more than MOST_VALUES or not a JSON object.
    """
    mark = f'INFOPRINT-ANSWER-{nonce}:'
    start = output.find(mark)
    if start < 0:
        raise NoAnswer('there is no answer in the output', began=False)
    head = output[start + len(mark) : start + len(mark) + 80].split(':', 2)
    if len(head) < 3 or not head[0].isdecimal() or len(head[0]) > 8:
        raise NoAnswer('the answer is cut short', began=True)
    if int(head[0]) > MAX_FRAME:
        raise NoAnswer(f'the answer has more than {MAX_ANSWER >> 20} MiB', began=True)
    begin = start + len(mark) + len(head[0]) + 1 + len(head[1]) + 1
    body = output[begin : begin + int(head[0])]
    if not output.startswith(':END', begin + int(head[0])):
        raise NoAnswer('the answer is cut short or altered', began=True)
    try:
        packed = base64.b64decode(body.encode('ascii'), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise NoAnswer('the answer is altered', began=True) from None
    if hashlib.sha256(packed).hexdigest() != head[1]:
        raise NoAnswer('the answer is altered', began=True)
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, MAX_ANSWER + 1)
        if len(text) > MAX_ANSWER:
            raise NoAnswer(f'the answer has more than {MAX_ANSWER >> 20} MiB', began=True)
        answer = bounded_json.load(text, MOST_VALUES)
    except (zlib.error, ValueError, RecursionError) as error:
        if isinstance(error, NoAnswer):
            raise
        raise NoAnswer(f'the answer is not readable: {type(error).__name__}', began=True) from None
    if not isinstance(answer, dict):
        raise NoAnswer('the answer is not an object', began=True)
    return answer
