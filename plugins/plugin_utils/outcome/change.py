# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What became of a host's servers, as sendmemo_config and sendmemo_rollback tell it."""

from __future__ import annotations

import typing as t
from types import MappingProxyType

from ...module_utils.problems import Problem
from ..action_base import Outcome, server_entry
from ..problems.text import line_of
from ..target.answer import Fields
from ..target.reviewed_run import Analysed
from ..target.trust_blocks import read_blocks
from ..x509.guard import guard
from . import drift as drift_report
from . import send as send_report
from .trust_diff import trust_diffs

UNTOLD = (
    '{name}: changed by an earlier run that did not come to its end, or whose answer was lost. '
    'It counts as changed now, so that the server is restarted.'
)
NOTHING: t.Mapping[str, t.Any] = MappingProxyType({})


def report(
    analysed: Analysed,
    answers: t.Sequence[Fields],
    args: t.Mapping[str, t.Any],
    check: bool,
    misfits: t.Mapping[str, list[Problem]] = NOTHING,
    sources: t.Mapping[str, str] = NOTHING,
) -> Outcome:
    """Return what the target answers of each server as a result.

    `misfits` has, by server, the port_mismatch of what is declared; `sources` what the managed trust files were declared as.

    Raises Malformed.
    """
    answer, blocks = analysed.answer, read_blocks(analysed.answer)
    servers: list[dict[str, t.Any]] = []
    problems: list[Problem] = []
    lines: list[str] = []
    warnings: list[str] = []
    diff: list[dict[str, str]] = []
    for fields in answers:
        name = fields.text('name')
        drift, changed = drift_report.read_drift(fields), bool(fields.flag('changed')) and name not in analysed.refused
        own, told = _problems(fields, answer, args, {} if changed else sources)
        judged = analysed.problems.get(name, [])
        own += judged
        told += map(line_of, judged)
        misfit = misfits.get(name, [])
        if misfit and not any(problem.code == misfit[0].code for problem in own):  # a try sees it too
            own += misfit
            told += map(line_of, misfit)
        changed_trust: list[dict[str, str]] = []
        unread: list[Problem] = []
        with guard(unread, 'What changes in the trust files'):
            changed_trust += trust_diffs(fields, blocks) if drift else []
        own += unread
        told += map(line_of, unread)
        restored = {'restored': path} if (path := fields.text('restored')) is not None else {}
        entry = server_entry(fields, own, changed=changed, drift=drift, backup=fields.text('backup'), **restored)
        failed = not analysed.is_done or any(problem.is_error for problem in own)
        if changed and fields.flag('untold'):
            warnings.append(UNTOLD.format(name=entry['name']))
            lines += [warnings[-1], *told]
        else:
            lines += [drift_report.message(entry['name'], drift, changed, check, failed), *told]
        servers.append(entry)
        problems += own
        if drift:
            diff += drift_report.diffs(entry['working_dir'], drift, fields.raw('before'), fields.raw('after'))
            diff += changed_trust
    changed_any = any(entry['changed'] for entry in servers)
    return Outcome(servers, problems, '\n'.join(lines), changed_any, diff, warnings=warnings)


def _renamed(text: str, names: t.Mapping[str, str]) -> str:
    for name, known_as in names.items():
        text = text.replace(name, known_as)
    return text


def _problems(
    fields: Fields, answer: Fields, args: t.Mapping[str, t.Any], sources: t.Mapping[str, str]
) -> tuple[list[Problem], list[str]]:
    """Return a server's problems, those of its try among them, and the lines that tell them.

    A try that failed tells of files that are gone by now: `sources` has what they were declared as.
    """
    problems = fields.problems()
    lines = [line_of(problem) for problem in problems]
    tried = fields.child('tried')
    if tried is not None:
        terms = send_report.terms_of(answer, args['warn_days'], args['crl_check'])
        sent = send_report.report(tried, answer, args['try_before_commit'], terms)
        names = {f'{fields.text("working_dir")}/{name}': source for name, source in sources.items()}
        for problem in sent.problems:
            file = None if problem.file is None else _renamed(problem.file, names)
            problems.append(problem._replace(message=_renamed(problem.message, names), file=file))
        lines += map(line_of, sent.problems) if sent.entry['ok'] else [_renamed(sent.line, names)]
    return problems, lines
