# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The conversation against a scripted server: every fault has its code, and there is no fallback."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem, ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.smtp.conversation import (
    Conversation,
    Plan,
    Stream,
    StreamLost,
    StreamTimedOut,
)
from ansible_collections.printops.infoprint.plugins.module_utils.smtp.refusals import ANYWHERE, BY_STAGE, SILENCE, queue_id
from ansible_collections.printops.infoprint.plugins.module_utils.smtp.steps import OF_ANY_STEP, STEPS

MESSAGE = b'Subject: x\r\n\r\n.dot\r\nend\r\n'
EHLO = b'250-mail.example.com\r\n250-STARTTLS\r\n250 SIZE 1000\r\n'
INNER_EHLO = b'250-mail.example.com\r\n250 SIZE 1000\r\n'
LOST = StreamLost('the server closed it')
SILENT = StreamTimedOut()


class Script(Stream):
    """Answers each command with the value for the beginning of it; a list is used up in order, a tuple arrives in pieces.

    `lost_at` is the command that can't be sent any more: the server has closed the connection.
    """

    def __init__(self, answers, tls=None, lost_at=''):
        self.answers = {key: list(value) if isinstance(value, list) else [value] for key, value in answers.items()}
        self.tls = tls
        self.lost_at = lost_at
        self.inbox = []
        self.add('banner')
        self.commands = []
        self.hurried = []
        self.sent = b''
        self.in_data = False

    def take(self, key):
        values = self.answers.get(key, [SILENT])
        return values.pop(0) if len(values) > 1 else values[0]

    def add(self, key):
        answer = self.take(key)
        self.inbox += answer if isinstance(answer, tuple) else [answer]

    def hurry(self, seconds):
        self.hurried.append(seconds)

    def send(self, data):
        if self.lost_at and data.startswith(self.lost_at.encode('ascii')):
            self.add(self.lost_at)
            raise StreamLost('Broken pipe')
        self.sent += data
        if self.in_data and not self.sent.endswith(b'\r\n.\r\n'):
            return
        if self.in_data:
            self.in_data = False
            self.add('.')
            return
        command = data.decode('ascii').strip()
        self.commands.append(command)
        key = next((key for key in sorted(self.answers, key=len, reverse=True) if command.startswith(key)), '')
        begin = len(self.inbox)
        self.add(key)
        answer = self.inbox[begin]
        if command == 'DATA' and isinstance(answer, bytes) and answer.startswith(b'354'):
            self.in_data = True
            self.sent = b'\r\n'

    def receive(self, wait=True):
        if not self.inbox:
            raise StreamTimedOut
        answer = self.inbox.pop(0)
        if isinstance(answer, Exception):
            if not wait and answer is SILENT:
                raise StreamTimedOut
            self.inbox.insert(0, answer)
            if not wait:
                raise StreamTimedOut
            raise answer
        return answer

    def start_tls(self):
        self.commands.append('(TLS)')
        if self.tls is not None:
            raise self.tls


GOOD = {
    'banner': b'220 mail.example.com ESMTP\r\n',
    'EHLO': [EHLO, INNER_EHLO],
    'STARTTLS': b'220 go\r\n',
    'MAIL': b'250 ok\r\n',
    'RCPT': b'250 ok\r\n',
    'DATA': b'354 go\r\n',
    '.': b'250 2.0.0 Ok: queued as 4A3B\r\n',
    'RSET': b'250 ok\r\n',
    'QUIT': b'221 bye\r\n',
}


def converse(
    changes=None, mode='starttls', until='sent', recipients=('a@example.com',), tls=None, before_dot=lambda: None, lost_at=''
):
    script = Script(dict(GOOD, **(changes or {})), tls, lost_at)
    plan = Plan(mode, until, 'host.example.com', 's@example.com', recipients, lambda: [MESSAGE], before_dot, lambda stage: None)
    return Conversation(script, plan).run(), script


