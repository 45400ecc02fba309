# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The servers that the other tests rely on do what is said of them, observed with Python's own SMTP client."""

from __future__ import annotations

import re
import smtplib
import ssl
import subprocess
import sys
import textwrap
import time

import pytest

from support.mail_server_process import TESTS

MAIL = 'Subject: a test\r\n\r\nOne line.\r\n'


def trusting(pki):
    context = ssl.create_default_context(cafile=str(pki.ca_path))
    context.load_verify_locations(str(pki.crl_path))
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context


def send(pki, mode, port, recipient, ehlo):
    context = trusting(pki)
    if mode == 'smtps':
        client = smtplib.SMTP_SSL('127.0.0.1', port, local_hostname=ehlo, context=context, timeout=10)
    else:
        client = smtplib.SMTP('127.0.0.1', port, local_hostname=ehlo, timeout=10)
    with client:
        if mode == 'starttls':
            client.starttls(context=context)
        client.sendmail('sendmemo@print1.example.com', [recipient], MAIL)


@pytest.mark.parametrize('mode', ['starttls', 'smtps', 'plain'])
def test_the_embedded_server_keeps_a_mail_with_its_envelope(pki, mail_server, mode):
    recipient = f'embedded-{mode}@example.com'
    send(pki, mode, mail_server.ports[mode], recipient, '[127.0.0.1]')
    [mail] = mail_server.mails(recipient)
    assert (mail.listener, mail.ehlo, mail.sender) == (mode, '[127.0.0.1]', 'sendmemo@print1.example.com')
    assert mail.message['Subject'] == 'a test'
    assert mail.tls_version == (None if mode == 'plain' else 'TLSv1.3')


@pytest.mark.parametrize(('listener', 'code'), [('expired', 10), ('revoked', 23)], ids=['expired', 'revoked'])
def test_the_embedded_server_shows_bad_certificates(pki, mail_server, listener, code):
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        send(pki, 'smtps', mail_server.ports[listener], 'nobody@example.com', 'print1.example.com')
    assert caught.value.verify_code == code


def test_the_embedded_server_demands_starttls(mail_server):
    with smtplib.SMTP('127.0.0.1', mail_server.ports['starttls'], timeout=10) as client:
        client.ehlo()
        assert client.mail('sendmemo@print1.example.com')[0] == 530


def test_the_embedded_server_ends_when_its_parent_is_gone(tmp_path):
    program = textwrap.dedent("""
        import os, pathlib, sys
        from support.mail_server_process import Listener, MailServer
        server = MailServer(pathlib.Path(sys.argv[1]), [Listener('plain', 'plain')]).__enter__()
        print(server.ports['plain'], flush=True)
        os._exit(0)
    """)
    done = subprocess.run(
        [sys.executable, '-c', program, str(tmp_path)], cwd=TESTS, stdout=subprocess.PIPE, timeout=30, check=True
    )
    port = int(done.stdout)
    end = time.monotonic() + 10
    with pytest.raises(OSError, match='refused'):
        while time.monotonic() < end:
            smtplib.SMTP('127.0.0.1', port, timeout=5).close()
            time.sleep(0.1)


@pytest.mark.parametrize('mode', ['starttls', 'smtps'])
def test_postfix_logs_tls_and_the_ehlo_name_and_delivers(pki, postfix, mode):
    recipient = f'postfix-{mode}@example.com'
    ehlo = f'{mode}.print1.example.com'
    send(pki, mode, postfix.ports[mode], recipient, ehlo)
    mail = postfix.wait_for_mail(recipient)
    assert mail['Subject'] == 'a test'
    assert 'using TLSv1.3' in mail['Received']
    accepted = postfix.wait_for_log(f'helo=<{re.escape(ehlo)}>')
    session = re.search(r'smtpd\[(\d+)\]', accepted).group(1)
    postfix.wait_for_log(rf'smtpd\[{session}\]: Anonymous TLS connection established')


def test_postfix_demands_starttls(postfix):
    with smtplib.SMTP('127.0.0.1', postfix.ports['starttls'], timeout=10) as client:
        client.ehlo()
        assert client.mail('sendmemo@print1.example.com')[0] == 530
