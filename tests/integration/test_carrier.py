# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the target half gets to a host and its answer back: every way in, every failure of the way, through real runs."""

from __future__ import annotations

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import time
import typing as t

import pytest

from support.playbook import Ansible, Run, hosts, local_host
from support.probe import collection_with_probe
from support.sshd import OTHER_PASSWORD, OTHER_USER, PLAIN_USER, Sshd

from .conftest import need

PIPELINING = {'ansible_pipelining': True}
SUDO = {'ansible_become': True, 'ansible_become_method': 'sudo'}
SUDO_TO_OTHER = {**SUDO, 'ansible_become_user': OTHER_USER}
SU = {
    'ansible_become': True,
    'ansible_become_method': 'su',
    'ansible_become_user': OTHER_USER,
    'ansible_become_password': OTHER_PASSWORD,
}


@pytest.fixture
def probe(tmp_path: pathlib.Path) -> t.Callable[..., Run]:
    """Run the probe on one host: probe(host variables, request, ...)."""
    ansible = Ansible(tmp_path / 'controller', collection=collection_with_probe(tmp_path))

    def run(
        host: dict[str, t.Any],
        *arguments: str,
        request: dict[str, t.Any] | None = None,
        limit: float = 20,
        task: dict[str, t.Any] | None = None,
        inventory: dict[str, t.Any] | None = None,
        **environment: str,
    ) -> Run:
        tasks = [
            {
                'name': 'Probe',
                'printops.infoprint.probe': {'request': request or {}, 'limit': limit},
                'register': 'probed',
                **(task or {}),
            }
        ]
        plays = [{'hosts': 'print1', 'gather_facts': False, 'tasks': tasks}]
        return ansible.playbook(plays, hosts(print1=host, **(inventory or {})), *arguments, **environment)

    return run


def facts(run: Run, host: str = 'print1') -> dict[str, str]:
    assert run.rc == 0, run.output
    return t.cast('dict[str, str]', run.results(host, 'Probe')[-1].result['probe'])


def failure(run: Run) -> dict[str, t.Any]:
    """Return the result of a probe that failed, after checking what every failure owes to the user."""
    assert run.rc != 0, run.output
    result = run.results('print1', 'Probe')[-1].result
    assert 'Traceback' not in run.output, 'no traceback without -vvv'
    assert 'print1' in result['msg'], 'the host is named'
    assert result['problems'][0]['hint'], 'the remedy is named'
    return result


@pytest.mark.every_core
@pytest.mark.parametrize(
    ('user', 'more', 'becomes', 'standard_input'),
    [
        pytest.param('root', {}, 'root', 'pipe', id='root'),
        pytest.param('root', PIPELINING, 'root', 'pipe', id='root, pipelining'),
        pytest.param(PLAIN_USER, {}, PLAIN_USER, 'pipe', id='plain user'),
        pytest.param(PLAIN_USER, SUDO, 'root', 'file', id='sudo to root'),
        pytest.param(PLAIN_USER, {**SUDO, **PIPELINING}, 'root', 'pipe', id='sudo to root, pipelining'),
        pytest.param(PLAIN_USER, SUDO_TO_OTHER, OTHER_USER, 'file', id='sudo to another'),
        pytest.param(PLAIN_USER, {**SUDO_TO_OTHER, **PIPELINING}, OTHER_USER, 'pipe', id='sudo to another, pipelining'),
        pytest.param(PLAIN_USER, SU, OTHER_USER, 'file', id='su to another'),
        # su wants a terminal, whatever is set.
        pytest.param(PLAIN_USER, {**SU, **PIPELINING}, OTHER_USER, 'file', id='su to another, pipelining'),
    ],
)
def test_travels_over_ssh_by_standard_input_unless_become_prevents_it(
    probe: t.Any, sshd: Sshd, user: str, more: dict[str, t.Any], becomes: str, standard_input: str
) -> None:
    if becomes == OTHER_USER and more.get('ansible_become_method') == 'sudo' and not more.get('ansible_pipelining'):
        # A file for one plain user, written by another, needs ACLs or this shared group: core's own rule.
        more = {**more, 'ansible_common_remote_group': OTHER_USER, 'ansible_shell_allow_world_readable_temp': True}
    if more.get('ansible_become_method') == 'su':
        more = {**more, 'ansible_shell_allow_world_readable_temp': True}
    remote_tmp = f'/tmp/.infoprint-{os.getpid()}'  # a name of its own: who made it in another run may have another number now
    try:
        found = facts(probe(sshd.host(user, **{'ansible_remote_tmp': f'{remote_tmp}-${{USER}}', **more})))
    finally:
        shutil.rmtree(f'{remote_tmp}-{user}', ignore_errors=True)
    assert found['uid'] == str(pwd.getpwnam(becomes).pw_uid)
    assert found['standard_input'] == standard_input
    assert found['site'] == 'False'
    assert '' not in found['path'].split(':'), 'the current directory is not imported from'


