# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Two real users of this machine who own servers: ALICE, who attacks, and BOB, who is to notice nothing of it.

Needs root. The users are gone when it ends, with all their processes; those of a run that was killed are removed by the next.
Their names have the number of this process, so that two runs on one machine don't meet.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import typing as t

from .users import end_processes_of, own_name, processes_of, remove_leftovers, remove_user

NAMES = ('infoprint-a1', 'infoprint-a2')
ALICE, BOB = map(own_name, NAMES)
ATTACKS = pathlib.Path(__file__).resolve().parent / 'attacks.py'
END_SECONDS = 30


def why_not() -> str:
    """Return what this machine lacks for it, or '' when it can run here."""
    if os.geteuid() != 0:
        return 'users of its own need root'
    missing = [name for name in ('useradd', 'userdel') if not shutil.which(name)]
    return f'not installed: {", ".join(missing)}' if missing else ''


class Owners:
    """The users, between `with` and its end."""

    def __enter__(self) -> Owners:
        remove_leftovers(*NAMES)
        for user in (ALICE, BOB):
            subprocess.run(
                ['useradd', '--no-log-init', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', user],
                check=True,
                capture_output=True,
                timeout=END_SECONDS,
            )
        return self

    def __exit__(self, *exception: object) -> None:
        for user in (ALICE, BOB):
            remove_user(user)

    def give(self, path: pathlib.Path, user: str) -> None:
        """Give a directory, with all below, to a user."""
        entry = pwd.getpwnam(user)
        for one in (path, *path.rglob('*')):
            os.chown(one, entry.pw_uid, entry.pw_gid, follow_symlinks=False)

    def processes_of(self, user: str) -> list[str]:
        """Return the command lines of what runs under a user."""
        found = []
        for number in processes_of(pwd.getpwnam(user).pw_uid):
            with contextlib.suppress(OSError):
                found.append(pathlib.Path(f'/proc/{number}/cmdline').read_text().replace('\0', ' '))
        return found

    @contextlib.contextmanager
    def attack(self, what: str, *arguments: str | pathlib.Path, user: str = ALICE) -> t.Iterator[Attack]:
        """Let a user do what `attacks.py` can, until the end of the block."""
        command = [sys.executable, '-B', str(ATTACKS), user, what, *map(str, arguments)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd='/') as process:
            attack = Attack()
            try:
                assert process.stdout
                assert process.stdout.readline() == 'begun\n'
                yield attack
                attack.count = int(process.communicate('', timeout=END_SECONDS)[0])
            finally:
                process.kill()
                end_processes_of(pwd.getpwnam(user).pw_uid)


class Attack:
    """How often it was done, once the block has ended."""

    count = 0
