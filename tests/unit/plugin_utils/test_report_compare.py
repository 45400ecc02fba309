# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reports beside each other: what has changed, and several as one."""
from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.report_compare import compare, merge, with_last_proofs
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_model import Host, Proof, Report, Server
from support import fleet

States = dict[str, dict[str, str]]


def report(states: States, day: float = 0, title: str = 'Fleet') -> Report:
    """Return a report of hosts with the states of their servers by name; what is proven has its proof."""
    now = fleet.moment(day)
    hosts = [Host(host, [Server(name, state, proof=Proof(now) if state == 'proven' else None) for name, state in servers.items()])
             for host, servers in states.items()]
    return Report(title, now, now, False, ['site.yml'], hosts)


def states(of: Report) -> States:
    return {host.name: {server.name: server.state for server in host.servers} for host in of.hosts}


CASES: dict[str, tuple[States, States, dict[str, list[str]]]] = {
    'nothing': ({'a': {'1': 'proven'}}, {'a': {'1': 'proven'}}, {}),
    'new': ({'a': {'1': 'proven'}}, {'a': {'1': 'failing'}}, {'new': ['a 1']}),
    'new, and was not there': ({}, {'a': {'1': 'drifted'}}, {'new': ['a 1']}),
    'new, and was unknown': ({'a': {'1': 'hidden'}}, {'a': {'1': 'drifted'}}, {'new': ['a 1']}),
    'fixed': ({'a': {'1': 'failing'}}, {'a': {'1': 'proven'}}, {'fixed': ['a 1']}),
    'fixed as far as was asked for': ({'a': {'1': 'drifted'}}, {'a': {'1': 'configured'}}, {'fixed': ['a 1']}),
    'still': ({'a': {'1': 'failing'}}, {'a': {'1': 'drifted'}}, {'still': ['a 1']}),
    'hidden is not fixed': ({'a': {'1': 'failing'}}, {'a': {'1': 'hidden'}}, {'unknown': ['a 1']}),
    'left out is not fixed': ({'a': {'1': 'failing'}}, {}, {'unknown': ['a 1']}),
    'unreachable stands for all': ({'a': {'1': 'proven', '2': 'failing'}}, {'a': {'': 'unreachable'}},
                                   {'new': ['a 1'], 'still': ['a 2']}),
    'reached again': ({'a': {'': 'unreachable'}}, {'a': {'1': 'proven', '2': 'failing'}}, {'fixed': ['a 1'], 'still': ['a 2']}),
    'unreachable twice': ({'a': {'': 'unreachable'}}, {'a': {'': 'unreachable'}}, {'still': ['a']}),
    'never its turn': ({'a': {'1': 'failing'}}, {'a': {'': 'not_checked'}}, {'unknown': ['a 1']}),
}


@pytest.mark.parametrize('name', CASES)
def test_comparison(name: str) -> None:
    before, now, expected = CASES[name]
    found = compare(report(before, -1), report(now))
    parts = {part: [f'{change.host} {change.server}'.strip() for change in getattr(found, part)]
             for part in ('new', 'fixed', 'still', 'unknown')}
    assert {part: changes for part, changes in parts.items() if changes} == expected
    assert found.since == fleet.moment(-1)


MERGED: dict[str, tuple[list[States], States]] = {
    'slices': ([{'a': {'1': 'proven'}}, {'b': {'1': 'failing'}}], {'a': {'1': 'proven'}, 'b': {'1': 'failing'}}),
    'the newest counts': ([{'a': {'1': 'proven'}}, {'a': {'1': 'failing'}}], {'a': {'1': 'failing'}}),
    'also where it knows less': ([{'a': {'1': 'proven'}}, {'a': {'1': 'hidden'}}], {'a': {'1': 'hidden'}}),
    'unreachable is true of all': ([{'a': {'1': 'proven', '2': 'drifted'}}, {'a': {'': 'unreachable'}}],
                                   {'a': {'1': 'unreachable', '2': 'unreachable'}}),
    'reached again': ([{'a': {'': 'unreachable'}}, {'a': {'1': 'proven'}}], {'a': {'1': 'proven'}}),
    'a run over one server leaves the other': ([{'a': {'1': 'failing', '2': 'proven'}}, {'a': {'2': 'proven'}}],
                                               {'a': {'1': 'failing', '2': 'proven'}}),
    'unknown twice': ([{'a': {'': 'unreachable'}}, {'a': {'': 'not_checked'}}], {'a': {'': 'not_checked'}}),
}


@pytest.mark.parametrize('name', MERGED)
def test_merging(name: str) -> None:
    parts, expected = MERGED[name]
    reports = [report(part, day) for day, part in enumerate(parts)]
    for order in (reports, reports[::-1]):
        merged = merge(order, '')
        assert states(merged) == expected
        assert (merged.generated, len(merged.merged)) == (reports[-1].generated, len(parts))


def test_the_last_proof_is_kept() -> None:
    old, new = report({'a': {'1': 'proven', '2': 'proven'}}, -1), report({'a': {'1': 'failing', '2': 'proven'}})
    merged = merge([old, new], 'Both')
    assert [server.proof for _host, server in merged.servers()] == [Proof(fleet.moment(-1)), Proof(fleet.moment())]
    with_last_proofs(new, old)
    assert [server.proof for _host, server in new.servers()] == [Proof(fleet.moment(-1)), Proof(fleet.moment())]
    assert merge([report({'a': {'': 'unreachable'}}, 1), old], '').hosts[0].servers[0].proof == Proof(fleet.moment(-1))


def test_nothing_to_merge_is_refused() -> None:
    with pytest.raises(ValueError, match='no report'):
        merge([], '')
