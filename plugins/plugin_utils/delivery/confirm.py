# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waits until the mailbox holds every proof, and judges each by what its mailbox and its relay say of it."""

from __future__ import annotations

import datetime as dt
import time
import typing as t

from ...module_utils.problems import Problem
from ..foreign_values import one_line
from ..problems.text import line_of
from .mailbox import Arrival, Mailbox, Mark, Unavailable
from .proof import Proof
from .received import Received

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.2, 1.5, 1.5  # seconds between two looks
ATTEMPTS = 3  # to open a session that is lost
SECOND = dt.timedelta(seconds=1)
LONGEST_SKEW = dt.timedelta(days=1)  # of a clock that is worth correcting
# By how much clocks may differ that are taken to agree: two looks can't tell less.
AGREEMENT = dt.timedelta(seconds=LONGEST_PAUSE + 1)
NO_MARK = 'it was not marked before the mails were sent'


class Found(t.NamedTuple):
    """A mail of ours in the mailbox, when it was seen there, by the controller's clock, and when it was not there yet, if so."""

    arrival: Arrival
    seen: dt.datetime
    missed: dt.datetime | None = None


class Watch(t.NamedTuple):
    """What was found, by Message-ID, for how many seconds it was waited, and why the mailbox gave no answer in the end, if so."""

    found: dict[str, Found]
    waited: float
    unavailable: str
    copies: list[Arrival]


class Confirmation(t.NamedTuple):
    """What is known of one proof. `delivered` None: the mailbox gave no answer."""

    proof: Proof
    delivered: bool | None = None
    delay: dt.timedelta | None = None
    received: Received | None = None
    problems: list[Problem] = []

    @property
    def has_failed(self) -> bool:
        """Whether something is wrong with the mail, and not only with the mailbox."""
        return self.delivered is not None and any(problem.is_error for problem in self.problems)

    def entry(self) -> dict[str, t.Any]:
        """Return the entry in the task's result."""
        received = self.received
        return {
            'host': self.proof.host,
            'server': self.proof.server,
            'message_id': self.proof.message_id,
            'delivered': self.delivered,
            'delay_ms': None if self.delay is None else self.delay // dt.timedelta(milliseconds=1),
            'received': None
            if received is None
            else {
                'by': received.by,
                'with': received.protocol,
                'helo': received.helo,
                'address': received.address,
                'tls': received.tls,
            },
            'problems': self.problems,
        }


def watch(mailbox: Mailbox, mark: Mark | None, proofs: t.Sequence[Proof], timeout: float) -> Watch:
    """Look into the mailbox until every proof is there, or for `timeout` seconds."""
    if mark is None:
        return Watch({}, 0.0, NO_MARK, [])
    waiting = {proof.message_id for proof in proofs}
    found: dict[str, Found] = {}
    copies: list[Arrival] = []
    missed: dt.datetime | None = None
    began, pause, failures = time.monotonic(), FIRST_PAUSE, 0
    while True:
        looked = dt.datetime.now(dt.timezone.utc)
        try:
            arrived = mailbox.arrivals(mark)
        except Unavailable as error:
            failures += 1
            left = timeout - (time.monotonic() - began)
            if error.for_good or failures >= ATTEMPTS or left <= 0:
                return Watch(found, time.monotonic() - began, str(error), copies)
            time.sleep(min(LONGEST_PAUSE, left))
            continue
        seen = dt.datetime.now(dt.timezone.utc)
        for arrival in arrived:
            name = arrival.header.message_id
            if name in waiting:
                waiting.discard(name)
                found[name] = Found(arrival, seen, missed)
            elif name in found:
                copies.append(arrival)
        missed = looked
        left = timeout - (time.monotonic() - began)
        if not waiting or left <= 0:
            return Watch(found, time.monotonic() - began, '', copies)
        try:
            mailbox.wait(min(pause, left))
        except Unavailable:  # the next look opens a session, or says why not
            failures += 1
            time.sleep(min(pause, left))
        pause = min(LONGEST_PAUSE, pause * GROWTH)


def delete_found(mailbox: Mailbox, watched: Watch) -> str:
    """Delete the mails of ours that were found, copies too; return why they are left there, '' where they are not."""
    arrivals = [*(found.arrival for found in watched.found.values()), *watched.copies]
    try:
        return mailbox.delete(arrivals) if arrivals else ''
    except Unavailable as error:
        return str(error)


def judged(proofs: t.Sequence[Proof], watched: Watch, mailbox: str, late_after: float) -> list[Confirmation]:
    """Return what is known of each proof."""
    skew = _skew(proofs, watched.found)
    return [_judged(proof, watched, mailbox, late_after, skew) for proof in proofs]


