# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mailers that do not do their work reliably: the kit may not know then, but says nothing wrong."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.laboratory import Laboratory, Patience, Sighting
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import QUESTIONS, Observation, observe
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.playing_server import PlayingServer
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.visit import Visit
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.reload import when_is_it_read
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.verdict import UNKNOWN, Verdict
from support.observed import (
    HOST,
    LOOPBACK,
    as_assumed,
    authorities,
    expected,
    our_ciphers,
    playing,
    public_authority,
    sampled,
)
from support.stand_in_mailer import StandIn

pytestmark = pytest.mark.filterwarnings('ignore:ssl.TLSVersion:DeprecationWarning')


class Losing(StandIn):
    """Forgets one mail in four."""

    chance = random.Random(0)

    def send(self, after: float = 0.0) -> bool:
        return self.chance.random() < 0.25 or super().send(after)


class Lagging(StandIn):
    """Reads its files after every third mail alone."""

    number = 0
    longest_wait = 0.3  # it often speaks another protocol than the server

    def send(self, after: float = 0.0) -> bool:
        loaded = self._loaded
        self.number += 1
        if self.number % 3 == 1:
            return super().send(after)
        kept, self._switches = self._switches, {**self._switches, 'when_read': 'at_start'}
        self._loaded = loaded
        super().send(after)
        self._switches = kept
        return True

    def restart(self) -> bool:
        super().restart()
        return self.number % 3 == 1  # a restart that nobody knows how to do


class Late(StandIn):
    """Each mail leaves when the next one is caused, with the files of its own time."""

    waiting: dict[str, bytes] | None = None

    def send(self, after: float = 0.0) -> bool:
        self.restart()
        waiting, self.waiting = self.waiting, self._loaded
        if waiting is not None:
            kept, self._switches = self._switches, {**self._switches, 'when_read': 'at_start'}
            self._loaded = waiting
            super().send(after)
            self._switches = kept
        return True


class Silent(StandIn):
    def send(self, after: float = 0.0) -> bool:
        del after
        return True


@pytest.fixture(scope='module')
def server() -> t.Iterator[PlayingServer]:
    with playing() as server:
        yield server


class WithoutRestart(StandIn):
    def restart(self) -> bool:
        super().restart()
        return False


class Forgetful(StandIn):
    """Forgets the first two mails."""

    number = 0

    def send(self, after: float = 0.0) -> bool:
        self.number += 1
        return self.number <= 2 or super().send(after)


def laboratory_of(kind: type[StandIn], switches: dict[str, str], server: PlayingServer, directory: pathlib.Path) -> Laboratory:
    directory.mkdir()
    mailer = kind(switches, directory, HOST, (LOOPBACK, server.port), public_authority().pem, our_ciphers())
    return Laboratory(mailer, server, authorities(), Patience(5.0, 0.05))


def observed(kind: type[StandIn], switches: dict[str, str], server: PlayingServer, directory: pathlib.Path) -> Observation:
    Losing.chance.seed(directory.name)
    return observe(laboratory_of(kind, switches, server, directory))


UNRELIABLE = {'loses mails': Losing, 'reads late': Lagging, 'sends late': Late}


@pytest.mark.parametrize('kind', UNRELIABLE)
def test_an_unreliable_mailer_is_never_misjudged(kind: str, server: PlayingServer, tmp_path: pathlib.Path) -> None:
    for number in range(4):
        switches = sampled(number)
        found = {
            verdict.question: verdict for verdict in observed(UNRELIABLE[kind], switches, server, tmp_path / str(number)).verdicts
        }
        wrong = [name for name in (one.name for one in QUESTIONS) if found[name].observed not in ('', switches[name])]
        assert not wrong, [(found[name], switches[name]) for name in wrong]


def test_what_came_counts_whatever_failed_to_come(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    verdicts = observed(Losing, as_assumed(), server, tmp_path / 'server').verdicts
    known = [verdict for verdict in verdicts if verdict.verdict != UNKNOWN]
    assert len(known) > len(verdicts) / 6


def test_of_a_mailer_that_sends_nothing_nothing_is_said(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    observation = observed(Silent, as_assumed(), server, tmp_path / 'server')
    assert {verdict.verdict for verdict in observation.verdicts} == {UNKNOWN}
    assert observation.facts is None
    assert 'no connection' in observation.verdicts[0].evidence[0]


def test_what_the_oracle_of_these_tests_expects_is_seldom_nothing() -> None:
    wanted = [expected(question, sampled(number)) for question in QUESTIONS for number in range(40)]
    assert wanted.count('') < len(wanted) / 3


def when(kind: type[StandIn], when_read: str, server: PlayingServer, directory: pathlib.Path) -> tuple[Laboratory, Verdict]:
    laboratory = laboratory_of(kind, {**as_assumed(), 'when_read': when_read}, server, directory)
    return laboratory, when_is_it_read(laboratory)


def test_a_change_that_counts_after_a_while_is_waited_for(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    laboratory, verdict = when(WithoutRestart, 'later', server, tmp_path / 'server')
    assert (verdict.observed, laboratory.settling, laboratory.restarts) == ('later', 25.0, False)
    assert '25 s after a change it counted' in verdict.evidence


def test_a_mailer_that_can_be_restarted_is_not_waited_for(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    laboratory, verdict = when(StandIn, 'later', server, tmp_path / 'server')
    assert (verdict.observed, laboratory.settling, laboratory.restarts) == ('later', 0.0, True)


def test_the_first_mails_may_be_lost_without_a_wrong_answer(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    """What came after a wait or a restart then came for another reason."""
    assert when(Forgetful, 'each_mail', server, tmp_path / 'server')[1].observed == ''


def test_evidence_has_what_the_server_wrote_to_its_log(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    laboratory = laboratory_of(StandIn, as_assumed(), server, tmp_path / 'server')
    expired = next(question for question in QUESTIONS if question.name == 'expired_certificate').trials[0]
    shown = laboratory.run(expired).shown()
    assert 'the handshake ended by: alert certificate_expired' in shown
    assert shown.endswith(' | error log: no mail was sent: TlsFailed')


def test_of_several_connections_the_rhythm_is_told() -> None:
    visits = tuple(Visit(began) for began in (10.0, 12.0, 16.5))
    shown = Sighting(visits, {}, is_stale=False, is_firm=False).shown()
    assert shown == '3 connections, 2.0 s, 4.5 s apart | dropped | dropped | dropped'
