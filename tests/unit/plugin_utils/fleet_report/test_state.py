# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of a server from the results of a run: nothing but a proof that nothing later speaks against is proven."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.events import Collector, Event
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Server
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import Logs, Run, merge_newer
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.state import build_report
from support import fleet

HOST = 'print1'
ERROR = {'code': 'expired', 'severity': 'error', 'message': 'it expired'}
WARNING = {'code': 'ca_expires_soon', 'severity': 'warning', 'message': 'it ends soon'}
OFF = {code: {'code': code, 'severity': 'warning', 'message': code} for code in ('tls_off', 'verification_off', 'name_check_off')}
NOT_AS_DECLARED = {'code': 'not_as_declared', 'severity': 'error', 'message': 'EnableTLS is 0, declared is 1'}


def event(
    module: str, *servers: t.Any, status: str = 'ok', check: bool | None = False, may_go_on: bool = False, **result: t.Any
) -> Event:
    if servers:
        result['servers'] = list(servers)
    return Event(HOST, 'A task', module, status, result, fleet.moment(), check_mode=check, may_go_on=may_go_on)


def servers_after(*events: Event, failures: int = 0) -> dict[str, Server]:
    collector = Collector(Run())
    collector.expect([HOST])
    for one in events:
        collector.take(one)
    hosts = build_report('', collector.logs({HOST: failures}), [], fleet.moment()).hosts
    assert [host.name for host in hosts] == [HOST]
    return {server.name: server for server in hosts[0].servers}


def send(*servers: t.Any, **more: t.Any) -> Event:
    return event('send_memo', *servers, **more)


def config(*servers: t.Any, module: str = 'sendmemo_config', **more: t.Any) -> Event:
    return event(module, *servers, **more)


def confirm(*proofs: t.Any, **more: t.Any) -> Event:
    """A mailbox was asked, by a task that runs once, on another host."""
    given = {'proofs': list(proofs), **more} if proofs else more
    return event('confirm_delivery', **given)._replace(host='print9', delegated='localhost')


