# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer of a change, read into the message that it was written from."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import Drift, EnvironmentAnswer, ServerAnswer
from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import SendResult
from ansible_collections.printops.infoprint.plugins.module_utils.messages.trust import TrustReference
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.change_answer import (
    read_drift,
    read_environment,
    read_server,
)

DIRECTORY = '/var/pd/spl1'
CONFIG, CA = f'{DIRECTORY}/sendmemo-ssl.cfg', f'{DIRECTORY}/ca.pem'
PROBLEM = Problem('write_failed', 'It could not be written.', 'Free some space.', severity='error')
SERVER = ServerAnswer(
    name='spl1',
    working_dir=DIRECTORY,
    changed=True,
    unreported=True,
    drift=[Drift(CONFIG, 'changed', 'CAFile', 'a.pem', 'b.pem')],
    problems=[PROBLEM],
    trust_before={'CAFile': TrustReference('old', 'a.pem')},
    trust_after={'CAFile': TrustReference('new', 'b.pem')},
    backup=f'{DIRECTORY}/sendmemo-ssl.backups/1',
    restored=f'{DIRECTORY}/sendmemo-ssl.backups/2',
    before='CAFile = a.pem\n',
    after='CAFile = b.pem\n',
    test=SendResult('spl1', DIRECTORY, 'handshake', problems=[], ignored=[], forms=[], chain=[]),
    send=SendResult('spl1', DIRECTORY, 'sent', reached=True, problems=[], ignored=[], forms=[], chain=[]),
)
WRITTEN: dict[str, t.Any] = plain(SERVER)


def read(answer: dict[str, t.Any], test: str = 'handshake', verify: str = 'sent') -> ServerAnswer:
    return read_server(AnswerObject(answer), test, verify)


def test_an_answer_is_read_as_it_was_written() -> None:
    assert read(WRITTEN) == SERVER


@pytest.mark.parametrize('field', ServerAnswer._fields)
def test_each_field_is_read_by_the_name_that_it_is_written_by(field: str) -> None:
    assert getattr(read(WRITTEN), field)
    assert not getattr(read({name: value for name, value in WRITTEN.items() if name != field}), field)


def test_what_nobody_asked_to_be_sent_is_not_read() -> None:
    assert read(WRITTEN, test='', verify='')._replace(test=None, send=None) == SERVER._replace(test=None, send=None)
    assert read(WRITTEN, verify='').send is None


@pytest.mark.parametrize('part', ['test', 'send'])
def test_a_send_with_another_goal_is_refused(part: str) -> None:
    with pytest.raises(InvalidValue):
        read({**WRITTEN, part: {**WRITTEN[part], 'until': 'envelope'}})


def test_the_environment_is_read_as_it_was_written() -> None:
    written = EnvironmentAnswer(True, [Drift('/etc/environment', 'missing', 'IPM_ENABLE_SSL_V3', None, '1')], [PROBLEM])
    assert read_environment(AnswerObject(plain(written))) == written


@pytest.mark.parametrize(
    'item',
    [
        pytest.param({'kind': 'changed'}, id='no file'),
        pytest.param({'file': CA}, id='no kind'),
        pytest.param({'file': CA, 'kind': 'worse'}, id='unknown kind'),
        pytest.param({'file': 1, 'kind': 'text'}, id='file of another type'),
    ],
)
def test_drift_of_another_shape_is_malformed(item: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidValue):
        read_drift(AnswerObject({'drift': [item]}))


def test_drift_is_read_field_by_field() -> None:
    item = {'file': CONFIG, 'kind': 'changed', 'keyword': 'CAFile', 'before': 'a\x1b', 'after': 'b', 'more': 'dropped'}
    assert read_drift(AnswerObject({'drift': [item]})) == [Drift(CONFIG, 'changed', 'CAFile', 'a\\x1b', 'b')]