@pytest.mark.parametrize(
    'mode, until, commands',
    [
        ('disabled', 'handshake', 'EHLO RSET QUIT'),
        ('disabled', 'envelope', 'EHLO MAIL RCPT RSET QUIT'),
        ('disabled', 'sent', 'EHLO MAIL RCPT DATA QUIT'),
        ('starttls', 'handshake', 'EHLO STARTTLS (TLS) EHLO RSET QUIT'),
        ('starttls', 'envelope', 'EHLO STARTTLS (TLS) EHLO MAIL RCPT RSET QUIT'),
        ('starttls', 'sent', 'EHLO STARTTLS (TLS) EHLO MAIL RCPT DATA QUIT'),
        ('smtps', 'handshake', '(TLS) EHLO RSET QUIT'),
        ('smtps', 'sent', '(TLS) EHLO MAIL RCPT DATA QUIT'),
    ],
    ids=[
        'disabled, handshake',
        'disabled, envelope',
        'disabled, sent',
        'starttls, handshake',
        'starttls, envelope',
        'starttls, sent',
        'smtps, handshake',
        'smtps, sent',
    ],
)
def test_a_good_conversation_goes_as_far_as_asked_and_leaves_politely(mode, until, commands):
    conversation, script = converse(mode=mode, until=until)
    assert [command.split(' ')[0] for command in script.commands] == commands.split(' ')
    assert conversation.reached
    assert conversation.problems == []


def test_the_commands_are_those_of_the_plan():
    _conversation, script = converse(recipients=('a@example.com', 'b@example.com'))
    assert script.commands == [
        'EHLO host.example.com',
        'STARTTLS',
        '(TLS)',
        'EHLO host.example.com',
        'MAIL FROM:<s@example.com>',
        'RCPT TO:<a@example.com>',
        'RCPT TO:<b@example.com>',
        'DATA',
        'QUIT',
    ]


def test_the_mail_goes_with_its_dots_doubled_and_ends_with_one():
    _conversation, script = converse()
    assert script.sent.startswith(b'\r\nSubject: x\r\n\r\n..dot\r\nend\r\n.\r\n')


def test_what_the_server_offers_in_tls_counts():
    conversation, _script = converse()
    assert conversation.features == ['SIZE 1000']


CERTIFICATE = ProblemError(Problem('expired', 'It expired.', stage='certificate'))

