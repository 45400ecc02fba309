# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The playbooks on a fleet as one finds it: twelve hosts, Pythons from 3.6 on, three ways to become root, 1 to 6 servers each."""

from __future__ import annotations

import json
import shutil
import typing as t

import pytest

from fleet import box
from support.playbook import Ansible, Run
from support.pythons import target_pythons
from support.role_results import sends

from .conftest import need

CONFIG = 'sendmemo-ssl.cfg'
FREE = [
    {
        'name': 'Converge, each host at its own pace',
        'hosts': 'print_servers',
        'gather_facts': False,
        'strategy': 'free',
        'tasks': [{'name': 'Converge', 'ansible.builtin.import_role': {'name': 'printops.infoprint.sendmemo_tls'}}],
    }
]
AT_ONCE = {'batches': ['100%']}
# Becomes the host's /usr/bin/python3 ({python} is the real one): reads what it is to run, loses its connection, then runs it.
CUT_OFF = """\
#!/bin/sh
cat >/var/tmp/program
for directory in /proc/[0-9]*; do
  read -r name <"$directory/comm" && [ "$name" = sshd ] && kill -9 "${{directory#/proc/}}"
done
exec {python} "$@" </var/tmp/program
"""
# The kernel gives a host no wall clock of its own; this one is two years ahead for Python and the OpenSSL in it.
AHEAD = """\
#!/bin/sh
exec env FAKETIME_DONT_FAKE_MONOTONIC=1 faketime --exclude-monotonic -f +2y {python} "$@"
"""


class Site:
    """The fleet with its inventory and a controller."""

    def __init__(self, fleet: box.Fleet, ansible: Ansible) -> None:
        self.fleet = fleet
        self._ansible = ansible
        self.ca, self.crl = ansible.directory / 'ca.pem', ansible.directory / 'crl.pem'
        self.ca.write_bytes(fleet.authority.pem)
        self.crl.write_bytes(fleet.authority.crl())
        self._inventory = fleet.inventory(
            sendmemo_tls_ca_src=str(self.ca),
            sendmemo_tls_crl_src=str(self.crl),
            sendmemo_tls_smtp_host=box.MAIL_NAME,
            sendmemo_tls_smtp_port=587,
            sendmemo_tls_hostname='{{ inventory_hostname }}.example.com',
        )
        for number, (name, host) in enumerate(fleet.hosts.items()):
            variables = self._inventory['print_servers']['hosts'][name]
            variables['sendmemo_tls_servers'] = [{'name': server} for server in host.plan.servers]
            # Each way to encrypt has its hosts.
            if number % 3 == 2:
                variables.update(sendmemo_tls_enable_tls='smtps', sendmemo_tls_smtp_port=465)

    def run(self, playbook: t.Any, *arguments: str, **variables: t.Any) -> Run:
        extra_vars = {'sendmemo_tls_verify_recipients': ['operators@example.com'], **variables}
        run = self._ansible.playbook(
            playbook, self._inventory, '--forks', '12', '-e', json.dumps(extra_vars), *arguments, timeout=300
        )
        assert 'Traceback' not in run.output, run.output
        return run

    def texts(self) -> dict[str, bytes]:
        """Return every file that sendmemo reads, by host, server and name."""
        return {
            f'{name}/{path.parent.name}/{path.name}': path.read_bytes()
            for name, host in self.fleet.hosts.items()
            for path in host.path('/var/pd').glob('*/*')
            if path.suffix in ('.cfg', '.pem')
        }

    def mails(self, recipient: str) -> int:
        return len(self.fleet.postfix.mails(recipient))

    @property
    def servers(self) -> int:
        return sum(len(host.plan.servers) for host in self.fleet.hosts.values())


def proven(run: Run, name: str) -> bool:
    """Whether the run's last proof of this host is one of all its servers."""
    proofs = {entry['name']: entry['ok'] for entry in sends(run, name)}
    return bool(proofs) and all(proofs.values())


def converged(run: Run, name: str) -> bool | None:
    """Whether the run changed the host's servers; None where it did not get that far."""
    results = [one for one in run.results(name) if one.action.endswith('sendmemo_config') and one.status == 'ok']
    return results[-1].result['changed'] if results else None


def messages_of(run: Run, name: str) -> str:
    """Return how the run failed on a host: status and message of each failure."""
    ends = [one for one in run.results(name) if one.status in ('failed', 'unreachable')]
    return '\n'.join(f'{one.status} {one.result.get("msg")}' for one in ends)


@pytest.fixture(scope='module')
def fleet():
    need(box.why_not())
    need('' if shutil.which('faketime') else 'a clock that is ahead needs the Debian package faketime')
    with box.Fleet(box.mixed(12, target_pythons().values())) as up:
        yield up


@pytest.fixture
def site(fleet, tmp_path):
    for host in fleet.hosts.values():
        host.make_servers()
    yield Site(fleet, Ansible(tmp_path / 'controller', within=fleet.controller))
    fleet.disconnect()


