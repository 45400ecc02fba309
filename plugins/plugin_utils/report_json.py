# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""report.json: written from a report, and read back as foreign text, for a comparison or to be merged."""
from __future__ import annotations

import dataclasses
import json
import typing as t

from . import report_values as values
from .report_model import STATES, Change, Comparison, Expiry, Host, Proof, Report, Server
from .report_summary import verdict
from .report_values import Odd

FORMAT = 'printops.infoprint/fleet_report'
VERSION = 1
LARGEST = 64 << 20  # bytes that are read
MOST_HOSTS = 100_000
KINDS = ('certificate', 'ca', 'crl')
MODES = ('', 'plaintext', 'starttls', 'smtps')


def to_json(report: Report) -> str:
    """Return the text of report.json: one line per host, keys that say nothing left out, and what many servers share once."""
    shared = Shared()
    hosts = ',\n'.join(_dump({
        'name': host.name, 'state': host.state, 'servers': [_server(server, shared) for server in host.servers],
    }) for host in report.hosts)
    head = {
        'format': FORMAT, 'version': VERSION, 'title': report.title, 'verdict': verdict(report),
        'generated': report.generated, 'started': report.started, 'check_mode': report.check_mode,
        'playbooks': report.playbooks, 'unfinished': report.unfinished, 'merged': report.merged,
        'servers': report.counts(), 'comparison': report.comparison and _plain(report.comparison),
        'certificates': [_plain(one) for one in shared.found],
    }
    lines = [f'"{key}": {_dump(value)}' for key, value in head.items()]
    return '{\n' + ',\n'.join(lines) + ',\n"hosts": [\n' + hosts + '\n]\n}\n'


class Shared:
    """The certificates, CAs and CRLs of a report, each once; a server has their numbers."""

    def __init__(self) -> None:
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


def _server(server: Server, shared: Shared) -> dict[str, t.Any]:
    told = {'name': server.name, **_plain(dataclasses.replace(server, certificate=None, trust=[]))}
    if server.proof is not None and server.proof.at == server.checked:
        del told['checked']
    if server.certificate is not None:
        told['certificate'] = shared.number(server.certificate)
    if server.trust:
        told['trust'] = [shared.number(what) for what in server.trust]
    return told


def from_json(content: bytes) -> Report:
    """Return a report that was written by `to_json`, by whatever version of ours that has this format. Raises Odd."""
    if len(content) > LARGEST:
        raise Odd(f'it has more than {LARGEST >> 20} MiB')
    try:
        given = json.loads(content.decode('utf-8'))
    except (ValueError, RecursionError) as error:
        raise Odd(f'it is not JSON: {values.text(str(error), 100)}') from None
    given = values.mapping(given, 'it')
    if given.get('format') != FORMAT or given.get('version') != VERSION:
        raise Odd(f'it is not a fleet report of version {VERSION}')
    generated = values.moment(given.get('generated'))
    if not generated:
        raise Odd('it does not say when it was made')
    names = {key: [values.text(one) for one in values.sequence(given.get(key), key)]
             for key in ('playbooks', 'unfinished', 'merged')}
    known = [_read_expiry(one) for one in values.sequence(given.get('certificates'), 'certificates', MOST_HOSTS)]
    comparison = given.get('comparison')
    return Report(
        values.text(given.get('title')), generated, values.moment(given.get('started')) or generated,
        given.get('check_mode') is True, names['playbooks'],
        [_read_host(one, known) for one in values.sequence(given.get('hosts'), 'hosts', MOST_HOSTS)],
        names['unfinished'], names['merged'], None if comparison is None else _read_comparison(comparison))


def _read_host(value: object, known: t.Sequence[Expiry]) -> Host:
    given = values.mapping(value, 'a host')
    servers = [_read_server(one, known) for one in values.sequence(given.get('servers'), 'servers', values.MOST_SERVERS)]
    name = values.text(given.get('name'), values.LONGEST_NAME)
    if not servers or not name:
        raise Odd('a host without a name or servers')
    return Host(name, servers)


def _read_server(value: object, known: t.Sequence[Expiry]) -> Server:
    given = values.mapping(value, 'a server')
    texts = {key: values.text(given.get(key)) for key in ('name', 'mail_server', 'tls_version', 'cipher', 'until')}
    certificate, proof = given.get('certificate'), _read_proof(given.get('proof'))
    return Server(
        state=_one_of(STATES, given.get('state'), 'state'), mode=_one_of(MODES, given.get('mode', ''), 'mode'), **texts,
        checked=values.moment(given.get('checked')) or (proof.at if proof else ''),
        total_ms=values.integer(given.get('total_ms'), 0), corrected=given.get('corrected') is True,
        certificate=None if certificate is None else _known(certificate, known),
        trust=[_known(one, known) for one in values.sequence(given.get('trust'), 'trust')],
        drift=[_read_drift(one) for one in values.sequence(given.get('drift'), 'drift')],
        proof=proof,
        problems=values.problems(given.get('problems')), ignored=values.problems(given.get('ignored')))


def _known(number: object, known: t.Sequence[Expiry]) -> Expiry:
    index = values.integer(number, 0, len(known) - 1)
    if index is None:
        raise Odd('a certificate that it does not have')
    return known[index]


def _read_expiry(value: object) -> Expiry:
    given = values.mapping(value, 'a certificate')
    end = values.moment(given.get('not_after'))
    if not end:
        raise Odd('a certificate without an end')
    names = (values.text(given.get(key), values.LONGEST_NAME) for key in ('name', 'issuer'))
    name, issuer = names
    return Expiry(_one_of(KINDS, given.get('kind'), 'kind'), name, end, values.text(given.get('file')), issuer)


def _read_drift(value: object) -> dict[str, str]:
    given = values.mapping(value, 'an entry of drift')
    kept = {key: values.text(given[key]) for key in ('file', 'keyword', 'kind', 'before', 'after') if given.get(key) is not None}
    return {'file': '', 'kind': '', **kept}


def _read_proof(value: object) -> Proof | None:
    given = values.mapping(value or {}, 'proof')
    when = values.moment(given.get('at'))
    return Proof(when, values.text(given.get('message_id')), values.text(given.get('queue_id'))) if when else None


def _read_comparison(value: object) -> Comparison:
    given = values.mapping(value, 'comparison')
    parts = [[_read_change(one) for one in values.sequence(given.get(key), key, MOST_HOSTS)]
             for key in ('new', 'fixed', 'still', 'unknown')]
    return Comparison(values.moment(given.get('since')), *parts)


def _read_change(value: object) -> Change:
    given = values.mapping(value, 'a change')
    states = (_one_of(('', *STATES), given.get(key, ''), key) for key in ('before', 'now'))
    before, now = states
    return Change(values.text(given.get('host'), values.LONGEST_NAME), values.text(given.get('server')), before, now)


def _one_of(choices: t.Collection[str], value: object, what: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise Odd(f'{what} is {values.text(value) if isinstance(value, str) else values.kind_of(value)}')
    return value
