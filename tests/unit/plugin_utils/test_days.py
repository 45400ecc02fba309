# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Days until and since an end: the number and the sentence agree."""

from __future__ import annotations

import datetime as dt

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.days import ago, days_left, in_days

NOW = dt.datetime(2026, 11, 24, 8, 15, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    ('hours', 'expected'),
    [
        (240, 10),
        (239, 9),
        (24, 1),
        (23, 0),
        (0.001, 0),
        (0, -1),
        (-0.001, -1),
        (-23, -1),
        (-25, -1),
        (-48, -2),
        (-73, -3),
        (-95, -3),
        (-96, -4),
    ],
    ids=[
        'ten days',
        'an hour less than ten days',
        'a day',
        'an hour less than a day',
        'seconds',
        'now',
        'seconds ago',
        'an hour less than a day ago',
        'an hour more than a day ago',
        'two days ago',
        'an hour more than three days ago',
        'an hour less than four days ago',
        'four days ago',
    ],
)
def test_days_left(hours: float, expected: int) -> None:
    assert days_left(NOW + dt.timedelta(hours=hours), NOW) == expected


@pytest.mark.parametrize(
    ('hours', 'expected'),
    [
        (-0.001, 'less than a day ago'),
        (-23, 'less than a day ago'),
        (-25, '1 day ago'),
        (-73, '3 days ago'),
    ],
    ids=['seconds', 'less than a day', 'one day', 'several days'],
)
def test_ago(hours: float, expected: str) -> None:
    assert ago(NOW + dt.timedelta(hours=hours), NOW) == expected


@pytest.mark.parametrize(
    ('hours', 'expected'),
    [(0.001, 'within a day'), (25, 'in 1 day'), (73, 'in 3 days')],
    ids=['seconds', 'one day', 'several days'],
)
def test_in_days(hours: float, expected: str) -> None:
    assert in_days(NOW + dt.timedelta(hours=hours), NOW) == expected
