# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A change of a host's servers, in one round trip, or in two: trust files that only the target has are checked here before
anything is changed, unless they are the same as in the last change."""

from __future__ import annotations

import typing as t

from ...module_utils.config.keywords import FILE_KEYWORDS
from ...module_utils.messages.configure import ConfigureRequest
from ...module_utils.messages.rollback import RollbackRequest
from ...module_utils.problems import Problem
from ..x509.criteria import Criteria
from ..x509.trust_files import check_blocks
from .answer import AnswerObject
from .carrier import Target
from .trust_blocks import content_of, read_blocks, read_references


class ReviewedAnswer(t.NamedTuple):
    """The answer, and by server the problems of trust files; `refused` are the servers with an error, which are not changed.

    `is_done` says whether the target did, or in check mode predicts, what was asked.
    """

    answer: AnswerObject
    problems: dict[str, list[Problem]]
    refused: frozenset[str] = frozenset()
    is_done: bool = True


def reviewed_run(
    target: Target, program: str, request: ConfigureRequest | RollbackRequest, limit: float, criteria: Criteria
) -> ReviewedAnswer:
    """Ask the target, and once more where trust files have to be checked first. Raises ProblemError, InvalidValue."""
    answer = target.run(program, request, limit)
    if not answer.flag('needs_review'):
        return ReviewedAnswer(answer, {})
    blocks = read_blocks(answer)
    problems = {}
    for fields in answer.children('servers'):
        named = read_references(fields.child('trust_after'))
        ca, crl = (content_of(named, keyword, blocks) for keyword in FILE_KEYWORDS)
        name = fields.text('name', '')
        problems[name] = [problem._replace(server=name) for problem in check_blocks(ca, crl, criteria)]
    refused = frozenset(name for name, own in problems.items() if any(problem.is_error for problem in own))
    is_done = len(refused) < len(problems)
    if is_done and not request.options.check:
        options = request.options._replace(reviewed=sorted(blocks), refused=sorted(refused))
        answer = target.run(program, request._replace(options=options), limit)
    return ReviewedAnswer(answer, problems, refused, is_done)
