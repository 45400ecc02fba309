# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The outcome for a host's servers, as sendmemo_config and sendmemo_rollback report it."""

from __future__ import annotations

import itertools
import typing as t
from types import MappingProxyType

from ...module_utils.messages.change import ServerAnswer
from ...module_utils.messages.wire import plain
from ...module_utils.problems import Problem
from ..action_base import Outcome, server_entry
from ..problems.text import line_of
from ..target.answer import AnswerObject
from ..target.change_answer import read_server
from ..target.reviewed_run import ReviewedAnswer
from ..target.trust_blocks import read_blocks
from ..x509.guard import guard
from . import drift as drift_report
from . import send as send_report
from .trust_diff import Blocks, trust_diffs
from .verification import Goal, Verification

CHANGED_EARLIER = (
    '{name}: changed by an earlier run that did not finish, or whose answer was lost. '
    'It is reported as changed now, so that the server is restarted.'
)
Item = t.TypeVar('Item')
NOTHING: t.Mapping[str, t.Any] = MappingProxyType({})


class _Server(t.NamedTuple):
    """One server's part of the outcome: `lines` are its part of the message, `sent` the problems of what it sent."""

    entry: dict[str, t.Any]
    problems: list[Problem]
    lines: list[str]
    diff: list[dict[str, str]]
    warnings: list[str]
    sent: list[Problem]


class _Run(t.NamedTuple):
    """What applies to all servers. `port_warnings` and `sources` are as `report` has them."""

    reviewed: ReviewedAnswer
    args: t.Mapping[str, t.Any]
    check: bool
    blocks: Blocks
    terms: send_report.Terms
    verification: Verification
    port_warnings: t.Mapping[str, list[Problem]]
    sources: t.Mapping[str, str]


def report(
    reviewed: ReviewedAnswer,
    answers: t.Sequence[AnswerObject],
    args: t.Mapping[str, t.Any],
    check: bool,
    port_warnings: t.Mapping[str, list[Problem]] = NOTHING,
    sources: t.Mapping[str, str] = NOTHING,
    goal: Goal | None = None,
) -> Outcome:
    """Return the target's answer for each server as a result.

    `port_warnings` has the port_mismatch of what is declared, by server; `sources` how the managed trust files were declared;
    `goal` what the servers were to send.

    Raises InvalidValue.
    """
    read = [read_server(fields, args['try_before_commit'], goal.until if goal is not None else '') for fields in answers]
    terms = send_report.terms_of(reviewed.answer, args)
    verification = Verification(goal if reviewed.is_done else None, reviewed.answer, read, check)
    blocks = read_blocks(reviewed.answer)
    run = _Run(reviewed, args, check, blocks, terms, verification, port_warnings, sources)
    servers = [_server(answer, run) for answer in read]
    return Outcome(
        servers=[server.entry for server in servers],
        problems=_joined(server.problems for server in servers),
        msg='\n'.join(_joined(server.lines for server in servers)),
        changed=any(server.entry['changed'] for server in servers),
        diff=_joined(server.diff for server in servers),
        warnings=_joined(server.warnings for server in servers),
        sent=_joined(server.sent for server in servers),
        fail_on_sent=args.get('fail_on', 'error'),
    )


def _joined(lists: t.Iterable[list[Item]]) -> list[Item]:
    return list(itertools.chain.from_iterable(lists))


def _server(answer: ServerAnswer, run: _Run) -> _Server:
    changed = answer.changed and answer.name not in run.reviewed.refused
    problems, lines = _problems(answer, run, NOTHING if changed else run.sources)
    more = list(run.reviewed.problems.get(answer.name, []))
    failed = _has_error([*problems, *more])
    sent, verified = run.verification.of(answer, changed, failed, run.terms)
    reported = {problem.code for problem in [*problems, *more, *(sent.problems if sent is not None else ())]}
    # A send reports it too.
    more += [warning for warning in run.port_warnings.get(answer.name, ()) if warning.code not in reported]
    diff: list[dict[str, str]] = []
    if answer.drift:
        diff += drift_report.diffs(answer.working_dir, answer.drift, answer.before, answer.after)
        with guard(more, 'What changes in the trust files'):
            diff += trust_diffs(answer, run.blocks)
    problems += more
    warnings = [CHANGED_EARLIER.format(name=answer.name)] if changed and answer.unreported else []
    after = 'declared' if answer.restored is None else 'restored'
    is_unclear = failed or not run.reviewed.is_done
    first = warnings or [drift_report.message(answer.name, answer.drift, changed, run.check, is_unclear, after)]
    return _Server(
        entry=_entry(answer, changed, problems, sent),
        problems=problems,
        lines=[*first, *lines, *map(line_of, more), *verified],
        diff=diff,
        warnings=warnings,
        sent=sent.problems if sent is not None else [],
    )


def _entry(answer: ServerAnswer, changed: bool, problems: list[Problem], sent: send_report.Sent | None) -> dict[str, t.Any]:
    more: dict[str, t.Any] = {'changed': changed, 'drift': plain(answer.drift), 'backup': answer.backup}
    if answer.restored is not None:
        more['restored'] = answer.restored
    if sent is not None:
        more['send'] = sent.entry
    return server_entry(answer.name, answer.working_dir, problems, **more)


def _problems(answer: ServerAnswer, run: _Run, sources: t.Mapping[str, str]) -> tuple[list[Problem], list[str]]:
    """Return a server's problems, with those of its staged test unless it has sent since, and their lines.

    A test that failed names files that were discarded: `sources` has what they were declared as.
    """
    problems = list(answer.problems)
    lines = [line_of(problem) for problem in problems]
    if answer.test is not None and answer.send is None:
        sent = send_report.report(answer.test, run.reviewed.answer, run.terms)
        names = {f'{answer.working_dir}/{name}': source for name, source in sources.items()}
        for problem in sent.problems:
            file = None if problem.file is None else _renamed(problem.file, names)
            problems.append(problem._replace(message=_renamed(problem.message, names), file=file))
        lines += map(line_of, sent.problems) if sent.entry['ok'] else [_renamed(sent.line, names)]
    return problems, lines


def _has_error(problems: t.Iterable[Problem]) -> bool:
    return any(problem.is_error for problem in problems)


def _renamed(text: str, names: t.Mapping[str, str]) -> str:
    for name, declared_as in names.items():
        text = text.replace(name, declared_as)
    return text
