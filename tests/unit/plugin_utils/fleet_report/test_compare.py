# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reports beside each other: what has changed, and several as one."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.compare import compare, merge
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Proof, Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.summary import coverage, missing, tone, verdict
from support import fleet

States = dict[str, dict[str, str]]
# What a run finds of a server that is in a state: the module, and the server's entry.
ENTRIES: dict[str, t.Callable[[str], tuple[str, dict[str, t.Any]]]] = {
    'proven': lambda name: ('send_memo', fleet.sent(name)),
    'failing': lambda name: ('send_memo', fleet.sent(name, ok=False)),
    'tested': lambda name: ('send_memo', fleet.sent(name, until='handshake')),
    'unprotected': lambda name: ('send_memo', fleet.in_plaintext(name)),
    'accepted': lambda name: ('send_memo', fleet.in_plaintext(name, accept_unprotected=True)),
    'drifted': lambda name: ('sendmemo_config', fleet.configured(name, drift=True)),
    'configured': lambda name: ('sendmemo_config', fleet.configured(name)),
    'changed_unproven': lambda name: ('sendmemo_config', fleet.configured(name, drift=True, changed=True)),
}


def results(states: States) -> t.Iterator[fleet.Result]:
    """Yield the results of a run that finds servers in these states; '' as a name is the host as a whole."""
    for host, servers in states.items():
        for name, state in servers.items():
            if state == 'unreachable':
                yield fleet.Result(host, 'send_memo', 'unreachable', {'msg': 'gone'})
            elif state == 'hidden':
                yield fleet.Result(host, 'send_memo', 'ok', {'censored': 'hidden'})
            elif state != 'not_checked':
                module, entry = ENTRIES[state](name)
                yield fleet.Result(host, module, 'ok', {'servers': [entry]})


def report(states: States, day: float = 0, before: Report | None = None) -> Report:
    found: Report = fleet.report(list(results(states)), list(states), 'Fleet', day, before)
    return found


def states(of: Report) -> States:
    return {host.name: {server.name: server.state for server in host.servers} for host in of.hosts}


CASES: dict[str, tuple[States, States, dict[str, list[str]]]] = {
    'nothing': ({'a': {'1': 'proven'}}, {'a': {'1': 'proven'}}, {}),
    'new': ({'a': {'1': 'proven'}}, {'a': {'1': 'failing'}}, {'new': ['a 1']}),
    'new, and was not there': ({}, {'a': {'1': 'drifted'}}, {'new': ['a 1']}),
    'new, and was unknown': ({'a': {'': 'hidden'}}, {'a': {'1': 'drifted'}}, {'new': ['a 1']}),
    'newly unprotected': ({'a': {'1': 'proven'}}, {'a': {'1': 'unprotected'}}, {'new': ['a 1']}),
    'unprotected but accepted': ({'a': {'1': 'proven'}}, {'a': {'1': 'accepted'}}, {}),
    'unprotected becomes meant': ({'a': {'1': 'unprotected'}}, {'a': {'1': 'accepted'}}, {'fixed': ['a 1']}),
    'fixed': ({'a': {'1': 'failing'}}, {'a': {'1': 'proven'}}, {'fixed': ['a 1']}),
    'fixed as far as was asked for': ({'a': {'1': 'drifted'}}, {'a': {'1': 'configured'}}, {'fixed': ['a 1']}),
    'changed is not fixed': ({'a': {'1': 'drifted'}}, {'a': {'1': 'changed_unproven'}}, {'unknown': ['a 1']}),
    'still': ({'a': {'1': 'failing'}}, {'a': {'1': 'unprotected'}}, {'still': ['a 1']}),
    'hidden is not fixed': ({'a': {'1': 'failing'}}, {'a': {'': 'hidden'}}, {'unknown': ['a 1']}),
    'left out is not fixed': ({'a': {'1': 'failing'}}, {}, {'unknown': ['a 1']}),
    'unreachable stands for all': (
        {'a': {'1': 'proven', '2': 'failing'}},
        {'a': {'': 'unreachable'}},
        {'new': ['a 1'], 'still': ['a 2']},
    ),
    'reached again': ({'a': {'': 'unreachable'}}, {'a': {'1': 'proven', '2': 'failing'}}, {'fixed': ['a 1'], 'still': ['a 2']}),
    'unreachable twice': ({'a': {'': 'unreachable'}}, {'a': {'': 'unreachable'}}, {'still': ['a']}),
    'never its turn': ({'a': {'1': 'failing'}}, {'a': {'': 'not_checked'}}, {'unknown': ['a 1']}),
}


