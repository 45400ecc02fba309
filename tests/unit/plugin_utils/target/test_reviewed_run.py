# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A change is asked for once, or twice where trust files of the host have to be checked first."""

from __future__ import annotations

import base64
import datetime as dt
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import ChangeOptions
from ansible_collections.printops.infoprint.plugins.module_utils.messages.configure import ConfigureRequest
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.reviewed_run import ReviewedAnswer, reviewed_run
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import ASSUMED, Criteria, Mailer
from support.pki import Authority, days_from_now

GOOD = Authority('Good CA').pem
EXPIRED = Authority('Expired CA', not_before=days_from_now(-20), not_after=days_from_now(-10)).pem
ISSUING = Authority('Issuing CA', parent=Authority('Root CA')).pem
FILES = {'good': GOOD, 'expired': EXPIRED, 'issuing': ISSUING}


class Target:
    """Answers as a host does, and remembers the requests."""

    def __init__(self, *answers: dict[str, t.Any]) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, t.Any]] = []

    def run(self, _program: str, request: ConfigureRequest, _limit: float) -> AnswerObject:
        self.requests.append(plain(request))
        return AnswerObject(self.answers.pop(0))


def asking(**files: str) -> dict[str, t.Any]:
    """Return the answer that the CA file of each server has to be checked first."""
    return {
        'needs_review': True,
        'servers': [
            {'name': name, 'trust_after': {'CAFile': {'key': key, 'file': f'/etc/{key}.pem'}}} for name, key in files.items()
        ],
        'trust_files': [
            {
                'key': key,
                'blocks': [
                    {'label': block.label, 'line': block.line, 'der': base64.b64encode(block.der).decode()}
                    for block in read_pem(FILES[key]).blocks
                ],
            }
            for key in sorted(set(files.values()))
        ],
    }


DONE = {'needs_review': False, 'servers': []}


def run(target: Target, check: bool = False, mailer: Mailer = ASSUMED) -> ReviewedAnswer:
    request = ConfigureRequest(ChangeOptions('/var/pd', '/bin', check=check), [], {})
    criteria = Criteria(dt.datetime.now(dt.timezone.utc), 30, mailer)
    return reviewed_run(t.cast('t.Any', target), 'operations.configure', request, 10, criteria)


def test_one_request_is_enough_where_nothing_has_to_be_checked() -> None:
    target = Target(DONE)
    assert run(target).is_done
    assert [request['options'].get('reviewed') for request in target.requests] == [None]


@pytest.mark.parametrize(
    'files, refused, is_done, reviewed',
    [
        pytest.param({'spl1': 'good'}, [], True, ['good'], id='good'),
        pytest.param({'spl1': 'good', 'spl2': 'expired'}, ['spl2'], True, ['expired', 'good'], id='one of two is expired'),
        pytest.param({'spl1': 'expired'}, ['spl1'], False, None, id='the only one is expired'),
    ],
)
def test_the_second_request_names_what_was_checked(
    files: dict[str, str], refused: list[str], is_done: bool, reviewed: list[str] | None
) -> None:
    target = Target(asking(**files), DONE)
    answer = run(target)
    assert (sorted(answer.refused), answer.is_done) == (refused, is_done)
    assert {name for name, problems in answer.problems.items() if problems} == set(refused)
    second = target.requests[1:]
    assert [(request['options']['reviewed'], request['options']['refused']) for request in second] == (
        [] if reviewed is None else [(reviewed, refused)]
    )


def test_check_mode_asks_once() -> None:
    target = Target(asking(spl1='good'))
    assert run(target, check=True).is_done
    assert len(target.requests) == 1


def test_a_problem_names_its_server_and_file() -> None:
    answer = run(Target(asking(spl1='expired')))
    assert {(problem.server, problem.file) for problem in answer.problems['spl1']} == {('spl1', '/etc/expired.pem')}


def test_what_the_mailer_was_observed_to_refuse_is_refused() -> None:
    assert run(Target(asking(spl1='issuing'), DONE)).refused == frozenset()
    assert run(Target(asking(spl1='issuing')), mailer=Mailer(needs_root=True)).refused == {'spl1'}
