# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict, its tone, and the lines at the end of a run: which servers need attention, and why."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Change, Comparison, Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.summary import (
    MOST_LINES,
    causes,
    since,
    terminal_lines,
    tone,
    verdict,
)
from support import fleet


def of(*servers: dict[str, t.Any], host: str = 'print1') -> Report:
    report: Report = fleet.report([fleet.Result(host, 'send_memo', 'ok', {'servers': list(servers)})])
    return report


PLAIN = fleet.in_plaintext('spl2', accept_unprotected=True)
VERDICTS: dict[str, tuple[Report, str, str]] = {
    'nothing': (fleet.report([]), 'ill', 'No InfoPrint server was checked.'),
    'one proven': (of(fleet.sent('spl1')), 'well', 'The server is proven.'),
    'all proven': (of(fleet.sent('spl1'), fleet.sent('spl2')), 'well', 'All 2 servers are proven.'),
    'one accepted': (of(fleet.sent('spl1'), PLAIN), 'fair', '1 of 2 servers is proven; 1 unprotected but accepted.'),
    'one failing': (
        of(fleet.sent('spl1'), fleet.sent('spl2', ok=False)),
        'ill',
        '1 of 2 servers needs attention: 1 failing.',
    ),
    'none proven': (
        of(fleet.sent('spl1', until='handshake'), fleet.sent('spl2', until='envelope')),
        'ill',
        '0 of 2 servers are proven; 2 tested.',
    ),
}


@pytest.mark.parametrize('name', VERDICTS)
def test_verdict_and_tone(name: str) -> None:
    report, expected_tone, sentence = VERDICTS[name]
    assert (tone(report), verdict(report).split(' The CRL')[0]) == (expected_tone, sentence)


def test_plays_that_never_started_are_named_and_nothing_is_well() -> None:
    report = of(fleet.sent('spl1'))
    report.unfinished = ['Converge', 'Verify']
    assert verdict(report).endswith('The run ended before these plays: Converge, Verify.')
    assert tone(report) == 'ill'


def test_servers_with_the_same_cause_are_one_line() -> None:
    report: Report = fleet.report(
        fleet.Result(f'print{number}', 'send_memo', 'ok', {'servers': [fleet.sent('spl1', ok=False)]}) for number in range(5)
    )
    (group,) = causes(report)
    assert (group.state, group.code, len(group.servers)) == ('failing', 'expired', 5)
    line = terminal_lines(report, '')[1]
    assert line.startswith('  ✕ failing: print0 spl1, print1 spl1, print2 spl1 and 2 more: The certificate of ')
    assert line.endswith("[expired] Have the mail server's administrators replace the certificate.")


def test_many_causes_are_counted() -> None:
    report: Report = fleet.report(
        fleet.Result(f'print{number}', 'send_memo', 'failed', {'msg': f'reason {number * number}'}) for number in range(13)
    )
    lines = terminal_lines(report, '/reports/index.html')
    assert lines[1 + MOST_LINES :] == ['  and 3 more causes', '  /reports/index.html']


ONE = [Change('a', 'b', 'proven', 'failing')]
SINCE = {
    'nothing': (Comparison('2026-11-24T08:15:00Z', [], [], [], []), 'nothing new'),
    'all': (
        Comparison('2026-11-24T08:15:00Z', ONE, ONE * 2, ONE, ONE),
        '1 new, 2 fixed, 1 still broken, 1 not known to be fixed',
    ),
}


@pytest.mark.parametrize('name', SINCE)
def test_comparison_in_a_line(name: str) -> None:
    comparison, expected = SINCE[name]
    assert since(comparison) == f'since 2026-11-24 08:15 UTC: {expected}'
