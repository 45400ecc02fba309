# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Delivery confirmed in a mailbox: what the playbooks do with mails that arrive, get lost, or come in another way than they were
sent, through a real Postfix."""

from __future__ import annotations

import base64
import json
import pathlib
import ssl
import typing as t

import pytest

from support.counting_proxy import CountingProxy
from support.dovecot import ADDRESS, Dovecot
from support.playbook import Ansible, Run, hosts, local_host
from support.postfix import Postfix
from support.role_results import sends

from .conftest import Pki

CONVERGE, VERIFY = 'printops.infoprint.converge', 'printops.infoprint.verify'
MARKS, CONFIRMS = 'Mark the mailbox', 'Confirm delivery'
FAILS = 'End the run after this batch'
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
            'sendmemo_tls_confirm_timeout': 6,
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

    def run(self, playbook: t.Any, *arguments: str, special: t.Mapping[str, Variables] | None = None, **more: t.Any) -> Run:
        """Run a playbook; `special` are variables of some hosts, `more` those of all, which come first."""
        inventory = {
            name: local_host(
                **{'sendmemo_tls_base_dir': str(self.directory / name), **self.variables, **(special or {}).get(name, {})}
            )
            for name in self.names
        }
        directory = str(self.directory / 'report')
        return self.ansible.playbook(
            playbook,
            hosts(**inventory),
            '-e',
            json.dumps(more),
            *arguments,
            callbacks=('printops.infoprint.fleet_report',),
            INFOPRINT_REPORT_DIRECTORY=directory,
        )

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


@pytest.mark.version_shim
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


@pytest.mark.version_shim
def test_a_mail_that_is_lost_fails_its_host_alone_and_ends_the_run(fleet: Fleet) -> None:
    fleet.losing()
    run = fleet.run(CONVERGE, '-e', 'batches=2', special={'print02': {'sendmemo_tls_servers': [OF_LOST, {'name': 'spl2'}]}})
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
    report = json.loads((fleet.directory / 'report' / 'report.json').read_text())
    states = {(host['name'], server['name']): server['state'] for host in report['hosts'] for server in host['servers']}
    assert states.pop(('print02', 'spl1')) == 'failing'
    assert states == {
        ('print01', 'spl1'): 'delivered',
        ('print01', 'spl2'): 'delivered',
        ('print02', 'spl2'): 'delivered',
        ('print03', ''): 'not_checked',
        ('print04', ''): 'not_checked',
    }
    [said] = [one.result['msg'] for one in run.results('print02', FAILS) if one.status == 'failed']
    assert lost['message'] in said


def test_a_lost_mail_of_the_canary_stops_the_rollout(fleet: Fleet) -> None:
    fleet.losing()
    run = fleet.run(CONVERGE, special={'print01': {'sendmemo_tls_servers': [OF_LOST]}})
    assert run.rc == 2, run.output
    assert list(run.stats) == ['print01']
    assert not (fleet.directory / 'print02' / 'spl1' / 'sendmemo-ssl.cfg').exists()


@pytest.mark.version_shim
def test_the_mails_of_a_host_that_failed_otherwise_are_confirmed_all_the_same(fleet: Fleet) -> None:
    broken = {
        'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2', 'smtp_port': 9}],
        'sendmemo_tls_try_before_commit': 'none',
    }
    run = fleet.run(CONVERGE, '-e', 'batches=4', special={'print01': broken})
    assert run.rc == 2, run.output
    assert failed(run) == ['print01']
    assert delivered(run) == {
        (name, server): True for name in fleet.names for server in SERVERS if (name, server) != ('print01', 'spl2')
    }


def test_verify_confirms_too(fleet: Fleet) -> None:
    fleet.losing()
    assert fleet.run(CONVERGE, '-e', 'batches=4', sendmemo_tls_confirm=False).rc == 0
    run = fleet.run(VERIFY, special={'print03': {'sendmemo_tls_servers': [{'name': 'spl1'}, OF_LOST | {'name': 'spl2'}]}})
    assert run.rc == 2, run.output
    assert failed(run) == ['print03']
    assert {who for who, is_there in delivered(run).items() if not is_there} == {('print03', 'spl2')}


@pytest.mark.version_shim
def test_a_failed_send_fails_verify_whether_mails_are_confirmed_or_not(fleet: Fleet) -> None:
    assert fleet.run(CONVERGE, '-e', 'batches=4', sendmemo_tls_confirm=False).rc == 0
    broken = {'print02': {'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2', 'smtp_port': 9}]}}
    for confirm in (True, False):
        run = fleet.run(VERIFY, special=broken, sendmemo_tls_confirm=confirm)
        assert (run.rc, failed(run)) == (2, ['print02']), run.output
        assert len(confirmations(run)) == (7 if confirm else 0)


@pytest.mark.version_shim
def test_a_mailbox_that_gives_no_answer_fails_no_host(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE, '-e', 'batches=4', sendmemo_tls_confirm_maildir='/nonexistent')
    assert run.rc == 0, run.output
    assert set(delivered(run).values()) == {None}
    assert {tuple(of) for of in codes(run).values()} == {('mailbox_unavailable',)}
    assert '/nonexistent' in run.output


def test_in_check_mode_nothing_is_opened(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE, '-e', 'batches=4', '--check', sendmemo_tls_confirm_maildir='/nonexistent')
    assert run.rc == 0, run.output
    assert '/nonexistent' not in run.output


def test_without_the_tag_verify_nothing_is_confirmed(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE, '-e', 'batches=4', '--tags', 'configure', sendmemo_tls_confirm_maildir='/nonexistent')
    assert run.rc == 0, run.output
    assert not confirmations(run)


@pytest.mark.parametrize(
    ('special', 'words'),
    [
        ({'print03': {'sendmemo_tls_confirm': False}}, 'sendmemo_tls_confirm is false here and true for another host'),
        ({'print03': {'sendmemo_tls_confirm_maildir': '/var/mail/other'}}, 'the mailbox of this host is /var/mail/other'),
        ({'print03': {'sendmemo_tls_confirm_maildir': None}}, 'no mailbox is given: set sendmemo_tls_confirm_imap_host'),
        (
            {'print03': {'sendmemo_tls_confirm_imap_host': 'imap.example.com'}},
            'sendmemo_tls_confirm_imap_host and sendmemo_tls_confirm_maildir exclude each other',
        ),
    ],
    ids=['not of all hosts', 'another mailbox', 'no mailbox', 'two mailboxes'],
)
def test_a_host_whose_mails_would_not_be_confirmed_is_refused_before_it_is_touched(
    fleet: Fleet, special: dict[str, Variables], words: str
) -> None:
    run = fleet.run(CONVERGE, '-e', 'batches=4', special=special)
    assert run.rc == 2, run.output
    assert failed(run) == ['print03']
    assert words in ' '.join(str(one.result.get('msg')) for one in run.results('print03') if one.status == 'failed')
    assert not (fleet.directory / 'print03' / 'spl1' / 'sendmemo-ssl.cfg').exists()
    assert ('print03', 'spl1') not in delivered(run)
    assert delivered(run)['print04', 'spl1'] is True


def test_a_play_of_ones_own_is_told_that_nothing_is_confirmed(fleet: Fleet) -> None:
    play = {
        'hosts': 'print01',
        'gather_facts': False,
        'roles': [{'role': 'printops.infoprint.sendmemo_tls'}],
    }
    run = fleet.run([play])
    assert run.rc == 0, run.output
    assert 'sendmemo_tls_confirm has no effect in this play' in ' '.join(run.output.split())


def test_the_first_host_does_not_decide_for_the_others(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE, '-e', 'batches=4', special={'print01': {'sendmemo_tls_confirm': False}})
    assert failed(run) == ['print02', 'print03', 'print04'], run.output
    assert not (fleet.directory / 'print02' / 'spl1' / 'sendmemo-ssl.cfg').exists()


@pytest.fixture
def relay(pki: Pki, dovecot: Dovecot) -> t.Iterator[Postfix]:
    """A Postfix that delivers into Dovecot's mailbox, with a port for plaintext."""
    plain = {'plain': ('smtpd_tls_security_level = none',)}
    maildirs = {ADDRESS: dovecot.maildir}
    with Postfix(pki.server.certificate_pem, pki.server.key_pem, variants=plain, maildirs=maildirs) as running:
        yield running


