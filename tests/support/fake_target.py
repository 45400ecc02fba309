# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An action without a host: it runs as Ansible runs it, and what a target would answer is given."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem, ProblemError
from ansible_collections.printops.infoprint.plugins.plugin_utils import action_base
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject

from .documented import deviations

HOST = 'print1'

Answer = t.Mapping[str, t.Any]


class Run(t.NamedTuple):
    """The task's result, and the requests that the target got, as JSON has them."""

    result: dict[str, t.Any]
    requests: list[dict[str, t.Any]]

    @property
    def codes(self) -> list[str]:
        return [problem['code'] for problem in self.result['problems']]


def run_action(
    monkeypatch: pytest.MonkeyPatch,
    module: type[action_base.InfoprintAction],
    args: Answer,
    answer: Answer | Problem,
    *,
    check: bool = False,
    diff: bool = False,
    is_real: bool = True,
) -> Run:
    """Run a task with these options against a target that gives this answer, or has this problem.

    The result must be as the module's RETURN says, unless the module is not a real one.
    """
    requests: list[dict[str, t.Any]] = []

    class Target:
        host = HOST

        def __init__(self, _action: object, _task_vars: object) -> None:
            pass

        def run(self, _entry: str, request: object, _limit: float) -> AnswerObject:
            requests.append(plain(request))
            if isinstance(answer, Problem):
                raise ProblemError(answer)
            return AnswerObject(plain(answer))

        def malformed(self, error: InvalidValue) -> Problem:
            return Problem('program_failed', f'{HOST}: {error}')

    monkeypatch.setattr(action_base, 'Target', Target)
    task = types.SimpleNamespace(
        args=dict(args), check_mode=check, diff=diff, async_val=0, action=module.MODULE, no_log=False, _role=None
    )
    shell = types.SimpleNamespace(tmpdir='/nonexistent')
    parts = {'task': task, 'connection': types.SimpleNamespace(_shell=shell)}
    others = dict.fromkeys(('play_context', 'loader', 'templar', 'shared_loader_obj'))
    result = module(**parts, **others).run(task_vars={'inventory_hostname': HOST})
    assert not (deviations(module.MODULE, result) if is_real else [])
    return Run(result, requests)
