# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo.prom: the text format of Prometheus, for node_exporter's textfile collector. METRICS is the reference's table too."""

from __future__ import annotations

import math
import typing as t

from .. import times
from ..expiry_calendar import endings
from ..model import PROVEN, Host, Report, Server
from ..observations import Delivery, Expiry
from .crl_metrics import CRL_METRICS
from .host_metrics import HOST_METRICS

Sample = tuple[dict[str, str], float]
QUANTILES = (0.5, 0.9, 1)


def _of_servers(value_of: t.Callable[[Server], float | None]) -> t.Callable[[Report], t.Iterator[Sample]]:
    """Return a function that makes a sample of each server that has a value."""

    def samples(report: Report) -> t.Iterator[Sample]:
        for host, server in report.servers():
            value = value_of(server)
            if value is not None:
                yield _labels(host, server), value

    return samples


def _labels(host: Host, server: Server) -> dict[str, str]:
    return {'host': host.name, 'server': server.name}


def _seconds(when: str) -> int:
    return times.seconds(when)


def _delay(delivery: Delivery | None) -> float | None:
    return None if delivery is None or delivery.delay_ms is None else delivery.delay_ms / 1000


def _info(report: Report) -> t.Iterator[Sample]:
    for host, server in report.servers():
        cause = server.cause() or {}
        facts = {
            'state': server.state,
            'mode': server.facts.mode,
            'tls_version': server.facts.tls_version,
            'code': cause.get('code', ''),
        }
        yield {**_labels(host, server), **{key: value for key, value in facts.items() if value}}, 1


def _durations(report: Report) -> t.Iterator[Sample]:
    """Yield quantiles alone: a series for each server would make the file a tenth larger."""
    taken = sorted(server.facts.total_ms for _host, server in report.servers() if server.facts.total_ms is not None)
    for quantile in QUANTILES if taken else ():
        yield {'quantile': f'{quantile:g}'}, taken[math.ceil(quantile * len(taken)) - 1] / 1000


def _names(what: Expiry) -> dict[str, str]:
    return {'kind': what.kind, 'name': what.name, 'not_after': what.not_after}


def _expiries(report: Report) -> t.Iterator[Sample]:
    for ending in endings(report):
        yield _names(ending.what), _seconds(ending.what.not_after)


def _users(report: Report) -> t.Iterator[Sample]:
    for ending in endings(report):
        yield _names(ending.what), len(ending.users)


METRICS: dict[str, tuple[str, t.Callable[[Report], t.Iterable[Sample]]]] = {
    'sendmemo_report_timestamp_seconds': (
        'When a run last wrote the report, in seconds since 1970.',
        lambda report: [({}, _seconds(report.generated))],
    ),
    'sendmemo_report_complete': (
        'Whether every play of the run was begun and no report was missing when it was merged (1), or not (0).',
        lambda report: [({}, int(not report.unfinished and not report.missing))],
    ),
    'sendmemo_servers': (
        'Servers by state.',
        lambda report: [({'state': state}, count) for state, count in report.counts().items()],
    ),
    'sendmemo_server_info': (
        'Each server, with its state, how its mail was sent, TLS version and the code of its cause as labels.',
        _info,
    ),
    'sendmemo_server_proven': (
        'Whether the server is proven by a real mail over TLS, and nothing later says otherwise (1), or not (0).',
        _of_servers(lambda server: int(server.state in PROVEN)),
    ),
    'sendmemo_server_needs_attention': (
        'Whether somebody has to act: failing, unreachable, drifted, stale, or unprotected and not accepted (1), or not (0).',
        _of_servers(lambda server: int(server.needs_attention)),
    ),
    'sendmemo_server_checked_timestamp_seconds': (
        'When something was last learned about the server, in seconds since 1970.',
        _of_servers(lambda server: _seconds(server.checked) if server.checked else None),
    ),
    'sendmemo_server_last_proof_timestamp_seconds': (
        'When the server was last proven, in seconds since 1970.',
        _of_servers(lambda server: _seconds(server.proof.at) if server.proof else None),
    ),
    'sendmemo_delivered': (
        'Whether the last mail that a mailbox was asked for was found there (1), or was lost (0).',
        _of_servers(lambda server: None if server.was_delivered is None else int(server.was_delivered)),
    ),
    'sendmemo_delivery_delay_seconds': (
        'How long that mail took from the end of the send to the mailbox, at most.',
        _of_servers(lambda server: _delay(server.delivery)),
    ),
    'sendmemo_send_duration_seconds': (
        'How long the last sends took, from the connection to the end: half of them, nine of ten, and all took no longer.',
        _durations,
    ),
    'sendmemo_expiry_timestamp_seconds': (
        "When a mail server's certificate or a CA ends, or a CRL is to be replaced, in seconds since 1970.",
        _expiries,
    ),
    'sendmemo_expiry_servers': ('How many servers use that certificate, CA or CRL.', _users),
    **CRL_METRICS,
    **HOST_METRICS,
}


def to_prometheus(report: Report) -> str:
    lines = []
    for name, (help_text, samples) in METRICS.items():
        lines += [f'# HELP {name} {help_text}', f'# TYPE {name} gauge']
        lines += [f'{name}{_braces(labels)} {value}' for labels, value in samples(report)]
    return '\n'.join(lines) + '\n'


def _braces(labels: t.Mapping[str, str]) -> str:
    if not labels:
        return ''
    return '{' + ','.join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + '}'


def _escaped(value: str) -> str:
    return value.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')
