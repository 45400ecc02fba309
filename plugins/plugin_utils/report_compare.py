# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reports beside each other: what has changed from one to the next, and several of slices or days made into one."""
from __future__ import annotations

import dataclasses
import typing as t

from .report_model import BAD, GOOD, Change, Comparison, Host, Report, Server

Servers = dict[str, dict[str, Server]]  # by host, then by name


def compare(before: Report, now: Report) -> Comparison:
    """Return what is newly bad, what was bad and is well, what was bad and still is, and what was bad and is not known now."""
    old, new = _by_name(before), _by_name(now)
    result = Comparison(before.generated, [], [], [], [])
    for host in sorted({**old, **new}):
        names = sorted({name for side in (old, new) for name in side.get(host, {}) if name}) or ['']
        for name in names:
            was, state = _state(old, host, name), _state(new, host, name)
            if state in BAD:
                group = result.still if was in BAD else result.new
            elif was in BAD:
                group = result.fixed if state in GOOD else result.unknown
            else:
                continue
            group.append(Change(host, name, was, state))
    return result


def _state(servers: Servers, host: str, name: str) -> str:
    """Return a server's state; an entry without a name, as of a host that can't be reached, speaks of every server there."""
    of_host = servers.get(host, {})
    server = of_host.get(name) or of_host.get('')
    return server.state if server is not None else ''


def _by_name(report: Report) -> Servers:
    return {host.name: {server.name: server for server in host.servers} for host in report.hosts}


def with_last_proofs(now: Report, before: Report) -> None:
    """Give servers that were not proven in this run the time of their last proof from the report before. Changes `now`."""
    old = _by_name(before)
    for host, server in now.servers():
        was = old.get(host.name, {}).get(server.name)
        if server.proof is None and was is not None:
            server.proof = was.proof


def merge(reports: t.Sequence[Report], title: str) -> Report:
    """Return one report: of each server what the newest report with its host says of it, of a host that has no server there
    (as one that can't be reached) that for each server that is known of it. Raises ValueError where there is no report.
    """
    if not reports:
        raise ValueError('there is no report to merge')
    ordered = sorted(reports, key=lambda report: report.generated)
    hosts: dict[str, dict[str, Server]] = {}
    for report in ordered:
        for host in report.hosts:
            hosts[host.name] = _over(hosts.get(host.name, {}), host)
    newest = ordered[-1]
    return Report(
        title or newest.title, newest.generated, ordered[0].started, any(report.check_mode for report in reports),
        list(dict.fromkeys(name for report in ordered for name in report.playbooks)),
        [Host(name, [servers[key] for key in sorted(servers)]) for name, servers in sorted(hosts.items())],
        list(dict.fromkeys(name for report in ordered for name in report.unfinished)),
        [f'{report.title}, {report.generated}' for report in ordered])


def _over(known: dict[str, Server], host: Host) -> dict[str, Server]:
    """Return the servers of a host with what a newer report says of it laid over them."""
    named = {server.name: server for server in host.servers if server.name}
    nameless = next((server for server in host.servers if not server.name), None)
    found = {name: server for name, server in known.items() if name or not named}
    if nameless is not None:
        names = [name for name in found if name]
        return {name: dataclasses.replace(nameless, name=name, proof=found[name].proof) for name in names} or {'': nameless}
    for name, server in named.items():
        was = found.get(name)
        found[name] = server if server.proof or was is None else dataclasses.replace(server, proof=was.proof)
    return found
