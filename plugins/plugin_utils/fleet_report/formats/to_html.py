# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""index.html: the whole report as one page that asks for nothing else, and shows every foreign text as text.

The template escapes whatever it is given. The page's own style and script are allowed by their hashes, so that a browser would
run nothing else even if markup got in.
"""

from __future__ import annotations

import base64
import hashlib
import pathlib
import re
import typing as t

import jinja2

from ...outcome.drift import describe
from .. import times
from ..crl_facts import described
from ..expiry_calendar import DAYS, SOON, endings, months
from ..model import CRITERION, STATES, Change, Report
from ..observations import EXPIRY_KINDS, Delivery, Expiry
from ..summary import causes, sentences, tone, unfinished, verdict
from ..values import Problem

PAGE = pathlib.Path(__file__).parent / 'report_page'
MOST_GROUPS = 30  # causes that are shown separately
MOST_CHANGES = 12  # servers that are named in a part of the comparison
# The tiles: the states that each counts, its label, and whether it is shown when it counts none.
TILES = (
    (('proven', 'delivered'), 'proven', True),
    (('failing',), 'failing', True),
    (('unprotected',), 'unprotected', True),
    (('drifted',), 'drifted', True),
    (('unreachable',), 'unreachable', True),
    (('changed_unproven', 'tested', 'configured'), 'not proven', True),
    (('not_checked', 'hidden'), 'not checked', True),
    (('stale',), 'stale', False),
)


class Column(t.NamedTuple):
    """A column of the table of servers. Its kind says how it is shown (page.css) and sorted; `label` replaces the heading where
    a narrow window shows it in each cell."""

    heading: str
    kind: str = 'text'
    title: str = ''
    label: str = ''


# In the order of the cells in page.html.j2.
COLUMNS = (
    Column('Host', 'host'),
    Column('Server'),
    Column('State', 'state'),
    Column('Cause and remedy', 'cause'),
    Column('Drift'),
    Column('Mail server'),
    Column('TLS'),
    Column('Cert.', 'number', "Days left of the mail server's certificate", 'Certificate'),
    Column('CA', 'number', 'Days left of the first CA to expire'),
    Column('CRL', 'number', 'Days left of the first CRL to expire'),
    Column('Last proof', 'time'),
)
WITHOUT_LABEL = ('host', 'state', 'cause')  # kinds that a narrow window shows without a label
# The headline's sign by the verdict's tone.
SIGNS = {'well': '✓', 'fair': '○', 'ill': '!'}
MOST_RUNS = 50  # whose provenance is shown
HOST_WORDS = {'inventory': 'hosts in the inventory', 'seen': 'in this run', 'reached': 'answered'}


def to_html(report: Report) -> str:
    style, script = _style((PAGE / 'page.css').read_text('utf-8')), (PAGE / 'page.js').read_text('utf-8')
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: '' if value is None else value,
    )
    environment.filters.update(
        describe=describe,
        day=_day,
        minute=times.minute,
        places=_places,
        bound=_bound,
        after=_after,
        relay=_relay,
        ago=lambda what: times.ago(what.not_after, report.generated),
        of_crl=lambda what: described(what, report.generated),
    )
    numbers = {id(host): number for number, host in enumerate(report.hosts)}
    ending = endings(report)
    near = sum(one.days_left < DAYS for one in ending)
    places = {(one.what.not_after, one.what.kind, one.what.name): number for number, one in enumerate(ending)}
    counts = report.counts()
    return environment.get_template('page.html.j2').render(
        report=report,
        verdict=verdict(report),
        sentences=sentences(report),
        tone=tone(report),
        signs=SIGNS,
        criterion=CRITERION,
        counts=counts,
        total=sum(counts.values()),
        states=STATES,
        columns=COLUMNS,
        runs=report.runs[::-1][:MOST_RUNS],
        style=style,
        script=script,
        policy=_policy(style, script),
        number_of=lambda host: numbers[id(host)],
        rows=report.worst_first(),
        accepted=sum(server.is_accepted for _host, server in report.servers()),
        begin=report.runs[-1].started if report.runs else '',
        host_words=HOST_WORDS,
        tiles=[
            (group, label, sum(counts[state] for state in group))
            for group, label, always in TILES
            if always or any(counts[state] for state in group)
        ],
        shares=_shares(counts),
        unfinished=unfinished(report) if report.unfinished else '',
        groups=causes(report),
        most_groups=MOST_GROUPS,
        most=MOST_CHANGES,
        days=DAYS,
        soon=SOON,
        kinds={kind: names.label for kind, names in EXPIRY_KINDS.items()},
        endings=ending,
        near=near,
        place_of=lambda what: places[what.not_after, what.kind, what.name],
        months=months(report, ending[:near]),
        changes=_changes(report),
        left=lambda what: _left(report, what),
    )


def _style(css: str) -> str:
    """Return the style with the columns of each kind, their labels, and the signs of the states.

    Attributes in each row would make the page larger by a third.
    """
    kinds = {
        kind: ', '.join(f':nth-child({number})' for number, column in enumerate(COLUMNS, 1) if column.kind == kind)
        for kind in dict.fromkeys(column.kind for column in COLUMNS)
    }
    labels = (
        f'td:nth-child({number}) {{ --label: "{column.label or column.heading}"; }}\n'
        for number, column in enumerate(COLUMNS, 1)
        if column.kind not in WITHOUT_LABEL
    )
    signs = [f".s-{name} {{ --sign: '{state.sign}'; }}\n" for name, state in STATES.items()]
    return re.sub(r':column\((\w+)\)', lambda match: f':is({kinds[match[1]]})', css) + ''.join([*labels, *signs])


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing is fetched, nothing runs but the page's own style and script."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii') for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _left(report: Report, what: Expiry | None) -> int | None:
    return None if what is None else times.days_between(report.generated, what.not_after)


def _changes(report: Report) -> list[tuple[str, str, list[tuple[int | None, Change]]]]:
    """Return the parts of the comparison: heading, what it means, and the changes with the number of each one's host."""
    if report.comparison is None:
        return []
    numbers = {host.name: number for number, host in enumerate(report.hosts)}
    parts = (
        ('New', 'was fine or unknown before', report.comparison.new),
        ('Still broken', 'was already broken', report.comparison.still),
        ('Fixed', 'was broken before', report.comparison.fixed),
        ('Not known to be fixed', 'was broken before; not checked again, or not proven since', report.comparison.unknown),
    )
    return [(heading, meaning, [(numbers.get(change.host), change) for change in group]) for heading, meaning, group in parts]


