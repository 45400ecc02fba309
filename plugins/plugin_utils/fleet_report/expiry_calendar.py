# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What expires in the next days, by kind and by day, month by month as on a wall calendar."""

from __future__ import annotations

import calendar
import datetime as dt
import typing as t

from . import times
from .model import Report
from .observations import Expiry

DAYS = 90
SOON = 30  # days before an expiry from which on it is marked


class Ending(t.NamedTuple):
    """A certificate, CA or CRL, the whole days that are left of it, and who uses it: (number of the host, host, server)."""

    what: Expiry
    days_left: int
    users: list[tuple[int, str, str]]

    @property
    def day(self) -> dt.date:
        return times.at(self.what.not_after).date()


class Day(t.NamedTuple):
    date: dt.date
    endings: list[Ending]
    is_today: bool
    is_within: bool


class Month(t.NamedTuple):
    """A month by its weeks, Monday first; a day of another month is None."""

    name: str
    weeks: list[list[Day | None]]


def endings(report: Report) -> list[Ending]:
    """Return all that expires, the first first; a certificate that many servers get is one entry."""
    found: dict[tuple[str, str, str], Ending] = {}
    for number, host in enumerate(report.hosts):
        for server in host.servers:
            for what in server.endings():
                key = (what.not_after, what.kind, what.name)
                if key not in found:
                    found[key] = Ending(what, times.days_between(report.generated, what.not_after), [])
                if not found[key].users or found[key].users[-1] != (number, host.name, server.name):
                    found[key].users.append((number, host.name, server.name))
    return [found[key] for key in sorted(found)]


def months(report: Report, ending: t.Iterable[Ending]) -> list[Month]:
    """Return the months of the next `DAYS` days."""
    today = times.at(report.generated).date()
    last = today + dt.timedelta(days=DAYS)
    by_day: dict[dt.date, list[Ending]] = {}
    for item in ending:
        by_day.setdefault(item.day, []).append(item)
    result = []
    year, month = today.year, today.month
    while (year, month) <= (last.year, last.month):
        weeks: list[list[Day | None]] = [
            [
                Day(date, by_day.get(date, []), date == today, today <= date <= last) if date.month == month else None
                for date in week
            ]
            for week in calendar.Calendar().monthdatescalendar(year, month)
        ]
        result.append(Month(f'{dt.date(year, month, 1):%B %Y}', weeks))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return result
