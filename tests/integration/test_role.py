# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole way: the playbook converges over ssh and proves each server by a mail to a real Postfix."""

from __future__ import annotations

import os
import pathlib
import pwd
import re
import stat
import typing as t

import pytest

from support.playbook import Ansible, Run, hosts
from support.postfix import Postfix
from support.pythons import target_pythons
from support.role_results import CONVERGE as TASK_CONVERGE
from support.role_results import NOT_ACTIVE, reported, sends
from support.role_results import VERIFY as TASK_VERIFY
from support.sshd import OTHER_USER, PLAIN_USER, Sshd

from .conftest import Pki, need

CONFIG = 'sendmemo-ssl.cfg'
CONVERGE = 'printops.infoprint.converge'


class Fleet:
    """One print host behind sshd, whose two servers belong to a print user, and the playbook on it."""

    def __init__(self, ansible: Ansible, base: pathlib.Path, host: dict[str, t.Any], postfix: Postfix, pki: Pki) -> None:
        self.ansible = ansible
        self.base = base
        self.postfix = postfix
        self.recipient = f'{base.parents[1].name.replace("_", "-")}@example.com'
        self.host = {
            **host,
            'sendmemo_tls_base_dir': str(base),
            'sendmemo_tls_ca_src': str(pki.ca_path),
            'sendmemo_tls_crl_src': str(pki.crl_path),
            'sendmemo_tls_hostname': 'print1.example.com',
            'sendmemo_tls_smtp_host': '127.0.0.1',
            'sendmemo_tls_verify_recipients': [self.recipient],
            'sendmemo_tls_servers': [
                {'name': 'spl1', 'smtp_port': postfix.ports['starttls']},
                {'name': 'spl2', 'smtp_port': postfix.ports['smtps'], 'enable_tls': 'smtps'},
            ],
        }

    def run(self, *arguments: str, playbook: str = CONVERGE, **variables: t.Any) -> Run:
        return self.ansible.playbook(playbook, hosts(print1={**self.host, **variables}), *arguments)


def open_the_way_to(path: pathlib.Path) -> None:
    """Let a print user reach a directory below pytest's, which is root's alone."""
    for directory in [path, *path.parents]:
        if str(directory).startswith('/tmp/'):
            directory.chmod(directory.stat().st_mode | 0o055)


@pytest.fixture
def base(tmp_path: pathlib.Path, sshd: Sshd) -> pathlib.Path:
    """Base directory with two working directories that belong to the print user."""
    del sshd
    owner = pwd.getpwnam(OTHER_USER)
    base = tmp_path / 'var' / 'pd'
    for name in ('spl1', 'spl2'):
        (base / name).mkdir(parents=True)
        os.chown(base / name, owner.pw_uid, owner.pw_gid)
    open_the_way_to(base)
    return base


@pytest.fixture
def fleet(ansible: Ansible, base: pathlib.Path, sshd: Sshd, postfix: Postfix, pki: Pki) -> Fleet:
    return Fleet(ansible, base, sshd.host(PLAIN_USER, ansible_become=True), postfix, pki)


def oldest_python() -> str:
    """Return a Python 3.6 that every user of this machine may run."""
    python = target_pythons().get('3.6')
    if python is None:
        need('no Python 3.6 was found (the tests are to be started by make test)')
    return str(python)


@pytest.mark.every_core
@pytest.mark.parametrize('python', ['3.6', 'searched for'])
def test_converges_proves_and_has_nothing_more_to_do(fleet: Fleet, python: str) -> None:
    more = {'ansible_python_interpreter': oldest_python()} if python == '3.6' else {}
    first = fleet.run(**more)
    assert first.rc == 0, first.output
    assert first.stats['print1']['changed'] == 1
    proven = sends(first, 'print1')
    assert [(entry['name'], entry['ok'], entry['until'], entry['tls']['mode']) for entry in proven] == [
        ('spl1', True, 'sent', 'starttls'),
        ('spl2', True, 'sent', 'smtps'),
    ]
    # One mail per server arrived, and Postfix saw TLS and the EHLO name.
    for entry in proven:
        line = fleet.postfix.wait_for_log(rf'{entry["reply"]["queue_id"]}: .*status=sent')
        assert fleet.recipient in line
        assert entry['tls']['version'] in ('TLSv1.2', 'TLSv1.3')
    mails = fleet.postfix.mails(fleet.recipient)
    assert len(mails) == 2
    for mail in mails:
        received = mail['Received']
        assert 'from print1.example.com' in received
        assert 'using TLSv1' in received
    # The files belong to the print user, though root wrote them.
    for path in fleet.base.glob('*/*'):
        assert path.owner() == OTHER_USER
        assert stat.S_IMODE(path.stat().st_mode) == (0o644 if path.is_file() else 0o700)

    second = fleet.run(**more)
    assert second.rc == 0, second.output
    assert second.stats['print1']['changed'] == 0
    assert [entry['ok'] for entry in sends(second, 'print1')] == [True, True]

    config = fleet.base / 'spl1' / CONFIG
    config.write_text(config.read_text().replace('EnableTLS = 1', 'EnableTLS = 0'))
    third = fleet.run('--skip-tags', 'verify', **more)
    assert third.stats['print1']['changed'] == 1
    assert sends(third, 'print1') == []
    assert third.results('print1', TASK_CONVERGE)[0].result['servers'][0]['drift'] == [
        {'file': str(config), 'keyword': 'EnableTLS', 'kind': 'changed', 'before': '0', 'after': '1'}
    ]
    assert 'EnableTLS = 1' in config.read_text()