PROVEN = send(fleet.sent('spl1'))
AGAIN = send(fleet.sent('spl1', message_id='<another@print1>'))
DELIVERED = confirm(fleet.delivered(HOST, 'spl1'))
LOST = confirm(fleet.lost(HOST, 'spl1'), status='failed')
IN_PLAINTEXT = confirm(
    fleet.delivered(HOST, 'spl1', problems=[{'code': 'relay_saw_plaintext', 'severity': 'error', 'message': 'by ESMTP'}]),
    status='failed',
)
NO_MAILBOX = {'code': 'mailbox_unavailable', 'severity': 'error', 'message': 'no answer'}
UNCONFIRMED = confirm(fleet.delivered(HOST, 'spl1', delivered=None, received=None, delay_ms=None, problems=[NO_MAILBOX]))
CHANGED = config(fleet.configured('spl1', drift=True, changed=True))
DRIFTED = config(fleet.configured('spl1', drift=True, changed=True), check=True)
AS_DECLARED = config(fleet.configured('spl1'))
VALIDATED = event('sendmemo_validate', {'name': 'spl1', 'problems': []})
STATES: dict[str, tuple[tuple[Event, ...], str]] = {
    'a delivered mail': ((PROVEN, DELIVERED), 'delivered'),
    'a delivered mail with a warning': (
        (PROVEN, confirm(fleet.delivered(HOST, 'spl1', problems=[WARNING]))),
        'delivered',
    ),
    'a lost mail': ((PROVEN, LOST), 'failing'),
    'a mail that the relay got in plaintext': ((PROVEN, IN_PLAINTEXT), 'failing'),
    'a proof after a delivered mail': ((PROVEN, DELIVERED, AGAIN), 'proven'),
    'a proof after a lost mail': ((PROVEN, LOST, AGAIN), 'failing'),
    'a delivered mail after a lost one': (
        (PROVEN, LOST, AGAIN, confirm(fleet.delivered(HOST, 'spl1', message_id='<another@print1>'))),
        'delivered',
    ),
    'a delivered mail of an earlier proof': ((AGAIN, DELIVERED), 'proven'),
    'a change after a delivered mail': ((PROVEN, DELIVERED, CHANGED), 'changed_unproven'),
    'a failed send after a delivered mail': ((PROVEN, DELIVERED, send(fleet.sent('spl1', ok=False))), 'failing'),
    'a mail in plaintext that was delivered': ((send(fleet.in_plaintext('spl1')), DELIVERED), 'unprotected'),
    'a mailbox without an answer': ((PROVEN, UNCONFIRMED), 'proven'),
    'a mailbox without an answer after a delivered mail': ((PROVEN, DELIVERED, UNCONFIRMED), 'delivered'),
    'a mailbox without an answer after a lost mail': ((PROVEN, LOST, AGAIN, UNCONFIRMED), 'failing'),
    'a delivered mail without a proof': ((DELIVERED,), 'not_checked'),
    'a loop over two mailboxes, one of which lacks the mail': (
        (PROVEN, confirm(results=[{'proofs': []}, {'proofs': [fleet.lost(HOST, 'spl1')], 'failed': True}], status='failed')),
        'failing',
    ),
    'a confirmation that can not be read': ((PROVEN, confirm({'host': HOST, 'server': 'spl1', 'delivered': 'yes'})), 'failing'),
    'a confirmation that no_log hides': ((PROVEN, confirm(censored='hidden')), 'hidden'),
    'nothing': ((), 'not_checked'),
    'a proof': ((PROVEN,), 'proven'),
    'a proof with a warning': ((send(fleet.sent('spl1', problems=[WARNING])),), 'proven'),
    'as far as the handshake': ((send(fleet.sent('spl1', until='handshake')),), 'tested'),
    'as far as the envelope': ((send(fleet.sent('spl1', until='envelope')),), 'tested'),
    'a failed send': ((send(fleet.sent('spl1', ok=False), status='failed'),), 'failing'),
    'a failed send that is no failure of the task': ((send(fleet.sent('spl1', ok=False)),), 'failing'),
    'not ok, without a reason': ((send(fleet.sent('spl1', ok=False, problems=[])),), 'failing'),
    'ok, with an error': ((send(fleet.sent('spl1', problems=[ERROR])),), 'failing'),
    'ok is a word': ((send(dict(fleet.sent('spl1'), ok='yes')),), 'failing'),
    'ok is missing': ((send({key: value for key, value in fleet.sent('spl1').items() if key != 'ok'}),), 'failing'),
    'a severity that we do not have': ((send(fleet.sent('spl1', problems=[dict(ERROR, severity='fatal')])),), 'failing'),
    'a warning that fails the task': ((send(fleet.sent('spl1', problems=[WARNING]), status='failed'),), 'failing'),
    'a task that fails without a reason': ((send(fleet.sent('spl1'), status='failed', msg='unknown'),), 'failing'),
    'a proof, then a failed send': ((PROVEN, send(fleet.sent('spl1', ok=False), status='failed')), 'failing'),
    'a failed send, then a proof': ((send(fleet.sent('spl1', ok=False), status='failed'), PROVEN), 'proven'),
    'a proof, then only a handshake': ((PROVEN, send(fleet.sent('spl1', until='handshake'))), 'tested'),
    'a proof, then a hidden send': ((PROVEN, send(censored='hidden')), 'hidden'),
    'a proof, then a hidden send that failed': ((PROVEN, send(censored='hidden', status='failed')), 'failing'),
    'a proof, then a hidden change': ((PROVEN, config(censored='hidden')), 'hidden'),
    'a hidden change, then a proof': ((config(censored='hidden'), PROVEN), 'proven'),
    'a proof, then unreachable': ((PROVEN, send(status='unreachable', msg='gone')), 'unreachable'),
    'a proof, then unreachable in another task': ((PROVEN, event('', status='unreachable', msg='gone')), 'unreachable'),
    'unreachable in another task, then a proof': ((event('', status='unreachable', msg='gone'), PROVEN), 'proven'),
    'unreachable, then only a validation': ((PROVEN, send(status='unreachable'), VALIDATED), 'configured'),
    'a proof, then a send without results': ((PROVEN, send(status='failed', msg='no Python')), 'failing'),
    'a proof, then a send without results, then a validation': (
        (PROVEN, send(status='failed', msg='no Python'), VALIDATED),
        'failing',
    ),
    'a proof, then a change': ((PROVEN, CHANGED), 'changed_unproven'),
    'a proof, a change, then a run that changes nothing': ((PROVEN, CHANGED, AS_DECLARED), 'changed_unproven'),
    'a change without a proof': ((CHANGED,), 'changed_unproven'),
    'a change, then a handshake': ((CHANGED, send(fleet.sent('spl1', until='handshake'))), 'tested'),
    'a proof, then a rollback': (
        (PROVEN, config(fleet.configured('spl1', drift=True, changed=True), module='sendmemo_rollback')),
        'changed_unproven',
    ),
    'a proof, then the prediction of a rollback': (
        (PROVEN, config(fleet.configured('spl1', drift=True, changed=True), module='sendmemo_rollback', check=True)),
        'proven',
    ),
    'drift, then the prediction of a rollback': (
        (
            config(fleet.configured('spl1', drift=True, changed=True), check=True),
            config(fleet.configured('spl1', drift=True, changed=True), module='sendmemo_rollback', check=True),
        ),
        'drifted',
    ),
    'a rollback, then a proof': (
        (config(fleet.configured('spl1', drift=True, changed=True), module='sendmemo_rollback'), PROVEN),
        'proven',
    ),
    'a rollback that was refused': (
        (PROVEN, config(fleet.configured('spl1', problems=[ERROR]), module='sendmemo_rollback', status='failed')),
        'failing',
    ),
    'a set that is refused before anything starts, in a task that may not fail': (
        (PROVEN, config(servers=[], problems=[ERROR])),
        'failing',
    ),
    'only absent servers': ((config(fleet.configured('spl1', state='absent')),), 'configured'),
    'a proof, then changed attributes': (
        (
            PROVEN,
            event(
                'server_attributes',
                {
                    'name': 'spl1',
                    'changed': True,
                    'before': {'smtp-server-port': '25'},
                    'after': {'smtp-server-port': '587'},
                },
            ),
        ),
        'changed_unproven',
    ),
    'a proof, then a change by a module to come': (
        (PROVEN, event('other', {'name': 'spl1', 'changed': True})),
        'changed_unproven',
    ),
    'a proof in plaintext': ((send(fleet.in_plaintext('spl1')),), 'unprotected'),
    'a proof without TLS, and without a warning': ((send(fleet.in_plaintext('spl1', problems=[])),), 'unprotected'),
    **{f'a proof with {code}': ((send(fleet.sent('spl1', problems=[one])),), 'unprotected') for code, one in OFF.items()},
    'a proof that hides problems': ((send(fleet.sent('spl1', ignored=[ERROR])),), 'unprotected'),
    'in plaintext, and not as declared': (
        (send(dict(fleet.in_plaintext('spl1'), ok=False, problems=[OFF['tls_off'], NOT_AS_DECLARED]), status='failed'),),
        'unprotected',
    ),
    'in plaintext, and failed': (
        (send(dict(fleet.in_plaintext('spl1'), ok=False, problems=[OFF['tls_off'], NOT_AS_DECLARED, ERROR]), status='failed'),),
        'failing',
    ),
    'in plaintext, not as declared, and not accepted': (
        (send(dict(fleet.in_plaintext('spl1', reply=None), ok=False, problems=[OFF['tls_off'], NOT_AS_DECLARED])),),
        'failing',
    ),
    'encrypted, and not as declared': ((send(fleet.sent('spl1', ok=False, problems=[NOT_AS_DECLARED])),), 'failing'),
    'in plaintext as far as the envelope': ((send(fleet.in_plaintext('spl1', until='envelope')),), 'tested'),
    'in plaintext, then drift': ((send(fleet.in_plaintext('spl1')), DRIFTED), 'unprotected'),
    'in plaintext, then corrected': ((send(fleet.in_plaintext('spl1')), CHANGED), 'changed_unproven'),
    'in plaintext, then corrected and proven': ((send(fleet.in_plaintext('spl1')), CHANGED, PROVEN), 'proven'),
    'a proof, then check mode': ((PROVEN, send(fleet.sent('spl1', until='envelope'), check=True)), 'proven'),
    'a proof, then check mode fails': ((PROVEN, send(fleet.sent('spl1', ok=False), check=True)), 'failing'),
    'check mode fails, then a proof': ((send(fleet.sent('spl1', ok=False), check=True), PROVEN), 'proven'),
    'a failed send, then check mode': (
        (send(fleet.sent('spl1', ok=False)), send(fleet.sent('spl1', until='envelope'), check=True)),
        'failing',
    ),
    'check mode alone': ((send(fleet.sent('spl1', until='envelope'), check=True),), 'tested'),
    'a validation with an error, then corrected and proven': (
        (event('sendmemo_validate', {'name': 'spl1', 'problems': [ERROR]}), CHANGED, PROVEN),
        'proven',
    ),
    'a validation with an error, then a prediction that it would be corrected': (
        (event('sendmemo_validate', {'name': 'spl1', 'problems': [ERROR]}), DRIFTED),
        'failing',
    ),
    'a proof, then drift': ((PROVEN, config(fleet.configured('spl1', drift=True, changed=True), check=True)), 'drifted'),
    'drift, and a proof of the active set': (
        (config(fleet.configured('spl1', drift=True, changed=True), check=True), PROVEN),
        'drifted',
    ),
    'drift that was corrected, then a proof': ((config(fleet.configured('spl1', drift=True, changed=True)), PROVEN), 'proven'),
    'drift that was not corrected': ((config(fleet.configured('spl1', drift=True)), PROVEN), 'drifted'),
    'drift, and nobody knows whether it was check mode': (
        (config(fleet.configured('spl1', drift=True, changed=True), check=None), PROVEN),
        'drifted',
    ),
    'as declared': ((config(fleet.configured('spl1')),), 'configured'),
    'a refused configuration': ((config(fleet.configured('spl1', problems=[ERROR]), status='failed'),), 'failing'),
    'a validation with an error': ((event('sendmemo_validate', {'name': 'spl1', 'problems': [ERROR]}), PROVEN), 'failing'),
    'skipped': ((send(status='skipped'),), 'not_checked'),
    'a proof, then skipped': ((PROVEN, send(status='skipped')), 'proven'),
    'no until': ((PROVEN, send(dict(fleet.sent('spl1'), until=None))), 'failing'),
    'servers are no list': ((PROVEN, send(servers='all', status='ok')), 'failing'),
    'an entry is no object': ((PROVEN, send('spl1')), 'failing'),
    'problems are no list': ((send(dict(fleet.sent('spl1'), problems='none')),), 'failing'),
    'a loop, the last item fails': (
        (
            send(
                results=[
                    {'servers': [fleet.sent('spl1')]},
                    {'failed': True, 'servers': [fleet.sent('spl1', ok=False)]},
                ],
                status='failed',
            ),
        ),
        'failing',
    ),
    'a loop with a hidden item': ((send(results=[{'servers': [fleet.sent('spl1')]}, {'censored': 'hidden'}]),), 'hidden'),
    'a loop with an unreachable item': (
        (send(results=[{'servers': [fleet.sent('spl1')]}, {'unreachable': True, 'msg': 'gone'}]),),
        'unreachable',
    ),
}


