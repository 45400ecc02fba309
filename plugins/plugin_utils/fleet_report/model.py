# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The content of a report: the fleet's hosts and servers, each server in exactly one state. Every format is made from it."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ..outcome.drift import describe
from .observations import NO_FACTS, Delivery, Expiry, Facts, HostLog, Proof, Run
from .values import Problem, own_problem


class State(t.NamedTuple):
    """A state of a server: its label, the sign beside its colour, and its meaning."""

    label: str
    sign: str
    meaning: str


# The worst first: the order of every list.
STATES = {
    'failing': State('failing', '✕', 'a send, a check or a task failed'),
    'unprotected': State(
        'unprotected', '⚠', 'a mail was accepted in plaintext, or with certificate or name verification switched off'
    ),
    'unreachable': State('unreachable', '⊘', 'the host could not be reached'),
    'drifted': State('drifted', '≠', 'files or attributes are not as declared and were not corrected'),
    'stale': State('stale', '⌛', 'not checked for too long, or its certificate has expired since'),
    'changed_unproven': State('changed but not proven', '△', 'changed since its last proof, or never proven after a change'),
    'hidden': State('hidden', '◌', 'no_log hides the result'),
    'not_checked': State('not checked', '?', 'nothing is known about it yet'),
    'configured': State('configured', '\u2013', 'files as declared, never proven'),
    'tested': State('tested', '○', 'tested up to handshake or envelope, no mail sent'),
    'proven': State('proven', '✓', 'a mail was accepted over TLS, certificate and name verified, and nothing says otherwise'),
    'delivered': State('delivered', '✔', 'proven, and the mail was found in the mailbox'),
}
NOT_DELIVERED = 'not_delivered'
BAD = ('failing', 'unprotected', 'unreachable', 'drifted', 'stale')
UNKNOWN = ('hidden', 'not_checked')
PROVEN = ('proven', 'delivered')
GOOD = ('configured', 'tested', *PROVEN)
ORDER = {state: number for number, state in enumerate(STATES)}
CRITERION = (
    'Proven means: under the active configuration of the host, the mail server accepted a real mail over TLS after its '
    'certificate and name had been verified, and nothing was changed on that server since. A mail in plaintext, or without that '
    'verification, proves nothing. Delivered means: proven, and that mail was found in the mailbox.'
)


@dataclasses.dataclass
class Server:
    """An InfoPrint server. '' as its name: the host's servers are not known. `problems` begin with the cause of its state.

    `checked` is when something was last learned about it, `looked` when that was last attempted, `changed` when it was last
    changed, `check_mode` whether the last run that checked it did so in check mode only. `drift` has the differences;
    `corrected`: they are corrected. `accepted`: that it is unprotected is intended. `soon` has what expires soon.
    `delivery` is of the last mail, if a mailbox has it; `is_unconfirmed`: a mailbox was asked for it, and gave no answer.
    """

    name: str
    state: str
    checked: str = ''
    looked: str = ''
    changed: str = ''
    check_mode: bool = False
    facts: Facts = NO_FACTS
    trust: list[Expiry] = dataclasses.field(default_factory=list)
    soon: list[Expiry] = dataclasses.field(default_factory=list)
    drift: list[dict[str, str]] = dataclasses.field(default_factory=list)
    corrected: bool = False
    proof: Proof | None = None
    delivery: Delivery | None = None
    is_unconfirmed: bool = False
    accepted: bool = False
    problems: list[Problem] = dataclasses.field(default_factory=list)
    ignored: list[Problem] = dataclasses.field(default_factory=list)

    @property
    def needs_attention(self) -> bool:
        return self.state in BAD and not self.is_accepted

    @property
    def is_accepted(self) -> bool:
        """Whether it sends unprotected, and that is intended."""
        return self.state == 'unprotected' and self.accepted

    @property
    def was_delivered(self) -> bool | None:
        """Whether the last mail that a mailbox knows of was delivered, None if it knows of none."""
        if self.delivery is not None:
            return True
        return False if any(problem.get('code') == NOT_DELIVERED for problem in self.problems) else None

    @property
    def other_rights(self) -> str:
        """The user whose rights the last send used, if that isn't the owner of the working directory; else ''."""
        return self.facts.proven_as if self.facts.proven_as != self.facts.owner else ''

    def endings(self) -> list[Expiry]:
        """Return all that expires: the mail server's certificate, the CAs and the CRLs."""
        return [*filter(None, [self.facts.certificate]), *self.trust]

    def first_ending(self, kind: str) -> Expiry | None:
        """Return the certificate, CA or CRL that expires first, None if none is known."""
        return min(
            (expiry for expiry in self.endings() if expiry.kind == kind), key=lambda expiry: expiry.not_after, default=None
        )

    def cause(self) -> Problem | None:
        """Return the reason for the server's state, or its first remark; None if there is none."""
        is_different = self.drift and not self.corrected
        if is_different and (self.state == 'drifted' or not self.problems):
            return own_problem('drift', '; '.join(map(describe, self.drift)))
        return self.problems[0] if self.problems else None


@dataclasses.dataclass
class Host:
    """A host with its servers in their states, and the log that the states follow from."""

    name: str
    servers: list[Server]
    log: HostLog

    @property
    def is_checked(self) -> bool:
        """Whether any run has a result of it, if only that it could not be reached."""
        return any(True for _observation in self.log.all_observations())

    @property
    def is_reachable(self) -> bool | None:
        """Whether it answered when it was last tried, None if it never was."""
        if not self.is_checked:
            return None
        return not any(one.verdict == 'unreachable' and one.order >= self.log.reached for one in self.log.all_observations())

    @property
    def state(self) -> str:
        """The worst state of its servers."""
        return min((server.state for server in self.servers), key=ORDER.__getitem__)


@dataclasses.dataclass
class Change:
    """A server whose state differs from the report before, or that still needs attention."""

    host: str
    server: str
    before: str
    now: str


@dataclasses.dataclass
class Comparison:
    """The changes since the report of the time `since`."""

    since: str
    new: list[Change]
    fixed: list[Change]
    still: list[Change]
    unknown: list[Change]


@dataclasses.dataclass
class Report:
    """The fleet as it was last observed, by one run or by many. Times are UTC. `unfinished` are plays that never started.

    `runs` are those that its observations are from, the newest last. `merged` names the reports that it was merged from,
    `missing` those that could not be read then.
    """

    title: str
    generated: str
    hosts: list[Host]
    runs: list[Run] = dataclasses.field(default_factory=list)
    unfinished: list[str] = dataclasses.field(default_factory=list)
    merged: list[str] = dataclasses.field(default_factory=list)
    missing: list[str] = dataclasses.field(default_factory=list)
    comparison: Comparison | None = None

    def servers(self) -> t.Iterator[tuple[Host, Server]]:
        for host in self.hosts:
            for server in host.servers:
                yield host, server

    def worst_first(self) -> list[tuple[Host, Server]]:
        return sorted(self.servers(), key=lambda pair: ORDER[pair[1].state])  # a stable sort: then by name

    def counts(self) -> dict[str, int]:
        """Return how many servers are in each state, all states named."""
        counts = collections.Counter(server.state for _host, server in self.servers())
        return {state: counts[state] for state in STATES}
