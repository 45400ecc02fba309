# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a print user does to a run over a working directory that is theirs: `attacks.py USER WHAT`, started as root.

    stop                stops each other process that runs under this user
    lock DIRECTORY...   holds the lock of each directory
    seize DIRECTORY     keeps a link to, and a writable descriptor of, each file that can be had of those that appear

Each says `begun`, goes on until standard input ends, and prints how often it was done.
"""
from __future__ import annotations

import fcntl
import os
import pathlib
import pwd
import select
import signal
import sys
import typing as t

PAUSE = 0.001  # seconds between two looks


def become(user: str) -> None:
    """Give up all rights but the user's. (The Python that runs this may lie where the user can't start it.)"""
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
    """Return the step that stops processes. Whom a process belongs to is told by its status: its files may be root's."""
    seen = {os.getpid()}
    mark = f'\nUid:\t{os.getuid()}\t'

    def step() -> int:
        done = 0
        for path in pathlib.Path('/proc').iterdir():
            if not path.name.isdigit() or int(path.name) in seen:
                continue
            try:
                if mark in (path / 'status').read_text():
                    os.kill(int(path.name), signal.SIGSTOP)
                    seen.add(int(path.name))
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


def seizing(directory: str) -> t.Callable[[], int]:
    """Return the step that takes hold of new files."""
    os.chdir(directory)
    held: dict[str, int] = {}

    def step() -> int:
        done = 0
        for name in os.listdir('.'):  # noqa: PTH208, as fast as can be
            if name in held or not name.endswith('.new'):
                continue
            try:
                held[name] = os.open(name, os.O_RDWR)
                os.link(name, f'seized-{len(held)}')
                done += 1
            except OSError:
                continue
        return done

    return step


if __name__ == '__main__':
    user, what, *rest = sys.argv[1:]
    become(user)
    steps: dict[str, t.Callable[[], t.Callable[[], int]]] = {
        'stop': stopping, 'lock': lambda: locking(rest), 'seize': lambda: seizing(rest[0])}
    PAUSE = 0.0 if what == 'seize' else PAUSE
    until_the_end_of_input(steps[what]())
