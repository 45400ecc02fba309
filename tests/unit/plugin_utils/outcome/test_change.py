# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The outcome for a host's servers, from what a target answers: entry, problems, message, warnings and diff."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.action_base import Outcome
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.change import report
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.verification import Goal
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject, server_answers
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.reviewed_run import ReviewedAnswer

CONFIG = '/var/pd/spl1/sendmemo-ssl.cfg'
DRIFT = {'file': CONFIG, 'kind': 'changed', 'keyword': 'EnableTLS', 'before': '1', 'after': '2'}
CHANGED_TO = 'EnableTLS changed (was 1, declared 2)'
FULL = {'code': 'write_failed', 'message': 'It could not be written.', 'hint': 'Free some space.'}
PORT = Problem('port_mismatch', 'EnableTLS is 1, but the port is 465.', severity='warning')
EXPIRED = Problem('ca_expired', 'It has expired.')
ARGS = {'warn_days': 30, 'crl_check': 'leaf', 'observed': None, 'policy': {}, 'try_before_commit': 'handshake'}
REFUSED_TEST = {
    'name': 'spl1',
    'working_dir': '/var/pd/spl1',
    'until': 'handshake',
    'mode': 'starttls',
    'reached': False,
    'problems': [
        {'code': 'file_not_found', 'message': 'There is no file /var/pd/spl1/new.pem.', 'file': '/var/pd/spl1/new.pem'},
    ],
}


def outcome(server: dict[str, t.Any], check: bool = False, reviewed: dict[str, t.Any] | None = None, **more: t.Any) -> Outcome:
    answer = AnswerObject({'now': 0, 'servers': [{'name': 'spl1', 'working_dir': '/var/pd/spl1', **server}]})
    return report(ReviewedAnswer(answer, **{'problems': {}, **(reviewed or {})}), server_answers(answer, []), ARGS, check, **more)


@pytest.mark.parametrize(
    'server, check, line, changed',
    [
        pytest.param({'changed': False}, False, 'spl1: as declared', False, id='as declared'),
        pytest.param({'changed': True, 'drift': [DRIFT]}, False, f'spl1: changed: {CHANGED_TO}', True, id='changed'),
        pytest.param({'changed': True, 'drift': [DRIFT]}, True, f'spl1: would be changed: {CHANGED_TO}', True, id='check mode'),
        pytest.param({'drift': [DRIFT], 'problems': [FULL]}, False, f'spl1: not changed: {CHANGED_TO}', False, id='failed'),
        pytest.param({'problems': [FULL]}, False, 'spl1: not changed', False, id='failed early'),
    ],
)
def test_the_first_line_says_whether_it_was_changed(server: dict[str, t.Any], check: bool, line: str, changed: bool) -> None:
    found = outcome(server, check)
    assert found.msg.splitlines()[0] == line
    assert found.changed == found.servers[0]['changed'] == changed
    assert found.warnings == []


def test_a_change_that_an_earlier_run_did_not_report_is_a_warning() -> None:
    found = outcome({'changed': True, 'unreported': True})
    assert found.changed
    assert found.msg == found.warnings[0]
    assert found.warnings[0].startswith('spl1: changed by an earlier run')


@pytest.mark.parametrize(
    'server, reviewed, warnings, codes',
    [
        pytest.param({'problems': [FULL]}, {}, [], ['write_failed'], id='of the target'),
        pytest.param({}, {'problems': {'spl1': [EXPIRED]}}, [], ['ca_expired'], id='of the review'),
        pytest.param({}, {'problems': {'spl2': [EXPIRED]}}, [], [], id='of the review of another server'),
        pytest.param({}, {}, [PORT], ['port_mismatch'], id='of the port'),
        pytest.param({'problems': [PORT.as_dict()]}, {}, [PORT], ['port_mismatch'], id='of the port, once'),
    ],
)
def test_problems_come_from_three_places(
    server: dict[str, t.Any], reviewed: dict[str, t.Any], warnings: list[Problem], codes: list[str]
) -> None:
    found = outcome(server, reviewed=reviewed, port_warnings={'spl1': warnings})
    assert [problem.code for problem in found.problems] == codes
    assert [code in found.msg for code in codes] == [True] * len(codes)


def test_a_server_that_the_review_refused_is_not_changed() -> None:
    reviewed = {'problems': {'spl1': [EXPIRED]}, 'refused': frozenset(['spl1']), 'is_done': False}
    found = outcome({'changed': True, 'drift': [DRIFT]}, check=True, reviewed=reviewed)
    assert (found.changed, found.msg.splitlines()[0]) == (False, f'spl1: not changed: {CHANGED_TO}')


