# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The outcome for a host's servers, as sendmemo_config and sendmemo_rollback report it."""

from __future__ import annotations

import typing as t
from types import MappingProxyType

from ...module_utils.messages.wire import plain
from ...module_utils.problems import Problem
from ..action_base import Outcome, server_entry
from ..problems.text import line_of
from ..target.answer import AnswerObject
from ..target.reviewed_run import ReviewedAnswer
from ..target.trust_blocks import read_blocks
from ..x509.guard import guard
from . import drift as drift_report
from . import send as send_report
from .trust_diff import Blocks, trust_diffs

CHANGED_EARLIER = (
    '{name}: changed by an earlier run that did not finish, or whose answer was lost. '
    'It is reported as changed now, so that the server is restarted.'
)
NOT_ACTIVE = '{name}: not verified, since the declared configuration is not active in check mode.'
NOTHING: t.Mapping[str, t.Any] = MappingProxyType({})


class _Server(t.NamedTuple):
    """One server's part of the outcome: `lines` are its part of the message."""

    entry: dict[str, t.Any]
    problems: list[Problem]
    lines: list[str]
    diff: list[dict[str, str]]
    warnings: list[str]
    sent: list[Problem]


class Goal(t.NamedTuple):
    """What the servers are to send once they are converged.

    With `only_if_changed` they send only if something of the host was changed, its environment included. The entries say for
    which server an unprotected mail is intended; without any the task's options apply.
    """

    until: str
    only_if_changed: bool
    options: t.Mapping[str, t.Any]
    entries: t.Mapping[str, t.Mapping[str, t.Any]]


class _Run(t.NamedTuple):
    """What applies to all servers. `due` says whether those that are as declared were to send."""

    reviewed: ReviewedAnswer
    args: t.Mapping[str, t.Any]
    check: bool
    blocks: Blocks
    goal: Goal | None
    due: bool


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
    run = _Run(reviewed, args, check, read_blocks(reviewed.answer), goal, _is_due(goal, reviewed, answers, check))
    servers = [_server(fields, run, port_warnings.get(fields.text('name'), []), sources) for fields in answers]
    return Outcome(
        servers=[server.entry for server in servers],
        problems=[problem for server in servers for problem in server.problems],
        msg='\n'.join(line for server in servers for line in server.lines),
        changed=any(server.entry['changed'] for server in servers),
        diff=[diff for server in servers for diff in server.diff],
        warnings=[warning for server in servers for warning in server.warnings],
        sent=[problem for server in servers for problem in server.sent],
        fail_on_sent=args.get('fail_on', 'error'),
    )


def _is_due(goal: Goal | None, reviewed: ReviewedAnswer, answers: t.Sequence[AnswerObject], check: bool) -> bool:
    environment = reviewed.answer.child('environment')
    environment_changed = environment is not None and bool(environment.flag('changed'))
    if goal is None or not reviewed.is_done or (check and environment_changed):
        return False
    return not goal.only_if_changed or environment_changed or any(fields.flag('changed') for fields in answers)


def _server(fields: AnswerObject, run: _Run, port_warnings: list[Problem], sources: t.Mapping[str, str]) -> _Server:
    name = fields.text('name')
    drift = drift_report.read_drift(fields)
    changed = bool(fields.flag('changed')) and name not in run.reviewed.refused
    problems, lines = _problems(fields, run, {} if changed else sources)
    more = list(run.reviewed.problems.get(name, []))
    codes = {problem.code for problem in [*problems, *more]}
    sent, verification = _verification(fields, run, changed, any(problem.is_error for problem in [*problems, *more]))
    reported = codes if sent is None else codes | {problem.code for problem in sent.problems}
    more += [warning for warning in port_warnings if warning.code not in reported]  # a send reports it too
    trust_diff: list[dict[str, str]] = []
    with guard(more, 'What changes in the trust files'):
        trust_diff += trust_diffs(fields, run.blocks) if drift else []
    problems += more
    lines += map(line_of, more)
    restored = {'restored': path} if (path := fields.text('restored')) is not None else {}
    shown_drift = [plain(difference) for difference in drift]
    entry = server_entry(fields, problems, changed=changed, drift=shown_drift, backup=fields.text('backup'), **restored)
    if sent is not None:
        entry['send'] = sent.entry
    failed = not run.reviewed.is_done or any(problem.is_error for problem in problems)
    warnings = [CHANGED_EARLIER.format(name=name)] if changed and fields.flag('unreported') else []
    first = warnings or [drift_report.message(name, drift, changed, run.check, failed)]
    diff: list[dict[str, str]] = []
    if drift:
        diff += drift_report.diffs(entry['working_dir'], drift, fields.raw('before'), fields.raw('after'))
    sent_problems = sent.problems if sent is not None else []
    return _Server(entry, problems, [*first, *lines, *verification], diff + trust_diff, warnings, sent_problems)


def _verification(fields: AnswerObject, run: _Run, changed: bool, failed: bool) -> tuple[send_report.Sent | None, list[str]]:
    """Return what a server sent, and the lines about it. One that was to send and does not report on it has failed."""
    goal, send, name = run.goal, fields.child('send'), fields.text('name')
    if goal is None:
        return None, []
    if send is not None:
        options = goal.entries.get(name, goal.options)
        terms = send_report.terms_of(run.reviewed.answer, run.args['warn_days'], run.args['crl_check'])
        sent = send_report.report(send, run.reviewed.answer, goal.until, terms, options['accept_unprotected'])
        return sent, [sent.line]
    if run.check and changed:
        return None, [NOT_ACTIVE.format(name=name)]
    if failed or not run.due or (goal.entries and name not in goal.entries):
        return None, []
    sent = send_report.not_reported(name, fields.text('working_dir'), goal.until)
    return sent, [sent.line]


def _problems(fields: AnswerObject, run: _Run, sources: t.Mapping[str, str]) -> tuple[list[Problem], list[str]]:
    """Return a server's problems, with those of its staged test unless it has sent since, and their lines.

    A test that failed names files that were discarded: `sources` has what they were declared as.
    """
    problems = fields.problems()
    lines = [line_of(problem) for problem in problems]
    test = fields.child('test')
    if test is not None and fields.child('send') is None:
        answer, args = run.reviewed.answer, run.args
        terms = send_report.terms_of(answer, args['warn_days'], args['crl_check'])
        sent = send_report.report(test, answer, args['try_before_commit'], terms)
        names = {f'{fields.text("working_dir")}/{name}': source for name, source in sources.items()}
        for problem in sent.problems:
            file = None if problem.file is None else _renamed(problem.file, names)
            problems.append(problem._replace(message=_renamed(problem.message, names), file=file))
        lines += map(line_of, sent.problems) if sent.entry['ok'] else [_renamed(sent.line, names)]
    return problems, lines


def _renamed(text: str, names: t.Mapping[str, str]) -> str:
    for name, declared_as in names.items():
        text = text.replace(name, declared_as)
    return text