def _judged(proof: Proof, watched: Watch, mailbox: str, late_after: float, skew: dt.timedelta | None) -> Confirmation:
    found = watched.found.get(proof.message_id)
    if found is None and watched.unavailable:
        return _of(proof, Confirmation(proof, problems=[unavailable(mailbox, watched.unavailable)]))
    if found is None:
        return _of(proof, Confirmation(proof, delivered=False, problems=[_lost(proof, watched.waited, mailbox)]))
    delay, received = _delay(proof, found, skew), found.arrival.header.received
    problems = [] if received is None else _of_relay(proof, received)
    if delay is not None and delay.total_seconds() > late_after:
        message = f'The mail was in {mailbox} {delay.total_seconds():.0f} s after it was sent (late after {late_after:g} s).'
        problems.append(Problem('delivered_late', message))
    return _of(proof, Confirmation(proof, True, delay, received, problems))


def _of(proof: Proof, confirmation: Confirmation) -> Confirmation:
    """Return a confirmation with the name of the server in its problems."""
    return confirmation._replace(problems=[problem._replace(server=proof.server) for problem in confirmation.problems])


def unavailable(mailbox: str, why: str) -> Problem:
    return Problem('mailbox_unavailable', f'The mailbox ({mailbox}) gives no answer: {why}.')


def _lost(proof: Proof, waited: float, mailbox: str) -> Problem:
    relay = proof.relay or 'the mail server'
    accepted = f' as {proof.queue_id}' if proof.queue_id else ''
    sent = f', sent on {proof.sent_at:%Y-%m-%d at %H:%M:%S} UTC' if proof.sent_at else ''
    return Problem(
        'not_delivered',
        f'{relay} accepted the mail{accepted}, but {mailbox} did not hold it after {waited:.0f} s.',
        f'Ask the administrators of {relay} what became of it: queue id {proof.queue_id or "unknown"}, Message-ID '
        f'{proof.message_id}{sent}. Check that the mailbox is a recipient of the mail; look in its junk folder and quarantine.',
    )


def _of_relay(proof: Proof, received: Received) -> list[Problem]:
    """Return where the relay saw something else than the host did."""
    problems = []
    relay = received.by or 'The relay'
    if proof.tls and received.is_plaintext:
        message = (
            f'{proof.host} sent the mail over TLS, but {relay} received it with {received.protocol}, which is not encrypted.'
        )
        problems.append(Problem('relay_saw_plaintext', message))
    if proof.ehlo and received.helo and _name(proof.ehlo) != _name(received.helo):
        other = f', from {received.address} instead of {proof.address}' if _is_other_address(proof, received) else ''
        message = f'{proof.host} said EHLO {proof.ehlo}, but {relay} received the mail from {received.helo}{other}.'
        problems.append(Problem('relay_saw_other_name', message))
    return problems


def _is_other_address(proof: Proof, received: Received) -> bool:
    return bool(proof.address and received.address) and proof.address != received.address


def _name(text: str) -> str:
    return one_line(text).rstrip('.').lower()


def _skew(proofs: t.Sequence[Proof], found: t.Mapping[str, Found]) -> dt.timedelta | None:
    """Return by how much the mailbox's clock is ahead of the controller's, at least; None: the mails' times disagree.

    No mail arrives before it was sent or while it is missed, nor after it was seen. A mailbox tells arrivals in whole seconds.
    Where the mails allow that the clocks agree, they are taken to.
    """
    low, high = -LONGEST_SKEW, LONGEST_SKEW
    for proof in proofs:
        one = found.get(proof.message_id)
        if one is None or one.arrival.arrived is None:
            continue
        low = max(low, one.arrival.arrived - one.seen)
        for before in (proof.sent_at, one.missed):
            if before is not None:
                high = min(high, one.arrival.arrived - before + SECOND)
    if low > high:
        return None
    return max(low, -AGREEMENT) if high >= dt.timedelta(0) else low


def _delay(proof: Proof, found: Found, skew: dt.timedelta | None) -> dt.timedelta | None:
    """Return how long the mail took at most, by the controller's clock: until it arrived or, for all that is known, was seen."""
    if proof.sent_at is None:
        return None
    arrived = found.arrival.arrived
    end = found.seen if arrived is None or skew is None else min(found.seen, arrived - skew + SECOND)
    return max(dt.timedelta(0), end - proof.sent_at)


def summary(confirmed: t.Sequence[Confirmation]) -> str:
    """Return how many mails were delivered, and one line for each problem."""
    delivered = [one for one in confirmed if one.delivered]
    delays = [one.delay.total_seconds() for one in delivered if one.delay is not None]
    slowest = f', the slowest after {max(delays):.1f} s' if delays else ''
    head = f'{len(delivered)} of {len(confirmed)} mail{"" if len(confirmed) == 1 else "s"} delivered{slowest}'
    lines = [f'{one.proof.host} {line_of(problem)}' for one in confirmed if one.delivered is not None for problem in one.problems]
    unknown = next((one for one in confirmed if one.delivered is None), None)  # for the same reason as all others
    also = [line_of(problem._replace(server=None)) for problem in unknown.problems] if unknown is not None else []
    return '\n'.join([head, *lines, *also])
