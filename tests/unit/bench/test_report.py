# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The benchmark's page says what was measured, and which targets were met, from figures that are given here."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest

from bench import report
from bench.contenders import CONTENDERS
from bench.login import UnknownLoginError, negotiated
from bench.results import Cost, Login, Measured, Result
from bench.scenarios import FULL, Scenario
from bench.targets import TARGETS

pytestmark = pytest.mark.newest_core  # no ansible-core has a part in it

LOGIN = Login(
    'OpenSSH_9.9', 'OpenSSH_9.8', 'mlkem768x25519-sha256', 'ssh-ed25519', 'aes256-ctr', 'pyinfra 3.10.0', 'curve25519-sha256'
)
OCCASION = report.Occasion('1 January 2026', 'The machine.', 3, 2)
# Milliseconds per host on the controller and on the host, and the wall time in seconds, where they matter.
COSTS = {
    'login': (90, 25, 2.0),
    'ping': (120, 170, 8.0),
    'converge': (126, 70, 4.8),
    'whole': (150, 131, 8.0),
    'whole reported': (152, 131, 8.2),
}


def result(scenario: Scenario) -> Result:
    measured = {}
    for name in scenario.contenders:
        controller, host, wall = COSTS.get(name, (130, 80, 40.0))
        seconds = (controller * scenario.hosts / 1000, host * scenario.hosts / 1000, 0.05)
        # The median is the second one.
        runs = tuple(Cost(wall + more, *seconds) for more in (0.1, 0.0, -0.1))
        measured[name] = Measured(runs, 200 << 20 if name == 'ping' else None)
    return Result(scenario, measured, LOGIN)


RESULTS = [result(scenario) for scenario in FULL]
FILES = report.files(RESULTS, OCCASION)
PAGE = FILES[report.PAGE_NAME]
TABLES = PAGE.partition('## Targets')[2]


def row(page: str, title: str) -> list[str]:
    """Return the cells of the first row of a table that begins so."""
    line = next(line for line in page.splitlines() if line.startswith(f'| {title} |'))
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_the_page_begins_with_the_result():
    assert PAGE.split('\n\n')[1] == (
        'Compared with an `ansible.builtin.ping` of the same 50 print servers with 4 InfoPrint servers each, a run that compares '
        'everything with its declared state and finds no difference takes 0.60 times as long, and 1.00 times when it also sends '
        'a real mail from every server; checking the same files takes 5.00 times as long with pyinfra, and 5.0 times with a '
        'hand-written role (on 10 hosts).'
    )


def test_the_controller_is_shown_with_and_without_the_login():
    title = CONTENDERS['converge'].title
    assert row(TABLES, title)[1:] == ['4.80', '0.60', '126', '1.05', '36', '1.20', '70', '']
    assert row(TABLES, CONTENDERS['ping'].title)[1:] == ['8.00', '1.00', '120', '1.00', '30', '1.00', '170', '200']
    assert row(TABLES, CONTENDERS['login'].title)[5:7] == ['', '']
    # pyinfra has a login of its own.
    assert row(TABLES, CONTENDERS['pyinfra'].title)[5:7] == ['', '']


def test_runs_over_open_connections_are_compared_with_their_own_ping():
    _before, _title, warm = PAGE.partition('## 50 hosts, 4 servers each, connections already open')
    assert row(warm, CONTENDERS['warm ping'].title)[1:] == ['40.00', '1.00', '130', '1.00', '80']


def test_targets_are_met_or_not_met_by_what_was_measured():
    assert row(TABLES, 'whole role, wall time against ping')[1:] == ['1.00', '1.00', 'yes']
    assert row(TABLES, 'whole role, CPU of a host')[1:] == ['130 ms', '131 ms', 'no']
    assert row(TABLES, 'converge, controller CPU without the login, per host')[1:] == ['40 ms', '36 ms', 'yes']
    assert row(TABLES, 'fleet report, share of the wall time')[1:] == ['3.0 %', '2.5 %', 'yes']
    assert all(target.measured(RESULTS) is not None for target in TARGETS)


def test_a_scenario_that_failed_leaves_its_targets_open():
    some = report.page(RESULTS[:1], OCCASION)
    assert row(some, '16 servers on a host, compared with 1: whole role')[1:] == ['1.15', 'not in this run', '']


def test_the_page_names_what_the_login_negotiated():
    for value in LOGIN:
        assert value in PAGE


def test_every_run_is_in_the_raw_figures():
    lines = list(csv.DictReader(io.StringIO(FILES[report.CSV_NAME])))
    assert len(lines) == sum(len(scenario.contenders) for scenario in FULL) * 3
    first = lines[0]
    assert (first['hosts'], first['contender'], first['round'], first['wall_seconds']) == ('50', 'login', '1', '2.100')


def test_the_plots_have_a_bar_for_each_run_and_fit_their_frame():
    for name in (report.WALL_NAME, report.CPU_NAME):
        tree = ElementTree.fromstring(FILES[name])
        width = float(tree.attrib['viewBox'].split()[2])
        bars = [node for node in tree.iter('{http://www.w3.org/2000/svg}rect') if 'x' in node.attrib]
        assert all(float(row.attrib['x']) + float(row.attrib['width']) < width for row in bars)
        assert f'({name})' in PAGE


def test_what_ssh_says_of_a_login_is_read():
    assert negotiated(
        'OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.19 27 Jan 2026\r\n'
        'debug1: Local version string SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'
        'debug1: Remote protocol version 2.0, remote software version OpenSSH_9.8 more\r\n'
        'debug1: kex: algorithm: sntrup761x25519-sha512@openssh.com\r\n'
        'debug1: kex: host key algorithm: ssh-ed25519\r\n'
        'debug1: kex: server->client cipher: aes128-gcm@openssh.com MAC: <implicit> compression: none\r\n'
    ) == {
        'client': 'OpenSSH_9.2p1',
        'server': 'OpenSSH_9.8',
        'key_exchange': 'sntrup761x25519-sha512@openssh.com',
        'host_key': 'ssh-ed25519',
        'cipher': 'aes128-gcm@openssh.com',
    }


def test_a_login_that_fails_is_not_taken_for_one():
    with pytest.raises(UnknownLoginError, match='Connection refused'):
        negotiated('ssh: connect to host 10.213.1.1 port 22: Connection refused')
