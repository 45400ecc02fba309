# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which hosts stay in a report that runs are laid over: those that an inventory which speaks for them still has."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.events import Collector, Event
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import (
    Logs,
    Run,
    merge_newer,
    without_departed,
)
from support import fleet

SITE_A, SITE_B = '/etc/site-a.yml', '/etc/site-b.yml'


def known() -> Logs:
    """Return two fleets, each observed by a run of its own inventory, and a host that nobody ever came to."""
    found: Logs = {}
    for source, names in ((SITE_A, ('a1', 'a2', 'a3')), (SITE_B, ('b1', 'b2'))):
        of = Run(inventory=[source])
        results = [fleet.Result(name, 'send_memo', 'ok', {'servers': [fleet.sent('spl1')]}) for name in names]
        found.update(fleet.logs(results, of))
    found.update(fleet.logs([], Run(), ['never']))
    return found


CASES = {
    'the same inventory': ((SITE_A,), {'a1', 'a2', 'a3', 'b1', 'b2', 'never'}, {'a1', 'a2', 'a3', 'b1', 'b2', 'never'}),
    'a host has left it': ((SITE_A,), {'a1', 'a2', 'never'}, {'a1', 'a2', 'b1', 'b2', 'never'}),
    'it was renamed, and a host has left it': (('/etc/new.yml',), {'a1', 'a2', 'never'}, {'a1', 'a2', 'b1', 'b2', 'never'}),
    'both at once': ((SITE_A, SITE_B), {'a1', 'b1'}, {'a1', 'b1'}),
    'all its hosts are others now': ((SITE_A,), {'x1'}, {'b1', 'b2'}),
    'a third one': (('/etc/site-c.yml',), {'c1', 'never'}, {'a1', 'a2', 'a3', 'b1', 'b2', 'never'}),
    'a list given by hand': (('a1,',), {'a1'}, {'a1', 'a2', 'a3', 'b1', 'b2', 'never'}),
}


@pytest.mark.parametrize('name', CASES)
def test_hosts_leave_with_the_inventory(name: str) -> None:
    sources, hosts, expected = CASES[name]
    assert set(without_departed(known(), hosts, sources)) == expected


def test_of_two_runs_in_one_second_the_later_one_counts() -> None:
    """The first has more results than the second, so that counting them would not do."""
    entries = (fleet.sent('spl1', ok=False), fleet.sent('spl1', ok=False)), (fleet.sent('spl1'),)
    logs: Logs = {}
    for number, sends in enumerate(entries):
        collector = Collector(Run())
        for entry in sends:
            result = {'servers': [entry]}
            collector.take(Event('a', 'Prove', 'send_memo', 'ok', result, fleet.moment(), order=10**15 + 1000 * number))
        merge_newer(logs, collector.logs({}))
    assert logs['a'].servers['spl1'].observations['send'].verdict == 'ok'
