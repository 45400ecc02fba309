# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The users that tests make, and how they go again.

Their names end in the number of the process that makes them: neither workers nor two runs on one machine meet.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import time

STOP_SECONDS = 5


def own_name(name: str) -> str:
    """Return what this process calls a user of its own."""
    return f'{name}-{os.getpid()}'


def remove_leftovers(*names: str) -> None:
    """Remove the users of these names that processes made which were killed."""
    for entry in pwd.getpwall():
        name, _hyphen, number = entry.pw_name.rpartition('-')
        if name in names and number.isdigit() and not pathlib.Path('/proc', number).exists():
            remove_user(entry.pw_name)


def remove_user(user: str) -> None:
    """Remove one of our own users with all its processes; that there is none is well."""
    try:
        uid = pwd.getpwnam(user).pw_uid
    except KeyError:
        return
    end_processes_of(uid)
    subprocess.run(['userdel', user], capture_output=True, timeout=30, check=False)


def processes_of(uid: int) -> list[int]:
    """Return the numbers of what runs under a user, by its status: its files may be root's, who started it."""
    found = []
    for path in pathlib.Path('/proc').iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdigit() and f'\nUid:\t{uid}\t' in (path / 'status').read_text():
                found.append(int(path.name))
    return found


def end_processes_of(uid: int) -> None:
    """End what still runs under one of our own users, by process id: userdel refuses a user who has processes."""
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end:
        found = processes_of(uid)
        if not found:
            return
        for number in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.05)