@pytest.mark.parametrize(
    ('more', 'standard_input'),
    [({}, 'pipe'), (PIPELINING, 'pipe'), (SUDO, 'file'), ({**SUDO, **PIPELINING}, 'pipe')],
    ids=['plain', 'pipelining', 'sudo', 'sudo, pipelining'],
)
@pytest.mark.every_core
def test_travels_over_local_connections(probe: t.Any, sshd: Sshd, more: dict[str, t.Any], standard_input: str) -> None:
    del sshd  # who is here for its users
    if more:
        more = {
            **more,
            'ansible_become_user': OTHER_USER,
            'ansible_shell_allow_world_readable_temp': True,
            'ansible_become_method': 'sudo',
        }
    temporary = f'/tmp/.infoprint-local-{os.getpid()}'
    host = local_host(**{**more, 'ansible_python_interpreter': '/usr/bin/python3', 'ansible_remote_tmp': temporary})
    try:
        found = facts(probe(host, ANSIBLE_LOCAL_TEMP=temporary))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    assert found['standard_input'] == standard_input


@pytest.mark.every_core
def test_runs_in_check_mode(probe: t.Any) -> None:
    assert facts(probe(local_host(), '--check'))['uid'] == str(os.getuid())


@pytest.mark.every_core
@pytest.mark.parametrize('interpreter', [pytest.param(None, id='unset'), 'auto', 'auto_silent', 'auto_legacy'])
def test_searches_for_python_where_none_is_named(probe: t.Any, sshd: Sshd, interpreter: str | None) -> None:
    more = {} if interpreter is None else {'ansible_python_interpreter': interpreter}
    run = probe(sshd.host('root', **more))
    assert facts(run)['executable'] == '/usr/bin/python3'
    assert 'discovered' not in run.output, 'core was not asked to discover it'


def counting_python(directory: pathlib.Path) -> pathlib.Path:
    """Return a Python that notes each time it is started."""
    path = directory / 'counting python'
    path.write_text(
        f'#!/bin/sh\necho "$@" | head -c 20 >> "{directory}/starts"\necho >> "{directory}/starts"\nexec /usr/bin/python3 "$@"\n'
    )
    path.chmod(0o755)
    return path


@pytest.mark.version_shim
def test_a_named_python_is_templated_run_as_given_once_and_starts_no_other(probe: t.Any, tmp_path: pathlib.Path) -> None:
    python = counting_python(tmp_path)
    host = local_host(where=f"'{python}' -B", ansible_python_interpreter='{{ where }}')
    assert facts(probe(host))['python']
    assert len((tmp_path / 'starts').read_text().split('\n')) == 2, 'one line: started once'


def test_what_core_discovered_earlier_is_used(probe: t.Any, tmp_path: pathlib.Path) -> None:
    python = counting_python(tmp_path)
    host = local_host(ansible_python_interpreter='auto', ansible_facts={'discovered_interpreter_python': str(python)})
    play = {'vars': {'ansible_facts': {'discovered_interpreter_python': str(python)}}}
    assert facts(probe(host, task=play))['python']
    assert (tmp_path / 'starts').exists()


@pytest.mark.every_core
def test_a_delegated_task_runs_on_that_host_with_its_python(probe: t.Any, tmp_path: pathlib.Path) -> None:
    python = counting_python(tmp_path)
    other = local_host(ansible_python_interpreter='{{ where }}', where=f"'{python}'")
    run = probe(
        local_host(ansible_python_interpreter='/nowhere/python', where='/nowhere/python'),
        task={'delegate_to': 'print2'},
        inventory={'print2': other},
    )
    assert facts(run)['python']
    assert (tmp_path / 'starts').exists()


@pytest.mark.every_core
@pytest.mark.parametrize('interpreter', [None, '/usr/bin/python3'], ids=['searched for', 'named'])
def test_the_environment_of_the_task_reaches_the_program(probe: t.Any, sshd: Sshd, interpreter: str | None) -> None:
    value = 'a "b" \'c\' $HOME `id` ü'
    host = sshd.host(PLAIN_USER, **({'ansible_python_interpreter': interpreter} if interpreter else {}))
    assert facts(probe(host, task={'environment': {'INFOPRINT_PROBE': value}}))['variable'] == value


