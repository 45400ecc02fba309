# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Delivery confirmed in a mailbox: what the playbooks do with mails that arrive, get lost, or come in another way than they were
sent, through a real Postfix."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from support.playbook import Ansible, Run, hosts, local_host
from support.postfix import Postfix
from support.role_results import sends

from .conftest import Pki

CONVERGE, VERIFY = 'printops.infoprint.converge', 'printops.infoprint.verify'
MARKS, CONFIRMS = 'Mark the mailbox', 'Confirm that the mails were delivered'
FAILS = 'Fail the hosts whose mails were not delivered'
SERVERS = ('spl1', 'spl2')
OF_LOST = {'name': 'spl1', 'verify_sender': 'lost@example.com'}


Variables = t.Mapping[str, t.Any]


class Fleet:
    """Four print hosts on this machine with two servers each, whose mails Postfix puts into a Maildir."""

    def __init__(self, ansible: Ansible, directory: pathlib.Path, postfix: Postfix, pki: Pki) -> None:
        self.ansible = ansible
        self.directory = directory
        self.postfix = postfix
        self.variables: dict[str, t.Any] = {
            'sendmemo_tls_confirm': True,
            'sendmemo_tls_confirm_maildir': str(postfix.maildir),
            'sendmemo_tls_confirm_timeout': 10,
            'sendmemo_tls_ca_src': str(pki.ca_path),
            'sendmemo_tls_crl_src': str(pki.crl_path),
            'sendmemo_tls_smtp_host': 'localhost',
            'sendmemo_tls_smtp_port': postfix.ports['starttls'],
            'sendmemo_tls_hostname': '{{ inventory_hostname }}.example.com',
            'sendmemo_tls_verify_recipients': ['proofs@example.com'],
            'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2'}],
        }
        self.names = [f'print{number:02}' for number in range(1, 5)]
        for name in self.names:
            for server in ('spl1', 'spl2'):
                (directory / name / server).mkdir(parents=True)

    def run(self, playbook: str, *arguments: str, special: t.Mapping[str, Variables] | None = None, **more: t.Any) -> Run:
        """Run a playbook; `special` are variables of some hosts, `more` those of all, which come first."""
        inventory = {
            name: local_host(
                **{'sendmemo_tls_base_dir': str(self.directory / name), **self.variables, **(special or {}).get(name, {})}
            )
            for name in self.names
        }
        return self.ansible.playbook(playbook, hosts(**inventory), '-e', json.dumps(more), *arguments)

    def losing(self) -> None:
        """Let Postfix accept the mails of OF_LOST and drop them without a word."""
        self.postfix.set(smtpd_sender_restrictions='check_sender_access inline:{lost@example.com=DISCARD}')


@pytest.fixture
def fleet(ansible: Ansible, tmp_path: pathlib.Path, postfix: Postfix, pki: Pki) -> Fleet:
    return Fleet(ansible, tmp_path / 'fleet', postfix, pki)


def confirmations(run: Run) -> list[dict[str, t.Any]]:
    return [entry for one in run.results(task=CONFIRMS) for entry in one.result.get('proofs', [])]


def delivered(run: Run) -> dict[tuple[str, str], bool | None]:
    return {(entry['host'], entry['server']): entry['delivered'] for entry in confirmations(run)}


def codes(run: Run) -> dict[tuple[str, str], list[str]]:
    found = {(entry['host'], entry['server']): [one['code'] for one in entry['problems']] for entry in confirmations(run)}
    return {who: of for who, of in found.items() if of}


def failed(run: Run) -> list[str]:
    return sorted(name for name, counts in run.stats.items() if counts['failures'])


def test_each_batch_is_confirmed_once_before_the_next_one(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE)
    assert run.rc == 0, run.output
    assert delivered(run) == {(name, server): True for name in fleet.names for server in SERVERS}
    assert codes(run) == {}
    order = [(one.play, one.task) for one in run.task_results]
    for play in dict.fromkeys(play for play, _task in order):
        tasks = [task for of, task in order if of == play]
        assert [name in tasks[0] for name in (MARKS,)] == [True]
        assert CONFIRMS in tasks[-1]
        assert sum(CONFIRMS in task for task in tasks) == 1
    for entry in confirmations(run):
        assert 0 <= entry['delay_ms'] < 10_000
        received = entry['received']
        assert received['by'] == 'mail.example.com'
        assert received['with'] == 'ESMTPS'
        assert received['helo'] == f'{entry["host"]}.example.com'
        assert received['address'] == '127.0.0.1'
        assert received['tls'].startswith('TLSv1.3 TLS_')


