# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The last observation of each host and server on each subject, from whichever run: what their states are determined from.

A later observation replaces an earlier one on the same subject, whether better or worse. So a run over a part of the fleet, or
over some subjects, leaves everything else as it was last observed.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils.vocabulary import SENT
from .values import Problem

Logs = dict[str, 'HostLog']  # by the host's name
NEVER = 0
WARN_DAYS = 30
VERDICTS = ('unreachable', 'failing', 'hidden', 'ok')  # the worst first


class ExpiryKind(t.NamedTuple):
    """What an Expiry can be: its label, and how a sentence about it begins, before its name."""

    label: str
    subject: str


EXPIRY_KINDS = {
    'certificate': ExpiryKind('certificate', 'The certificate'),
    'ca': ExpiryKind('CA', 'The CA'),
    'crl': ExpiryKind('CRL', 'The CRL of'),
}


@dataclasses.dataclass(eq=False)
class Run:
    """A run that checked servers: what was run, by whom, on which hosts. Times are UTC, `ended` is '' while it runs.

    `hosts` counts those of the inventory, those in plays of this collection (seen) and those that answered (reached).
    `inventory` has the sources of the inventory.
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
    """A certificate, CA or CRL that expires: `kind` is one of EXPIRY_KINDS, `not_after` in UTC.

    The last four are of CRLs: `source` is the address that it was fetched from, `fetched` when that last answered with it.
    """

    kind: str
    name: str
    not_after: str
    file: str = ''
    issuer: str = ''
    this_update: str = ''
    number: int | None = None
    source: str = ''
    fetched: str = ''


@dataclasses.dataclass
class Proof:
    """The last mail that proved a server: when it was accepted (UTC), and how to find it in logs and mailboxes."""

    at: str
    message_id: str = ''
    queue_id: str = ''


@dataclasses.dataclass
class Delivery:
    """What a mailbox and the relay say of a mail: how long it took, in milliseconds, None if that is not known; who received it,
    by which protocol, from which EHLO name and address, with which TLS."""

    delay_ms: int | None = None
    by: str = ''
    protocol: str = ''
    helo: str = ''
    address: str = ''
    tls: str = ''


ASSUMED = 'assumed'  # in place of a profile: nothing of the product's own mailer was observed


class Facts(t.NamedTuple):
    """What a send, or in part a validation, shows of a server and its connection; '' and None: it is not known.

    `profile` is the one that the send followed, or ASSUMED for none.
    """

    mode: str = ''
    mail_server: str = ''
    tls_version: str = ''
    cipher: str = ''
    certificate: Expiry | None = None
    until: str = ''
    total_ms: int | None = None
    proven_as: str = ''
    owner: str = ''
    profile: str = ''

    def over(self, earlier: Facts) -> Facts:
        """Return the earlier facts with all that is known here in their place."""
        return Facts._make(now or before for now, before in zip(self, earlier, strict=True))


NO_FACTS = Facts()


@dataclasses.dataclass
class Observation:
    """What one result says of one server (or, without a name, of its host).

    `verdict` is one of VERDICTS; `order` is the time in microseconds since 1970, unique among the results of a
    run: it orders the results of all runs.
    `applied` says whether what `changed` was really changed, as it is not in check mode; None: unknown.
    `unprotected`: a mail was accepted, but in plaintext, or without certificate or name having been verified; `accepted`: that is
    intended. `delivery` is of the mail `message_id`, if a mailbox has it. `warn_days` is how many days before an expiry to warn
    of it.
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
    delivery: Delivery | None = None
    warn_days: int = WARN_DAYS

    @property
    def has_drift(self) -> bool:
        """Whether there is drift that was not corrected."""
        return bool(self.drift) and not (self.changed and self.applied and self.verdict == 'ok')

    @property
    def is_proof(self) -> bool:
        """Whether a real mail was accepted under the active configuration, which protects it."""
        return self.verdict == 'ok' and self.facts.until == SENT and not self.unprotected