@pytest.mark.every_core
@pytest.mark.parametrize('more', [{}, SUDO, {**SUDO, **PIPELINING}], ids=['plain', 'sudo', 'sudo, pipelining'])
def test_noise_of_the_login_shell_does_not_matter(probe: t.Any, sshd: Sshd, more: dict[str, t.Any]) -> None:
    with sshd.noise(PLAIN_USER):
        run = probe(sshd.host(PLAIN_USER, **more), request={'do': 'print'})
    result = run.results('print1', 'Probe')[-1].result
    assert facts(run)['uid']
    assert result['changed'] is False


# Failures of the way


def test_no_python_says_what_was_looked_for(probe: t.Any) -> None:
    result = failure(probe(local_host(ansible_python_interpreter='/nowhere/python3')))
    assert result['problems'][0]['code'] == 'no_python'
    assert '/nowhere/python3' in result['msg']


def test_a_python_that_is_too_old_is_named_with_its_version(probe: t.Any, old_python: str) -> None:
    result = failure(probe(local_host(ansible_python_interpreter=old_python)))
    assert result['problems'][0]['code'] == 'python_too_old'
    assert 'Python 2.7.' in result['msg']


@pytest.fixture
def old_python() -> str:
    for place in os.environ.get('PATH', '').split(os.pathsep):
        for found in [pathlib.Path(place) / 'python2.7', *pathlib.Path(place).parent.glob('versions/2.7*/bin/python2.7')]:
            done = subprocess.run([found, '-c', 'pass'], check=False, capture_output=True) if found.exists() else None
            if done is not None and done.returncode == 0:
                return str(found)
    need('no Python 2.7 was found')
    return ''


@pytest.mark.parametrize(
    ('request_', 'expected'),
    [
        ({'do': 'die', 'say': 'the last line'}, ['exit code 3', 'the last line']),
        ({'do': 'kill'}, ['signal 9']),
    ],
    ids=['exit code', 'signal'],
)
def test_a_program_that_died_says_how_and_its_last_lines(probe: t.Any, request_: dict[str, t.Any], expected: list[str]) -> None:
    result = failure(probe(local_host(), request=request_))
    assert result['problems'][0]['code'] == 'program_failed'
    for text in expected:
        assert text in result['msg']


def test_last_words_hold_no_secret_and_nothing_that_a_terminal_obeys(probe: t.Any) -> None:
    said = 'PIN is s3cret-word \x1b[2J -----BEGIN PRIVATE KEY----- MIIEvQ -----END PRIVATE KEY-----'
    run = probe(local_host(), request={'do': 'die', 'say': said}, task={'environment': {'INFOPRINT_PROBE': 's3cret-word'}})
    result = failure(run)
    assert 's3cret-word' not in run.output
    assert 'MIIEvQ' not in result['msg']
    assert '\\x1b[2J' in result['msg']
    assert '\x1b[2J' not in run.output


@pytest.mark.parametrize('interpreter', ['/bin/echo', '/bin/true'])
def test_foreign_output_is_reported_as_such(probe: t.Any, interpreter: str) -> None:
    result = failure(probe(local_host(ansible_python_interpreter=interpreter)))
    assert result['problems'][0]['code'] == 'program_failed'
    assert 'without a valid answer' in result['msg']


@pytest.mark.every_core
def test_an_error_of_the_program_is_one_message_and_with_vvv_its_traceback(probe: t.Any) -> None:
    result = failure(probe(local_host(), request={'do': 'raise'}))
    assert 'ValueError: the probe was asked to raise \\x1b[31m{{ 7 * 7 }}' in result['msg']
    loud = probe(local_host(), '-vvv', request={'do': 'raise'})
    assert 'Traceback (most recent call last)' in loud.output
    assert '\x1b[31m' not in loud.output
    hidden = probe(local_host(), '-vvv', request={'do': 'raise'}, task={'no_log': True})
    assert 'Traceback' not in hidden.output, 'what a target says may hold what is not to be shown'


