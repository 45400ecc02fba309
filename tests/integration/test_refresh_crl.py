# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The playbook refresh_crl: CRLs alone, only where there is a new one, and exit codes that tell who has to act."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest

from support.crl_server import CrlServer, body, closed
from support.mail_server_process import MailServer
from support.pki import Authority
from support.playbook import Ansible, Run, hosts, local_host
from support.role_results import CONVERGE as CONVERGING

from .conftest import Pki

CONVERGE, REFRESH = 'printops.infoprint.converge', 'printops.infoprint.refresh_crl'
NOW = dt.datetime.now(dt.timezone.utc)
HOUR = dt.timedelta(hours=1)
DEAD = {'ansible_connection': 'ssh', 'ansible_host': '127.0.0.1', 'ansible_port': 9, 'ansible_ssh_common_args': '-F /dev/null'}

pytestmark = pytest.mark.every_core


def sends(run: Run) -> list[dict[str, t.Any]]:
    """Return what the servers sent."""
    return [server['send'] for one in run.results() for server in one.result.get('servers', ()) if 'send' in server]


class Fleet:
    """Two converged print hosts on this machine, and the distribution point of their CRL."""

    def __init__(self, ansible: Ansible, directory: pathlib.Path, pki: Pki, mail_server: MailServer, points: CrlServer) -> None:
        self.ansible, self.directory, self.pki, self.points = ansible, directory, pki, points
        self.publish(1)
        common = {
            'sendmemo_tls_servers': [{'name': 'spl1'}],
            'sendmemo_tls_ca_src': str(pki.ca_path),
            'sendmemo_tls_crl_url': points.url(),
            'sendmemo_tls_crl_cache': str(directory / 'cache'),
            'sendmemo_tls_smtp_host': '127.0.0.1',
            'sendmemo_tls_smtp_port': mail_server.ports['starttls'],
            'sendmemo_tls_verify_recipients': ['print-ops@example.com'],
        }
        self.hosts = {}
        for name in ('print1', 'print2'):
            (directory / name / 'spl1').mkdir(parents=True)
            self.hosts[name] = local_host(sendmemo_tls_base_dir=str(directory / name), **common)
        converged = self.run(CONVERGE)
        assert converged.rc == 0, converged.output

    def publish(self, number: int) -> None:
        crl = self.pki.authority.crl([self.pki.revoked], number=number, last_update=NOW - HOUR + number * HOUR / 60)
        self.points.answers['/ca.crl'] = body(crl)

    def run(self, playbook: str = REFRESH, *arguments: str, **variables: t.Any) -> Run:
        inventory = hosts(**{name: {**host, **variables} for name, host in self.hosts.items()})
        directory = str(self.directory / 'report')
        callback = 'printops.infoprint.fleet_report'
        return self.ansible.playbook(playbook, inventory, *arguments, callbacks=[callback], INFOPRINT_REPORT_DIRECTORY=directory)

    def states(self) -> dict[str, str]:
        """Return the state of each host in the report."""
        report = json.loads((self.directory / 'report' / 'report.json').read_text())
        return {host['name']: host['state'] for host in report['hosts']}

    def config(self, host: str) -> pathlib.Path:
        return self.directory / host / 'spl1' / 'sendmemo-ssl.cfg'

    def crl(self, host: str) -> str:
        """Return the name of the active CRL file, which is made of its content."""
        (line,) = [line for line in self.config(host).read_text().splitlines() if line.startswith('CrlFile = ')]
        return line.removeprefix('CrlFile = ')


@pytest.fixture
def fleet(ansible: Ansible, tmp_path: pathlib.Path, pki: Pki, mail_server: MailServer) -> t.Iterator[Fleet]:
    with CrlServer() as points:
        yield Fleet(ansible, tmp_path, pki, mail_server, points)


def test_crls_alone_are_changed_and_only_where_there_is_a_new_one(fleet: Fleet) -> None:
    before = fleet.crl('print1')
    nothing = fleet.run()
    assert (nothing.rc, sends(nothing), fleet.crl('print1')) == (0, [], before)
    drifted = fleet.config('print2').read_text().replace(';Hostname', 'Hostname = by-hand.example.com\n;')
    fleet.config('print2').write_text(drifted)
    fleet.publish(2)
    predicted = fleet.run(REFRESH, '--check')
    assert (predicted.rc, fleet.crl('print1')) == (0, before)
    assert predicted.stats['print1']['changed'] == 1
    renewed = fleet.run()
    assert (renewed.rc, [one['ok'] for one in sends(renewed)]) == (0, [True, True]), renewed.output
    assert fleet.crl('print1') != before
    assert fleet.config('print2').read_text() == drifted.replace(before, fleet.crl('print2'))
    assert sum(request.target == '/ca.crl' for request in fleet.points.requests) == 4, 'one for each run'
    assert fleet.states() == {'print1': 'proven', 'print2': 'proven'}
    metrics = (fleet.directory / 'report' / 'sendmemo.prom').read_text()
    assert 'sendmemo_crl_number{name="CN=Test CA"} 2\n' in metrics
    assert 'sendmemo_crl_fetch_age_seconds{name="CN=Test CA"} ' in metrics