@dataclasses.dataclass
class ServerLog:
    """The last observations of a server, by subject; when it was last really changed, and its last proof."""

    observations: dict[str, Observation] = dataclasses.field(default_factory=dict)
    changed: int = NEVER
    proof: Proof | None = None

    def note(self, subject: str, observation: Observation) -> None:
        _note(self.observations, subject, observation)
        if observation.changed and observation.applied is not False:
            self.changed = max(self.changed, observation.order)
        if observation.is_proof and (self.proof is None or self.proof.at <= observation.at):
            self.proof = Proof(observation.at, observation.message_id, observation.queue_id)

    def merge_newer(self, newer: ServerLog) -> None:
        for subject, observation in newer.observations.items():
            self.note(subject, observation)
        self.changed = max(self.changed, newer.changed)
        self.proof = max(filter(None, (self.proof, newer.proof)), key=lambda proof: proof.at, default=None)

    @property
    def is_gone(self) -> bool:
        """Whether the server was declared absent, and is absent: there is nothing to prove."""
        config = self.observations.get('config')
        return config is not None and config.absent and config.verdict == 'ok' and not config.has_drift


@dataclasses.dataclass
class HostLog:
    """The last observations of a host as a whole, by subject, and of each of its servers.

    `reached` is the order of the last result with its servers, `skipped` the last task of this collection that was skipped,
    `groups` the inventory's groups that the host is in, as far as is known.
    """

    name: str
    observations: dict[str, Observation] = dataclasses.field(default_factory=dict)
    servers: dict[str, ServerLog] = dataclasses.field(default_factory=dict)
    reached: int = NEVER
    skipped: str = ''
    groups: list[str] = dataclasses.field(default_factory=list)

    def note(self, subject: str, observation: Observation) -> None:
        _note(self.observations, subject, observation)

    def server(self, name: str) -> ServerLog:
        return self.servers.setdefault(name, ServerLog())

    def merge_newer(self, newer: HostLog) -> None:
        for subject, observation in newer.observations.items():
            self.note(subject, observation)
        for name, log in newer.servers.items():
            self.server(name).merge_newer(log)
        self.reached = max(self.reached, newer.reached)
        self.skipped = newer.skipped or self.skipped
        self.groups = newer.groups or self.groups

    def all_observations(self) -> t.Iterator[Observation]:
        yield from self.observations.values()
        for server in self.servers.values():
            yield from server.observations.values()


def _note(known: dict[str, Observation], subject: str, observation: Observation) -> None:
    if subject not in known or known[subject].order <= observation.order:
        known[subject] = observation


def merge_newer(older: Logs, newer: Logs) -> Logs:
    """Update the older logs with the newer ones, and return them."""
    for name, log in newer.items():
        older.setdefault(name, HostLog(name)).merge_newer(log)
    return older


def without_departed(logs: Logs, inventory: t.Collection[str], sources: t.Sequence[str]) -> Logs:
    """Return the logs without those of hosts that have left the inventory.

    An inventory decides on the hosts that were last observed by a run with the same sources, or with one that shares hosts with
    it; a list of hosts on the command line (`-i print1,`) decides on none. So the fleets of two inventories can share a report.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, log in logs.items():
        groups.setdefault(_sources_of(log), []).append(name)
    is_list = any(',' in source for source in sources)
    departed: set[str] = set()
    for known, names in groups.items():
        if not is_list and (known == tuple(sources) or not known or set(names) & set(inventory)):
            departed |= set(names) - set(inventory)
    return {name: log for name, log in logs.items() if name not in departed}


def _sources_of(log: HostLog) -> tuple[str, ...]:
    """Return the sources of the inventory of the last run that observed the host."""
    newest = max(log.all_observations(), key=lambda observation: observation.order, default=None)
    return tuple(newest.run.inventory) if newest is not None else ()
