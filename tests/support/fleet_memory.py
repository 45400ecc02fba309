# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How much memory each host of a fleet takes at most, and its controller, while something runs there."""

from __future__ import annotations

import collections
import threading
import typing as t

from bench.measure import Processes, proportional
from fleet.box import Fleet

PAUSE = 1.0


class Memory:
    """Watches between `with` and its end. `peaks` are in bytes, by host: sums of proportional set sizes, which count once what
    processes share."""

    def __init__(self, fleet: Fleet, names: t.Collection[str]) -> None:
        self._processes = Processes(fleet)
        self._names = names
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peaks: dict[str, int] = dict.fromkeys(names, 0)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(PAUSE):
            now: dict[str, int] = collections.defaultdict(int)
            for place, directory in self._processes.each():
                if place in self._names:
                    now[place] += proportional(directory)
            self.peaks = {name: max(peak, now[name]) for name, peak in self.peaks.items()}
