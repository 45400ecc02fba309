# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carries the target half to a host over the task's own connection, and its answer back."""

from __future__ import annotations

import contextlib
import re
import secrets
import shlex
import time
import typing as t

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils.messages.wire import AT_LIMIT, Envelope, plain
from ...module_utils.problems import Problem, ProblemError
from ...module_utils.safe_text import safe_text
from ..foreign_values import InvalidValue
from . import program
from .answer import AnswerObject
from .interpreter import NONE_FOUND, Interpreter, choose
from .wait_limit import WaitExceeded, wait_limit

display = Display()

OLD_OR_NEW = 'On each server either the old or the new set of files is active, never a mixture: run again.'
LAST_LINES = 3
SHARE_OF_TIMEOUT = 0.75  # of what is left of the task's timeout: a login takes some of it, nobody knows how much
MIN_LIMIT = 1.0  # seconds
EXTRA_SECONDS = 120.0  # seconds past the program's own limit, for connection, login and become
_NOISE = re.compile(r'^(debug\d: |OpenSSH_|Shared connection to .* closed|Connection to .* closed|BECOME-SUCCESS-)')
_PRIVATE_KEY = re.compile(r'-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)', re.DOTALL)
# What core's ssh connection says before the words of ssh, and ssh before its own.
_OF_CORE_AND_SSH = re.compile(
    r'\A(?:Failed to connect to the host via ssh: |'
    r'Data could not be sent to remote host "[^"]*"\. Make sure this host can be reached over ssh: )?(?:ssh: )?'
)
_NEVER_CONNECTED = re.compile(
    'ControlPath too long|connect to host .* port|Could not resolve hostname|Host key verification failed|'
    'Permission denied|Invalid/incorrect password'
)
_TOO_OLD = re.compile(r'INFOPRINT-TOO-OLD:(\d+\.\d+\.\d+):END')