def test_a_fetch_that_fails_is_told_by_the_exit_code_once_it_is_not_tolerated_any_more(fleet: Fleet) -> None:
    fleet.points.answers['/ca.crl'] = closed
    tolerated = fleet.run()
    assert (tolerated.rc, 'crl_fetch_failed' in tolerated.output) == (0, True)
    late = fleet.run(sendmemo_tls_crl_tolerance=0)
    assert late.rc == 4
    assert f'{fleet.points.url()}: ' in late.output
    assert [late.stats[host]['failures'] + late.stats[host]['unreachable'] for host in fleet.hosts] == [0, 0]
    unknown = fleet.run(sendmemo_tls_crl_cache=str(fleet.directory / 'other'))
    assert unknown.rc == 4
    assert fleet.states() == {'print1': 'proven', 'print2': 'proven'}


def test_a_host_that_fails_or_is_not_reached_has_an_exit_code_of_its_own(fleet: Fleet) -> None:
    fleet.publish(2)
    fleet.hosts['print2']['sendmemo_tls_servers'] = [{'name': 'nowhere'}]
    assert fleet.run().rc == 2
    fleet.hosts['print2'].update(DEAD)
    unreachable = fleet.run()
    assert unreachable.rc == 2
    assert 'Not reached: print2.' in unreachable.output
    fleet.points.answers['/ca.crl'] = closed
    assert fleet.run(sendmemo_tls_crl_tolerance=0).rc == 4


def test_the_crl_of_another_ca_than_the_active_one_is_left_to_converge(fleet: Fleet) -> None:
    other = Authority('Next CA')
    (fleet.directory / 'next.pem').write_bytes(other.pem)
    fleet.points.answers['/ca.crl'] = body(other.crl())
    before = fleet.config('print1').read_bytes()
    refused = fleet.run(sendmemo_tls_ca_src=str(fleet.directory / 'next.pem'))
    assert refused.rc == 2
    assert 'not_as_declared' in refused.output
    assert 'Run printops.infoprint.converge' in refused.output
    assert fleet.config('print1').read_bytes() == before


def test_a_server_that_is_not_configured_yet_is_left_alone(fleet: Fleet) -> None:
    (fleet.directory / 'print1' / 'spl2').mkdir()
    run = fleet.run(sendmemo_tls_servers=[{'name': 'spl1', 'state': 'absent'}, {'name': 'spl2'}])
    assert run.results('print1')[0].status == 'ok'
    assert not list((fleet.directory / 'print1' / 'spl2').iterdir())
    fleet.publish(2)
    fleet.hosts['print1']['sendmemo_tls_servers'] = [{'name': 'spl1'}, {'name': 'spl2'}]
    renewed = fleet.run()
    assert (renewed.rc, [one['name'] for one in sends(renewed)]) == (0, ['spl1', 'spl1']), renewed.output
    assert fleet.config('print1').exists()


def test_a_dead_or_lying_distribution_point_costs_no_mail(fleet: Fleet) -> None:
    """Each time on a controller that has kept nothing, so that the hosts alone know what they have."""
    fleet.points.answers['/ca.crl'] = closed
    dead = fleet.run(CONVERGE, sendmemo_tls_crl_cache=str(fleet.directory / 'second'))
    assert (dead.rc, [one['ok'] for one in sends(dead)]) == (0, [True, True]), dead.output
    (problem,) = dead.results('print1', CONVERGING)[0].result['problems']
    assert (problem['code'], problem['severity']) == ('crl_fetch_failed', 'warning')
    before = fleet.crl('print1')
    fleet.publish(0)
    lying = fleet.run(CONVERGE, sendmemo_tls_crl_cache=str(fleet.directory / 'third'))
    assert 'crl_older_than_installed' in lying.output
    assert [one['ok'] for one in sends(lying)] == [True], 'the run ends with the canary, which is proven all the same'
    assert fleet.crl('print1') == before