def _shares(counts: t.Mapping[str, int]) -> list[tuple[str, float, float]]:
    """Return the bar below the verdict: state, begin and width of 1000, the best first."""
    total = sum(counts.values()) or 1
    found, begin = [], 0.0
    for state in reversed(STATES):
        width = 1000 * counts[state] / total
        if width:
            found.append((state, round(begin, 2), round(width, 2)))
        begin += width
    return found


def _after(delivery: Delivery) -> str:
    """Return how long a delivery took, in words."""
    return '' if delivery.delay_ms is None else f' after {delivery.delay_ms / 1000:.1f} s'


def _relay(delivery: Delivery) -> str:
    """Return what the relay noted about the mail."""
    if not delivery.protocol:
        return ''
    sender = ' '.join(filter(None, [delivery.helo, delivery.address and f'[{delivery.address}]']))
    head = f'; {delivery.by or "the relay"} received it with {delivery.protocol}'
    return ' '.join(filter(None, (head, f'from {sender}' if sender else '', delivery.tls)))


def _day(when: str) -> str:
    return when[:10]


def _places(problem: Problem) -> list[str]:
    """Return the location of a problem, in words."""
    words = (('stage', 'stage {}'), ('file', '{}'), ('line', 'line {}'), ('keyword', '{}'), ('value', '"{}"'))
    return [word.format(problem[key]) for key, word in words if key in problem]


def _bound(line: str) -> str:
    """Keep a number and what it counts on one line."""
    return re.sub(r'(?<=\d) ', '\u00a0', line)
