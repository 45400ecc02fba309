# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The budget for analysing the data of one host, of its owners and its mail servers, on the controller in one task.

It is kept in a context variable, since the most expensive calls are deep down, behind caches. Without a budget, as for the
user's own files on the controller, nothing is bounded.
"""

from __future__ import annotations

import contextlib
import contextvars
import math
import time
import typing as t

MOST_SECONDS = 2.0  # of CPU time
MOST_SIGNATURES = 500  # verifications; a cached one costs nothing
# Of the remaining budget, for one step: an owner who exhausts a share leaves enough for the servers of others.
SHARE_OF_SECONDS, SHARE_OF_SIGNATURES = 0.25, 0.5
CHECK_INTERVAL = 256  # rounds of a short loop

Item = t.TypeVar('Item')


class OverBudget(Exception):
    """A step has exhausted its share of the budget; the message says of which."""


class Budget:
    """The budget of one host in one task. `clock` returns CPU time in seconds; it counts within steps only."""

    def __init__(
        self, seconds: float = MOST_SECONDS, signatures: int = MOST_SIGNATURES, clock: t.Callable[[], float] = time.thread_time
    ) -> None:
        self.seconds, self.signatures = seconds, signatures
        self._of = f'that the analysis of a host may take is used up: {seconds:g} s of CPU time, {signatures} signature checks'
        self._clock = clock
        self._end, self._signatures_of_step = math.inf, math.inf

    @contextlib.contextmanager
    def step(self) -> t.Iterator[None]:
        """Limit the block to a share of the remaining budget. A nested step is part of the outer one."""
        if self._end < math.inf:
            yield
            return
        begin = self._clock()
        self._end = begin + self.seconds * SHARE_OF_SECONDS
        self._signatures_of_step = math.ceil(self.signatures * SHARE_OF_SIGNATURES)
        try:
            yield
        finally:
            self.seconds = max(0.0, self.seconds - (self._clock() - begin))
            self._end, self._signatures_of_step = math.inf, math.inf

    def check(self) -> None:
        """Raise OverBudget if the time of the step is up."""
        if self._end < math.inf and self._clock() >= self._end:
            raise OverBudget(f'its share of the time {self._of}')

    def charge_signature(self) -> None:
        """Count a signature verification. Raises OverBudget."""
        self.check()
        if self._signatures_of_step < 1:
            raise OverBudget(f'its share of the signature checks {self._of}')
        self._signatures_of_step -= 1
        self.signatures -= 1


_current: contextvars.ContextVar[Budget | None] = contextvars.ContextVar('budget', default=None)


@contextlib.contextmanager
def limited_to(budget: Budget | None) -> t.Iterator[None]:
    """Limit the analysis in the block to a budget; None means unlimited."""
    token = _current.set(budget)
    try:
        yield
    finally:
        _current.reset(token)


def step() -> t.ContextManager[None]:
    """Return the context of one step of the analysis, within the current budget."""
    budget = _current.get()
    return contextlib.nullcontext() if budget is None else budget.step()


def check() -> None:
    """Raise OverBudget if the time is up."""
    budget = _current.get()
    if budget is not None:
        budget.check()


def charge_signature() -> None:
    """Count a signature verification. Raises OverBudget."""
    budget = _current.get()
    if budget is not None:
        budget.charge_signature()


def watched(items: t.Iterable[Item]) -> t.Iterator[Item]:
    """Yield items and check the time at intervals: for short rounds whose number is chosen by foreign data."""
    for number, item in enumerate(items):
        if not number % CHECK_INTERVAL:
            check()
        yield item
