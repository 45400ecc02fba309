# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The page's table of servers: its columns, and what each of their cells says of a server."""

from __future__ import annotations

import typing as t

from .. import times
from ..expiry_calendar import SOON
from ..model import ORDER, STATES, Host, Report, Server

LONG_NAME = 32  # characters of a host's name that may break


class Subject(t.NamedTuple):
    """A server, its host, and the report that they are in."""

    report: Report
    host: Host
    server: Server


class Cell(t.NamedTuple):
    """The text of a cell, the notes below it, how it is shown (a class of page.css), and what it is sorted by if not the text."""

    text: str = ''
    notes: tuple[str, ...] = ()
    tone: str = ''
    key: int | None = None


class Column(t.NamedTuple):
    """A column. Its kind says how it is shown (page.css); `label` replaces the heading where a narrow window shows it in each
    cell. The column of hosts has no cells: a row begins with its host."""

    heading: str
    kind: str = 'text'
    cell: t.Callable[[Subject], Cell] | None = None
    title: str = ''
    label: str = ''


def counted(number: int, what: str) -> str:
    """Return a number and what it counts: `1 server`, `7,952 servers`."""
    return f'{number:,} {what}{"" if number == 1 else "s"}'


def after(server: Server) -> str:
    """Return how long a delivery took, in words."""
    delay_ms = server.delivery.delay_ms if server.delivery else None
    return '' if delay_ms is None else f' after {delay_ms / 1000:.1f} s'


def _state(of: Subject) -> Cell:
    server, begin = of.server, of.report.runs[-1].started if of.report.runs else ''
    notes = (
        'accepted' if server.is_accepted else '',
        'check mode' if server.check_mode else '',
        f'{counted(len(server.drift), "difference")}{" corrected" if server.corrected else ""}' if server.drift else '',
        f'as of {times.minute(server.looked)}' if server.looked and server.looked < begin else '',
    )
    return Cell(STATES[server.state].label, tuple(filter(None, notes)), '', ORDER[server.state])


def _cause(of: Subject) -> Cell:
    cause = of.server.cause() or {}
    return Cell(cause.get('message', ''), tuple(filter(None, [cause.get('hint')])))


def _mail_server(of: Subject) -> Cell:
    facts = of.server.facts
    return Cell(facts.mail_server, tuple(filter(None, [' '.join(filter(None, (facts.mode, facts.tls_version)))])))


def _end(kind: str) -> t.Callable[[Subject], Cell]:
    """Return how many days are left of the certificate, CA or CRL that ends first."""

    def cell(of: Subject) -> Cell:
        what = of.server.first_ending(kind)
        if what is None:
            return Cell()
        days = times.days_between(of.report.generated, what.not_after)
        if days < 0:
            return Cell(
                times.ago(what.not_after, of.report.generated).replace(' days', ' d').replace(' day ', ' d '), (), 'over', days
            )
        return Cell(f'{days:,} d', (), 'soon' if days < SOON else '', days)

    return cell


def _proof(of: Subject) -> Cell:
    server = of.server
    if server.proof is None:
        return Cell()
    notes = (
        server.proof.at[11:16],
        f'delivered{after(server)}' if server.state == 'delivered' else '',
        f'as {server.other_rights}, not {server.facts.owner}' if server.other_rights else '',
    )
    return Cell(server.proof.at[:10], tuple(filter(None, notes)), '', times.seconds(server.proof.at))


COLUMNS = (
    Column('Host', 'host'),
    Column('Server', 'text', lambda of: Cell(of.server.name)),
    Column('State', 'state', _state),
    Column('Cause and remedy', 'cause', _cause),
    Column('Mail server', 'text', _mail_server),
    Column('Cert.', 'number', _end('certificate'), "Days left of the mail server's certificate", 'Certificate'),
    Column('CA', 'number', _end('ca'), 'Days left of the first CA to expire'),
    Column('CRL', 'number', _end('crl'), 'Days left of the first CRL to expire'),
    Column('Last proof', 'time', _proof, 'When it was last proven, in UTC'),
)


def cells(of: Subject) -> list[Cell]:
    """Return the cells of a row but that of the host."""
    return [column.cell(of) for column in COLUMNS if column.cell is not None]
