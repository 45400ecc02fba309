# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the TLS configuration of InfoPrint servers into the declared state."""

from __future__ import annotations

import typing as t

from ..module_utils.config.keywords import CONFIG_NAME
from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.declared.request import ConfigRequest, trial
from ..plugin_utils.options.spec import ENTRY
from ..plugin_utils.outcome.change import report
from ..plugin_utils.outcome.environment import with_environment
from ..plugin_utils.problems.text import line_of
from ..plugin_utils.target.answer import server_answers
from ..plugin_utils.target.reviewed_run import analysed_run

LIMIT = 120.0  # seconds of the target's clock for the files of all servers, tries and attributes apart
ATTRIBUTES_LIMIT = 150.0  # for the programs that read and set attributes: each of five steps takes 30 at most


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_config'
    PROGRAM = 'operations.configure'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        tried = trial(args)
        request = ConfigRequest(self, self.task_vars, args)
        wanted = [request.of(entry) for entry in servers]
        defaults = None if servers else request.of({name: args[name] for name in ENTRY if args.get(name) is not None})
        if any(problem.is_error for problem in request.problems):
            return Outcome([], request.problems)
        with_attributes = any(entry.get('manage_attributes') for entry in servers or [args])
        analysed = analysed_run(
            self.target,
            self.PROGRAM,
            {
                'base_dir': args['base_dir'],
                'servers': wanted,
                'defaults': defaults,
                'contents': request.contents,
                'check': self._task.check_mode,
                'diff': bool(self._task.diff),
                'backup': args['backup'],
                'backup_keep': args['backup_keep'],
                'try': tried,
                'pd_bin_dir': args['pd_bin_dir'],
                'enable_ssl_v3': args['enable_ssl_v3'],
            },
            LIMIT + (args['timeout'] if tried else 0) + (ATTRIBUTES_LIMIT if with_attributes else 0),
            args['warn_days'],
        )

        answers = server_answers(analysed.answer, servers)
        ports = [entry.get('smtp_port') for entry in servers] or [args['smtp_port']] * len(answers)
        misfits = {
            (name := fields.text('name')): request.port_problems(name, port, f'{fields.text("working_dir")}/{CONFIG_NAME}')
            for fields, port in zip(answers, ports, strict=True)
        }
        outcome = report(analysed, answers, args, self._task.check_mode, misfits, request.sources)
        absent = [entry['name'] for entry in servers if entry.get('state') == 'absent']
        for entry in outcome.servers:
            entry.update({'state': 'absent'} if entry['name'] in absent else {'trust': request.ends_for(entry['name'])})
        lines = [outcome.msg, *map(line_of, request.problems)]
        outcome = outcome._replace(problems=[*request.problems, *outcome.problems], msg='\n'.join(lines))
        if args['enable_ssl_v3'] is not None and analysed.is_done:
            outcome = with_environment(outcome, analysed.answer.child('environment'), self._task.check_mode)
        return outcome
