# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the actions have in common: options checked before anything connects, and one place that makes a result."""

from __future__ import annotations

import abc
import gc
import os
import typing as t

from ansible import template
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader
from ansible.utils.unsafe_proxy import wrap_var

from ..module_utils.problems import Problem, ProblemError
from ..module_utils.vocabulary import ERROR
from .foreign_values import InvalidValue
from .options.spec import EXCLUSIVE, MODULES, ArgumentError, check, check_keys, keys_of, merged_servers, normalized
from .problems.text import complete, is_failure, summary
from .target.carrier import Target
from .target.program import prepare
from .x509.budget import Budget, limited_to
from .x509.missing_library import missing_library

EVERY_TEXT_IS_A_TEMPLATE = not hasattr(template, 'trust_as_template')  # unless it is marked as none: core before 2.19


# A worker shares the memory of the main process until it writes there, and a garbage collection writes to every object that it
# looks at. So what is there before the fork is put aside for it.
os.register_at_fork(before=gc.freeze, after_in_parent=gc.unfreeze)


class Outcome(t.NamedTuple):
    """What an action found and did. `problems` are all of them, flat; each server's own are also in its entry, as objects.

    `fail_on` is the least severity of a problem that makes the task fail. `sent` are the problems of a verification that was only
    a part of the task, with a `fail_on` of their own.
    """

    servers: list[dict[str, t.Any]]
    problems: list[Problem]
    msg: str = ''  # '' = the summary of the problems
    changed: bool = False
    diff: list[dict[str, t.Any]] = []
    extra: dict[str, t.Any] = {}
    fail_on: str = ERROR
    warnings: list[str] = []
    sent: list[Problem] = []
    fail_on_sent: str = 'error'


class InfoprintAction(ActionBase, abc.ABC):
    """An action on the InfoPrint servers of a host. A subclass names its MODULE and its PROGRAM, and performs."""

    MODULE: t.ClassVar[str]
    PROGRAM: t.ClassVar[str]  # the module of the target half that does the work
    CHECKS_CERTIFICATES: t.ClassVar[bool] = True
    NOTHING_KNOWN: t.ClassVar[dict[str, t.Any]] = {}  # the module's own return values where the target gave no answer
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    target: Target
    _validator: t.ClassVar[ArgumentSpecValidator]

    def __init_subclass__(cls, **kwargs: t.Any) -> None:
        # Ansible loads the class of a task's action before it forks a worker for each host: what is done, and imported, here
        # is done once in a run.
        super().__init_subclass__(**kwargs)
        spec = MODULES[cls.MODULE]
        exclusive = [group for group in EXCLUSIVE if group[0] in spec]
        cls._validator = ArgumentSpecValidator(spec, mutually_exclusive=exclusive)
        prepare(cls.PROGRAM)
        lookup_loader.get('printops.infoprint.sendmemo_tls_options')  # what the role's tasks have their options from

    def _options(self) -> dict[str, t.Any]:
        """Return the task's arguments as the module's argument spec reads them. Raises ArgumentError.

        ActionBase.validate_argument_spec does the same, with a validator that it makes anew for each host.
        """
        spec = MODULES[self.MODULE]
        if 'servers' in spec:
            check_keys(self._task.args.get('servers'), 'servers', keys_of(spec['servers']['options']))
        read = self._validator.validate(self._task.args)
        if read.error_messages:
            raise ArgumentError(
                '; '.join(
                    f'Unsupported parameters for ({self.MODULE}) module: {error.msg}'
                    if isinstance(error, UnsupportedError)
                    else error.msg
                    for error in read.errors
                )
            )
        return dict(read.validated_parameters)

    @abc.abstractmethod
    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        """Do the work: `args` are the checked options, `servers` the entries with the options as their defaults."""

    def _refused(self, error: ArgumentError) -> dict[str, t.Any]:
        """Return the result of a task whose options are wrong; nothing is known of any server."""
        text = f'{self.target.host}: {error}'
        problem = Problem('invalid_value', text, 'Correct the option; nothing was done on the host.')
        return {'failed': True, 'changed': False, 'msg': text, 'problems': shown([problem]), 'refused': True}

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        if self.CHECKS_CERTIFICATES and (missing := missing_library()):
            raise AnsibleActionFail(missing)
        self.task_vars = task_vars or {}
        self.target = Target(self, self.task_vars)
        try:
            args = normalized(self._options())
            check(args)
            with limited_to(Budget()):
                outcome = self.perform(args, merged_servers(args))
        except ArgumentError as error:
            return {**result, **self._refused(error)}
        except InvalidValue as error:
            outcome = Outcome([], [self.target.malformed(error)], extra=self.NOTHING_KNOWN)
        except ProblemError as error:
            outcome = Outcome([], [error.problem], extra=self.NOTHING_KNOWN)
        result.update(shown(outcome.extra))
        result.update(
            changed=outcome.changed,
            servers=shown(outcome.servers),
            problems=shown([*outcome.problems, *outcome.sent]),
            msg=outcome.msg or summary(outcome.problems),
        )
        if is_failure(outcome.problems, outcome.fail_on) or is_failure(outcome.sent, outcome.fail_on_sent):
            result['failed'] = True
        if outcome.warnings:
            result['warnings'] = outcome.warnings
        if self._task.diff and outcome.diff:
            result['diff'] = outcome.diff
        # Text from a target is in there.
        return t.cast('dict[str, t.Any]', wrap_var(result)) if EVERY_TEXT_IS_A_TEMPLATE else result


def server_entry(name: str, working_dir: str, problems: list[Problem], **more: t.Any) -> dict[str, t.Any]:
    """Return a server's entry in an Outcome: its name and working directory, `more` of what is known of it, and its problems."""
    own = [problem._replace(server=name) for problem in problems]
    return {'name': name, 'working_dir': working_dir, **more, 'problems': own}


def shown(value: t.Any) -> t.Any:
    """Return a part of an Outcome as users see it. Here each problem is completed, and becomes a dictionary."""
    if isinstance(value, Problem):
        return complete(value).as_dict()
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value