@pytest.mark.parametrize('name', STATES)
def test_state(name: str) -> None:
    events, expected = STATES[name]
    servers = servers_after(*events)
    assert {server.state for server in servers.values()} == {expected}
    for server in servers.values():
        assert server.state in ('proven', 'delivered', 'tested') or (server.cause() or {}).get('message')


def test_the_reason_for_drift_is_the_drift_whatever_else_is_remarked() -> None:
    remark = {**ERROR, 'code': 'crl_issuer_unknown', 'severity': 'info'}
    drifted = servers_after(config(fleet.configured('spl1', drift=True, changed=True, problems=[remark]), check=True))['spl1']
    assert (drifted.state, drifted.problems[0]['code']) == ('drifted', 'crl_issuer_unknown')
    assert (drifted.cause() or {})['code'] == 'drift'


def test_one_server_of_a_failing_host_can_be_proven() -> None:
    servers = servers_after(send(fleet.sent('spl1'), fleet.sent('spl2', ok=False), status='failed'), failures=1)
    assert (servers['spl1'].state, servers['spl2'].state) == ('proven', 'failing')


@pytest.mark.parametrize(('failures', 'expected'), [(1, 'failing'), (0, 'proven')], ids=['not rescued', 'rescued'])
def test_a_failed_task_that_is_not_of_this_collection_counts_unless_rescued(failures: int, expected: str) -> None:
    servers = servers_after(PROVEN, event('', status='failed', msg='it does not start'), failures=failures)
    assert servers['spl1'].state == expected


