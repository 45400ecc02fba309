# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What comes before a connection: a job from the configuration and the options, or the problems that prevent one."""

import re

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import MailOptions, SendOptions
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.send import prepare as module
from ansible_collections.printops.infoprint.plugins.module_utils.send.job import Task
from ansible_collections.printops.infoprint.plugins.module_utils.send.prepare import prepare
from ansible_collections.printops.infoprint.plugins.module_utils.tls.context import Contexts

MAIL = MailOptions('mail.example.com', 587, recipients=['a@example.com'])
OPTIONS = SendOptions('sent', 30.0)
PLAINTEXT = 'Hostname = h.example.com\n'


@pytest.fixture
def task(tmp_path):
    def make(config=PLAINTEXT, **changes):
        (tmp_path / 'sendmemo-ssl.cfg').write_text(config)
        return Task('spl1', str(tmp_path), MAIL, OPTIONS)._replace(**changes)

    return make


def prepared(task, ssl_v3=False):
    return prepare(task, ssl_v3, Contexts(), {})


def codes(problems):
    return [problem.code for problem in problems]


def test_a_job_has_what_the_configuration_and_the_options_say(task):
    done = prepared(task(mail=MAIL._replace(subject='Test')))
    job = done.job
    assert codes(done.problems) == ['tls_off']
    assert (job.name, job.host, job.port, job.mode, job.trust) == ('spl1', 'mail.example.com', 587, 'disabled', None)
    assert (job.message.sender, job.message.recipients) == ('sendmemo@h.example.com', ['a@example.com'])
    assert (job.message.subject, job.message.body, job.options) == ('Test', '', OPTIONS)
    assert re.match('[0-9a-f]{16}[.][0-9a-f]+$', job.message_token)


def test_a_message_id_names_its_run_and_is_new_each_time(task):
    asked = task(options=OPTIONS._replace(run='nightly-3-2'))
    tokens = [prepared(asked).job.message_token for _number in range(2)]
    assert all(re.match('[0-9a-f]{16}[.][0-9a-f]+[.]nightly-3-2$', token) for token in tokens)
    assert tokens[0] != tokens[1]


def test_settings_that_are_given_replace_the_file(task):
    done = prepared(task('nonsense', settings={'Hostname': 'new.example.com'}, declared={'EnableTLS': '1'}))
    assert (codes(done.problems), codes(done.differences)) == ([], [])
    assert done.job.message.sender == 'sendmemo@new.example.com'


def test_a_difference_from_what_is_declared_prevents_nothing(task):
    done = prepared(task(declared={'EnableTLS': '1', 'Hostname': 'h.example.com'}))
    assert done.job is not None
    assert codes(done.differences) == ['not_as_declared']


PREVENTED = {
    'no file': (None, {}, ['file_not_found']),
    'a bad line': ('nonsense\n', {}, ['invalid_line']),
    'a trust file that is not there': ('EnableTLS = 1\nCAFile = ca.pem\n', {}, ['file_not_found']),
    'no mail server': (PLAINTEXT, {'mail': MailOptions()}, ['smtp_server_unknown']),
    'an invalid sender': (PLAINTEXT, {'mail': MAIL._replace(sender='two words')}, ['sender_refused']),
    'an invalid recipient': (PLAINTEXT, {'mail': MAIL._replace(recipients=['two words'])}, ['message_refused']),
    'a subject of two lines': (PLAINTEXT, {'mail': MAIL._replace(subject='a\nb')}, ['message_refused']),
}


@pytest.mark.parametrize('name', sorted(PREVENTED))
def test_an_error_prevents_the_send(task, tmp_path, name):
    config, changes, expected = PREVENTED[name]
    asked = task(config or '', **changes)
    if config is None:
        (tmp_path / 'sendmemo-ssl.cfg').unlink()
    done = prepared(asked)
    assert done.job is None
    assert [problem.code for problem in done.problems if problem.is_error] == expected


def test_all_problems_are_found_at_once_and_the_mail_server_s_come_last(task):
    done = prepared(task('nonsense\nEnableTLS = 7\n', mail=MailOptions('mail.example.com')))
    assert codes(done.problems) == ['invalid_line', 'invalid_value', 'smtp_server_unknown']
    assert done.problems[-1].message == 'No mail server is known: no smtp_port is given.'


def test_why_the_attributes_give_no_mail_server_is_part_of_the_message(task):
    unknown = Problem('server_not_running', 'spl1 does not answer.', file='/usr/bin')
    (problem,) = [item for item in prepared(task(mail=MailOptions(), unknown=unknown)).problems if item.is_error]
    assert problem.message.endswith("attributes don't give it: spl1 does not answer. [server_not_running]")
    assert problem.file == '/usr/bin'


def test_for_a_handshake_the_mail_is_not_checked(task):
    handshake = task(options=SendOptions('handshake', 5.0), mail=MAIL._replace(sender='two words'))
    assert prepared(handshake).job is not None


@pytest.mark.parametrize(
    'config, has, expected',
    [
        ('EnableTLS = 1\nIgnoreCertificateErrors = 1\n' + PLAINTEXT, False, ['ssl_v3_unavailable']),
        ('EnableTLS = 1\nIgnoreCertificateErrors = 1\n' + PLAINTEXT, True, []),
        (PLAINTEXT, False, []),
    ],
    ids=['a Python without it', 'a Python with it', 'plaintext'],
)
def test_ssl_v3_that_this_python_lacks_is_a_warning(task, monkeypatch, config, has, expected):
    monkeypatch.setattr(module, 'HAS_SSL_V3', has)
    done = prepared(task(config), ssl_v3=True)
    assert done.job.ssl_v3
    assert [code for code in codes(done.problems) if code == 'ssl_v3_unavailable'] == expected
