# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The metrics of hosts, and of the last run: how much of the fleet it covered, and with which versions."""

from __future__ import annotations

import typing as t

from ..model import Report
from ..observations import Run

Sample = tuple[dict[str, str], float]


def _reachable(report: Report) -> t.Iterator[Sample]:
    for host in report.hosts:
        if host.is_reachable is not None:
            yield {'host': host.name}, int(host.is_reachable)


def _last_run(report: Report) -> Run:
    return report.runs[-1] if report.runs else Run()


def _of_run(report: Report) -> t.Iterator[Sample]:
    for part, count in _last_run(report).hosts.items():
        yield {'part': part}, count


def _info(report: Report) -> list[Sample]:
    run = _last_run(report)
    facts = {'playbook': run.playbook, 'limit': run.limit, **run.versions}
    return [({name: value for name, value in facts.items() if value}, 1)]


HOST_METRICS: dict[str, tuple[str, t.Callable[[Report], t.Iterable[Sample]]]] = {
    'sendmemo_host_reachable': ('Whether the host answered when it was last tried (1), or not (0).', _reachable),
    'sendmemo_hosts': ('Hosts of the report.', lambda report: [({}, len(report.hosts))]),
    'sendmemo_hosts_checked': (
        'Hosts of the report that any run has a result of.',
        lambda report: [({}, sum(host.is_checked for host in report.hosts))],
    ),
    'sendmemo_run_hosts': (
        'Hosts of the last run: in its inventory, in its plays (seen), and how many answered (reached).',
        _of_run,
    ),
    'sendmemo_run_info': ('The last run: its playbook, its limit and the versions of what ran it, as labels.', _info),
}
