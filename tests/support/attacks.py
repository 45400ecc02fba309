# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a print user does to a run over a working directory that is theirs: `attacks.py USER WHAT`, started as root.

    stop                stops each other process that runs under this user
    lock DIRECTORY...   holds the lock of each directory
    seize DIRECTORY...  keeps a descriptor of, and a link to, each staged file that can be had, and writes into it at the end

Each says `begun`, goes on until standard input ends, and prints how often it was done.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import pathlib
import pwd
import select
import signal
import sys
import typing as t

PAUSE = 0.001  # seconds between two checks


def become(user: str) -> None:
    """Give up all rights but the user's. (The Python that runs this may be where the user can't start it.)"""
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def until_the_end_of_input(step: t.Callable[[], int]) -> None:
    """Take a step again and again; print the sum of what they return."""
    total = 0
    print('begun', flush=True)
    while not select.select([0], [], [], PAUSE)[0]:
        total += step()
    print(total, flush=True)


def stopping() -> t.Callable[[], int]:
    """Return the step that stops processes. A process's owner is taken from its status: its files may be root's."""
    handled = {os.getpid()}
    mark = f'\nUid:\t{os.getuid()}\t'

    def step() -> int:
        done = 0
        for path in pathlib.Path('/proc').iterdir():
            if not path.name.isdigit() or int(path.name) in handled:
                continue
            try:
                if mark in (path / 'status').read_text():
                    os.kill(int(path.name), signal.SIGSTOP)
                    handled.add(int(path.name))
                    done += 1
            except OSError:
                continue
        return done

    return step


def locking(directories: list[str]) -> t.Callable[[], int]:
    """Lock the directories, at once and for good."""
    for directory in directories:
        fcntl.flock(os.open(directory, os.O_RDONLY), fcntl.LOCK_EX)
    return lambda: 0


def seizing(directories: list[str]) -> t.Callable[[], int]:
    """Return the step that takes hold of new files."""
    held: dict[str, int] = {}

    def step() -> int:
        done = 0
        for folder in directories:
            for name in os.listdir(folder):  # noqa: PTH208, as fast as can be
                path = f'{folder}/{name}'
                if name.endswith('.new') and path not in held:
                    done += seize(path, held)
        return done

    def write() -> None:
        for fd in held.values():
            os.pwrite(fd, b'Hostname = seized.example.com\n', 0)

    atexit.register(write)
    return step


def seize(path: str, held: dict[str, int]) -> int:
    """Take hold of one file; return whether that could be done."""
    try:
        held[path] = os.open(path, os.O_RDWR)
    except OSError:
        return 0
    with contextlib.suppress(OSError):  # it is active already, or has been linked
        os.link(path, f'{path}.seized')
    return 1


if __name__ == '__main__':
    user, what, *rest = sys.argv[1:]
    become(user)
    steps: dict[str, t.Callable[[], t.Callable[[], int]]] = {
        'stop': stopping,
        'lock': lambda: locking(rest),
        'seize': lambda: seizing(rest),
    }
    PAUSE = 0.0 if what == 'seize' else PAUSE
    until_the_end_of_input(steps[what]())
