# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends a real mail from the target, for each InfoPrint server, with its current configuration."""

from __future__ import annotations

import typing as t

from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.declared.profile import followed, read
from ..plugin_utils.declared.send_request import check_mails, present, reachable_goal, send_request
from ..plugin_utils.delivery.proof import proofs_of
from ..plugin_utils.outcome.send import report, terms_of
from ..plugin_utils.target.answer import server_answers
from ..plugin_utils.target.send_answer import read_result

SPARE_SECONDS = 10.0  # for reading files and making contexts, beside the conversations


class ActionModule(InfoprintAction):
    MODULE = 'send_memo'
    PROGRAM = 'operations.send'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        asked = present(servers)
        if servers and not asked:
            return Outcome([], [], 'All servers are to be absent: there is nothing to verify.')
        args = followed(args, read(self, self.task_vars, args))
        check_mails(args, asked, 'until')
        request = send_request(args, asked, reachable_goal(args['until'], self._task.check_mode))
        answer = self.target.run(self.PROGRAM, request, request.options.seconds + SPARE_SECONDS)
        terms = terms_of(answer, args)
        answers = server_answers(answer, asked)
        sent = [
            report(read_result(fields, request.options.until), answer, terms, entry['accept_unprotected'])
            for fields, entry in zip(answers, asked or [args] * len(answers), strict=True)
        ]
        return Outcome(
            servers=[server.entry for server in sent],
            problems=[problem for server in sent for problem in server.problems],
            msg='\n'.join(server.line for server in sent),
            extra={'proofs': proofs_of(self.target.host, [server.entry for server in sent])},
            fail_on=args['fail_on'],
        )
