# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What expires: each certificate, CA and CRL once, with all who use it, and the months of the next days."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.expiry_calendar import DAYS, endings, months
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Report
from support import fleet


def of(*servers: tuple[str, str, int]) -> Report:
    """Return the report of (host, server, days left of its certificate)."""
    results = [fleet.Result(host, 'send_memo', 'ok', {'servers': [fleet.sent(name, days=days)]}) for host, name, days in servers]
    report: Report = fleet.report(results)
    return report


def test_what_many_servers_use_is_one_entry() -> None:
    found = endings(of(('a', 'spl1', 61), ('b', 'spl1', 61), ('c', 'spl1', 9)))
    assert [(ending.what.kind, ending.days_left, [host for _number, host, _name in ending.users]) for ending in found] == [
        ('certificate', 9, ['c']),
        ('crl', 21, ['a', 'b', 'c']),
        ('certificate', 61, ['a', 'b']),
        ('ca', 800, ['a', 'b', 'c']),
    ]


def test_days_left_of_what_has_expired_are_negative() -> None:
    assert endings(of(('a', 'spl1', -3)))[0].days_left == -3


MONTHS = {
    'in the middle of a year': ('2026-06-15', ['June 2026', 'July 2026', 'August 2026', 'September 2026']),
    'over the end of a year': ('2026-11-24', ['November 2026', 'December 2026', 'January 2027', 'February 2027']),
    'from the first of a month': ('2026-05-01', ['May 2026', 'June 2026', 'July 2026']),
}


@pytest.mark.parametrize('name', MONTHS)
def test_months_of_the_next_days(name: str) -> None:
    today, expected = MONTHS[name]
    found = months(Report('', f'{today}T08:15:00Z', []), [])
    assert [month.name for month in found] == expected
    days = [day for month in found for week in month.weeks for day in week if day]
    assert [day.date.isoformat() for day in days if day.is_today] == [today]
    assert sum(day.is_within for day in days) == DAYS + 1


def test_an_expiry_is_on_its_day() -> None:
    report = of(('a', 'spl1', 9))
    days = [day for month in months(report, endings(report)) for week in month.weeks for day in week if day]
    assert {day.date.isoformat(): [ending.what.kind for ending in day.endings] for day in days if day.endings} == {
        '2026-12-03': ['certificate'],
        '2026-12-15': ['crl'],
    }
