# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What all hosts of the fleet have on top of this machine's own root: users, sshd's files, and empty directories."""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

# Who may log in, besides root. The first becomes root by sudo without a password, the second by su with ROOT_PASSWORD.
SUDO_USER, SU_USER = 'fleet-sudo', 'fleet-su'
DOMAIN = 'example.com'
PRINT_USER = 'fleet-ipm'  # the owner of the InfoPrint servers
USERS = {SUDO_USER: 61801, SU_USER: 61802, PRINT_USER: 61803}
ROOT_PASSWORD = 'print-and-mail'
# By crypt(5), SHA-256. It opens nothing but throw-away hosts without a way out.
ROOT_HASH = '$5$RfwA9AeIQpuGEhQm$pcyzWPxApRHE..FTbQOZywCjYhyfXsIJhrT5yOONJX8'
# Directories of this machine that a host must not see, or have of its own. What it is to see of them after all (a Python of a
# version manager's in /root) is mounted into them, and has to be open to all users.
EMPTY = {'root': 0o711, 'home': 0o755, 'tmp': 0o1777, 'run': 0o755, 'var/tmp': 0o1777, 'var/pd': 0o755, 'mnt': 0o755}

SSHD_CONFIG = """\
HostKey /etc/fleet/host_key
AuthorizedKeysFile /etc/fleet/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
MaxStartups 1000
MaxSessions 1000
PrintMotd no
Subsystem sftp internal-sftp
"""


def build(layer: pathlib.Path, keys: pathlib.Path, names: t.Mapping[str, str]) -> None:
    """Make the layer in the empty directory `layer`, on a file system that knows trusted.* attributes.

    `keys` holds host_key and authorized_keys; `names` is the hosts file: name to address.
    """
    for name, mode in EMPTY.items():
        directory = layer / name
        directory.mkdir(parents=True)
        directory.chmod(mode)
        # What overlayfs calls opaque: nothing of the directory below shows through.
        os.setxattr(directory, 'trusted.overlay.opaque', b'y')
    (layer / 'run' / 'sshd').mkdir(mode=0o755)
    etc = layer / 'etc'
    (etc / 'sudoers.d').mkdir(parents=True)
    _write(etc / 'sudoers.d' / 'fleet', f'{SUDO_USER} ALL=(ALL:ALL) NOPASSWD: ALL\n', 0o440)
    lines = ['127.0.0.1 localhost', *(f'{address} {name}.{DOMAIN} {name}' for name, address in names.items()), '']
    _write(etc / 'hosts', '\n'.join(lines))
    _write(etc / 'resolv.conf', '')
    fleet = etc / 'fleet'
    fleet.mkdir()
    _write(fleet / 'sshd_config', SSHD_CONFIG)
    for name, mode in (('host_key', 0o600), ('authorized_keys', 0o644)):
        _write(fleet / name, (keys / name).read_text(), mode)
    _add_users(etc)
    for user in ('root', *USERS):
        home = layer / ('root' if user == 'root' else f'home/{user}')
        home.mkdir(mode=0o755, exist_ok=True)
        _write(home / '.bashrc', '')  # this machine's own may be slow, and it runs for each command
        shutil.chown(home, USERS.get(user, 0), USERS.get(user, 0))


def _add_users(etc: pathlib.Path) -> None:
    original = pathlib.Path('/etc')
    shadow = [line for line in (original / 'shadow').read_text().splitlines() if not line.startswith('root:')]
    shadow += [f'root:{ROOT_HASH}:20000:0:99999:7:::', *(f'{user}:*:20000:0:99999:7:::' for user in USERS)]
    _write(etc / 'shadow', '\n'.join(shadow) + '\n', 0o600)
    for name, form in (('passwd', '{user}:x:{number}:{number}::/home/{user}:/bin/bash\n'), ('group', '{user}:x:{number}:\n')):
        lines = ''.join(form.format(user=user, number=number) for user, number in USERS.items())
        _write(etc / name, (original / name).read_text() + lines)


def _write(path: pathlib.Path, text: str, mode: int = 0o644) -> None:
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text)
