# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values of results and earlier reports: what is no number or time counts as absent; a problem is never milder than it is."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report import times
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.values import (
    LONGEST_NAME,
    MOST_GROUPS,
    Record,
    group_names,
    own_problem,
    whole,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.report_codes import REPORT_CODES

MOMENTS: dict[str, tuple[object, bool]] = {
    'a time': ('2026-11-24T08:15:00Z', True),
    'no text': (7, False),
    'nothing': (None, False),
    'a day that does not exist': ('2026-02-30T08:15:00Z', False),
    'a time zone': ('2026-11-24T08:15:00+01', False),
    'a fraction': ('2026-11-24T08:15:00.123456Z', False),
    'other digits': ('\u0662026-11-24T08:15:00Z', False),
    'the year 0': ('0000-11-24T08:15:00Z', False),
}


@pytest.mark.parametrize('name', MOMENTS)
def test_a_time_has_the_format_of_this_collection_or_is_none(name: str) -> None:
    value, is_time = MOMENTS[name]
    assert Record({'at': value}, 'it').moment('at') == (value if is_time else '')


def test_a_time_is_the_same_in_microseconds() -> None:
    assert times.moment_of(times.microseconds('2026-11-24T08:15:00Z')) == '2026-11-24T08:15:00Z'
    assert times.minute('2026-11-24T08:15:00Z') == '2026-11-24 08:15'


NUMBERS: dict[str, tuple[object, int | None]] = {
    'a number': (30, 30),
    'a number as text': ('30', 30),
    'zero': (0, 0),
    'negative': (-1, None),
    'a boolean': (True, None),
    'a fraction': (1.5, None),
    'a word': ('many', None),
    'more digits than a number of days has': ('9' * 10, None),
}


@pytest.mark.parametrize('name', NUMBERS)
def test_days_are_a_whole_number(name: str) -> None:
    value, expected = NUMBERS[name]
    assert whole(value) == expected


@pytest.mark.parametrize('severity', ['fatal', '', None], ids=['unknown', 'empty', 'absent'])
def test_a_problem_without_a_known_severity_is_an_error(severity: str | None) -> None:
    problem = Record({'code': 'expired', 'severity': severity, 'line': 'x'}, 'it').as_problem()
    assert problem == {'code': 'expired', 'severity': 'error'}


def test_a_choice_is_one_of_those_that_there_are() -> None:
    given = Record({'verdict': 'ok', 'other': 'fine', 'number': 7}, 'it')
    assert given.choice('verdict', ('ok', 'failing')) == 'ok'
    assert given.choice('absent', ('ok', 'failing'), 'ok') == 'ok'
    for key, message in (('other', 'other is fine'), ('number', 'number of it is a number'), ('absent', 'absent is missing')):
        with pytest.raises(InvalidValue, match=message):
            given.choice(key, ('ok', 'failing'))


@pytest.mark.parametrize('code', REPORT_CODES)
def test_a_problem_of_the_report_has_severity_and_remedy_of_the_catalogue(code: str) -> None:
    entry = REPORT_CODES[code]
    assert own_problem(code, 'so') == {'code': code, 'severity': entry.severity, 'message': 'so', 'hint': entry.remedy}
    assert own_problem(code, 'so', hint='') == {'code': code, 'severity': entry.severity, 'message': 'so'}


def test_names_of_groups_are_bounded_in_number_and_length_and_safe() -> None:
    assert group_names(['b', 'a', 'b', '']) == ['b', 'a']
    assert len(group_names(str(number) for number in range(10_000))) == MOST_GROUPS
    assert [len(name) for name in group_names(['x' * 10_000])] == [LONGEST_NAME]
    assert group_names(['a\x1b[31m\u202e']) == ['a\\x1b[31m\\xe2\\x80\\xae']
    with pytest.raises(InvalidValue):
        group_names([7])