@pytest.mark.parametrize(
    'changed, name',
    [
        pytest.param(False, 'ca_src.pem', id='discarded, so its source'),
        pytest.param(True, '/var/pd/spl1/new.pem', id='installed'),
    ],
)
def test_a_staged_test_that_failed_names_files_as_they_were_declared(changed: bool, name: str) -> None:
    found = outcome({'changed': changed, 'test': REFUSED_TEST}, sources={'new.pem': 'ca_src.pem'})
    assert [problem.file for problem in found.problems if problem.code == 'file_not_found'] == [name]
    assert f'There is no file {name}.' in found.msg


@pytest.mark.parametrize(
    'server, key, value',
    [
        pytest.param({'backup': '/b'}, 'backup', '/b', id='backup'),
        pytest.param({'restored': '/b'}, 'restored', '/b', id='restored'),
        pytest.param({'drift': [DRIFT]}, 'drift', [DRIFT], id='drift'),
    ],
)
def test_the_entry_has_what_the_target_answers(server: dict[str, t.Any], key: str, value: object) -> None:
    assert outcome(server).servers[0][key] == value


def test_only_a_rollback_has_restored() -> None:
    assert 'restored' not in outcome({}).servers[0]


def test_the_diff_has_the_configuration() -> None:
    found = outcome({'drift': [DRIFT], 'before': 'EnableTLS = 1\n', 'after': 'EnableTLS = 2\n'})
    assert [(diff['before_header'], diff['before'], diff['after']) for diff in found.diff] == [
        (CONFIG, 'EnableTLS = 1\n', 'EnableTLS = 2\n')
    ]


GOAL = Goal('handshake', only_if_changed=False, options={'accept_unprotected': False}, entries={})
SENT = {
    **REFUSED_TEST,
    'reached': True,
    'problems': [],
    'tls': {'mode': 'starttls', 'version': 'TLSv1.3', 'cipher': 'X', 'bits': 256},
}
DRIFTED = {'changed': True, 'drift': [DRIFT]}
# What the target answers, and whether the server then has sent (None: it was not to).
VERIFICATIONS: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], bool | None]] = {
    'it sent': ({'send': SENT}, {}, True),
    'it failed to send': ({'send': REFUSED_TEST}, {}, False),
    'it sent after a change': ({**DRIFTED, 'send': SENT}, {}, True),
    'nobody says': ({}, {}, False),
    'nobody says after a change': (DRIFTED, {}, False),
    'check mode would change it': (DRIFTED, {'check': True}, None),
    'check mode': ({}, {'check': True}, False),
    'it was not converged': ({'problems': [FULL]}, {}, None),
    'its staged test failed': ({'drift': [DRIFT], 'test': REFUSED_TEST}, {}, None),
    'absent': ({}, {'goal': GOAL._replace(entries={'spl2': GOAL.options})}, None),
    'only if changed, and it is not': ({}, {'goal': GOAL._replace(only_if_changed=True)}, None),
    'only if changed, and it is': (DRIFTED, {'goal': GOAL._replace(only_if_changed=True)}, False),
    'the review refused all': ({}, {'reviewed': {'problems': {'spl1': [EXPIRED]}, 'is_done': False}}, None),
}


@pytest.mark.parametrize('case', VERIFICATIONS)
def test_a_server_that_was_to_send_has_sent_or_failed(case: str) -> None:
    server, more, ok = VERIFICATIONS[case]
    found = outcome(server, **{'goal': GOAL, **more})
    send = found.servers[0].get('send')
    assert (None if send is None else send['ok']) is ok
    assert any(problem.is_error for problem in found.sent) is (ok is False)
    own, of_all = ([problem.code for problem in problems] for problems in (found.servers[0]['problems'], found.problems))
    assert own == of_all, 'what was sent has its problems for itself'


def test_the_environment_counts_as_a_change_of_every_server() -> None:
    answer = AnswerObject(
        {
            'now': 0,
            'servers': [{'name': 'spl1', 'working_dir': '/d'}],
            'environment': {'changed': True, 'drift': [], 'problems': []},
        }
    )
    goal = GOAL._replace(only_if_changed=True)
    for check, expected in ((False, ['program_failed']), (True, [])):
        found = report(ReviewedAnswer(answer, {}), server_answers(answer, []), ARGS, check, goal=goal)
        assert [problem.code for problem in found.sent] == expected
        assert ('spl1: not verified' in found.msg) is check


def test_warnings_of_the_staged_test_and_of_the_mail_are_the_same_ones() -> None:
    warning = {'code': 'certificate_expires_soon', 'severity': 'warning', 'message': 'Soon.'}
    found = outcome(
        {**DRIFTED, 'test': {**SENT, 'problems': [warning]}, 'send': {**SENT, 'problems': [warning]}},
        goal=GOAL,
        port_warnings={'spl1': [PORT]},
    )
    assert [problem.code for problem in (*found.problems, *found.sent)] == ['port_mismatch', 'certificate_expires_soon']
