# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A task's connection carries the program to the host; whatever comes back is an answer, or a problem that says why not."""

from __future__ import annotations

import re
import types
import typing as t
import zlib

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.printops.infoprint.plugins.module_utils.messages.attributes import AttributesRequest
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem, ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.program.main import frame
from ansible_collections.printops.infoprint.plugins.plugin_utils.target import program
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.carrier import MIN_LIMIT, Target
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.interpreter import NONE_FOUND

REQUEST = AttributesRequest('/var/pd', '/usr/bin', False, (), {'smtp-server-port': None})
PASSWORD = 'correct horse'

Respond = t.Callable[[str], dict[str, t.Any]]  # takes the nonce, returns what the connection does


class Action:
    """What the carrier uses of an action: a connection that runs a command, and the task's keywords."""

    def __init__(self, respond: Respond, timeout: float = 0, pipelining: bool = True, become: bool = False) -> None:
        self._task = types.SimpleNamespace(delegate_to=None, timeout=timeout, no_log=False)
        self._templar = types.SimpleNamespace(template=lambda value: value)
        shell = types.SimpleNamespace(tmpdir='/tmp/task', join_path=lambda *parts: '/'.join(parts))
        self._connection = types.SimpleNamespace(become=become, has_pipelining=pipelining, _shell=shell)
        self.respond = respond
        self.commands: list[str] = []
        self.program = b''
        self.files: dict[str, bytes] = {}

    @property
    def payload(self) -> str:
        return zlib.decompress(self.program).split(b'\0', 1)[1].decode()

    def _low_level_execute_command(self, command: str, in_data: bytes | None = None) -> dict[str, t.Any]:
        self.commands.append(command)
        self.program = in_data or next(iter(self.files.values()))
        nonce = re.findall(r'"nonce": "(\w+)"', self.payload)[-1]
        return {'rc': 0, 'stdout': '', 'stderr': '', **self.respond(nonce)}

    def _is_pipelining_enabled(self, _module_style: str) -> bool:
        return False

    def _compute_environment_string(self, environment: dict[str, t.Any] | None = None) -> str:
        if environment is not None:
            environment['TOKEN'] = PASSWORD
        return ''

    def _transfer_data(self, path: str, data: bytes) -> None:
        self.files[path] = data

    def _fixup_perms2(self, _paths: tuple[str, ...], execute: bool) -> None:
        assert not execute

    def get_connection_option(self, _name: str) -> None:
        return None

    def get_become_option(self, _name: str) -> None:
        return None


def answered(answer: dict[str, t.Any]) -> Respond:
    return lambda nonce: {'stdout': f'Welcome!\n{frame(answer, nonce).decode()}bye\n'}


def run(respond: Respond, **connection: t.Any) -> tuple[Action, t.Any]:
    """Return the action, and the answer or the problem."""
    action = Action(respond, **connection)
    target = Target(t.cast('t.Any', action), {'inventory_hostname': 'print1'})
    try:
        return action, target.run('operations.attributes', REQUEST, 30)
    except ProblemError as error:
        return action, error.problem


def problem_of(respond: Respond, **connection: t.Any) -> Problem:
    found = run(respond, **connection)[1]
    assert isinstance(found, Problem)
    return found


def test_an_answer_is_found_in_what_a_login_prints() -> None:
    action, answer = run(answered({'answer': {'name': 'spl1'}}))
    assert answer.text('name') == 'spl1'
    assert '"request": {"base_dir": "/var/pd", "pd_bin_dir": "/usr/bin"' in action.payload
    assert '"attributes": {"smtp-server-port": null}' in action.payload, 'only a field of a message that is None is left out'


@pytest.mark.parametrize(
    ('connection', 'is_file'),
    [({}, False), ({'pipelining': False}, True), ({'become': True}, True)],
    ids=['passes data to a command', 'passes none', 'become needs a terminal'],
)
def test_the_program_travels_on_standard_input_or_as_a_file(connection: dict[str, t.Any], *, is_file: bool) -> None:
    action, answer = run(answered({'answer': {}}), **connection)
    assert answer.text('name') is None
    assert list(action.files) == (['/tmp/task/infoprint'] if is_file else [])
    assert action.commands[0].endswith(' < /tmp/task/infoprint') is is_file