@pytest.mark.version_shim
def test_a_problem_of_the_target_comes_back_as_one_and_is_not_templated(probe: t.Any) -> None:
    tasks = {'ignore_errors': True}
    run = probe(local_host(), request={'do': 'problem'}, task=tasks)
    result = run.results('print1', 'Probe')[-1].result
    assert result['problems'][0]['code'] == 'not_a_server'
    assert result['problems'][0]['message'] == 'no \\x1b[31m{{ 7 * 7 }} here'


def test_a_host_that_never_answers_does_not_hold_the_controller(tmp_path: pathlib.Path) -> None:
    collection = collection_with_probe(tmp_path)
    carrier = collection / 'plugins' / 'plugin_utils' / 'target' / 'carrier.py'
    text = carrier.read_text()
    carrier.write_text(text.replace('EXTRA_SECONDS = 120.0', 'EXTRA_SECONDS = 2.0'))
    assert carrier.read_text() != text
    ansible = Ansible(tmp_path / 'controller', collection=collection)
    tasks = [{'name': 'Probe', 'printops.infoprint.probe': {'limit': 1}}]
    silent = local_host(ansible_python_interpreter="/bin/sh -c 'exec sleep 20'")
    dripping = local_host(ansible_python_interpreter="/bin/sh -c 'for n in $(seq 200); do echo; sleep 0.1; done'")
    run = ansible.playbook([{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}], hosts(print1=silent, print2=dripping))
    assert run.seconds < 30
    for host in ('print1', 'print2'):
        assert run.stats[host]['unreachable'] == 1, run.output
    assert 'no answer within 3 s' in run.output


def test_a_lost_connection_makes_the_host_unreachable_and_says_so(probe: t.Any, sshd: Sshd) -> None:
    # The probe ends the sshd process that serves this connection.
    run = probe(sshd.host('root', ansible_ssh_args='-o ControlMaster=no'), request={'do': 'disconnect'})
    assert run.stats['print1']['unreachable'] == 1, run.output
    assert 'The connection was lost, or never made' in run.output
    assert 'Traceback' not in run.output


def test_the_program_ends_itself_at_its_limit(probe: t.Any) -> None:
    begin = time.monotonic()
    result = failure(probe(local_host(), request={'do': 'hang', 'seconds': 60}, limit=1.5))
    assert time.monotonic() - begin < 20
    assert result['problems'][0]['code'] == 'program_failed'
    assert 'time limit of 1.5 s' in result['msg']


@pytest.mark.every_core
def test_the_limit_lies_below_the_timeout_of_the_task(probe: t.Any) -> None:
    result = failure(probe(local_host(), request={'do': 'hang', 'seconds': 60}, limit=50, task={'timeout': 5}))
    assert 'time limit' in result['msg'], 'the program ended first, so it is its message that comes back'


@pytest.mark.parametrize('connection', ['local', 'ssh'])
def test_a_killed_controller_leaves_nothing_that_commits_later(tmp_path: pathlib.Path, sshd: Sshd, connection: str) -> None:
    ansible = Ansible(tmp_path / 'controller', collection=collection_with_probe(tmp_path))
    host = sshd.host('root') if connection == 'ssh' else local_host()
    path = tmp_path / 'committed'
    task = {'printops.infoprint.probe': {'request': {'do': 'commit later', 'path': str(path), 'seconds': 4}}}
    playbook = ansible._write('playbook.json', [{'hosts': 'all', 'gather_facts': False, 'tasks': [task]}])
    inventory = ansible._write('inventory.json', hosts(print1=host))
    program = pathlib.Path(sys.executable).parent / 'ansible-playbook'
    process = subprocess.Popen(
        [str(program), str(playbook), '-i', str(inventory)],
        env=ansible.environment(),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    note = pathlib.Path(f'{path}.pid')
    try:
        wait_until(note.exists, 30)
    finally:
        for pid in controllers(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait(10)
    pid = int(wait_until(note.read_text, 5))
    wait_until(lambda: not pathlib.Path(f'/proc/{pid}').exists(), 10)
    time.sleep(0.5)
    assert not path.exists()


def controllers(pid: int) -> list[int]:
    """Return the processes of ansible-playbook: the first one and its workers, which may have a session of their own."""
    found = [pid]
    for status in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            parent = int(status.read_text().rsplit(')', 1)[1].split()[1])
            command = (status.parent / 'cmdline').read_bytes()
        except OSError:
            continue
        if parent == pid and b'ansible-playbook' in command:
            found.append(int(status.parent.name))
    return found


def wait_until(condition: t.Callable[[], t.Any], seconds: float) -> t.Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f'not within {seconds} s: {condition}')
