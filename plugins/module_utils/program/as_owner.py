# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Work done with another user's rights: a forked child that becomes the owner for good and answers through a pipe.

A send that works as root does not show that it works for `ipm1`, who runs the InfoPrint server.
"""

import codecs
import json
import os
import select
import signal
import sys
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .child_process import hold_only, kill_and_reap
from .rights import Identity, become
from .watchdog import Stopped, Watchdog

MOST_BYTES = 32 << 20  # of one child's answer
ANSWER_SECONDS = 0.5  # before the watchdog's limit: the answers of the other children are still to be reported
Work = Callable[[Watchdog], Dict[str, Any]]


class Failed(NamedTuple):
    """Why a child gave no answer."""

    reason: str


def work_as(works: List[Tuple[Optional[Identity], Work]], watchdog: Watchdog, seconds: float) -> List[Any]:
    """Do all works at the same time, each in a child of its owner; return their answers, `Failed` where there is none.

    None as the owner leaves a child the rights of this process. No other thread may be at work here or just be ending: what it
    does at that instant stays half done in the child (fork(2)), such as the loading of a library at the end of a thread.
    Answers are JSON. No child outlives this call, nor `seconds`: its owner may have stopped it (SIGSTOP), which must not
    cost another owner's answer. Raises Stopped by the watchdog alone.
    """
    if sys.version_info < (3, 7):
        # Imported at its first use, by ssl; then a child may not be allowed to read this Python's files.
        codecs.lookup('idna')
    children = _Children()
    watchdog.at_end.insert(0, children.kill)
    try:
        seconds = min(seconds, max(0.0, watchdog.remaining() - ANSWER_SECONDS))
        end = time.monotonic() + seconds
        for identity, work in works:
            children.start(identity, work, watchdog, seconds)
        answers = _read_all(children.read_ends, watchdog, end)
        children.kill()
        return [_answer(data, how) for data, how in zip(answers, children.ends)]
    finally:
        watchdog.at_end.remove(children.kill)
        children.kill()


class _Children:
    """The running children, and the pipe of each one's answer."""

    def __init__(self) -> None:
        self._pids: List[int] = []
        self.read_ends: List[int] = []
        self.ends: List[str] = []  # how each ended, once it is killed

    def start(self, identity: Optional[Identity], work: Work, watchdog: Watchdog, seconds: float) -> None:
        read_end, write_end = os.pipe()
        pid = os.fork()
        if not pid:
            _be_child(identity, work, watchdog, seconds, write_end)
        os.close(write_end)
        self._pids.append(pid)
        self.read_ends.append(read_end)
        self.ends.append('')

    def kill(self) -> None:
        """Kill what still runs, stopped or not. The watchdog's thread calls it too: `pop` gives each child to one of both."""
        while self._pids:
            pid = self._pids.pop()
            self.ends[len(self._pids)] = _how_ended(kill_and_reap(pid))


def _how_ended(status: Optional[int]) -> str:
    """Return how a child ended by itself, '' where it could not be waited for. One that is ending keeps its status."""
    if status is None:
        return ''
    if os.WIFSIGNALED(status):
        return ' by signal %d' % os.WTERMSIG(status)
    return ' with code %d' % os.WEXITSTATUS(status)


def _be_child(identity: Optional[Identity], work: Work, watchdog: Watchdog, seconds: float, write_end: int) -> None:
    """The child's part: never returns.

    It holds nothing but its own pipe: neither the answer's descriptors, which the controller reads to their end, nor a lock.
    In a process group of its own the kernel ends it (SIGHUP, SIGCONT) when the parent is killed while it is stopped.
    """
    try:
        hold_only(write_end)
        os.setpgid(0, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        answer = _work(identity, work, watchdog.for_child(seconds, write_end))
        _write_all(write_end, json.dumps(answer).encode('ascii'))
    finally:
        os._exit(0)


def _work(identity: Optional[Identity], work: Work, watchdog: Watchdog) -> Dict[str, Any]:
    try:
        if identity is not None:
            become(identity)
        watchdog.watch()
        return {'answer': work(watchdog)}
    except Stopped as error:
        return {'error': str(error)}
    except Exception as error:  # reported by the parent: nobody reads a child's traceback
        return {'error': '%s: %s' % (type(error).__name__, error)}


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _read_all(read_ends: List[int], watchdog: Watchdog, end: float) -> List[Optional[bytes]]:
    """Return what each child wrote before it closed its end; b'' for more than is read, None where it did not by `end`."""
    parts: Dict[int, List[bytes]] = {fd: [] for fd in read_ends}
    sizes = dict.fromkeys(read_ends, 0)
    poll = select.poll()
    for fd in read_ends:
        poll.register(fd, select.POLLIN)
    if watchdog.output_fd is not None:
        poll.register(watchdog.output_fd, 0)  # a reader that goes away is noticed at once: a mail may be about to be sent
    opened = set(read_ends)
    try:
        while opened and time.monotonic() < end:
            watchdog.check()
            for fd, _event in poll.poll(250):
                if fd not in opened:
                    continue
                data = os.read(fd, 1 << 16)
                sizes[fd] += len(data)
                if data and sizes[fd] <= MOST_BYTES:
                    parts[fd].append(data)
                    continue
                if data:
                    parts[fd] = []
                poll.unregister(fd)
                os.close(fd)
                opened.discard(fd)
    finally:
        for fd in opened:
            os.close(fd)
    return [None if fd in opened else b''.join(parts[fd]) for fd in read_ends]


def _answer(data: Optional[bytes], how_ended: str) -> Any:
    if data is None:
        return Failed('it did not answer in time and was terminated')
    if not data:
        return Failed('its process ended%s, without an answer' % how_ended)
    answer = json.loads(data.decode('ascii'))
    return answer['answer'] if 'answer' in answer else Failed(answer['error'])
