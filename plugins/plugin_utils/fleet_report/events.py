# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A run's events as they come, kept as what was last seen of each host and server."""

from __future__ import annotations

import typing as t

from ...module_utils.vocabulary import ERROR
from ..foreign_values import Malformed
from . import times, values
from .log import NEVER, WARN_DAYS, HostLog, Logs, Run, Seen
from .result_reader import COLLECTION, failure, has_error, read_servers, subject_of
from .state import ELSEWHERE
from .values import Record


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
    warn_days: int = WARN_DAYS
    order: int = 0  # `at` in microseconds since 1970, where that is known so exactly


class Collector:
    """Takes the events of a run. `odd` are results that could not be read, in words."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.odd: list[str] = []
        self._logs: dict[str, HostLog] = {}
        self._planned: dict[str, None] = {}
        self._order = 0

    def expect(self, hosts: t.Iterable[str]) -> None:
        """Hosts of a play of ours: they stand in the report whatever happens."""
        self._planned.update(dict.fromkeys(hosts))

    def take(self, event: Event) -> None:
        """Note an event. Never raises for what stands in a result."""
        results = event.result.get('results') if event.module and isinstance(event.result, t.Mapping) else None
        items = [item for item in results if isinstance(item, t.Mapping)] if isinstance(results, list) and results else []
        for item in items or [event.result]:
            self._order = max(self._order + 1, event.order or times.microseconds(event.at))
            # What a module of ours finds is true of the host that it ran for.
            host = _delegated(item) or event.delegated or event.host if event.module else event.host
            if event.module:
                self._planned[host] = None
            log = self._log(host)
            self._take_one(log, event._replace(result=item, status=_status(item, event.status) if items else event.status))

    def _log(self, host: str) -> HostLog:
        return self._logs.setdefault(host, HostLog(values.host_name(host)))

    def _take_one(self, log: HostLog, event: Event) -> None:
        result = event.result
        base = Seen(
            self._order,
            event.at,
            event.module,
            self.run,
            warn_days=event.warn_days,
            applied=None if event.check_mode is None else not event.check_mode,
        )
        if event.status == 'unreachable':
            message = result.get('msg')
            base.verdict = 'unreachable'
            base.problems = [values.own_problem('unreachable', values.text(message) if isinstance(message, str) else '')]
            log.note(subject_of(event.module) or ELSEWHERE, base)
        elif not event.module:
            if event.status == 'failed' and not event.may_go_on:
                told = {} if 'censored' in result else result
                base.verdict, base.problems = 'failing', [failure(Record(told, 'the result'), event.task)]
                log.note(ELSEWHERE, base)
        elif event.status == 'skipped':
            log.skipped = event.task
        else:
            self._take_ours(log, event, base)

    def _take_ours(self, log: HostLog, event: Event, base: Seen) -> None:
        subject = subject_of(event.module, base.applied)
        if 'censored' in event.result:
            failed = event.status == 'failed'
            base.verdict = 'failing' if failed else 'hidden'
            message = f'no_log hides what {event.module} found{", it failed" if failed else ""}.'
            base.problems = [values.own_problem('hidden', message, severity=ERROR if failed else '')]
            log.note(subject, base)
            return
        try:
            found = read_servers(dict(event.result, failed=event.status == 'failed'), base)
        except Malformed as error:
            self.odd.append(f'{event.host}, {event.module}: {error}')
            message = f'The result of {event.module} could not be read: {error}.'
            base.verdict, base.problems = 'failing', [values.own_problem('unreadable_result', message)]
            log.note(subject, base)
            return
        record = Record(event.result, 'the result')
        if not found and (event.status == 'failed' or has_error(record)):
            base.verdict, base.problems = 'failing', [failure(record)]
            log.note(subject, base)
        elif found is not None:
            log.reached = base.order
            for name, seen in found.items():
                log.server(name).note(subject, seen)

    def logs(self, failed: t.Mapping[str, int]) -> Logs:
        """Return what was seen of every host that was expected.

        In: how many failures a host has that were not rescued or ignored.
        """
        found = {}
        for name in self._planned:
            log = self._log(name)
            elsewhere = log.seen.get(ELSEWHERE)
            if elsewhere and elsewhere.verdict == 'failing' and (not failed.get(name) or _has_failed(log)):
                del log.seen[ELSEWHERE]  # it was rescued, or follows from what a task of ours has found
            found[log.name] = log
        return found

    def reached(self) -> int:
        """Return how many hosts have answered."""
        return sum(log.reached != NEVER for log in self._logs.values())


def _has_failed(log: HostLog) -> bool:
    """Whether a result of ours already says why the host failed."""
    of = [log.seen, *(server.seen for server in log.servers.values())]
    return any(
        seen.verdict == 'failing' or seen.stands or seen.unprotected
        for known in of
        for subject, seen in known.items()
        if subject != ELSEWHERE
    )


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
    name = action[len(COLLECTION) :] if action.startswith(COLLECTION) else ''
    return '' if name == 'merge_reports' else name
