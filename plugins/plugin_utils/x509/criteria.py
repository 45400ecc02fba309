# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What trust files are checked against, and where in a file a certificate or CRL is located."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..days import ago, in_days
from .dates import moment

Record = t.TypeVar('Record')


class Mailer(t.NamedTuple):
    """What was observed of how the product's own mailer uses trust files, as far as a check of them depends on it."""

    checks_chain: bool = False  # CRLs are applied to the whole chain
    needs_root: bool = False  # an intermediate CA in the CA file is not enough, without its root there or a public one
    trusts_others: bool = False  # the publicly known CAs, besides those of the CA file


ASSUMED = Mailer()


class Criteria(t.NamedTuple):
    """The current time in UTC, with its zone, and how many days before an expiry a warning is given."""

    now: dt.datetime
    warn_days: int
    mailer: Mailer = ASSUMED

    def is_near(self, end: dt.datetime) -> bool:
        """Return whether an end in the future deserves a warning."""
        return end - self.now <= dt.timedelta(days=self.warn_days)

    def begins(self, start: dt.datetime) -> str:
        return f'is valid from {moment(start)} on, {in_days(start, self.now)}'

    def until(self, end: dt.datetime) -> str:
        return f'{moment(end)}, {in_days(end, self.now)}'

    def since(self, end: dt.datetime) -> str:
        return f'{moment(end)}, {ago(end, self.now)}'


@dataclasses.dataclass(frozen=True)
class Located(t.Generic[Record]):
    """The record of a certificate or CRL, with its file and the line on which its block begins."""

    record: Record
    file: str
    line: int
