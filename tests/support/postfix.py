# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real Postfix from a private directory: STARTTLS on one port, TLS on another, nothing looked up.

Needs root and the Debian package `postfix`; the system's own configuration, queue and mail are not touched. It runs on loopback,
or in a place of the caller's, such as a namespace.
Mail to any address is accepted and delivered into one maildir, or the one that the address has been given.
"""

from __future__ import annotations

import contextlib
import email
import email.message
import email.policy
import os
import pathlib
import pwd
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
import typing as t

LOOPBACK = '127.0.0.1'
COMMAND_SECONDS = 60
LOG_SECONDS = 15
MAIL_OWNER = 'nobody'
# For servers that don't take port 0. The kernel gives none of these to connections, so that nobody takes a free one before it is
# used, except a server of another test, whose choice is as random.
PORTS = range(20000, 32000)

# By postconf(5). smtpd names the EHLO name of an accepted mail in no log line of its own: the INFO action makes it.
MAIN_CF = """\
compatibility_level = 3.6
config_directory = {base}/config
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = {base}/log/maillog
maillog_file_prefixes = {base}/log
inet_interfaces = {address}
inet_protocols = ipv4
mynetworks = {network}
myhostname = {hostname}
mydestination =
alias_maps =
alias_database =
local_transport = error:no local delivery
default_transport = error:no delivery elsewhere
relay_transport = error:no delivery elsewhere
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_helo_required = yes
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_end_of_data_restrictions = check_client_access static:{{INFO accepted}}
smtpd_banner = $myhostname ESMTP
smtpd_tls_chain_files = {base}/config/key-and-chain.pem
smtpd_tls_security_level = encrypt
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
smtpd_tls_session_cache_database =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = {maildirs} static:{base}/mail/all/
virtual_mailbox_base = /
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_transport = virtual
"""

# By master(5): service type private unpriv chroot wakeup maxproc command.
MASTER_CF = """\
{listeners}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
smtp unix - - n - - smtp
once unix - - n - - smtp -o max_use=1
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Place(t.NamedTuple):
    """Where a Postfix runs.

    address: its own. network: whom it relays for. ports: by name; the one called smtps has TLS at once.
    root: what we call its root directory. enter: the words in front of a command that is to run there.
    """

    address: str
    network: str
    ports: t.Mapping[str, int]
    root: pathlib.Path = pathlib.Path('/')
    enter: tuple[str, ...] = ()


def why_not() -> str:
    """Return what this machine lacks for it, or '' when it can run here."""
    if os.geteuid() != 0:
        return 'Postfix needs root to start'
    return '' if shutil.which('postfix') else 'Postfix is not installed (Debian package postfix)'


