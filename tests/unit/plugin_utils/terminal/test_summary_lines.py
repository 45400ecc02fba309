# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lines at the end of a run: which servers need attention, why, and how to go on."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.summary import MOST_LINES, causes
from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.summary_lines import summary_lines
from support import fleet


def nothing(_message: str) -> bool:
    return False


def failing(count: int) -> Report:
    report: Report = fleet.report(
        fleet.Result(
            f'print{number}', 'send_memo', 'ok', {'servers': [fleet.sent('spl1', ok=False), fleet.sent('spl2', ok=False)]}
        )
        for number in range(count)
    )
    return report


def test_servers_with_the_same_cause_are_one_line() -> None:
    line = summary_lines(failing(5), '', nothing)[1]
    assert line.startswith(
        '  ✕ failing: print0 spl1, spl2; print1 spl1, spl2; print2 spl1, spl2; and 4 more: The certificate of '
    )
    assert line.endswith("[expired] Have the mail server's administrators replace the certificate.")


def test_a_cause_that_the_run_has_shown_is_named_by_its_code() -> None:
    report = failing(1)
    (group,) = causes(report)
    lines = summary_lines(report, '', lambda message: message == group.message.replace('print0', ''))
    assert lines[1] == '  ✕ failing: print0 spl1, spl2 [expired]'


def test_many_causes_are_counted() -> None:
    report: Report = fleet.report(
        fleet.Result(f'print{number}', 'send_memo', 'failed', {'msg': f'reason {number * number}'}) for number in range(13)
    )
    lines = summary_lines(report, '/reports/index.html', nothing, 'Correct it.')
    assert lines[1 + MOST_LINES :] == ['  and 3 more causes', '  /reports/index.html', 'Correct it.']


@pytest.mark.parametrize('columns', [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv('COLUMNS', str(columns))
    assert max(map(len, summary_lines(failing(9), '', nothing, 'How to go on ' * 20))) <= columns


def test_no_line_has_what_moves_a_cursor() -> None:
    hostile = fleet.report(fleet.hostile_results(60))
    assert not set(''.join(summary_lines(hostile, '', nothing))) & set('\u202e\u2066\x1b\x00\r\n')
