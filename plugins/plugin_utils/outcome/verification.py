# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the servers of a host sent after a change, in the same program. One that was to send and did not has failed."""

from __future__ import annotations

import typing as t

from ...module_utils.messages.change import ServerAnswer
from ..target.answer import AnswerObject
from ..target.change_answer import read_environment
from .send import Sent, Terms, not_reported, report

NOT_ACTIVE = '{name}: not verified, since the declared configuration is not active in check mode.'


class Goal(t.NamedTuple):
    """What the servers were to send once they are converged: by `entries` those named, without any all that are discovered.

    With `only_if_changed` they send only if something of the host was changed, its environment included. An entry, or else the
    `options` of the task, says whether an unprotected mail is intended.
    """

    until: str
    only_if_changed: bool
    options: t.Mapping[str, t.Any]
    entries: t.Mapping[str, t.Mapping[str, t.Any]]


class Verification:
    """Evaluates what the servers of an `answer` sent; nothing where there is no `goal`."""

    def __init__(self, goal: Goal | None, answer: AnswerObject, servers: t.Sequence[ServerAnswer], check: bool) -> None:
        self._goal = goal
        self._answer = answer
        environment = answer.child('environment')
        environment_changed = environment is not None and read_environment(environment).changed
        changed = environment_changed or any(server.changed for server in servers)
        self._is_due = goal is not None and (changed or not goal.only_if_changed)
        self._check = check
        self._has_new_environment = environment_changed  # it is of every server

    def of(self, server: ServerAnswer, changed: bool, failed: bool, terms: Terms) -> tuple[Sent | None, list[str]]:
        """Return what a server sent, None where it had nothing to send, and the lines about it. Raises InvalidValue."""
        goal = self._goal
        if goal is None:
            return None, []
        if server.send is not None:
            options = goal.entries.get(server.name, goal.options)
            sent = report(server.send, self._answer, terms, options['accept_unprotected'])
            return sent, [sent.line]
        if self._check and (changed or self._has_new_environment):
            return None, [NOT_ACTIVE.format(name=server.name)]
        has_nothing = any(problem.code == 'not_configured' for problem in server.problems)  # where CRLs alone are changed
        if failed or has_nothing or not self._is_due or (goal.entries and server.name not in goal.entries):
            return None, []
        sent = not_reported(server.name, server.working_dir, goal.until)
        return sent, [sent.line]
