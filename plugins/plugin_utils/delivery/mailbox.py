# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the two kinds of mailboxes have in common: marked before the first mail, asked for what has arrived since."""

from __future__ import annotations

import datetime as dt
import typing as t

from .received import Header


class Unavailable(Exception):
    """The mailbox gives no answer that can be used; the text says why. `for_good`: asking again would not help."""

    def __init__(self, why: str, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


class Arrival(t.NamedTuple):
    """A mail in the mailbox: how the mailbox calls it, what its header says, and when it arrived by the mailbox's clock."""

    key: t.Any
    header: Header
    arrived: dt.datetime | None


Mark = dict[str, t.Any]
# The fields of a mark. A Maildir has no UIDs, but what it has of the names of mails.
MARK = {'mailbox': str, 'uidvalidity': int, 'uidnext': int, 'at': int, 'known': list}


class Mailbox(t.Protocol):
    """A mailbox for proofs. `name` is what messages call it. Every method raises Unavailable."""

    name: str

    def mark(self) -> Mark:
        """Return what tells the mails that are there now from later ones."""

    def arrivals(self, mark: Mark) -> list[Arrival]:
        """Return the mails since the mark that were not returned before."""

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until something arrives."""

    def delete(self, arrivals: t.Sequence[Arrival]) -> str:
        """Delete mails for good; return why they were not deleted, '' where they were."""

    def close(self) -> None:
        """End the session. Never raises."""