def test_an_ignored_failure_of_another_task_does_not_count() -> None:
    assert servers_after(PROVEN, event('', status='failed', may_go_on=True), failures=1)['spl1'].state == 'proven'


def test_what_befell_a_host_is_true_of_each_of_its_servers() -> None:
    servers = servers_after(send(fleet.sent('spl1'), fleet.sent('spl2')), config(status='unreachable', msg='gone'))
    assert {name: server.state for name, server in servers.items()} == {'spl1': 'unreachable', 'spl2': 'unreachable'}


def test_the_cause_comes_first() -> None:
    problems = [OFF['tls_off'], ERROR]
    events = config(fleet.configured('spl1', problems=[WARNING])), send(fleet.sent('spl1', ok=False, problems=problems))
    assert [problem['code'] for problem in servers_after(*events)['spl1'].problems] == ['expired', 'tls_off', 'ca_expires_soon']
    server = servers_after(AS_DECLARED, send(fleet.sent('spl1', problems=[WARNING, OFF['name_check_off']])))['spl1']
    assert [problem['code'] for problem in server.problems] == ['name_check_off', 'ca_expires_soon']


def test_facts_of_all_results_come_together() -> None:
    server = servers_after(config(fleet.configured('spl1', drift=True, changed=True)), PROVEN)['spl1']
    facts = server.facts
    assert (facts.mail_server, facts.mode, facts.tls_version) == (
        'mail.example.com:587',
        'starttls',
        'TLSv1.3',
    )
    assert server.corrected
    assert [what.kind for what in server.endings()] == ['certificate', 'ca', 'crl']
    assert server.proof is not None
    assert server.proof.queue_id == '4A3B'


