# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mailers that do not do their work reliably: the kit may not know then, but says nothing wrong."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.laboratory import (
    CONTROL,
    Laboratory,
    Patience,
    Sighting,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import (
    QUESTIONS,
    Observation,
    chosen,
    observe,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.authorities import Authorities
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.client_hello import cipher_name
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.playing_server import PlayingServer
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.visit import Visit
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.questions.grammar import GRAMMAR
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.reload import EACH_MAIL, when_is_it_read
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.verdict import HOLDS, UNKNOWN, Verdict
from support.observed import (
    BY_NAME,
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
        self.send_with(loaded)
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
            self.send_with(waiting)
        return True


class Twice(StandIn):
    """Sends two mails for each that is caused."""

    def send(self, after: float = 0.0) -> bool:
        super().send(after)
        return super().send(after)


class Queueing(StandIn):
    """With each mail it tries an older one again, with the files of then."""

    longest_wait = 0.3
    older: dict[str, bytes] | None = None

    def send(self, after: float = 0.0) -> bool:
        del after
        self.restart()
        present = self._loaded
        for files in filter(None, (self.older, present)):
            self.send_with(files)
        self.older = present
        return True


class AtIntervals(StandIn):
    """Mails leave two at a time, with the files of then."""

    waiting = 0

    def send(self, after: float = 0.0) -> bool:
        self.waiting += 1
        if self.waiting == 2:
            self.waiting = 0
            super().send(after)
            super().send(after)
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


class Stubborn(StandIn):
    """Says that it restarts, and does not."""

    def restart(self) -> bool:
        if not self._loaded or self.is_due:
            super().restart()
        return True

    is_due = False

    def send(self, after: float = 0.0) -> bool:
        self.is_due = after >= self.rereads_after
        try:
            return super().send(after)
        finally:
            self.is_due = False


class Forgetful(StandIn):
    """Forgets the first two mails."""

    number = 0

    def send(self, after: float = 0.0) -> bool:
        self.number += 1
        return self.number <= 2 or super().send(after)


def laboratory_of(kind: type[StandIn], switches: dict[str, str], server: PlayingServer, directory: pathlib.Path) -> Laboratory:
    directory.mkdir()
    Losing.chance.seed(directory.name)
    mailer = kind(switches, directory, HOST, (LOOPBACK, server.port), public_authority().pem, our_ciphers())
    return Laboratory(mailer, server, authorities(), Patience(5.0, 0.05))


def observed(kind: type[StandIn], switches: dict[str, str], server: PlayingServer, directory: pathlib.Path) -> Observation:
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


def test_a_lost_mail_does_not_show_that_a_restart_is_needed(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    found = {
        when_is_it_read(laboratory_of(Losing, as_assumed(), server, tmp_path / str(number))).observed for number in range(20)
    }
    assert found == {'', EACH_MAIL}


def test_what_is_late_was_not_refused(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    """Each silent trial is followed by a control in which the trial's own mail comes, too."""
    intervals = laboratory_of(AtIntervals, as_assumed(), server, tmp_path / 'server')
    verdicts = observe(intervals, chosen([question.name for question in GRAMMAR])).verdicts
    assert {verdict.question for verdict in verdicts if verdict.observed and verdict.question in BY_NAME} == set()


def test_what_comes_with_an_older_configuration_is_left_aside(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    """But where nothing else comes, as without the CAFile, it may be that the mailer has not read the new one yet."""
    wanted = {name: as_assumed()[name] for name in ('unknown_ca', 'smtps', 'handshake_failed', 'retry', 'quotes')}
    questions = chosen([*wanted, 'missing_file'])
    verdicts = observe(laboratory_of(Queueing, as_assumed(), server, tmp_path / 'server'), questions).verdicts
    found = {verdict.question: verdict for verdict in verdicts}
    assert {name: found[name].observed for name in wanted} == wanted
    assert 'an older configuration' in found['missing_file'].evidence[-1]


def test_another_mail_is_neither_a_retry_nor_our_own_connection(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    verdicts = observe(laboratory_of(Twice, as_assumed(), server, tmp_path / 'server'), chosen(['retry', 'unknown_ca'])).verdicts
    found = {verdict.question: verdict for verdict in verdicts}
    assert (found['unknown_ca'].verdict, found['retry'].verdict) == (HOLDS, UNKNOWN)
    assert 'once, and nothing else' in found['retry'].evidence[-1]


@pytest.mark.parametrize('ours_connects', [True, False])
def test_our_own_connection_is_told_from_a_mail_that_comes_meanwhile(
    ours_connects: bool, server: PlayingServer, tmp_path: pathlib.Path
) -> None:
    """What stands in for ours offers a single cipher suite, and goes without a mail."""
    mailers = laboratory_of(StandIn, as_assumed(), server, tmp_path / 'server')
    mailers.check(CONTROL)
    where = (LOOPBACK, server.port)
    ours = StandIn(as_assumed(), tmp_path / 'server', 'another.example.com', where, ciphers='ECDHE-ECDSA-AES128-GCM-SHA256')
    hello = mailers.hello_of(lambda: [sender.send(0.0) for sender in (mailers.mailer, *([ours] if ours_connects else []))])
    assert (hello is not None) == ours_connects
    assert hello is None or 'ECDHE-ECDSA-AES256-GCM-SHA384' not in map(cipher_name, hello.ciphers)


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
    assert (verdict.observed, laboratory.settling, laboratory.restarts) == ('later', 50.0, False)
    assert '25 s after a change it counted' in verdict.evidence


def test_a_restart_that_does_nothing_is_not_relied_on(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    laboratory, verdict = when(Stubborn, 'later', server, tmp_path / 'server')
    assert (verdict.observed, laboratory.settling, laboratory.restarts) == ('later', 50.0, False)


def test_without_its_name_in_ehlo_a_mailer_that_reads_later_is_not_judged_by_mails(
    server: PlayingServer, tmp_path: pathlib.Path
) -> None:
    """A mail may be of the configuration before."""
    switches = {**as_assumed(), 'when_read': 'later', 'ehlo_host': 'own_name'}
    verdicts = observed(WithoutRestart, switches, server, tmp_path / 'server').verdicts
    assert {verdict.question for verdict in verdicts if verdict.observed} <= {'when_read', 'ciphers', 'sender'}


def test_a_mailer_that_can_be_restarted_is_not_waited_for(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    laboratory, verdict = when(StandIn, 'later', server, tmp_path / 'server')
    assert (verdict.observed, laboratory.settling, laboratory.restarts) == ('later', 0.0, True)


def test_the_first_mails_may_be_lost_without_a_wrong_answer(server: PlayingServer, tmp_path: pathlib.Path) -> None:
    """What came after a wait then came for another reason."""
    laboratory, verdict = when(Forgetful, EACH_MAIL, server, tmp_path / 'server')
    assert (verdict.observed, laboratory.settling, laboratory.restarts) == (EACH_MAIL, 0.0, False)


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


@pytest.mark.parametrize(
    ('name', 'why'),
    [
        pytest.param('default_cas', 'it needs a certificate of a publicly known CA', id='no public certificate'),
        pytest.param('wildcard', 'of three labels or more and 64 characters at most; it is 192.0.2.1', id='an address'),
        pytest.param('unknown_ca', '', id='possible'),
    ],
)
def test_what_can_not_be_asked_says_what_it_needs(name: str, why: str, server: PlayingServer, tmp_path: pathlib.Path) -> None:
    mailer = StandIn(as_assumed(), tmp_path, HOST, (LOOPBACK, server.port))
    laboratory = Laboratory(mailer, server, Authorities('192.0.2.1'), Patience())
    said = laboratory.why_impossible(BY_NAME[name].trials[0])
    assert why in said
    assert bool(said) == bool(why)
