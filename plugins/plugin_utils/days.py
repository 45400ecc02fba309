# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Days until and since an end, counted in one way for every number and every sentence."""

from __future__ import annotations

import datetime as dt

DAY = dt.timedelta(days=1)


def days_left(end: dt.datetime, now: dt.datetime) -> int:
    """Return the whole days that are left, 0 on the last one; of what is over the whole days since, as a negative number.

    What has been over for less than a day is -1, so that a negative number, and nothing else, says that it is over.
    """
    return (end - now) // DAY if end > now else min(-1, -((now - end) // DAY))


def in_days(end: dt.datetime, now: dt.datetime) -> str:
    """Return how far off an end, or a beginning, is that is still to come: `in 3 days`."""
    days = days_left(end, now)
    return f'in {days} day{"" if days == 1 else "s"}' if days else 'within a day'


def ago(end: dt.datetime, now: dt.datetime) -> str:
    """Return how long ago an end was: `3 days ago`."""
    return 'less than a day ago' if now - end < DAY else days_ago(days_left(end, now))


def days_ago(days: int) -> str:
    """Return a negative number of `days_left` in words."""
    return f'{-days} day{"" if days == -1 else "s"} ago'