def test_a_malformed_result_is_reported_once_and_never_raises() -> None:
    malformed: list[t.Any] = [None, 7, 'text', [], [[]], {'name': 7}, {'name': 'spl1', 'tls': 'x', 'ok': True, 'until': 'sent'}]
    for value in malformed:
        collector = Collector(Run())
        collector.take(send(servers=value if isinstance(value, list) else [value]))
        collector.take(send(servers=value))
        hosts = build_report('', collector.logs({}), [], fleet.moment()).hosts
        assert {server.state for host in hosts for server in host.servers} <= {'failing', 'not_checked'}


def test_a_failure_that_follows_from_a_reported_one_says_nothing_of_other_servers() -> None:
    events = (
        send(fleet.sent('spl1'), fleet.sent('spl2', ok=False), status='failed'),
        event('', status='failed', msg='print1 failed, so the run ends with its batch'),
    )
    servers = servers_after(*events, failures=1)
    assert {name: server.state for name, server in servers.items()} == {'spl1': 'proven', 'spl2': 'failing'}
    assert [problem['code'] for problem in servers['spl2'].problems] == ['expired']


def test_a_server_that_is_gone_as_declared_is_no_part_of_the_report() -> None:
    absent = fleet.configured('spl2', state='absent')
    assert set(servers_after(config(fleet.configured('spl1'), absent))) == {'spl1'}
    still_there = fleet.configured('spl2', state='absent', drift=True, changed=True)
    assert servers_after(config(fleet.configured('spl1'), still_there, check=True))['spl2'].state == 'drifted'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(['', 'spl1', 'sent', 'error', 'x']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    'name',
                    'ok',
                    'until',
                    'problems',
                    'severity',
                    'tls',
                    'drift',
                    'servers',
                    'results',
                    'changed',
                    'trust',
                    'certificate',
                    'reply',
                    'before',
                    'after',
                    'settings',
                    'failed',
                    'msg',
                    '_ansible_delegated_vars',
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    JSON,
    st.sampled_from(['send_memo', 'sendmemo_config', 'sendmemo_validate', 'server_attributes', 'other', '']),
    st.sampled_from(['ok', 'failed', 'unreachable', 'skipped']),
    JSON,
)
def test_no_result_raises_and_none_is_a_proof_by_chance(result: t.Any, module: str, status: str, entry: t.Any) -> None:
    collector = Collector(Run())
    collector.take(PROVEN)
    damaged = {**fleet.sent('spl1'), **(entry if isinstance(entry, dict) else {})}
    for content in (result, {'servers': [entry]}, {'servers': [damaged]}):
        collector.take(Event(HOST, 'A task', module, status, content if isinstance(content, dict) else {}, fleet.moment()))
        for host in build_report('', collector.logs({HOST: 1}), [], fleet.moment()).hosts:
            for server in host.servers:
                assert server.state != 'proven' or server.proof is not None