def in_dovecot(fleet: Fleet, relay: Postfix, dovecot: Dovecot, pki: Pki, mode: str) -> None:
    """Let the fleet's mails go to a mailbox of Dovecot, and be confirmed there."""
    del fleet.variables['sendmemo_tls_confirm_maildir']
    fleet.variables.update(
        sendmemo_tls_smtp_port=relay.ports['starttls'],
        sendmemo_tls_verify_recipients=[ADDRESS],
        sendmemo_tls_confirm_imap_host='localhost',
        sendmemo_tls_confirm_imap_port=dovecot.ports[mode],
        sendmemo_tls_confirm_imap_tls='starttls' if mode == 'starttls' else 'implicit',
        sendmemo_tls_confirm_imap_username=dovecot.username,
        sendmemo_tls_confirm_imap_password=dovecot.password,
        sendmemo_tls_confirm_imap_ca_src=str(pki.ca_path),
    )


@pytest.mark.parametrize('mode', ['imaps', 'starttls'])
def test_a_real_mailbox_confirms_in_one_session_and_its_password_is_nowhere(
    fleet: Fleet, relay: Postfix, dovecot: Dovecot, pki: Pki, mode: str
) -> None:
    in_dovecot(fleet, relay, dovecot, pki, mode)
    before = len(dovecot.sessions())
    run = fleet.run(CONVERGE, '-e', 'batches=4', '-vvv', '--diff')
    assert run.rc == 0, run.output
    assert delivered(run) == {(name, server): True for name in fleet.names for server in SERVERS}
    mark, confirm = dovecot.sessions()[before:]
    assert [command.split()[0] for command in mark] == ['EXAMINE', 'LOGOUT']
    assert {command.split()[0] for command in confirm} == {'EXAMINE', 'UID', 'NOOP', 'LOGOUT'} or len(confirm) == 3
    looks = sum(command.startswith('UID FETCH') for command in confirm)
    assert len(confirm) <= 3 + 2 * looks
    secrets = (dovecot.password, base64.b64encode(f'\0{dovecot.username}\0{dovecot.password}'.encode()).decode())
    written = [path.read_text() for path in (fleet.directory / 'report').iterdir()]
    assert len(written) == 5
    assert not [secret for secret in secrets for text in (run.output, json.dumps(run.task_results), *written) if secret in text]
    report = json.loads((fleet.directory / 'report' / 'report.json').read_text())
    assert report['verdict'] == 'All 8 servers are proven, and all mails delivered.'
    assert report['servers']['delivered'] == 8
    assert 'All 8 servers are proven, and all mails delivered.' in run.stdout


