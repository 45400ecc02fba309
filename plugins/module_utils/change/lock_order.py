# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The order in which servers are changed, by their locks: a lock that is held on one server does not delay the others."""

import functools
import time
from typing import Callable

from ..program.watchdog import Watchdog
from .server_change import ServerChange, ServerChanges, for_each_server

LOCK_WAIT = 30.0  # seconds, for all locks together
POLL_SECONDS = 0.05


def in_lock_order(changes: ServerChanges, do: Callable[[ServerChanges], bool], watchdog: Watchdog) -> None:
    """`do` the changes whose lock is free, then wait, bounded, for other locks to become free.

    `do` returns whether to continue. No lock is held while another is waited for, so that two runs never wait for each other.
    The last changes keep their locks, so that a run which waits for these finds the change reported.
    """
    seconds_left = min(LOCK_WAIT, watchdog.remaining() / 2)
    while changes:
        locked: ServerChanges = []

        changes = [change for change in for_each_server(changes, functools.partial(_lock, locked)) if change not in locked]
        if locked:
            if not do(locked) or not changes:
                return
            for_each_server(locked, lambda change: change.transaction.unlock_early())
        elif seconds_left <= 0 or not watchdog.remaining():
            for change in changes:
                change.outcome.fail(change.transaction.lock_problem())
            return
        elif changes:
            time.sleep(POLL_SECONDS)
            seconds_left -= POLL_SECONDS


def _lock(locked: ServerChanges, change: ServerChange) -> None:
    """Take a server's lock if it is free, and add its change to `locked` then."""
    if change.transaction.lock():
        locked.append(change)
