# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Batches: their sizes, as core forms them, and the line that says how far a play has come."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.batches import Progress, batch_sizes


@pytest.mark.parametrize(
    ('serial', 'hosts', 'expected'),
    [
        pytest.param([], 5, [5], id='no batches'),
        pytest.param([2], 5, [2, 2, 1], id='the last size is repeated'),
        pytest.param(['1', '10%', '30%', '100%'], 30, [1, 3, 9, 17], id='a canary and percentages'),
        pytest.param(['10%'], 5, [1, 1, 1, 1, 1], id='a percentage is one host at least'),
        pytest.param([10], 5, [5], id='more than there are'),
        pytest.param([0], 5, [5], id='zero is all'),
        pytest.param([1], 0, [], id='no hosts'),
    ],
)
def test_sizes_of_batches(serial: list[object], hosts: int, expected: list[int]) -> None:
    assert batch_sizes(serial, hosts) == expected


def started(sizes: list[int], batch: int) -> Progress:
    progress = Progress(sizes, 100.0)
    for _batch in range(batch):
        progress.start()
    return progress


def test_a_line_says_which_batch_how_many_hosts_and_their_servers() -> None:
    progress = started([1, 3, 26], 2)
    for number in range(4):
        progress.note(f'print{number}', ['proven', 'delivered'])
    assert progress.line(107.9) == 'batch 2 of 3: 4 of 30 hosts, 8 servers proven, 0 failing, 00:07'


def test_states_of_a_host_replace_those_before_and_all_that_are_not_well_are_named() -> None:
    progress = started([1, 1500], 2)
    progress.note('print1', ['proven'])
    progress.note('print1', ['failing', 'unprotected', 'tested', 'configured'])
    progress.note('print2', ['unreachable'])
    progress.note('print3', ['proven'])
    assert progress.line(100 + 3725) == (
        'batch 2 of 2: 3 of 1,501 hosts, 1 server proven, 1 failing, 1 unprotected, 1 unreachable, 1 tested, 1:02:05'
    )
