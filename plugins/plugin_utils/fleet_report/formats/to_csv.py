# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""report.csv (RFC 4180): a line per server, for spreadsheets. No cell is one that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
import re
import typing as t

from ...outcome.drift import describe
from .. import times
from ..model import Host, Report, Server
from ..values import Problem


class Row(t.NamedTuple):
    """A server, the cause of its state, and the time of the report."""

    host: Host
    server: Server
    cause: Problem
    now: str


Value = t.Callable[[Row], 'str | int']


def _yes(answer: bool) -> str:
    return 'yes' if answer else 'no'


def _delay(server: Server) -> str | int:
    delay_ms = server.delivery.delay_ms if server.delivery else None
    return '' if delay_ms is None else delay_ms


def _end(kind: str) -> dict[str, Value]:
    """Return the columns of the certificate, CA or CRL that ends first."""

    def not_after(row: Row) -> str:
        first = row.server.first_ending(kind)
        return first.not_after if first else ''

    def days_left(row: Row) -> str | int:
        first = row.server.first_ending(kind)
        return times.days_between(row.now, first.not_after) if first else ''

    return {f'{kind}_not_after': not_after, f'{kind}_days_left': days_left}


COLUMNS: dict[str, Value] = {
    'host': lambda row: row.host.name,
    'server': lambda row: row.server.name,
    'state': lambda row: row.server.state,
    'drift': lambda row: '; '.join(map(describe, row.server.drift)),
    'corrected': lambda row: _yes(row.server.corrected) if row.server.drift else '',
    'mode': lambda row: row.server.facts.mode,
    'mail_server': lambda row: row.server.facts.mail_server,
    'tls_version': lambda row: row.server.facts.tls_version,
    'cipher': lambda row: row.server.facts.cipher,
    **_end('certificate'),
    **_end('ca'),
    **_end('crl'),
    'last_proof': lambda row: row.server.proof.at if row.server.proof else '',
    'checked': lambda row: row.server.checked,
    'code': lambda row: row.cause.get('code', ''),
    'cause': lambda row: row.cause.get('message', ''),
    'remedy': lambda row: row.cause.get('hint', ''),
    'ignored': lambda row: ' '.join(problem.get('code', '') for problem in row.server.ignored),
    'changed': lambda row: row.server.changed,
    'check_mode': lambda row: _yes(row.server.check_mode),
    'accepted': lambda row: _yes(row.server.is_accepted),
    'proven_as': lambda row: row.server.facts.proven_as,
    'owner': lambda row: row.server.facts.owner,
    'delivered': lambda row: '' if row.server.was_delivered is None else _yes(row.server.was_delivered),
    'delivery_delay_ms': lambda row: _delay(row.server),
    'groups': lambda row: ' '.join(row.host.log.groups),
    'profile': lambda row: row.server.facts.profile,
}
# Where a spreadsheet could find a formula: at the beginning, or behind what one of another country takes for the end of a cell,
# with blanks of any kind, quotes and what can't be seen in between; signs of full width count too.
FORMULA = re.compile(
    r'(^|[;,|\t\r\n])(?=[\s\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff"]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212])'
)


def to_csv(report: Report) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\r\n')
    writer.writerow(COLUMNS)
    for host, server in report.worst_first():
        row = Row(host, server, server.cause() or {}, report.generated)
        writer.writerow([cell(value_of(row)) for value_of in COLUMNS.values()])
    return text.getvalue()


def cell(value: str | int) -> str:
    """Return a cell that every spreadsheet reads as text, whatever its separator; the report's own numbers are not changed."""
    if isinstance(value, int):
        return str(value)
    return FORMULA.sub(r"\1'", value)