def test_the_proof_is_made_with_the_rights_of_the_owner(fleet: Fleet) -> None:
    """A CA that root can read and the print user cannot: sendmemo could not send, so neither may we."""
    ca = fleet.base.parent / 'ca.pem'
    ca.write_bytes(pathlib.Path(fleet.host['sendmemo_tls_ca_src']).read_bytes())
    open_the_way_to(ca.parent)
    del fleet.host['sendmemo_tls_ca_src']
    ca.chmod(0o600)
    refused = fleet.run(sendmemo_tls_ca_path=str(ca), sendmemo_tls_try_before_commit='none')
    problems = refused.results('print1', TASK_CONVERGE)[0].result['problems']
    assert {problem['code'] for problem in problems} == {'file_not_readable'}
    assert list(fleet.base.glob('*/*')) == []
    ca.chmod(0o644)
    assert fleet.run(sendmemo_tls_ca_path=str(ca)).rc == 0
    ca.chmod(0o600)
    run = fleet.run(sendmemo_tls_ca_path=str(ca))
    assert run.rc != 0
    result = reported(run, 'print1').result
    [entries, flat] = [[one for entry in sends(run, 'print1') for one in entry['problems']], result['problems']]
    for problems in (entries, flat):
        assert {problem['code'] for problem in problems if problem['severity'] == 'error'} == {'file_not_readable'}


@pytest.mark.every_core
def test_without_become_the_proof_says_whose_rights_it_used(fleet: Fleet) -> None:
    converged = fleet.run()
    for name in ('spl1', 'spl2'):
        (fleet.base / name).chmod(0o755)
    own = fleet.run(playbook='printops.infoprint.verify', ansible_become=False)
    for run, used in ((converged, OTHER_USER), (own, PLAIN_USER)):
        assert run.rc == 0, run.output
        found = [(entry['ok'], entry['proven_as'], entry['owner']) for entry in sends(run, 'print1')]
        assert found == [(True, used, OTHER_USER)] * 2
    words = f'sent with the rights of {PLAIN_USER}, not of the owner {OTHER_USER}'
    assert [words in line for line in reported(own, task=TASK_VERIFY).result['msg'].splitlines()] == [True, True]
    assert 'rights' not in reported(converged).result['msg']


def test_check_mode_changes_nothing_and_leaves_the_proof_out_where_files_would_change(fleet: Fleet) -> None:
    run = fleet.run('--check', '--diff')
    assert run.rc == 0, run.output
    assert run.stats['print1']['changed'] == 1
    assert list(fleet.base.glob('*/*')) == []
    assert sends(run, 'print1') == []
    lines = reported(run, 'print1').result['msg'].splitlines()
    assert [NOT_ACTIVE.format(name) in lines for name in ('spl1', 'spl2')] == [True, True]
    fleet.run()
    before = len(fleet.postfix.mails(fleet.recipient))
    again = fleet.run('--check')
    assert [(entry['ok'], entry['until']) for entry in sends(again, 'print1')] == [(True, 'envelope')] * 2
    assert len(fleet.postfix.mails(fleet.recipient)) == before, 'check mode sends nothing'


def test_without_recipients_the_run_is_refused_before_anything_is_touched(fleet: Fleet) -> None:
    del fleet.host['sendmemo_tls_verify_recipients']
    run = fleet.run()
    assert run.rc != 0
    assert 'sendmemo_tls_verify_recipients' in run.output
    assert list(fleet.base.glob('*/*')) == []
    assert fleet.run(sendmemo_tls_verify='handshake').rc == 0


