# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What confirm_delivery returns, from a Maildir and from an IMAP server, and what it refuses before it opens one."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import time
import types
import typing as t

import pytest
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.printops.infoprint.plugins.action import confirm_delivery
from ansible_collections.printops.infoprint.plugins.action.confirm_delivery import NOT_OPENED, OF_HOSTS, ActionModule
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.confirm import Watch, watch
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.mailbox import Mailbox, Mark
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.proof import Proof
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import MODULES
from support.documented import deviations, documented, paths, paths_in
from support.hostile_imap import HostileImap
from support.pki import Authority

CONFIRM = 'confirm_delivery'
ONE, TWO, OTHER = '<1@print1>', '<2@print1>', '<3@print2>'
BY = 'from print1.example.com (unknown [192.0.2.17]) by mail.example.com (Postfix) with {} id 4A3B'
TASK = 1.0  # the shortest timeout, in seconds
GROUP = {'base_dir': '/var/pd', 'servers': [{'name': 'spl1', 'working_dir': '/var/pd/spl1'}]}

Result = dict[str, t.Any]


def run(args: t.Mapping[str, t.Any], *, check: bool = False) -> Result:
    """Return the result of a task with these options, which is as RETURN says."""
    task = types.SimpleNamespace(
        args=dict(args),
        check_mode=check,
        diff=False,
        async_val=0,
        action=CONFIRM,
        no_log=False,
        _role=None,
        get_search_path=lambda: ['/nonexistent'],
    )
    connection = types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir='/nonexistent'))
    others = dict.fromkeys(('play_context', 'templar', 'shared_loader_obj'))
    action = ActionModule(task=task, connection=connection, loader=DataLoader(), **others)
    action._load_name = CONFIRM
    result: Result = action.run(task_vars={})
    assert deviations(CONFIRM, result) == []
    assert result['changed'] is False
    json.dumps(result)
    return result


def proof(server: str, message_id: str, host: str = 'print1', **more: t.Any) -> dict[str, t.Any]:
    """Return a proof as send_memo returns it, of a mail sent now."""
    sent_at = dt.datetime.now(dt.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3] + 'Z'
    return {
        'host': host,
        'server': server,
        'message_id': message_id,
        'sent_at': sent_at,
        'tls': True,
        'ehlo': f'{host}.example.com',
        'address': '192.0.2.17',
        'queue_id': '4A3B',
        'relay': 'mail.example.com:587',
        **more,
    }


class Box:
    """A Maildir, and the options of a task that looks into it."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.options: dict[str, t.Any] = {'maildir': str(path), 'timeout': TASK}
        for folder in ('new', 'cur', 'tmp'):
            (path / folder).mkdir(parents=True)

    def mark(self, **more: t.Any) -> Result:
        return run({**self.options, 'state': 'mark', **more})

    def confirm(self, proofs: t.Sequence[t.Any], mark: t.Any, **more: t.Any) -> Result:
        return run({**self.options, 'state': 'confirm', 'proofs': list(proofs), 'mark': mark, **more})

    def deliver(self, message_id: str, protocol: str = 'ESMTPS', age: float = 0) -> pathlib.Path:
        path = self.path / 'new' / f'{len(list(self.path.glob("new/*")))}.host'
        path.write_text(f'Received: {BY.format(protocol)}\nMessage-ID: {message_id}\n\nText\n')
        os.utime(path, (time.time() - age,) * 2)
        return path


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a second of waiting a twentieth of one."""

    def sooner(mailbox: Mailbox, mark: Mark | None, proofs: t.Sequence[Proof], timeout: float) -> Watch:
        assert timeout == TASK
        return watch(mailbox, mark, proofs, timeout / 20)

    monkeypatch.setattr(confirm_delivery, 'watch', sooner)


@pytest.fixture
def box(tmp_path: pathlib.Path) -> Box:
    return Box(tmp_path / 'Maildir')


def codes(result: Result) -> list[str]:
    return [problem['code'] for problem in result['problems']]


