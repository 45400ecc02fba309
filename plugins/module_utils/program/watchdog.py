# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The program's own limits on the target: a wall clock, and a reader who still waits for the answer.

A stopped controller does not stop a program on the target, so the program ends itself. A closed pipe shows at once; what
is between (an ssh client, a sudo with a terminal of its own) notices only when it has something to pass on, so the
watchdog sends keepalives while the work lasts.
"""

import errno
import os
import select
import signal
import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator, List, Optional

from ..messages.wire import AT_LIMIT, Envelope

POLL_SECONDS = 0.25  # between two checks, and two keepalives
_GONE = (errno.EPIPE, errno.ECONNRESET)  # of a write: the reader has gone
BACKSTOP_SECONDS = 10  # past the limit the kernel's alarm ends a program whose watch could not


class Stopped(Exception):
    """The time limit is reached, or nobody reads the answer any more: begin nothing more."""


class Watchdog:
    """Ends the program at `limit` seconds of wall clock from now, or when the reader of `output_fd` has gone.

    The watching thread calls `keepalive` now and then, and `on_limit` once, with the last answer before the program ends.
    A forked child takes `for_child()`. `output_fd` None means that no reader is watched.
    """

    def __init__(
        self,
        limit: float,
        output_fd: Optional[int] = None,
        on_limit: Optional[Callable[[Any], None]] = None,
        keepalive: Optional[Callable[[], None]] = None,
    ) -> None:
        self.limit = limit
        self._end = time.monotonic() + limit
        self.output_fd = output_fd
        self._on_limit = on_limit
        self._keepalive = keepalive
        self.at_end: List[Callable[[], None]] = []  # called before the program is ended; its `finally` blocks are not run then
        # The Envelope that is written at the limit: work that changes several things says here what has been done.
        self.answer_at_limit: Callable[[], Any] = lambda: Envelope(stopped=AT_LIMIT)
        self._uninterrupted = threading.Lock()
        self._when_answered: List[Callable[[], None]] = []

    def remaining(self) -> float:
        """Return the seconds that are left, 0 at the limit."""
        return max(0.0, self._end - time.monotonic())

    def abandoned(self) -> bool:
        """Return whether the other end of the output is closed (POLLERR of a pipe, POLLHUP of a socket or terminal)."""
        if self.output_fd is None:
            return False
        poll = select.poll()
        poll.register(self.output_fd, 0)
        return any(event & (select.POLLERR | select.POLLHUP | select.POLLNVAL) for _fd, event in poll.poll(0))

    def check(self) -> None:
        """Raise Stopped at the limit or when abandoned. Last thing before a commit and before a mail's final dot."""
        if not self.remaining():
            raise Stopped('the time limit of %g s is reached' % self.limit)
        if self.abandoned():
            raise Stopped('nobody waits for the answer any more')

    def when_answered(self, finish: Callable[[], None]) -> None:
        """Call `finish` once the answer is written: at once where there is no reader, and never where it could not be written."""
        if self.output_fd is None:
            finish()
        else:
            self._when_answered.append(finish)

    def answered(self) -> None:
        """Say that the answer was written, and taken by the reader of the output."""
        for finish in self._when_answered:
            finish()

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """Keep the watchdog from ending the program between steps that belong together; the kernel's alarm still does."""
        with self._uninterrupted:
            yield

    def watch(self) -> None:
        """Start the thread that ends the process with code 1, at the limit after `on_limit`."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(self.limit) + BACKSTOP_SECONDS)
        threading.Thread(target=self._watch, daemon=True).start()

    def for_child(self, seconds: float, output_fd: int) -> 'Watchdog':
        """Return the watchdog of a forked child, which answers to its parent within `seconds`; the child calls its `watch()`."""
        return Watchdog(min(seconds, self.remaining()), output_fd)

    def _watch(self) -> None:
        while self.remaining() and not self.abandoned():
            time.sleep(min(POLL_SECONDS, self.remaining()))
            if self._keepalive is not None:
                try:
                    self._keepalive()
                except OSError as error:
                    if error.errno in _GONE:
                        break
        self._uninterrupted.acquire()  # for good: no such steps begin any more
        for clean_up in self.at_end:
            try:
                clean_up()
            except OSError:  # the next run removes the rest
                pass
        if not self.remaining() and self._on_limit is not None:
            self._on_limit(self.answer_at_limit())
        os._exit(1)
