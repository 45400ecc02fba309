# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the analysis of what a host, its owners and its mail servers send may cost the controller in one task.

It is held in a context variable, since what costs most is done deep down, behind caches. Where none is set, as for the
user's own files on the controller, nothing is bounded.
"""

from __future__ import annotations

import contextlib
import contextvars
import math
import time
import typing as t

MOST_SECONDS = 2.0  # of CPU time
MOST_SIGNATURES = 500  # that are verified; one that was verified before costs nothing
# Of what is left, for one step: an owner who uses up hers leaves enough for the servers of others.
SHARE_OF_SECONDS, SHARE_OF_SIGNATURES = 0.25, 0.5
BETWEEN_LOOKS = 256  # rounds of a short loop

Thing = t.TypeVar('Thing')


class OverBudget(Exception):
    """A step has used up its share of the budget; the text says of which."""


class Budget:
    """The budget of one host in one task. `clock` returns CPU time in seconds; it counts within steps alone."""

    def __init__(
        self, seconds: float = MOST_SECONDS, signatures: int = MOST_SIGNATURES, clock: t.Callable[[], float] = time.thread_time
    ) -> None:
        self.seconds, self.signatures = seconds, signatures
        self._of = f'that the analysis of a host may take is used up: {seconds:g} s of CPU time, {signatures} signature checks'
        self._clock = clock
        self._end, self._signatures_of_step = math.inf, math.inf

    @contextlib.contextmanager
    def step(self) -> t.Iterator[None]:
        """Hold what is done in it to a share of what is left. A step within a step is a part of it."""
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
        """Raise OverBudget where the time of the step is over."""
        if self._end < math.inf and self._clock() >= self._end:
            raise OverBudget(f'its share of the time {self._of}')

    def charge_signature(self) -> None:
        """Count a signature that is to be verified. Raises OverBudget."""
        self.check()
        if self._signatures_of_step < 1:
            raise OverBudget(f'its share of the signature checks {self._of}')
        self._signatures_of_step -= 1
        self.signatures -= 1


_current: contextvars.ContextVar[Budget | None] = contextvars.ContextVar('budget', default=None)


@contextlib.contextmanager
def limited_to(budget: Budget | None) -> t.Iterator[None]:
    """Hold the analysis in it to a budget, None = to none."""
    token = _current.set(budget)
    try:
        yield
    finally:
        _current.reset(token)


def step() -> t.ContextManager[None]:
    """Return the context of one step of the analysis, within the budget that is set."""
    budget = _current.get()
    return contextlib.nullcontext() if budget is None else budget.step()


def check() -> None:
    """Raise OverBudget where the time is over."""
    budget = _current.get()
    if budget is not None:
        budget.check()


def charge_signature() -> None:
    """Count a signature that is to be verified. Raises OverBudget."""
    budget = _current.get()
    if budget is not None:
        budget.charge_signature()


def watched(things: t.Iterable[Thing]) -> t.Iterator[Thing]:
    """Yield things with a look at the clock now and then, for short rounds of which others choose how many there are."""
    for number, one in enumerate(things):
        if not number % BETWEEN_LOOKS:
            check()
        yield one