def test_converge_drift_correct_and_roll_back(site):
    # One host, then more, then all the others.
    first = site.run('printops.infoprint.converge', sendmemo_tls_verify_recipients=['first@example.com'])
    assert first.rc == 0, first.output
    for name in site.fleet.hosts:
        assert converged(first, name) is True, name
        assert proven(first, name), name
    assert site.mails('first@example.com') == site.servers, 'a mail of each server, and of each only one'

    expected = site.texts()
    assert len(expected) == 3 * site.servers
    second = site.run('printops.infoprint.converge', **AT_ONCE)
    assert {name: converged(second, name) for name in site.fleet.hosts} == dict.fromkeys(site.fleet.hosts, False)
    assert all(proven(second, name) for name in site.fleet.hosts)

    drifted = {'print02': 'spl2', 'print06': 'spl6', 'print11': 'spl3'}
    for name, server in drifted.items():
        path = site.fleet[name].path(f'/var/pd/{server}/{CONFIG}')
        path.write_text(path.read_text().replace('EnableTLS = ', 'EnableTLS = 0 # was '))
    site.fleet['print11'].run('sh', '-c', 'rm /var/pd/spl1/*.pem')
    third = site.run('printops.infoprint.converge', **AT_ONCE)
    assert third.rc == 0, third.output
    assert {name for name in site.fleet.hosts if converged(third, name)} == set(drifted)
    assert all(proven(third, name) for name in site.fleet.hosts)
    assert site.texts() == expected

    changed = site.run('printops.infoprint.converge', sendmemo_tls_hostname='other.example.com', **AT_ONCE)
    assert changed.rc == 0, changed.output
    assert site.texts() != expected
    back = site.run('printops.infoprint.rollback', **AT_ONCE)
    assert back.rc == 0, back.output
    assert site.texts() == expected
    verified = site.run('printops.infoprint.verify')
    assert verified.rc == 0, verified.output
    assert all(proven(verified, name) for name in site.fleet.hosts)


@pytest.mark.parametrize('playbook', ['printops.infoprint.converge', FREE], ids=['in batches', 'strategy free'])
def test_without_pipelining(site, playbook):
    run = site.run(playbook, ansible_pipelining=False, **AT_ONCE)
    assert run.rc == 0, run.output
    assert all(converged(run, name) and proven(run, name) for name in site.fleet.hosts)


def test_what_goes_wrong_on_some_hosts_keeps_the_others_from_nothing(site):
    fleet = site.fleet
    down, full, cut, ahead, mute, slow = (fleet[f'print{number:02}'] for number in (2, 4, 7, 5, 6, 8))
    fleet.link(down, 'down')
    full.run('dd', 'if=/dev/zero', 'of=/var/tmp/fill', 'bs=64k', check=False)
    restore = [(host, host.run('readlink', '-f', '/usr/bin/python3').strip()) for host in (cut, ahead)]
    for (host, real), script in zip(restore, (CUT_OFF, AHEAD), strict=True):
        python = host.path('/usr/bin/python3')
        python.unlink()
        python.write_text(script.format(python=real))
        python.chmod(0o755)
    mute.run('ip', 'route', 'add', 'unreachable', box.MAIL_ADDRESS)
    slow.path(f'/home/{slow.variables["ansible_user"]}/.bashrc').write_text('sleep 2\n')

    run = site.run('printops.infoprint.converge', **AT_ONCE)
    assert run.rc != 0
    assert 'unreachable' in messages_of(run, down.name)
    assert 'No space left' in messages_of(run, full.name)
    assert 'connection' in messages_of(run, cut.name)
    assert 'expired' in messages_of(run, ahead.name)
    assert 'network_unreachable' in messages_of(run, mute.name)
    ill = {host.name for host in (down, full, cut, ahead, mute)}
    for name, host in fleet.hosts.items():
        if name in ill:
            assert not proven(run, name), name
            assert not list(host.path('/var/pd').glob(f'*/{CONFIG}')), f'{name} has a configuration that nobody could try'
        else:
            assert converged(run, name) is True, f'{name}: {messages_of(run, name)}'
            assert proven(run, name), f'{name}: {messages_of(run, name)}'

    fleet.link(down, 'up')
    full.run('rm', '/var/tmp/fill')
    for host, real in restore:
        host.run('ln', '-sf', real, '/usr/bin/python3')
    cut.run('/usr/sbin/sshd', '-f', '/etc/fleet/sshd_config')
    mute.run('ip', 'route', 'delete', 'unreachable', box.MAIL_ADDRESS)
    slow.path(f'/home/{slow.variables["ansible_user"]}/.bashrc').write_text('')
    fleet.disconnect()
    recovered = site.run('printops.infoprint.converge', **AT_ONCE)
    assert recovered.rc == 0, recovered.output
    assert {name for name in fleet.hosts if converged(recovered, name)} == ill
    assert all(proven(recovered, name) for name in fleet.hosts)


def test_a_failure_ends_the_rollout_with_its_batch(site):
    site.fleet['print03'].run('ip', 'route', 'add', 'unreachable', box.MAIL_ADDRESS)
    site.fleet.link(site.fleet['print02'], 'down')
    try:
        run = site.run('printops.infoprint.converge', batches=['1', '4', '100%'])
    finally:
        site.fleet['print03'].run('ip', 'route', 'delete', 'unreachable', box.MAIL_ADDRESS)
        site.fleet.link(site.fleet['print02'], 'up')
    assert run.rc != 0
    assert 'network_unreachable' in messages_of(run, 'print03')
    assert 'unreachable' in messages_of(run, 'print02')
    assert {name for name in site.fleet.hosts if proven(run, name)} == {'print01', 'print04', 'print05'}
    assert {key.split('/')[0] for key in site.texts()} == {'print01', 'print04', 'print05'}, 'the next batch is as it was'
