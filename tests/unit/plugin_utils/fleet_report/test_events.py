# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The events of a run: which host and server each is about, and what is known of it afterwards."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.events import Collector, Event, module_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import HostLog, Run
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.state import ELSEWHERE
from support import fleet

SPL1 = [{'name': 'spl1', 'working_dir': '/var/pd/spl1', 'problems': []}]


def event(module: str = 'send_memo', status: str = 'ok', /, **more: t.Any) -> Event:
    result = more.pop('result', {'servers': [fleet.sent('spl1')]})
    return Event('print1', 'A task', module, status, result, fleet.moment())._replace(**more)


def collected(*events: Event, failures: int = 0) -> dict[str, HostLog]:
    collector = Collector(Run())
    for one in events:
        collector.take(one)
    logs: dict[str, HostLog] = collector.logs({'print1': failures})
    return logs


ACTIONS = {
    'a module of this collection': ('printops.infoprint.send_memo', 'send_memo'),
    'a module of another one': ('ansible.builtin.copy', ''),
    'a short name': ('send_memo', ''),
    'the merging of reports, which concerns no host': ('printops.infoprint.merge_reports', ''),
}


@pytest.mark.parametrize('name', ACTIONS)
def test_module_of_an_action(name: str) -> None:
    action, expected = ACTIONS[name]
    assert module_of(action) == expected


HOSTS: dict[str, tuple[Event, set[str]]] = {
    'a module of this collection': (event(), {'print1'}),
    'delegated': (event(delegated='print2'), {'print2'}),
    'items that are delegated': (
        event(result={'results': [{'_ansible_delegated_vars': {'ansible_delegated_host': name}} for name in ('a', 'b')]}),
        {'a', 'b'},
    ),
    'skipped': (event('send_memo', 'skipped'), {'print1'}),
    'another task': (event('', 'failed'), set()),
}


@pytest.mark.parametrize('name', HOSTS)
def test_hosts_that_are_listed(name: str) -> None:
    taken, expected = HOSTS[name]
    assert set(collected(taken)) == expected


def test_hosts_of_a_play_are_listed_whatever_happens() -> None:
    collector = Collector(Run())
    collector.expect(['print1', 'print2'])
    assert set(collector.logs({})) == {'print1', 'print2'}
    assert collector.reached() == 0
    collector.take(event())
    assert collector.reached() == 1


OF_HOST: dict[str, tuple[Event, str, str, str, str]] = {
    'unreachable': (event('send_memo', 'unreachable', result={'msg': 'gone'}), 'send', 'unreachable', 'unreachable', 'gone'),
    'unreachable in another task': (event('', 'unreachable', result={}), ELSEWHERE, 'unreachable', 'unreachable', ''),
    'a failed send': (event('send_memo', 'failed', result={'msg': 'no Python'}), 'send', 'failing', 'task_failed', 'no Python'),
    'another task that failed': (
        event('', 'failed', result={'msg': 'disk full'}),
        ELSEWHERE,
        'failing',
        'task_failed',
        'A task: disk full',
    ),
    'an observation that did not put a server back': (
        event('observe_sendmemo', 'failed', task='Observe', result={'problems': [], 'msg': 'disk full', 'servers': SPL1}),
        ELSEWHERE,
        'failing',
        'task_failed',
        'Observe: disk full',
    ),
    'another task that failed, hidden': (
        event('', 'failed', result={'msg': 'secret', 'censored': 'x'}),
        ELSEWHERE,
        'failing',
        'task_failed',
        'A task: It does not say why.',
    ),
    'hidden': (event(result={'censored': 'x'}), 'send', 'hidden', 'hidden', 'no_log hides what send_memo reported.'),
    'hidden and failed': (
        event('send_memo', 'failed', result={'censored': 'x'}),
        'send',
        'failing',
        'hidden',
        'no_log hides what send_memo reported, it failed.',
    ),
    'unreadable': (
        event(result={'servers': 7}),
        'send',
        'failing',
        'unreadable_result',
        'The result of send_memo could not be read: servers of the result is a number.',
    ),
}


@pytest.mark.parametrize('name', OF_HOST)
def test_what_is_known_of_a_host_as_a_whole(name: str) -> None:
    taken, subject, verdict, code, message = OF_HOST[name]
    (observation,) = [collected(taken, event('other', result={'servers': []}), failures=1)['print1'].observations[subject]]
    problem = observation.problems[0]
    assert (observation.verdict, problem['code'], problem['message']) == (verdict, code, message)
    assert problem['severity'] == ('info' if verdict == 'hidden' else 'error')
    assert problem['hint']


def test_an_observation_of_the_mailer_checks_nothing() -> None:
    observing = event('observe_sendmemo', result={'problems': [], 'servers': SPL1})
    log = collected(event('', 'failed', result={}), event('other', result={'servers': []}), observing, failures=1)['print1']
    assert (list(log.servers), list(log.observations)) == ([], [ELSEWHERE])


def test_a_result_that_can_not_be_read_is_reported_in_words() -> None:
    collector = Collector(Run())
    collector.take(event(result={'servers': 'all'}))
    assert collector.unreadable == ['print1, send_memo: servers of the result is text']


ELSEWHERE_FAILED: dict[str, tuple[tuple[Event, ...], int, bool]] = {
    'not rescued': ((event(), event('', 'failed', result={})), 1, True),
    'rescued': ((event(), event('', 'failed', result={})), 0, False),
    'after a failed send': ((event('send_memo', 'failed', result={}), event('', 'failed', result={})), 1, False),
    'ignored': ((event(), event('', 'failed', result={}, may_go_on=True)), 1, False),
}


@pytest.mark.parametrize('name', ELSEWHERE_FAILED)
def test_a_failure_of_another_task_counts_if_it_says_something_new(name: str) -> None:
    events, failures, expected = ELSEWHERE_FAILED[name]
    assert (ELSEWHERE in collected(*events, failures=failures)['print1'].observations) is expected


def test_a_failure_that_follows_from_another_names_the_cause_first() -> None:
    restart, end = (event('', 'failed', task=task, result={'msg': task}) for task in ('Restart', 'End the run'))

    def messages(*events: Event) -> list[str]:
        return [problem['message'] for problem in collected(*events, failures=1)['print1'].observations[ELSEWHERE].problems]

    assert messages(event(), restart, end) == ['Restart: Restart', 'End the run: End the run']
    assert messages(restart, event(), end) == ['End the run: End the run'], 'the run went on in between'


def test_results_are_in_the_order_in_which_they_came_even_in_one_moment() -> None:
    log = collected(event(order=10), event('other', order=10, result={'servers': [{'name': 'spl1'}]}))['print1'].servers['spl1']
    assert {subject: observation.order for subject, observation in log.observations.items()} == {'send': 10, 'other': 11}


@pytest.mark.parametrize(('check_mode', 'applied'), [(False, True), (True, False), (None, None)], ids=['no', 'yes', 'unknown'])
def test_check_mode_says_whether_changes_were_made(check_mode: bool | None, applied: bool | None) -> None:
    log = collected(event('other', check_mode=check_mode, result={'servers': [{'name': 'spl1', 'changed': True}]}))['print1']
    assert log.servers['spl1'].observations['other'].applied is applied


def test_the_last_skipped_task_is_kept() -> None:
    assert collected(event('send_memo', 'skipped', task='Prove'))['print1'].skipped == 'Prove'
