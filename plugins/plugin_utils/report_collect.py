# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A run's events as they come, kept by host and server; at the end each server's state is judged from what was seen last."""
from __future__ import annotations

import dataclasses
import typing as t

from . import report_values as values
from .report_judge import ELSEWHERE, judge
from .report_model import Host, Server
from .report_seen import COLLECTION, Seen, failure, has_error, read_servers, subject_of
from .report_values import Odd


class Event(t.NamedTuple):
    """What one task gave for one host. `status` is ok, failed, skipped or unreachable; `module` '' is none of ours.

    `check_mode` None: it is not known whether changes were really made. `may_go_on`: the failure or unreachability was ignored.
    """
    host: str
    task: str
    module: str
    status: str
    result: t.Mapping[str, t.Any]
    at: str
    check_mode: bool | None = False
    may_go_on: bool = False
    delegated: str = ''  # the host that the task ran for, where that is another


@dataclasses.dataclass
class HostLog:
    """What was last seen of a host as a whole, and of each of its servers, by subject."""
    name: str
    seen: dict[str, Seen] = dataclasses.field(default_factory=dict)
    servers: dict[str, dict[str, Seen]] = dataclasses.field(default_factory=dict)
    reached: int = 0  # number of the last result that speaks of servers
    skipped: str = ''  # the last task of ours that was skipped


class Collector:
    """Takes the events of a run. `odd` are results that could not be read, in words."""

    def __init__(self) -> None:
        self.odd: list[str] = []
        self._logs: dict[str, HostLog] = {}
        self._planned: dict[str, None] = {}
        self._number = 0

    def expect(self, hosts: t.Iterable[str]) -> None:
        """Hosts of a play of ours: they stand in the report whatever happens."""
        self._planned.update(dict.fromkeys(hosts))

    def take(self, event: Event) -> None:
        """Note an event. Never raises for what stands in a result."""
        results = event.result.get('results') if event.module and isinstance(event.result, t.Mapping) else None
        items = [item for item in results if isinstance(item, t.Mapping)] if isinstance(results, list) and results else []
        for item in items or [event.result]:
            self._number += 1
            # What a module of ours finds is true of the host that it ran for.
            host = _delegated(item) or event.delegated or event.host if event.module else event.host
            if event.module:
                self._planned[host] = None
            log = self._logs.setdefault(host, HostLog(host))
            self._take_one(log, event._replace(result=item, status=_status(item, event.status) if items else event.status))

    def _take_one(self, log: HostLog, event: Event) -> None:
        result = event.result
        base = Seen(self._number, event.at, event.module, applied=None if event.check_mode is None else not event.check_mode)
        if event.status == 'unreachable':
            message = result.get('msg')
            base.verdict, base.problems = 'unreachable', [{
                'code': 'unreachable', 'severity': 'error', 'message': values.text(message) if isinstance(message, str) else '',
                'hint': 'See whether the host is up, and whether ssh lets the controller in.'}]
            log.seen[subject_of(event.module) or ELSEWHERE] = base
        elif not event.module:
            if event.status == 'failed' and not event.may_go_on:
                told = {} if 'censored' in result else result
                base.verdict, base.problems = 'failing', [failure(told, event.task)]
                log.seen[ELSEWHERE] = base
        elif event.status == 'skipped':
            log.skipped = event.task
        else:
            self._take_ours(log, event, base)

    def _take_ours(self, log: HostLog, event: Event, base: Seen) -> None:
        subject = subject_of(event.module, base.applied)
        if 'censored' in event.result:
            base.verdict = 'failing' if event.status == 'failed' else 'hidden'
            base.problems = [{
                'code': 'hidden', 'severity': 'error' if event.status == 'failed' else 'info',
                'message': f'no_log hides what {event.module} found{", it failed" if event.status == "failed" else ""}.',
                'hint': 'Take no_log off this task: our modules show no secrets.'}]
            log.seen[subject] = base
            return
        try:
            found = read_servers(dict(event.result, failed=event.status == 'failed'), base)
        except Odd as error:
            self.odd.append(f'{event.host}, {event.module}: {error}')
            base.verdict, base.problems = 'failing', [{
                'code': 'unreadable_result', 'severity': 'error',
                'message': f'The result of {event.module} could not be read: {error}.',
                'hint': 'See the output of the run with -v; collection and controller may be of different versions.'}]
            log.seen[subject] = base
            return
        if not found and (event.status == 'failed' or has_error(event.result)):
            base.verdict, base.problems = 'failing', [failure(event.result)]
            log.seen[subject] = base
        elif found is not None:
            log.reached = base.number
            for name, seen in found.items():
                log.servers.setdefault(name, {})[subject] = seen

    def hosts(self, failed: t.Mapping[str, int]) -> list[Host]:
        """Return the hosts with their servers judged. In: how many failures a host has that were not rescued or ignored."""
        found = []
        for name in sorted(self._planned):
            log = self._logs.get(name, HostLog(name))
            if log.seen.get(ELSEWHERE, Seen(0, '', '')).verdict == 'failing' and (not failed.get(name) or _has_failed(log)):
                del log.seen[ELSEWHERE]  # it was rescued, or follows from what a task of ours has found
            found.append(Host(values.text(name, values.LONGEST_NAME) or 'a host without a name', _servers(log)))
        return found


def _servers(log: HostLog) -> list[Server]:
    """Return a host's servers; one without a name where none is known."""
    present = [name for name, seen in sorted(log.servers.items()) if not _is_gone(seen)]
    names = present or sorted(log.servers) or ['']
    return [judge(name, log.seen, log.servers.get(name, {}), log.reached, log.skipped) for name in names]


def _is_gone(seen: t.Mapping[str, Seen]) -> bool:
    """Whether a server was declared absent, and is so: there is nothing to prove, beside servers for which there is."""
    config = seen.get('config')
    return config is not None and config.absent and config.verdict == 'ok' and not config.stands


def _has_failed(log: HostLog) -> bool:
    """Whether a result of ours already says why the host failed."""
    found = [log.seen, *log.servers.values()]
    return any(seen.verdict == 'failing' or seen.stands for of in found for subject, seen in of.items() if subject != ELSEWHERE)


def _delegated(item: object) -> str:
    told = item.get('_ansible_delegated_vars') if isinstance(item, t.Mapping) else None
    host = told.get('ansible_delegated_host') if isinstance(told, t.Mapping) else None
    return host if isinstance(host, str) else ''


def _status(item: t.Mapping[str, t.Any], of_all: str) -> str:
    """Return the status of one item of a loop."""
    for key in ('unreachable', 'failed', 'skipped'):
        if item.get(key):
            return key
    return 'ok' if of_all in ('ok', 'failed') else of_all


def module_of(action: str) -> str:
    """Return the name of our module that an action is, '' for others, and for the one that speaks of no host."""
    name = action[len(COLLECTION):] if action.startswith(COLLECTION) else ''
    return '' if name == 'merge_reports' else name
