# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target may answer anything: nothing of it is believed without a look, obeyed by a terminal, or templated."""

from __future__ import annotations

import json
import pathlib
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


@pytest.fixture
def answered(ansible: Ansible, tmp_path: pathlib.Path) -> t.Callable[..., Run]:
    """Run a module against a host that gives `answer`; then a task that uses what was registered."""

    def run(module: str, answer: object, *arguments: str, frame: str = '') -> Run:
        path = tmp_path / 'answer.json'
        path.write_text(answer if isinstance(answer, str) else json.dumps(answer))
        tasks = [
            {
                'name': 'Ask',
                f'printops.infoprint.{module}': TASKS[module],
                'register': 'asked',
                'ignore_errors': True,
                'environment': {'HOSTILE_ANSWER': str(path), 'HOSTILE_FRAME': frame},
            },
            {'name': 'Use', 'ansible.builtin.debug': {'msg': '{{ asked }}'}},
        ]
        host = local_host(ansible_python_interpreter=f'{sys.executable} {HOSTILE}')
        return ansible.playbook([{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}], hosts(print1=host), *arguments)

    return run


def refused(run: Run) -> dict[str, t.Any]:
    """Return the result of a task that did not believe its target."""
    result = run.results('print1', 'Ask')[0]
    assert result.status == 'failed', run.output
    assert 'Traceback' not in run.output
    assert result.result['problems'][0]['code'] == 'program_failed'
    assert 'print1' in result.result['msg']
    return result.result


@pytest.mark.version_shim
@pytest.mark.parametrize('module', TASKS)
def test_planted_text_is_neither_templated_nor_obeyed(answered: t.Any, module: str, ansible: Ansible) -> None:
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
    run = answered(module, {'answer': answer}, '--diff')
    assert not (ansible.directory / 'CANARY').exists()
    assert '\x1b[2J' not in run.output
    assert '\u202e' not in run.output
    used = run.results('print1', 'Use')[0]
    assert used.status == 'ok', run.output
    text = json.dumps(used.result['msg'])
    assert 'ansible_facts' not in text
    assert 'lookup(' in text, 'it came through as it was'


@pytest.mark.every_core
@pytest.mark.parametrize('frame', ['cut', 'altered', 'other nonce'])
def test_a_frame_that_is_not_whole_is_refused(answered: t.Any, frame: str) -> None:
    assert 'not ours' in refused(answered('sendmemo_config', {'answer': {'servers': []}}, frame=frame))['msg']


@pytest.mark.parametrize('module', TASKS)
@pytest.mark.parametrize(
    'answer',
    [
        [],
        'null',
        '{"answer": 1}',
        {'answer': {}},
        {'answer': {'servers': []}},
        {'answer': {'servers': {}}},
        {'answer': {'servers': [{'name': 'another'}]}},
        {'answer': {'servers': [{'name': 'spl1', 'problems': 'none'}]}},
        {'answer': {'servers': [{'name': 'spl1', 'problems': [{'code': 'made_up', 'message': 'x'}]}]}},
        {'answer': {'servers': [{'name': 'spl1', 'problems': [{'code': 'ca_expired', 'message': 'x', 'severity': 'info'}]}]}},
        {'answer': {'servers': [{'name': 'spl1', 'drift': [{}], 'trust_key': 7, 'settings': 7}]}},
        {'answer': {'servers': [{'name': ['spl1']}]}},
        {'problem': {'code': 7}},
        {'failed': False},
        '{"answer": ' + '[' * 5000 + ']' * 5000 + '}',
        'no json',
    ],
)
def test_an_answer_of_another_shape_is_refused(answered: t.Any, module: str, answer: object) -> None:
    refused(answered(module, answer))


def test_an_answer_without_end_is_refused(answered: t.Any) -> None:
    refused(answered('sendmemo_config', json.dumps({'answer': {'servers': [{'name': 'x' * (33 << 20)}]}})))
