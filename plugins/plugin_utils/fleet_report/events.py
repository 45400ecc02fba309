# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Collects the events of a run into the last observations of each host and server."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils.vocabulary import ERROR
from ..core_objects import without_core
from ..foreign_values import InvalidValue
from . import times, values
from .observations import NEVER, WARN_DAYS, HostLog, Logs, Observation, Run
from .result_reader import COLLECTION, failure, has_error, read_deliveries, read_servers, subject_of
from .state import ELSEWHERE, evaluate
from .values import Problem, Record

OF_NO_HOST = ('merge_reports', 'archive_report', 'mail_report', 'crl_verdict')
CONFIRMING = 'confirm_delivery'  # whose result is of many hosts, and not of the one that its task runs on
OBSERVING = 'observe_sendmemo'  # which leaves a server as it was, and checks nothing of it: only a failure is reported


class Event(t.NamedTuple):
    """The result of one task on one host. `status` is ok, failed, skipped or unreachable; `module` '' is none of this collection.

    `check_mode` None: it is unknown whether changes were really made. `may_go_on`: the failure or unreachability was ignored.
    """

    host: str
    task: str
    module: str
    status: str
    result: t.Mapping[str, t.Any]
    at: str
    check_mode: bool | None = False
    may_go_on: bool = False
    delegated: str = ''  # the host that the task ran for, if it is another one
    warn_days: int = WARN_DAYS
    order: int = 0  # `at` in microseconds since 1970, if it is known so exactly


class Collector:
    """Takes the events of a run. `unreadable` has, in words, the results that could not be read."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.unreadable: list[str] = []
        self._logs: dict[str, HostLog] = {}
        self._planned: dict[str, None] = {}
        self._order = 0

    def expect(self, hosts: t.Iterable[str]) -> None:
        """Add hosts of a play of this collection: they are listed in the report whatever happens."""
        self._planned.update(dict.fromkeys(hosts))

    def take(self, event: Event) -> None:
        """Record an event. Never raises for the content of a result."""
        for one in _each(event):
            self._order = max(self._order + 1, event.order or times.microseconds(event.at))
            if one.module == CONFIRMING:
                if not self._take_deliveries(one):
                    self._take_item(self._log(one.host), one._replace(module=''))
                continue
            if one.module == OBSERVING:
                self._take_item(self._log(one.host), one._replace(module=''))
                continue
            host = one.host
            if one.module:  # what a module of this collection reports is true of the host that it ran for
                host = _delegated(one.result) or one.delegated or one.host
                self._planned[host] = None
            self._take_item(self._log(host), one)

    def _take_deliveries(self, event: Event) -> bool:
        """Record what a mailbox says of the mails of many hosts. False: nothing, it failed as any task does."""
        if event.status == 'skipped':
            return True
        base = Observation(self._order, event.at, event.module, self.run, warn_days=event.warn_days, applied=True)
        if 'censored' in event.result:
            problem = values.own_problem('hidden', f'no_log hides what {event.module} reported.')
            return self._note_everywhere(dataclasses.replace(base, verdict='hidden', problems=[problem]))
        try:
            deliveries = read_deliveries(event.result, base)
        except InvalidValue as error:
            self.unreadable.append(f'{event.host}, {event.module}: {error}')
            problem = values.own_problem('unreadable_result', f'The result of {event.module} could not be read: {error}.')
            return self._note_everywhere(dataclasses.replace(base, verdict='failing', problems=[problem]))
        for host, server, subject, observation in deliveries:
            self._planned[host] = None
            self._log(host).server(server).note(subject, observation)
        return event.status == 'ok' or bool(deliveries)

    def _note_everywhere(self, observation: Observation) -> bool:
        """Note an observation of all hosts, since it can be about each of them; return True."""
        for host in self._planned:
            self._log(host).note(subject_of(observation.module), observation)
        return True

    def _log(self, host: str) -> HostLog:
        return self._logs.setdefault(host, HostLog(values.host_name(host)))

    def _take_item(self, log: HostLog, event: Event) -> None:
        result = event.result
        base = Observation(
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
            said = without_core(values.text(message)) if isinstance(message, str) else ''
            base.problems = [values.own_problem('unreachable', said)]
            log.note(subject_of(event.module) or ELSEWHERE, base)
        elif not event.module:
            if event.status == 'failed' and not event.may_go_on:
                shown = {} if 'censored' in result else result
                base.verdict, base.problems = 'failing', [*_causes(log), failure(Record(shown, 'the result'), event.task)]
                log.note(ELSEWHERE, base)
        elif event.status == 'skipped':
            log.skipped = event.task
        else:
            self._take_module_result(log, event, base)

    def _take_module_result(self, log: HostLog, event: Event, base: Observation) -> None:
        subject = subject_of(event.module, base.applied)
        if 'censored' in event.result:
            failed = event.status == 'failed'
            base.verdict = 'failing' if failed else 'hidden'
            message = f'no_log hides what {event.module} reported{", it failed" if failed else ""}.'
            base.problems = [values.own_problem('hidden', message, severity=ERROR if failed else '')]
            log.note(subject, base)
            return
        try:
            servers = read_servers(dict(event.result, failed=event.status == 'failed'), base)
        except InvalidValue as error:
            self.unreadable.append(f'{event.host}, {event.module}: {error}')
            message = f'The result of {event.module} could not be read: {error}.'
            base.verdict, base.problems = 'failing', [values.own_problem('unreadable_result', message)]
            log.note(subject, base)
            return
        record = Record(event.result, 'the result')
        if not servers and (event.status == 'failed' or has_error(record)):
            base.verdict, base.problems = 'failing', [failure(record)]
            log.note(subject, base)
        elif servers is not None:
            log.reached = base.order
            for name, subject_of_server, observation in servers:
                log.server(name).note(subject_of_server, observation)

    def logs(self, failed: t.Mapping[str, int]) -> Logs:
        """Return the log of every host that was expected.

        In: how many failures a host has that were not rescued or ignored.
        """
        logs = {}
        for name in self._planned:
            log = self._log(name)
            elsewhere = log.observations.get(ELSEWHERE)
            if elsewhere and elsewhere.verdict == 'failing' and (not failed.get(name) or _has_failed(log)):
                del log.observations[ELSEWHERE]  # it was rescued, or follows from the result of a task of this collection
            logs[log.name] = log
        return logs

    def states(self, host: str) -> dict[str, str]:
        """Return the state of each of a host's servers as this run has observed it so far; that of '' if they are not known."""
        log = self._log(host)
        return {name: evaluate(name, log).state for name in log.servers or ('',)}

    def reached(self) -> int:
        """Return how many hosts have answered."""
        return sum(log.reached != NEVER for log in self._logs.values())


