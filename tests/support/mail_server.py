# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The mail server of tests and demo: STARTTLS, TLS and plaintext listeners on loopback that keep what they get.

    python -m support.mail_server DIRECTORY --parent PID [--seconds N]

reads DIRECTORY/listeners.json, a list of {name, mode: starttls|optional|smtps|plain, certificate, key}, and listens with each on
a free port. Then it writes DIRECTORY/ready.json: {name: port}. Every mail becomes two files in DIRECTORY/mails, NNNN.eml as
received and NNNN.json with the envelope and the session. It is delivered into DIRECTORY/Maildir too, as by a relay that notes in
`Received` what it saw; unless its subject contains the text in DIRECTORY/lose: then it is accepted and dropped.
It ends at SIGTERM or SIGINT, after N seconds (600), and when the process PID is no longer its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.utils
import json
import os
import pathlib
import signal
import ssl
import time
import typing as t

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = '127.0.0.1'
HOSTNAME = 'mail.example.com'
WATCH_SECONDS = 0.25


class Mailbox:
    """Keeps every mail as a pair of files, numbered in order of arrival, and delivers it into a Maildir."""

    def __init__(self, directory: pathlib.Path) -> None:
        self._directory = directory / 'mails'
        self._directory.mkdir(exist_ok=True)
        self._lose = directory / 'lose'
        self._maildir = directory / 'Maildir'
        for folder in ('new', 'cur', 'tmp'):
            (self._maildir / folder).mkdir(parents=True, exist_ok=True)
        self._last = max((int(path.stem) for path in self._directory.glob('*.json')), default=0)

    def keep(self, content: bytes, facts: dict[str, t.Any]) -> str:
        """Store one mail and return its number; its .json appears last, so who sees that finds both."""
        self._last += 1
        name = f'{self._last:04}'
        if self._is_lost(content):
            return name
        received = _received(facts, name).encode('ascii', 'replace')
        (self._maildir / 'tmp' / name).write_bytes(received + content)
        (self._maildir / 'tmp' / name).rename(self._maildir / 'new' / f'{time.time_ns()}.{name}.mail.example.com')
        (self._directory / f'{name}.eml').write_bytes(content)
        write_whole(self._directory / f'{name}.json', facts)
        return name

    def _is_lost(self, content: bytes) -> bool:
        if not self._lose.exists():
            return False
        subject = email.message_from_bytes(content)['Subject'] or ''
        return self._lose.read_text() in ' '.join(subject.split())


def _received(facts: dict[str, t.Any], name: str) -> str:
    """Return the line that a relay puts before a mail (RFC 5321 4.4)."""
    tls = f' (using {facts["tls_version"]} with cipher {facts["cipher"]})' if facts['tls_version'] else ''
    protocol = 'ESMTPS' if tls else 'ESMTP'
    date = email.utils.formatdate(facts['received_at'])
    return f'Received: from {facts["ehlo"]} ([{LOOPBACK}]){tls}\r\n\tby {HOSTNAME} with {protocol} id {name}; {date}\r\n'


class Listener:
    """One listening socket's handler: it knows its own name, and asks the session's transport for TLS."""

    def __init__(self, name: str, mailbox: Mailbox) -> None:
        self._name = name
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd names it)
        # The session knows of STARTTLS only; the transport of both.
        secured = t.cast(asyncio.Transport, server.transport).get_extra_info('ssl_object')
        queue_id = self._mailbox.keep(
            t.cast(bytes, envelope.content),
            {
                'listener': self._name,
                'ehlo': session.host_name,
                'sender': envelope.mail_from,
                'recipients': envelope.rcpt_tos,
                'tls_version': secured.version() if secured else None,
                'cipher': secured.cipher()[0] if secured else None,
                'received_at': time.time(),
            },
        )
        return f'250 2.0.0 Ok: queued as {queue_id}'


def write_whole(path: pathlib.Path, value: object) -> None:
    """Write `value` as JSON so that a reader finds all of it or no file."""
    partial = path.with_suffix('.partial')
    partial.write_text(json.dumps(value, indent=1))
    partial.replace(path)


def _context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


async def _listen(listener: dict[str, t.Any], mailbox: Mailbox) -> asyncio.Server:
    mode = listener['mode']
    context = None if mode == 'plain' else _context(listener['certificate'], listener['key'])
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            Listener(listener['name'], mailbox),
            hostname=HOSTNAME,
            ident='test mail server',
            loop=loop,
            tls_context=context if mode in ('starttls', 'optional') else None,
            require_starttls=mode == 'starttls',
        )

    return await loop.create_server(session, LOOPBACK, 0, ssl=context if mode == 'smtps' else None)


async def serve(directory: pathlib.Path, parent: int, seconds: float) -> None:
    """Listen until asked to end, `seconds` are over or `parent` is gone."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    mailbox = Mailbox(directory)
    ports = {}
    servers = []
    for listener in json.loads((directory / 'listeners.json').read_text()):
        server = await _listen(listener, mailbox)
        servers.append(server)
        ports[listener['name']] = server.sockets[0].getsockname()[1]
    ready = directory / 'ready.json'
    write_whole(ready, ports)
    end = time.monotonic() + seconds
    while not ended.is_set() and time.monotonic() < end and os.getppid() == parent:
        try:
            await asyncio.wait_for(ended.wait(), WATCH_SECONDS)
        except asyncio.TimeoutError:
            continue
    ready.unlink(missing_ok=True)
    for server in servers:
        server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description='Mail server for tests and the demo.')
    parser.add_argument('directory', type=pathlib.Path)
    parser.add_argument('--parent', type=int, required=True)
    parser.add_argument('--seconds', type=float, default=600)
    options = parser.parse_args()
    asyncio.run(serve(options.directory, options.parent, options.seconds))


if __name__ == '__main__':
    main()