class Target:
    """The host of a task (its `delegate_to`, where it has one), as the carrier sees it."""

    def __init__(self, action: ActionBase, task_vars: dict[str, t.Any]) -> None:
        self._action = action
        self._began = time.monotonic()
        self._vars = task_vars
        self.host = str(task_vars.get('inventory_hostname', 'the host'))
        if action._task.delegate_to:
            self.host = str(action._task.delegate_to)
            self._vars = task_vars.get('ansible_delegated_vars', {}).get(self.host, {})

    def run(self, entry: str, request: object, limit: float) -> AnswerObject:
        """Run `run(request, watchdog)` of the target half's module `entry` there; return its answer, unread.

        `request` is one of `module_utils.messages`.

        `limit` is in seconds of the target's clock. Raises ProblemError with a problem of the target's or of the transport
        (no_python, python_too_old, program_failed), and AnsibleConnectionFailure, which makes the host unreachable.
        """
        limit = self._limit(limit)
        nonce = secrets.token_hex(8)
        interpreter = self._interpreter()
        output = self._answered(interpreter, program.build(entry, plain(request), limit, nonce), limit + EXTRA_SECONDS)
        try:
            envelope = _read_envelope(AnswerObject(program.read_answer(output['stdout'], nonce)))
            return self._unwrap(envelope, limit)
        except program.NoAnswer as error:
            raise ProblemError(self._why_no_answer(interpreter, output, error)) from None
        except InvalidValue as error:
            raise ProblemError(self.malformed(error)) from None

    def malformed(self, error: InvalidValue) -> Problem:
        """Return the problem of an answer with a field of the wrong kind."""
        return self._problem('program_failed', f'gave an invalid answer: {safe_text(str(error))}')

    def _limit(self, limit: float) -> float:
        timeout = self._action._task.timeout
        if timeout:
            limit = min(limit, (timeout - (time.monotonic() - self._began)) * SHARE_OF_TIMEOUT)
        return max(MIN_LIMIT, limit)

    def _interpreter(self) -> Interpreter:
        configured = C.config.get_config_value('INTERPRETER_PYTHON', variables=self._vars)
        discovered = (self._vars.get('ansible_facts') or {}).get('discovered_interpreter_python')
        fallbacks = C.config.get_config_value('INTERPRETER_PYTHON_FALLBACK', variables=self._vars)
        templar = self._action._templar
        if self._action._task.delegate_to:
            templar = templar.copy_with_new_env(available_variables=self._vars)
        return choose(templar.template(configured), discovered, fallbacks)

    def _answered(self, interpreter: Interpreter, data: bytes, seconds: float) -> dict[str, t.Any]:
        """Return what the host answers within so many seconds; a task's own timeout applies instead."""
        try:
            with contextlib.nullcontext() if self._action._task.timeout else wait_limit(seconds):
                return self._execute(interpreter, data)
        except WaitExceeded:
            raise AnsibleConnectionFailure(
                f'{self.host}: no answer within {seconds:g} s, although the program stops earlier. The connection was lost '
                'without notice, or the host does not respond. Check the network and the host, then run again.'
            ) from None

    def _execute(self, interpreter: Interpreter, data: bytes) -> dict[str, t.Any]:
        action = self._action
        command = interpreter.command(action._compute_environment_string())
        try:
            if self._takes_standard_input():
                return t.cast('dict[str, t.Any]', action._low_level_execute_command(command, in_data=data))
            return t.cast('dict[str, t.Any]', action._low_level_execute_command(f'{command} < {self._as_file(data)}'))
        except AnsibleConnectionFailure as error:
            raise AnsibleConnectionFailure(_connection_failure(self._redacted(' '.join(str(error).split())))) from None

    def _takes_standard_input(self) -> bool:
        """Return whether the connection passes data to a command: core does so only where pipelining is on, yet where it
        is off only a `become` that needs a terminal prevents it."""
        if self._action._connection.become:
            return bool(self._action._is_pipelining_enabled('new'))
        return bool(self._action._connection.has_pipelining)

    def _as_file(self, data: bytes) -> str:
        """Return the path, quoted, of a file in the task's temporary directory with the program; the task removes both."""
        action = self._action
        shell = action._connection._shell
        if shell.tmpdir is None:
            action._make_tmp_path()
        path = shell.join_path(shell.tmpdir, 'infoprint')
        action._transfer_data(path, data)
        action._fixup_perms2((shell.tmpdir, path), execute=False)
        return shlex.quote(path)

    def _unwrap(self, envelope: Envelope, limit: float) -> AnswerObject:
        if envelope.answer is not None:
            return t.cast(AnswerObject, envelope.answer)
        if envelope.problem is not None:
            raise ProblemError(envelope.problem)
        stopped = envelope.stopped
        if stopped is not None:
            why = f'did not finish within its time limit of {limit:g} s' if stopped == AT_LIMIT else f'stopped: {stopped}'
            raise ProblemError(
                self._problem(
                    'program_failed',
                    why,
                    "Look for a slow disk or network file system on the host, or allow more time (the task's timeout).",
                )
            )
        if not self._action._task.no_log:
            display.vvv(self._redacted(envelope.traceback or ''), host=self.host)
        raise ProblemError(
            self._problem(
                'program_failed',
                f'ended with an error: {self._redacted(envelope.error or "no reason given")}',
                'Run again with -vvv to see where, and report it with that output if the host is not the cause.',
            )
        )

    def _why_no_answer(self, interpreter: Interpreter, output: dict[str, t.Any], error: program.NoAnswer) -> Problem:
        code, stdout, stderr = output['rc'], output['stdout'], output['stderr']
        versions = _TOO_OLD.findall(stdout)
        if versions and not error.began and code in (program.TOO_OLD, 126, 127):
            return self._problem(
                'python_too_old', f'has only Python {", ".join(versions)} (looked for: {interpreter.looked_for()})'
            )
        if code == NONE_FOUND or (code in (126, 127) and not error.began):
            said = '' if code == NONE_FOUND else f'; the shell said: {self._last_lines(stderr or stdout)}'
            return self._problem('no_python', f'has no usable Python (looked for: {interpreter.looked_for()}){said}')
        if code == 0:
            return self._problem(
                'program_failed',
                f'gave output without a valid answer: {error}; it ends: {self._last_lines(stdout + stderr)}',
                'Check what ansible_python_interpreter, the login shell and its start files do on that host.',
            )
        ended = (
            f'was ended by signal {code - 128 if code > 0 else -code}'
            if code > 128 or code < 0
            else f'ended with exit code {code}'
        )
        return self._problem('program_failed', f'{ended}: {self._last_lines(stderr or stdout) or "it said nothing"}')

    def _problem(self, code: str, text: str, hint: str = '') -> Problem:
        if code != 'program_failed':
            return Problem(code, f'{self.host} {text}.', hint)
        return Problem(code, f"{self.host}: the target's program {text}.", f'{hint} {OLD_OR_NEW}' if hint else '')

    def _last_lines(self, text: str) -> str:
        lines = [line.strip() for line in self._redacted(text, limit=1 << 20).splitlines()]
        return safe_text(' | '.join([line for line in lines if line and not _NOISE.match(line)][-LAST_LINES:]))

    def _redacted(self, text: str, limit: int = 20_000) -> str:
        """Return foreign text without private keys and without the secrets that were given to the host."""
        for secret in self._secrets():
            text = text.replace(secret, '********')
        return safe_text(_PRIVATE_KEY.sub('(a private key)', text), limit)

    def _secrets(self) -> list[str]:
        action = self._action
        environment: dict[str, t.Any] = {}
        action._compute_environment_string(environment)
        secrets_ = [action.get_connection_option('password'), action.get_become_option('become_pass'), *environment.values()]
        return sorted((str(secret) for secret in secrets_ if secret and len(str(secret)) > 3), key=len, reverse=True)


def _connection_failure(said: str) -> str:
    """Return what to say of a connection that was never made, or was lost; `said` is what core and ssh say of it."""
    why = _OF_CORE_AND_SSH.sub('', said).strip().rstrip('.')
    if _NEVER_CONNECTED.search(said):
        return f'No connection: {why}.'
    return f'The connection was lost, or never made: {why}. {OLD_OR_NEW}'


def _read_envelope(fields: AnswerObject) -> Envelope:
    """Return what a program wrote; its answer stays unread. Raises InvalidValue."""
    return Envelope(
        answer=fields.child('answer'),
        problem=fields.problem('problem'),
        stopped=fields.text('stopped'),
        error=fields.text('error'),
        traceback=fields.text('traceback', limit=20_000),
    )
