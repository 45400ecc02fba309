# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The groups of the inventory: which of them is in trouble, and how many of its servers are in which state."""

from __future__ import annotations

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.groups import by_group
from support import fleet


def test_groups_are_counted_by_state_and_those_in_trouble_come_first() -> None:
    hosts = {'a': (['aix', 'everywhere'], True), 'b': (['linux', 'everywhere'], False), 'c': (['linux', 'everywhere'], True)}
    report = fleet.report(
        fleet.Result(name, 'send_memo', 'ok', {'servers': [fleet.sent('spl1', ok=is_well), fleet.sent('spl2')]})
        for name, (_groups, is_well) in hosts.items()
    )
    for host in report.hosts:
        host.log.groups = hosts[host.name][0]
    assert by_group(report) == [
        ('linux', 4, 1, {'failing': 1, 'proven': 3}),
        ('aix', 2, 0, {'proven': 2}),
    ]


def test_a_report_without_groups_has_none() -> None:
    assert by_group(fleet.report(fleet.results(3))) == []
