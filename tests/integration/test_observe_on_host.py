# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An observation with the names, users and rights of a real print host: by ssh and sudo, of a mailer that runs as the print user.

The host is of the fleet in a box: /var/pd, the programs in /usr/lpp/pd/bin, /etc/hosts and port 25 of the controller are as at a
site. What stands in for sendmemo is as everywhere in these tests a stand-in.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import typing as t

import pytest

from fleet import box, layer
from support.pd_programs import PdPrograms
from support.playbook import ROOT, Ansible, Run
from support.runner_site import ANSIBLE

from .conftest import need

CONTROLLER = box.NETWORK.partition('/')[0]
NAME = 'control.print.example.com'  # of the controller, as the print host calls it
DIRECTORY, PD, SWITCHES = '/var/pd/lab1', '/usr/lpp/pd', '/etc/lab1-switches.json'
RECIPIENT = 'lab@example.com'
BEFORE = {'smtp-server-host': box.MAIL_NAME, 'smtp-server-port': '587'}
CONFIG = """\
# by hand
EnableTLS = 1
CAFile = mail-ca.pem
Hostname = print1.example.com
"""
DEVIATIONS = {'crl_check': 'chain', 'absolute_path': 'refused', 'missing_file': 'accepted', 'comment_hash': 'comment'}
AS_ASSUMED = {
    'unknown_ca': 'refused',
    'host_name': 'refused',
    'wildcard': 'accepted',
    'smtps': 'at_once',
}

Tree = dict[str, tuple[int, int, int, bytes]]


class Lab:
    """A print host with one server: its files, some of which are no concern of ours, and its attributes."""

    def __init__(self, fleet: box.Fleet, ansible: Ansible) -> None:
        self.fleet = fleet
        self.host = fleet['print1']
        self._ansible = ansible
        self.directory = self.host.path(DIRECTORY)
        hosts = self.host.path('/etc/hosts').read_text()
        self.host.put('/etc/hosts', f'{hosts}{CONTROLLER} {NAME}\n')
        self.host.put(SWITCHES, json.dumps(DEVIATIONS))
        self.pd = self._pd_programs()
        self._fill()
        self.before = self.tree()

    def _pd_programs(self) -> PdPrograms:
        """Make pdls and pdset, which the print user may start, too; on the host their paths begin at its root."""
        directory = self.host.path(PD)
        programs = PdPrograms(directory, {'lab1': BEFORE})
        for program in programs.bin_dir.iterdir():
            program.write_text(program.read_text().replace(str(directory), PD))
        (directory / 'pd-calls.jsonl').touch()
        for shared in directory.glob('pd-*'):
            shared.chmod(0o666)
        return programs

    def _fill(self) -> None:
        contents = {'sendmemo-ssl.cfg': (0o640, CONFIG.encode()), 'mail-ca.pem': (0o444, self.fleet.authority.pem)}
        for name, (mode, content) in {**contents, 'error.log': (0o600, b'5010-192\n')}.items():
            (self.directory / name).write_bytes(content)
            (self.directory / name).chmod(mode)
        self.directory.chmod(0o750)
        owner = layer.USERS[layer.PRINT_USER]
        for path in (self.directory, *self.directory.iterdir()):
            os.chown(path, owner, owner)

    def tree(self) -> Tree:
        """Return owner, group, mode and content of all that is there."""
        found = {}
        for path in (self.directory, *self.directory.rglob('*')):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() else b''
            found[str(path.relative_to(self.directory))] = (status.st_uid, status.st_gid, status.st_mode, content)
        return found

    def observe(self) -> Run:
        words = ['runuser', '-u', layer.PRINT_USER, '--', 'env', f'PYTHONPATH={ROOT}/tests', sys.executable, '-B']
        words += ['-m', 'support.stand_in_sendmemo', DIRECTORY, f'{PD}/bin/pdls', 'lab1', SWITCHES]
        variables = {
            'target': 'all',
            'observe_server': 'lab1',
            'observe_confirm': True,
            'observe_listen_address': CONTROLLER,
            'observe_listen_port': 25,
            'observe_mail_host': NAME,
            'observe_trigger_command': shlex.join(words),
            'observe_deadline': 1,  # the command ends when the mail was sent
            'observe_experiments': [*DEVIATIONS, *AS_ASSUMED],
            'sendmemo_tls_servers': [{'name': 'lab1'}],
            'sendmemo_tls_verify_recipients': [RECIPIENT],
        }
        return self._ansible.playbook('printops.infoprint.observe', self.fleet.inventory(), extra_vars=variables)


@pytest.fixture(scope='module')
def lab(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Lab]:
    need(box.why_not())
    plan = box.Plan(login='sudo', servers=('lab1',), visible=ANSIBLE)
    with box.Fleet({'print1': plan}) as fleet:
        yield Lab(fleet, Ansible(tmp_path_factory.mktemp('controller'), within=fleet.controller))


def test_a_mailer_with_the_rights_of_its_user_is_observed_and_all_is_put_back(lab: Lab) -> None:
    run = lab.observe()
    assert run.rc == 0, run.output
    (result,) = [one.result for one in run.results(task='Observe')]
    found = {one['name']: one for one in result['assumptions']}
    wanted = {**DEVIATIONS, **AS_ASSUMED, 'when_read': 'each_mail'}
    assert {name: found[name]['observed'] for name in wanted} == wanted
    assert {found[name]['verdict'] for name in DEVIATIONS} == {'differs'}
    assert {found[name]['verdict'] for name in AS_ASSUMED} == {'holds'}
    assert 'error log: no mail was sent: TlsFailed' in found['crl_check']['evidence'][0]
    tree = lab.tree()
    *rights, log = tree.pop('error.log')  # the mailer's own
    *rights_before, log_before = lab.before.pop('error.log')
    assert (rights, log.startswith(log_before)) == (rights_before, True)
    assert tree == lab.before
    assert lab.pd.attributes('lab1') == BEFORE
    assert len(lab.fleet.postfix.mails(RECIPIENT)) == 2  # the proofs before and after, by the mail server at the attributes
