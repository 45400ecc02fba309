# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a result says of each server: facts, drift, trust files, and whether a mail was accepted unprotected."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import (
    NO_FACTS,
    Expiry,
    Facts,
    Observation,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.result_reader import (
    failure,
    read_servers,
    subject_of,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.values import Record
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from support import fleet

WARNING = {'code': 'ca_expires_soon', 'severity': 'warning', 'message': 'it expires soon'}
ERROR = {'code': 'expired', 'severity': 'error', 'message': 'it expired'}


def read(module: str, result: dict[str, t.Any]) -> dict[str, Observation]:
    servers = read_servers(result, Observation(1, fleet.moment(), module))
    assert servers is not None
    return {name: observation for name, _subject, observation in servers}


def of_entry(module: str, entry: dict[str, t.Any]) -> Observation:
    return next(iter(read(module, {'servers': [entry]}).values()))


SUBJECTS = {
    'a send': ('send_memo', True, 'send'),
    'a send in check mode': ('send_memo', False, 'rehearsal'),
    'a send, nobody knows how': ('send_memo', None, 'send'),
    'a configuration': ('sendmemo_config', True, 'config'),
    'a configuration in check mode': ('sendmemo_config', False, 'config'),
    'a rollback': ('sendmemo_rollback', True, 'config'),
    'a rollback in check mode': ('sendmemo_rollback', False, 'prediction'),
    'a module to come': ('other', False, 'other'),
}


@pytest.mark.parametrize('name', SUBJECTS)
def test_subject_of_a_result(name: str) -> None:
    module, applied, expected = SUBJECTS[name]
    assert subject_of(module, applied) == expected


def test_a_send_has_every_fact() -> None:
    facts = of_entry('send_memo', fleet.sent('spl1', proven_as='printops', owner='ipm1')).facts
    assert facts == Facts(
        'starttls',
        'mail.example.com:587',
        'TLSv1.3',
        'TLS_AES_256_GCM_SHA384',
        Expiry('certificate', 'CN=mail.example.com', fleet.moment(61), issuer='CN=Example Mail CA,O=Example'),
        'sent',
        35,
        'printops',
        'ipm1',
        fleet.PROFILE,
    )
    assert all(fact != unknown for fact, unknown in zip(facts, NO_FACTS, strict=True))


FACTS: dict[str, tuple[str, dict[str, t.Any], str, object]] = {
    'an IPv6 address': ('send_memo', {'smtp_host': '2001:db8::1'}, 'mail_server', '[2001:db8::1]:587'),
    'no port': ('send_memo', {'smtp_port': None}, 'mail_server', 'mail.example.com'),
    'no profile': ('send_memo', {'policy': {'profile': None, 'assumed': ['crl_check']}}, 'profile', 'assumed'),
    'an older collection': ('send_memo', {'policy': None}, 'profile', ''),
    'a port that is none': ('send_memo', {'smtp_port': 99999}, 'mail_server', 'mail.example.com'),
    'an unknown mode': ('send_memo', {'tls': {'mode': 'quantum'}}, 'mode', ''),
    'no TLS, as declared': ('send_memo', {'tls': None, 'problems': [dict(WARNING, code='tls_off')]}, 'mode', 'plaintext'),
    'no TLS, nobody says why': ('send_memo', {'tls': None}, 'mode', ''),
    'a certificate without an end': ('send_memo', {'certificate': {'subject': 'CN=x'}}, 'certificate', None),
    'a validated configuration': ('sendmemo_validate', {'settings': {'EnableTLS': '2'}}, 'mode', 'smtps'),
    'a validated configuration in plaintext': ('sendmemo_validate', {'settings': {'EnableTLS': '0'}}, 'mode', 'plaintext'),
    'an invalid mode': ('sendmemo_validate', {'settings': {'EnableTLS': '7'}}, 'mode', ''),
}


@pytest.mark.parametrize('name', FACTS)
def test_fact(name: str) -> None:
    module, more, fact, expected = FACTS[name]
    assert getattr(of_entry(module, fleet.sent('spl1', **more)).facts, fact) == expected


def test_later_facts_are_over_earlier_ones_where_they_are_known() -> None:
    earlier = Facts(mode='starttls', mail_server='a:25', total_ms=7)
    assert Facts(mode='smtps', total_ms=0).over(earlier) == Facts(mode='smtps', mail_server='a:25', total_ms=7)


DRIFT: dict[str, tuple[str, dict[str, t.Any], list[dict[str, str]]]] = {
    'a configuration': (
        'sendmemo_config',
        {'drift': [{'file': '/a', 'keyword': 'EnableTLS', 'kind': 'changed', 'before': '0', 'after': '1', 'other': 'x'}]},
        [{'file': '/a', 'keyword': 'EnableTLS', 'kind': 'changed', 'before': '0', 'after': '1'}],
    ),
    'no kind': ('sendmemo_config', {'drift': [{'file': '/a'}]}, [{'file': '/a', 'kind': 'changed'}]),
    'no file': ('sendmemo_config', {'drift': [{'kind': 'extra'}]}, [{'file': '', 'kind': 'extra'}]),
    'an attribute': (
        'server_attributes',
        {'before': {'smtp-server': '', 'other': 'x'}, 'after': {'smtp-server': 'mail', 'other': 'x'}},
        [{'file': '', 'keyword': 'smtp-server', 'kind': 'changed', 'before': '', 'after': 'mail'}],
    ),
    'an attribute that was not set': (
        'server_attributes',
        {'before': {}, 'after': {'smtp-server': 'mail'}},
        [{'file': '', 'keyword': 'smtp-server', 'kind': 'changed', 'after': 'mail'}],
    ),
}


@pytest.mark.parametrize('name', DRIFT)
def test_drift(name: str) -> None:
    module, more, expected = DRIFT[name]
    assert of_entry(module, {'name': 'spl1', **more}).drift == expected


def test_trust_files_are_cas_and_crls() -> None:
    trust = of_entry('sendmemo_config', fleet.configured('spl1')).trust
    assert [(expiry.kind, expiry.file, expiry.not_after) for expiry in trust] == [
        ('ca', 'mail-ca.pem', fleet.moment(800)),
        ('crl', 'mail-ca.crl.pem', fleet.moment(21)),
    ]


FAILED: dict[str, tuple[list[dict[str, t.Any]], dict[str, str]]] = {
    'an error of one': ([fleet.sent('a', problems=[ERROR]), fleet.sent('b')], {'a': 'failing', 'b': 'ok'}),
    'a warning of one': ([fleet.sent('a', problems=[WARNING]), fleet.sent('b')], {'a': 'failing', 'b': 'ok'}),
    'nobody says why': ([fleet.sent('a'), fleet.sent('b')], {'a': 'failing', 'b': 'failing'}),
}


@pytest.mark.parametrize('name', FAILED)
def test_servers_that_made_a_task_fail(name: str) -> None:
    servers, expected = FAILED[name]
    observations = read('send_memo', {'failed': True, 'msg': 'no reason', 'servers': servers})
    assert {server: observation.verdict for server, observation in observations.items()} == expected


def test_a_problem_without_a_server_is_one_of_each() -> None:
    result = {'servers': [fleet.configured('a'), fleet.configured('b')], 'problems': [WARNING, dict(ERROR, server='c')]}
    assert [[problem['code'] for problem in one.problems] for one in read('sendmemo_config', result).values()] == [
        ['ca_expires_soon'],
        ['ca_expires_soon'],
    ]


REASONS: dict[str, tuple[dict[str, t.Any], str, str]] = {
    'an error': ({'msg': 'x', 'problems': [WARNING, ERROR]}, 'expired', 'it expired'),
    'a message': ({'msg': 'no Python'}, 'task_failed', 'A task: no Python'),
    'nothing': ({}, 'task_failed', 'A task: It does not say why.'),
    'problems that are none': ({'msg': 'no Python', 'problems': 7}, 'task_failed', 'A task: no Python'),
}


@pytest.mark.parametrize('name', REASONS)
def test_reason_of_a_failure(name: str) -> None:
    result, code, message = REASONS[name]
    problem = failure(Record(result, 'the result'), 'A task')
    assert (problem['code'], problem['message']) == (code, message)


UNREADABLE: dict[str, tuple[str, dict[str, t.Any], str]] = {
    'servers are text': ('send_memo', {'servers': 'all'}, 'servers of the result is text'),
    'a server is text': ('send_memo', {'servers': ['spl1']}, r'servers\[0\] is text'),
    'a send without a goal': ('send_memo', {'servers': [{'name': 'spl1'}]}, 'until is missing'),
    'TLS is text': ('send_memo', {'servers': [fleet.sent('spl1', tls='yes')]}, 'tls is text'),
    'drift is text': ('sendmemo_config', {'servers': [{'drift': 'much'}]}, r'drift of servers\[0\] is text'),
    'attributes are a list': ('server_attributes', {'servers': [{'after': [1]}]}, 'after is a list'),
}


@pytest.mark.parametrize('name', UNREADABLE)
def test_a_foreign_result_is_refused(name: str) -> None:
    module, result, message = UNREADABLE[name]
    with pytest.raises(InvalidValue, match=message):
        read(module, result)


def test_a_result_without_servers_says_nothing_of_any() -> None:
    assert read_servers({'msg': 'x'}, Observation(1, fleet.moment(), 'send_memo')) is None


def test_what_a_result_has_of_its_run_is_kept() -> None:
    base = Observation(7, fleet.moment(), 'send_memo', warn_days=3, applied=True)
    base = dataclasses.replace(base, module='other')
    (found,) = read_servers({'servers': [{'name': 'spl1'}]}, base) or []
    assert found[:2] == ('spl1', 'other')
    assert dataclasses.asdict(found[2]) == dataclasses.asdict(base)


CONVERGED = {'name': 'spl1', 'changed': True, 'drift': [], 'problems': []}
# By case: the entry of a task that converges and sends, the subject of what it sent, and both verdicts.
BOTH: dict[str, tuple[dict[str, t.Any], bool, str, tuple[str, str | None]]] = {
    'a mail': ({'send': fleet.sent('spl1')}, True, 'send', ('ok', 'ok')),
    'a rehearsal in check mode': ({'send': fleet.sent('spl1')}, False, 'rehearsal', ('ok', 'ok')),
    'a mail that failed': ({'send': {**fleet.sent('spl1'), 'ok': False}}, True, 'send', ('ok', 'failing')),
    'nothing': ({}, True, 'send', ('ok', None)),
    'a change that failed': ({'problems': [ERROR], 'send': fleet.sent('spl1')}, True, 'send', ('failing', 'ok')),
}


@pytest.mark.parametrize('case', BOTH)
def test_what_a_task_that_converges_sends_is_an_observation_of_its_own(case: str) -> None:
    entry, applied, subject, (change, send) = BOTH[case]
    base = Observation(1, fleet.moment(), 'sendmemo_config', applied=applied)
    found = {subject: item for _name, subject, item in read_servers({'servers': [{**CONVERGED, **entry}]}, base) or []}
    assert found['config'].verdict == change
    assert (found[subject].verdict if subject in found else None) == send
    assert found['config'].message_id == ''


@pytest.mark.parametrize('send', ['ok', [], {}], ids=['a text', 'a list', 'nothing'])
def test_a_send_that_says_nothing_is_refused(send: object) -> None:
    with pytest.raises(InvalidValue):
        read('sendmemo_config', {'servers': [{**CONVERGED, 'send': send}]})
