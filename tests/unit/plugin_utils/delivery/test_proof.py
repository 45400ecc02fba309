# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which sends are proofs to confirm, and how a task's list of them is read back, or refused by the name of what is wrong."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery import proof as proof_module
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.proof import Proof, exact, proofs_of, read_proofs
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ArgumentError

UTC = dt.timezone.utc
SENT_AT = dt.datetime(2026, 11, 24, 8, 15, 0, 250_000, UTC)
# An entry of a result of send_memo, as far as it matters here.
SENT: dict[str, t.Any] = {
    'name': 'spl1',
    'ok': True,
    'until': 'sent',
    'smtp_host': 'mail.example.com',
    'smtp_port': 587,
    'message_id': '<1@print1>',
    'sent_at': '2026-11-24T08:15:00.250Z',
    'tls': {'mode': 'starttls', 'version': 'TLSv1.3'},
    'ehlo': {'name': 'print1.example.com', 'capabilities': []},
    'address': '192.0.2.17',
    'reply': {'code': 250, 'text': '2.0.0 Ok: queued as 4A3B', 'queue_id': '4A3B'},
}
PROOF: dict[str, t.Any] = {
    'host': 'print1',
    'server': 'spl1',
    'message_id': '<1@print1>',
    'ehlo': 'print1.example.com',
    'address': '192.0.2.17',
    'sent_at': '2026-11-24T08:15:00.250Z',
    'tls': True,
    'queue_id': '4A3B',
    'relay': 'mail.example.com:587',
}
LEAST = {'host': 'print1', 'server': 'spl1', 'message_id': '<1@print1>'}


def without(entry: dict[str, t.Any], *names: str) -> dict[str, t.Any]:
    return {name: value for name, value in entry.items() if name not in names}


def replied(code: int) -> dict[str, t.Any]:
    return {**SENT, 'reply': {'code': code, 'text': 'x'}}


def test_a_send_is_a_proof_with_all_that_its_host_saw() -> None:
    assert proofs_of('print1', [SENT]) == [PROOF]


SENDS = {
    'accepted': (SENT, True),
    'accepted, and not ok for another reason': ({**SENT, 'ok': False}, True),
    'accepted with another code': (replied(252), True),
    'deferred': (replied(451), False),
    'refused': (replied(554), False),
    'asked to go on': (replied(354), False),
    'no reply': (without(SENT, 'reply'), False),
    'a reply without a code': ({**SENT, 'reply': {}}, False),
    'the envelope only': ({**without(SENT, 'sent_at'), 'until': 'envelope'}, False),
    'the handshake only': (without(SENT, 'sent_at', 'message_id', 'reply'), False),
}


@pytest.mark.parametrize(('entry', 'counts'), SENDS.values(), ids=SENDS)
def test_a_mail_that_a_mail_server_accepted_is_a_proof(entry: dict[str, t.Any], *, counts: bool) -> None:
    assert len(proofs_of('print1', [entry])) == counts


def test_what_a_send_does_not_know_is_empty() -> None:
    least = {'name': 'spl1', 'message_id': '<1@print1>', 'sent_at': '2026-11-24T08:15:00.250Z', 'reply': {'code': 250}}
    nothing = {'ehlo': '', 'address': '', 'queue_id': '', 'relay': ''}
    assert proofs_of('print1', [least]) == [{**LEAST, **nothing, 'sent_at': least['sent_at'], 'tls': False}]


def test_proofs_keep_the_order_of_the_sends() -> None:
    sends = [{**SENT, 'name': name} for name in ('spl3', 'spl1', 'spl2')]
    sends.insert(1, replied(550))
    assert [entry['server'] for entry in proofs_of('print1', sends)] == ['spl3', 'spl1', 'spl2']


def test_what_proofs_of_returns_is_read_as_it_was_after_json_too() -> None:
    (read,) = read_proofs(json.loads(json.dumps(proofs_of('print1', [SENT]))))
    assert read == Proof(
        'print1', 'spl1', '<1@print1>', 'print1.example.com', '192.0.2.17', SENT_AT, True, '4A3B', 'mail.example.com:587'
    )


def test_the_least_that_a_proof_has_is_enough() -> None:
    assert read_proofs([LEAST]) == [Proof('print1', 'spl1', '<1@print1>')]
    assert read_proofs([{**LEAST, **dict.fromkeys(('ehlo', 'address', 'queue_id', 'relay', 'tls', 'sent_at'))}]) == read_proofs(
        [LEAST]
    ), 'null is the same as nothing'
    assert read_proofs([]) == []


TIMES = {
    'a Z': ('2026-11-24T08:15:00Z', SENT_AT.replace(microsecond=0)),
    'a Z and milliseconds': ('2026-11-24T08:15:00.250Z', SENT_AT),
    'a Z and microseconds': ('2026-11-24T08:15:00.250001Z', SENT_AT.replace(microsecond=250_001)),
    'an offset of nothing': ('2026-11-24T08:15:00+00:00', SENT_AT.replace(microsecond=0)),
    'an offset and milliseconds': ('2026-11-24T10:15:00.250+02:00', SENT_AT),
    'an offset to the west': ('2026-11-24T03:15:00.250-05:00', SENT_AT),
    'a space for the T': ('2026-11-24 08:15:00.250Z', SENT_AT),
    'a time that YAML has read': (SENT_AT, SENT_AT),
    'nothing': ('', None),
    'null': (None, None),
}


