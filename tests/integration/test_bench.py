# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The benchmark works, on a small fleet: how fast it all is depends on the machine, which is not tested here.

A part of `make test-all`: it takes a minute, and is not what users get.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bench import bench, report
from bench.contenders import CONTENDERS
from fleet.box import why_not
from support.pythons import target_pythons

from .conftest import need

pytestmark = [pytest.mark.test_all, pytest.mark.serial]


def test_the_small_benchmark_measures_and_reports_every_contender():
    need(why_not())
    [scenario] = bench.SMALL
    said = []
    # ping is a module of ansible-core's, which needs a newer Python than those of this collection.
    measured = bench.run(scenario, 1, target_pythons().get('3.11'), said.append)
    assert list(measured) == list(CONTENDERS)
    assert len(said) == len(CONTENDERS)
    for name, (cost, peak) in measured.items():
        assert cost.wall > 0.2, name
        assert 0 < cost.hosts < 60, name
        assert 0 < cost.controller < 60, name
        assert peak is None or 10 << 20 < peak < 4 << 30, name
    # So far apart that no load of this machine can turn it round.
    assert measured['hand'].cost.hosts > 3 * measured['converge'].cost.hosts
    files = report.files([(scenario, measured)], 1, 'The machine.', 2, '1 January 2026')
    page = files.pop(report.PAGE_NAME)
    for name, text in files.items():
        assert f'({name})' in page
        titles = [node.text for node in ElementTree.fromstring(text).iter('{http://www.w3.org/2000/svg}text')]
        assert {one.title.replace('`', '') for one in CONTENDERS.values()} <= set(titles)
    assert '*Computed*' in page
