# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""junit.xml: a suite per host; for each server the cases `configuration`, `proof` and, if a mailbox was asked, `delivery`."""

from __future__ import annotations

import re
import typing as t
from xml.sax.saxutils import escape, quoteattr

from ...outcome.drift import describe
from ..model import PROVEN, STATES, Host, Report, Server
from ..result_reader import DELIVERY_ERRORS, NOT_AS_DECLARED

# Characters that XML 1.0 can't have (2.2), besides those that safe_text has escaped already.
_NO_XML = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')

# The outcome of both checks of a server of which nothing is known now.
ELSEWHERE = {'unreachable': 'error', 'stale': 'error', 'hidden': 'skipped', 'not_checked': 'skipped'}


class Case(t.NamedTuple):
    """A test case: `outcome` is '' (passed), failure, error or skipped."""

    name: str
    outcome: str
    kind: str
    message: str
    text: str
    seconds: float


def to_junit(report: Report) -> str:
    suites = [_suite(host) for host in report.hosts]
    total = [sum(column) for column in zip(*(counts for _text, counts in suites), strict=True)] or [0, 0, 0, 0]
    stamp = report.generated.rstrip('Z')
    return ''.join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>\n',
            f'<testsuites name={_attribute(report.title)} {_counts(total)} timestamp="{stamp}">\n',
            *(text for text, _counts in suites),
            '</testsuites>\n',
        ]
    )


def _suite(host: Host) -> tuple[str, list[int]]:
    cases = [case for server in host.servers for case in _cases(server)]
    counts = [len(cases), *(sum(case.outcome == outcome for case in cases) for outcome in ('failure', 'error', 'skipped'))]
    lines = [f'<testsuite name={_attribute(host.name)} {_counts(counts)}>\n']
    lines += [_case(host, case) for case in cases]
    return ''.join([*lines, '</testsuite>\n']), counts


def _counts(counts: t.Sequence[int]) -> str:
    return 'tests="{}" failures="{}" errors="{}" skipped="{}"'.format(*counts)


def _cases(server: Server) -> list[Case]:
    """Return both checks of a server. An unknown check is skipped, never passed."""
    cause = server.cause() or {}
    name, state = server.name or 'servers not known', server.state
    reason = cause.get('code', state), cause.get('message', STATES[state].meaning), cause.get('hint', '')
    if state in ELSEWHERE:
        return [
            Case(f'{name} configuration', ELSEWHERE[state], *reason, 0.0),
            Case(f'{name} proof', ELSEWHERE[state], *reason[:2], '', 0.0),
        ]
    return [
        _configuration(server, f'{name} configuration', reason),
        _proof(server, f'{name} proof', reason),
        *_delivery(server, f'{name} delivery', reason),
    ]


def _configuration(server: Server, name: str, reason: tuple[str, str, str]) -> Case:
    drift = '; '.join(map(describe, server.drift))
    if server.drift and not server.corrected:
        return Case(name, 'failure', 'drift', drift, '', 0.0)
    if server.state == 'failing' and not _is_in_send(server) and not _is_in_delivery(server):
        return Case(name, 'failure', *reason, 0.0)
    return Case(name, '', '', '', f'corrected: {drift}' if drift else '', 0.0)


def _proof(server: Server, name: str, reason: tuple[str, str, str]) -> Case:
    seconds = (server.facts.total_ms or 0) / 1000
    if server.state in PROVEN or _is_in_delivery(server):
        return Case(name, '', '', '', '', seconds)
    if server.is_accepted:
        return Case(name, '', '', '', f'unprotected but accepted: {reason[1]}', seconds)
    if server.state == 'unprotected' or (server.state == 'failing' and _is_in_send(server)):
        return Case(name, 'failure', *reason, seconds)
    return Case(name, 'skipped', server.state, STATES[server.state].meaning, '', 0.0)


def _delivery(server: Server, name: str, reason: tuple[str, str, str]) -> list[Case]:
    """Return the check of the delivery, if a mailbox was asked for it."""
    if _is_in_delivery(server):
        return [Case(name, 'failure', *reason, 0.0)]
    if server.is_unconfirmed:
        return [Case(name, 'skipped', '', 'The mailbox gave no answer.', '', 0.0)]
    return [Case(name, '', '', '', '', (server.delivery.delay_ms or 0) / 1000)] if server.delivery else []


def _is_in_delivery(server: Server) -> bool:
    return server.state == 'failing' and (server.cause() or {}).get('code') in DELIVERY_ERRORS


def _is_in_send(server: Server) -> bool:
    cause = server.cause() or {}
    return bool(cause.get('stage')) or cause.get('code') == NOT_AS_DECLARED


def _case(host: Host, case: Case) -> str:
    head = f'<testcase classname={_attribute(host.name)} name={_attribute(case.name)}'
    head += f' time="{case.seconds:.3f}"' if case.seconds else ''
    if not case.outcome:
        return f'{head}><system-out>{_text(case.text)}</system-out></testcase>\n' if case.text else f'{head}/>\n'
    kind = '' if case.outcome == 'skipped' else f' type={_attribute(case.kind)}'
    return f'{head}><{case.outcome}{kind} message={_attribute(case.message)}>{_text(case.text)}</{case.outcome}></testcase>\n'


def _text(value: str) -> str:
    return escape(_NO_XML.sub('\ufffd', value))


def _attribute(value: str) -> str:
    return quoteattr(_NO_XML.sub('\ufffd', value))
