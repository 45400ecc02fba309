# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was last seen of hosts and servers, on each subject, by whichever run: what their states are judged by.

A later look counts in place of an earlier one on the same subject, whether better or worse. So a run that sees a part of the
fleet, or only some subjects, leaves everything else as it was last seen.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils.vocabulary import SENT
from .values import Problem

Logs = dict[str, 'HostLog']  # by the host's name
NEVER = 0
WARN_DAYS = 30


@dataclasses.dataclass(eq=False)
class Run:
    """A run that has looked at servers: what was run, by whom, on which hosts. Times are UTC, `ended` is '' while it runs.

    `hosts` counts those of the inventory, those in plays of ours (seen) and those that answered (reached). `inventory` has the
    sources of the inventory.
    """

    playbook: str = ''
    limit: str = ''
    tags: list[str] = dataclasses.field(default_factory=list)
    user: str = ''
    controller: str = ''
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    started: str = ''
    ended: str = ''
    hosts: dict[str, int] = dataclasses.field(default_factory=dict)
    inventory: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Expiry:
    """A certificate, CA or CRL that ends: `kind` is one of these, `not_after` in UTC."""

    kind: str
    name: str
    not_after: str
    file: str = ''
    issuer: str = ''


@dataclasses.dataclass
class Proof:
    """The last mail that proved a server: when it was accepted (UTC), and how to find it in logs and mailboxes."""

    at: str
    message_id: str = ''
    queue_id: str = ''


class Facts(t.NamedTuple):
    """What a send, or in part a validation, shows of a server and its connection; '' and None: it is not known."""

    mode: str = ''
    mail_server: str = ''
    tls_version: str = ''
    cipher: str = ''
    certificate: Expiry | None = None
    until: str = ''
    total_ms: int | None = None
    proven_as: str = ''
    owner: str = ''

    def over(self, earlier: Facts) -> Facts:
        """Return the earlier facts with all that is known here in their place."""
        return Facts._make(now or before for now, before in zip(self, earlier, strict=True))


NO_FACTS = Facts()


@dataclasses.dataclass
class Seen:
    """What one result says of one server (or, without a name, of its host).

    `verdict` is ok, failing, unreachable or hidden; `order` is the time in microseconds since 1970, another one for each result
    of a run, by which the results of all runs are in order.
    `applied` says whether what `changed` was really changed, which is not so in check mode; None: that is not known.
    `unprotected`: a mail was accepted, but in plaintext, or without certificate or name having been verified; `accepted`: that is
    meant. `warn_days` is how many days before an end it was to be warned of.
    """

    order: int
    at: str
    module: str
    run: Run = dataclasses.field(default_factory=Run)
    verdict: str = 'ok'
    problems: list[Problem] = dataclasses.field(default_factory=list)
    changed: bool = False
    applied: bool | None = None
    drift: list[dict[str, str]] = dataclasses.field(default_factory=list)
    trust: list[Expiry] = dataclasses.field(default_factory=list)
    absent: bool = False
    unprotected: bool = False
    accepted: bool = False
    facts: Facts = NO_FACTS
    ignored: list[Problem] = dataclasses.field(default_factory=list)
    message_id: str = ''
    queue_id: str = ''
    warn_days: int = WARN_DAYS

    @property
    def stands(self) -> bool:
        """Whether the drift that was found is still there."""
        return bool(self.drift) and not (self.changed and self.applied and self.verdict == 'ok')

    @property
    def is_proof(self) -> bool:
        """Whether a real mail was accepted as the configuration in force, which protects it, says."""
        return self.verdict == 'ok' and self.facts.until == SENT and not self.unprotected


@dataclasses.dataclass
class ServerLog:
    """What was last seen of a server, by subject; when it was last changed for real, and its last proof."""

    seen: dict[str, Seen] = dataclasses.field(default_factory=dict)
    changed: int = NEVER
    proof: Proof | None = None

    def note(self, subject: str, seen: Seen) -> None:
        _note(self.seen, subject, seen)
        if seen.changed and seen.applied is not False:
            self.changed = max(self.changed, seen.order)
        if seen.is_proof and (self.proof is None or self.proof.at <= seen.at):
            self.proof = Proof(seen.at, seen.message_id, seen.queue_id)

    def lay_over(self, newer: ServerLog) -> None:
        for subject, seen in newer.seen.items():
            self.note(subject, seen)
        self.changed = max(self.changed, newer.changed)
        self.proof = max(filter(None, (self.proof, newer.proof)), key=lambda proof: proof.at, default=None)

    @property
    def is_gone(self) -> bool:
        """Whether the server was declared absent, and is so: there is nothing to prove."""
        config = self.seen.get('config')
        return config is not None and config.absent and config.verdict == 'ok' and not config.stands


@dataclasses.dataclass
class HostLog:
    """What was last seen of a host as a whole, by subject, and of each of its servers.

    `reached` is the order of the last result that speaks of its servers, `skipped` the last task of ours that was skipped.
    """

    name: str
    seen: dict[str, Seen] = dataclasses.field(default_factory=dict)
    servers: dict[str, ServerLog] = dataclasses.field(default_factory=dict)
    reached: int = NEVER
    skipped: str = ''

    def note(self, subject: str, seen: Seen) -> None:
        _note(self.seen, subject, seen)

    def server(self, name: str) -> ServerLog:
        return self.servers.setdefault(name, ServerLog())

    def lay_over(self, newer: HostLog) -> None:
        for subject, seen in newer.seen.items():
            self.note(subject, seen)
        for name, log in newer.servers.items():
            self.server(name).lay_over(log)
        self.reached = max(self.reached, newer.reached)
        self.skipped = newer.skipped or self.skipped

    def looks(self) -> t.Iterator[Seen]:
        yield from self.seen.values()
        for server in self.servers.values():
            yield from server.seen.values()


def _note(known: dict[str, Seen], subject: str, seen: Seen) -> None:
    if subject not in known or known[subject].order <= seen.order:
        known[subject] = seen


def lay_over(older: Logs, newer: Logs) -> Logs:
    """Return the older logs with the newer ones laid over them; the older ones are changed."""
    for name, log in newer.items():
        older.setdefault(name, HostLog(name)).lay_over(log)
    return older


def still_there(logs: Logs, inventory: t.Collection[str], sources: t.Sequence[str]) -> Logs:
    """Return the logs without those of hosts that have left the inventory.

    An inventory speaks for the hosts that were last seen by a run with the same sources, or with one that shares hosts with it;
    a list of hosts given by hand (`-i print1,`) speaks for none. So the fleets of two inventories can share a report.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, log in logs.items():
        groups.setdefault(_sources_of(log), []).append(name)
    by_hand = any(',' in source for source in sources)
    gone: set[str] = set()
    for known, names in groups.items():
        if not by_hand and (known == tuple(sources) or not known or set(names) & set(inventory)):
            gone |= set(names) - set(inventory)
    return {name: log for name, log in logs.items() if name not in gone}


def _sources_of(log: HostLog) -> tuple[str, ...]:
    """Return the sources of the inventory of the run that looked last."""
    newest = max(log.looks(), key=lambda seen: seen.order, default=None)
    return tuple(newest.run.inventory) if newest is not None else ()
