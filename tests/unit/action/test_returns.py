# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fullest result of each module has all that its RETURN documents; that it has nothing else, `run_action` looks at."""

from __future__ import annotations

import base64
import typing as t

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.printops.infoprint.plugins.action import (
    send_memo,
    sendmemo_config,
    sendmemo_rollback,
    sendmemo_validate,
    server_attributes,
)
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import defaults
from ansible_collections.printops.infoprint.plugins.module_utils.messages.attributes import (
    AttributesAnswer,
    AttributesResult,
    AttributeValue,
    ReadAttributes,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import CHANGED, ChangeAnswer, Drift, ServerAnswer
from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import (
    Ehlo,
    FinalReply,
    SendAnswer,
    SendResult,
    TlsSession,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.trust import TrustReference
from ansible_collections.printops.infoprint.plugins.module_utils.messages.validate import ValidateAnswer, ValidateResult
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_file import HostBlocks
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import TIMINGS
from ansible_collections.printops.infoprint.plugins.plugin_utils.action_base import InfoprintAction
from support.documented import deviations, documented, paths, paths_in
from support.fake_target import Run, run_action
from support.pki import Authority

CA = Authority('Example Mail CA')
CRL = CA.crl()
LEAF = CA.issue('mail.example.com').certificate.public_bytes(Encoding.DER)
DIRECTORY = '/var/pd/spl1'
CONFIG = f'{DIRECTORY}/sendmemo-ssl.cfg'
WARNING = Problem('port_mismatch', 'EnableTLS is 1, but the port is 465.')
PORT = 'smtp-server-port'

SENT = SendResult(
    name='spl1',
    working_dir=DIRECTORY,
    until='sent',
    host='mail.example.com',
    port=587,
    reached=True,
    problems=[WARNING],
    ignored=[Problem('hostname_mismatch', 'It is for another name.', stage='certificate')],
    mode='starttls',
    attempts=1,
    tls=TlsSession('starttls', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', 256),
    chain=[base64.b64encode(LEAF).decode()],
    trusted='the CA file',
    ehlo=Ehlo('print1.example.com', ['PIPELINING']),
    reply=FinalReply(250, '2.0.0 Ok: queued as 4A3B', '4A3B'),
    message_id='<1@print1.example.com>',
    address='192.0.2.17',
    dot_ms=1_800_000_000_000,
    timings_ms=dict.fromkeys(TIMINGS, 1),
    owner='ipm1',
    proven_as='ipm1',
)
DRIFT = [Drift(CONFIG, CHANGED, 'EnableTLS', '0', '1')]
CHANGE = ServerAnswer('spl1', DIRECTORY, True, False, DRIFT, [WARNING], {}, {}, backup='/b/1')
BLOCKS = HostBlocks()
VALID = ValidateResult(
    'spl1',
    CONFIG,
    [WARNING],
    {
        'CAFile': TrustReference(BLOCKS.add(CA.pem), f'{DIRECTORY}/ca.pem'),
        'CrlFile': TrustReference(BLOCKS.add(CRL), f'{DIRECTORY}/crl.pem'),
    },
    '0' * 64,
    {**defaults(), 'EnableTLS': '1'},
    1,
    465,
)
VALUES = ReadAttributes([AttributeValue(PORT, '465')])
SERVER = {'servers': [{'name': 'spl1'}]}
RECIPIENTS = ['a@example.com']


class Case(t.NamedTuple):
    """A module, its options, and what the target answers."""

    module: type[InfoprintAction]
    args: dict[str, t.Any]
    answer: t.Any


FULLEST = {
    case.module.MODULE: case
    for case in (
        Case(
            send_memo.ActionModule,
            {'recipients': RECIPIENTS, 'accept_unprotected': True},
            SendAnswer([SENT], {}, 1_800_000_000_250),
        ),
        Case(
            sendmemo_config.ActionModule,
            {
                'enable_tls': '1',
                'ca_content': CA.pem.decode(),
                'crl_content': CRL.decode(),
                'verify': 'sent',
                'recipients': RECIPIENTS,
                **SERVER,
            },
            ChangeAnswer([CHANGE._replace(send=SENT)], False, []),
        ),
        Case(sendmemo_rollback.ActionModule, SERVER, ChangeAnswer([CHANGE._replace(restored='/b/0')], False, [])),
        Case(sendmemo_validate.ActionModule, SERVER, ValidateAnswer([VALID], BLOCKS.answer())),
        Case(
            server_attributes.ActionModule,
            {'servers': [{'name': 'spl1', 'attributes': {PORT: '465'}}]},
            AttributesAnswer([AttributesResult('spl1', False, [WARNING], VALUES, VALUES)]),
        ),
    )
}
# What only another result of the module has.
OF_CRLS = {'crl_overdue', 'only_crls', *(f'servers.trust.{name}' for name in ('source', 'fetched', 'fetch_age'))}
OF_REFUSALS = {'refused'}
ELSEWHERE = {'sendmemo_config': {'servers.state', *OF_CRLS}}


def run(monkeypatch: pytest.MonkeyPatch, case: Case) -> Run:
    return run_action(monkeypatch, case.module, case.args, case.answer._asdict())


@pytest.mark.parametrize('module', FULLEST)
def test_the_fullest_result_has_all_that_is_documented(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    result = run(monkeypatch, FULLEST[module]).result
    known = documented(module)
    assert set(paths(known)) - set(paths_in(known, result)) == OF_REFUSALS | ELSEWHERE.get(module, set())


@pytest.mark.parametrize('module', FULLEST)
def test_a_host_that_answers_nothing_has_a_documented_result(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    case = FULLEST[module]
    assert run_action(monkeypatch, case.module, case.args, Problem('no_python', 'There is none.')).codes == ['no_python']


def test_an_absent_server_has_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    args = {'servers': [{'name': 'spl1', 'state': 'absent'}]}
    (entry,) = run(monkeypatch, FULLEST['sendmemo_config']._replace(args=args)).result['servers']
    assert (entry['state'], 'trust' in entry) == ('absent', False)


@pytest.mark.parametrize(
    ('spoilt', 'words'),
    [
        ({'more': 1}, 'more is not documented'),
        ({'msg': None}, 'msg is always returned, but not here'),
        (
            {'servers': [{'name': 'spl1', 'changed': True, 'before': None, 'after': None, 'problems': [], 'x': 1}]},
            'servers.x is not',
        ),
        ({'servers': [{'name': 'spl1'}]}, 'servers.changed is always returned'),
        ({'problems': [{'code': 'x', 'advice': 'y'}]}, 'problems: advice is not documented'),
    ],
    ids=['a value', 'no message', 'a value of a server', 'a value that a server lacks', 'a problem'],
)
def test_a_result_that_is_not_as_documented_is_noticed(spoilt: dict[str, t.Any], words: str) -> None:
    result = {'changed': False, 'servers': [], 'problems': [], 'msg': '', **spoilt}
    found = deviations('server_attributes', {name: value for name, value in result.items() if value is not None})
    assert [words in line for line in found][:1] == [True]
    assert deviations('server_attributes', {'changed': False, 'servers': [], 'problems': [], 'msg': ''}) == []
