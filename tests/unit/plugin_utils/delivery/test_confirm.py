# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waiting for mails and judging them, by a clock and a mailbox of the tests: nothing here waits."""

from __future__ import annotations

import datetime as dt
import itertools
import types
import typing as t

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery import confirm as confirm_module
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.confirm import (
    ATTEMPTS,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Confirmation,
    Found,
    Watch,
    delete_found,
    judged,
    summary,
    watch,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.mailbox import Arrival, Mark, Unavailable
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.proof import Proof
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.received import Header, Received

UTC = dt.timezone.utc
START = dt.datetime(2026, 11, 24, 8, 15, 0, 250_000, UTC)
MARK: Mark = {'mailbox': 'INBOX', 'uidvalidity': 1, 'uidnext': 7, 'at': 0}
NAME = 'INBOX of proofs at imap.example.com:993'
LATE_AFTER = 60.0
ONE, TWO = '<1@print1>', '<2@print1>'
RELAY, HOST, ADDRESS = 'mail.example.com', 'print1.example.com', '192.0.2.17'
PROOF = Proof('print1', 'spl1', ONE, HOST, ADDRESS, START, True, '4A3B', f'{RELAY}:587')
SEEN = Received(RELAY, 'ESMTPS', HOST, ADDRESS, 'TLSv1.3 TLS_AES_256_GCM_SHA384')
PROOFS = (Proof('print1', 'spl1', ONE), Proof('print1', 'spl2', TWO))


def seconds(number: float) -> dt.timedelta:
    return dt.timedelta(seconds=number)


class Clock:
    """Stands in for the modules `time` and `datetime`: it goes on by sleeping alone."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, duration: float) -> None:
        assert duration >= 0
        self.at += duration

    def now(self, zone: dt.tzinfo) -> dt.datetime:
        return (START + seconds(self.at)).astimezone(zone)


class Mail(t.NamedTuple):
    """A mail that arrives so many seconds after the start; `dated` is by how much the mailbox's clock is ahead then."""

    message_id: str
    at: float = 0.0
    dated: float = 0.0

    @property
    def arrived(self) -> dt.datetime:
        """The time of arrival as a mailbox tells it, in whole seconds."""
        return (START + seconds(self.at + self.dated)).replace(microsecond=0)


class FakeMailbox:
    """A mailbox that mails arrive in; `faults` of its looks, by number from 1, and `bad_waits`, the number of waits that fail."""

    name = NAME

    def __init__(
        self, clock: Clock, mails: t.Sequence[Mail], faults: t.Mapping[int, Unavailable] | None = None, bad_waits: int = 0
    ) -> None:
        self.clock = clock
        self.mails = list(mails)
        self.faults = faults or {}
        self.bad_waits = bad_waits
        self.looks = 0
        self.pauses: list[float] = []
        self.deleted: list[t.Any] = []

    def mark(self) -> Mark:
        return MARK

    def arrivals(self, mark: Mark) -> list[Arrival]:
        assert mark is MARK
        self.looks += 1
        assert self.looks < 10_000, 'it does not pause'
        if self.looks in self.faults:
            raise self.faults[self.looks]
        there = [mail for mail in self.mails if mail.at <= self.clock.at]
        self.mails = [mail for mail in self.mails if mail not in there]
        return [Arrival(number, Header(mail.message_id, SEEN), mail.arrived) for number, mail in enumerate(there)]

    def wait(self, duration: float) -> None:
        self.pauses.append(duration)
        if self.bad_waits:
            self.bad_waits -= 1
            raise Unavailable('the session is lost')
        self.clock.sleep(duration)

    def delete(self, arrivals: t.Sequence[Arrival]) -> str:
        self.deleted = list(arrivals)
        return ''

    def close(self) -> None:
        pass


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return started(monkeypatch)


def started(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that the module has from now on."""
    clock = Clock()
    monkeypatch.setattr(confirm_module, 'time', clock)
    monkeypatch.setattr(confirm_module, 'dt', types.SimpleNamespace(datetime=clock, timezone=dt.timezone, timedelta=dt.timedelta))
    return clock


GONE = Unavailable('the session is lost')
REFUSED = Unavailable('the server refuses the login', for_good=True)


class Case(t.NamedTuple):
    """What arrives in a mailbox, its faults, and what is found by when."""

    mails: t.Sequence[Mail]
    found: set[str]
    waited: tuple[float, float]
    faults: dict[int, Unavailable] = {}
    bad_waits: int = 0
    unavailable: str = ''
    copies: int = 0


BOTH = {ONE, TWO}
WATCHED = {
    'both at once': Case([Mail(ONE), Mail(TWO)], BOTH, (0, 0)),
    'both later': Case([Mail(ONE, 3), Mail(TWO, 20)], BOTH, (20, 20 + LONGEST_PAUSE)),
    'in another order': Case([Mail(TWO, 3), Mail(ONE, 20)], BOTH, (20, 20 + LONGEST_PAUSE)),
    'at the last moment': Case([Mail(ONE), Mail(TWO, 30)], BOTH, (30, 30)),
    'one after the end': Case([Mail(ONE), Mail(TWO, 30.1)], {ONE}, (30, 30)),
    'nothing': Case([], set(), (30, 30)),
    'doubled at once': Case([Mail(ONE), Mail(ONE), Mail(TWO)], BOTH, (0, 0), copies=1),
    'doubled while the other one is waited for': Case([Mail(ONE), Mail(ONE, 4), Mail(TWO, 9)], BOTH, (9, 10.5), copies=1),
    'doubled later': Case([Mail(ONE), Mail(TWO), Mail(ONE, 9)], BOTH, (0, 0)),
    'only others': Case([Mail('<1@print2>'), Mail('<3@print1>'), Mail('')], set(), (30, 30)),
    'ours among others': Case([Mail('<x@y>'), Mail(ONE), Mail('<x@y>'), Mail(TWO)], BOTH, (0, 0)),
    'of another run': Case([Mail('<0.1@print1>'), Mail('<1.1@print1>')], set(), (30, 30)),
    'Message-IDs that are alike': Case([Mail('<1@PRINT1>'), Mail('1@print1'), Mail('<1@print1> x')], set(), (30, 30)),
    'a session lost at first': Case([Mail(ONE), Mail(TWO)], BOTH, (0, LONGEST_PAUSE), {1: GONE}),
    'a session lost later': Case([Mail(ONE), Mail(TWO, 9)], BOTH, (9, 9 + 2 * LONGEST_PAUSE), {3: GONE}),
    'a session lost twice': Case([Mail(ONE), Mail(TWO, 9)], BOTH, (9, 9 + 2 * LONGEST_PAUSE), {1: GONE, 3: GONE}),
    'a session lost for good': Case([Mail(ONE), Mail(TWO, 9)], {ONE}, (0, 9), {2: GONE, 3: GONE, 4: GONE}, 0, str(GONE)),
    'never a session': Case([Mail(ONE), Mail(TWO)], set(), (0, 2 * LONGEST_PAUSE), {1: GONE, 2: GONE, 3: GONE}, 0, str(GONE)),
    'refused': Case([Mail(ONE), Mail(TWO)], set(), (0, 0), {1: REFUSED}, 0, str(REFUSED)),
    'refused later': Case([Mail(ONE), Mail(TWO, 9)], {ONE}, (0, 1), {2: REFUSED}, 0, str(REFUSED)),
    'lost while it waits': Case([Mail(ONE), Mail(TWO, 9)], BOTH, (9, 9 + LONGEST_PAUSE), bad_waits=1),
    'lost whenever it waits': Case([Mail(ONE), Mail(TWO, 9)], BOTH, (9, 9 + LONGEST_PAUSE), bad_waits=1000),
    'lost whenever it waits, for nothing': Case([], set(), (30, 30), bad_waits=1000),
}


@pytest.mark.parametrize('case', WATCHED.values(), ids=WATCHED)
def test_mails_are_waited_for_until_they_are_there_or_the_time_is_over(clock: Clock, case: Case) -> None:
    mailbox = FakeMailbox(clock, case.mails, case.faults, case.bad_waits)
    watched = watch(mailbox, MARK, PROOFS, 30)
    assert set(watched.found) == case.found
    assert watched.unavailable == case.unavailable
    assert len(watched.copies) == case.copies
    low, high = case.waited
    assert low <= watched.waited <= high
    assert watched.waited == clock.at
    assert mailbox.looks <= 3 + 30 / FIRST_PAUSE


def test_pauses_grow_and_end_with_the_time(clock: Clock) -> None:
    mailbox = FakeMailbox(clock, [])
    watch(mailbox, MARK, PROOFS, 30)
    assert mailbox.pauses[0] == FIRST_PAUSE
    assert mailbox.pauses[:-1] == sorted(mailbox.pauses[:-1])
    assert max(mailbox.pauses) == LONGEST_PAUSE
    assert mailbox.looks == len(mailbox.pauses) + 1, 'a last look when the time is over'
    assert sum(mailbox.pauses) == pytest.approx(30)


def test_a_mailbox_that_was_not_marked_is_not_opened(clock: Clock) -> None:
    mailbox = FakeMailbox(clock, [Mail(ONE), Mail(TWO)])
    watched = watch(mailbox, None, PROOFS, 30)
    assert (watched.found, watched.waited, mailbox.looks) == ({}, 0, 0)
    assert watched.unavailable == 'it was not marked before the mails were sent'


def test_the_first_copy_counts_and_each_mail_has_the_time_it_was_seen(clock: Clock) -> None:
    watched = watch(FakeMailbox(clock, [Mail(ONE, 0.1), Mail(ONE, 5), Mail(TWO, 9)]), MARK, PROOFS, 30)
    assert watched.found[ONE].arrival.arrived == START.replace(microsecond=0)
    assert watched.found[ONE].seen == START + seconds(FIRST_PAUSE)
    assert START + seconds(9) <= watched.found[TWO].seen <= START + seconds(9 + LONGEST_PAUSE)


def test_a_session_is_not_opened_more_often_than_that(clock: Clock) -> None:
    mailbox = FakeMailbox(clock, [], dict.fromkeys(range(1, 100), GONE))
    assert watch(mailbox, MARK, PROOFS, 300).unavailable
    assert mailbox.looks == ATTEMPTS


def test_deleted_are_the_mails_that_were_found_and_their_copies_alone(clock: Clock) -> None:
    mailbox = FakeMailbox(clock, [Mail('<x@y>'), Mail(ONE), Mail(ONE), Mail(TWO)])
    assert delete_found(mailbox, watch(mailbox, MARK, PROOFS, 30)) == ''
    assert sorted(arrival.header.message_id for arrival in mailbox.deleted) == [ONE, ONE, TWO]
    assert delete_found(mailbox, Watch({}, 0, '', [])) == ''


def test_why_mails_are_not_deleted_is_told(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_self: object, _arrivals: object) -> str:
        raise GONE

    mailbox = FakeMailbox(clock, [Mail(ONE), Mail(TWO)])
    watched = watch(mailbox, MARK, PROOFS, 30)
    monkeypatch.setattr(FakeMailbox, 'delete', fails)
    assert delete_found(mailbox, watched) == str(GONE)


def found(
    arrived: float | None, seen: float, message_id: str = ONE, received: Received | None = SEEN, missed: float | None = None
) -> Found:
    """Return a mail that arrived and was seen so many seconds after the start, by the clocks of mailbox and controller.

    `missed` is when it was not there yet.
    """
    when = None if arrived is None else START.replace(microsecond=0) + seconds(arrived)
    before = None if missed is None else START + seconds(missed)
    return Found(Arrival(1, Header(message_id, received), when), START + seconds(seen), before)


def judge(*given_: tuple[Proof, Found | None], waited: float = 300, unavailable: str = '') -> list[Confirmation]:
    there = {proof.message_id: one for proof, one in given_ if one is not None}
    return judged([proof for proof, _one in given_], Watch(there, waited, unavailable, []), NAME, LATE_AFTER)


def proof_of(number: int, sent: float | None = 0) -> Proof:
    return Proof('print1', f'spl{number}', f'<{number}@print1>', sent_at=None if sent is None else START + seconds(sent))


# By name: of each mail when it was sent, arrived by the mailbox's clock, was not there yet and was seen; and the delays.
# The start is a quarter of a second after a whole one.
Times = tuple[float | None, float | None, float | None, float]
DELAYS: dict[str, tuple[list[Times], list[float | None]]] = {
    'the clocks agree': ([(0, 4, None, 4.5)], [4.5]),
    'the clocks agree, and it was seen late': ([(0, 4, None, 100)], [7.25]),
    'the clocks agree, and another one shows it': ([(0, 4, None, 100), (90, 99, None, 100)], [6, 10]),
    'the mailbox is ahead by a minute': ([(0, 64, 3, 4.5)], [4.5]),
    'the mailbox is ahead by a minute, of two': ([(0, 64, None, 20), (10, 78, 17, 19)], [6, 9]),
    'the mailbox is behind by a minute': ([(0, -56, 3, 4.5)], [4.5]),
    'the mailbox is behind by a minute, of two': ([(0, -56, None, 20), (10, -42, 17, 19)], [6, 9]),
    'the mailbox is behind by a minute, and the mails take longer': ([(0, 30, 88, 90.25), (10, 40, 98, 100.25)], [90.25, 90.25]),
    'the mailbox is behind, and nothing shows by how much': ([(0, -56, None, 4.5)], [4.5]),
    'the mailbox is ahead by a day': ([(0, 86_400, None, 4.5)], [4.5]),
    'the mailbox is ahead by a year': ([(0, 31_536_000, None, 4.5)], [4.5]),
    'the mailbox is behind by a year': ([(0, -31_536_000, None, 4.5)], [4.5]),
    'one date is bogus, ahead': ([(0, 4, None, 4.5), (0, 3600, None, 5)], [4.5, 5]),
    'one date is bogus, behind': ([(0, 4, None, 4.5), (0, -3600, None, 5)], [4.5, 5]),
    'no date': ([(0, None, None, 4.5)], [4.5]),
    'no date, beside one': ([(0, None, None, 4.5), (0, 4, None, 100)], [4.5, 7.25]),
    'not known when it was sent': ([(None, 4, None, 4.5)], [None]),
    'not known when it was sent, beside one': ([(None, 4, None, 4.5), (0, 1, None, 4.5)], [None, 2.5]),
    'sent after it was seen': ([(10, 4, None, 4.5)], [0]),
    'at once': ([(0, 0, None, 0)], [0]),
}


@pytest.mark.parametrize(('mails', 'delays'), DELAYS.values(), ids=DELAYS)
def test_a_delay_is_told_by_one_clock(mails: list[Times], delays: list[float | None]) -> None:
    cases = [
        (proof_of(number, sent), found(arrived, seen, f'<{number}@print1>', missed=missed))
        for number, (sent, arrived, missed, seen) in enumerate(mails)
    ]
    assert [None if one.delay is None else one.delay.total_seconds() for one in judge(*cases)] == delays


@pytest.mark.parametrize('year', [1, 9999], ids=['the first', 'the last'])
def test_a_date_at_the_end_of_the_calendar_is_borne(year: int) -> None:
    when = (dt.datetime.min if year == 1 else dt.datetime.max).replace(tzinfo=UTC)
    bogus = found(0, 4.5, '<0@print1>')._replace(arrival=Arrival(1, Header('<0@print1>', None), when))
    for sent in (0, None):
        one, other = judge((proof_of(0, sent), bogus), (proof_of(1), found(4, 4.5, '<1@print1>')))
        assert one.delay == (None if sent is None else seconds(4.5))
        assert other.delay == seconds(4.5)


class Sent(t.NamedTuple):
    """When a mail was sent, after the start, and how long it took, in seconds."""

    at: float
    delay: float


def told(mails: t.Sequence[Sent], skew: float) -> list[float | None]:
    """Return the delays that are told of mails, by a mailbox whose clock is ahead, in seconds; all mails arrive in time."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        clock = started(monkeypatch)
        arriving = [Mail(f'<{number}@print1>', mail.at + mail.delay, skew) for number, mail in enumerate(mails)]
        proofs = [proof_of(number, mail.at) for number, mail in enumerate(mails)]
        watched = watch(FakeMailbox(clock, arriving), MARK, proofs, 10_000)
        assert len(watched.found) == len(mails)
    return [None if one.delay is None else one.delay.total_seconds() for one in judged(proofs, watched, NAME, LATE_AFTER)]


times = st.floats(0, 120, allow_nan=False).map(lambda number: round(number, 3))
skews = st.one_of(st.floats(-86_400, 86_400), st.floats(-90, 90), st.just(0.0)).map(lambda number: round(number, 3))


@settings(deadline=None)
@given(st.lists(st.builds(Sent, times, times), min_size=1, max_size=5), skews)
@example([Sent(0, 60)], -30)
@example([Sent(0, 5)], -100)
@example([Sent(0, 5), Sent(0, 90)], -86_400)
@example([Sent(0, 0), Sent(0, 90)], 86_400)
def test_whatever_the_mailbox_s_clock_says_a_delay_is_true_to_a_pause_and_a_second(mails: list[Sent], skew: float) -> None:
    for mail, delay in zip(mails, told(mails, skew), strict=True):
        assert delay is None or mail.delay - 1e-3 <= delay <= mail.delay + LONGEST_PAUSE + 1 + 1e-3


@settings(deadline=None)
@given(st.lists(st.tuples(times, st.one_of(st.none(), skews), st.one_of(st.none(), times), times), max_size=6))
def test_whatever_the_dates_are_no_delay_is_negative_or_ends_after_the_mail_was_seen(mails: list[Times]) -> None:
    cases = [
        (proof_of(number, sent), found(arrived, seen, f'<{number}@print1>', missed=missed))
        for number, (sent, arrived, missed, seen) in enumerate(mails)
    ]
    for (sent, _arrived, _missed, seen), one in zip(mails, judge(*cases), strict=True):
        assert sent is not None
        assert one.delay is not None
        assert seconds(0) <= one.delay <= max(seconds(0), seconds(seen) - seconds(sent))


def codes(confirmation: Confirmation) -> list[str]:
    return [problem.code for problem in confirmation.problems]


def test_a_mail_as_its_host_sent_it_has_no_problem() -> None:
    (one,) = judge((PROOF, found(1, 1.5)))
    assert (one.delivered, one.problems, one.has_failed) == (True, [], False)
    assert one.entry() == {
        'host': 'print1',
        'server': 'spl1',
        'message_id': ONE,
        'delivered': True,
        'delay_ms': 1500,
        'received': {
            'by': RELAY,
            'with': 'ESMTPS',
            'helo': HOST,
            'address': ADDRESS,
            'tls': 'TLSv1.3 TLS_AES_256_GCM_SHA384',
        },
        'problems': [],
    }


@pytest.mark.parametrize(('delay', 'late'), [(59.9, False), (60.0, False), (60.5, True)], ids='{}'.format)
def test_a_mail_is_late_after_that_and_delivered_all_the_same(delay: float, *, late: bool) -> None:
    (one,) = judge((PROOF, found(None, delay)))
    assert (one.delivered, one.has_failed) == (True, False)
    assert codes(one) == (['delivered_late'] if late else [])
    for problem in one.problems:
        assert problem.server == 'spl1'
        assert problem.message == f'The mail was in {NAME} 60 s after it was sent (late after 60 s).'


def test_of_a_lost_mail_is_told_whom_to_ask_for_what() -> None:
    (one,) = judge((PROOF, None))
    assert (one.delivered, one.delay, one.received, one.has_failed) == (False, None, None, True)
    (problem,) = one.problems
    assert (problem.code, problem.server) == ('not_delivered', 'spl1')
    assert problem.message == f'{RELAY}:587 accepted the mail as 4A3B, but {NAME} did not hold it after 300 s.'
    assert problem.hint is not None
    for words in (
        f'the administrators of {RELAY}:587',
        'queue id 4A3B',
        f'Message-ID {ONE}',
        '2026-11-24 at 08:15:00 UTC',
        'junk',
    ):
        assert words in problem.hint


def test_of_a_lost_mail_without_particulars_is_told_what_there_is() -> None:
    (one,) = judge((Proof('print1', 'spl1', ONE), None), waited=10)
    (problem,) = one.problems
    assert problem.message == f'the mail server accepted the mail, but {NAME} did not hold it after 10 s.'
    assert problem.hint is not None
    assert f'queue id unknown, Message-ID {ONE}.' in problem.hint


def test_where_the_mailbox_gives_no_answer_nothing_is_known_of_what_was_not_found() -> None:
    one, two = judge((PROOF, found(1, 1.5)), (proof_of(2), None), unavailable='it is closed')
    assert (one.delivered, codes(one)) == (True, [])
    assert (two.delivered, codes(two), two.has_failed) == (None, ['mailbox_unavailable'], False)
    assert two.problems[0].message == f'The mailbox ({NAME}) gives no answer: it is closed.'
    assert two.entry()['delay_ms'] is None


# By name: what the host saw otherwise, what the relay noted otherwise, and the problem.
WITNESSES: dict[str, tuple[dict[str, t.Any], dict[str, str], list[str]]] = {
    'the same': ({}, {}, []),
    'plaintext': ({}, {'protocol': 'ESMTP', 'tls': ''}, ['relay_saw_plaintext']),
    'plaintext with SMTP': ({}, {'protocol': 'smtp', 'tls': ''}, ['relay_saw_plaintext']),
    'a protocol of its own with TLS': ({}, {'protocol': 'Microsoft SMTP Server'}, []),
    'a protocol of its own without TLS': ({}, {'protocol': 'Microsoft SMTP Server', 'tls': ''}, ['relay_saw_plaintext']),
    'no protocol': ({}, {'protocol': '', 'tls': ''}, []),
    'plaintext, as it was sent': ({'tls': False}, {'protocol': 'ESMTP', 'tls': ''}, []),
    'plaintext, and not known how it was sent': ({'tls': None}, {'protocol': 'ESMTP', 'tls': ''}, []),
    'another name': ({}, {'helo': 'gateway.example.com'}, ['relay_saw_other_name']),
    'another name, and plaintext': (
        {},
        {'helo': 'gateway.example.com', 'protocol': 'ESMTP', 'tls': ''},
        ['relay_saw_plaintext', 'relay_saw_other_name'],
    ),
    'the name in capitals': ({}, {'helo': HOST.upper()}, []),
    'the name with a dot at its end': ({'ehlo': f'{HOST}.'}, {}, []),
    'a short name': ({}, {'helo': 'print1'}, ['relay_saw_other_name']),
    'no name': ({}, {'helo': ''}, []),
    'not known which name was said': ({'ehlo': ''}, {'helo': 'gateway.example.com'}, []),
    'another address alone, as behind NAT': ({}, {'address': '192.0.2.9'}, []),
}


@pytest.mark.parametrize(('host', 'relay', 'problems'), WITNESSES.values(), ids=WITNESSES)
def test_what_the_relay_noted_is_compared_with_what_the_host_saw(
    host: dict[str, t.Any], relay: dict[str, str], problems: list[str]
) -> None:
    (one,) = judge((PROOF._replace(**host), found(1, 1.5, received=SEEN._replace(**relay))))
    assert codes(one) == problems
    assert one.delivered
    assert one.has_failed is ('relay_saw_plaintext' in problems), 'another name is a warning'
    assert [problem.server for problem in one.problems] == ['spl1'] * len(problems)


def test_a_mail_without_received_has_one_witness_less() -> None:
    (one,) = judge((PROOF, found(1, 1.5, received=None)))
    assert (one.delivered, one.problems, one.entry()['received']) == (True, [], None)


def test_both_names_and_both_addresses_are_told() -> None:
    other = SEEN._replace(helo='gateway.example.com', address='192.0.2.9', protocol='ESMTP', tls='')
    (one,) = judge((PROOF, found(1, 1.5, received=other)))
    assert [problem.message for problem in one.problems] == [
        f'print1 sent the mail over TLS, but {RELAY} received it with ESMTP, which is not encrypted.',
        f'print1 said EHLO {HOST}, but {RELAY} received the mail from gateway.example.com, from 192.0.2.9 instead of {ADDRESS}.',
    ]
    for particulars in ({'address': ''}, {'address': ADDRESS}):
        (one,) = judge((PROOF, found(1, 1.5, received=other._replace(**particulars))))
        assert one.problems[1].message.endswith('received the mail from gateway.example.com.')


LOST = proof_of(3)._replace(host='print3', relay=f'{RELAY}:587', queue_id='4A3B')
SUMMARIES: dict[str, tuple[list[tuple[Proof, Found | None]], list[str]]] = {
    'none': ([], ['0 of 0 mails delivered']),
    'one': ([(PROOF, found(1, 1.5))], ['1 of 1 mail delivered, the slowest after 1.5 s']),
    'two': (
        [(PROOF, found(1, 1.5)), (proof_of(2), found(None, 3, TWO))],
        ['2 of 2 mails delivered, the slowest after 3.0 s'],
    ),
    'one of an unknown delay': ([(proof_of(1, None), found(1, 1.5))], ['1 of 1 mail delivered']),
    'one late': (
        [(PROOF, found(None, 75))],
        ['1 of 1 mail delivered, the slowest after 75.0 s', 'print1 warning spl1: The mail was in INBOX of proofs'],
    ),
    'one lost': (
        [(PROOF, found(1, 1.5)), (LOST, None)],
        ['1 of 2 mails delivered, the slowest after 1.5 s', f'print3 error spl3: {RELAY}:587 accepted the mail as 4A3B, but'],
    ),
}


@pytest.mark.parametrize(('mails', 'lines'), SUMMARIES.values(), ids=SUMMARIES)
def test_the_summary_counts_and_has_a_line_for_each_problem(mails: list[tuple[Proof, Found | None]], lines: list[str]) -> None:
    written = summary(judge(*mails)).splitlines()
    assert written[0] == lines[0]
    for line, beginning in itertools.zip_longest(written, lines, fillvalue=''):
        assert line.startswith(beginning or 'nothing else')


def test_a_mailbox_without_an_answer_has_one_line_in_the_summary_however_many_mails() -> None:
    confirmed = judge((PROOF, found(1, 1.5)), *((proof_of(number), None) for number in range(2, 50)), unavailable='it is closed')
    lines = summary(confirmed).splitlines()
    assert lines[0] == '1 of 49 mails delivered, the slowest after 1.5 s'
    assert len(lines) == 2
    assert 'spl' not in lines[1]
    assert 'gives no answer: it is closed' in lines[1]


def test_what_a_relay_says_reaches_the_summary_on_one_line() -> None:
    other = SEEN._replace(helo='gateway')
    (one,) = judge((PROOF._replace(ehlo='print1\nok print2'), found(1, 1.5, received=other)))
    assert len(summary([one]).splitlines()) == 2
