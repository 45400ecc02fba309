# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict, its tone: which servers need attention, and why."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Change, Comparison, Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.summary import (
    causes,
    since,
    tone,
    verdict,
)
from support import fleet


def of(*servers: dict[str, t.Any], host: str = 'print1') -> Report:
    report: Report = fleet.report([fleet.Result(host, 'send_memo', 'ok', {'servers': list(servers)})])
    return report


def plaintext(**more: t.Any) -> dict[str, t.Any]:
    return fleet.in_plaintext('spl2', **more)


def sent(name: str = 'spl1', **more: t.Any) -> dict[str, t.Any]:
    return fleet.sent(name, **{'trust': [], **more})


VERDICTS: dict[str, tuple[Report, str, str]] = {
    'nothing': (fleet.report([]), 'ill', 'No InfoPrint server was checked.'),
    'one proven': (of(sent()), 'well', 'The server is proven.'),
    'all proven': (of(sent(), sent('spl2')), 'well', 'All 2 servers are proven.'),
    'an expiry': (
        of(sent(days=9)),
        'well',
        'The server is proven. The certificate CN=mail.example.com expires in 9 days.',
    ),
    'expiries': (
        of(sent(days=9, trust=fleet.trust())),
        'well',
        'The server is proven. 2 certificates, CAs and CRLs expire soon, the first in 9 days: CN=mail.example.com.',
    ),
    'plaintext': (of(sent(), plaintext()), 'ill', '1 of 2 servers needs attention: 1 unprotected.'),
    'plaintext, accepted': (
        of(sent(), plaintext(accept_unprotected=True)),
        'fair',
        '1 of 2 servers is proven; 1 unprotected but accepted.',
    ),
    'failing': (
        of(sent(), sent('spl2', ok=False), sent('spl3', until='envelope')),
        'ill',
        '1 of 3 servers needs attention: 1 failing; 1 tested.',
    ),
    'none proven': (
        of(sent(until='handshake'), sent('spl2', until='envelope')),
        'ill',
        '0 of 2 servers are proven; 2 tested.',
    ),
}


@pytest.mark.parametrize('name', VERDICTS)
def test_verdict_and_tone(name: str) -> None:
    report, expected_tone, sentence = VERDICTS[name]
    assert (tone(report), verdict(report)) == (expected_tone, sentence)


def test_plays_that_never_started_are_named_and_nothing_is_well() -> None:
    report = of(sent())
    report.unfinished = ['Converge', 'Verify']
    assert verdict(report).endswith('The run ended before these plays: Converge, Verify.')
    assert tone(report) == 'ill'


def test_servers_with_the_same_cause_are_one_line() -> None:
    report: Report = fleet.report(
        fleet.Result(f'print{number}', 'send_memo', 'ok', {'servers': [fleet.sent('spl1', ok=False)]}) for number in range(5)
    )
    (group,) = causes(report)
    assert (group.state, group.code, len(group.servers)) == ('failing', 'expired', 5)


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