def test_mails_that_came_after_the_mark_are_confirmed(box: Box) -> None:
    box.deliver(OTHER)
    marked = box.mark()
    assert marked['msg'] == f'{box.path} is marked'
    for name in (TWO, ONE, OTHER):
        box.deliver(name)
    result = box.confirm([proof('spl1', ONE), proof('spl2', TWO)], marked['mark'])
    assert not result.get('failed')
    assert result['failed_hosts'] == result['problems'] == result['warnings'] == []
    assert result['msg'].startswith('2 of 2 mails delivered, the slowest after ')
    assert [(entry['host'], entry['server'], entry['message_id']) for entry in result['proofs']] == [
        ('print1', 'spl1', ONE),
        ('print1', 'spl2', TWO),
    ]
    for entry in result['proofs']:
        assert entry['delivered'] is True
        assert 0 <= entry['delay_ms'] < 10_000
        assert entry['received'] == {
            'by': 'mail.example.com',
            'with': 'ESMTPS',
            'helo': 'print1.example.com',
            'address': '192.0.2.17',
            'tls': '',
        }
    assert len(list(box.path.glob('new/*'))) == 4, 'nothing is deleted unless it is asked for'


def test_a_host_with_a_lost_mail_or_one_in_plaintext_fails_the_task(box: Box) -> None:
    mark = box.mark()['mark']
    box.deliver(ONE, 'ESMTP')
    box.deliver(OTHER)
    box.deliver(TWO, age=86_400)
    proofs = [
        proof('spl1', OTHER, 'print2', ehlo='print1.example.com'),
        proof('spl2', TWO),
        proof('spl1', ONE),
        proof('spl1', '<4@print4>', 'print4'),
    ]
    result = box.confirm(proofs, mark)
    assert result['failed'] is True
    assert result['failed_hosts'] == ['print1', 'print4'], 'each host once, in the order of the proofs'
    assert [entry['delivered'] for entry in result['proofs']] == [True, False, True, False]
    assert codes(result) == ['not_delivered', 'relay_saw_plaintext', 'not_delivered']
    assert [problem['severity'] for problem in result['problems']] == ['error'] * 3
    assert [problem for entry in result['proofs'] for problem in entry['problems']] == result['problems']
    lines = result['msg'].splitlines()
    assert lines[0].startswith('2 of 4 mails delivered')
    assert [line.split()[0] for line in lines[1:]] == ['print1', 'print1', 'print4']


def test_deleted_are_the_mails_that_were_looked_for_alone(box: Box) -> None:
    mark = box.mark()['mark']
    for name in (ONE, OTHER, ONE):
        box.deliver(name)
    result = box.confirm([proof('spl1', ONE)], mark, delete=True)
    assert result['warnings'] == []
    (left,) = box.path.glob('*/*')
    assert OTHER in left.read_text()


def test_why_mails_were_left_is_a_warning(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: t.Any, **_more: t.Any) -> None:
        raise PermissionError(13, 'Permission denied')

    mark = box.mark()['mark']
    path = box.deliver(ONE)
    with monkeypatch.context() as context:
        context.setattr(os, 'unlink', refused)
        result = box.confirm([proof('spl1', ONE)], mark, delete=True)
    assert result['warnings'] == [f'The mails were not deleted from {box.path}: {path}: Permission denied.']
    assert not result.get('failed')


NO_MARKS = {'null': None, 'an empty text, as core before 2.19 makes of null': '', 'an empty mapping': {}}


@pytest.mark.parametrize('mark', NO_MARKS.values(), ids=NO_MARKS)
def test_without_a_mark_nothing_is_known_and_nothing_fails(box: Box, mark: t.Any) -> None:
    box.deliver(ONE)
    result = box.confirm([proof('spl1', ONE), proof('spl2', TWO)], mark)
    assert not result.get('failed')
    assert [entry['delivered'] for entry in result['proofs']] == [None, None]
    assert codes(result) == ['mailbox_unavailable', 'mailbox_unavailable']
    (warning,) = result['warnings']
    assert warning == f'The mailbox ({box.path}) gives no answer: it was not marked before the mails were sent.'
    assert result['failed_hosts'] == []


@pytest.mark.parametrize('kind', [str, float], ids=lambda kind: kind.__name__)
def test_a_mark_whose_numbers_a_template_has_changed_is_read(box: Box, kind: type) -> None:
    mark = box.mark()['mark']
    box.deliver(ONE)
    result = box.confirm([proof('spl1', ONE)], {**mark, 'at': kind(mark['at'])})
    assert result['proofs'][0]['delivered'] is True


def test_a_mailbox_that_can_not_be_opened_is_a_warning() -> None:
    marked = run({'state': 'mark', 'maildir': '/nonexistent'})
    assert not marked.get('failed')
    assert marked['mark'] is None
    assert codes(marked) == ['mailbox_unavailable']
    assert marked['warnings'] == [marked['problems'][0]['message']]
    assert '/nonexistent is not a Maildir' in marked['msg']
    mark = {'mailbox': '/nonexistent', 'at': 1}
    result = run({'state': 'confirm', 'maildir': '/nonexistent', 'timeout': TASK, 'mark': mark, 'proofs': [proof('spl1', ONE)]})
    assert not result.get('failed')
    assert result['proofs'][0]['delivered'] is None
    assert result['msg'].startswith('0 of 1 mail delivered\n')


