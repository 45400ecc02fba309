# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What must hold for any certificate, CRL and answer: the entries come back with the target's verdict, and nothing is raised."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.printops.infoprint.plugins.plugin_utils.action_base import Outcome, shown
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import Profile
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome import change as change_report
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome import send as send_report
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.validation import Validation, validate_answer
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import CATALOGUE
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.text import complete
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject, server_answers
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.reviewed_run import ReviewedAnswer
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.send_answer import read_result as read_send
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.trust_blocks import read_blocks
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.validate_answer import read_result
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import Criteria, Mailer

from .answers import CA, CHAIN, CRLS, NOW, Answer, file_answer, send_answer

OPTIONS = {'warn_days': 30, 'crl_check': 'chain', 'try_before_commit': 'handshake', 'observed': None, 'policy': {}}
CRITERIA = Criteria(NOW, 30, Mailer(checks_chain=True, needs_root=True))
PROFILE = Profile('InfoPrint', '4.10', '2026-12-01', '', (), {'carriage_return': 'kept', 'unknown_ca': 'accepted'})
VERDICTS = {'refused': False, 'ignoring': True, 'sent': True}


def x509(data: bytes) -> None:
    """Certificates and CRLs of any content, as each part of what a target hands back, take no entry and no verdict away."""
    for answer in (send_answer([data, *CHAIN[1:]], [CA], CRLS), send_answer([CHAIN[0], data], [CA, data], [data, *CRLS])):
        sent = _sent(answer)
        assert {one.entry['name']: one.entry['ok'] for one in sent} == VERDICTS
        assert 'expired' in [problem.code for problem in sent[0].problems]
        _needs_no_guard(problem.message for one in sent for problem in one.problems)
    answer = file_answer([data, CA], [data, *CRLS])
    _needs_no_guard(problem.message for one in _validated(answer) for problem in one.problems)
    assert [entry['changed'] for entry in _changed(answer).servers] == [True]


def answer(data: bytes) -> None:
    """What isn't an answer of our program raises InvalidValue; of what passes for one, each server has its entry."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        return
    for read in (_sent, _validated, _changed):
        try:
            read(answer)
        except InvalidValue:
            continue


def _sent(answer: Answer) -> list[send_report.Sent]:
    fields = AnswerObject(answer)
    terms = send_report.terms_of(fields, OPTIONS)
    asked = server_answers(fields, [])
    sent = [send_report.report(read_send(one, 'sent'), fields, terms) for one in asked]
    assert [one.entry['name'] for one in sent] == [one.text('name') for one in asked]
    for one in sent:
        _can_be_shown(one.entry)
        assert one.entry['ok'] is not any(problem.is_error for problem in map(complete, one.problems))
        assert '\n' not in one.line
    return sent


def _validated(answer: Answer) -> list[Validation]:
    fields = AnswerObject(answer)
    blocks = read_blocks(fields)
    results = [read_result(one) for one in server_answers(fields, [])]
    validations = [validate_answer(result, blocks, None, CRITERIA, profile=PROFILE) for result in results]
    for one in validations:
        _can_be_shown(one.entry)
    return validations


def _changed(answer: Answer) -> Outcome:
    fields = AnswerObject(answer)
    answers = server_answers(fields, [])
    outcome = change_report.report(ReviewedAnswer(fields, {}, refused=frozenset()), answers, OPTIONS, check=False)
    assert [entry['name'] for entry in outcome.servers] == [one.text('name') for one in answers]
    for entry in outcome.servers:
        _can_be_shown(entry)
    return outcome


def _needs_no_guard(messages: t.Iterable[str]) -> None:
    """The reader knows what it can't read: the guard, which names the kind of the error, is there for what it doesn't."""
    assert not [message for message in messages if re.search(r'not checked: \w+(Error|Exception): ', message)]


def _can_be_shown(entry: dict[str, t.Any]) -> None:
    """A result is JSON, and its problems are catalogued and without control characters."""
    entry = shown(entry)
    json.dumps(entry)
    assert {problem['code'] for problem in entry['problems']} <= set(CATALOGUE)
    assert not any(character < ' ' for problem in entry['problems'] for character in problem['message'].replace('\n', ''))