# What changes -> code, stage
FAULTS = {
    'banner 554': ({'banner': b'554 no\r\n'}, 'banner_refused', 'banner'),
    'banner 421': ({'banner': b'421 busy\r\n'}, 'banner_refused', 'banner'),
    'banner 250': ({'banner': b'250 hello\r\n'}, 'not_smtp', 'banner'),
    'banner 354': ({'banner': b'354 hello\r\n'}, 'not_smtp', 'banner'),
    'HTTP': ({'banner': b'HTTP/1.1 400 Bad Request\r\n'}, 'not_smtp', 'banner'),
    'POP': ({'banner': b'+OK ready\r\n'}, 'not_smtp', 'banner'),
    'TLS at once': ({'banner': b'\x15\x03\x01\x00\x02\x02\x46'}, 'tls_expected', 'banner'),
    'banner with bare LF': ({'banner': b'220 hi\n'}, 'reply_malformed', 'banner'),
    'banner too long': ({'banner': b'220 ' + b'x' * 70000}, 'reply_too_long', 'banner'),
    'silent banner': ({'banner': SILENT}, 'banner_timed_out', 'banner'),
    'closed before the banner': ({'banner': LOST}, 'connection_lost', 'banner'),
    'EHLO 501': ({'EHLO': b'501 bad name\r\n'}, 'ehlo_refused', 'ehlo'),
    'EHLO 502': ({'EHLO': b'502 what\r\n'}, 'ehlo_refused', 'ehlo'),
    'EHLO 421': ({'EHLO': b'421 too many\r\n'}, 'ehlo_refused', 'ehlo'),
    'EHLO 421, a client certificate': (
        {'EHLO': [EHLO, b'421 4.7.1 h Error: No client certificate presented\r\n']},
        'handshake_closed',
        'handshake',
    ),
    'EHLO 550, a client certificate': (
        {'EHLO': [EHLO, b'550 5.7.1 TLS client certificate required\r\n']},
        'handshake_closed',
        'handshake',
    ),
    'MAIL 421, a client certificate': ({'MAIL': b'421 4.7.1 Client certificate needed\r\n'}, 'handshake_closed', 'handshake'),
    'EHLO 530': ({'EHLO': b'530 authenticate\r\n'}, 'authentication_required', 'ehlo'),
    'EHLO 552': ({'EHLO': b'552 large\r\n'}, 'message_too_large', 'ehlo'),
    'EHLO 220': ({'EHLO': b'220 what\r\n'}, 'reply_malformed', 'ehlo'),
    'EHLO 354': ({'EHLO': b'354 what\r\n'}, 'reply_malformed', 'ehlo'),
    'EHLO silent': ({'EHLO': SILENT}, 'timed_out', 'ehlo'),
    'EHLO malformed': ({'EHLO': b'250-a\r\nb\r\n'}, 'reply_malformed', 'ehlo'),
    'EHLO in TLS 550': ({'EHLO': [EHLO, b'550 no\r\n']}, 'ehlo_refused', 'ehlo'),
    'EHLO in TLS closed': ({'EHLO': [EHLO, LOST]}, 'connection_lost', 'ehlo'),
    'STARTTLS not offered': ({'EHLO': INNER_EHLO}, 'starttls_not_offered', 'starttls'),
    'STARTTLS stripped': ({'EHLO': b'250-m\r\n250-XXXXXXXA\r\n250 SIZE\r\n'}, 'starttls_stripped', 'starttls'),
    'STARTTLS 454': ({'STARTTLS': b'454 no\r\n'}, 'starttls_refused', 'starttls'),
    'STARTTLS 501': ({'STARTTLS': b'501 no\r\n'}, 'starttls_refused', 'starttls'),
    'STARTTLS 250': ({'STARTTLS': b'250 what\r\n'}, 'reply_malformed', 'starttls'),
    'STARTTLS 354': ({'STARTTLS': b'354 what\r\n'}, 'reply_malformed', 'starttls'),
    'STARTTLS 421': ({'STARTTLS': b'421 no\r\n'}, 'rate_limited', 'starttls'),
    'STARTTLS 530': ({'STARTTLS': b'530 no\r\n'}, 'authentication_required', 'starttls'),
    'injected reply': ({'STARTTLS': b'220 go\r\n250 injected\r\n'}, 'plaintext_injected', 'starttls'),
    'injected byte': ({'STARTTLS': b'220 go\r\nx'}, 'plaintext_injected', 'starttls'),
    'MAIL 550': ({'MAIL': b'550 no\r\n'}, 'sender_refused', 'envelope'),
    'MAIL 450': ({'MAIL': b'450 no\r\n'}, 'sender_refused', 'envelope'),
    'MAIL 421': ({'MAIL': b'421 no\r\n'}, 'rate_limited', 'envelope'),
    'MAIL 530': ({'MAIL': b'530 no\r\n'}, 'authentication_required', 'envelope'),
    'MAIL 550, a client certificate': ({'MAIL': b'550 5.7.1 no client certificate\r\n'}, 'sender_refused', 'envelope'),
    'MAIL 552': ({'MAIL': b'552 no\r\n'}, 'message_too_large', 'envelope'),
    'MAIL 354': ({'MAIL': b'354 what\r\n'}, 'reply_malformed', 'envelope'),
    'MAIL 150': ({'MAIL': b'150 what\r\n'}, 'reply_malformed', 'envelope'),
    'RCPT 550': ({'RCPT': b'550 no\r\n'}, 'recipient_refused', 'envelope'),
    'RCPT 450': ({'RCPT': b'450 later\r\n'}, 'greylisted', 'envelope'),
    'RCPT 421': ({'RCPT': b'421 no\r\n'}, 'rate_limited', 'envelope'),
    'RCPT 552': ({'RCPT': b'552 no\r\n'}, 'message_too_large', 'envelope'),
    'RCPT 530': ({'RCPT': b'530 no\r\n'}, 'authentication_required', 'envelope'),
    'RCPT 354': ({'RCPT': b'354 what\r\n'}, 'reply_malformed', 'envelope'),
    'RCPT silent': ({'RCPT': SILENT}, 'timed_out', 'envelope'),
    'two replies to MAIL': ({'MAIL': b'250 ok\r\n250 ok\r\n'}, 'reply_malformed', 'envelope'),
    '421 behind a good reply': ({'MAIL': b'250 ok\r\n421 bye\r\n'}, 'rate_limited', 'envelope'),
    '421 in pieces, then closed': ({'MAIL': (b'250 ok\r\n42', b'1 4.3.2 b', b'ye\r\n', LOST)}, 'rate_limited', 'envelope'),
    '421 in lines, then closed': ({'MAIL': (b'250 ok\r\n421-a\r\n', b'421 b\r\n', LOST)}, 'rate_limited', 'envelope'),
    '421 begun, then closed': ({'MAIL': (b'250 ok\r\n42', LOST)}, 'connection_lost', 'envelope'),
    '421 begun, then silent': ({'MAIL': (b'250 ok\r\n421 by', SILENT)}, 'reply_malformed', 'envelope'),
    '421 in the mail, in pieces': ({'DATA': (b'354 go\r\n421 ', b'bye\r\n', LOST)}, 'rate_limited', 'data'),
    '552 in the mail, in pieces': ({'DATA': (b'354 go\r\n552 too', b' large\r\n', LOST)}, 'message_too_large', 'data'),
    '554 in the mail': ({'DATA': b'354 go\r\n554 no\r\n'}, 'message_refused', 'data'),
    'DATA 550': ({'DATA': b'550 no\r\n'}, 'message_refused', 'data'),
    'DATA 450': ({'DATA': b'450 no\r\n'}, 'message_refused', 'data'),
    'DATA 250': ({'DATA': b'250 what\r\n'}, 'reply_malformed', 'data'),
    'DATA 334': ({'DATA': b'334 what\r\n'}, 'reply_malformed', 'data'),
    'DATA 421': ({'DATA': b'421 no\r\n'}, 'rate_limited', 'data'),
    'DATA lost': ({'DATA': LOST}, 'connection_lost', 'data'),
    'the answer to the dot before the dot': ({'DATA': b'354 go\r\n250 queued as LIE\r\n'}, 'reply_malformed', 'data'),
    'dot 550': ({'.': b'550 spam\r\n'}, 'message_refused', 'data'),
    'dot 450': ({'.': b'450 later\r\n'}, 'message_refused', 'data'),
    'dot 552': ({'.': b'552 large\r\n'}, 'message_too_large', 'data'),
    'dot 421': ({'.': b'421 bye\r\n'}, 'rate_limited', 'data'),
    'dot 354': ({'.': b'354 what\r\n'}, 'outcome_unknown', 'data'),
    'dot lost': ({'.': LOST}, 'outcome_unknown', 'data'),
    'dot silent': ({'.': SILENT}, 'outcome_unknown', 'data'),
    'dot malformed': ({'.': b'nonsense\r\n'}, 'outcome_unknown', 'data'),
    'dot too long': ({'.': b'250 ' + b'x' * 70000}, 'outcome_unknown', 'data'),
}