class Postfix:
    """Postfix, running between `with` and its end. `ports` has 'starttls' and 'smtps' (or those of `place`); all demand TLS
    before MAIL.

    `certificate_pem` is the server's certificate and what follows it in the chain, `key_pem` its key. `variants` are further
    ports by name, each with what its smtpd has of its own, as `name = value`; `files` are put into $config_directory.
    `maildirs` are for addresses whose mails go elsewhere, MAIL_OWNER's to write to, as Dovecot.maildir is.
    Raises RuntimeError with Postfix's own words when it doesn't start.
    """

    def __init__(
        self,
        certificate_pem: bytes,
        key_pem: bytes,
        hostname: str = 'mail.example.com',
        place: Place | None = None,
        variants: t.Mapping[str, t.Sequence[str]] | None = None,
        files: t.Mapping[str, bytes] | None = None,
        maildirs: t.Mapping[str, pathlib.Path] | None = None,
    ) -> None:
        self._place = place or Place(LOOPBACK, '127.0.0.0/8', {})
        self.ports: t.Mapping[str, int] = self._place.ports
        self._files = {**(files or {}), 'key-and-chain.pem': key_pem + certificate_pem}
        self._variants = variants or {}
        self._maildirs = maildirs or {}
        self._hostname = hostname
        self._base = pathlib.Path()  # as we call it; in the configuration it is self._inside
        self._inside = ''

    def __enter__(self) -> Postfix:
        # A directory of its own, not pytest's: that one is closed to the user that Postfix becomes.
        self._base = pathlib.Path(tempfile.mkdtemp(prefix='infoprint-postfix-', dir=self._place.root / 'tmp'))
        self._inside = f'/{self._base.relative_to(self._place.root)}'
        names = ('starttls', 'smtps', *self._variants)
        self.ports = self._place.ports or dict(zip(names, free_ports(len(names)), strict=True))
        try:
            self._lay_out()
            self._command('start')
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _lay_out(self) -> None:
        owner, daemon = pwd.getpwnam(MAIL_OWNER), pwd.getpwnam('postfix')
        self._base.chmod(0o755)
        for name, uid, gid in (
            ('config', 0, 0),
            ('queue', 0, 0),
            ('log', 0, 0),
            ('data', daemon.pw_uid, daemon.pw_gid),
            ('mail', owner.pw_uid, owner.pw_gid),
            *((f'mail/all{part}', owner.pw_uid, owner.pw_gid) for part in ('', '/new', '/cur', '/tmp')),
        ):
            directory = self._base / name
            directory.mkdir(mode=0o755)
            os.chown(directory, uid, gid)
        config = self._base / 'config'
        for name, content in self._files.items():
            (config / name).touch(mode=0o600)
            (config / name).write_bytes(content)
        (config / 'main.cf').write_text(
            MAIN_CF.format(
                base=self._inside,
                hostname=self._hostname,
                address=self._place.address,
                network=self._place.network,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                maildirs=' '.join(f'inline:{{{address}={path}/}}' for address, path in self._maildirs.items()),
            )
        )
        (config / 'master.cf').write_text(
            MASTER_CF.format(
                listeners='\n'.join(
                    f'{self._place.address}:{port} inet n - n - - smtpd'
                    + ''.join(f' -o {{ {one} }}' for one in self._options(name))
                    for name, port in self.ports.items()
                )
            )
        )

    def _options(self, name: str) -> t.Sequence[str]:
        """Return what the smtpd of a port has of its own."""
        return ['smtpd_tls_wrappermode = yes'] if name == 'smtps' else self._variants.get(name, ())

    def _command(self, verb: str) -> None:
        done = subprocess.run(
            [*self._place.enter, 'postfix', '-c', f'{self._inside}/config', verb],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            words = done.stdout.decode(errors='replace') + '\n'.join(self.log())
            raise RuntimeError(f'postfix {verb} failed: {words[-2000:]}')

    def stop(self) -> None:
        """End this instance and remove its directory."""
        try:
            if (self._base / 'queue' / 'pid' / 'master.pid').exists():
                self._command('stop')
        finally:
            shutil.rmtree(self._base, ignore_errors=True)

    def set(self, **parameters: str) -> None:
        """Change parameters of main.cf, as postconf(5) has them, of the running Postfix."""
        self.write(**parameters)
        self.reload()

    def write(self, **parameters: str) -> None:
        """Change parameters for the processes that start from now on."""
        path = self.config_directory / 'main.cf'
        kept = [line for line in path.read_text().splitlines() if line.partition('=')[0].strip() not in parameters]
        written = path.with_name('main.cf.new')
        written.write_text('\n'.join([*kept, *(f'{name} = {value}' for name, value in parameters.items()), '']))
        os.utime(written, (0, 0))  # a process that finds one of this second waits, and the one that writes the log may never end
        written.replace(path)

    def reload(self) -> None:
        """Let all its processes read main.cf anew."""
        self._command('reload')

    def log(self) -> list[str]:
        """Return the lines logged so far."""
        path = self._base / 'log' / 'maillog'
        return path.read_text(errors='replace').splitlines() if path.exists() else []

    def wait_for_log(self, pattern: str, seconds: float = LOG_SECONDS) -> str:
        """Return the first logged line that the regular expression finds; AssertionError when it has not come in `seconds`."""
        end = time.monotonic() + seconds
        while True:
            lines = self.log()
            for line in lines:
                if re.search(pattern, line):
                    return line
            if time.monotonic() > end:
                raise AssertionError(f'{pattern!r} was not logged in {seconds} s; the last lines:\n' + '\n'.join(lines[-20:]))
            time.sleep(0.05)

    def mails(self, recipient: str | None = None) -> list[email.message.EmailMessage]:
        """Return the delivered mails (in no certain order); with `recipient` only those that went to it."""
        found = []
        for path in (self._base / 'mail').glob('all/new/*'):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if recipient is None or message['Delivered-To'] == recipient:
                found.append(message)
        return found

    @property
    def config_directory(self) -> pathlib.Path:
        return self._base / 'config'

    @property
    def maildir(self) -> pathlib.Path:
        """The Maildir that all mails are delivered to."""
        return self._base / 'mail' / 'all'

    def wait_for_content(self, recipient: str, message_id: str, seconds: float = LOG_SECONDS) -> bytes:
        """Return the bytes that were delivered to `recipient` of the mail with that Message-ID; AssertionError when none came."""
        queued = self.wait_for_log(re.escape(f'message-id={message_id}'), seconds)
        queue_id = re.search(r': ([0-9A-Za-z]+): message-id=', queued)
        assert queue_id
        self.wait_for_log(f': {queue_id.group(1)}: to=<{re.escape(recipient)}>.*status=sent', seconds)
        for path in (self._base / 'mail').glob('all/new/*'):
            content = path.read_bytes()
            if f'Delivered-To: {recipient}\n'.encode() in content and f'Message-ID: {message_id}\n'.encode() in content:
                return content
        raise AssertionError(f'the mail {message_id} to {recipient} is not in the maildir')

    def wait_for_mail(self, recipient: str, seconds: float = LOG_SECONDS) -> email.message.EmailMessage:
        """Return the first mail that was delivered to `recipient`; AssertionError when none came in `seconds`."""
        self.wait_for_log(f'to=<{re.escape(recipient)}>.*status=sent', seconds)
        return self.mails(recipient)[0]


def free_ports(count: int) -> list[int]:
    """Return ports that are free on loopback now."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind((LOOPBACK, port))
            found.append(port)
        if len(found) == count:
            break
    return found
