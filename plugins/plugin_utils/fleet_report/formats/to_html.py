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
import markupsafe

from .. import times
from ..crl_facts import described
from ..expiry_calendar import DAYS, SOON, endings, months
from ..groups import MOST, by_group
from ..model import CRITERION, STATES, Change, Report
from ..observations import EXPIRY_KINDS
from ..summary import causes, sentences, tone, unfinished, verdict
from .page_cells import COLUMNS, LONG_NAME, counted
from .page_data import Part, Row, parts, rows, static, to_script

PAGE = pathlib.Path(__file__).parent / 'report_page'
MOST_CAUSES = 30  # that are shown separately
MOST_GROUPS = 12  # that are shown at once
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


WITHOUT_LABEL = ('host', 'state', 'cause')  # kinds of columns that a narrow window shows without a label
SCRIPTS = ('rows.js', 'table.js', 'details.js', 'page.js')
# The headline's sign by the verdict's tone.
SIGNS = {'well': '✓', 'fair': '○', 'ill': '!'}
MOST_RUNS = 50  # whose provenance is shown
HOST_WORDS = {'inventory': 'hosts in the inventory', 'seen': 'in this run', 'reached': 'answered'}


def to_html(report: Report) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: '' if value is None else value,
    )
    environment.filters.update(
        day=_day,
        minute=times.minute,
        bound=_bound,
        counted=counted,
        thousands='{:,}'.format,
        breakable=_breakable,
        listed=_listed,
        ago=lambda what: times.ago(what.not_after, report.generated),
        of_crl=lambda what: described(what, report.generated),
    )
    return environment.get_template('page.html.j2').render(report=report, **_assets(), **_fleet(report), **_table(report))


def _assets() -> dict[str, t.Any]:
    """Return the page's style and script, what allows them alone, and what the words and signs of the template are."""
    style = _style((PAGE / 'page.css').read_text('utf-8') + (PAGE / 'narrow.css').read_text('utf-8'))
    script = "'use strict';\n" + ''.join((PAGE / name).read_text('utf-8') for name in SCRIPTS)
    return {
        'style': style,
        'script': script,
        'policy': _policy(style, script),
        'signs': SIGNS,
        'states': STATES,
        'criterion': CRITERION,
        'columns': COLUMNS,
        'host_words': HOST_WORDS,
        'kinds': {kind: names.label for kind, names in EXPIRY_KINDS.items()},
        'days': DAYS,
        'soon': SOON,
        'long_name': LONG_NAME,
    }


def _fleet(report: Report) -> dict[str, t.Any]:
    """Return what the page says of the fleet as a whole."""
    counts = report.counts()
    return {
        'verdict': verdict(report),
        'sentences': sentences(report),
        'tone': tone(report),
        'runs': report.runs[::-1][:MOST_RUNS],
        'accepted': sum(server.is_accepted for _host, server in report.servers()),
        'counts': counts,
        'tiles': [
            (group, label, sum(counts[state] for state in group))
            for group, label, always in TILES
            if always or any(counts[state] for state in group)
        ],
        'shares': _shares(counts),
        'unfinished': unfinished(report) if report.unfinished else '',
        'changes': _changes(report),
        'most_changes': MOST_CHANGES,
    }


def _table(report: Report) -> dict[str, t.Any]:
    """Return the rows of the table, and what leads to them."""
    reasons, ending, groups = causes(report), endings(report), by_group(report)
    near = sum(one.days_left < DAYS for one in ending)
    every = rows(report, reasons, ending)
    shown = static(every, len(reasons))
    return {
        'causes': reasons,
        'most_causes': MOST_CAUSES,
        'endings': ending,
        'near': near,
        'months': months(report, ending[:near]),
        'groups': groups[:MOST],
        'most_groups': MOST_GROUPS,
        'other_groups': len(groups[MOST:]),
        'rows': shown,
        'total': len(every),
        'rows_of_hosts': _by_host(every, shown),
        'data': to_script(report, every, reasons, groups[:MOST]),
    }


def _by_host(every: t.Sequence[Row], shown: t.Sequence[Row]) -> list[list[Row]]:
    """Return all rows of each host that has one among those shown, by name."""
    found: dict[int, list[Row]] = {row.host_number: [] for row in shown}
    for row in every:
        if row.host_number in found:
            found[row.host_number].append(row)
    return [sorted(found[number], key=lambda row: row.server.name) for number in sorted(found)]


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


def _changes(report: Report) -> list[tuple[Part, list[tuple[int | None, Change]]]]:
    """Return the parts of the comparison with the number of the host of each change."""
    numbers = {host.name: number for number, host in enumerate(report.hosts)}
    return [(part, [(numbers.get(change.host), change) for change in part.changes]) for part in parts(report)]


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


def _day(when: str) -> str:
    return when[:10]


def _bound(line: str) -> str:
    """Keep a number and what it counts on one line."""
    return re.sub(r'(?<=\d) ', '\u00a0', line)


def _breakable(name: str) -> str | markupsafe.Markup:
    """Return a host's name; a long one may break behind its dots."""
    return markupsafe.Markup('.<wbr>').join(name.split('.')) if len(name) > LONG_NAME else name


def _listed(counts: t.Mapping[str, int]) -> str:
    """Return how many servers are in each state."""
    return ', '.join(f'{number:,} {STATES[state].label}' for state, number in counts.items())