@pytest.mark.parametrize('name', CASES)
def test_comparison(name: str) -> None:
    before, now, expected = CASES[name]
    found = compare(report(before, -1), report(now))
    parts = {
        part: [f'{change.host} {change.server}'.strip() for change in getattr(found, part)]
        for part in ('new', 'fixed', 'still', 'unknown')
    }
    assert {part: changes for part, changes in parts.items() if changes} == expected
    assert found.since == fleet.moment(-1)


MERGED: dict[str, tuple[list[States], States]] = {
    'slices': ([{'a': {'1': 'proven'}}, {'b': {'1': 'failing'}}], {'a': {'1': 'proven'}, 'b': {'1': 'failing'}}),
    'the newest counts': ([{'a': {'1': 'proven'}}, {'a': {'1': 'failing'}}], {'a': {'1': 'failing'}}),
    'also where it knows less': ([{'a': {'1': 'proven'}}, {'a': {'1': 'hidden'}}], {'a': {'1': 'hidden'}}),
    'unreachable is true of all': (
        [{'a': {'1': 'proven', '2': 'drifted'}}, {'a': {'': 'unreachable'}}],
        {'a': {'1': 'unreachable', '2': 'unreachable'}},
    ),
    'reached again': ([{'a': {'': 'unreachable'}}, {'a': {'1': 'proven'}}], {'a': {'1': 'proven'}}),
    'a run over one server leaves the other': (
        [{'a': {'1': 'failing', '2': 'proven'}}, {'a': {'2': 'proven'}}],
        {'a': {'1': 'failing', '2': 'proven'}},
    ),
    'unknown twice': ([{'a': {'': 'unreachable'}}, {'a': {'': 'not_checked'}}], {'a': {'': 'unreachable'}}),
    'an audit leaves a proof': ([{'a': {'1': 'proven'}}, {'a': {'1': 'configured'}}], {'a': {'1': 'proven'}}),
    'an audit leaves a failed send': ([{'a': {'1': 'failing'}}, {'a': {'1': 'configured'}}], {'a': {'1': 'failing'}}),
    'drift stays until it is looked for': ([{'a': {'1': 'drifted'}}, {'a': {'1': 'proven'}}], {'a': {'1': 'drifted'}}),
    'a change waits for its proof': (
        [{'a': {'1': 'proven'}}, {'a': {'1': 'changed_unproven'}}, {'a': {'1': 'configured'}}],
        {'a': {'1': 'changed_unproven'}},
    ),
    'and gets it': (
        [{'a': {'1': 'changed_unproven'}}, {'a': {'1': 'configured'}}, {'a': {'1': 'proven'}}],
        {'a': {'1': 'proven'}},
    ),
}


@pytest.mark.parametrize('name', MERGED)
def test_merging_and_laying_runs_over_each_other_come_to_the_same(name: str) -> None:
    parts, expected = MERGED[name]
    reports = [report(part, day) for day, part in enumerate(parts)]
    for order in (reports, reports[::-1]):
        merged = merge(order, '')
        assert states(merged) == expected
        assert (merged.generated, len(merged.merged)) == (reports[-1].generated, len(parts))
    laid: Report | None = None
    for day, part in enumerate(parts):
        laid = report(part, day, laid)
    assert laid is not None
    assert states(laid) == expected


def test_hosts_of_no_report_are_listed_and_count_against_the_coverage() -> None:
    slices = [report({'a': {'1': 'proven'}}), report({'b': {'': 'unreachable'}}), report({})]
    assert coverage(merge(slices, '')) == '2 of 2 hosts were checked.'
    merged = merge(slices, '', ['a', 'c'])
    assert states(merged) == {'a': {'1': 'proven'}, 'b': {'': 'unreachable'}, 'c': {'': 'not_checked'}}
    assert verdict(merged).startswith('1 of 3 servers needs attention: 1 unreachable; 1 not checked.')
    assert verdict(merged).endswith(' 2 of 3 hosts were checked.')
    assert coverage(merge([report({}), report({})], '')) == '0 of 0 hosts were checked.'


