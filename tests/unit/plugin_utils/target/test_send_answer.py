# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer of a send: what fits is read as a result, anything else is refused, and no text is shown as it came."""

from __future__ import annotations

import base64
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.messages.forms import FormUse
from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import (
    Ehlo,
    FinalReply,
    SendResult,
    TlsSession,
    Verification,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import GOALS
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.send_answer import (
    MOST_CERTIFICATES,
    MOST_CHARACTERS,
    TIMINGS,
    decoded,
    read_result,
)

RESULT = SendResult(
    name='spl1',
    working_dir='/var/pd/spl1',
    until='sent',
    host='mail.example.com',
    port=587,
    reached=True,
    problems=[Problem('port_mismatch', 'EnableTLS is 1.', 'Look.', 'warning', server='spl1', file='/var/pd/spl1/a', line=3)],
    ignored=[Problem('expired', 'It expired.', 'Renew it.', 'error', stage='certificate')],
    forms=[FormUse('carriage_return', 3, 2, 'EnableTLS')],
    mode='starttls',
    attempts=2,
    tls=TlsSession('starttls', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', 256),
    chain=['MAA=', 'MQA='],
    whole_chain=True,
    verify=Verification(10, 'certificate has expired', ['expired']),
    anchored=False,
    trusted='/etc/ca.pem',
    trust_key='k1',
    checks_name=True,
    ignores_errors=True,
    ehlo=Ehlo('print1.example.com', ['PIPELINING']),
    reply=FinalReply(250, 'queued as 4A3B', '4A3B'),
    message_id='<1@print1.example.com>',
    timings_ms={'resolve': 1, 'total': 20},
    owner='printer',
    proven_as='root',
)
ANSWER: dict[str, t.Any] = plain(RESULT)
TEXTS = ('name', 'working_dir', 'host', 'mode', 'trusted', 'trust_key', 'message_id', 'owner', 'proven_as')
FLAGS = ('reached', 'whole_chain', 'anchored', 'checks_name', 'ignores_errors')
OBJECTS = ('tls', 'verify', 'ehlo', 'reply', 'timings_ms')
LISTS = ('problems', 'ignored', 'forms', 'chain')


def read(answer: object, until: str = 'sent') -> SendResult:
    return read_result(AnswerObject(answer), until)


def changed(**fields: object) -> dict[str, t.Any]:
    return {**ANSWER, **fields}


def test_a_result_comes_back_as_it_was_sent() -> None:
    assert read(ANSWER) == RESULT


@pytest.mark.parametrize('missing', [name for name in ANSWER if name != 'until'])
def test_a_field_that_is_absent_is_not_known(missing: str) -> None:
    result = read({name: value for name, value in ANSWER.items() if name != missing})
    assert not getattr(result, missing)
    assert result._replace(**{missing: None}) == RESULT._replace(**{missing: None})


def test_of_an_empty_answer_nothing_is_reached() -> None:
    result = read({})
    assert (result.reached, result.until, result.tls, result.reply, result.timings_ms) == (False, 'sent', None, None, None)


@pytest.mark.parametrize('until', GOALS)
@pytest.mark.parametrize('asked', GOALS)
def test_the_goal_must_be_the_one_that_was_asked_for(until: str, asked: str) -> None:
    if until == asked:
        assert read(changed(until=until), asked).until == asked
    else:
        with pytest.raises(InvalidValue):
            read(changed(until=until), asked)


WRONG: dict[str, tuple[tuple[str, ...], tuple[object, ...]]] = {
    'texts': (TEXTS, (7, True, ['a'], {'a': 'b'})),
    'flags': (FLAGS, (0, 1, 'true', [], {})),
    'numbers': (('port', 'attempts'), ('587', True, -1, 1.5, 1 << 60, [])),
    'objects': (OBJECTS, ('text', 7, True, [], [{}])),
    'lists': (LISTS, ('text', 7, True, {}, [7], [[]])),
}


@pytest.mark.parametrize('kind', WRONG)
def test_a_field_of_another_type_is_refused(kind: str) -> None:
    names, values = WRONG[kind]
    for name in names:
        for value in values:
            with pytest.raises(InvalidValue):
                read(changed(**{name: value}))


INNER = {
    'tls': {'version': 7, 'cipher': [], 'mode': {}, 'bits': '256'},
    'verify': {'code': 'ten', 'text': 7, 'may_be': 'expired'},
    'ehlo': {'name': 7, 'features': 'PIPELINING'},
    'reply': {'code': '250', 'text': 7, 'queue_id': []},
    'timings_ms': dict.fromkeys(TIMINGS, 'long'),
}


@pytest.mark.parametrize('part', INNER)
def test_a_part_with_a_field_of_another_type_is_refused(part: str) -> None:
    for name, value in INNER[part].items():
        with pytest.raises(InvalidValue, match=name):
            read(changed(**{part: {**ANSWER[part], name: value}}))


@pytest.mark.parametrize('key', ['problems', 'ignored'])
def test_a_problem_that_is_not_of_this_collection_is_refused(key: str) -> None:
    with pytest.raises(InvalidValue, match='made_up'):
        read(changed(**{key: [{'code': 'made_up', 'message': 'all is well'}]}))


def test_of_a_chain_only_so_many_certificates_are_read() -> None:
    chain = [base64.b64encode(bytes([number])).decode() for number in range(MOST_CERTIFICATES + 5)]
    assert read(changed(chain=chain)).chain == chain[:MOST_CERTIFICATES]


def test_a_certificate_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidValue, match='chain'):
        read(changed(chain=['A' * (MOST_CHARACTERS + 1)]))


def test_only_known_stages_are_timed() -> None:
    timings = {**{stage: number for number, stage in enumerate(TIMINGS)}, 'lunch': 3_600_000}
    assert read(changed(timings_ms=timings)).timings_ms == {stage: number for number, stage in enumerate(TIMINGS)}


def test_foreign_text_is_sanitized_and_bounded() -> None:
    result = read(changed(host='mail\x1b[2J', owner='x' * 10_000, ehlo={'name': 'a\x07', 'features': ['b\x9b']}))
    assert result.host == 'mail\\x1b[2J'
    assert len(result.owner or '') == 512
    assert result.ehlo == Ehlo('a\\x07', ['b\\x9b'])


def test_a_reply_without_a_code_counts_as_none() -> None:
    assert read(changed(reply={'text': 'fine'})).reply == FinalReply(0, 'fine', '')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(sorted(ANSWER)), JSON, max_size=4))
def test_any_answer_is_read_or_refused_and_nothing_a_terminal_obeys_gets_through(fields: dict[str, t.Any]) -> None:
    try:
        result = read({**ANSWER, **fields})
    except InvalidValue:
        return
    assert result.until == 'sent'
    shown = [getattr(result, name) for name in TEXTS]
    shown += [*(result.ehlo or ()), *(result.tls or ())[:3], *(result.reply or ())[1:], *(result.verify or ())[1:2]]
    for text in [one for value in shown if value is not None for one in (value if isinstance(value, list) else [value])]:
        assert isinstance(text, str)
        assert len(text) <= 512
        assert all(character == '\n' or character >= ' ' for character in text)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.binary(max_size=40), max_size=5))
def test_der_survives_base64(ders: list[bytes]) -> None:
    assert decoded([base64.b64encode(der).decode() for der in ders], 'chain') == ders


@pytest.mark.parametrize('text', ['MAA', 'MAA=\n', 'M-A_', 'Ma\xe4=', '='])
def test_what_is_not_base64_is_refused_with_the_name_of_the_field(text: str) -> None:
    with pytest.raises(InvalidValue, match='chain is not base64'):
        decoded(['MAA=', text], 'chain')