@pytest.mark.parametrize('name', sorted(FAULTS))
def test_a_fault_has_its_code_and_stage(name):
    changes, code, stage = FAULTS[name]
    conversation, script = converse(changes)
    assert [(problem.code, problem.stage) for problem in conversation.problems] == [(code, stage)]
    assert not conversation.reached
    assert not any(command.startswith('HELO') for command in script.commands)
    assert conversation.problems[0].message


def codes_of(stage):
    """Return the codes that the tables have for a stage."""
    of_stage = [table[stage][0] for table in (BY_STAGE, SILENCE) if stage in table]
    own = [code for step in STEPS if step.stage == stage for code in step.problems]
    return {*of_stage, *own, *OF_ANY_STEP, *(code for code, _text in ANYWHERE.values())}


def test_each_code_that_a_step_has_for_itself_is_that_of_a_fault():
    of_faults = {(code, stage) for _changes, code, stage in FAULTS.values()}
    own = {(code, step.stage) for step in STEPS for code in step.problems if step.name != 'tls'}
    assert own <= of_faults
    assert {(code, stage) for stage, (code, _text) in BY_STAGE.items()} <= of_faults


@pytest.mark.parametrize('problem', [CERTIFICATE, SILENT, LOST], ids=['certificate', 'silence', 'lost'])
@pytest.mark.parametrize('mode', ['starttls', 'smtps'])
def test_after_a_failed_handshake_nothing_more_is_said(mode, problem):
    conversation, script = converse(mode=mode, tls=problem)
    assert not conversation.reached
    assert script.commands[-1] == '(TLS)'
    expected = {CERTIFICATE: ('expired', 'certificate'), SILENT: ('handshake_timed_out', 'handshake')}
    found = conversation.problems[0]
    assert (found.code, found.stage) == expected.get(problem, ('connection_lost', 'handshake'))


