# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The text of the test mail, and the names that the host gives itself."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import defaults
from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import SendOptions, TlsSession
from ansible_collections.printops.infoprint.plugins.module_utils.send import local_name, mail_text
from ansible_collections.printops.infoprint.plugins.module_utils.send.job import Job, Message
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_store import Trust

SESSION = TlsSession('starttls', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', 256)
HOST, ADDRESS = 'print1.example.com', '192.0.2.7'


def job(message=None, **settings):
    return Job(
        name='spl1',
        directory='/var/pd/spl1',
        settings=dict(defaults(), **settings),
        trust=Trust('/etc/ca.pem', (), None) if settings.get('EnableTLS', '0') != '0' else None,
        host='mail.example.com',
        port=587,
        message=message or Message('sendmemo@h.example.com', ['a@example.com']),
        options=SendOptions('sent', 30.0),
        ssl_v3=False,
        message_token='token',
    )


@pytest.fixture(autouse=True)
def host_name(monkeypatch):
    for module in (mail_text, local_name):
        monkeypatch.setattr(module, 'host_name', lambda: HOST)


ENCRYPTION = {
    'plaintext': ({}, None, 'no TLS (EnableTLS 0): not encrypted', 'nothing', 'none'),
    'verified': (
        {'EnableTLS': '1'},
        SESSION,
        'STARTTLS (EnableTLS 1): TLSv1.3, TLS_AES_256_GCM_SHA384',
        '/etc/ca.pem',
        'certificate and host name',
    ),
    'without the name': (
        {'EnableTLS': '2', 'CertValidationIgnoreHostName': '1'},
        SESSION,
        'SMTPS (EnableTLS 2): TLSv1.3, TLS_AES_256_GCM_SHA384',
        '/etc/ca.pem',
        'certificate, not the host name (CertValidationIgnoreHostName)',
    ),
    'nothing is verified': (
        {'EnableTLS': '1', 'IgnoreCertificateErrors': '1'},
        SESSION,
        'STARTTLS (EnableTLS 1): TLSv1.3, TLS_AES_256_GCM_SHA384',
        'nothing',
        'none (IgnoreCertificateErrors)',
    ),
}


@pytest.mark.parametrize('name', sorted(ENCRYPTION))
def test_the_mail_says_how_it_was_sent(name):
    settings, session, encryption, against, verification = ENCRYPTION[name]
    lines = mail_text.mail_of(job(**settings), 'h.example.com', session).body.split('\n')
    assert 'Encryption:         ' + encryption in lines
    assert 'Verified against:   ' + against in lines
    assert 'Verification:       ' + verification in lines
    assert 'Mail server:        mail.example.com:587' in lines
    assert 'Message-ID:         token@h.example.com' in lines


def test_a_text_of_its_own_replaces_the_usual_one():
    usual = mail_text.mail_of(job(), 'h.example.com', None)
    assert usual.subject == 'InfoPrint server spl1 on print1.example.com: test of outgoing mail'
    own = mail_text.mail_of(job(Message('a@b', ['c@d'], 'Hello', 'World')), 'h.example.com', None)
    assert (own.sender, own.recipients, own.subject, own.body) == ('a@b', ['c@d'], 'Hello', 'World')
    assert own.message_id == 'token@h.example.com'


@pytest.mark.parametrize(
    'configured, host, address, expected',
    [
        ('mail.example.com', HOST, ADDRESS, 'mail.example.com'),
        ('', HOST, ADDRESS, HOST),
        ('', 'print1', ADDRESS, '[192.0.2.7]'),
        ('', 'print1', '2001:db8::7', '[IPv6:2001:db8::7]'),
        ('', 'print1', 'fe80::7%eth0', '[IPv6:fe80::7]'),
        ('', ADDRESS, ADDRESS, '[192.0.2.7]'),
    ],
    ids=['configured', 'the full name', 'no full name', 'IPv6', 'IPv6 with a zone', 'a name that is an address'],
)
def test_the_ehlo_name_is_one_that_a_server_accepts(monkeypatch, configured, host, address, expected):
    monkeypatch.setattr(local_name, 'host_name', lambda: host)
    assert local_name.ehlo_name_for(configured, address) == expected


@pytest.mark.parametrize(
    'ehlo_name, sender',
    [('h.example.com', 'sendmemo@h.example.com'), ('[192.0.2.7]', 'sendmemo@print1.example.com')],
    ids=['a name', 'an address literal'],
)
def test_the_usual_sender_has_a_name_and_no_address(ehlo_name, sender):
    assert local_name.default_sender(ehlo_name) == sender
