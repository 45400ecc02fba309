# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The batches of a play, and how far it has come: a line after each batch."""

from __future__ import annotations

import collections
import typing as t

from ansible.utils.helpers import pct_to_int

from ..fleet_report.model import PROVEN, STATES

# What a line always has; the other states are named where there are servers in them.
ALWAYS = ('proven', 'failing')
UNREMARKABLE = ('configured', 'not_checked')


def batch_sizes(serial: t.Sequence[object], hosts: int) -> list[int]:
    """Return how many hosts each batch has, as core forms them: the last size is repeated until no host is left."""
    sizes: list[int] = []
    while sum(sizes) < hosts:
        size = pct_to_int(serial[min(len(sizes), len(serial) - 1)], hosts) if serial else hosts
        sizes.append(min(size, hosts - sum(sizes)) if size > 0 else hosts - sum(sizes))
    return sizes


class Progress:
    """How far a play has come. `start` is called for each of its batches; `now` are seconds of any one clock."""

    def __init__(self, sizes: t.Sequence[int], now: float) -> None:
        self.sizes = sizes
        self.batch = 0  # the number of the one that is running, from 1
        self.finished: set[str] = set()
        self._states: dict[str, collections.Counter[str]] = {}
        self._began = now

    def start(self) -> None:
        self.batch += 1

    def note(self, host: str, states: t.Iterable[str]) -> None:
        """Note the states of a host's servers, in place of those noted before."""
        self.finished.add(host)
        self._states[host] = collections.Counter(states)

    @property
    def size(self) -> int:
        """The number of hosts in the batch that is running."""
        return self.sizes[self.batch - 1] if 0 < self.batch <= len(self.sizes) else 0

    def line(self, now: float) -> str:
        """Return the line: which batch, how many hosts so far, their servers by state, and the time since the play began."""
        parts = [f'{len(self.finished):,} of {sum(self.sizes):,} hosts', *self._counted(), _duration(now - self._began)]
        return f'batch {self.batch} of {len(self.sizes)}: {", ".join(parts)}'

    def _counted(self) -> t.Iterator[str]:
        counts = sum(self._states.values(), collections.Counter())
        proven = sum(counts[state] for state in PROVEN)
        yield f'{proven:,} server{"" if proven == 1 else "s"} proven'
        yield f'{counts["failing"]:,} failing'
        for state in STATES:
            if counts[state] and state not in (*PROVEN, *ALWAYS, *UNREMARKABLE):
                yield f'{counts[state]:,} {STATES[state].label}'


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{rest:02}' if hours else f'{minutes:02}:{rest:02}'