@pytest.mark.every_core
def test_recipients_may_be_set_per_server_and_absent_ones_need_none(fleet: Fleet) -> None:
    del fleet.host['sendmemo_tls_verify_recipients']
    first, second = fleet.host['sendmemo_tls_servers']
    empty = fleet.run(sendmemo_tls_servers=[{**first, 'verify_recipients': []}])
    assert empty.rc != 0
    assert 'sendmemo_tls_verify_recipients' in empty.output
    assert list(fleet.base.glob('*/*')) == []
    servers = [{**first, 'verify_recipients': [fleet.recipient]}, {**second, 'state': 'absent'}]
    run = fleet.run(sendmemo_tls_servers=servers)
    assert run.rc == 0, run.output


def test_a_failing_proof_fails_the_run_and_says_why(fleet: Fleet) -> None:
    run = fleet.run(
        sendmemo_tls_servers=[{'name': 'spl1', 'smtp_port': fleet.postfix.ports['smtps']}], sendmemo_tls_try_before_commit='none'
    )
    assert run.rc != 0
    [entry] = sends(run, 'print1')
    assert entry['ok'] is False
    assert entry['problems'][0]['code'] == 'tls_expected'


@pytest.mark.every_core
def test_a_verification_switched_off_by_hand_fails_the_proof_by_name_though_the_mails_go_out(fleet: Fleet) -> None:
    assert fleet.run().rc == 0
    switches = ('IgnoreCertificateErrors', 'CertValidationIgnoreHostName')
    for name, switch in zip(('spl1', 'spl2'), switches, strict=True):
        path = fleet.base / name / CONFIG
        path.write_text(f'{path.read_text()}{switch} = 1\n')
    run = fleet.run(playbook='printops.infoprint.verify')
    assert run.rc == 2
    proven = sends(run, 'print1')
    reported = [[(one['code'], one['keyword']) for one in entry['problems'] if one['severity'] == 'error'] for entry in proven]
    assert reported == [[('not_as_declared', switch)] for switch in switches]
    assert all(entry['reply']['queue_id'] for entry in proven)


def test_a_set_that_cannot_send_is_not_activated(fleet: Fleet) -> None:
    run = fleet.run(sendmemo_tls_servers=[{'name': 'spl1', 'smtp_port': fleet.postfix.ports['smtps']}])
    assert run.rc != 0
    assert run.results('print1', TASK_CONVERGE)[0].result['servers'][0]['problems'][0]['code'] == 'tls_expected'
    assert list(fleet.base.glob('*/*')) == []


def done(run: Run) -> list[str]:
    """Return the tasks that the host's run did. The one to mark a mailbox is skipped, once for a batch, where none is named."""
    return [one.task.split(' : ')[-1] for one in run.results('print1') if one.status != 'skipped']


def test_one_task_does_it_all_and_no_facts(fleet: Fleet) -> None:
    for arguments in ((), ('--tags', 'configure,verify'), ('--tags', 'all'), ('--tags', 'configure'), ('--skip-tags', 'verify')):
        run = fleet.run(*arguments)
        assert run.rc == 0, run.output
        assert done(run) == [TASK_CONVERGE], arguments
        verifies = not arguments or 'all' in arguments or 'configure,verify' in arguments
        assert [entry['until'] for entry in sends(run, 'print1')] == ['sent', 'sent'] * verifies
    for arguments in (('--tags', 'verify'), ('--skip-tags', 'configure')):
        run = fleet.run(*arguments)
        assert run.rc == 0, run.output
        assert [re.split(r' \(', task)[0] for task in done(run)] == [TASK_VERIFY], arguments
        assert [entry['until'] for entry in sends(run, 'print1')] == ['sent', 'sent']


def test_an_absent_server_is_not_proven(fleet: Fleet) -> None:
    fleet.run()
    first, second = fleet.host['sendmemo_tls_servers']
    run = fleet.run(sendmemo_tls_servers=[{**first, 'state': 'absent'}, second])
    assert run.rc == 0, run.output
    assert not (fleet.base / 'spl1' / CONFIG).exists()
    assert [entry['name'] for entry in sends(run, 'print1')] == ['spl2']


def test_a_failed_canary_stops_the_run_before_the_others(fleet: Fleet) -> None:
    broken = {**fleet.host, 'sendmemo_tls_smtp_host': 'no.such.host.invalid'}
    run = fleet.ansible.playbook(CONVERGE, hosts(print1=broken, print2=fleet.host, print3=fleet.host))
    assert run.rc != 0
    assert 'print2' not in run.stats
    assert list(fleet.base.glob('*/*')) == []
