# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rows of the page: in the order of what is to be done, as HTML no more than a reader needs, and all of them as data."""

from __future__ import annotations

import json

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.expiry_calendar import endings
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.page_data import (
    MOST_STATIC,
    PAGE_LENGTH,
    Row,
    rows,
    static,
    to_script,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.groups import by_group
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import ORDER, Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.summary import causes
from support import fleet


@pytest.fixture(scope='module')
def report() -> Report:
    found: Report = fleet.grouped(fleet.report(fleet.results(700, 2)))
    return found


@pytest.fixture(scope='module')
def every(report: Report) -> list[Row]:
    return rows(report, causes(report), endings(report))


def test_the_worst_states_come_first_and_servers_with_one_cause_together(every: list[Row]) -> None:
    states = [ORDER[row.server.state] for row in every]
    assert states == sorted(states)
    seen = [row.cause for row in every if row.cause is not None]
    assert [cause for number, cause in enumerate(seen) if number == 0 or cause != seen[number - 1]] == sorted(set(seen))


def test_html_has_the_first_servers_of_each_cause_and_no_more_than_a_bound(report: Report, every: list[Row]) -> None:
    shown = static(every, len(causes(report)))
    assert PAGE_LENGTH <= len(shown) <= MOST_STATIC < len(every)
    assert {row.cause for row in shown} >= set(range(len(causes(report))))
    few = [row._replace(cause=None) for row in every]
    assert static(few, 0) == few[:PAGE_LENGTH]
    many = [row._replace(cause=number) for number, row in enumerate(every)]
    assert static(many, len(many)) == many[:MOST_STATIC]


def test_the_data_has_every_row_and_each_text_once(report: Report, every: list[Row]) -> None:
    text = to_script(report, every, causes(report), by_group(report))
    data = json.loads(text)
    assert [data['hosts'][row[0]][0] for row in data['rows']] == [row.host.name for row in every]
    assert [[tuple(data['facts'][number]) for number in row[5]] for row in data['rows']] == [
        [tuple(fact) for fact in row.facts] for row in every
    ]
    assert text.count('CN=Example Mail CA,O=Example expired') <= 1
    assert len(text) < 200 * len(every)


def test_the_data_ends_no_script() -> None:
    hostile = fleet.grouped(fleet.report(fleet.hostile_results(40)), ['</script><script>alert(1)</script><!--', '\u2028'])
    text = to_script(hostile, rows(hostile, causes(hostile), endings(hostile)), causes(hostile), by_group(hostile))
    assert not set(text) & set('<\u2028\u2029\n')
    assert fleet.MARKUP in json.loads(text)['hosts'][0][0]
