# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""report.csv (RFC 4180): a line per server, for spreadsheets. No cell is one that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
import re

from ...outcome.drift import describe
from .. import times
from ..model import Host, Report, Server

COLUMNS = (
    'host',
    'server',
    'state',
    'drift',
    'corrected',
    'mode',
    'mail_server',
    'tls_version',
    'cipher',
    'certificate_not_after',
    'certificate_days_left',
    'ca_not_after',
    'ca_days_left',
    'crl_not_after',
    'crl_days_left',
    'last_proof',
    'checked',
    'code',
    'cause',
    'remedy',
    'ignored',
    'changed',
    'check_mode',
    'accepted',
    'proven_as',
    'owner',
)
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
        writer.writerow([cell(value) for value in _row(host, server, report.generated)])
    return text.getvalue()


def cell(value: str | int) -> str:
    """Return a cell that is text to every spreadsheet, whatever it separates cells by; numbers of ours stay what they are."""
    if isinstance(value, int):
        return str(value)
    return FORMULA.sub(r"\1'", value)


def _row(host: Host, server: Server, now: str) -> list[str | int]:
    cause = server.cause() or {}
    row: list[str | int] = [
        host.name,
        server.name,
        server.state,
        '; '.join(map(describe, server.drift)),
        ('yes' if server.corrected else 'no') if server.drift else '',
        server.mode,
        server.mail_server,
        server.tls_version,
        server.cipher,
    ]
    for kind in ('certificate', 'ca', 'crl'):
        first = server.first_ending(kind)
        row += [first.not_after, times.days_between(now, first.not_after)] if first else ['', '']
    return [
        *row,
        server.proof.at if server.proof else '',
        server.checked,
        *(cause.get(key, '') for key in ('code', 'message', 'hint')),
        ' '.join(problem.get('code', '') for problem in server.ignored),
        server.changed,
        'yes' if server.check_mode else 'no',
        'yes' if server.is_accepted else 'no',
        server.proven_as,
        server.owner,
    ]
