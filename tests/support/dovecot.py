# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real Dovecot from a private directory: the mailbox that proofs are confirmed from, by IMAP and as a Maildir.

Needs root and the Debian package `dovecot-imapd`; the system's own configuration, state and mail are not touched. Mails come into
the Maildir by `deliver`, or by the real Postfix: `Postfix(..., maildirs={ADDRESS: dovecot.maildir})`.
"""

from __future__ import annotations

import itertools
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

from .postfix import LOOPBACK, MAIL_OWNER, free_ports
from .process_group import end_group

ADDRESS = 'proofs@example.com'
USERNAME = 'proofs'
PASSWORD = 'Mailbox "secret" 4711'  # with what has to be quoted
# To Dovecot a client at its own address needs no TLS. One that comes to this address is none, as it comes from 127.0.0.1.
OTHER_ADDRESS = '127.0.0.2'
START_SECONDS = 15
STOP_SECONDS = 5

# By doc.dovecot.org for 2.3. A wrong password costs a test no wait. What a logged-in session reads is in rawlog_dir.
CONFIG = """\
base_dir = {base}/run
state_dir = {base}/state
instance_name = {base.name}
log_path = {base}/log
protocols = imap
listen = {listen}
ssl = required
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = yes
auth_failure_delay = 0
mail_max_userip_connections = 100
first_valid_uid = 1
mail_location = maildir:{maildir}
rawlog_dir = {base}/sessions
passdb {{
  driver = passwd-file
  args = {base}/passwords
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={base}/home
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {ports[starttls]}
  }}
  inet_listener imaps {{
    port = {ports[imaps]}
    ssl = yes
  }}
}}
"""


def why_not() -> str:
    """Return what this machine lacks for it, or '' when it can run here."""
    if os.geteuid() != 0:
        return 'Dovecot needs root to start'
    installed = shutil.which('dovecot') and pathlib.Path('/usr/lib/dovecot/imap').exists()
    return '' if installed else 'Dovecot is not installed (Debian package dovecot-imapd)'


class Dovecot:
    """Dovecot, running between `with` and its end. `ports` has 'starttls' and 'imaps'; `maildir` is the one user's INBOX.

    `certificate_pem` is the server's certificate and what follows it in the chain, `key_pem` its key.
    Raises RuntimeError with Dovecot's own words when it doesn't start.
    """

    def __init__(self, certificate_pem: bytes, key_pem: bytes, username: str = USERNAME, password: str = PASSWORD) -> None:
        self.ports: dict[str, int] = {}
        self.maildir = pathlib.Path()
        self.username = username
        self.password = password
        self._files = {
            'certificate.pem': certificate_pem,
            'key.pem': key_pem,
            'passwords': f'{username}:{{PLAIN.HEX}}{password.encode().hex()}\n'.encode(),
        }
        self._owner = pwd.getpwnam(MAIL_OWNER)
        self._base = pathlib.Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._count = itertools.count()

    def __enter__(self) -> Dovecot:
        # A directory of its own, not pytest's: that one is closed to the users that Dovecot becomes.
        self._base = pathlib.Path(tempfile.mkdtemp(prefix='infoprint-dovecot-'))
        self.maildir = self._base / 'Maildir'
        self.ports = dict(zip(('starttls', 'imaps'), free_ports(2), strict=True))
        try:
            self._lay_out()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _lay_out(self) -> None:
        self._base.chmod(0o755)
        for name in ('run', 'state'):
            (self._base / name).mkdir(mode=0o755)
        for name in ('home', 'sessions'):
            self._own_directory(self._base / name)
        self._own_maildir(self.maildir)
        for name, content in self._files.items():
            (self._base / name).touch(mode=0o600)
            (self._base / name).write_bytes(content)
        os.chown(self._base / 'passwords', pwd.getpwnam('dovecot').pw_uid, -1)
        listen = f'{LOOPBACK}, {OTHER_ADDRESS}'
        config = CONFIG.format(base=self._base, maildir=self.maildir, owner=self._owner, ports=self.ports, listen=listen)
        (self._base / 'dovecot.conf').write_text(config)

    def _own_directory(self, path: pathlib.Path) -> None:
        path.mkdir(mode=0o755)
        os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def _own_maildir(self, path: pathlib.Path) -> None:
        for one in (path, path / 'tmp', path / 'new', path / 'cur'):
            self._own_directory(one)

    def _start(self) -> None:
        with (self._base / 'output').open('wb') as output:
            self._process = subprocess.Popen(
                ['dovecot', '-F', '-c', str(self._base / 'dovecot.conf')],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        while not _answers(self.ports['starttls']):
            if self._process.poll() is not None or time.monotonic() > end:
                words = (self._base / 'output').read_text(errors='replace') + '\n'.join(self.log())
                raise RuntimeError(f'Dovecot did not start: {words[-2000:]}')
            time.sleep(0.02)

    def stop(self) -> None:
        """End it with its children, and remove its directory."""
        if self._process is not None:
            end_group(self._process, STOP_SECONDS)
        shutil.rmtree(self._base, ignore_errors=True)

    def make_folder(self, wire_name: str) -> pathlib.Path:
        """Make a folder beside INBOX and return its Maildir; the name is in modified UTF-7 (RFC 3501, 5.1.3), as on the wire."""
        path = self.maildir / f'.{wire_name}'
        self._own_maildir(path)
        return path

    def deliver(self, content: bytes, received_at: float | None = None, maildir: pathlib.Path | None = None) -> pathlib.Path:
        """Put a mail into INBOX, or the Maildir of `make_folder`, and return its file.

        `received_at` (seconds since 1970, else now) becomes the file's time of modification, which is Dovecot's INTERNALDATE.
        """
        maildir = maildir or self.maildir
        name = f'{int(time.time())}.{os.getpid()}_{next(self._count)}.tests'
        partial = maildir / 'tmp' / name
        partial.write_bytes(content)
        os.chown(partial, self._owner.pw_uid, self._owner.pw_gid)
        if received_at is not None:
            os.utime(partial, (received_at, received_at))
        return partial.rename(maildir / 'new' / name)

    def sessions(self) -> list[list[str]]:
        """Return the commands, without their tags, of each session that logged in, in the order in which they began.

        They begin after the login: what comes before it Dovecot's login process reads.
        """
        found = []
        for path in sorted((self._base / 'sessions').glob('*.in')):
            lines = path.read_text(errors='replace').splitlines()
            found.append([' '.join(line.split()[2:]) for line in lines if line.strip()])  # seconds, tag, command
        return found

    def log(self) -> list[str]:
        """Return the lines logged so far."""
        path = self._base / 'log'
        return path.read_text(errors='replace').splitlines() if path.exists() else []


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), 1) as connection:
            return connection.recv(4) == b'* OK'
    except OSError:
        return False
