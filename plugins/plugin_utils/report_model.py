# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a report says: the fleet's hosts and servers, each server in exactly one state. Everything else is made from this."""
from __future__ import annotations

import collections
import dataclasses
import typing as t

from .drift_report import describe
from .report_values import Problem


class State(t.NamedTuple):
    """A state of a server: how it is called, the sign that stands beside its colour, and what it means."""
    label: str
    sign: str
    meaning: str


# The worst first: the order of every list.
STATES = {
    'failing': State('failing', '✕', 'a send, a check or a task failed'),
    'unreachable': State('unreachable', '⊘', 'the host could not be reached'),
    'drifted': State('drifted', '≠', 'files or attributes are not as declared, and stay so'),
    'hidden': State('hidden', '◌', 'no_log hides what was found'),
    'not_checked': State('not checked', '?', 'nothing was found out in this run'),
    'configured': State('configured', '-', 'files as declared, no proof since'),
    'tested': State('tested', '○', 'tried up to handshake or envelope, no mail sent'),
    'proven': State('proven', '✓', 'a real mail was handed over, and nothing later says otherwise'),
}
BAD = ('failing', 'unreachable', 'drifted')
UNKNOWN = ('hidden', 'not_checked')
GOOD = ('configured', 'tested', 'proven')
ORDER = {state: number for number, state in enumerate(STATES)}


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
    """The last mail that was handed over: when (UTC), and how to find it in logs and mailboxes."""
    at: str
    message_id: str = ''
    queue_id: str = ''


@dataclasses.dataclass
class Server:
    """An InfoPrint server. '' as its name: the host's servers are not known. `problems` begin with the cause of its state.

    `drift` has what was found to differ; `corrected` says that it does no longer.
    """
    name: str
    state: str
    checked: str = ''
    mode: str = ''
    mail_server: str = ''
    tls_version: str = ''
    cipher: str = ''
    certificate: Expiry | None = None
    trust: list[Expiry] = dataclasses.field(default_factory=list)
    drift: list[dict[str, str]] = dataclasses.field(default_factory=list)
    corrected: bool = False
    proof: Proof | None = None
    until: str = ''
    total_ms: int | None = None
    problems: list[Problem] = dataclasses.field(default_factory=list)
    ignored: list[Problem] = dataclasses.field(default_factory=list)

    def endings(self) -> list[Expiry]:
        """Return all that ends: the mail server's certificate, the CAs and the CRLs."""
        return [*([self.certificate] if self.certificate else []), *self.trust]

    def first_ending(self, kind: str) -> Expiry | None:
        """Return the certificate, CA or CRL that ends first, None where none is known."""
        return min((one for one in self.endings() if one.kind == kind), key=lambda one: one.not_after, default=None)

    def cause(self) -> Problem | None:
        """Return why the server is not well, or what is to be known of it; None where there is nothing to say."""
        if self.problems:
            return self.problems[0]
        if self.drift and not self.corrected:
            return {'code': 'drift', 'severity': 'warning', 'message': '; '.join(map(describe, self.drift)),
                    'hint': 'Run printops.infoprint.converge to bring it into the declared state.'}
        return None


@dataclasses.dataclass
class Host:
    name: str
    servers: list[Server]

    @property
    def state(self) -> str:
        """The worst state of its servers."""
        return min((server.state for server in self.servers), key=ORDER.__getitem__)


@dataclasses.dataclass
class Change:
    """A server whose state is another than in the report before, or that is still bad."""
    host: str
    server: str
    before: str
    now: str


@dataclasses.dataclass
class Comparison:
    """What has changed since the report of the time `since`."""
    since: str
    new: list[Change]
    fixed: list[Change]
    still: list[Change]
    unknown: list[Change]


@dataclasses.dataclass
class Report:
    """A run's report, or several merged. Times are UTC. `unfinished` are plays that were never begun."""
    title: str
    generated: str
    started: str
    check_mode: bool
    playbooks: list[str]
    hosts: list[Host]
    unfinished: list[str] = dataclasses.field(default_factory=list)
    merged: list[str] = dataclasses.field(default_factory=list)
    comparison: Comparison | None = None

    def servers(self) -> t.Iterator[tuple[Host, Server]]:
        for host in self.hosts:
            for server in host.servers:
                yield host, server

    def worst_first(self) -> list[tuple[Host, Server]]:
        return sorted(self.servers(), key=lambda pair: ORDER[pair[1].state])  # of equals the order stays: by name

    def counts(self) -> dict[str, int]:
        """Return how many servers are in each state, all states named."""
        found = collections.Counter(server.state for _host, server in self.servers())
        return {state: found[state] for state in STATES}
