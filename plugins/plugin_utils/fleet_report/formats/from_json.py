# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A report.json read back, as foreign text, for a report of what was last seen."""

from __future__ import annotations

import typing as t

from ... import bounded_json
from .. import values
from ..log import NEVER, WARN_DAYS, HostLog, Logs, Run, Seen, ServerLog
from ..model import STATES, Change, Comparison, Report
from ..state import STALE_DAYS, judged
from ..values import Odd
from . import from_json_v1 as report_version_1
from .json_parts import MODES, Known, one_of, read_drift, read_expiry, read_proof
from .to_json import FORMAT, VERSION

# What is read, ten thousand hosts with four servers each: bytes, and values in them, which take memory whatever their size.
LARGEST, MOST_VALUES = 48 << 20, 4_000_000
MOST_HOSTS = 50_000
VERDICTS = ('ok', 'failing', 'unreachable', 'hidden')
SEEN_TEXTS = ('until', 'mail_server', 'tls_version', 'cipher', 'message_id', 'queue_id', 'proven_as', 'owner')
SEEN_FLAGS = ('changed', 'absent', 'unprotected', 'accepted')


def from_json(content: bytes, stale_days: float = STALE_DAYS) -> Report:
    """Return a report that was written by `to_json`, or by version 1.0 of the collection, judged anew. Raises Odd."""
    given = _document(content)
    generated = values.moment(given.get('generated'))
    if not generated:
        raise Odd('it does not say when it was made')
    names = {key: [values.text(one) for one in values.sequence(given.get(key), key)] for key in ('unfinished', 'merged')}
    known = Known(
        [read_expiry(one) for one in values.sequence(given.get('certificates'), 'certificates', MOST_HOSTS)],
        [_read_run(one) for one in values.sequence(given.get('runs'), 'runs', MOST_HOSTS)],
    )
    read_host = _read_host
    if given['version'] == 1:
        read_host, known = report_version_1.read_host, known._replace(runs=[report_version_1.read_run(given, generated)])
    logs: Logs = {}
    hosts = values.sequence(given.get('hosts'), 'hosts', MOST_HOSTS + 1)
    if len(hosts) > MOST_HOSTS:
        raise Odd(f'it has more than {MOST_HOSTS} hosts')
    for one in hosts:
        log = read_host(one, known)
        logs[log.name] = log
    report = judged(values.text(given.get('title')), logs, known.runs, generated, stale_days)
    comparison = given.get('comparison')
    report.comparison = None if comparison is None else _read_comparison(comparison)
    report.unfinished, report.merged = names['unfinished'], names['merged']
    return report


def _document(content: bytes) -> t.Mapping[str, t.Any]:
    if len(content) > LARGEST:
        raise Odd(f'it has more than {LARGEST >> 20} MiB')
    try:
        given = bounded_json.load(content, MOST_VALUES, 'utf-8')
    except (ValueError, RecursionError) as error:
        raise Odd(f'it is no JSON of ours: {values.text(str(error), 100)}') from None
    found = values.mapping(given, 'it')
    if found.get('format') != FORMAT or found.get('version') not in (1, VERSION):
        raise Odd(f'it is not a fleet report of version 1 or {VERSION}')
    return found


def _read_run(value: object) -> Run:
    given = values.mapping(value, 'a run')
    texts: dict[str, t.Any] = {key: values.text(given.get(key)) for key in ('playbook', 'limit', 'user', 'controller')}
    lists: dict[str, t.Any] = {
        key: [values.text(one) for one in values.sequence(given.get(key), key)] for key in ('tags', 'inventory')
    }
    versions, hosts = (values.mapping(given.get(key) or {}, key) for key in ('versions', 'hosts'))
    return Run(
        **texts,
        **lists,
        started=values.moment(given.get('started')),
        ended=values.moment(given.get('ended')),
        versions={values.text(name): values.text(version) for name, version in versions.items()},
        hosts={values.text(name): values.integer(number, 0) or 0 for name, number in hosts.items()},
    )


def _read_host(value: object, known: Known) -> HostLog:
    given = values.mapping(value, 'a host')
    name = values.text(given.get('name'), values.LONGEST_NAME)
    if not name:
        raise Odd('a host without a name')
    log = HostLog(name, _read_all_seen(given, known), {}, _read_order(given.get('reached')), values.text(given.get('skipped')))
    for one in values.sequence(given.get('servers'), 'servers', values.MOST_SERVERS):
        server = values.mapping(one, 'a server')
        if server.get('log') is not None:
            log.servers[values.text(server.get('name'))] = _read_server(server['log'], known)
    for gone, one in values.mapping(given.get('gone') or {}, 'gone').items():
        log.servers[values.text(gone)] = _read_server(one, known)
    return log


def _read_server(value: object, known: Known) -> ServerLog:
    given = values.mapping(value, 'the log of a server')
    log = ServerLog()
    for subject, seen in _read_all_seen(given, known).items():
        log.note(subject, seen)
    log.changed = max(log.changed, _read_order(given.get('changed')))
    log.proof = read_proof(given.get('proof')) or log.proof
    return log


def _read_order(value: object) -> int:
    return values.integer(value, 0, values.LATEST) or NEVER


def _read_all_seen(given: t.Mapping[str, t.Any], known: Known) -> dict[str, Seen]:
    found = values.mapping(given.get('seen') or {}, 'seen')
    return {values.text(subject): _read_seen(one, known) for subject, one in found.items()}


def _read_seen(value: object, known: Known) -> Seen:
    given = values.mapping(value, 'what was seen')
    plain: dict[str, t.Any] = {key: values.text(given.get(key)) for key in SEEN_TEXTS}
    plain.update((key, given.get(key) is True) for key in SEEN_FLAGS)
    when, applied, certificate = given.get('at'), given.get('applied', True), given.get('certificate')
    if not values.moment(when):
        raise Odd('what was seen at no time')
    return Seen(
        _read_order(given.get('order')),
        values.moment(when),
        '',
        known.run(given.get('run')),
        verdict=one_of(VERDICTS, given.get('verdict', 'ok'), 'verdict'),
        mode=one_of(MODES, given.get('mode', ''), 'mode'),
        **plain,
        applied=applied if isinstance(applied, bool) else None,
        certificate=None if certificate is None else known.certificate(certificate),
        trust=[known.certificate(one) for one in values.sequence(given.get('trust'), 'trust')],
        drift=[read_drift(one) for one in values.sequence(given.get('drift'), 'drift')],
        problems=values.problems(given.get('problems')),
        ignored=values.problems(given.get('ignored')),
        total_ms=values.integer(given.get('total_ms'), 0),
        warn_days=values.integer(given.get('warn_days', WARN_DAYS), 0) or 0,
    )


def _read_comparison(value: object) -> Comparison:
    given = values.mapping(value, 'comparison')
    parts = [
        [_read_change(one) for one in values.sequence(given.get(key), key, MOST_HOSTS)]
        for key in ('new', 'fixed', 'still', 'unknown')
    ]
    return Comparison(values.moment(given.get('since')), *parts)


def _read_change(value: object) -> Change:
    given = values.mapping(value, 'a change')
    states = (one_of(('', *STATES), given.get(key, ''), key) for key in ('before', 'now'))
    before, now = states
    return Change(values.text(given.get('host'), values.LONGEST_NAME), values.text(given.get('server')), before, now)
