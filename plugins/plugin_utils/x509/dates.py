# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dates of certificates and CRLs: read in UTC, and formatted for messages and results."""

from __future__ import annotations

import datetime as dt
import typing as t


def moment(when: dt.datetime) -> str:
    """Return a date as messages show it."""
    return when.strftime('%Y-%m-%d %H:%M UTC')


def timestamp(when: dt.datetime) -> str:
    """Return a date as results show it."""
    return when.strftime('%Y-%m-%dT%H:%M:%SZ')


def utc(signed: object, field: str) -> dt.datetime:
    """Return a date of an object of `cryptography`, in UTC with its zone. Raises ValueError if there is none."""
    value = utc_or_none(signed, field)
    if value is None:
        raise ValueError(f'it has no {field}')
    return value


def utc_or_none(signed: object, field: str) -> dt.datetime | None:
    """Return a date, None if there is none; cryptography before 42 returns it without its zone."""
    value = getattr(signed, f'{field}_utc' if hasattr(signed, f'{field}_utc') else field)
    if value is None or value.tzinfo:
        return t.cast('dt.datetime | None', value)
    return t.cast('dt.datetime', value.replace(tzinfo=dt.timezone.utc))
