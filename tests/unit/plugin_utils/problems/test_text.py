# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Problems as an operator reads them: severity, place, message, code and hint, the worst first; and what is a failure."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import CATALOGUE
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.text import complete, is_failure, line_of, summary

ERROR = Problem('expired', 'It expired.', 'Renew it.')
WARNING = Problem('tls_off', 'TLS is off.', 'Turn it on.')
INFO = Problem('no_effect', 'It does nothing.', 'Remove it.')


@pytest.mark.parametrize(
    ('problem', 'severity'), [(ERROR, 'error'), (WARNING, 'warning'), (INFO, 'info')], ids=['error', 'warning', 'info']
)
def test_a_problem_gets_the_severity_of_its_code_and_the_remedy_of_the_catalogue(problem: Problem, severity: str) -> None:
    bare = complete(problem._replace(hint=''))
    assert (bare.severity, bare.hint) == (severity, CATALOGUE[problem.code].remedy)
    assert complete(problem).hint == problem.hint
    assert complete(bare) == bare


def test_a_severity_that_the_finder_gave_stays() -> None:
    assert complete(WARNING._replace(severity='error')).severity == 'error'


FAILURES = {
    ('error', 'error'): True,
    ('error', 'warning'): True,
    ('error', 'never'): False,
    ('warning', 'error'): False,
    ('warning', 'warning'): True,
    ('warning', 'never'): False,
    ('info', 'error'): False,
    ('info', 'warning'): False,
    ('info', 'never'): False,
}


@pytest.mark.parametrize(('severity', 'fail_on'), FAILURES)
def test_what_fails_depends_on_the_severity(severity: str, fail_on: str) -> None:
    problem = {'error': ERROR, 'warning': WARNING, 'info': INFO}[severity]
    assert is_failure([problem], fail_on) is FAILURES[severity, fail_on]
    assert is_failure([INFO, problem, INFO], fail_on) is FAILURES[severity, fail_on]


@pytest.mark.parametrize('fail_on', ['error', 'warning', 'never'])
def test_no_problem_is_no_failure(fail_on: str) -> None:
    assert is_failure([], fail_on) is False


LINES = {
    'nothing but a message': (ERROR, 'error: It expired. [expired] Renew it.'),
    'a stage': (ERROR._replace(stage='certificate'), 'error (certificate): It expired. [expired] Renew it.'),
    'a server': (ERROR._replace(server='spl1'), 'error spl1: It expired. [expired] Renew it.'),
    'a file': (WARNING._replace(file='/a.cfg'), 'warning /a.cfg: TLS is off. [tls_off] Turn it on.'),
    'a file and a line': (WARNING._replace(file='/a.cfg', line=3), 'warning /a.cfg:3: TLS is off. [tls_off] Turn it on.'),
    'a line alone': (WARNING._replace(line=3), 'warning 3: TLS is off. [tls_off] Turn it on.'),
    'all of them': (
        ERROR._replace(server='spl1', file='/a.cfg', line=3, stage='data'),
        'error spl1 /a.cfg:3 (data): It expired. [expired] Renew it.',
    ),
    'a file that the message names': (
        ERROR._replace(message='/a.cfg is old.', file='/a.cfg'),
        'error: /a.cfg is old. [expired] Renew it.',
    ),
    'a line of a file that the message names': (
        ERROR._replace(message='/a.cfg is old.', file='/a.cfg', line=3),
        'error /a.cfg:3: /a.cfg is old. [expired] Renew it.',
    ),
    'line breaks': (ERROR._replace(message='one\ntwo', hint='three\n'), 'error: one two [expired] three'),
}


@pytest.mark.parametrize('case', LINES)
def test_a_problem_is_one_line(case: str) -> None:
    problem, line = LINES[case]
    assert line_of(problem) == line


SUMMARIES = {
    'none': ([], 'no problems'),
    'one of each': ([INFO, WARNING, ERROR], '1 error, 1 warning, 1 info'),
    'several of each': ([ERROR, INFO, ERROR, WARNING, INFO, WARNING], '2 errors, 2 warnings, 2 info'),
    'warnings alone': ([WARNING, WARNING], '2 warnings'),
}


@pytest.mark.parametrize('case', SUMMARIES)
def test_a_summary_counts_and_lists_the_worst_first(case: str) -> None:
    problems, head = SUMMARIES[case]
    first, *lines = summary(problems).splitlines()
    assert first == head
    assert lines == [line_of(problem) for kind in (ERROR, WARNING, INFO) for problem in problems if problem == kind]
