# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of the conversation agrees with the vocabulary, and with the code that runs on it."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.smtp import conversation, refusals
from ansible_collections.printops.infoprint.plugins.module_utils.smtp.reply import Reply
from ansible_collections.printops.infoprint.plugins.module_utils.smtp.steps import STEPS, Step, steps_of
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import GOALS, TIMED_STAGES, TLS_MODES

pytestmark = pytest.mark.every_python


def test_the_stages_are_those_of_a_send_in_their_order():
    stages = dict.fromkeys(step.stage for step in steps_of('starttls', 'sent'))
    assert ('resolve', 'connect', *stages) == TIMED_STAGES


def test_each_step_has_code_that_runs_it():
    assert {step.name for step in STEPS} == set(conversation._ACTIONS)


def test_each_stage_with_a_reply_has_a_name_for_a_refusal():
    assert {step.stage for step in STEPS if step.reply} == set(refusals.BY_STAGE)


@pytest.mark.parametrize('mode', [mode.name for mode in TLS_MODES])
def test_a_goal_needs_the_steps_of_the_goal_before_it_and_more(mode):
    handshake, envelope, sent = (list(steps_of(mode, goal)) for goal in GOALS)
    assert envelope[: len(handshake)] == handshake
    assert sent[: len(envelope)] == envelope
    assert len(handshake) < len(envelope) < len(sent)


@pytest.mark.parametrize('mode', ['starttls', 'smtps'])
def test_no_address_is_given_before_tls(mode):
    names = [step.name for step in steps_of(mode, 'sent')]
    assert names.count('tls') == 1
    assert names.index('tls') < names.index('mail') < names.index('rcpt') < names.index('data') < names.index('dot')
    assert 'ehlo' in names[names.index('tls') :]


@pytest.mark.parametrize(
    'needed, code, accepted',
    [
        pytest.param(250, 250, True, id='the very code'),
        pytest.param(250, 251, False, id='another of its class'),
        pytest.param(2, 251, True, id='any of the class'),
        pytest.param(2, 354, False, id='another class'),
        pytest.param(0, 250, False, id='no reply is due'),
    ],
)
def test_a_step_accepts_its_code_or_its_class(needed, code, accepted):
    assert Step('mail', 'envelope', '', needed, TLS_MODES).accepts(Reply(code, (b'ok',))) is accepted