def test_a_failure_that_follows_from_drift_is_reported_as_drift() -> None:
    events = (
        config(fleet.configured('spl1', drift=True, changed=True), fleet.configured('spl2'), check=True),
        event('', status='failed', msg='drift was found'),
    )
    servers = servers_after(*events, failures=1)
    assert (servers['spl1'].state, servers['spl2'].state) == ('drifted', 'configured')


def test_what_is_meant_to_be_unprotected_needs_no_attention_and_is_not_proven() -> None:
    server = servers_after(send(fleet.in_plaintext('spl1', accept_unprotected=True)))['spl1']
    assert (server.state, server.needs_attention, server.proof) == ('unprotected', False, None)
    server = servers_after(send(fleet.in_plaintext('spl1')))['spl1']
    assert (server.needs_attention, server.proof) == (True, None)
    entry = dict(fleet.in_plaintext('spl1', accept_unprotected=True), ok=False, problems=[OFF['tls_off'], NOT_AS_DECLARED])
    server = servers_after(send(entry, status='failed'))['spl1']
    assert (server.state, server.needs_attention) == ('unprotected', True)
    assert server.problems[0]['code'] == 'tls_off' or server.problems[0]['code'] == 'not_as_declared'


@pytest.mark.parametrize(
    ('events', 'expected'),
    [
        ((DRIFTED, PROVEN), False),
        ((PROVEN, DRIFTED), False),
        ((DRIFTED,), True),
        ((DRIFTED, VALIDATED), True),
        ((PROVEN,), False),
        ((send(fleet.sent('spl1', until='envelope'), check=True), DRIFTED), True),
        ((VALIDATED,), False),
    ],
    ids=['audit and verify', 'verify and audit', 'audit', 'audit and validate', 'verify', 'check', 'validate'],
)
def test_check_mode_is_said_of_a_server_for_which_nothing_else_was_done(events: tuple[Event, ...], expected: bool) -> None:
    assert servers_after(*events)['spl1'].check_mode is expected


def test_whose_rights_a_proof_used_is_reported_where_they_are_not_the_owners() -> None:
    server = servers_after(send(fleet.sent('spl1', proven_as='printops', owner='ipm1')))['spl1']
    assert (server.state, server.other_rights, server.facts.owner) == ('proven', 'printops', 'ipm1')
    assert servers_after(send(fleet.sent('spl1', proven_as='ipm1', owner='ipm1')))['spl1'].other_rights == ''


@pytest.mark.parametrize(('later', 'expected'), [(AS_DECLARED, 'failing'), (PROVEN, 'proven')], ids=['an audit', 'a proof'])
def test_a_restart_that_failed_in_an_earlier_run_is_overcome_by_a_proof_alone(later: Event, expected: str) -> None:
    logs: Logs = {}
    for number, events in enumerate(((PROVEN, event('', status='failed', msg='it does not start')), (later,))):
        collector = Collector(Run())
        for one in events:
            collector.take(one._replace(order=10**15 + number * 1000))
        merge_newer(logs, collector.logs({HOST: 1}))
    assert [server.state for server in build_report('', logs, [], fleet.moment()).hosts[0].servers] == [expected]