@pytest.mark.parametrize(
    'command, answer, code, reply',
    [
        ('MAIL', (b'42', b'1 bye\r\n', LOST), 'rate_limited', 421),
        ('MAIL', LOST, 'connection_lost', None),
        ('MAIL', b'250 fine\r\n', 'connection_lost', None),
        ('MAIL', b'', 'connection_lost', None),
        ('Subject', (b'552 too', b' large\r\n', LOST), 'message_too_large', 552),
        ('.\r', (b'552 large\r\n', LOST), 'message_too_large', 552),
        ('.\r', LOST, 'outcome_unknown', None),
        ('.\r', b'250 queued as LIE\r\n', 'outcome_unknown', None),
    ],
    ids=[
        'MAIL, 421 in pieces',
        'MAIL, nothing',
        'MAIL, no refusal',
        'MAIL, silence',
        'mail, 552 in pieces',
        'dot, 552',
        'dot, nothing',
        'dot, no refusal',
    ],
)
def test_where_nothing_can_be_sent_any_more_a_refusal_that_was_left_behind_says_why(command, answer, code, reply):
    answers = {command: answer if answer != b'' else SILENT}
    conversation, _script = converse(answers, lost_at=command)
    assert [problem.code for problem in conversation.problems] == [code]
    assert (conversation.reply.code if conversation.reply else None) == reply
    assert not conversation.reached
    assert not (command.startswith('.') and conversation.transient)


def test_in_the_middle_of_a_mail_nobody_says_goodbye():
    _conversation, script = converse({'DATA': b'354 go\r\n554 no\r\n'})
    assert script.sent.endswith(MESSAGE.replace(b'\r\n.', b'\r\n..'))
    _conversation, script = converse({'.': b'554 no\r\n'})
    assert script.sent.endswith(b'\r\n.\r\nQUIT\r\n')


def test_what_was_read_of_a_reply_that_was_cut_is_quoted():
    problem = converse({'MAIL': (b'250 ok\r\n421 4.3.2 Serv', LOST)})[0].problems[0]
    assert problem.message.endswith(', in the middle of a reply: 421 4.3.2 Serv')


def test_nobody_waits_long_for_what_nothing_depends_on():
    _conversation, script = converse()
    assert script.hurried == [2.0]


def test_starttls_is_found_behind_a_hundred_features():
    many = b''.join(b'250-X-FEATURE-%d\r\n' % number for number in range(150))
    conversation, _script = converse({'EHLO': [b'250-mail.example.com\r\n' + many + b'250 STARTTLS\r\n', INNER_EHLO]})
    assert conversation.reached


def test_the_mail_is_written_before_the_envelope():
    def compose():
        raise ZeroDivisionError

    script = Script(dict(GOOD))
    plan = Plan('disabled', 'sent', 'h.example.com', 's@a.b', ('r@a.b',), compose, lambda: None, lambda stage: None)
    with pytest.raises(ZeroDivisionError):
        Conversation(script, plan).run()
    assert script.commands == ['EHLO h.example.com']