def test_in_check_mode_no_mailbox_is_opened() -> None:
    options = {'maildir': '/nonexistent', 'timeout': TASK}
    marked = run({**options, 'state': 'mark'}, check=True)
    assert (marked['mark'], marked['problems'], marked['msg']) == (None, [], NOT_OPENED)
    result = run({**options, 'state': 'confirm', 'mark': None, 'proofs': [proof('spl1', ONE)]}, check=True)
    assert [entry['delivered'] for entry in result['proofs']] == [None]
    assert (result['failed_hosts'], result['problems'], result['msg']) == ([], [], NOT_OPENED)


def test_without_a_mail_no_mailbox_is_opened() -> None:
    result = run({'state': 'confirm', 'maildir': '/nonexistent', 'mark': None})
    assert (result['proofs'], result['failed_hosts'], result['msg']) == ([], [], 'there is no mail to confirm')


def test_defaults_of_the_group_that_are_not_for_it_are_ignored(box: Box) -> None:
    mark = box.mark(**GROUP)['mark']
    box.deliver(ONE)
    assert box.confirm([proof('spl1', ONE)], mark, **GROUP)['proofs'][0]['delivered'] is True
    assert set(GROUP) <= OF_HOSTS
    assert not OF_HOSTS & set(MODULES[CONFIRM]), 'an option of its own is never ignored'


IMAP = {'imap_host': 'imap.example.com', 'imap_username': 'proofs', 'imap_password': 'top-secret'}
MAILDIR = {'maildir': '/nonexistent'}
MARK = {'mailbox': '/nonexistent', 'at': 1}
PROOF = {'host': 'print1', 'server': 'spl1', 'message_id': ONE}


def confirming(**more: t.Any) -> dict[str, t.Any]:
    return {'state': 'confirm', **MAILDIR, 'timeout': TASK, 'mark': MARK, 'proofs': [PROOF], **more}


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    'no state': (MAILDIR, 'state'),
    'another state': (confirming(state='look'), 'state must be one of: mark, confirm'),
    'an unknown option': (confirming(colour='blue'), 'colour'),
    'an option of other modules': (confirming(smtp_host='mail.example.com'), 'smtp_host'),
    'no mailbox': ({'state': 'mark'}, 'no mailbox is given: set imap_host'),
    'two mailboxes': ({'state': 'mark', **IMAP, **MAILDIR}, 'imap_host and maildir exclude each other'),
    'no password': ({'state': 'mark', **IMAP, 'imap_password': None}, 'imap_password is missing'),
    'a relative path': (confirming(maildir='Maildir'), "maildir is 'Maildir': give an absolute path"),
    'a port that there is not': ({'state': 'mark', **IMAP, 'imap_port': 0}, 'imap_port is 0: it can be 1 to 65535'),
    'no time': (confirming(timeout=0), 'timeout is 0'),
    'a time that is no number': (confirming(timeout='soon'), 'timeout'),
    'never late': (confirming(late_after=1e9), 'late_after is 1000000000.0: it can be 1 to 86400'),
    'a folder with a line end': ({'state': 'mark', **IMAP, 'folder': 'IN\nBOX'}, "folder holds the control character '\\n'"),
    'a proof without a host': (confirming(proofs=[PROOF, {**PROOF, 'host': ''}]), 'proofs[1].host is missing'),
    'a proof of an unknown time': (confirming(proofs=[{**PROOF, 'sent_at': 'now'}]), "proofs[0].sent_at is 'now'"),
    'a proof that is a text': (confirming(proofs=['print1']), 'proofs'),
    'a mark that is a text': (confirming(mark='INBOX'), 'mark'),
    'a mark of another mailbox': (
        confirming(mark={**MARK, 'mailbox': '/var/mail/other'}),
        'mark is of another mailbox (/var/mail/other) than the one that is given (/nonexistent)',
    ),
    'a mark of no mailbox': (confirming(mark={'at': 1}), 'mark is incomplete'),
    'a mark without a time': (confirming(mark={'mailbox': '/nonexistent'}), 'mark is incomplete'),
    'a mark with a word for a time': (confirming(mark={**MARK, 'at': 'now'}), "mark.at is 'now'"),
    'a mark with a list for a number': (confirming(mark={**MARK, 'uidnext': [7]}), 'mark.uidnext is [7]'),
    'a mark at the end of time': (confirming(mark={**MARK, 'at': float('inf')}), 'mark.at is inf'),
}


