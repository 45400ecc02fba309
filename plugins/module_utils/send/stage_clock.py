# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How long each stage of a send took; one that comes twice, as EHLO does with STARTTLS, is added up."""

import time
from typing import Dict

from ..vocabulary import TIMED_STAGES


def clock_ms() -> int:
    """Return this host's clock, in milliseconds since 1970."""
    return int(time.time() * 1000)


class StageClock:
    def __init__(self) -> None:
        self._began = time.monotonic()
        self._spent: Dict[str, float] = {}
        self._stage = ''
        self._since = 0.0

    def enter(self, stage: str) -> None:
        """Begin a stage; any name that is none of the TIMED_STAGES only ends the one before."""
        now = time.monotonic()
        if self._stage in TIMED_STAGES:
            self._spent[self._stage] = self._spent.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    def milliseconds(self) -> Dict[str, int]:
        """End the stage; return what each took, and `total`, everything since the clock was made."""
        self.enter('')
        spent = {stage: int(self._spent[stage] * 1000) for stage in TIMED_STAGES if stage in self._spent}
        return dict(spent, total=int((time.monotonic() - self._began) * 1000))
