# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A change of a host's servers, in one round trip, or in two: trust files that are the target's own are judged here before
anything is changed, unless they are as they were for the last change."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.problems import Problem
from ..x509.trust_files import judge_blocks
from .answer import Fields
from .carrier import Target
from .trust_blocks import read_blocks, trust_blocks


class Analysed(t.NamedTuple):
    """The answer, and by server the problems of the trust files; `refused` are those with an error, for which nothing is changed.

    `is_done` says whether the answer is that of a run which did, or in check mode predicts, what was asked.
    """

    answer: Fields
    problems: dict[str, list[Problem]]
    refused: frozenset[str] = frozenset()
    is_done: bool = True


def analysed_run(target: Target, program: str, request: t.Mapping[str, t.Any], limit: float, warn_days: int) -> Analysed:
    """Ask the target, and once more when it wants something judged first. Raises ProblemError, Malformed."""
    answer = target.run(program, {**request, 'analysed': None, 'refused': []}, limit)
    if not answer.flag('needs_analysis'):
        return Analysed(answer, {})
    blocks = read_blocks(answer)
    now = dt.datetime.now(dt.timezone.utc)
    problems = {}
    for fields in answer.children('servers'):
        ca, crl = (trust_blocks(fields.child('trust_after'), keyword, blocks) for keyword in ('CAFile', 'CrlFile'))
        name = fields.text('name', '')
        problems[name] = [problem._replace(server=name) for problem in judge_blocks(ca, crl, now, warn_days)]
    refused = frozenset(name for name, found in problems.items() if any(problem.is_error for problem in found))
    is_done = len(refused) < len(problems)
    if is_done and not request['check']:
        answer = target.run(program, {**request, 'analysed': sorted(blocks), 'refused': sorted(refused)}, limit)
    return Analysed(answer, problems, refused, is_done)
