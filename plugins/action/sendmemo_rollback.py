# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Puts the previous configuration of InfoPrint servers back."""

from __future__ import annotations

import typing as t

from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.declared.request import trial
from ..plugin_utils.options.spec import file_mode
from ..plugin_utils.outcome.change import report
from ..plugin_utils.target.answer import server_answers
from ..plugin_utils.target.reviewed_run import analysed_run

LIMIT = 270.0  # seconds of the target's clock for the files and attributes of all servers, tries apart
ENTRY = ('name', 'working_dir', 'owner', 'group', 'smtp_host', 'smtp_port', 'sender', 'recipients', 'manage_attributes')


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_rollback'
    PROGRAM = 'operations.rollback'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        tried = trial(args)
        analysed = analysed_run(
            self.target,
            self.PROGRAM,
            {
                'base_dir': args['base_dir'],
                'servers': [_asked(entry) for entry in servers],
                'defaults': _asked(args),
                'check': self._task.check_mode,
                'diff': bool(self._task.diff),
                'try': tried,
                'pd_bin_dir': args['pd_bin_dir'],
            },
            LIMIT + (args['timeout'] if tried else 0),
            args['warn_days'],
        )
        return report(analysed, server_answers(analysed.answer, servers), args, self._task.check_mode)


def _asked(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    mode = entry.get('mode')
    return {**{key: entry.get(key) for key in ENTRY}, 'mode': None if mode is None else file_mode(mode)}
