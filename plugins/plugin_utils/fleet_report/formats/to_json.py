# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""report.json: the report for programs, and what the next run lays its own results over."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..log import NEVER, WARN_DAYS, Expiry, HostLog, Run, Seen, ServerLog
from ..model import CRITERION, Report, Server
from ..summary import verdict

FORMAT = 'printops.infoprint/fleet_report'
VERSION = 2
NO_RUN = Run()
# Left out of what was seen.
USUAL: dict[str, t.Any] = {'applied': True, 'verdict': 'ok', 'warn_days': WARN_DAYS}


def to_json(report: Report) -> str:
    """Return the text of report.json: one line per host, keys that say nothing left out, and what many servers share once."""
    shared = Shared(report.runs)
    hosts = ',\n'.join(
        _dump(
            {
                'name': host.name,
                'state': host.state,
                **_host_log(host.log, shared),
                'servers': [_server(server, host.log, shared) for server in host.servers],
                'gone': {
                    name: _server_log(log, shared)
                    for name, log in host.log.servers.items()
                    if name not in [server.name for server in host.servers]
                },
            }
        )
        for host in report.hosts
    )
    head = {
        'format': FORMAT,
        'version': VERSION,
        'title': report.title,
        'verdict': verdict(report),
        'criterion': CRITERION,
        'generated': report.generated,
        'runs': [_plain(run) for run in report.runs],
        'unfinished': report.unfinished,
        'merged': report.merged,
        'servers': report.counts(),
        'comparison': report.comparison and _plain(report.comparison),
        'certificates': [_plain(one) for one in shared.found],
    }
    lines = [f'"{key}": {_dump(value)}' for key, value in head.items()]
    return '{\n' + ',\n'.join(lines) + ',\n"hosts": [\n' + hosts + '\n]\n}\n'


class Shared:
    """The certificates, CAs and CRLs of a report, each once, and its runs; what was seen has their numbers."""

    def __init__(self, runs: t.Sequence[Run]) -> None:
        self.runs = {id(run): number for number, run in enumerate(runs)}
        self.found: list[Expiry] = []
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, what: Expiry) -> int:
        number = self._numbers.setdefault((what.kind, what.name, what.not_after, what.file, what.issuer), len(self.found))
        if number == len(self.found):
            self.found.append(what)
        return number


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'))


def _plain(value: t.Any) -> t.Any:
    """Return a value of the model as JSON has it; what is empty is left out."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not dataclasses.is_dataclass(value):
        return value
    found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {key: _plain(one) for key, one in found.items() if one or (one == 0 and one is not False)}


def _server(server: Server, host: HostLog, shared: Shared) -> dict[str, t.Any]:
    told = {'name': server.name, **_plain(dataclasses.replace(server, certificate=None, trust=[], soon=[]))}
    if server.looked == server.checked:
        told.pop('looked', None)
    if server.certificate is not None:
        told['certificate'] = shared.number(server.certificate)
    for key in ('trust', 'soon'):
        if getattr(server, key):
            told[key] = [shared.number(what) for what in getattr(server, key)]
    log = host.servers.get(server.name)
    return {**told, 'log': _server_log(log, shared)} if log is not None else told


def _host_log(log: HostLog, shared: Shared) -> dict[str, t.Any]:
    told = {
        'reached': log.reached if log.reached != NEVER else None,
        'skipped': log.skipped,
        'seen': {subject: _seen(one, shared) for subject, one in log.seen.items()},
    }
    return {key: value for key, value in told.items() if value}


def _server_log(log: ServerLog, shared: Shared) -> dict[str, t.Any]:
    """Return what was seen of a server; what follows from that is left out."""
    follows = ServerLog()
    for subject, one in log.seen.items():
        follows.note(subject, one)
    told = {
        'changed': log.changed if log.changed != follows.changed else None,
        'proof': _plain(log.proof) if log.proof != follows.proof else None,
        'seen': {subject: _seen(one, shared) for subject, one in log.seen.items()},
    }
    return {key: value for key, value in told.items() if value}


def _seen(one: Seen, shared: Shared) -> dict[str, t.Any]:
    told: dict[str, t.Any] = _plain(dataclasses.replace(one, run=NO_RUN, module='', certificate=None, trust=[]))
    told.update(run=shared.runs[id(one.run)], applied=one.applied)
    for key, usual in USUAL.items():
        if told.get(key) == usual:
            del told[key]
    if one.certificate is not None:
        told['certificate'] = shared.number(one.certificate)
    if one.trust:
        told['trust'] = [shared.number(what) for what in one.trust]
    return told
