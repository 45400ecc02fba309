# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target may answer anything: nothing of it is believed unchecked, obeyed by a terminal, or templated."""

from __future__ import annotations

import json
import pathlib
import re
import sys
import typing as t

import pytest

from support.playbook import Ansible, Run, hosts, local_host

HOSTILE = pathlib.Path(__file__).resolve().parents[1] / 'support' / 'hostile_python.py'
PLANTED = "{{ lookup('ansible.builtin.pipe', 'touch CANARY') }}\x1b[2J\u202e"

TASKS: dict[str, dict[str, t.Any]] = {
    'sendmemo_config': {'enable_tls': 'starttls', 'servers': [{'name': 'spl1'}]},
    'sendmemo_rollback': {'servers': [{'name': 'spl1'}]},
    'sendmemo_validate': {'servers': [{'name': 'spl1'}]},
    'send_memo': {'servers': [{'name': 'spl1'}], 'smtp_host': 'mail.example.com', 'smtp_port': 587, 'until': 'handshake'},
    'server_attributes': {'servers': [{'name': 'spl1', 'attributes': {'smtp-server-host': 'mail.example.com'}}]},
}


class Host(t.NamedTuple):
    """A print host that gives this answer to a module; `frame` is what it does to the frame."""

    module: str
    answer: object
    frame: str = ''


Hosts = t.Mapping[str, Host]


def answered(folder: pathlib.Path, named: Hosts, *arguments: str) -> Run:
    """Run the module of each host there; then a task that uses what was registered."""
    inventory, plays = {}, []
    for name, host in named.items():
        path = folder / f'{name}.json'
        path.write_text(host.answer if isinstance(host.answer, str) else json.dumps(host.answer))
        python = f'{sys.executable} {HOSTILE}'
        inventory[name] = local_host(ansible_python_interpreter=python, answer=str(path), frame=host.frame)
    for module, options in TASKS.items():
        tasks = [
            {
                'name': 'Ask',
                f'printops.infoprint.{module}': options,
                'register': 'asked',
                'ignore_errors': True,
                'environment': {'HOSTILE_ANSWER': '{{ answer }}', 'HOSTILE_FRAME': '{{ frame }}'},
            },
            {'name': 'Use', 'ansible.builtin.debug': {'msg': '{{ asked }}'}},
        ]
        asked = [name for name, host in named.items() if host.module == module]
        plays += [{'hosts': asked, 'gather_facts': False, 'tasks': tasks}] if asked else []
    return Ansible(folder / 'controller').playbook(plays, hosts(**inventory), *arguments, ANSIBLE_FORKS='8')


def refused(run: Run, host: str) -> dict[str, t.Any]:
    """Return the result of a task that did not believe its target."""
    result = run.results(host, 'Ask')[0]
    assert result.status == 'failed', run.of(host).output
    assert 'Traceback' not in json.dumps(result.result)
    assert result.result['problems'][0]['code'] == 'program_failed'
    assert host in result.result['msg']
    return result.result


def planted(module: str) -> Host:
    drift = [{'file': PLANTED, 'kind': 'changed', 'keyword': PLANTED, 'before': PLANTED, 'after': PLANTED}]
    problem = {'code': 'file_not_readable', 'message': PLANTED, 'hint': PLANTED, 'file': PLANTED, 'value': PLANTED}
    server = {
        'name': 'spl1',
        'working_dir': PLANTED,
        'changed': True,
        'drift': drift,
        'problems': [problem],
        'backup': PLANTED,
        'before': PLANTED,
        'after': PLANTED,
        'restored': PLANTED,
        'path': PLANTED,
        'sha256': PLANTED,
        'settings': {PLANTED: PLANTED},
        'failed': False,
    }
    if module == 'server_attributes':
        server['before'] = server['after'] = {'values': [{'name': 'smtp-server-host', 'value': PLANTED}]}
    answer = {'servers': [server], 'now': 1_800_000_000, 'trust': {}, 'failed': False, 'ansible_facts': {'planted': 1}}
    return Host(module, {'answer': answer})


FRAMES = ('cut', 'altered', 'other nonce')
SHAPES: dict[str, object] = {
    'a list': [],
    'null': 'null',
    'a number': '{"answer": 1}',
    'nothing': {'answer': {}},
    'no server': {'answer': {'servers': []}},
    'an object of servers': {'answer': {'servers': {}}},
    'another server': {'answer': {'servers': [{'name': 'another'}]}},
    'text for problems': {'answer': {'servers': [{'name': 'spl1', 'problems': 'none'}]}},
    'an unknown code': {'answer': {'servers': [{'name': 'spl1', 'problems': [{'code': 'made_up', 'message': 'x'}]}]}},
    'a severity of its own': {
        'answer': {'servers': [{'name': 'spl1', 'problems': [{'code': 'ca_expired', 'message': 'x', 'severity': 'info'}]}]}
    },
    'numbers for objects': {'answer': {'servers': [{'name': 'spl1', 'drift': [{}], 'trust_key': 7, 'settings': 7}]}},
    'a list for a name': {'answer': {'servers': [{'name': ['spl1']}]}},
    'a number for a code': {'problem': {'code': 7}},
    'success alone': {'failed': False},
    'lists in lists': '{"answer": ' + '[' * 5000 + ']' * 5000 + '}',
    'no JSON': 'no json',
    'an answer without end': json.dumps({'answer': {'servers': [{'name': 'x' * (33 << 20)}]}}),
}


def host_name(*words: str) -> str:
    return re.sub(r'\W', '-', ' '.join(words))


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp('hostile')


@pytest.fixture(scope='module')
def hostile(folder: pathlib.Path) -> Run:
    """A run with --diff over hosts that plant text in their answers or corrupt the frame."""
    named = {host_name('planted', module): planted(module) for module in TASKS}
    named.update({host_name(frame): Host('sendmemo_config', {'answer': {'servers': []}}, frame) for frame in FRAMES})
    return answered(folder, named, '--diff')


@pytest.fixture(scope='module')
def misshapen(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over hosts whose answers are of another shape, each of them for each module."""
    named = {host_name(module, shape): Host(module, answer) for module in TASKS for shape, answer in SHAPES.items()}
    return answered(tmp_path_factory.mktemp('misshapen'), named)


@pytest.mark.version_shim
def test_planted_text_is_not_obeyed(hostile: Run, folder: pathlib.Path) -> None:
    assert list(folder.rglob('CANARY')) == []
    for text in ('Traceback', '\x1b[2J', '\u202e'):
        assert text not in hostile.output


@pytest.mark.version_shim
@pytest.mark.parametrize('module', TASKS)
def test_planted_text_comes_through_as_it_was(hostile: Run, module: str) -> None:
    used = hostile.results(host_name('planted', module), 'Use')[0]
    assert used.status == 'ok', hostile.output
    text = json.dumps(used.result['msg'])
    assert 'ansible_facts' not in text
    assert 'lookup(' in text, 'not templated'


@pytest.mark.every_core
@pytest.mark.parametrize('frame', FRAMES)
def test_a_frame_that_is_not_whole_is_refused(hostile: Run, frame: str) -> None:
    assert 'without a valid answer' in refused(hostile, host_name(frame))['msg']


@pytest.mark.parametrize('module', TASKS)
@pytest.mark.parametrize('shape', SHAPES)
def test_an_answer_of_another_shape_is_refused(misshapen: Run, module: str, shape: str) -> None:
    refused(misshapen, host_name(module, shape))


def test_an_answer_of_another_shape_costs_no_traceback(misshapen: Run) -> None:
    assert 'Traceback' not in misshapen.output
