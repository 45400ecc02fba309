# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Starts the embedded mail server as a process of its own, ends it, and reads the mails that it kept."""

from __future__ import annotations

import email
import email.message
import email.policy
import json
import os
import pathlib
import subprocess
import sys
import time
import typing as t

TESTS = pathlib.Path(__file__).resolve().parents[1]
START_SECONDS = 20
STOP_SECONDS = 5


class Listener(t.NamedTuple):
    """What to listen with: mode is 'starttls', 'optional' (STARTTLS for who wants it), 'smtps' or 'plain'."""

    name: str
    mode: str
    certificate: pathlib.Path | None = None
    key: pathlib.Path | None = None


class Mail(t.NamedTuple):
    """One mail that arrived, with its envelope and the session it came in; `tls_version` None means plaintext."""

    path: pathlib.Path
    listener: str
    ehlo: str
    sender: str
    recipients: list[str]
    tls_version: str | None
    cipher: str | None
    message: email.message.EmailMessage


class MailServer:
    """The embedded mail server, listening between `with` and its end; `ports` says where, by the listeners' names.

    `directory` takes the mails and the server's log; mails of an earlier run there stay.
    Raises RuntimeError with the server's last words when it doesn't come up.
    """

    def __init__(self, directory: pathlib.Path, listeners: t.Sequence[Listener], seconds: float = 600) -> None:
        self.directory = directory
        self.ports: dict[str, int] = {}
        self._listeners = listeners
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> MailServer:
        self.directory.mkdir(parents=True, exist_ok=True)
        ready, log = self.directory / 'ready.json', self.directory / 'log'
        ready.unlink(missing_ok=True)
        listeners = [dict(one._asdict(), certificate=str(one.certificate), key=str(one.key)) for one in self._listeners]
        (self.directory / 'listeners.json').write_text(json.dumps(listeners, indent=1))
        with log.open('wb') as output:
            # In a session of its own a Ctrl-C at the terminal reaches only us, and we end it when we are done with it.
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    '-m',
                    'support.mail_server',
                    str(self.directory),
                    '--parent',
                    str(os.getpid()),
                    '--seconds',
                    str(self._seconds),
                ],
                cwd=TESTS,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            self._wait_for(ready, log)
        except BaseException:
            self.stop()
            raise
        self.ports = json.loads(ready.read_text())
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _wait_for(self, ready: pathlib.Path, log: pathlib.Path) -> None:
        assert self._process is not None
        end = time.monotonic() + START_SECONDS
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError('the mail server did not start: ' + log.read_text(errors='replace')[-1000:])
            time.sleep(0.02)

    def stop(self) -> None:
        """End the process; harmless when it has ended."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def maildir(self) -> pathlib.Path:
        """The Maildir into which the mails are delivered."""
        return self.directory / 'Maildir'

    def lose(self, text: str) -> None:
        """Let it accept and drop the mails whose subject contains a text; '' = none any more."""
        lose = self.directory / 'lose'
        if text:
            lose.write_text(text)
        else:
            lose.unlink(missing_ok=True)

    def mails(self, recipient: str | None = None) -> list[Mail]:
        """Return the mails that arrived, oldest first; with `recipient` only those that went to it."""
        found = [_read(path) for path in sorted((self.directory / 'mails').glob('*.json'))]
        return [mail for mail in found if recipient is None or recipient in mail.recipients]


def _read(path: pathlib.Path) -> Mail:
    facts = json.loads(path.read_text())
    content = path.with_suffix('.eml')
    message = email.message_from_bytes(content.read_bytes(), policy=email.policy.default)
    return Mail(
        content,
        facts['listener'],
        facts['ehlo'],
        facts['sender'],
        facts['recipients'],
        facts['tls_version'],
        facts['cipher'],
        message,
    )