@pytest.mark.parametrize(('written', 'moment'), TIMES.values(), ids=TIMES)
def test_a_time_is_read_with_its_zone(written: t.Any, moment: dt.datetime | None) -> None:
    (read,) = read_proofs([{**LEAST, 'sent_at': written}])
    assert read.sent_at == moment
    assert moment is None or (read.sent_at is not None and read.sent_at.utcoffset() == dt.timedelta(0))


WRONG: dict[str, tuple[t.Any, str]] = {
    'a text': ('print1', "is 'print1': give a mapping"),
    'nothing': (None, 'is None: give a mapping'),
    'a list': ([], 'is []: give a mapping'),
    'an unknown key': ({**PROOF, 'colour': 'blue'}, "has the unknown key 'colour': it can have host, server, message_id"),
    'a key that is no text': ({**PROOF, 1: 2}, "has the unknown key '1'"),
    'no host': (without(PROOF, 'host'), '.host is missing'),
    'no server': (without(PROOF, 'server'), '.server is missing'),
    'no Message-ID': (without(PROOF, 'message_id'), '.message_id is missing'),
    'an empty host': ({**PROOF, 'host': ''}, '.host is missing'),
    'an empty Message-ID': ({**PROOF, 'message_id': ''}, '.message_id is missing'),
    'a host that is a number': ({**PROOF, 'host': 1}, '.host is 1: '),
    'a Message-ID that is a list': ({**PROOF, 'message_id': ['<1@print1>']}, ".message_id is ['<1@print1>']: "),
    'an EHLO name that is a list': ({**PROOF, 'ehlo': ['a']}, ".ehlo is ['a']: "),
    'an address that is a number': ({**PROOF, 'address': 17}, '.address is 17: '),
    'a queue id that is a number': ({**PROOF, 'queue_id': 4711}, '.queue_id is 4711: '),
    'a relay that is a mapping': ({**PROOF, 'relay': {'host': 'a'}}, ".relay is {'host': 'a'}: "),
    'a text for tls': ({**PROOF, 'tls': 'yes'}, ".tls is 'yes': it can be true or false"),
    'a number for tls': ({**PROOF, 'tls': 1}, '.tls is 1: it can be true or false'),
    'a time without a zone': (
        {**PROOF, 'sent_at': '2026-11-24T08:15:00'},
        ".sent_at is '2026-11-24T08:15:00': give a time in UTC",
    ),
    'a time that YAML has read without a zone': ({**PROOF, 'sent_at': SENT_AT.replace(tzinfo=None)}, '.sent_at is '),
    'a date': ({**PROOF, 'sent_at': '2026-11-24'}, ".sent_at is '2026-11-24': give a time in UTC"),
    'a date that there is not': ({**PROOF, 'sent_at': '2026-11-31T08:15:00Z'}, '.sent_at is '),
    'two zones': ({**PROOF, 'sent_at': '2026-11-24T08:15:00+01:00Z'}, '.sent_at is '),
    'only a Z': ({**PROOF, 'sent_at': 'Z'}, '.sent_at is '),
    'a word for a time': ({**PROOF, 'sent_at': 'yesterday'}, ".sent_at is 'yesterday': "),
    'a number for a time': ({**PROOF, 'sent_at': 1795508100}, '.sent_at is 1795508100: '),
    'the first moment, further west': ({**PROOF, 'sent_at': '0001-01-01T00:00:00+14:00'}, '.sent_at is '),
    'the last moment, further east': ({**PROOF, 'sent_at': '9999-12-31T23:59:59-14:00'}, '.sent_at is '),
}


@pytest.mark.parametrize(('entry', 'message'), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_by_entry_and_key(entry: t.Any, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        read_proofs([PROOF, LEAST, entry, 'also wrong'])
    assert str(error.value).startswith(f'proofs[2]{message}' if message.startswith('.') else f'proofs[2] {message}')
    assert 'proofs[3]' not in str(error.value), 'the first one alone'


def test_a_long_value_is_shown_by_its_beginning() -> None:
    for name in ('tls', 'sent_at', 'ehlo'):
        with pytest.raises(ArgumentError) as error:
            read_proofs([{**PROOF, name: ['x' * 100_000]}])
        assert len(str(error.value)) < 300
    with pytest.raises(ArgumentError) as error:
        read_proofs([{**PROOF, 'x' * 100_000: 1}])
    assert len(str(error.value)) < 300


def test_more_proofs_than_a_fleet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_module, 'MOST_PROOFS', 3)
    assert len(read_proofs([LEAST] * 3)) == 3
    with pytest.raises(ArgumentError, match='proofs has 4 entries: it can have 3'):
        read_proofs([LEAST] * 4)


@settings(deadline=None)
@given(st.datetimes(min_value=dt.datetime(1970, 1, 1), timezones=st.just(UTC)))
def test_a_time_that_was_written_is_read_to_the_millisecond(when: dt.datetime) -> None:
    (read,) = read_proofs([{**LEAST, 'sent_at': exact(when)}])
    assert read.sent_at == when.replace(microsecond=when.microsecond // 1000 * 1000)


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.sampled_from(['2026-11-24T08:15:00Z', 'Z', '0001-01-01'])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.dictionaries(st.one_of(st.sampled_from(Proof._fields), st.text(max_size=3)), values))
def test_whatever_an_entry_holds_it_is_read_or_refused_by_name(changes: dict[str, t.Any]) -> None:
    try:
        (read,) = read_proofs([{**PROOF, **changes}])
    except ArgumentError as error:
        assert str(error).startswith('proofs[0]')
    else:
        assert all(isinstance(text, str) for text in (read.host, read.server, read.message_id, read.ehlo, read.relay))
        assert read.sent_at is None or read.sent_at.tzinfo is not None
