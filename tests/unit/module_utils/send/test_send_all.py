# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real sends over loopback, in plaintext so that every Python can: deadlines, retries, many servers, whose rights.

The sends through TLS go through ansible-playbook.
"""

import json
import os
import socket
import threading
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import (
    MailOptions,
    SendAnswer,
    SendEntry,
    SendOptions,
    SendRequest,
    SendResult,
    TrustSet,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.operations import send as operation
from ansible_collections.printops.infoprint.plugins.module_utils.pd.command_lines import HOST, PORT
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Stopped, Watchdog
from ansible_collections.printops.infoprint.plugins.module_utils.send import send_all as sending
from ansible_collections.printops.infoprint.plugins.module_utils.send import send_one
from ansible_collections.printops.infoprint.plugins.module_utils.send.send_group import keep_trust

GOOD = {
    'banner': '220 mail.example.com ESMTP',
    'EHLO': '250-mail.example.com\r\n250 SIZE 1000',
    'MAIL': '250 ok',
    'RCPT': '250 ok',
    'DATA': '354 go',
    '.': '250 2.0.0 Ok: queued as 4A3B',
    'RSET': '250 ok',
    'QUIT': '221 bye',
}


class MailServer:
    """Answers as configured; a list of answers is used up over all connections. None closes, a number waits so many seconds."""

    def __init__(self, **answers):
        self.answers = {key: list(value) if isinstance(value, list) else [value] for key, value in dict(GOOD, **answers).items()}
        self.mails = []
        self.commands = []
        self.listener = socket.socket()
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen(20)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def answer(self, connection, key):
        """Return whether the conversation goes on."""
        values = self.answers.get(key) or ['500 what']
        value = values.pop(0) if len(values) > 1 else values[0]
        if isinstance(value, float):
            time.sleep(value)
            value = GOOD[key]
        if value is None:
            connection.close()
            return False
        try:
            connection.sendall(value.encode('latin-1') + b'\r\n')
        except OSError:
            return False
        return not value.startswith('421')

    def serve(self, connection):
        stream = connection.makefile('rb')
        going = self.answer(connection, 'banner')
        while going:
            try:
                line = stream.readline()
            except OSError:
                return
            if not line:
                return
            key = line.decode('latin-1').strip().split(' ')[0].upper()
            self.commands.append(line.decode('latin-1').strip())
            before = list(self.answers.get(key, []))
            going = self.answer(connection, key)
            if key == 'DATA' and before and before[0] and str(before[0]).startswith('354'):
                mail = b''
                while not mail.endswith(b'\r\n.\r\n'):
                    more = stream.readline()
                    if not more:
                        return
                    mail += more
                self.mails.append(mail)
                going = self.answer(connection, '.')
            if key == 'QUIT':
                connection.close()
                return


@pytest.fixture
def mail_server():
    servers = []

    def start(**answers):
        servers.append(MailServer(**answers))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def working_dirs(tmp_path, *names, **contents):
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / 'sendmemo-ssl.cfg').write_text(contents.get(name, 'Hostname = host.example.com\n'))


def send(tmp_path, ports, watchdog=None, **options):
    """Send for the servers {name: port}; return their entries by name."""
    mail = dict({'smtp_host': '127.0.0.1', 'recipients': ['a@example.com']}, **options)
    how = {'until': 'sent', 'timeout': 5}
    how.update((name, mail.pop(name)) for name in SendOptions._fields if name in mail)
    request = SendRequest(
        base_dir=str(tmp_path),
        pd_bin_dir=mail.pop('pd_bin_dir', str(tmp_path / 'bin')),
        options=SendOptions(**how),
        servers=[
            SendEntry(name, mail=MailOptions(smtp_port=port), declared=mail.get('declared')) for name, port in ports.items()
        ],
        declared=mail.pop('declared', None),
        mail=MailOptions(**mail),
    )
    answer = json.loads(json.dumps(plain(operation.run(plain(request), watchdog or Watchdog(60)))))
    assert abs(answer['now_ms'] / 1000 - time.time()) < 5
    return {entry['name']: entry for entry in answer['servers']}


def errors(entry):
    return [problem['code'] for problem in entry['problems'] if problem['severity'] == 'error']


def test_a_mail_is_sent_and_the_result_reports_how(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    server = mail_server()
    entry = send(tmp_path, {'spl1': server.port})['spl1']
    assert entry['reached']
    assert errors(entry) == []
    assert [problem['code'] for problem in entry['problems']] == ['tls_off']
    assert entry['ehlo'] == {'name': 'host.example.com', 'features': ['SIZE 1000']}
    assert entry['reply'] == {'code': 250, 'text': '2.0.0 Ok: queued as 4A3B', 'queue_id': '4A3B'}
    assert entry['message_id'].encode('ascii') in server.mails[0]
    assert b'From: <sendmemo@host.example.com>' in server.mails[0]
    assert b'spl1' in server.mails[0].split(b'\r\n\r\n')[0]
    assert set(entry['timings_ms']) == {'resolve', 'connect', 'banner', 'ehlo', 'envelope', 'data', 'total'}
    assert entry['mode'] == 'disabled'


def test_what_is_not_as_declared_is_an_error_and_the_mail_is_sent_all_the_same(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    server = mail_server()
    entry = send(tmp_path, {'spl1': server.port}, declared={'EnableTLS': '1', 'Hostname': 'host.example.com'})['spl1']
    assert entry['reached']
    assert len(server.mails) == 1
    assert errors(entry) == ['not_as_declared']
    assert (entry['problems'][-1]['keyword'], entry['problems'][-1]['value']) == ('EnableTLS', '0')
    assert 'stage' not in entry['problems'][-1]


def test_the_cause_of_a_failure_comes_before_what_is_not_as_declared(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1', 'spl2', spl2='EnableTLS = 0\nHostname = x\n')
    entries = send(tmp_path, {'spl1': mail_server(MAIL='550 no').port, 'spl2': 1}, declared={'EnableTLS': '1'})
    assert errors(entries['spl1']) == ['sender_refused', 'not_as_declared']
    assert errors(entries['spl2']) == ['invalid_ehlo_hostname', 'not_as_declared']


@pytest.mark.parametrize('until', ['handshake', 'envelope'])
def test_an_earlier_goal_leaves_no_mail_behind(tmp_path, mail_server, until):
    working_dirs(tmp_path, 'spl1')
    server = mail_server()
    entry = send(tmp_path, {'spl1': server.port}, until=until)['spl1']
    assert entry['reached']
    assert 'message_id' not in entry
    assert server.mails == []
    assert server.commands[-2:] == ['RSET', 'QUIT']


def test_without_a_hostname_there_is_an_ehlo_name_all_the_same(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1', spl1='')
    entry = send(tmp_path, {'spl1': mail_server().port})['spl1']
    assert entry['ehlo']['name'] == '[127.0.0.1]' or '.' in entry['ehlo']['name']
    assert entry['reached']


def test_found_servers_are_sent_for_with_the_options(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1', 'spl2')
    server = mail_server()
    answer = send(tmp_path, {}, smtp_port=server.port)
    assert [answer[name]['reached'] for name in ('spl1', 'spl2')] == [True, True]
    assert len(server.mails) == 2


def test_servers_are_sent_for_at_the_same_time(tmp_path, mail_server):
    names = ['spl%d' % number for number in range(4)]
    working_dirs(tmp_path, *names)
    slow = mail_server(banner=[0.8] * 5)
    began = time.monotonic()
    answer = send(tmp_path, dict.fromkeys(names, slow.port))
    assert all(entry['reached'] for entry in answer.values())
    assert time.monotonic() - began < 2.0


def test_one_that_fails_does_not_keep_the_others_from_it(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1', 'spl2', 'spl4', spl4='EnableTLS = 7\n')
    answer = send(tmp_path, {'spl1': 1, 'spl2': mail_server().port, 'spl3': 25, 'spl4': 25})
    assert [answer[name]['reached'] for name in sorted(answer)] == [False, True, False, False]
    assert [errors(answer[name]) for name in sorted(answer)] == [['connection_refused'], [], ['not_a_server'], ['invalid_value']]


def drip(pieces, seconds):
    """A server that sends one piece at a time."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(5)

    def serve():
        try:
            connection, _address = listener.accept()
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(seconds)
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    return listener


