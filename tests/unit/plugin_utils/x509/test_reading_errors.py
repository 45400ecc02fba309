# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors of reading become a reason; those that end a program or a task, or use up the budget, pass through."""

from __future__ import annotations

import typing as t
import warnings

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import budget
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.budget import Budget, OverBudget
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reading_errors import (
    LONGEST,
    attempt,
    is_of_reading,
    read_or_reason,
    why,
)
from support.x509_records import Clock


class PanicException(BaseException):
    """As PyO3 raises it where the parser in Rust panics."""


OF_READING = {'value': ValueError('no DER'), 'type': TypeError('None'), 'panic': PanicException('index out of bounds')}
OTHERS = {'budget': OverBudget('used up'), 'interrupt': KeyboardInterrupt(), 'exit': SystemExit(1)}


def raising(error: BaseException) -> t.Callable[..., t.Any]:
    def read(*_arguments: object) -> t.Any:
        raise error

    return read


@pytest.mark.parametrize('kind', OF_READING)
def test_an_error_of_reading_becomes_a_reason(kind: str) -> None:
    error = OF_READING[kind]
    assert is_of_reading(error)
    assert attempt(raising(error), 'other') == 'other'
    assert read_or_reason(raising(error), b'') == str(error)


@pytest.mark.parametrize('kind', OTHERS)
def test_any_other_error_passes_through(kind: str) -> None:
    error = OTHERS[kind]
    assert not is_of_reading(error)
    with pytest.raises(type(error)):
        attempt(raising(error), 'other')
    with pytest.raises(type(error)):
        read_or_reason(raising(error), b'')


def test_what_can_be_read_is_returned() -> None:
    assert attempt(lambda: 7, 0) == 7
    assert read_or_reason(len, b'abc') == 3


@pytest.mark.parametrize(
    ('error', 'reason'),
    [
        pytest.param(ValueError('a\x1b[2J'), 'a\\x1b[2J', id='control characters'),
        pytest.param(ValueError(), 'ValueError', id='without a message'),
        pytest.param(ValueError('x' * 1000), 'x' * (LONGEST - 3) + '...', id='long'),
    ],
)
def test_a_reason_is_sanitized_and_short(error: BaseException, reason: str) -> None:
    assert why(error) == reason


def test_warnings_of_the_library_are_not_shown() -> None:
    def read(der: bytes) -> bytes:
        warnings.warn('deprecated', DeprecationWarning, stacklevel=1)
        return der

    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert read_or_reason(read, b'MAA') == b'MAA'


def test_nothing_is_read_over_the_budget() -> None:
    with budget.limited_to(Budget(1.0, clock=Clock(10.0))), budget.step(), pytest.raises(OverBudget):
        read_or_reason(raising(AssertionError('it was read')), b'')
