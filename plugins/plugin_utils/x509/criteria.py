# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""By what trust files are judged, where in a file a thing stands, and how moments and days are written in messages."""

from __future__ import annotations

import datetime as dt
import typing as t

from ..days import ago, in_days

Thing = t.TypeVar('Thing')


class Terms(t.NamedTuple):
    """By what is judged: the time in UTC with its zone, and how many days before an end it is warned of."""

    now: dt.datetime
    warn_days: int

    def is_near(self, end: dt.datetime) -> bool:
        """Return whether an end that is still to come is to be warned of."""
        return end - self.now <= dt.timedelta(days=self.warn_days)

    def begins(self, start: dt.datetime) -> str:
        return f'is valid from {_moment(start)} on, {in_days(start, self.now)}'

    def until(self, end: dt.datetime) -> str:
        return f'{_moment(end)}, {in_days(end, self.now)}'

    def since(self, end: dt.datetime) -> str:
        return f'{_moment(end)}, {ago(end, self.now)}'


class Placed(t.Generic[Thing]):
    """A certificate or CRL that was read: what it says, its DER, and the line of the file that its block begins in."""

    def __init__(self, thing: Thing, der: bytes, file: str, line: int) -> None:
        self.thing = thing
        self.der = der
        self.file = file
        self.line = line


def _moment(when: dt.datetime) -> str:
    return when.strftime('%Y-%m-%d %H:%M UTC')