OUTPUTS: dict[str, tuple[dict[str, t.Any], str, str]] = {
    'no Python': ({'rc': NONE_FOUND}, 'no_python', 'print1 has no usable Python (looked for: /usr/bin/python3, '),
    'a Python that is not there': (
        {'rc': 127, 'stderr': 'sh: python9: not found'},
        'no_python',
        'the shell said: sh: python9: not found',
    ),
    'an old Python': (
        {'rc': program.TOO_OLD, 'stdout': 'INFOPRINT-TOO-OLD:2.7.18:END'},
        'python_too_old',
        'print1 has only Python 2.7.18',
    ),
    'nothing': ({}, 'program_failed', 'gave output without a valid answer: there is no answer in the output'),
    'another output': ({'stdout': 'one\ntwo\nthree\nfour\n'}, 'program_failed', 'it ends: two | three | four'),
    'a signal': ({'rc': 137}, 'program_failed', 'was ended by signal 9: it said nothing'),
    'an exit code': (
        {'rc': 3, 'stderr': 'OpenSSH_9.6\nno space left'},
        'program_failed',
        'ended with exit code 3: no space left',
    ),
    'a secret': ({'rc': 3, 'stderr': f'TOKEN={PASSWORD}'}, 'program_failed', 'TOKEN=********'),
    'a private key': (
        {'rc': 3, 'stderr': 'found -----BEGIN PRIVATE KEY----- MIIE'},
        'program_failed',
        'found (a private key)',
    ),
}


@pytest.mark.parametrize('name', OUTPUTS)
def test_an_output_without_an_answer_is_explained(name: str) -> None:
    output, code, words = OUTPUTS[name]
    problem = problem_of(lambda _nonce: output)
    assert problem.code == code
    assert words in problem.message


ANSWERS: dict[str, tuple[dict[str, t.Any], str, str]] = {
    'a problem': ({'problem': {'code': 'not_a_server', 'message': 'No server.'}}, 'not_a_server', 'No server.'),
    'the limit': ({'stopped': 'limit'}, 'program_failed', 'did not finish within its time limit of 30 s'),
    'a stop': ({'stopped': 'nobody waits'}, 'program_failed', "print1: the target's program stopped: nobody waits."),
    'an error': ({'error': f'OSError: {PASSWORD}', 'traceback': 'x'}, 'program_failed', 'ended with an error: OSError: ********'),
    'nothing': ({}, 'program_failed', 'ended with an error: no reason given'),
    'another shape': ({'answer': []}, 'program_failed', 'gave an invalid answer: answer is a list, not an object'),
    'an unknown problem': ({'problem': {'code': 'made_up'}}, 'program_failed', 'unknown problem code made_up'),
}


@pytest.mark.parametrize('name', ANSWERS)
def test_an_answer_that_is_none_is_a_problem(name: str) -> None:
    answer, code, words = ANSWERS[name]
    problem = problem_of(answered(answer))
    assert problem.code == code
    assert words in problem.message


@pytest.mark.parametrize('cut', [slice(None, -20), slice(40, None)], ids=['its end is missing', 'its beginning is missing'])
def test_an_answer_that_was_cut_is_none(cut: slice) -> None:
    problem = problem_of(lambda nonce: {'stdout': frame({'answer': {}}, nonce).decode().strip()[cut]})
    assert problem.code == 'program_failed'
    assert 'without a valid answer' in problem.message


def test_a_lost_connection_makes_the_host_unreachable() -> None:
    def lose(_nonce: str) -> dict[str, t.Any]:
        raise AnsibleConnectionFailure(f'Permission denied {PASSWORD}')

    with pytest.raises(AnsibleConnectionFailure, match=r'No connection: Permission denied \*{8}'):
        run(lose)


@pytest.mark.parametrize(
    ('timeout', 'lowest', 'highest'), [(0, 30, 30), (20, 14, 15), (1, MIN_LIMIT, MIN_LIMIT)], ids=['none', '20 s', '1 s']
)
def test_the_task_s_timeout_leaves_the_program_less_time(timeout: float, lowest: float, highest: float) -> None:
    action, _answer = run(answered({'answer': {}}), timeout=timeout)
    limit = float(re.findall(r'"limit": ([\d.]+)', action.payload)[-1])
    assert lowest <= limit <= highest
