# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The benchmark works, on a small fleet: how fast it all is depends on the machine, which is not judged here.

A part of `make test-all`: it takes a minute, and is not what users get.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import bench, report, scenarios
from bench.contenders import CONTENDERS
from fleet.box import why_not
from support.pythons import target_pythons
from tools import environments

from .conftest import need

pytestmark = [pytest.mark.test_all, pytest.mark.serial]


@pytest.fixture(scope='module')
def pyinfra() -> Path:
    """The directory of pyinfra's programs, in an environment of its own as for `make bench`."""
    environment = environments.for_pyinfra(Path(sys.executable).resolve())
    environments.make(environment)
    return environment.bin


def test_the_small_benchmark_measures_and_reports_every_contender(pyinfra):
    need(why_not())
    [scenario] = scenarios.SMALL
    said = []
    # ping is a module of ansible-core's, which needs a newer Python than ours do.
    tools = bench.Tools(pyinfra, target_pythons().get('3.11'))
    result = bench.run(scenario, 1, tools, said.append)
    measured = result.measured
    assert list(measured) == list(CONTENDERS)
    assert len(said) == len(CONTENDERS)
    for name, (runs, peak) in measured.items():
        [cost] = runs
        assert cost.wall > 0.05, name
        assert 0 < cost.hosts < 60, name
        assert 0 < cost.controller < 60, name
        assert peak is None or 10 << 20 < peak < 4 << 30, name
    # So far apart that no load of this machine can turn it round.
    assert measured['hand'].cost.hosts > 3 * measured['converge'].cost.hosts
    assert measured['warm ping'].cost.controller < measured['ping'].cost.controller
    assert result.login.client.startswith('OpenSSH_')
    assert result.login.key_exchange
    assert result.login.pyinfra_key_exchange

    files = report.files([result], report.Occasion('1 January 2026', 'The machine.', 1, 2))
    page = files[report.PAGE_NAME]
    assert files.keys() == {report.PAGE_NAME, report.WALL_NAME, report.CPU_NAME, report.CSV_NAME}
    for name in files.keys() - {report.PAGE_NAME}:
        assert f'({name})' in page
    for name in (report.WALL_NAME, report.CPU_NAME):
        titles = {node.text for node in ElementTree.fromstring(files[name]).iter('{http://www.w3.org/2000/svg}text')}
        shown = [one for one in CONTENDERS.values() if not one.warm]
        assert {one.title.replace('`', '') for one in shown} <= titles
    assert '*Computed*' in page
