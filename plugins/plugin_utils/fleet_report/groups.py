# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The inventory's groups with the states of their servers: which site or kind of host is in trouble."""

from __future__ import annotations

import collections
import typing as t

from .model import STATES, Report

MOST = 500  # groups that are shown


class GroupOfHosts(t.NamedTuple):
    """A group of the inventory: how many servers it has, how many of them need attention, and how many are in each state."""

    name: str
    servers: int
    attention: int
    counts: dict[str, int]


def by_group(report: Report) -> list[GroupOfHosts]:
    """Return the groups, those with the most servers that need attention first.

    One with every host says nothing that the verdict doesn't, and is left out.
    """
    hosts: collections.Counter[str] = collections.Counter()
    states: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    attention: collections.Counter[str] = collections.Counter()
    for host in report.hosts:
        hosts.update(host.log.groups)
        for name in host.log.groups:
            states[name].update(server.state for server in host.servers)
            attention[name] += sum(server.needs_attention for server in host.servers)
    found = [
        GroupOfHosts(name, counts.total(), attention[name], {state: counts[state] for state in STATES if counts[state]})
        for name, counts in states.items()
        if hosts[name] < len(report.hosts)
    ]
    return sorted(found, key=lambda group: (-group.attention, group.name))
