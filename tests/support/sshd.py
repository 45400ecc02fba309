# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A private sshd on loopback, with two users of its own to log in as and to become.

Needs root and the Debian packages `openssh-server` and `sudo`. What it makes outside its temporary directory (two users,
one file in /etc/sudoers.d, sshd's directory in /run) is gone when it ends, also after a run that was killed and began anew.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import typing as t

from support.postfix import LOOPBACK, free_ports
from support.users import own_name, remove_leftovers, remove_user

NAMES = ('infoprint-t1', 'infoprint-t2')
PLAIN_USER = own_name(NAMES[0])  # may use sudo without a password
OTHER_USER = own_name(NAMES[1])  # whom the plain user becomes by su, with OTHER_PASSWORD
OTHER_PASSWORD = 'print-and-mail'
SUDOERS = pathlib.Path('/etc/sudoers.d') / PLAIN_USER
SEPARATION = pathlib.Path('/run/sshd')
START_SECONDS = 10
STOP_SECONDS = 5

# What a login shell may print before and beside the answer: text, a brace, a lone CR, a byte that is no UTF-8.
NOISE = r"""
printf 'Welcome to print1. {"changed": true, "failed": false} {{ noise }}\n\r\377\n'
printf 'profile: warning: this goes to standard error\n' >&2
"""

SSHD_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {base}/host_key
PidFile none
AuthorizedKeysFile {base}/authorized_keys
AllowUsers root {plain} {other}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
StrictModes no
MaxStartups 200
MaxSessions 200
PrintMotd no
Subsystem sftp internal-sftp
"""


def why_not() -> str:
    """Return what this machine lacks for it, or '' when it can run here."""
    if os.geteuid() != 0:
        return 'a private sshd with users of its own needs root'
    missing = [name for name in ('sshd', 'ssh', 'sudo', 'su', 'useradd') if not shutil.which(name)]
    return f'not installed: {", ".join(missing)} (Debian packages openssh-server, sudo)' if missing else ''


class Sshd:
    """sshd, running between `with` and its end; `host(user)` are the inventory variables that log in as that user.

    Raises RuntimeError with sshd's own words when it doesn't start.
    """

    def __init__(self) -> None:
        self.port = 0
        self._base = pathlib.Path()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sshd:
        # Below /tmp: the path of ssh's control socket has room for about 100 characters.
        self._base = pathlib.Path(tempfile.mkdtemp(prefix='ipt-', dir='/tmp'))
        try:
            self._base.chmod(0o755)
            self._make_users()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def host(self, user: str = PLAIN_USER, **more: t.Any) -> dict[str, t.Any]:
        """Return the variables of a host that is this sshd, logged in to as `user`; `more` are put over them."""
        return {
            'ansible_connection': 'ssh',
            'ansible_host': LOOPBACK,
            'ansible_port': self.port,
            'ansible_user': user,
            'ansible_ssh_private_key_file': str(self._base / 'key'),
            'ansible_ssh_common_args': '-F /dev/null -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no '
            '-o IdentitiesOnly=yes -o LogLevel=ERROR',
            'ansible_control_path_dir': str(self._base / 'cp'),
            **more,
        }

    def home(self, user: str = PLAIN_USER) -> pathlib.Path:
        """Return the home directory of one of our two users."""
        return self._base / user

    @contextlib.contextmanager
    def noise(self, user: str = PLAIN_USER) -> t.Iterator[None]:
        """Let the user's shell print NOISE to both outputs whenever it starts."""
        profile = self.home(user) / '.bashrc'
        profile.write_text(NOISE)
        try:
            yield
        finally:
            profile.write_text('')

    def log(self) -> str:
        """Return what sshd has logged so far."""
        return (self._base / 'log').read_text(errors='replace')

    def disconnect(self) -> None:
        """End the connections that ssh keeps open between runs (ControlPersist)."""
        for control in (self._base / 'cp').glob('*'):
            if control.is_socket():
                _run('ssh', '-F', '/dev/null', '-o', f'ControlPath={control}', '-O', 'exit', 'any', check=False)

    def _make_users(self) -> None:
        _remove_leftovers()
        for user in (PLAIN_USER, OTHER_USER):
            home = self.home(user)
            _run(
                'useradd',
                '--no-log-init',
                '--user-group',
                '--no-create-home',
                '--home-dir',
                str(home),
                '--shell',
                '/bin/bash',
                user,
            )
            entry = pwd.getpwnam(user)
            home.mkdir(mode=0o750)
            (home / '.bashrc').touch()
            for path in (home, home / '.bashrc'):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        # Without PAM sshd refuses a locked account, so both get a password; only this one is given to anybody.
        secrets = f'{PLAIN_USER}:{os.urandom(16).hex()}\n{OTHER_USER}:{OTHER_PASSWORD}\n'
        _run('chpasswd', data=secrets.encode())
        SUDOERS.touch(mode=0o440)
        SUDOERS.write_text(f'{PLAIN_USER} ALL=(ALL:ALL) NOPASSWD: ALL\n')

    def _start(self) -> None:
        base = self._base
        for name in ('host_key', 'key'):
            _run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(base / name))
        shutil.copy(base / 'key.pub', base / 'authorized_keys')
        (base / 'cp').mkdir(mode=0o700)
        _share_separation()
        self.port = free_ports(1)[0]
        config = base / 'sshd_config'
        config.write_text(SSHD_CONFIG.format(base=base, port=self.port, plain=PLAIN_USER, other=OTHER_USER))
        daemon = shutil.which('sshd') or 'sshd'  # sshd starts itself anew for each connection and wants its full path
        with (base / 'log').open('wb') as log:
            self._process = subprocess.Popen(
                [daemon, '-D', '-e', '-f', str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + START_SECONDS
        while not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f'sshd did not start: {self.log()[-1000:]}')
            time.sleep(0.02)

    def stop(self) -> None:
        """End sshd, every process of our two users, and remove all that was made."""
        try:
            self.disconnect()
            if self._process is not None:
                self._process.terminate()
                self._process.wait(STOP_SECONDS)
        finally:
            _remove_users()
            _leave_separation()
            shutil.rmtree(self._base, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), 1) as connection:
            return connection.recv(4) == b'SSH-'
    except OSError:
        return False


def _remove_users() -> None:
    SUDOERS.unlink(missing_ok=True)
    for user in (PLAIN_USER, OTHER_USER):
        remove_user(user)


def _remove_leftovers() -> None:
    remove_leftovers(*NAMES)
    for rule in SUDOERS.parent.glob(f'{NAMES[0]}-*'):
        if not pathlib.Path('/proc', rule.name.rpartition('-')[2]).exists():
            rule.unlink()


def _share_separation() -> None:
    """Have the directory; where it isn't the system's, each of our own leaves its mark in it, and the last one removes it."""
    if not SEPARATION.exists() or any(SEPARATION.iterdir()):
        SEPARATION.mkdir(mode=0o755, exist_ok=True)
        (SEPARATION / PLAIN_USER).touch()


def _leave_separation() -> None:
    mark = SEPARATION / PLAIN_USER
    if mark.exists():
        mark.unlink()
        with contextlib.suppress(OSError):  # another one's mark is in there
            SEPARATION.rmdir()


def _run(*command: str, data: bytes = b'', check: bool = True) -> None:
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f'{command[0]} failed: {done.stdout.decode(errors="replace")}')
