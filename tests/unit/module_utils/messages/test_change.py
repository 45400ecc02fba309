# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A request that travels as JSON is read as the same request."""

import json

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import (
    ChangeAnswer,
    ChangeOptions,
    Drift,
    EnvironmentAnswer,
    ServerAnswer,
    StagedTest,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.configure import ConfigureEntry, ConfigureRequest
from ansible_collections.printops.infoprint.plugins.module_utils.messages.rollback import RollbackEntry, RollbackRequest
from ansible_collections.printops.infoprint.plugins.module_utils.messages.trust import TrustReference
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem

FEW = ChangeOptions('/var/pd', '/b', refused=[])
ALL = ChangeOptions('/var/pd', '/b', True, True, 5, StagedTest('handshake', 9.0, 'TLSv1.2', 'leaf'), ['a'], ['spl1'])
REQUESTS = {
    'configure, few fields': ConfigureRequest(FEW, [ConfigureEntry(0o644, 'spl1')], {}),
    'configure, found servers': ConfigureRequest(
        ALL, [], {'k': 'A = 1'}, ConfigureEntry(0o640, config='k', trust={'x': 'k'}), True
    ),
    'configure, false': ConfigureRequest(ALL, [], {}, ConfigureEntry(0o640, absent=True), False),
    'rollback, few fields': RollbackRequest(FEW, [], RollbackEntry()),
    'rollback, all fields': RollbackRequest(
        ALL, [RollbackEntry('spl1', '/d', 'o', 'g', 0o600, 'h', 25, 's', ['r'], True)], RollbackEntry(manage_attributes=True)
    ),
}


@pytest.mark.parametrize('name', sorted(REQUESTS))
def test_a_request_survives_its_travel(name):
    request = REQUESTS[name]
    assert type(request).of(json.loads(json.dumps(plain(request)))) == request


def server(problems=()):
    return ServerAnswer('spl1', '/d', True, False, [Drift('/f', 'text')], problems, {}, {'CAFile': TrustReference('k', '/c')})


def test_an_answer_has_no_fields_that_are_not_known():
    answer = plain(
        ChangeAnswer([server([Problem('write_failed', 'full')])], False, [], environment=EnvironmentAnswer(False, [], []))
    )
    assert answer == {
        'servers': [
            {
                'name': 'spl1',
                'working_dir': '/d',
                'changed': True,
                'unreported': False,
                'drift': [{'file': '/f', 'kind': 'text'}],
                'problems': [{'code': 'write_failed', 'message': 'full', 'severity': 'error'}],
                'trust_before': {},
                'trust_after': {'CAFile': {'key': 'k', 'file': '/c'}},
            }
        ],
        'needs_review': False,
        'trust_files': [],
        'environment': {'changed': False, 'drift': [], 'problems': []},
    }


@pytest.mark.parametrize(
    'problems, failed',
    [
        pytest.param([], False, id='no problem'),
        pytest.param([Problem('port_mismatch', 'a warning')], False, id='a warning'),
        pytest.param([Problem('write_failed', 'an error')], True, id='an error'),
    ],
)
def test_a_server_fails_by_an_error(problems, failed):
    assert server(problems).failed == failed
