# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict in one line, and the causes: who needs attention and why."""

from __future__ import annotations

import collections
import typing as t

from . import times
from .model import ORDER, PROVEN, STATES, UNKNOWN, Comparison, Report, Server
from .observations import EXPIRY_KINDS

MOST_LINES = 10


def verdict(report: Report) -> str:
    """Return the verdict on the fleet in a few short sentences. It is good only if all servers are proven."""
    return ' '.join(sentences(report))


def sentences(report: Report) -> list[str]:
    """Return the verdict's sentences, the most important first."""
    parts = [_of_states(report), _of_mailbox(report), _of_ends(report)]
    if report.unfinished and not any(server.needs_attention for _host, server in report.servers()):
        parts.append(unfinished(report))  # if something failed, that is the reason, and named already
    if report.merged:
        parts += [coverage(report), missing(report)]
    return [part for part in parts if part]


def _of_states(report: Report) -> str:
    servers = [server for _host, server in report.servers()]
    total, proven = len(servers), sum(server.state in PROVEN for server in servers)
    bad = [server for server in servers if server.needs_attention]
    if not total:
        return 'No InfoPrint server was checked.'
    if proven == total:
        return f'{"The server is" if total == 1 else f"All {total:,} servers are"} proven{_delivered(servers)}.'
    if bad:
        line = f'{len(bad):,} of {_servers(total)} {"needs" if len(bad) == 1 else "need"} attention: {_listed(bad)}'
    else:
        line = f'{proven:,} of {_servers(total)} {"is" if 1 in (proven, total) else "are"} proven'
    rest = _listed(server for server in servers if not server.needs_attention and server.state not in PROVEN)
    return f'{line}; {rest}.' if rest else f'{line}.'


def _delivered(servers: t.Sequence[Server]) -> str:
    """Return how many of the proven servers' mails were found in the mailbox."""
    found = sum(server.state == 'delivered' for server in servers)
    if not found:
        return ''
    if found < len(servers):
        return f', {found:,} of {len(servers):,} mails delivered'
    return ', and its mail delivered' if found == 1 else ', and all mails delivered'


def _of_mailbox(report: Report) -> str:
    """Return about how many mails a mailbox gave no answer."""
    count = sum(server.is_unconfirmed for _host, server in report.servers())
    if not count:
        return ''
    return f'The mailbox gave no answer: {count:,} mail{" is" if count == 1 else "s are"} not confirmed.'


def _of_ends(report: Report) -> str:
    """Return which of the certificates, CAs and CRLs in use expire soon."""
    soon = {(what.kind, what.name, what.not_after): what for _host, server in report.servers() for what in server.soon}
    if not soon:
        return ''
    first = min(soon.values(), key=lambda what: what.not_after)
    when = times.in_days(first.not_after, report.generated)
    if len(soon) == 1:
        return f'{EXPIRY_KINDS[first.kind].subject} {first.name} expires {when}.'
    return f'{len(soon):,} certificates, CAs and CRLs expire soon, the first {when}: {first.name}.'


def unfinished(report: Report) -> str:
    plays = 'this play' if len(report.unfinished) == 1 else 'these plays'
    return f'The run ended before {plays}: {", ".join(report.unfinished)}.'


def coverage(report: Report) -> str:
    """Return how many of the report's hosts any run has a result of."""
    checked, total = sum(host.is_checked for host in report.hosts), len(report.hosts)
    return f'{checked:,} of {total:,} host{"" if total == 1 else "s"} {"was" if 1 in (checked, total) else "were"} checked.'


def missing(report: Report) -> str:
    """Return which reports could not be merged, '' if none is missing."""
    more = len(report.missing) - MOST_LINES
    names = ', '.join(report.missing[:MOST_LINES]) + (f' and {more} more' if more > 0 else '')
    return f'{"This report is" if len(report.missing) == 1 else "These reports are"} missing: {names}.' if names else ''


def tone(report: Report) -> str:
    """Return how to show the verdict: well (all proven), fair (the others are unprotected but accepted, or
    the mailbox could not confirm mails), or ill."""
    servers = [server for _host, server in report.servers()]
    if (
        report.unfinished
        or report.missing
        or not servers
        or not all(server.state in PROVEN or server.is_accepted for server in servers)
    ):
        return 'ill'
    return 'fair' if any(server.is_accepted or server.is_unconfirmed for server in servers) else 'well'


def _servers(number: int) -> str:
    return f'{number:,} server{"" if number == 1 else "s"}'


def _listed(servers: t.Iterable[Server]) -> str:
    """Return how many servers are in each state, the worst first."""
    counts = collections.Counter('' if server.is_accepted else server.state for server in servers)
    named = [f'{counts[state]:,} {STATES[state].label}' for state in STATES if counts[state]]
    return ', '.join([*named, *([f'{counts[""]:,} unprotected but accepted'] if counts[''] else [])])


def since(comparison: Comparison) -> str:
    """Return the comparison in one line."""
    parts = (
        (comparison.new, 'new'),
        (comparison.fixed, 'fixed'),
        (comparison.still, 'still broken'),
        (comparison.unknown, 'not known to be fixed'),
    )
    counts = ', '.join(f'{len(group):,} {name}' for group, name in parts if group)
    return f'since {times.minute(comparison.since)} UTC: {counts or "nothing new"}'


class Group(t.NamedTuple):
    """Servers that need attention, or are unknown, for the same reason: (number of the host, host, server)."""

    state: str
    code: str
    message: str
    hint: str
    servers: list[tuple[int, str, str]]


def causes(report: Report) -> list[Group]:
    """Return the reasons why servers need attention: the worst states first, in each the most frequent first."""
    numbers = {id(host): number for number, host in enumerate(report.hosts)}
    found: dict[tuple[str, ...], Group] = {}
    for host, server in report.worst_first():
        if server.needs_attention or server.state in UNKNOWN or server.state == 'changed_unproven':
            cause = server.cause() or {}
            code, message, hint = (cause.get(key, '') for key in ('code', 'message', 'hint'))
            key = server.state, code, message.replace(host.name, '')
            group = found.setdefault(key, Group(server.state, code, message, hint, []))
            group.servers.append((numbers[id(host)], host.name, server.name))
    return sorted(found.values(), key=lambda group: (ORDER[group.state], -len(group.servers)))
