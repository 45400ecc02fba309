# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Restores the previous configuration of InfoPrint servers."""

from __future__ import annotations

import typing as t

from ..module_utils.messages.change import ChangeOptions
from ..module_utils.messages.rollback import RollbackEntry, RollbackRequest
from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.declared.profile import criteria_of, followed, read, restart_warnings
from ..plugin_utils.declared.request import staged_test
from ..plugin_utils.options.spec import fields_for, file_mode
from ..plugin_utils.outcome.change import report
from ..plugin_utils.target.answer import server_answers
from ..plugin_utils.target.reviewed_run import reviewed_run

LIMIT = 270.0  # seconds of the target's clock for the files and attributes of all servers, without staged tests


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_rollback'
    PROGRAM = 'operations.rollback'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        check, profile = self._task.check_mode, read(self, self.task_vars, args)
        args = followed(args, profile)
        test = staged_test(args)
        options = ChangeOptions(
            base_dir=args['base_dir'],
            pd_bin_dir=args['pd_bin_dir'],
            check=check,
            diff=bool(self._task.diff),
            backup_keep=0,
            staged_test=test,
        )
        request = RollbackRequest(options, [_entry(entry) for entry in servers], _entry(args))
        limit = LIMIT + (args['timeout'] if test else 0)
        reviewed = reviewed_run(self.target, self.PROGRAM, request, limit, criteria_of(args, profile))
        outcome = report(reviewed, server_answers(reviewed.answer, servers), args, check)
        warnings = restart_warnings(self, self.task_vars, profile, changed=outcome.changed)
        return outcome._replace(warnings=[*outcome.warnings, *warnings])


def _entry(entry: t.Mapping[str, t.Any]) -> RollbackEntry:
    return RollbackEntry(
        **{**fields_for(RollbackEntry, entry), 'mode': None if entry.get('mode') is None else file_mode(entry['mode'])}
    )
