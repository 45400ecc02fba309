# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Other programs run from here, several at a time: without a shell, without input, bounded in time and output.

fork and exec by hand: `subprocess` costs as much to import as everything else that a run needs.
"""

import errno
import os
import select
import signal
import time
from typing import Dict, List, NamedTuple, Optional, Tuple

from .child_process import kill_and_reap
from .watchdog import Watchdog

MOST_BYTES = 1 << 20  # of each stream
AT_ONCE = 16
TICK = 0.25  # seconds between two checks of the watchdog
LINGER = 1.0  # seconds for output that still comes from a child of a program that has ended
SPARE = 1.0  # seconds before the watchdog's limit by which the processes have ended
BACKSTOP = 5  # seconds past the limit at which the kernel ends a program, should this process not be able to
COERCED = (b'C.UTF-8', b'C.utf8', b'UTF-8')
START_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGALRM)  # Python ignores the first two, which a child inherits


class Ended(NamedTuple):
    """How a program ended. `code` is its exit code, negative for a signal; None where it did not end by itself.

    `why` is then why: 'not started: ' and the system's words, 'time' or 'output' (it was killed at the limit).
    """

    code: Optional[int]
    stdout: bytes = b''
    stderr: bytes = b''
    why: str = ''

    @property
    def not_started(self) -> bool:
        return self.why.startswith('not started')


def run_programs(commands: List[List[str]], seconds: float, watchdog: Watchdog) -> List[Ended]:
    """Run all commands (each an absolute path and its arguments) in the caller's environment; return how each ended, in order.

    A program that runs for more than `seconds`, or writes more than MOST_BYTES, is
    killed with its process group, and so are all when the watchdog raises Stopped.
    """
    environment = _caller_s_environment()
    ended: Dict[int, Ended] = {}
    running: Dict[int, _Process] = {}
    waiting = list(range(len(commands)))[::-1]
    try:
        while waiting or running:
            watchdog.check()
            while waiting and len(running) < AT_ONCE:
                number = waiting.pop()
                try:
                    running[number] = _Process(commands[number], environment, min(seconds, watchdog.remaining() - SPARE))
                except OSError as error:
                    ended[number] = Ended(None, why='not started: %s' % (error.strerror or error))
            _take_output(list(running.values()))
            for number, process in list(running.items()):
                end = process.check()
                if end is not None:
                    ended[number] = end
                    del running[number]
    finally:
        for process in running.values():
            process.kill()
    return [ended[number] for number in range(len(commands))]


def _caller_s_environment() -> Dict[bytes, bytes]:
    """Return the environment that this process was started with, as far as it can be known.

    Python from 3.7 on sets LC_CTYPE where the locale is C (PEP 538), and a program may do another thing in another locale.
    """
    environment = dict(os.environb)
    if not environment.get(b'LC_ALL') and environment.get(b'LC_CTYPE') in COERCED:
        del environment[b'LC_CTYPE']
    return environment


def _take_output(processes: List['_Process']) -> None:
    """Wait a little, and take what the programs have written."""
    by_fd = {fd: process for process in processes for fd in process.output}
    poll = select.poll()
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    # A program that has closed its output ends at once, as a rule, without a further event.
    ending = any(not process.output for process in processes)
    for fd, _event in poll.poll(5 if ending else int(TICK * 1000)) if processes else ():
        by_fd[fd].read(fd)


class _Process:
    """A running program. Raises OSError where it can't be started."""

    def __init__(self, command: List[str], environment: Dict[bytes, bytes], seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._code: Optional[int] = None
        self._gone_at = 0.0
        arguments = [word.encode('utf-8', 'surrogateescape') for word in command]
        (out_read, out_write), (err_read, err_write), (error_read, error_write) = os.pipe(), os.pipe(), os.pipe()
        try:
            self.pid = os.fork()
            if not self.pid:
                _become_program(arguments, environment, (out_write, err_write, error_write), seconds)
        finally:
            for fd in (out_write, err_write, error_write):
                os.close(fd)
        self.streams: Dict[int, bytearray] = {out_read: bytearray(), err_read: bytearray()}
        self.output = [out_read, err_read]
        error = os.read(error_read, 16)
        os.close(error_read)
        if error:
            self._close()
            os.waitpid(self.pid, 0)
            raise OSError(int(error), os.strerror(int(error)))

    def read(self, fd: int) -> None:
        """Read what is available on one stream, and close it at its end."""
        data = os.read(fd, 1 << 16)
        self.streams[fd] += data
        if not data:
            os.close(fd)
            self.output.remove(fd)

    def check(self) -> Optional[Ended]:
        """Return how the program ended, None while it runs; kill it where it is past a limit."""
        if any(len(data) > MOST_BYTES for data in self.streams.values()):
            return self._ended('output')
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                self._gone_at = time.monotonic()
        if self._code is None:
            return self._ended('time') if time.monotonic() >= self._end else None
        if self.output and time.monotonic() < self._gone_at + LINGER:
            return None
        return self._ended('')

    def kill(self) -> None:
        """Kill the program with all that it started, and wait for it: not for ever, the kernel may hold it."""
        if self._code is None:
            kill_and_reap(self.pid, whole_group=True)
        self._close()

    def _ended(self, why: str) -> Ended:
        self.kill()
        stdout, stderr = (bytes(data[:MOST_BYTES]) for data in self.streams.values())
        return Ended(None if why else self._code, stdout, stderr, why)

    def _close(self) -> None:
        while self.output:
            os.close(self.output.pop())


def _become_program(arguments: List[bytes], environment: Dict[bytes, bytes], fds: Tuple[int, int, int], seconds: float) -> None:
    """The child's part: never returns. An error is reported as errno through the last descriptor, which exec closes."""
    stdout, stderr, errors = fds
    try:
        os.setsid()  # a group to be killed as a whole, and no terminal to ask
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        for number in START_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(max(1, int(seconds) + BACKSTOP))  # outlives exec
        os.execve(arguments[0], arguments, environment)  # noqa: S606  # no shell is intended
    except OSError as error:
        os.write(errors, b'%d' % (error.errno or errno.EIO))
    finally:
        os._exit(127)
