# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fleet in a box is what it says: machines to Ansible, nothing to the machine that it runs on."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

from fleet import box
from support.playbook import Ansible
from support.pythons import target_pythons

from .conftest import need

TESTS = pathlib.Path(__file__).resolve().parents[1]
# Makes a fleet and says where it is, then waits to be killed.
MAKER = """
import sys, time
from fleet.box import Fleet, mixed
with Fleet(mixed(2, [])) as fleet:
    print(fleet.supervisor, fleet.directory, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope='module')
def fleet():
    need(box.why_not())
    with box.Fleet(box.mixed(8, target_pythons().values())) as up:
        yield up


def test_each_host_is_a_machine_of_its_own(fleet, tmp_path):
    asked = 'hostname; id -un; echo $(ls -A /tmp /var/pd); python3 -V'
    run = Ansible(tmp_path / 'controller', within=fleet.controller).adhoc('raw', fleet.inventory(), args={'_raw_params': asked})
    assert run.rc == 0, run.output
    pythons = list(target_pythons())
    for number, (name, host) in enumerate(fleet.hosts.items()):
        [one] = run.results(name)
        hostname, user, files, version = one.result['stdout'].split('\r\n')[-5:-1]
        assert (hostname, user) == (name, 'root'), f'logged in by {host.plan.login}'
        assert files == f'/tmp: /var/pd: {" ".join(host.plan.servers)}'
        assert not pythons or version.startswith(f'Python {pythons[number % len(pythons)]}.')
    assert len(set(fleet['print01'].run('ps', '-e', '-o', 'comm=').split()) - {'sh', 'sshd', 'sleep', 'ps'}) == 0
    fleet['print01'].path('/var/pd/spl1/mine').touch()
    assert not fleet['print02'].path('/var/pd/spl1/mine').exists()


def test_the_controller_reaches_the_fleet_and_nothing_else(fleet):
    routes = subprocess.run([*fleet.controller, 'ip', 'route'], capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in routes.splitlines()] == ['10.213.0.0/16']


def test_the_machine_keeps_its_mounts_users_and_interfaces(fleet):
    fleet['print01'].run('useradd', 'somebody')
    assert str(fleet.directory) not in pathlib.Path('/proc/self/mounts').read_text()
    users = {line.split(':')[0] for line in pathlib.Path('/etc/passwd').read_text().splitlines()}
    assert not users & {'somebody', *box.layer.USERS}
    assert not set(fleet.hosts) & set(os.listdir('/sys/class/net'))  # noqa: PTH208, no files


def test_a_fleet_whose_maker_is_killed_is_gone():
    need(box.why_not())
    with subprocess.Popen(
        [sys.executable, '-B', '-c', MAKER], env={**os.environ, 'PYTHONPATH': str(TESTS)}, text=True, stdout=subprocess.PIPE
    ) as maker:
        supervisor, directory = maker.stdout.readline().split()
        supervisor = pathlib.Path('/proc') / supervisor
        inside = [path.name for path in (supervisor / 'root' / 'proc').iterdir() if path.name.isdigit()]
        assert len(inside) > 10, 'the processes of three hosts, Postfix among them'
        maker.send_signal(signal.SIGKILL)
    end = time.monotonic() + 10
    while (supervisor.exists() or pathlib.Path(directory).exists()) and time.monotonic() < end:
        time.sleep(0.05)
    # The end of a pid namespace's first process is the end of all in it, and of their mounts and interfaces.
    assert not supervisor.exists()
    assert not pathlib.Path(directory).exists()


def test_it_names_the_package_that_lacks(monkeypatch):
    need(box.why_not())
    find = shutil.which
    monkeypatch.setattr(shutil, 'which', lambda name: None if name == 'ip' else find(name))
    assert box.why_not.__wrapped__() == 'the fleet needs the Debian packages iproute2'
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    assert 'needs root' in box.why_not.__wrapped__()


def test_a_host_that_does_not_start_is_named():
    need(box.why_not())
    with pytest.raises(RuntimeError, match='print01: mount:'), box.Fleet({'print01': box.Plan(size='none')}):
        pass
