# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads attributes of InfoPrint servers and brings them to the declared values."""

from __future__ import annotations

import typing as t

from ..module_utils.messages.attributes import AttributesEntry, AttributesRequest, Values
from ..module_utils.pd.command_lines import HOST, PORT
from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.options.attributes import declared_attributes
from ..plugin_utils.options.spec import ArgumentError
from ..plugin_utils.outcome.attributes import Report, report
from ..plugin_utils.target.answer import server_answers
from ..plugin_utils.target.attributes_answer import read_result

LIMIT = 180.0  # seconds of the target's clock for the programs of all servers: each of four steps takes 30 at most
READ: Values = {HOST: None, PORT: None}  # where no attribute is named


class ActionModule(InfoprintAction):
    MODULE = 'server_attributes'
    CHECKS_CERTIFICATES = False
    PROGRAM = 'operations.attributes'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        desired = [self._declared(entry) for entry in servers]
        of_all = self._declared(args) if not servers else READ
        answer = self.target.run(
            self.PROGRAM,
            AttributesRequest(
                base_dir=args['base_dir'],
                pd_bin_dir=args['pd_bin_dir'],
                check=self._task.check_mode,
                servers=[AttributesEntry(entry['name'], values) for entry, values in zip(servers, desired, strict=True)],
                attributes=of_all,
            ),
            LIMIT,
        )
        answers = server_answers(answer, servers)
        reports: list[Report] = [
            report(read_result(fields, values), values, self._task.check_mode)
            for fields, values in zip(answers, desired or [of_all] * len(answers), strict=True)
        ]
        return Outcome(
            servers=[server.entry for server in reports],
            problems=[problem for server in reports for problem in server.problems],
            msg='\n'.join(line for server in reports for line in server.lines),
            changed=any(server.entry['changed'] for server in reports),
            diff=[server.diff for server in reports if server.diff],
        )

    @staticmethod
    def _declared(entry: t.Mapping[str, t.Any]) -> Values:
        try:
            return declared_attributes(entry.get('name'), entry.get('attributes')) or READ
        except ValueError as error:
            raise ArgumentError(str(error)) from None