def test_a_mail_that_is_lost_fails_its_host_alone_and_ends_the_run(fleet: Fleet) -> None:
    fleet.losing()
    run = fleet.run(CONVERGE, '-e', 'serial=2', special={'print02': {'sendmemo_tls_servers': [OF_LOST, {'name': 'spl2'}]}})
    assert run.rc == 2, run.output
    assert delivered(run) == {
        ('print01', 'spl1'): True,
        ('print01', 'spl2'): True,
        ('print02', 'spl1'): False,
        ('print02', 'spl2'): True,
    }
    assert codes(run) == {('print02', 'spl1'): ['not_delivered']}
    assert failed(run) == ['print02']
    assert set(run.stats) == {'print01', 'print02'}, 'the next batch is not begun'
    [lost] = [entry['problems'][0] for entry in confirmations(run) if entry['problems']]
    queue_id = sends(run, 'print02')[0]['reply']['queue_id']
    assert queue_id in lost['message']
    assert queue_id in lost['hint']
    assert f'localhost:{fleet.postfix.ports["starttls"]}' in lost['message']
    [said] = [one.result['msg'] for one in run.results('print02', FAILS) if one.status == 'failed']
    assert lost['message'] in said


def test_a_lost_mail_of_the_canary_stops_the_rollout(fleet: Fleet) -> None:
    fleet.losing()
    run = fleet.run(CONVERGE, special={'print01': {'sendmemo_tls_servers': [OF_LOST]}})
    assert run.rc == 2, run.output
    assert list(run.stats) == ['print01']
    assert not (fleet.directory / 'print02' / 'spl1' / 'sendmemo-ssl.cfg').exists()


def test_the_mails_of_a_host_that_failed_otherwise_are_confirmed_all_the_same(fleet: Fleet) -> None:
    broken = {
        'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2', 'smtp_port': 9}],
        'sendmemo_tls_try_before_commit': 'none',
    }
    run = fleet.run(CONVERGE, '-e', 'serial=4', special={'print01': broken})
    assert run.rc == 2, run.output
    assert failed(run) == ['print01']
    assert delivered(run) == {
        (name, server): True for name in fleet.names for server in SERVERS if (name, server) != ('print01', 'spl2')
    }


def test_verify_confirms_too(fleet: Fleet) -> None:
    fleet.losing()
    assert fleet.run(CONVERGE, '-e', 'serial=4', sendmemo_tls_confirm=False).rc == 0
    run = fleet.run(VERIFY, special={'print03': {'sendmemo_tls_servers': [{'name': 'spl1'}, OF_LOST | {'name': 'spl2'}]}})
    assert run.rc == 2, run.output
    assert failed(run) == ['print03']
    assert {who for who, is_there in delivered(run).items() if not is_there} == {('print03', 'spl2')}


def test_a_mailbox_that_gives_no_answer_fails_no_host(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE, '-e', 'serial=4', sendmemo_tls_confirm_maildir='/nonexistent')
    assert run.rc == 0, run.output
    assert set(delivered(run).values()) == {None}
    assert {tuple(of) for of in codes(run).values()} == {('mailbox_unavailable',)}
    assert '/nonexistent' in run.output


def test_in_check_mode_nothing_is_opened(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE, '-e', 'serial=4', '--check', sendmemo_tls_confirm_maildir='/nonexistent')
    assert run.rc == 0, run.output
    assert '/nonexistent' not in run.output


def test_without_the_tag_verify_nothing_is_confirmed(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE, '-e', 'serial=4', '--tags', 'configure', sendmemo_tls_confirm_maildir='/nonexistent')
    assert run.rc == 0, run.output
    assert not confirmations(run)
