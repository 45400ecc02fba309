# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict in one line, and the few lines at the end of a run: who needs attention and why."""
from __future__ import annotations

import typing as t

from .report_model import BAD, ORDER, STATES, UNKNOWN, Comparison, Report

MOST_LINES = 10
MOST_NAMED = 3  # servers that are named beside a cause


def verdict(report: Report) -> str:
    """Return what is to be said of the fleet in one line. Nothing but proofs of all makes it good."""
    counts = report.counts()
    total, bad = sum(counts.values()), sum(counts[state] for state in BAD)
    if not total:
        line = 'No InfoPrint server was looked at.'
    elif counts['proven'] == total:
        line = 'The server is proven.' if total == 1 else f'All {total} servers are proven.'
    elif bad:
        unknown = sum(counts[state] for state in UNKNOWN)
        rest = f', and {unknown} {"was" if unknown == 1 else "were"} not checked' if unknown else ''
        line = f'{bad} of {_servers(total)} {"needs" if bad == 1 else "need"} attention: {_listed(counts, BAD)}{rest}.'
    else:
        others = [state for state in STATES if state != 'proven']
        line = f'{counts["proven"]} of {_servers(total)} proven: {_listed(counts, others)}.'
    # Where something failed that is why, and told already.
    return f'{line} {unfinished(report)}' if report.unfinished and not bad else line


def unfinished(report: Report) -> str:
    plays = 'this play' if len(report.unfinished) == 1 else 'these plays'
    return f'The run ended before {plays}: {", ".join(report.unfinished)}.'


def is_well(report: Report) -> bool:
    counts = report.counts()
    return 0 < sum(counts.values()) == counts['proven'] and not report.unfinished


def _servers(number: int) -> str:
    return f'{number} server{"" if number == 1 else "s"}'


def _listed(counts: t.Mapping[str, int], states: t.Iterable[str]) -> str:
    return ', '.join(f'{counts[state]} {STATES[state].label}' for state in states if counts[state])


def since(comparison: Comparison) -> str:
    """Return the comparison in one line."""
    parts = ((comparison.new, 'new'), (comparison.fixed, 'fixed'), (comparison.still, 'still broken'),
             (comparison.unknown, 'not looked at again'))
    told = ', '.join(f'{len(group)} {name}' for group, name in parts if group)
    return f'since {comparison.since[:16].replace("T", " ")} UTC: {told or "nothing new"}'


class Group(t.NamedTuple):
    """Servers that are not well, or not known, for the same reason: (number of the host, host, server)."""
    state: str
    code: str
    message: str
    hint: str
    servers: list[tuple[int, str, str]]


def causes(report: Report) -> list[Group]:
    """Return the reasons for which servers need attention: those of the worst states first, of these the most frequent."""
    numbers = {id(host): number for number, host in enumerate(report.hosts)}
    found: dict[tuple[str, ...], Group] = {}
    for host, server in report.worst_first():
        if server.state in BAD + UNKNOWN:
            cause = server.cause() or {}
            code, message, hint = (cause.get(key, '') for key in ('code', 'message', 'hint'))
            key = server.state, code, message.replace(host.name, '')
            group = found.setdefault(key, Group(server.state, code, message, hint, []))
            group.servers.append((numbers[id(host)], host.name, server.name))
    return sorted(found.values(), key=lambda group: (ORDER[group.state], -len(group.servers)))


def terminal_lines(report: Report, page: str) -> list[str]:
    """Return the lines for the end of a run; `page` is where the page is, '' where none was written."""
    lines = [f'{report.title}: {verdict(report)}']
    groups = causes(report)
    for group in groups[:MOST_LINES]:
        who = ', '.join(f'{host} {server}'.strip() for _number, host, server in group.servers[:MOST_NAMED])
        more = len(group.servers) - MOST_NAMED
        why = ' '.join(filter(None, (group.message, group.code and f'[{group.code}]', group.hint)))
        state = STATES[group.state]
        lines.append(f'  {state.sign} {state.label}: {who}{f" and {more} more" if more > 0 else ""}: {why}')
    if len(groups) > MOST_LINES:
        lines.append(f'  and {len(groups) - MOST_LINES} more causes')
    if report.comparison is not None:
        lines.append(f'  {since(report.comparison)}')
    if page:
        lines.append(f'  {page}')
    return lines
