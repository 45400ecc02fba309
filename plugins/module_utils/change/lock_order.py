# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The order in which servers are worked on, by their locks: who locks his own directories holds up nobody else's servers."""

import functools
import time
from typing import Callable

from ..program.watchdog import Watchdog
from .server_change import Work, Works, each

LOCK_WAIT = 30.0  # seconds, for all locks together
POLL_SECONDS = 0.05


def in_turns(works: Works, do: Callable[[Works], bool], watchdog: Watchdog) -> None:
    """`do` the works whose lock is free, then wait, bounded, for others to become free.

    `do` returns whether to go on. No lock is held while another is waited for, so that two runs never wait for each other; what
    was done last keeps its locks, so that a run which waits for them finds the change told.
    """
    left = min(LOCK_WAIT, watchdog.remaining() / 2)
    while works:
        free: Works = []

        works = [work for work in each(works, functools.partial(_take, free)) if work not in free]
        if free:
            if not do(free) or not works:
                return
            each(free, lambda work: work.transaction.let_in())
        elif left <= 0 or not watchdog.remaining():
            for work in works:
                work.report.fail(work.transaction.locked_out())
            return
        elif works:
            time.sleep(POLL_SECONDS)
            left -= POLL_SECONDS


def _take(free: Works, work: Work) -> None:
    """Put a work whose lock is free, and ours then, among the free ones."""
    if work.transaction.lock():
        free.append(work)