def names_in(dovecot: Dovecot) -> set[str]:
    """Return the names of all mails in the mailbox, without their flags."""
    return {path.name.partition(':')[0] for folder in ('new', 'cur') for path in (dovecot.maildir / folder).iterdir()}


def test_mails_that_were_found_are_deleted_and_late_ones_are_told(
    fleet: Fleet, relay: Postfix, dovecot: Dovecot, pki: Pki
) -> None:
    in_dovecot(fleet, relay, dovecot, pki, 'imaps')
    dovecot.deliver(b'Message-ID: <other@example.com>\n\nText\n')
    before = names_in(dovecot)
    relay.set(default_destination_rate_delay='1s')  # so some of the eight wait
    more = {'sendmemo_tls_confirm_delete': True, 'sendmemo_tls_confirm_late_after': 2, 'sendmemo_tls_confirm_timeout': 60}
    run = fleet.run(CONVERGE, '-e', 'batches=4', **more)
    assert run.rc == 0, run.output
    assert all(delivered(run).values())
    late = {who for who, found in codes(run).items() if found == ['delivered_late']}
    assert late
    assert late == {(entry['host'], entry['server']) for entry in confirmations(run) if entry['delay_ms'] > 2000}
    assert names_in(dovecot) == before


def test_a_mail_that_the_relay_got_in_plaintext_is_told(
    fleet: Fleet, relay: Postfix, dovecot: Dovecot, pki: Pki, tmp_path: pathlib.Path
) -> None:
    in_dovecot(fleet, relay, dovecot, pki, 'imaps')
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pki.server.write(tmp_path, 'proxy'))
    proxy = CountingProxy(relay.ports['plain'], context)
    servers = [{'name': 'spl1', 'enable_tls': 'smtps', 'smtp_port': proxy.port}, {'name': 'spl2'}]
    try:
        run = fleet.run(CONVERGE, '-e', 'batches=4', special={'print02': {'sendmemo_tls_servers': servers}})
    finally:
        proxy.stop()
    assert run.rc == 2, run.output
    assert all(delivered(run).values())
    assert codes(run) == {('print02', 'spl1'): ['relay_saw_plaintext']}
    assert failed(run) == ['print02']
    assert 'mail.example.com received it with ESMTP, which is not encrypted' in run.output


@pytest.mark.parametrize(
    ('variable', 'value', 'words'),
    [
        ('imap_password', 'wrong', 'the server refuses'),
        ('imap_port', 9, 'refused'),
        ('imap_ca_src', None, 'its certificate is refused'),
        ('folder', 'Nowhere', 'the server refuses'),
    ],
    ids=['a wrong password', 'nobody there', 'an unknown CA', 'no such folder'],
)
def test_a_mailbox_that_can_not_be_used_is_told_with_its_reason(
    fleet: Fleet, relay: Postfix, dovecot: Dovecot, pki: Pki, variable: str, value: t.Any, words: str
) -> None:
    in_dovecot(fleet, relay, dovecot, pki, 'imaps')
    fleet.variables[f'sendmemo_tls_confirm_{variable}'] = value
    run = fleet.run(VERIFY, special={'print01': {}})
    shown = ' '.join(run.output.split())
    assert 'gives no answer' in shown
    assert words in shown
