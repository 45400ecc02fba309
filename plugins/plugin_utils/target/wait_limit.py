# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long the controller waits for a host.

What runs there ends by itself; but a connection can break without notice, and a hostile host need never answer.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t


class WaitExceeded(BaseException):
    """The time is over. Not an Exception: a connection plugin would retry."""


@contextlib.contextmanager
def wait_limit(seconds: float) -> t.Iterator[None]:
    """Raise WaitExceeded where the block takes longer. Uses SIGALRM, as core does for a task's `timeout`: not for both."""
    if threading.current_thread() is not threading.main_thread():  # only that thread can handle a signal
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(_number: int, _frame: object) -> None:
    raise WaitExceeded
