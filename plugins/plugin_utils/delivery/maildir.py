# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mailbox for proofs as a Maildir on the controller, which the mail system's own user may write to.

The reader of Python's `mailbox` opens whatever has the name of a mail; here nothing but regular files is opened, without
following a link and without blocking, and of each no more than its header is read.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import pathlib
import stat
import time
import typing as t

from ..foreign_values import one_line
from .mailbox import Arrival, Mark, Unavailable
from .received import read_header

FOLDERS = ('new', 'cur')
MOST_FILES = 400_000
LONGEST_HEADER = 64 << 10
# A clock of another machine may set the times of the files. What is older than this before the mark is not opened; of what is
# younger, the mark has the names.
SLACK_SECONDS = 600


class Maildir:
    def __init__(self, path: str) -> None:
        self.name = path
        self._path = pathlib.Path(path)
        self._known: set[str] = set()

    def mark(self) -> Mark:
        for folder in FOLDERS:
            directory = self._path / folder
            if directory.is_symlink() or not directory.is_dir():
                raise Unavailable(f'{self._path} is not a Maildir: {folder} is no directory in it', for_good=True)
        now = int(time.time())
        known = sorted(_digest(arrival.key.name) for arrival in self.arrivals({'at': now}))
        return {'mailbox': self.name, 'at': now, 'known': known}

    def arrivals(self, mark: Mark) -> list[Arrival]:
        since, there = mark['at'] - SLACK_SECONDS, set(mark.get('known') or ())
        found: list[Arrival] = []
        try:
            for folder in FOLDERS:
                with self._opened(folder) as directory, os.scandir(directory) as entries:
                    for entry in entries:
                        if self._is_new(entry, since) and _digest(entry.name) not in there:
                            found.extend(self._read(directory, folder, entry.name))
        except (OSError, Unavailable) as error:
            self._known.difference_update(_unique(arrival.key.name) for arrival in found)
            if isinstance(error, Unavailable):
                raise
            raise Unavailable(f"{self._path} can't be read: {error.strerror or error}") from None
        return found

    @contextlib.contextmanager
    def _opened(self, folder: str) -> t.Iterator[int]:
        """Open a folder, unless it has become a link to another directory."""
        directory = os.open(self._path / folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield directory
        finally:
            os.close(directory)

    def _is_new(self, entry: os.DirEntry[str], since: float) -> bool:
        """Return whether it is a mail that was not looked at before, and not older than that."""
        name = _unique(entry.name)
        if name in self._known:
            return False
        if len(self._known) >= MOST_FILES:
            raise Unavailable(f'{self._path} has more than {MOST_FILES} mails')
        self._known.add(name)
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            self._known.discard(name)  # it may have moved to `cur`
            return False
        return stat.S_ISREG(status.st_mode) and status.st_mtime >= since

    def _read(self, directory: int, folder: str, name: str) -> t.Iterator[Arrival]:
        try:
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
        except OSError:  # it has been moved or deleted, or is no mail any more
            self._known.discard(_unique(name))
            return
        try:
            status = os.fstat(fd)
            if stat.S_ISREG(status.st_mode):
                with os.fdopen(fd, 'rb', closefd=False) as stream:
                    header = read_header(stream.read(LONGEST_HEADER).partition(b'\n\n')[0])
                yield Arrival(self._path / folder / name, header, _moment(status.st_mtime))
        finally:
            os.close(fd)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def delete(self, arrivals: t.Sequence[Arrival]) -> str:
        names = {_unique(arrival.key.name) for arrival in arrivals}
        where = self._path
        try:
            for folder in FOLDERS:
                where = self._path / folder
                with self._opened(folder) as directory, os.scandir(directory) as entries:
                    for name in [entry.name for entry in entries if _unique(entry.name) in names]:
                        where = self._path / folder / name
                        with contextlib.suppress(FileNotFoundError):
                            os.unlink(name, dir_fd=directory)
        except OSError as error:
            return f'{one_line(str(where))}: {error.strerror or error}'
        return ''

    def close(self) -> None:
        pass


def _unique(name: str) -> str:
    """Return the part of a mail's name that stays when it moves to `cur` or its flags change."""
    return name.partition(':')[0] or name


def _digest(name: str) -> str:
    """Return what a mark has of the name of a mail that was there."""
    return hashlib.sha256(os.fsencode(_unique(name))).hexdigest()[:16]


def _moment(seconds: float) -> dt.datetime | None:
    """Return the time of a file, which its owner may set to one that no calendar has: then None."""
    try:
        return dt.datetime.fromtimestamp(seconds, dt.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
