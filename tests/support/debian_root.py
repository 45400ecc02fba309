# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A directory to chroot into with one program of a Debian package, for packages that can't be installed beside each other.

Debian lets a machine have one mail server; `apt-get download` and `dpkg -x` don't mind. The release is always the same, whatever
that of the machine. What was unpacked is kept under .venvs/, or in $INFOPRINT_CACHE where that is set.
"""

from __future__ import annotations

import fcntl
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNPACKED = pathlib.Path(os.environ.get('INFOPRINT_CACHE') or ROOT / '.venvs') / 'debian'
SECONDS = 300
# In Debian 12 OpenSMTPD can't do TLS: it is older than the OpenSSL there.
SOURCE = 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main'
_DEPENDS = re.compile(r'^ +(?:Pre)?Depends: (z?lib[^\s<]+)$', re.MULTILINE)
NOBODY = 65534


def why_not() -> str:
    """Return what this machine lacks for it, or ''."""
    if os.geteuid() != 0:
        return 'only root can change into another root directory'
    lacking = [program for program in ('apt-get', 'apt-cache', 'dpkg', 'chroot') if not shutil.which(program)]
    return f'there is no {lacking[0]} here: this needs Debian' if lacking else ''


def make_root(package: str, directory: pathlib.Path, users: dict[str, int]) -> None:
    """Make `directory` a root directory that has the package and the libraries that it depends on, /dev/null, and `users`.

    Each user's number is also that of a group of the same name. Raises RuntimeError with apt's words where it can't be had.
    """
    shutil.copytree(_unpacked(package), directory, symlinks=True, dirs_exist_ok=True)
    directory.chmod(0o755)
    for name, mode in (('dev', 0o755), ('etc', 0o755), ('tmp', 0o1777), ('run', 0o755)):
        (directory / name).mkdir(exist_ok=True)
        (directory / name).chmod(mode)
    os.mknod(directory / 'dev' / 'null', 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    (directory / 'dev' / 'null').chmod(0o666)
    names = {'root': 0, **users, 'nogroup': NOBODY}
    (directory / 'etc' / 'group').write_text(''.join(f'{name}:x:{number}:\n' for name, number in names.items()))
    names['nobody'] = names.pop('nogroup')
    (directory / 'etc' / 'passwd').write_text(
        ''.join(f'{name}:x:{number}:{number}::/:/bin/false\n' for name, number in names.items())
    )
    (directory / 'etc' / 'hosts').write_text('127.0.0.1 localhost mail.example.com\n')


def _unpacked(package: str) -> pathlib.Path:
    """Return the directory with the package and its libraries; they are downloaded when that is not there yet."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / f'{package}.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests that run at the same time want the same package
        found = UNPACKED / package
        if not found.is_dir():
            _unpack(package, found)
    return found


def _unpack(package: str, found: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory(dir=UNPACKED) as name:
        root = pathlib.Path(name) / 'root'
        archives = _download(package, pathlib.Path(name))
        for directory in ('bin', 'lib', 'lib64', 'sbin'):  # as base-files has them
            (root / 'usr' / directory).mkdir(parents=True)
            (root / directory).symlink_to(f'usr/{directory}')
        for archive in archives:
            _run('dpkg', '-x', str(archive), str(root))
        shutil.rmtree(root / 'usr' / 'share', ignore_errors=True)
        root.rename(found)


def _download(package: str, directory: pathlib.Path) -> list[pathlib.Path]:
    """Download the package, the libraries that it needs and those that these need, by lists of our own; return the archives."""
    source = directory / 'sources.list'
    source.write_text(f'{SOURCE}\n')
    for name in ('lists/partial', 'cache/archives/partial'):
        (directory / name).mkdir(parents=True)
    settings = {
        'Dir::Etc::SourceList': source,
        'Dir::Etc::SourceParts': '-',
        'Dir::State::Lists': directory / 'lists',
        'Dir::Cache': directory / 'cache',
        'APT::Sandbox::User': 'root',
    }
    options = [word for name, value in settings.items() for word in ('-o', f'{name}={value}')]
    _run('apt-get', '-q', *options, 'update')
    known: list[str] = []
    asked = [package]
    while asked:
        known += asked
        said = _run('apt-cache', *options, 'depends', *asked)
        asked = [name for name in dict.fromkeys(_DEPENDS.findall(said)) if name not in known]
    _run('apt-get', '-q', *options, 'download', *known, directory=directory)
    return sorted(directory.glob('*.deb'))


def _run(*command: str, directory: pathlib.Path | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f'{" ".join(command)} failed: {done.stdout[-1000:]}')
    return done.stdout
