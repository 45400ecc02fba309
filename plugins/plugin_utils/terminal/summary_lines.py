# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lines at the end of a run: the verdict, who needs attention and why, and how to go on."""

from __future__ import annotations

import typing as t

from ..fleet_report.model import STATES, Report
from ..fleet_report.summary import MOST_LINES, Group, causes, since, verdict
from .layout import paragraph

MOST_NAMED = 3  # hosts that are named beside a cause
Said = t.Callable[[str], bool]


def summary_lines(report: Report, page: str, has_said: Said, advice: str = '') -> list[str]:
    """Return the lines, those of the verdict first.

    `page` is the path of the page, '' if none was written. `has_said` tells whether the run has shown a message already: then the
    code is enough. `advice` says how to go on.
    """
    lines = paragraph(f'{report.title}: {verdict(report)}', hanging='  ')
    groups = causes(report)
    for group in groups[:MOST_LINES]:
        lines += paragraph(_of_group(group, has_said), '  ', '    ')
    if len(groups) > MOST_LINES:
        lines.append(f'  and {len(groups) - MOST_LINES} more causes')
    if report.comparison is not None:
        lines.append(f'  {since(report.comparison)}')
    if page:
        lines.append(f'  {page}')
    return [*lines, *(paragraph(advice) if advice else [])]


def _of_group(group: Group, has_said: Said) -> str:
    state, code = STATES[group.state], f'[{group.code}]' if group.code else ''
    head = f'{state.sign} {state.label}: {_who(group)}'
    _number, first_host, _server = group.servers[0]
    if group.message and has_said(group.message.replace(first_host, '')):
        return f'{head} {code}' if code else head
    return f'{head}: {" ".join(filter(None, (group.message, code, group.hint)))}'


def _who(group: Group) -> str:
    """Return the first hosts with their servers, and how many servers there are besides."""
    hosts: dict[str, list[str]] = {}
    for _number, host, server in group.servers:
        hosts.setdefault(host, []).append(server)
    named = [f'{host} {", ".join(filter(None, servers))}'.strip() for host, servers in list(hosts.items())[:MOST_NAMED]]
    more = sum(len(servers) for servers in list(hosts.values())[MOST_NAMED:])
    return '; '.join([*named, *([f'and {more:,} more'] if more else [])])
