# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Times as results and reports have them: text in UTC, `2026-11-24T08:15:00Z`, or microseconds since 1970."""

from __future__ import annotations

import datetime as dt
import functools
import re

from .. import days

LATEST = 253_402_300_799_999_999  # the end of the year 9999, in microseconds since 1970
FORMAT = '%Y-%m-%dT%H:%M:%SZ'
_MOMENT = re.compile('[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z')


@functools.lru_cache(maxsize=1024)
def valid_moment(value: str) -> str:
    """Return a time, '' for one that does not exist or is written in another way."""
    try:  # strptime takes thirty times as long, and a foreign report can have a million times
        return value if _MOMENT.fullmatch(value) and dt.datetime.fromisoformat(value[:-1]) else ''
    except ValueError:
        return ''


@functools.lru_cache(maxsize=1024)
def at(moment: str) -> dt.datetime:
    """Return a valid time as an object."""
    return dt.datetime.fromisoformat(moment[:-1]).replace(tzinfo=dt.timezone.utc)


def moment_of(microseconds: int) -> str:
    """Return a time in microseconds since 1970 as text."""
    return dt.datetime.fromtimestamp(microseconds // 1_000_000, dt.timezone.utc).strftime(FORMAT)


def seconds(moment: str) -> int:
    """Return a valid time in seconds since 1970."""
    return int(at(moment).timestamp())


def microseconds(moment: str) -> int:
    """Return a valid time in microseconds since 1970."""
    return seconds(moment) * 1_000_000


def minute(moment: str) -> str:
    """Return a time as people read it, to the minute: `2026-11-24 08:15`."""
    return moment[:16].replace('T', ' ')


def days_between(start: str, end: str) -> int:
    """Return the days that are left at `start` until `end`, negative after it."""
    return days.days_left(at(end), at(start))


def ago(end: str, now: str) -> str:
    """Return how long ago an end was, in words."""
    return days.ago(at(end), at(now))


def in_days(end: str, now: str) -> str:
    """Return how far off an end is, in words."""
    return days.in_days(at(end), at(now))
