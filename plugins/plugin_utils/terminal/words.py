# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task of this collection did on a host, in words: one line of all its servers, or with -v a table of them."""

from __future__ import annotations

import re
import typing as t

from ..fleet_report.events import OBSERVING
from ..fleet_report.model import STATES
from ..fleet_report.values import Record

MOST_NAMED = 4  # servers that are named in a line; of more it says how many
_BACKUP_TIME = re.compile('/([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})[0-9]{2}Z-[0-9]+\\Z')
HEADINGS = ('SERVER', 'CHANGE', 'SENT TO', 'TLS', 'CERT', 'RESULT')
DONE = {'configured': 'as declared'}  # where a state's label says less than what was done


def line(result: t.Mapping[str, t.Any], module: str, states: t.Mapping[str, str], check: bool) -> str:
    """Return the line; `states` are those of the servers, by name, after this result. Raises InvalidValue."""
    groups: dict[str, list[str]] = {}
    for entry in Record(result, 'the result').entries('servers'):
        name = entry.line('name')
        groups.setdefault(_done(entry, module, states.get(name, ''), check), []).append(name)
    return '; '.join(f'{_names(servers)} {done}' for done, servers in groups.items() if done)


def _names(servers: t.Sequence[str]) -> str:
    return ', '.join(servers) if len(servers) <= MOST_NAMED and all(servers) else f'{len(servers)} servers'


def _done(entry: Record, module: str, state: str, check: bool) -> str:
    """Return what was done with one server, and the state that it is in then."""
    if module == 'sendmemo_rollback':
        return _rolled_back(entry, check)
    if module == OBSERVING:
        return 'would be observed' if check else 'as it was before'
    if module == 'server_attributes':
        return _set_attributes(entry, check)
    label = DONE.get(state) or (STATES[state].label if state in STATES else '')
    if not entry.is_true('changed'):
        return label
    if check:
        return 'would be changed'
    return label if state == 'changed_unproven' else f'changed, {label}' if label else 'changed'


def _rolled_back(entry: Record, check: bool) -> str:
    if not entry.is_true('changed'):
        return 'not rolled back'
    time = _BACKUP_TIME.search(entry.line('restored'))
    until = ' active until {}-{}-{} {}:{} UTC'.format(*time.groups()) if time else ''
    return f'{"would be " if check else ""}rolled back to the set{until}'


def _set_attributes(entry: Record, check: bool) -> str:
    changed = 'would be changed' if check else 'changed'
    return f'attributes {changed if entry.is_true("changed") else "as declared"}'


def table(result: t.Mapping[str, t.Any], module: str, states: t.Mapping[str, str], check: bool) -> list[list[str]]:
    """Return the rows of a table of the servers, the headings first, without the columns that are empty. Raises InvalidValue."""
    rows = [list(HEADINGS)]
    for entry in Record(result, 'the result').entries('servers'):
        sent = entry.part('send') if entry.get('send') is not None else entry
        state = states.get(entry.line('name'), '')
        rows.append(
            [
                entry.line('name') or entry.line('path'),
                _change(entry, check),
                *_session(sent),
                _result(entry, sent, module, state, check),
            ]
        )
    filled = [column for column in range(len(HEADINGS)) if any(row[column] for row in rows[1:])]
    return [[row[column] for column in filled] for row in rows] if len(rows) > 1 else []


def _change(entry: Record, check: bool) -> str:
    if entry.get('changed') is None:
        return ''
    count = len(entry.entries('drift'))
    if not entry.is_true('changed'):
        return f'{count} differ' if count else 'none'
    return f'{count or "?"} {"expected" if check else "made"}'


def _session(sent: Record) -> tuple[str, str, str]:
    """Return the mail server, the TLS version and the days that its certificate has left."""
    host, port = sent.line('smtp_host'), sent.number('smtp_port')
    version = sent.part('tls').line('version') if sent.get('tls') is not None else ''
    days = sent.part('certificate').number('days_left', low=-100_000) if sent.get('certificate') is not None else None
    return f'{host}:{port}' if host and port else '', version, '' if days is None else f'{days} days'


def _result(entry: Record, sent: Record, module: str, state: str, check: bool) -> str:
    """Return the state, and the queue id of an accepted mail."""
    if module == OBSERVING:
        return ''
    done = _rolled_back(entry, check) if module == 'sendmemo_rollback' else STATES[state].label if state in STATES else ''
    queue_id = sent.part('reply').line('queue_id') if sent.get('reply') is not None else ''
    return f'{done} ({queue_id})' if queue_id else done
