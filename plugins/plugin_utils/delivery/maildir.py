# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mailbox for proofs as a Maildir on the controller, which the mail system's own user may write to.

The reader of Python's `mailbox` opens whatever has the name of a mail; here nothing but regular files is opened, without
following a link and without blocking, and of each no more than its header is read.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import os
import pathlib
import stat
import time
import typing as t

from .mailbox import Arrival, Mark, Unavailable
from .received import read_header

FOLDERS = ('new', 'cur')
MOST_FILES = 400_000
LONGEST_HEADER = 64 << 10
# A clock of another machine may set the times of the files; what is older than this before the mark is not opened.
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
        return {'mailbox': self.name, 'at': int(time.time())}

    def arrivals(self, mark: Mark) -> list[Arrival]:
        since = mark['at'] - SLACK_SECONDS
        return [arrival for path in self._new_files(since) for arrival in self._read(path)]

    def _new_files(self, since: float) -> t.Iterator[pathlib.Path]:
        """Return the mails that were not looked at before. A mail keeps the first part of its name when it moves to `cur`."""
        try:
            for folder in FOLDERS:
                with os.scandir(self._path / folder) as entries:
                    for entry in entries:
                        name = entry.name.partition(':')[0]
                        if name in self._known:
                            continue
                        self._known.add(name)
                        if len(self._known) > MOST_FILES:
                            raise Unavailable(f'{self._path} has more than {MOST_FILES} mails')
                        with contextlib.suppress(FileNotFoundError):
                            if entry.stat(follow_symlinks=False).st_mtime >= since:
                                yield self._path / folder / entry.name
        except OSError as error:
            raise Unavailable(f"{self._path} can't be read: {error.strerror or error}") from None

    def _read(self, path: pathlib.Path) -> t.Iterator[Arrival]:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # it has been moved or deleted, or is no mail
            self._forget(path)
            return
        with os.fdopen(fd, 'rb') as stream:
            status = os.fstat(fd)
            if stat.S_ISREG(status.st_mode):
                header = read_header(stream.read(LONGEST_HEADER).partition(b'\n\n')[0])
                yield Arrival(path, header, dt.datetime.fromtimestamp(status.st_mtime, dt.timezone.utc))

    def _forget(self, path: pathlib.Path) -> None:
        """Look at a mail once more that moved between being listed and being opened."""
        if not path.is_symlink():
            self._known.discard(path.name.partition(':')[0])

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def delete(self, arrivals: t.Sequence[Arrival]) -> str:
        for arrival in arrivals:
            name = arrival.key.name.partition(':')[0]
            try:
                for path in (arrival.key, *(self._path / 'cur').glob(f'{glob.escape(name)}:*')):
                    path.unlink(missing_ok=True)
            except OSError as error:
                return f'{arrival.key}: {error.strerror or error}'
        return ''

    def close(self) -> None:
        pass
