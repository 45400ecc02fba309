# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A stand-in for sendmemo, which is not at hand: sends one notification as the server's configuration and attributes say.

    python3 mailer.py WORKING_DIRECTORY PDLS

It differs in two things from what the collection assumes: the system's CAs are trusted beside those in CAFile, and the CRLs are
applied to the whole chain. Where it sends nothing, the reason is in error.log.
"""

from __future__ import annotations

import pathlib
import smtplib
import ssl
import subprocess
import sys

SECONDS = 10
RECIPIENT = 'print-ops@example.com'
NOTIFICATION = """\
From: InfoPrint <{sender}>
To: {recipient}
Subject: 5010-192 Message from InfoPrint server: {server}

****************************************
5010-304 A notification of the demo.
"""


def settings_in(directory: pathlib.Path) -> dict[str, str]:
    """Return the keywords that are set, and their values."""
    lines = (directory / 'sendmemo-ssl.cfg').read_text().splitlines()
    pairs = (line.split('=', 1) for line in lines if '=' in line and line.lstrip()[0] not in ';#')
    return {keyword.strip(): value.strip() for keyword, value in pairs}


def attributes_of(server: str, pdls: str) -> dict[str, str]:
    """Return where the server's mails go."""
    command = [pdls, '-c', 'server', '-r', 'smtp-server-host smtp-server-port', '-s', 'line', server]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS).stdout
    pairs = (line.partition(': ')[2].split(' = ', 1) for line in printed.splitlines() if ' = ' in line)
    return dict(pairs)


def context_of(settings: dict[str, str], directory: pathlib.Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers('DEFAULT')  # OpenSSL's; Python has a list of its own
    context.load_default_certs()
    for keyword in ('CAFile', 'CrlFile'):
        if settings.get(keyword):
            context.load_verify_locations(directory / settings[keyword])
    if settings.get('CrlFile'):
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    return context


def send(directory: pathlib.Path, pdls: str) -> None:
    settings = settings_in(directory)
    attributes = attributes_of(directory.name, pdls)
    host, port = attributes['smtp-server-host'], int(attributes['smtp-server-port'])
    context = context_of(settings, directory)
    mode, name = settings.get('EnableTLS', '0'), settings.get('Hostname') or None
    if mode == '2':
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, name, timeout=SECONDS, context=context)
    else:
        connection = smtplib.SMTP(host, port, name, timeout=SECONDS)
    with connection:
        if mode == '1':
            connection.starttls(context=context)
        sender = f'sendmemo@{connection.local_hostname}'
        notification = NOTIFICATION.format(sender=sender, recipient=RECIPIENT, server=directory.name)
        connection.sendmail(sender, [RECIPIENT], notification)


def main() -> None:
    directory = pathlib.Path(sys.argv[1])
    try:
        send(directory, sys.argv[2])
    except (OSError, smtplib.SMTPException) as error:  # ssl's are an OSError, too
        with (directory / 'error.log').open('a') as log:
            log.write(f'5010-304 The notification could not be sent: {error}\n')


if __name__ == '__main__':
    main()
