# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The kit against a stand-in for sendmemo: whatever is switched there, it is found, or said to be unknown."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import QUESTIONS, observe, shown
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.playing_server import PlayingServer
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.verdict import DIFFERS, HOLDS, UNKNOWN, Verdict
from support.observed import BESIDE, BY_NAME, as_assumed, expected, laboratory_of, our_hello, playing, sampled

# The playing server speaks old versions on purpose.
pytestmark = pytest.mark.filterwarnings('ignore:ssl.TLSVersion:DeprecationWarning')
COMBINATIONS = 200 if os.environ.get('INFOPRINT_TEST_ALL') else 40
AT_A_TIME = 20


@pytest.fixture(scope='module')
def server() -> t.Iterator[PlayingServer]:
    with playing() as server:
        yield server


def check(switches: dict[str, str], server: PlayingServer, directory: pathlib.Path) -> dict[str, Verdict]:
    """Return the verdicts, by question."""
    directory.mkdir()
    observation = observe(laboratory_of(switches, server, directory), ours=our_hello)
    found = {verdict.question: verdict for verdict in observation.verdicts}
    assert set(found) == set(switches)
    wanted = {question.name: expected(question, switches) for question in QUESTIONS}
    wrong = {name: (found[name], reading) for name, reading in wanted.items() if found[name].observed != reading}
    assert not wrong
    for question in QUESTIONS:
        verdict = HOLDS if wanted[question.name] in question.assumed else DIFFERS if wanted[question.name] else UNKNOWN
        assert found[question.name].verdict == verdict
    assert found['when_read'].observed == switches['when_read']
    for name in ('ciphers', 'sender'):
        assert (found[name].verdict == HOLDS) == (switches[name] == BESIDE[name][0]), found[name]
    return found


def test_a_mailer_as_assumed_is_found_to_be_that(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    found = check(as_assumed(), server, tmp_path / 'server')
    ehlo, sender, *form = found['sender'].evidence
    assert (ehlo[:6], sender) == ('EHLO n', 'MAIL FROM:<sendmemo@{hostname}>')
    assert 'Subject: 5010-192 Message from InfoPrint server: spl1' in form
    assert form[-1] == 'it ends with QUIT'
    _suites, groups, name = found['ciphers'].evidence
    assert 'x25519' in groups
    assert name == 'server name: none'


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        pytest.param('unknown_ca', ['starttls server, certificate "unknown_root"'], id='a certificate'),
        pytest.param(
            'default_cas',
            ['starttls server, certificate "public", line "CAFile = "', 'starttls server, certificate "public"'],
            id='no CA file',
        ),
        pytest.param('partial_chain', ['starttls server, certificate "good", CAFile of "intermediate"'], id='another CA file'),
        pytest.param(
            'expired_crl',
            [f'starttls server, certificate "{name}", CRLs "expired"' for name in ('good', 'revoked')],
            id='other CRLs',
        ),
        pytest.param('smtps', ['smtps server, certificate "good", line "EnableTLS = 2"'], id='a mode'),
        pytest.param('carriage_return', ['starttls server, certificate "good", line "Hostname = {name}\\x0d"'], id='a line end'),
        pytest.param('starttls_refused', ['starttls server, certificate "good", refuses STARTTLS'], id='a reply'),
    ],
)
def test_evidence_says_what_is_different_in_a_trial(name: str, expected: list[str]) -> None:
    question = BY_NAME[name]
    assert [shown(trial, question.control) for trial in question.trials] == expected


@pytest.mark.newest_core
@pytest.mark.parametrize('first', range(0, COMBINATIONS, AT_A_TIME))
def test_every_switch_is_found(first: int, server: PlayingServer, tmp_path: pathlib.Path) -> None:
    for number in range(first, first + AT_A_TIME):
        check(sampled(number), server, tmp_path / str(number))


def test_the_stand_in_has_a_switch_for_every_question() -> None:
    assert as_assumed() == {
        **{question.name: question.assumed[0] for question in QUESTIONS},
        **{name: readings[0] for name, readings in BESIDE.items()},
    }


def test_each_question_rests_on_those_before_it() -> None:
    names = [question.name for question in QUESTIONS]
    assert len(set(names)) == len(names)
    for place, question in enumerate(QUESTIONS):
        assert {need.question for need in question.needs} <= set(names[:place]), question.name
        assert set(question.assumed) <= {reading.name for reading in question.readings}, question.name
        assert {len(reading.allows) for reading in question.readings} == {len(question.trials)}, question.name
