# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mailbox on an IMAP server that misbehaves, in each way of a table: no proof is confirmed wrongly, and every wait ends."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import ssl
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.confirm import Watch, delete_found, judged, watch
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.imap import Account, Imap
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.mailbox import Mark, Unavailable
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.proof import Proof
from support.hostile_imap import BORNE, FATAL, FAULTS, HostileImap
from support.pki import Authority, Identity

pytestmark = pytest.mark.newest_core

WAIT_SECONDS, SESSION_SECONDS = 1.5, 3.0
SPARE_SECONDS = 3.0  # of a busy machine
AT_ONCE = 16
OURS, LOST, OLD, OTHERS = ('<ours@print1>', '<lost@print1>', '<old@print1>', '<others@print1>')
PROOFS = [Proof('print1', 'spl1', OURS), Proof('print1', 'spl2', LOST), Proof('print1', 'spl3', OLD)]


class Seen(t.NamedTuple):
    """What came of a fault: what was found, all that was said, how long it took, and what the server was told."""

    found: set[str]
    unavailable: str
    seconds: float
    password: str
    broken: BaseException | None


class Pki(t.NamedTuple):
    """A certificate for localhost, and the client's side of TLS that trusts its CA."""

    server: Identity
    context: ssl.SSLContext


@pytest.fixture(scope='module')
def pki() -> Pki:
    authority = Authority('Test CA')
    return Pki(authority.issue(['localhost']), ssl.create_default_context(cadata=authority.pem.decode()))


def account_of(server: HostileImap) -> Account:
    return Account('the mailbox', 'localhost', server.port, server.mode == 'starttls', server.username, server.password, 'INBOX')


def session(server: HostileImap, context: ssl.SSLContext, deletes: bool = False) -> Imap:
    return Imap(account_of(server), context, SESSION_SECONDS, deletes)


def header(message_id: str) -> bytes:
    return f'Received: from print1 by relay with ESMTPS id 1\nMessage-ID: {message_id}\n'.encode()


def marked(mailbox: Imap) -> Mark:
    try:
        return mailbox.mark()
    finally:
        mailbox.close()


def meet(fault: str, pki: Pki) -> Seen:
    """Mark a mailbox and confirm in it, on a server with the fault."""
    with HostileImap(pki.server.certificate_pem, pki.server.key_pem, fault=fault) as server:
        server.deliver(header(OLD))
        server.deliver(header(OTHERS))
        began = time.monotonic()
        try:
            mark = marked(session(server, pki.context))
            server.deliver(header(OURS))
            server.deliver(header(OURS))
            mailbox = session(server, pki.context, deletes=FAULTS[fault].deletes)
            try:
                watched = watch(mailbox, mark, PROOFS, WAIT_SECONDS)
                said = watched.unavailable or (delete_found(mailbox, watched) if FAULTS[fault].deletes else '')
            finally:
                mailbox.close()
        except Unavailable as error:
            watched, said = Watch({}, 0, str(error), []), str(error)
        return Seen(set(watched.found), said, time.monotonic() - began, server.password, server.broken)


@pytest.fixture(scope='module')
def seen(pki: Pki) -> dict[str, Seen]:
    """What came of each fault; most of the time is waiting."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(FAULTS, pool.map(lambda fault: meet(fault, pki), FAULTS), strict=True))


@pytest.mark.parametrize('fault', FAULTS)
def test_no_proof_is_confirmed_wrongly_and_every_wait_ends(seen: dict[str, Seen], fault: str) -> None:
    outcome, result = FAULTS[fault].outcome, seen[fault]
    assert result.broken is None
    assert result.found <= {OURS}
    assert result.seconds < 2 * SESSION_SECONDS + SPARE_SECONDS
    assert result.password not in result.unavailable
    if outcome == BORNE:
        assert result.found == {OURS}, result
    if outcome == FATAL:
        assert result.unavailable, result


def test_nothing_is_confirmed_by_a_text_that_is_no_mail(pki: Pki) -> None:
    with HostileImap(pki.server.certificate_pem, pki.server.key_pem) as server:
        mark = marked(session(server, pki.context))
        bait = f'* OK Message-ID: {OURS}\r\n* 1 FETCH (FLAGS (Message-ID:{OURS}))\r\n'.encode()
        server.manner = dataclasses.replace(server.manner, untagged=bait)
        mailbox = session(server, pki.context)
        assert not watch(mailbox, mark, PROOFS, 0.3).found
        mailbox.close()


def test_a_certificate_of_another_ca_ends_it_before_the_password(pki: Pki) -> None:
    with HostileImap(pki.server.certificate_pem, pki.server.key_pem) as server:
        with pytest.raises(Unavailable, match='certificate') as error:
            marked(session(server, ssl.create_default_context()))
        assert error.value.for_good
        assert not server.commands


def test_four_thousand_mails_of_which_some_are_dropped_doubled_delayed_or_of_yesterday(pki: Pki) -> None:
    chance = random.Random(20261201)
    proofs = [Proof(f'print{number // 4}', f'spl{number % 4}', f'<{number}@today>') for number in range(4000)]
    fates = {proof: chance.choice(['dropped', 'doubled', 'delayed', 'with one of yesterday', *[''] * 6]) for proof in proofs}
    yesterday = [header(f'<{number}@yesterday>') for number in range(400)]
    with HostileImap(pki.server.certificate_pem, pki.server.key_pem) as server:
        for mail in [*yesterday, *(header(proof.message_id) for proof in proofs if fates[proof] == 'with one of yesterday')]:
            server.deliver(mail)
        mark = marked(session(server, pki.context))
        for proof, fate in fates.items():
            for _copy in range({'dropped': 0, 'delayed': 0, 'doubled': 2}.get(fate, 1)):
                server.deliver(header(proof.message_id))
        for mail in yesterday:
            server.deliver(mail)
        last: list[float] = []

        def deliver_late() -> None:
            for proof in proofs:
                if fates[proof] == 'delayed':
                    server.deliver(header(proof.message_id))
            last.append(time.monotonic())

        timer = threading.Timer(1.0, deliver_late)
        timer.start()
        mailbox = Imap(account_of(server), pki.context, 60)
        arriving = [proof for proof in proofs if fates[proof] != 'dropped']
        watched = watch(mailbox, mark, arriving, 30)
        seconds = time.monotonic() - last[0]
        timer.join()
        all_watched = watch(Imap(account_of(server), pki.context, 60), mark, proofs, 0)
        mailbox.close()
    assert set(watched.found) == {proof.message_id for proof in arriving}
    assert seconds < 2
    confirmed = judged(proofs, all_watched, 'the mailbox', 60)
    assert {one.proof for one in confirmed if not one.delivered} == {proof for proof in proofs if fates[proof] == 'dropped'}
    assert all(one.problems[0].code == 'not_delivered' for one in confirmed if not one.delivered)
    commands = server.sessions[1].commands
    looks = sum(command.startswith('UID FETCH') for command in commands)
    assert len(commands) <= 3 + 3 * looks
    assert looks < 10


def test_what_others_marked_as_deleted_stays(pki: Pki) -> None:
    with HostileImap(pki.server.certificate_pem, pki.server.key_pem) as server:
        mark = marked(session(server, pki.context))
        for name in (OURS, OTHERS, OURS):
            server.deliver(header(name), dt.datetime.now().timestamp())
        mailbox = session(server, pki.context, deletes=True)
        watched = watch(mailbox, mark, PROOFS[:1], 5)
        assert delete_found(mailbox, watched) == ''
        mailbox.close()
        assert [OTHERS.encode() in mail.header for mail in server.mails] == [True]