@pytest.mark.parametrize(
    'ending',
    [LOST, SILENT, b'500 what\r\n', b'nonsense\r\n', b'250 ' + b'x' * 70000],
    ids=['lost', 'silence', '500', 'malformed', 'too long'],
)
def test_whatever_happens_at_quit_the_mail_is_sent(ending):
    conversation, _script = converse({'QUIT': ending})
    assert conversation.reached
    assert conversation.problems == []


@pytest.mark.parametrize('until', ['handshake', 'envelope'])
@pytest.mark.parametrize('ending', [LOST, SILENT, b'500 what\r\n'], ids=['lost', 'silence', '500'])
def test_whatever_happens_at_rset_the_goal_is_reached(until, ending):
    assert converse({'RSET': ending}, until=until)[0].reached


def test_a_refused_recipient_among_good_ones_keeps_nobody_from_the_mail():
    conversation, script = converse(
        {'RCPT': [b'250 ok\r\n', b'550 unknown\r\n', b'450 later\r\n', b'251 forwarded\r\n']},
        recipients=('a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'),
    )
    assert conversation.reached
    assert conversation.accepted == ['a@example.com', 'd@example.com']
    assert conversation.deferred == ['c@example.com']
    assert conversation.transient
    assert [(problem.code, problem.value) for problem in conversation.problems] == [
        ('recipient_refused', 'b@example.com'),
        ('greylisted', 'c@example.com'),
    ]
    assert 'DATA' in script.commands


def test_without_an_accepted_recipient_there_is_no_data():
    conversation, script = converse({'RCPT': b'550 no\r\n'}, recipients=('a@example.com', 'b@example.com'))
    assert not conversation.reached
    assert 'DATA' not in script.commands
    assert script.commands[-2:] == ['RSET', 'QUIT']


TRANSIENT = {
    'banner 421': True,
    'EHLO 421': True,
    'STARTTLS 454': True,
    'MAIL 450': True,
    'MAIL 421': True,
    'RCPT 450': True,
    'DATA 450': True,
    'MAIL 550': False,
    'RCPT 550': False,
    'DATA 550': False,
    'dot 450': False,
    'dot 421': False,
    'dot lost': False,
    'banner 554': False,
    'silent banner': False,
    'DATA lost': False,
}


@pytest.mark.parametrize('name', sorted(TRANSIENT))
def test_only_a_4xx_before_the_final_dot_may_be_tried_again(name):
    assert converse(FAULTS[name][0])[0].transient is TRANSIENT[name]


def test_a_deferred_recipient_is_not_tried_again_when_the_outcome_is_unknown():
    conversation, _script = converse({'RCPT': [b'250 ok\r\n', b'450 later\r\n'], '.': LOST}, recipients=('a@b.c', 'd@e.f'))
    assert not conversation.transient
    assert conversation.problems[-1].code == 'outcome_unknown'


def test_what_before_dot_raises_comes_before_the_final_dot():
    class Stopped(Exception):
        pass

    calls = []

    def before_dot():
        calls.append(True)
        raise Stopped

    script = Script(dict(GOOD))
    plan = Plan('disabled', 'sent', 'h.example.com', 's@a.b', ('r@a.b',), lambda: [MESSAGE], before_dot, lambda stage: None)
    with pytest.raises(Stopped):
        Conversation(script, plan).run()
    assert calls
    assert not script.sent.endswith(b'\r\n.\r\n')


@pytest.mark.parametrize('name', ['banner 421', 'EHLO 421', 'MAIL 421', 'dot 421'])
def test_421_comes_with_a_hint_at_rate_limits(name):
    assert 'rate limit' in converse(FAULTS[name][0])[0].problems[0].hint


def test_530_with_starttls_in_its_text_says_what_to_set():
    conversation, _script = converse({'MAIL': b'530 Must issue a STARTTLS command first\r\n'}, mode='disabled')
    assert 'EnableTLS' in conversation.problems[0].hint


