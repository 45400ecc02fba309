# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads a report.json, as foreign text, into a report of the last observations."""

from __future__ import annotations

import typing as t

from ... import bounded_json
from ...foreign_values import InvalidValue
from .. import times
from ..model import STATES, Change, Comparison, Report
from ..observations import NEVER, VERDICTS, WARN_DAYS, HostLog, Logs, Observation, Run, ServerLog
from ..result_reader import read_delivery, read_drift
from ..state import STALE_DAYS, build_report
from ..values import MOST_GROUPS, MOST_SERVERS, Record, group_names, number, text
from . import from_json_v1 as report_version_1
from .json_parts import Known, read_expiry, read_facts, read_proof
from .to_json import FORMAT, VERSION

# Enough for ten thousand hosts with four servers each, all of them changed: bytes, and values in them, which take memory whatever
# their size.
LARGEST, MOST_VALUES = 96 << 20, 6_000_000
MOST_HOSTS = 50_000
TEXTS = ('message_id', 'queue_id')
FLAGS = ('changed', 'absent', 'unprotected', 'accepted')


def from_json(content: bytes, stale_days: float = STALE_DAYS) -> Report:
    """Return the report in a report.json of this or of version 1.0, its states determined anew. Raises InvalidValue."""
    given = _document(content)
    generated = given.moment('generated')
    if not generated:
        raise InvalidValue('it does not say when it was made')
    known = Known(
        [read_expiry(entry) for entry in given.entries('certificates', MOST_HOSTS)],
        [_read_run(entry) for entry in given.entries('runs', MOST_HOSTS)],
    )
    read_host = _read_host
    if given.get('version') == 1:
        read_host, known = report_version_1.read_host, known._replace(runs=[report_version_1.read_run(given, generated)])
    hosts = given.entries('hosts', MOST_HOSTS + 1)
    if len(hosts) > MOST_HOSTS:
        raise InvalidValue(f'it has more than {MOST_HOSTS} hosts')
    logs: Logs = {log.name: log for log in (read_host(host, known) for host in hosts)}
    report = build_report(given.line('title'), logs, known.runs, generated, stale_days)
    comparison = given.child('comparison')
    report.comparison = None if comparison is None else _read_comparison(comparison)
    report.unfinished, report.merged = given.lines('unfinished'), given.lines('merged')
    report.missing = given.lines('missing')
    return report


def _document(content: bytes) -> Record:
    if len(content) > LARGEST:
        raise InvalidValue(f'it has more than {LARGEST >> 20} MiB')
    try:
        given = bounded_json.load(content, MOST_VALUES, 'utf-8')
    except (ValueError, RecursionError) as error:
        raise InvalidValue(f'it is not valid JSON: {text(str(error), 100)}') from None
    record = Record(given, 'it')
    if record.get('format') != FORMAT or record.get('version') not in (1, VERSION):
        raise InvalidValue(f'it is not a fleet report of version 1 or {VERSION}')
    return record


def _read_run(given: Record) -> Run:
    hosts = given.part('hosts')
    return Run(
        given.line('playbook'),
        given.line('limit'),
        given.lines('tags'),
        given.line('user'),
        given.line('controller'),
        given.texts_by_key('versions'),
        given.moment('started'),
        given.moment('ended'),
        {text(name): hosts.number(name) or 0 for name in hosts.names()},
        given.lines('inventory'),
    )


def _read_host(given: Record, known: Known) -> HostLog:
    name = given.name('name')
    if not name:
        raise InvalidValue('a host without a name')
    log = HostLog(name, _read_observations(given, known), {}, _read_order(given, 'reached'), given.line('skipped'))
    log.groups = group_names(given.items('groups', MOST_GROUPS))
    for server in given.entries('servers', MOST_SERVERS):
        server_log = server.child('log')
        if server_log is not None:
            log.servers[server.line('name')] = _read_server(server_log, known)
    gone = given.part('gone')
    for name in gone.names():
        log.servers[text(name)] = _read_server(gone.part(name), known)
    return log


def _read_server(given: Record, known: Known) -> ServerLog:
    log = ServerLog()
    for subject, observation in _read_observations(given, known).items():
        log.note(subject, observation)
    log.changed = max(log.changed, _read_order(given, 'changed'))
    log.proof = read_proof(given) or log.proof
    return log


def _read_order(given: Record, key: str) -> int:
    return given.number(key, 0, times.LATEST) or NEVER


def _read_observations(given: Record, known: Known) -> dict[str, Observation]:
    observations = given.part('seen')
    return {text(subject): _read_observation(observations.part(subject), known) for subject in observations.names()}


def _read_observation(given: Record, known: Known) -> Observation:
    plain: dict[str, t.Any] = {key: given.line(key) for key in TEXTS}
    plain.update((key, given.is_true(key)) for key in FLAGS)
    when, applied = given.moment('at'), given.get('applied', True)
    if not when:
        raise InvalidValue('an observation without a time')
    return Observation(
        _read_order(given, 'order'),
        when,
        '',
        known.run(given),
        verdict=given.choice('verdict', VERDICTS, 'ok'),
        **plain,
        applied=applied if isinstance(applied, bool) else None,
        facts=read_facts(given, known),
        trust=known.trust(given),
        drift=read_drift(given),
        problems=given.problems(),
        ignored=given.problems('ignored'),
        delivery=None if (delivery := given.child('delivery')) is None else read_delivery(delivery, delivery.number('delay_ms')),
        warn_days=number(given.get('warn_days', WARN_DAYS)) or 0,
    )


def _read_comparison(given: Record) -> Comparison:
    parts = [[_read_change(entry) for entry in given.entries(key, MOST_HOSTS)] for key in ('new', 'fixed', 'still', 'unknown')]
    return Comparison(given.moment('since'), *parts)


def _read_change(given: Record) -> Change:
    before, now = (given.choice(key, ('', *STATES)) for key in ('before', 'now'))
    return Change(given.name('host'), given.line('server'), before, now)