def test_a_server_that_trickles_does_not_stretch_the_deadline(tmp_path):
    working_dirs(tmp_path, 'spl1')
    with drip([b'2', b'2', b'0', b' '] + [b'x'] * 100, 0.1) as listener:
        began = time.monotonic()
        entry = send(tmp_path, {'spl1': listener.getsockname()[1]}, timeout=1)['spl1']
        assert errors(entry) == ['banner_timed_out']
        assert time.monotonic() - began < 2.0


@pytest.mark.parametrize(
    'piece, seconds, code', [(b'x', 0.002, 'banner_timed_out'), (b'x' * 500, 0.0, 'reply_too_long')], ids=['slow', 'fast']
)
def test_bytes_without_end_stretch_neither_the_deadline_nor_the_bounds(tmp_path, piece, seconds, code):
    working_dirs(tmp_path, 'spl1')
    with drip([b'220 '] + [piece] * 20000, seconds) as listener:
        began = time.monotonic()
        entry = send(tmp_path, {'spl1': listener.getsockname()[1]}, timeout=1)['spl1']
        assert errors(entry) == [code]
        assert time.monotonic() - began < 2.0


def test_what_is_reported_of_a_server_s_offers_is_bounded(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    many = '\r\n'.join('250-X-%d' % number for number in range(300))
    entry = send(tmp_path, {'spl1': mail_server(EHLO='250-mail.example.com\r\n%s\r\n250 SIZE 1' % many).port})['spl1']
    assert entry['reached']
    assert len(entry['ehlo']['features']) == 100


def a_set(size, letter):
    return TrustSet([letter * (size * 4 // 3)])


def test_no_more_than_this_leaves_the_host_for_the_analysis():
    trusts = {}
    keep_trust(trusts, 'first', a_set(8 << 20, 'a'))
    keep_trust(trusts, 'too much', a_set((8 << 20) + 3000, 'b'))
    keep_trust(trusts, 'second', a_set(7 << 20, 'c'))
    keep_trust(trusts, 'second', a_set(7 << 20, 'c'))
    assert sorted(trusts) == ['first', 'second']


def test_what_the_children_send_for_the_analysis_is_bounded_in_all(tmp_path, monkeypatch):
    names = ['spl%d' % number for number in range(3)]
    working_dirs(tmp_path, *names)
    known = {'one': a_set(8 << 20, 'a'), 'two': a_set(9 << 20, 'b')}
    answers = [
        ([number], SendAnswer([SendResult(names[number], '', 'sent', trust_key=key)], {key: known[key]}, 0))
        for number, key in enumerate(('one', 'two', 'one'))
    ]
    monkeypatch.setattr(sending, '_all_groups', lambda *_arguments: answers)
    mail, how = MailOptions('x'), SendOptions('sent', 5)
    answer = sending.send_all([sending.Task(name, str(tmp_path / name), mail, how) for name in names], Watchdog(30))
    assert list(answer.trust) == ['one']
    assert [result.trust_key for result in answer.servers] == ['one', None, 'one']


@pytest.mark.parametrize(
    'stage, code',
    [('EHLO', 'timed_out'), ('MAIL', 'timed_out'), ('DATA', 'timed_out'), ('.', 'outcome_unknown')],
    ids=['at EHLO', 'at MAIL', 'at DATA', 'after the mail'],
)
def test_a_silence_ends_at_the_deadline(tmp_path, mail_server, stage, code):
    working_dirs(tmp_path, 'spl1')
    began = time.monotonic()
    entry = send(tmp_path, {'spl1': mail_server(**{stage: [3.0]}).port}, timeout=0.7)['spl1']
    assert errors(entry) == [code]
    assert not entry['reached']
    assert time.monotonic() - began < 1.7


def test_a_hang_at_quit_does_not_cost_the_success(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    assert send(tmp_path, {'spl1': mail_server(QUIT=[5.0]).port}, timeout=1)['spl1']['reached']


@pytest.mark.parametrize(
    'changes, attempts',
    [
        ({'banner': ['421 busy', '220 hi']}, 2),
        ({'MAIL': ['450 later', '250 ok']}, 2),
        ({'RCPT': ['450 later', '450 later', '250 ok']}, 3),
        ({'DATA': ['451 later', '354 go']}, 2),
    ],
    ids=['at the greeting', 'at MAIL', 'twice at RCPT', 'at DATA'],
)
def test_a_4xx_before_the_dot_is_tried_again(tmp_path, mail_server, changes, attempts):
    working_dirs(tmp_path, 'spl1')
    server = mail_server(**changes)
    entry = send(tmp_path, {'spl1': server.port}, retries=3)['spl1']
    assert entry['reached']
    assert errors(entry) == []
    assert entry['attempts'] == attempts
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    'changes, code',
    [
        ({'MAIL': '550 no'}, 'sender_refused'),
        ({'.': '451 later'}, 'message_refused'),
        ({'.': None}, 'outcome_unknown'),
        ({'EHLO': None}, 'connection_lost'),
    ],
    ids=['a 5xx', 'a 4xx after the mail', 'a loss after the mail', 'a loss at EHLO'],
)
def test_nothing_else_is_tried_again(tmp_path, mail_server, changes, code):
    working_dirs(tmp_path, 'spl1')
    entry = send(tmp_path, {'spl1': mail_server(**changes).port}, retries=3)['spl1']
    assert errors(entry) == [code]
    assert entry['attempts'] == 1


def test_n_retries_are_n_and_one_attempts(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    entry = send(tmp_path, {'spl1': mail_server(RCPT='450 later').port}, retries=2)['spl1']
    assert errors(entry) == ['greylisted']
    assert entry['attempts'] == 3


def test_who_has_the_mail_does_not_get_it_twice(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    server = mail_server(RCPT=['250 ok', '450 later', '550 unknown', '250 ok'])
    recipients = ['a@example.com', 'b@example.com', 'c@example.com']
    entry = send(tmp_path, {'spl1': server.port}, retries=1, recipients=recipients)['spl1']
    assert errors(entry) == ['recipient_refused']
    assert [command for command in server.commands if command.startswith('RCPT')] == [
        'RCPT TO:<a@example.com>',
        'RCPT TO:<b@example.com>',
        'RCPT TO:<c@example.com>',
        'RCPT TO:<b@example.com>',
    ]
    assert len(server.mails) == 2
    assert entry['reached']


def test_a_refusal_that_comes_while_the_server_reads_no_more_says_why(tmp_path):
    working_dirs(tmp_path, 'spl1')
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(1)

        def serve():
            connection, _address = listener.accept()
            stream = connection.makefile('rb')
            for answer in ('banner', 'EHLO', 'MAIL', 'RCPT', 'DATA'):
                connection.sendall(GOOD[answer].encode() + b'\r\n')
                stream.readline()
            time.sleep(0.5)
            connection.sendall(b'552 5.3.4 Too large\r\n')
            time.sleep(5)  # and the connection stays open

        threading.Thread(target=serve, daemon=True).start()
        began = time.monotonic()
        entry = send(tmp_path, {'spl1': listener.getsockname()[1]}, body=('x' * 70 + '\n') * 200000, timeout=10)['spl1']
    assert errors(entry) == ['message_too_large']
    assert '552 5.3.4 Too large' in entry['problems'][-1]['message']
    assert time.monotonic() - began < 4


def test_a_stopped_program_sends_no_dot(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    server = mail_server()

    class Abandoned(Watchdog):
        def check(self):
            if threading.current_thread() is not threading.main_thread():
                raise Stopped('nobody waits')

        def for_child(self, seconds, output_fd):
            return Abandoned(seconds, output_fd)

    entry = send(tmp_path, {'spl1': server.port}, Abandoned(60))['spl1']
    assert errors(entry) == ['program_failed']
    assert not entry['reached']
    assert server.mails == []


def test_a_conversation_ends_before_the_program_does_and_costs_no_other_its_result(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1', 'spl2')
    good, hanging = mail_server(), mail_server(DATA=[8.0])
    begin = time.monotonic()
    entries = send(tmp_path, {'spl1': good.port, 'spl2': hanging.port}, Watchdog(3), timeout=30)
    assert time.monotonic() - begin < 3
    assert entries['spl1']['reached']
    assert errors(entries['spl2']) == ['timed_out']


@pytest.mark.parametrize(
    'config, options, codes',
    [
        ('EnableTLS = 1\nCAFile = missing.pem\n', {}, ['file_not_found']),
        ('EnableTLS = 2\nCAFile = sub/ca.pem\n', {}, ['relative_path']),
        ('EnableTLS = 2\nCAFile = bad.pem\nCrlFile = bad.pem\n', {}, ['not_pem', 'not_pem']),
        ('Hostname = not_a_name\n', {}, ['invalid_ehlo_hostname']),
        ('nonsense\n', {}, ['invalid_line']),
        ('', {'smtp_host': 'x' * 300}, ['host_not_found']),
        ('', {'smtp_host': 'm\xfcll\xb7er..example.com'}, ['host_not_found']),
        ('', {'sender': 'two words'}, ['sender_refused']),
        ('', {'subject': 'a\nb'}, ['message_refused']),
        ('', {'recipients': ['two words']}, ['message_refused']),
        ('', {'recipients': ['two words'], 'until': 'envelope'}, ['message_refused']),
        ('', {'smtp_host': '.example.com'}, ['host_not_found']),
        ('', {'smtp_host': 'no-such-host.invalid'}, ['host_not_found']),
    ],
    ids=[
        'no trust file',
        'a relative path',
        'no PEM',
        'an invalid host name',
        'an invalid line',
        'too long a host',
        'a host with an empty label',
        'an invalid sender',
        'a subject of two lines',
        'an invalid recipient',
        'an invalid recipient, without a mail',
        'a host that begins with a dot',
        'an unknown host',
    ],
)
def test_with_a_configuration_that_can_not_be_used_nothing_is_sent(tmp_path, mail_server, config, options, codes):
    working_dirs(tmp_path, 'spl1', spl1=config)
    (tmp_path / 'spl1' / 'bad.pem').write_text('nonsense')
    server = mail_server()
    entry = send(tmp_path, {'spl1': server.port}, **options)['spl1']
    assert errors(entry) == codes
    assert not entry['reached']
    assert server.commands == []


def test_for_a_handshake_nobody_needs_to_be_a_sender(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1')
    assert send(tmp_path, {'spl1': mail_server().port}, sender='two words', recipients=[], until='handshake')['spl1']['reached']


def test_a_name_that_was_found_can_not_break_the_mail(tmp_path, mail_server):
    name = 'spl\nBcc: x@example.com\n\n.'
    working_dirs(tmp_path, name)
    server = mail_server()
    assert send(tmp_path, {}, smtp_port=server.port)[name]['reached']
    assert b'\r\nBcc' not in server.mails[0]


def test_the_mail_server_is_that_of_the_servers_attributes(tmp_path, mail_server, make_pd_programs):
    working_dirs(tmp_path, 'spl1', 'spl2', 'spl3', 'spl4')
    port = mail_server().port
    programs = make_pd_programs(
        {'spl1': {HOST: '127.0.0.1', PORT: str(port)}, 'spl2': {HOST: '127.0.0.1', PORT: ''}, 'spl3': {HOST: 'nobody.invalid'}}
    )
    answer = send(
        tmp_path, {'spl1': None, 'spl2': None, 'spl3': port, 'spl4': None}, smtp_host=None, pd_bin_dir=str(programs.bin_dir)
    )
    assert [answer[name]['reached'] for name in sorted(answer)] == [True, False, False, False]
    assert (answer['spl1']['host'], answer['spl1']['port']) == ('127.0.0.1', port)
    assert [errors(answer[name]) for name in ('spl2', 'spl3', 'spl4')] == [
        ['smtp_server_unknown'],
        ['host_not_found'],
        ['smtp_server_unknown'],
    ]
    assert 'smtp-server-port is not set' in answer['spl2']['problems'][-1]['message']
    assert 'spl4' in answer['spl4']['problems'][-1]['message']
    assert 'stage' not in answer['spl2']['problems'][-1]


def test_what_is_declared_is_not_asked_for(tmp_path, mail_server, make_pd_programs):
    working_dirs(tmp_path, 'spl1')
    programs = make_pd_programs({'spl1': {HOST: 'nobody.invalid', PORT: '1'}})
    assert send(tmp_path, {'spl1': mail_server().port}, pd_bin_dir=str(programs.bin_dir))['spl1']['reached']
    assert programs.calls() == []


def test_without_a_configuration_nothing_is_sent(tmp_path, mail_server):
    (tmp_path / 'spl1').mkdir()
    entry = send(tmp_path, {'spl1': mail_server().port})['spl1']
    assert errors(entry) == ['file_not_found']


def a_staged_test(tmp_path, port, settings):
    mail, how = MailOptions('127.0.0.1', port), SendOptions('handshake', 5)
    return sending.Task('spl1', str(tmp_path / 'spl1'), mail, how, settings=settings)


def test_a_staged_test_uses_the_settings_that_it_is_given(tmp_path, mail_server):
    working_dirs(tmp_path, 'spl1', spl1='EnableTLS = 2\n')
    task = a_staged_test(tmp_path, mail_server().port, {'Hostname': 'new.example.com'})
    (result,) = sending.send_all([task], Watchdog(30)).servers
    assert result.ok
    assert result.ehlo.name == 'new.example.com'


def test_a_staged_test_reads_trust_files_under_their_staged_names(tmp_path):
    working_dirs(tmp_path, 'spl1')
    (tmp_path / 'spl1' / '.staged').write_text('nonsense')
    task = a_staged_test(tmp_path, 1, {'EnableTLS': '1', 'CAFile': 'ca.pem'})._replace(staged={'ca.pem': '.staged'})
    (result,) = sending.send_all([task], Watchdog(30)).servers
    assert not result.ok
    assert [problem.code for problem in result.problems] == ['not_pem']
    assert result.problems[0].file == str(tmp_path / 'spl1' / 'ca.pem'), 'reported by the name that it is to have'


def test_an_internal_error_costs_one_server_its_result_and_is_an_error(tmp_path, mail_server, monkeypatch):
    working_dirs(tmp_path, 'spl1')

    def broken(*_arguments):
        raise ZeroDivisionError('x')

    monkeypatch.setattr(send_one, 'Attempt', broken)
    entry = send(tmp_path, {'spl1': mail_server().port})['spl1']
    assert errors(entry) == ['program_failed']
    assert not entry['reached']


@pytest.mark.parametrize(
    'handed_over, code', [(False, 'program_failed'), (True, 'outcome_unknown')], ids=['before the mail', 'after the mail']
)
def test_who_has_not_ended_at_the_limit_costs_the_others_nothing(tmp_path, mail_server, monkeypatch, handed_over, code):
    """What takes a send that long can't be played: its clock ends before the program's."""

    class Slow(send_one.Attempt):
        def run(self):
            if self.job.name == 'spl2':
                if handed_over:
                    self.before_dot()
                time.sleep(2.5)
                self.before_dot()
            return super(Slow, self).run()

    working_dirs(tmp_path, 'spl1', 'spl2', 'spl3', spl3='EnableTLS = 7\n')
    monkeypatch.setattr(send_one, 'Attempt', Slow)
    server = mail_server()
    began = time.monotonic()
    entries = send(tmp_path, dict.fromkeys(('spl1', 'spl2', 'spl3'), server.port), Watchdog(2), declared={'EnableTLS': '0'})
    assert time.monotonic() - began < 2
    assert entries['spl1']['reached']
    assert errors(entries['spl2']) == [code]
    assert errors(entries['spl3']) == ['invalid_value', 'not_as_declared']
    time.sleep(1.2)
    assert len(server.mails) == 1, 'what was reported as not sent is not sent later'


as_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can act as the owner of a working directory')


@as_root
def test_what_root_can_read_and_the_owner_can_not_is_not_readable(tmp_path, mail_server):
    for path in [tmp_path] + list(tmp_path.parents)[:2]:
        path.chmod(0o755)
    working_dirs(tmp_path, 'spl1', 'spl2', spl1='EnableTLS = 1\nCAFile = ca.pem\n', spl2='Hostname = own.example.com\n')
    secret = tmp_path / 'spl1' / 'ca.pem'
    secret.write_text('nonsense')
    secret.chmod(0o600)
    os.chown(str(tmp_path / 'spl1'), 12345, 12345)
    os.chown(str(tmp_path / 'spl2'), 12346, 12346)
    server = mail_server()
    answer = send(tmp_path, {'spl1': server.port, 'spl2': server.port})
    assert errors(answer['spl1']) == ['file_not_readable']
    assert answer['spl2']['reached']
    assert os.geteuid() == 0


@as_root
def test_root_s_own_servers_are_sent_for_beside_the_others(tmp_path, mail_server):
    for path in [tmp_path] + list(tmp_path.parents)[:2]:
        path.chmod(0o755)
    working_dirs(tmp_path, 'spl1', 'spl2')
    os.chown(str(tmp_path / 'spl1'), 12345, 12345)
    server = mail_server()
    answer = send(tmp_path, {'spl1': server.port, 'spl2': server.port})
    assert [answer[name]['reached'] for name in sorted(answer)] == [True, True]
    assert len(server.mails) == 2
    assert [(answer[name]['owner'], answer[name]['proven_as']) for name in sorted(answer)] == [
        ('12345', '12345'),
        ('root', 'root'),
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason='only root sends as others')
def test_root_starts_no_thread_before_it_sends_again(tmp_path, mail_server, monkeypatch):
    # What another thread does at the instant of a fork, even its end, stays half done in the child.
    working_dirs(tmp_path, 'spl1', 'spl2')
    server = mail_server()
    this, start = os.getpid(), threading.Thread.start

    def start_elsewhere(thread):
        assert os.getpid() != this or threading.current_thread() is not threading.main_thread(), 'before a fork'
        start(thread)

    monkeypatch.setattr(threading.Thread, 'start', start_elsewhere)
    for names in (['spl1'], ['spl1', 'spl2']):
        entries = send(tmp_path, dict.fromkeys(names, server.port))
        assert {name: errors(entry) for name, entry in entries.items()} == {name: [] for name in names}
