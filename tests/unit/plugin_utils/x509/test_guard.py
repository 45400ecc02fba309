# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The guard ends an analysis, and nothing else."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.budget import (
    Budget,
    charge_signature,
    check,
    limited_to,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.guard import guard
from support.x509_records import Clock, incomplete


def test_a_step_leaves_enough_for_the_others() -> None:
    budget = Budget(clock=Clock(0.001))
    problems: list[Problem] = []
    with limited_to(budget):
        for _greedy in range(3):
            with guard(problems, 'The files of one server'):
                for _round in itertools.count():
                    check()
        with guard(problems, 'The files of another server'):
            for _round in range(100):
                check()
    assert len(incomplete(problems)) == 3
    assert 0.5 < budget.seconds < 0.85


def test_steps_within_a_step_get_no_share_of_their_own() -> None:
    problems: list[Problem] = []
    with limited_to(Budget(signatures=8)), guard(problems, 'The whole'):
        for _part in range(8):
            with guard(problems, 'A part'):
                charge_signature()
    assert len(incomplete(problems)) == 4


class PanicException(BaseException):
    """What PyO3 raises if the Rust code of cryptography panics."""


@pytest.mark.parametrize(
    ('error', 'reason'),
    [
        pytest.param(ValueError('malformed data'), 'ValueError: malformed data', id='error'),
        pytest.param(ValueError('a\x1b[2Jb'), 'ValueError: a\\x1b[2Jb', id='control characters'),
        pytest.param(PanicException('in Rust'), 'PanicException: in Rust', id='panic'),
    ],
)
def test_an_error_becomes_a_warning_beside_the_problems_found_before(error: BaseException, reason: str) -> None:
    before = Problem('expired', 'It expired.')
    problems = [before]
    with guard(problems, 'The CRLs', file='crl.pem', keyword='CrlFile'):
        raise error
    assert problems == [
        before,
        Problem('analysis_incomplete', f'The CRLs not checked: {reason}.', file='crl.pem', keyword='CrlFile'),
    ]
    assert not problems[1].is_error


@pytest.mark.parametrize(
    'error', [InvalidValue('no answer'), KeyboardInterrupt(), SystemExit()], ids=lambda error: type(error).__name__
)
def test_what_ends_a_task_passes_through(error: BaseException) -> None:
    problems: list[Problem] = []
    with pytest.raises(type(error)), guard(problems, 'The CRLs'):
        raise error
    assert problems == []
