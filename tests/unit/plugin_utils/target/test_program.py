# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The program that travels, run by a real Python, and the reading of whatever comes back."""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import json
import shlex
import subprocess
import sys
import typing as t
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.program.main import frame
from ansible_collections.printops.infoprint.plugins.plugin_utils.target import program
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.interpreter import (
    FIRST_CANDIDATES,
    NONE_FOUND,
    Interpreter,
    choose,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.large_texts import LARGE

NONCE = '0123456789abcdef'
REQUEST = {'options': {'base_dir': '/nowhere', 'pd_bin_dir': '/nowhere'}, 'servers': [], 'contents': {}}
ACTIONS = 'ansible_collections.printops.infoprint.plugins.action'
MODULE_OF = {
    'operations.configure': 'sendmemo_config',
    'operations.send': 'send_memo',
    'operations.validate': 'sendmemo_validate',
    'operations.attributes': 'server_attributes',
}


def run(interpreter: Interpreter, data: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(['/bin/sh', '-c', interpreter.command()], input=data, capture_output=True, check=False, timeout=30)


def test_a_module_brings_what_it_imports_and_no_more() -> None:
    modules = program.modules_for('config.ehlo_name')
    assert {'config.ehlo_name', 'program.watchdog', 'problems'} <= set(modules)
    assert 'operations.send' not in modules
    assert all('import ansible' not in text for text in modules.values())


MODULES = ['.'.join(path.relative_to(program.MODULE_UTILS).with_suffix('').parts) for path in program.MODULE_UTILS.rglob('*.py')]


def imports_of(name: str) -> t.Iterator[str]:
    """Yield the modules of the target half that a module imports, as Python resolves relative imports."""
    for node in ast.walk(ast.parse((program.MODULE_UTILS / f'{name.replace(".", "/")}.py').read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            module = importlib.util.resolve_name('.' * node.level + (node.module or ''), f'target.{name}'.rpartition('.')[0])
            within = module.partition('.')[2]
            if within in MODULES:
                yield within
            else:
                yield from (f'{within}.{alias.name}'.lstrip('.') for alias in node.names)


@pytest.mark.parametrize('name', sorted(MODULES))
def test_what_a_module_imports_is_read_as_python_reads_it(name: str) -> None:
    imported = sorted(imports_of(name))
    assert set(imported) <= set(MODULES)
    assert sorted(program._source(name)[1]) == imported


def statements(text: str) -> str:
    """Return a module's statements, without comments, docstrings and their lines."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


@pytest.mark.parametrize('name', sorted(MODULES))
def test_a_host_gets_every_statement_of_a_module_in_its_line(name: str) -> None:
    text = (program.MODULE_UTILS / f'{name.replace(".", "/")}.py').read_text()
    sent = program.for_host(text)
    assert statements(sent) == statements(text.replace('from typing', f'from {program.PACKAGE}.{program.TYPING}'))
    lines = [
        [node.lineno for node in ast.walk(ast.parse(one)) if isinstance(node, ast.stmt) and not isinstance(node, ast.Expr)]
        for one in (sent, text)
    ]
    assert lines[0] == lines[1]
    assert '\n#' not in sent and '"""Return' not in sent


def test_an_action_has_prepared_its_program_before_a_worker_is_forked() -> None:
    for name, module in MODULE_OF.items():
        action = importlib.import_module(f'{ACTIONS}.{module}')
        program.prepare.cache_clear()
        importlib.reload(action)
        assert program.prepare.cache_info().currsize == 1
        assert name == action.ActionModule.PROGRAM


def test_the_program_runs_and_answers_through_noise() -> None:
    done = run(Interpreter(shlex.quote(sys.executable)), program.build('operations.configure', REQUEST, 10, NONCE))
    answer = program.read_answer(f'noise {done.stdout.decode()} more noise', NONCE)
    assert answer['problem']['code'] == 'not_a_server', answer


def test_a_program_that_is_cut_on_the_way_does_nothing() -> None:
    data = program.build('operations.configure', REQUEST, 10, NONCE)
    done = run(Interpreter(shlex.quote(sys.executable)), data[:-10])
    assert done.returncode != 0
    with pytest.raises(program.NoAnswer):
        program.read_answer(done.stdout.decode(), NONCE)


def test_the_same_request_builds_the_same_program() -> None:
    assert program.build('config.ehlo_name', {'a': 1}, 10, NONCE) == program.build('config.ehlo_name', {'a': 1}, 10, NONCE)


@pytest.mark.parametrize(
    'corrupt',
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace(NONCE, 'f' * 16),
        lambda text: text.replace(':END', ''),
        lambda text: text.replace('A', 'B'),
        lambda _text: f'INFOPRINT-ANSWER-{NONCE}:99999999999:',
        lambda _text: f'INFOPRINT-ANSWER-{NONCE}:-4:0:0:END',
        lambda _text: '',
    ],
)
def test_a_frame_that_is_not_whole_is_no_answer(corrupt) -> None:  # type: ignore[no-untyped-def]
    text = frame({'answer': {'text': 'A' * 100}}, NONCE).decode()
    assert program.read_answer(text.replace('\n', '\r\n'), NONCE)['answer']
    with pytest.raises(program.NoAnswer):
        program.read_answer(corrupt(text), NONCE)


@given(st.text())
def test_any_output_is_read_without_another_exception(output: str) -> None:
    for text in (output, f'INFOPRINT-ANSWER-{NONCE}:{output}'):
        with pytest.raises(program.NoAnswer):
            program.read_answer(text, NONCE)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_framed_is_read(value: object) -> None:
    assert program.read_answer(frame({'answer': value}, NONCE).decode(), NONCE) == json.loads(json.dumps({'answer': value}))


def test_an_answer_that_unpacks_without_end_is_refused() -> None:
    text = frame({'answer': ' ' * (program.MAX_ANSWER + 1)}, NONCE).decode()
    assert len(text) < 1 << 20
    with pytest.raises(program.NoAnswer, match='32 MiB'):
        program.read_answer(text, NONCE)


# The interpreter


@pytest.mark.parametrize(
    ('configured', 'discovered', 'named'),
    [
        ('/opt/python3', '/usr/bin/python3.9', '/opt/python3'),
        (' /usr/bin/env python3 ', None, '/usr/bin/env python3'),
        ('auto', '/usr/bin/python3.9', '/usr/bin/python3.9'),
        ('auto_silent', '/a b/python', "'/a b/python'"),
        (None, None, None),
        ('', None, None),
        ('auto_legacy_silent', None, None),
    ],
    ids=['configured', 'a command', 'auto and discovered', 'a path with a blank', 'nothing', 'empty', 'auto'],
)
def test_the_order_of_interpreters(configured: str | None, discovered: str | None, named: str | None) -> None:
    assert choose(configured, discovered, ['python3.12']).named == named


def test_the_search_begins_with_where_aix_and_rhel_8_have_theirs() -> None:
    assert choose('auto', None, ['python3.12', '/usr/bin/python3']).candidates == (*FIRST_CANDIDATES, 'python3.12')


def script(path, text: str) -> str:  # type: ignore[no-untyped-def]
    path.write_text(f'#!/bin/sh\n{text}\n')
    path.chmod(0o755)
    return str(path)


def test_the_search_passes_over_what_is_missing_too_old_or_cannot_be_run(tmp_path) -> None:  # type: ignore[no-untyped-def]
    old = script(tmp_path / 'old python', f'exit {program.TOO_OLD}')
    broken = tmp_path / 'broken'
    broken.write_text('#!/nowhere/at/all\n')
    broken.chmod(0o755)
    search = Interpreter(
        None, ('/nowhere/python3', old, str(broken), sys.executable, script(tmp_path / 'never', f'touch {tmp_path}/ran'))
    )
    done = run(search, program.build('operations.configure', REQUEST, 10, NONCE))
    assert program.read_answer(done.stdout.decode(), NONCE)['problem']
    assert not (tmp_path / 'ran').exists()


@pytest.mark.parametrize('path', ['.:/usr/bin:/bin', ':/usr/bin:/bin', 'bin:/usr/bin:/bin'])
def test_the_search_takes_no_python_of_the_current_directory(tmp_path, path: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / 'bin').mkdir()
    for folder in (tmp_path, tmp_path / 'bin'):
        script(folder / 'python-of-somebody', f'touch {tmp_path}/ran')
    command = Interpreter(None, ('/nowhere/python3', 'python-of-somebody')).command()
    done = subprocess.run(
        ['/bin/sh', '-c', command], input=b'', capture_output=True, check=False, cwd=tmp_path, env={'PATH': path}, timeout=30
    )
    assert done.returncode == NONE_FOUND
    assert not (tmp_path / 'ran').exists()


def test_the_search_says_when_there_is_none() -> None:
    assert run(Interpreter(None, ('/nowhere/python3', 'no-such-python')), b'').returncode == NONE_FOUND


def test_commands_hold_nothing_that_csh_would_trip_over() -> None:
    for interpreter in (Interpreter('/usr/bin/python3'), Interpreter(None, FIRST_CANDIDATES)):
        assert '\n' not in interpreter.command('A=b')
        assert '!' not in interpreter.command('A=b')


def test_the_current_directory_is_not_imported_from(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for name in ('json', 'zlib', 'os', 'encodings', 'sitecustomize'):
        (tmp_path / f'{name}.py').write_text('open("owned", "w")\n')
    data = program.build('operations.configure', REQUEST, 10, NONCE)
    done = subprocess.run(
        ['/bin/sh', '-c', Interpreter(shlex.quote(sys.executable)).command()],
        input=data,
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={'PYTHONPATH': str(tmp_path), 'PATH': '/usr/bin:/bin'},
        timeout=30,
    )
    assert program.read_answer(done.stdout.decode(), NONCE)
    assert not (tmp_path / 'owned').exists()


@pytest.mark.parametrize(
    'contents',
    [
        pytest.param({'a': 'x' * 10}, id='a small one'),
        pytest.param({'a': 'x' * LARGE + '"\\\n\xff'}, id='one that is just not small'),
        pytest.param({'a': 'ab' * LARGE, 'b': 'small', 'c': 'y' * LARGE * 3}, id='two large ones'),
    ],
)
def test_large_contents_arrive_as_they_are(contents: dict[str, str], tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr('ansible.constants.DEFAULT_LOCAL_TMP', str(tmp_path))
    request = {'contents': {hashlib.sha256(name.encode()).hexdigest(): text for name, text in contents.items()}, 'more': 1}
    for _host in range(2):
        data = zlib.decompress(program.build('config.ehlo_name', request, 10, NONCE))
        assert json.loads(data[data.index(0) + 1 :])['request'] == request
    kept = list(tmp_path.iterdir())
    assert len(kept) == sum(len(text) > LARGE for text in contents.values())
    for path in kept:
        path.write_bytes(path.read_bytes()[:50])  # as a full disk leaves it
    data = zlib.decompress(program.build('config.ehlo_name', request, 10, NONCE))
    assert json.loads(data[data.index(0) + 1 :])['request'] == request