@pytest.mark.parametrize(('args', 'words'), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_by_its_option_before_a_mailbox_is_opened(args: dict[str, t.Any], words: str) -> None:
    with pytest.raises(AnsibleError) as error:
        run(args)
    assert words in str(error.value)
    assert IMAP['imap_password'] not in str(error.value)


@pytest.mark.parametrize('check', [False, True], ids=['a run', 'check mode'])
def test_a_password_with_a_control_character_is_refused_and_not_shown(*, check: bool) -> None:
    with pytest.raises(AnsibleActionFail) as error:
        run({'state': 'mark', **IMAP, 'imap_password': 'top\tsecret'}, check=check)
    assert str(error.value).startswith("imap_password holds the control character '\\t'")
    assert 'secret' not in str(error.value)


def test_a_ca_file_that_is_none_is_named(tmp_path: pathlib.Path) -> None:
    for content, words in ((None, "can't be read"), ('no certificate', "can't be read as CA certificates (PEM)")):
        path = tmp_path / 'ca.pem'
        if content is not None:
            path.write_text(content)
        with pytest.raises(AnsibleActionFail) as error:
            run({'state': 'mark', **IMAP, 'imap_ca_src': str(path)})
        assert str(path) in str(error.value)
        assert words in str(error.value) or content is None


def test_the_options_that_are_secret_are_declared_so() -> None:
    assert [name for name, option in MODULES[CONFIRM].items() if option.get('no_log')] == ['imap_password']


def test_results_have_all_that_is_documented(box: Box) -> None:
    marked = box.mark()
    box.deliver(ONE)
    known = documented(CONFIRM)
    result = box.confirm([proof('spl1', ONE)], marked['mark'])
    assert set(paths(known)) == {*paths_in(known, marked), *paths_in(known, result)}


class Imap(t.NamedTuple):
    """An IMAP server, and the options of a task that uses its mailbox."""

    server: HostileImap
    options: dict[str, t.Any]


@pytest.fixture(params=['implicit', 'starttls'])
def imap(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[Imap]:
    authority = Authority('Test CA')
    identity = authority.issue(['localhost'])
    (tmp_path / 'ca.pem').write_bytes(authority.pem)
    mode = {'implicit': 'imaps', 'starttls': 'starttls'}[request.param]
    with HostileImap(identity.certificate_pem, identity.key_pem, mode=mode) as server:
        yield Imap(
            server,
            {
                'imap_host': 'localhost',
                'imap_port': server.port,
                'imap_tls': request.param,
                'imap_username': server.username,
                'imap_password': server.password,
                'imap_ca_src': str(tmp_path / 'ca.pem'),
                'timeout': TASK,
            },
        )


def test_an_imap_server_confirms_too(imap: Imap) -> None:
    header = f'Received: {BY.format("ESMTPS")}\nMessage-ID: %s\n'
    imap.server.deliver((header % OTHER).encode())
    marked = run({**imap.options, 'state': 'mark'})
    name = f'INBOX of {imap.server.username} at localhost:{imap.server.port}'
    assert marked['mark']['mailbox'] == name
    for message_id in (TWO, ONE):
        imap.server.deliver((header % message_id).encode())
    proofs = [proof('spl1', ONE), proof('spl2', TWO), proof('spl1', OTHER, 'print2')]
    for delete in (False, True):
        result = run(
            {**imap.options, 'state': 'confirm', 'mark': marked['mark'], 'proofs': proofs, 'delete': delete},
        )
        assert [entry['delivered'] for entry in result['proofs']] == [True, True, False]
        assert result['failed_hosts'] == ['print2']
        assert result['warnings'] == []
        assert imap.server.password not in json.dumps([marked, result])
    assert len(imap.server.mails) == 1


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'imap_password': 'another-secret'}, 'the server refuses'),
        ({'imap_ca_src': None}, 'its certificate is refused'),
        ({'folder': 'Nowhere'}, 'the server refuses'),
    ],
    ids=['a wrong password', 'an unknown CA', 'no such folder'],
)
def test_a_mailbox_that_does_not_open_is_told_with_its_reason_and_without_the_password(
    imap: Imap, changes: dict[str, t.Any], words: str
) -> None:
    marked = run({**imap.options, 'state': 'mark', **changes})
    assert (marked['mark'], codes(marked)) == (None, ['mailbox_unavailable'])
    assert words in marked['msg']
    written = json.dumps(marked)
    assert not [secret for secret in (imap.server.password, 'another-secret') if secret in written]
