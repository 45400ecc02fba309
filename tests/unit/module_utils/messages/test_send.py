# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The messages of a send arrive as they were sent, and a field that nobody knows is an error."""

import json

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.forms import FormUse
from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import (
    Ehlo,
    FinalReply,
    MailOptions,
    SendAnswer,
    SendEntry,
    SendOptions,
    SendRequest,
    SendResult,
    TlsSession,
    TrustSet,
    Verification,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem

REQUEST = SendRequest(
    base_dir='/var/pd',
    pd_bin_dir='/usr/bin',
    options=SendOptions('sent', 30.0, retries=2, run='nightly-3-2'),
    servers=[SendEntry('spl1'), SendEntry('spl2', '/srv/spl2', MailOptions(smtp_port=465), {'EnableTLS': '1'})],
    mail=MailOptions('mail.example.com', 587, recipients=['a@example.com']),
)
RESULT = SendResult(
    name='spl1',
    working_dir='/var/pd/spl1',
    until='sent',
    problems=[Problem('tls_off', 'EnableTLS is 0.', severity='warning', server='spl1')],
    ignored=[Problem('expired', 'It has expired.', severity='error', stage='certificate')],
    forms=[FormUse('carriage_return', 3, 2, 'EnableTLS')],
    chain=['MAMC'],
    tls=TlsSession('starttls', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', 256),
    verify=Verification(0, 'verify failed', ['expired']),
    ehlo=Ehlo('h.example.com', ['SIZE 1000']),
    reply=FinalReply(250, 'Ok'),
    timings_ms={'total': 5},
    trust_key='key',
)
ANSWER = SendAnswer([RESULT], {'key': TrustSet(['MAMC'], [], True)}, 1800000000)


def through_json(message):
    return type(message).of(json.loads(json.dumps(plain(message))))


@pytest.mark.parametrize('message', [REQUEST, RESULT, ANSWER], ids=['a request', 'a result', 'an answer'])
def test_a_message_arrives_as_it_was_sent(message):
    assert through_json(message) == message


def test_what_is_not_given_does_not_travel():
    assert plain(REQUEST)['servers'][0] == {'name': 'spl1', 'mail': {}}
    assert 'owner' not in plain(RESULT)


def test_a_field_that_nobody_knows_is_an_error():
    with pytest.raises(TypeError, match='smtp_prot'):
        SendRequest.of(dict(plain(REQUEST), mail={'smtp_prot': 25}))


def test_a_server_has_the_options_of_all_where_it_has_none_of_its_own():
    own = MailOptions(smtp_port=465, recipients=[])
    assert own.over(REQUEST.mail) == MailOptions('mail.example.com', 465, recipients=[])


@pytest.mark.parametrize(
    'changes, ok',
    [
        ({'reached': True}, True),
        ({'reached': False}, False),
        ({'reached': True, 'problems': [Problem('sender_refused', 'No.')]}, False),
    ],
    ids=['reached, with a warning', 'not reached', 'reached, with an error'],
)
def test_a_result_is_ok_where_the_goal_was_reached_without_an_error(changes, ok):
    assert RESULT._replace(**changes).ok is ok
