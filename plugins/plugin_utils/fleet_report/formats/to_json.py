# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""report.json: the report for programs, and what the next run updates."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..model import CRITERION, Report, Server
from ..observations import NEVER, WARN_DAYS, Expiry, Facts, HostLog, Observation, Run, ServerLog
from ..summary import verdict

FORMAT = 'printops.infoprint/fleet_report'
VERSION = 2
# Values that an observation leaves out.
USUAL: dict[str, t.Any] = {'applied': True, 'verdict': 'ok', 'warn_days': WARN_DAYS}


def to_json(report: Report) -> str:
    """Return the text of report.json: one line per host, empty keys left out, and shared values once."""
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
        'missing': report.missing,
        'servers': report.counts(),
        'comparison': report.comparison and _plain(report.comparison),
        'certificates': [_plain(expiry) for expiry in shared.expiries],
    }
    lines = [f'"{key}": {_dump(value)}' for key, value in head.items()]
    return '{\n' + ',\n'.join(lines) + ',\n"hosts": [\n' + hosts + '\n]\n}\n'


class Shared:
    """The certificates, CAs and CRLs of a report, each once, and its runs; observations have their numbers."""

    def __init__(self, runs: t.Sequence[Run]) -> None:
        self.runs = {id(run): number for number, run in enumerate(runs)}
        self.expiries: list[Expiry] = []
        self._numbers: dict[tuple[t.Any, ...], int] = {}

    def number(self, what: Expiry) -> int:
        number = self._numbers.setdefault(dataclasses.astuple(what), len(self.expiries))
        if number == len(self.expiries):
            self.expiries.append(what)
        return number


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'))


def _plain(value: t.Any, apart: t.Collection[str] = ()) -> t.Any:
    """Return a value of the model as JSON has it, without the fields in `apart`; what is empty is left out."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return value
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.name not in apart}
    return {key: _plain(item) for key, item in fields.items() if _is_there(item)}


def _is_there(value: object) -> bool:
    return bool(value) or (value == 0 and value is not False)


def _facts(facts: Facts, shared: Shared) -> dict[str, t.Any]:
    """Return the facts, which are beside what else is said of a server or in a result."""
    numbered = {key: shared.number(fact) if isinstance(fact, Expiry) else fact for key, fact in facts._asdict().items()}
    return {key: fact for key, fact in numbered.items() if _is_there(fact)}


def _server(server: Server, host: HostLog, shared: Shared) -> dict[str, t.Any]:
    entry = {
        'name': server.name,
        **_plain(server, ('facts', 'trust', 'soon')),
        **_facts(server.facts, shared),
        **_numbers(shared, trust=server.trust, soon=server.soon),
    }
    if server.looked == server.checked:
        entry.pop('looked', None)
    log = host.servers.get(server.name)
    return {**entry, 'log': _server_log(log, shared)} if log is not None else entry


def _numbers(shared: Shared, **lists: list[Expiry]) -> dict[str, list[int]]:
    return {key: [shared.number(what) for what in expiries] for key, expiries in lists.items() if expiries}


def _host_log(log: HostLog, shared: Shared) -> dict[str, t.Any]:
    entry = {
        'reached': log.reached if log.reached != NEVER else None,
        'skipped': log.skipped,
        'groups': log.groups,
        'seen': {subject: _observation(observation, shared) for subject, observation in log.observations.items()},
    }
    return {key: value for key, value in entry.items() if value}


def _server_log(log: ServerLog, shared: Shared) -> dict[str, t.Any]:
    """Return the log of a server; what follows from its observations is left out."""
    follows = ServerLog()
    for subject, observation in log.observations.items():
        follows.note(subject, observation)
    entry = {
        'changed': log.changed if log.changed != follows.changed else None,
        'proof': _plain(log.proof) if log.proof != follows.proof else None,
        'seen': {subject: _observation(observation, shared) for subject, observation in log.observations.items()},
    }
    return {key: value for key, value in entry.items() if value}


def _observation(observation: Observation, shared: Shared) -> dict[str, t.Any]:
    entry = {
        **_plain(observation, ('run', 'module', 'applied', 'facts', 'trust')),
        'run': shared.runs[id(observation.run)],
        'applied': observation.applied,
        **_facts(observation.facts, shared),
        **_numbers(shared, trust=observation.trust),
    }
    return {key: value for key, value in entry.items() if key not in USUAL or value != USUAL[key]}
