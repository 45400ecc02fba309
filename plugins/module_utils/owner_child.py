# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Work done with another's rights, for good: a forked child that becomes the owner and answers through a pipe.

A proof made as root proves nothing for `ipm1`, who runs the InfoPrint server.
"""
import codecs
import json
import os
import select
import signal
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .guard import Guard
from .working_dir import Identity

MOST_BYTES = 32 << 20  # of one child's answer
ANSWER_SECONDS = 0.25  # of the program's time, for what the children have told
Work = Callable[[Guard], Dict[str, Any]]


class Failed(NamedTuple):
    """A child that gave no answer: why."""
    reason: str


def needs_child(identity: Identity) -> bool:
    """Return whether work for this owner has to be done by a child: only root can become another."""
    return os.geteuid() == 0 and identity.uid != 0


def become(identity: Identity) -> None:
    """Give up all other rights, for ever. Raises OSError, also where they could be had back."""
    os.setgroups(list(identity.groups))
    os.setgid(identity.gid)  # as root: real, effective and saved
    os.setuid(identity.uid)
    if identity.uid == 0:
        return
    try:
        os.setuid(0)
    except OSError:
        return
    raise OSError('the rights of root could be had back')


def work_as(works: List[Tuple[Identity, Work]], guard: Guard) -> List[Any]:
    """Do all works at the same time, each in a child of its owner; return their answers, `Failed` where there is none in time.

    Answers are JSON. Raises Stopped where nobody waits for them any more.
    """
    if sys.version_info < (3, 7):
        # Imported at its first use, by ssl; then a child may no longer be allowed to read where this Python lies.
        codecs.lookup('idna')
    children = [_start(identity, work, guard) for identity, work in works]
    try:
        return [_answer(data) for data in _read_all([read_end for _pid, read_end in children], guard)]
    finally:
        for pid, _read_end in children:
            os.kill(pid, signal.SIGKILL)  # one that has not ended by itself
            os.waitpid(pid, 0)


def _start(identity: Identity, work: Work, guard: Guard) -> Tuple[int, int]:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write_end)
        return pid, read_end
    try:
        os.close(read_end)
        _write_all(write_end, json.dumps(_work(identity, work, guard.for_child())).encode('ascii'))
    finally:
        os._exit(0)


def _work(identity: Identity, work: Work, guard: Guard) -> Dict[str, Any]:
    try:
        become(identity)
        guard.watch()
        return {'answer': work(guard)}
    except Exception as error:  # told by the parent: nobody reads a child's traceback
        return {'error': '%s: %s' % (type(error).__name__, error)}


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def _read_all(read_ends: List[int], guard: Guard) -> List[Optional[bytes]]:
    """Return what each child wrote before it closed its end; b'' for more than is read, None for what did not end in time."""
    parts: Dict[int, List[bytes]] = {fd: [] for fd in read_ends}
    sizes = dict.fromkeys(read_ends, 0)
    poll = select.poll()
    for fd in read_ends:
        poll.register(fd, select.POLLIN)
    opened = set(read_ends)
    while opened and guard.remaining() > ANSWER_SECONDS:
        guard.check()
        for fd, _event in poll.poll(250):
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
    for fd in opened:
        os.close(fd)
    return [None if fd in opened else b''.join(parts[fd]) for fd in read_ends]


def _answer(data: Optional[bytes]) -> Any:
    if data is None:
        return Failed('its process had not ended at the time limit of the program')
    if not data:
        return Failed('its process ended without an answer')
    answer = json.loads(data.decode('ascii'))
    return answer['answer'] if 'answer' in answer else Failed(answer['error'])
