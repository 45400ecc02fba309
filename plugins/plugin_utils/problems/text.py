# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Problems as an operator reads them, and the verdict over them."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem, usual_severity
from ...module_utils.vocabulary import INFO, SEVERITIES
from .catalogue import CATALOGUE


def complete(problem: Problem) -> Problem:
    """Return the problem with its severity and, where its finder gave no hint, the catalogue's remedy."""
    return problem._replace(
        severity=problem.severity or usual_severity(problem.code), hint=problem.hint or CATALOGUE[problem.code].remedy
    )


def is_failure(problems: t.Iterable[Problem], fail_on: str) -> bool:
    """Return whether one of the problems is as severe as `fail_on` ('error', 'warning' or 'never')."""
    if fail_on == 'never':
        return False
    severities = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(complete(problem).severity in severities for problem in problems)


def line_of(problem: Problem) -> str:
    """Return one line: severity, server, location, code, message and hint."""
    problem = complete(problem)
    known = problem.line is None and problem.file is not None and problem.file in problem.message
    place = '' if known else ':'.join(str(part) for part in (problem.file, problem.line) if part is not None)
    where = ' '.join(part for part in (problem.server, place, problem.stage and f'({problem.stage})') if part)
    return f'{problem.severity}{" " + where if where else ""}: {problem.message} [{problem.code}] {problem.hint}'.replace(
        '\n', ' '
    ).strip()


def summary(problems: t.Sequence[Problem]) -> str:
    """Return the counts by severity, then one line per problem, the worst first."""
    completed = sorted((complete(problem) for problem in problems), key=lambda problem: SEVERITIES.index(problem.severity))
    counts = [(sum(problem.severity == severity for problem in completed), severity) for severity in SEVERITIES]
    head = ', '.join(f'{count} {severity}{"s" if count != 1 and severity != INFO else ""}' for count, severity in counts if count)
    return '\n'.join([head or 'no problems', *(line_of(problem) for problem in completed)])
