# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the TLS configuration of InfoPrint servers into the declared state."""
from __future__ import annotations

import typing as t

from ..plugin_utils import drift_report
from ..plugin_utils.arguments import ENTRY
from ..plugin_utils.config_request import ConfigRequest, trial
from ..plugin_utils.infoprint_action import InfoprintAction, Outcome, server_entry
from ..plugin_utils.results import line_of
from ..plugin_utils.send_report import report, terms_of
from ..plugin_utils.untrusted import Fields, server_answers

LIMIT = 120.0  # seconds of the target's clock for the files of all servers, tries apart


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_config'
    PROGRAM = 'configuring'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        tried = trial(args)
        request = ConfigRequest(self, self.task_vars, args)
        wanted = [request.of(entry) for entry in servers]
        defaults = None if servers else request.of({name: args[name] for name in ENTRY if args.get(name) is not None})
        if any(problem.is_error for problem in request.problems):
            return Outcome([], request.problems)
        answer = self.target.run(self.PROGRAM, {
            'base_dir': args['base_dir'], 'servers': wanted, 'defaults': defaults, 'contents': request.contents,
            'check': self._task.check_mode, 'diff': bool(self._task.diff),
            'backup': args['backup'], 'backup_keep': args['backup_keep'], 'try': tried,
        }, LIMIT + (args['timeout'] if tried else 0))
        outcome = Outcome([], list(request.problems), '', False, [])
        lines: list[str] = []
        for fields in server_answers(answer, servers):
            drift, changed = drift_report.read_drift(fields), bool(fields.flag('changed'))
            problems, told = self._problems(fields, answer, args)
            entry = server_entry(fields, problems, changed=changed, drift=drift, backup=fields.text('backup'))
            failed = any(problem.is_error for problem in problems)
            lines += [drift_report.message(entry['name'], drift, changed, self._task.check_mode, failed), *told]
            outcome.servers.append(entry)
            outcome.problems.extend(problems)
            if drift:
                after = request.text_for(entry['name'])
                outcome.diff.extend(drift_report.diffs(entry['working_dir'], drift, fields.raw('before'), after))
        lines += map(line_of, request.problems)
        for entry in outcome.servers:
            entry['trust'] = request.ends_for(entry['name'])
        return outcome._replace(msg='\n'.join(lines), changed=any(entry['changed'] for entry in outcome.servers))

    @staticmethod
    def _problems(fields: Fields, answer: Fields, args: dict[str, t.Any]) -> tuple[list[t.Any], list[str]]:
        """Return a server's problems, those of its try among them, and the lines that tell them."""
        problems = fields.problems()
        lines = [line_of(problem) for problem in problems]
        tried = fields.child('tried')
        if tried is not None:
            sent = report(tried, answer, args['try_before_commit'], terms_of(answer, args['warn_days'], args['crl_check']))
            problems += sent.problems
            lines += [] if sent.entry['ok'] else [sent.line]
        return problems, lines