@pytest.mark.parametrize('mode', ['starttls', 'smtps'])
@pytest.mark.parametrize(
    'text',
    [b'530 Must issue a STARTTLS command first\r\n', b'530 5.7.0 Authentication required\r\n'],
    ids=['asks for STARTTLS', 'asks for authentication'],
)
def test_530_where_tls_is_on_says_that_there_is_no_authentication(mode, text):
    problem = converse({'MAIL': text}, mode=mode)[0].problems[0]
    assert problem.code == 'authentication_required'
    assert 'EnableTLS' not in problem.hint
    assert 'sendmemo has no user name' in problem.hint


@pytest.mark.parametrize('name', ['MAIL 354', 'RCPT 354', 'DATA 250', 'EHLO 220', 'STARTTLS 250', 'MAIL 150'])
def test_a_reply_of_a_wrong_kind_is_called_no_refusal(name):
    problem = converse(FAULTS[name][0])[0].problems[0]
    assert 'refuse' not in problem.message


@given(
    st.dictionaries(st.sampled_from(sorted(GOOD)), st.binary(max_size=60)),
    st.sampled_from(['disabled', 'starttls', 'smtps']),
    st.sampled_from(['handshake', 'envelope', 'sent']),
)
def test_any_replies_end_in_a_result(changes, mode, until):
    conversation, _script = converse(changes, mode, until)
    assert conversation.reached or conversation.problems
    assert [problem for problem in conversation.problems if problem.code not in codes_of(problem.stage)] == []


ANSWERS = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([LOST, SILENT]),
        st.sampled_from([b'250 ok\r\n', b'250-a\r\n', b'220 go\r\n', b'354 go\r\n', b'421 bye\r\n', b'55', b'2', b'\r\n']),
        st.just(b'x' * 70000),
    ),
    min_size=1,
    max_size=6,
).map(tuple)


@given(
    st.dictionaries(st.sampled_from(sorted(GOOD)), ANSWERS),
    st.sampled_from(['disabled', 'starttls', 'smtps']),
    st.sampled_from(['', 'EHLO', 'MAIL', 'DATA', 'Subject', '.\r', 'QUIT']),
)
def test_any_bytes_in_any_pieces_end_in_a_result_within_the_bounds(changes, mode, lost_at):
    conversation, script = converse(changes, mode, lost_at=lost_at)
    assert conversation.reached or conversation.problems
    assert [problem for problem in conversation.problems if problem.code not in codes_of(problem.stage)] == []
    assert conversation._reader.total <= (1 << 20) + 70000
    assert len(script.commands) <= 10
    if conversation.reached:  # by nothing but a whole reply to the dot
        assert conversation.reply.kind == 2
        assert script.sent.count(b'\r\n.\r\n') == 1


@given(st.binary(max_size=200))
def test_only_a_2xx_reply_after_the_dot_is_a_success(answer):
    conversation, _script = converse({'.': answer})
    assert conversation.reached == (answer[:1] == b'2' and not conversation.problems)


@pytest.mark.parametrize(
    'text, name',
    [
        ('2.0.0 Ok: queued as 4A3B', '4A3B'),
        ('OK id=1rVbGq-0001Xy-2c', '1rVbGq-0001Xy-2c'),
        ('2.0.0 41ABCdef012345 Message accepted for delivery', '41ABCdef012345'),
        ('2.0.0 77a8e4d1 Message accepted for delivery', '77a8e4d1'),
        ('2.6.0 <x@y> [InternalId=123456, Hostname=ex.example.com] Queued mail for delivery', '123456'),
        ('ok 1733000000 qp 4242', '4242'),
        ('thanks', ''),
        ('', ''),
    ],
    ids=['Postfix', 'Exim', 'Sendmail', 'OpenSMTPD', 'Exchange', 'qmail', 'no ID', 'empty'],
)
def test_the_queue_id_is_read_from_the_reply_of_each_server(text, name):
    assert queue_id(text) == name
