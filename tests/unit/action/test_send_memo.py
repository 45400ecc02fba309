# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What send_memo asks of a target, and what it makes of the answer."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.action.send_memo import ActionModule
from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import (
    FinalReply,
    SendAnswer,
    SendRequest,
    SendResult,
    TlsSession,
)
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from support.fake_target import Run, run_action

OPTIONS: dict[str, t.Any] = {
    'smtp_host': 'mail.example.com',
    'smtp_port': 587,
    'recipients': ['a@example.com'],
    'subject': 'Test',
}
SERVERS = [{'name': 'spl1'}, {'name': 'spl2', 'smtp_port': 465, 'subject': 'Other'}]


def sent(name: str, until: str = 'sent') -> SendResult:
    return SendResult(
        name=name,
        working_dir=f'/var/pd/{name}',
        until=until,
        host='mail.example.com',
        port=587,
        reached=True,
        mode='starttls',
        tls=TlsSession('starttls', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', 256),
        reply=FinalReply(250, '2.0.0 Ok: queued as 4A3B', '4A3B'),
    )


def run(
    monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], results: t.Sequence[SendResult] = (), *, check: bool = False
) -> Run:
    answer = SendAnswer(results, {}, 1_800_000_000)
    return run_action(monkeypatch, ActionModule, {**OPTIONS, **args}, answer._asdict(), check=check)


def test_a_server_is_sent_what_it_has_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    (asked,) = run(monkeypatch, {'servers': SERVERS, 'retries': 2}, [sent('spl1'), sent('spl2')]).requests
    request = SendRequest.of(asked)
    assert [entry.mail.over(request.mail).smtp_port for entry in request.servers] == [587, 465]
    assert asked['servers'][0] == {'name': 'spl1', 'mail': {}}, 'a body that all have travels once'
    assert asked['servers'][1]['mail'] == {'smtp_port': 465, 'subject': 'Other'}
    assert (request.options.until, request.options.retries, request.declared) == ('sent', 2, None)


def test_what_is_declared_travels_where_it_is_to_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    args = {'servers': [{'name': 'spl1', 'hostname': 'h.example.com'}], 'enable_tls': 'starttls', 'check_declared': True}
    (asked,) = run(monkeypatch, args, [sent('spl1')]).requests
    declared = SendRequest.of(asked).servers[0].declared
    assert declared is not None
    assert (declared['EnableTLS'], declared['Hostname']) == ('1', 'h.example.com')


@pytest.mark.parametrize(
    ('until', 'check', 'asked'),
    [('sent', False, 'sent'), ('sent', True, 'envelope'), ('handshake', True, 'handshake')],
    ids=['a run', 'check mode', 'check mode of less'],
)
def test_check_mode_sends_no_mail(monkeypatch: pytest.MonkeyPatch, until: str, asked: str, *, check: bool) -> None:
    ran = run(monkeypatch, {'servers': SERVERS[:1], 'until': until}, [sent('spl1', asked)], check=check)
    assert ran.requests[0]['options']['until'] == asked
    assert ran.result['servers'][0]['until'] == asked


def test_each_server_has_its_line_and_its_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = sent('spl2')._replace(reached=False, reply=None, problems=[Problem('sender_refused', 'No.', stage='envelope')])
    result = run(monkeypatch, {'servers': SERVERS, 'accept_unprotected': True}, [sent('spl1'), refused]).result
    assert [(entry['name'], entry['ok'], entry['accept_unprotected']) for entry in result['servers']] == [
        ('spl1', True, True),
        ('spl2', False, True),
    ]
    first, second = result['msg'].split('\n')
    assert first == 'spl1 -> mail.example.com:587 STARTTLS TLSv1.3 TLS_AES_256_GCM_SHA384, queued as 4A3B'
    assert second.startswith('spl2 -> mail.example.com:587 STARTTLS FAILED (envelope): No. [sender_refused] ')
    assert result['failed'] is True


def test_found_servers_get_the_options_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, {}, [sent('spl7')])
    assert ran.requests[0]['servers'] == []
    assert [entry['name'] for entry in ran.result['servers']] == ['spl7']
    assert 'accept_unprotected' not in ran.result['servers'][0]


@pytest.mark.parametrize(
    ('args', 'words'),
    [
        ({'recipients': []}, 'recipients is missing'),
        ({'servers': [{'name': 'spl1', 'recipients': []}]}, 'recipients of server spl1 is missing'),
        ({'sender': 'two words'}, 'sender'),
    ],
    ids=['no recipients', 'none of one server', 'a sender that is none'],
)
def test_what_no_mail_server_could_take_is_refused(monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], words: str) -> None:
    ran = run(monkeypatch, args)
    assert ran.requests == []
    assert ran.codes == ['invalid_value']
    assert words in ran.result['msg']


def test_absent_servers_are_not_sent_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, {'servers': [{'name': 'spl1', 'state': 'absent'}]})
    assert ran.requests == []
    assert 'failed' not in ran.result
    assert ran.result['msg'] == 'All servers are to be absent: there is nothing to verify.'


@pytest.mark.parametrize(
    'results', [[], [sent('spl9')], [sent('spl1'), sent('spl2')]], ids=['none', 'another one', 'one too many']
)
def test_an_answer_for_other_servers_is_malformed(monkeypatch: pytest.MonkeyPatch, results: list[SendResult]) -> None:
    ran = run(monkeypatch, {'servers': SERVERS[:1]}, results)
    assert ran.codes == ['program_failed']
    assert ran.result['servers'] == []
