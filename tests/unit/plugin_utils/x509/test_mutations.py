# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""10,000 corrupted certificates, CRLs and answers: nothing is raised, and no entry or verdict is lost (see `fuzz.analysis`)."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import analysis
from fuzz.mutations import KINDS, NAMES, corrupted, mutated
from fuzz.seeds import seeds

pytestmark = pytest.mark.newest_core

OF_X509 = OF_ANSWERS = 5000 if os.environ.get('INFOPRINT_TEST_ALL') else 1500
NUMBERS = st.integers(0, 1 << 16)
EVERY_TIME: dict[str, t.Any] = {'deadline': None, 'database': None, 'suppress_health_check': list(HealthCheck)}
SEEDS = seeds()
# Of our own chain, which is checked the deepest, as often as of all of PKITS.
PLACES = st.integers(0, 4) | st.integers(0, len(SEEDS['x509']) - 1)
ANSWERS = [json.loads(one) for one in SEEDS['answer']]


@settings(max_examples=OF_X509, **EVERY_TIME)
@given(PLACES, st.lists(st.tuples(st.integers(0, KINDS - 1), NUMBERS, NUMBERS), min_size=1, max_size=3))
def test_no_certificate_or_crl_costs_an_entry(seed: int, changes: list[tuple[int, int, int]]) -> None:
    data = SEEDS['x509'][seed]
    for change in changes:
        data = mutated(data, *change)
    analysis.x509(data)


@settings(max_examples=OF_ANSWERS, **EVERY_TIME)
@given(st.integers(0, len(ANSWERS) - 1), st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=3))
def test_no_answer_costs_more_than_being_called_malformed(seed: int, changes: list[tuple[int, int]]) -> None:
    answer = ANSWERS[seed]
    for change in changes:
        answer = corrupted(answer, *change)
    analysis.answer(json.dumps(answer).encode())


@pytest.mark.parametrize('kind', range(KINDS), ids=NAMES)
def test_each_way_of_corrupting_changes_something(kind: int) -> None:
    """Else the tests above would prove less than they say."""
    data = SEEDS['x509'][0]
    assert any(mutated(data, kind, place, place + 7) != data for place in range(50))
