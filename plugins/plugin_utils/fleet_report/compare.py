# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compares reports, and merges several of slices or days into one."""

from __future__ import annotations

import typing as t

from .model import GOOD, Change, Comparison, Report, Server
from .observations import HostLog, Logs, merge_newer
from .state import STALE_DAYS, build_report

Servers = dict[str, dict[str, Server]]  # by host, then by name


def compare(before: Report, now: Report) -> Comparison:
    """Return which servers newly need attention, which no longer do, which still do, and of which that did nothing new is known.

    Each server is compared with its last known state.
    """
    old, new = _by_name(before), _by_name(now)
    result = Comparison(before.generated, [], [], [], [])
    for host in sorted({**old, **new}):
        names = sorted({name for side in (old, new) for name in side.get(host, {}) if name}) or ['']
        for name in names:
            was, server = _find(old, host, name), _find(new, host, name)
            group = _group(result, was, server)
            if group is not None:
                group.append(Change(host, name, was.state if was else '', server.state if server else ''))
    return result


def _group(result: Comparison, was: Server | None, server: Server | None) -> list[Change] | None:
    """Return the part of the comparison that a server belongs to, None for one that is well as before."""
    was_bad = was is not None and was.needs_attention
    if server is None or (was is not None and server.looked == was.looked and server.state == was.state):
        return result.unknown if was_bad else None
    if server.needs_attention:
        return result.still if was_bad else result.new
    if not was_bad:
        return None
    return result.fixed if server.state in GOOD or server.is_accepted else result.unknown


def _find(servers: Servers, host: str, name: str) -> Server | None:
    """Return a server; an entry without a name, as of a host that can't be reached, stands for every server there."""
    of_host = servers.get(host, {})
    return of_host.get(name) or of_host.get('')


def _by_name(report: Report) -> Servers:
    return {host.name: {server.name: server for server in host.servers} for host in report.hosts}


def logs_of(report: Report) -> Logs:
    return {host.name: host.log for host in report.hosts}


def merge(reports: t.Sequence[Report], title: str, hosts: t.Iterable[str] = (), stale_days: float = STALE_DAYS) -> Report:
    """Return one report of the last observations of all, at the time of the newest. Raises ValueError if there is no report.

    `hosts` are listed in any case.
    """
    if not reports:
        raise ValueError('there is no report to merge')
    ordered = sorted(reports, key=lambda report: report.generated)
    newest = ordered[-1]
    logs: Logs = {name: HostLog(name) for name in hosts}
    for report in ordered:
        merge_newer(logs, logs_of(report))
    merged = build_report(title or newest.title, logs, newest.runs, newest.generated, stale_days)
    merged.unfinished = list(dict.fromkeys(name for report in ordered for name in report.unfinished))
    merged.missing = list(dict.fromkeys(name for report in ordered for name in report.missing))
    merged.merged = [f'{report.title}, {report.generated}' for report in ordered]
    return merged