def test_reports_that_are_missing_stay_named() -> None:
    whole = merge([report({'a': {'1': 'proven'}})], '')
    assert tone(whole) == 'well'
    assert verdict(whole).endswith(' 1 of 1 host was checked.')
    whole.missing = ['slice5']
    again = merge([whole, report({'b': {'1': 'proven'}})], '')
    assert (tone(again), again.missing) == ('ill', ['slice5'])
    assert verdict(again).endswith(' 2 of 2 hosts were checked. This report is missing: slice5.')
    again.missing = [f'slice{number}' for number in range(12)]
    assert missing(again).endswith('slice8, slice9 and 2 more.')


def test_the_last_proof_is_kept() -> None:
    old, new = report({'a': {'1': 'proven', '2': 'proven'}}, -1), report({'a': {'1': 'failing', '2': 'proven'}})
    merged = merge([old, new], 'Both')
    proofs = [server.proof for _host, server in merged.servers()]
    assert [proof and proof.at for proof in proofs] == [fleet.moment(-1), fleet.moment()]
    gone = merge([report({'a': {'': 'unreachable'}}, 1), old], '')
    assert {server.proof and server.proof.at for _host, server in gone.servers()} == {fleet.moment(-1)}
    assert isinstance(proofs[0], Proof)


def test_a_run_over_a_part_leaves_the_rest_with_its_date_and_compares_only_what_it_saw() -> None:
    first = report({'a': {'1': 'failing'}, 'b': {'1': 'failing'}, 'c': {'1': 'proven'}}, -2)
    second = report({'c': {'1': 'proven'}}, -1, report({'a': {'1': 'failing'}, 'b': {'1': 'failing'}, 'c': {'1': 'proven'}}, -2))
    assert states(second) == states(first)
    assert [server.looked for _host, server in second.servers()] == [fleet.moment(-2), fleet.moment(-2), fleet.moment(-1)]
    part = compare(first, second)
    assert ([change.host for change in part.unknown], part.new, part.still, part.fixed) == (['a', 'b'], [], [], [])
    third = report({'a': {'1': 'failing'}, 'b': {'1': 'proven'}, 'c': {'1': 'proven'}}, 0, second)
    whole = compare(report({'a': {'1': 'failing'}, 'b': {'1': 'failing'}, 'c': {'1': 'proven'}}, -2), third)
    assert ([change.host for change in whole.still], [change.host for change in whole.fixed], whole.new) == (['a'], ['b'], [])


@pytest.mark.parametrize(('days', 'expected'), [(6.9, 'proven'), (7.1, 'stale')], ids=['less than a week', 'more'])
def test_what_was_not_observed_for_a_week_is_stale_and_needs_attention(days: float, expected: str) -> None:
    found = report({'b': {'1': 'proven'}}, 0, report({'a': {'1': 'proven'}}, -days))
    assert states(found)['a'] == {'1': expected}
    server = found.hosts[0].servers[0]
    assert server.needs_attention is (expected == 'stale')
    if expected == 'stale':
        assert (server.cause() or {})['message'].startswith('Last checked 7 days ago, on 2026-11-17 05:51 UTC; it was proven')


def test_a_proof_is_none_any_more_when_its_certificate_has_expired() -> None:
    soon = fleet.report([fleet.Result('a', 'send_memo', 'ok', {'servers': [fleet.sent('1', days=1)]})])
    assert states(report({'b': {'1': 'proven'}}, 0.9, soon))['a'] == {'1': 'proven'}
    later = report({'b': {'1': 'proven'}}, 1.1, soon)
    assert states(later)['a'] == {'1': 'stale'}
    assert 'expired on 2026-11-25 08:15 UTC' in (later.hosts[0].servers[0].cause() or {})['message']


def test_a_merged_report_has_the_newest_known_groups_of_each_host() -> None:
    reports = [report({'a': {'1': 'proven'}, 'b': {'1': 'proven'}}, days) for days in (-1, 0)]
    reports[0].hosts[0].log.groups, reports[0].hosts[1].log.groups = ['site_a'], ['site_b']
    reports[1].hosts[0].log.groups = ['site_c']
    assert [host.log.groups for host in merge(reports[::-1], '').hosts] == [['site_c'], ['site_b']]


def test_nothing_to_merge_is_refused() -> None:
    with pytest.raises(ValueError, match='no report'):
        merge([], '')