def _each(event: Event) -> t.Iterator[Event]:
    """Yield the event, or one for each item of a loop of a module of this collection."""
    results = event.result.get('results') if event.module and isinstance(event.result, t.Mapping) else None
    items = [item for item in results if isinstance(item, t.Mapping)] if isinstance(results, list) else []
    if not items:
        yield event
    for item in items:
        yield event._replace(result=item, status=_status(item, event.status))


def _causes(log: HostLog) -> list[Problem]:
    """Return the problems of the failure that a further failure follows from: nothing was reported since."""
    earlier = log.observations.get(ELSEWHERE)
    is_cause = earlier is not None and earlier.verdict == 'failing' and earlier.order > log.reached
    return earlier.problems if earlier is not None and is_cause else []


def _has_failed(log: HostLog) -> bool:
    """Whether a result of this collection already says why the host failed."""
    of = [log.observations, *(server.observations for server in log.servers.values())]
    return any(
        observation.verdict == 'failing' or observation.has_drift or observation.unprotected
        for known in of
        for subject, observation in known.items()
        if subject != ELSEWHERE
    )


def _delegated(item: object) -> str:
    delegated = item.get('_ansible_delegated_vars') if isinstance(item, t.Mapping) else None
    host = delegated.get('ansible_delegated_host') if isinstance(delegated, t.Mapping) else None
    return host if isinstance(host, str) else ''


def _status(item: t.Mapping[str, t.Any], of_all: str) -> str:
    """Return the status of one item of a loop."""
    for key in ('unreachable', 'failed', 'skipped'):
        if item.get(key):
            return key
    return 'ok' if of_all in ('ok', 'failed') else of_all


def concerns_hosts(action: str) -> bool:
    """Return whether an action is a module of this collection whose result is about the host that it runs for."""
    return module_of(action) not in ('', CONFIRMING)


def module_of(action: str) -> str:
    """Return the name of this collection's module that an action is; '' for others, and for those that concern no host."""
    name = action[len(COLLECTION) :] if action.startswith(COLLECTION) else ''
    return '' if name in OF_NO_HOST else name
