# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The backups of a working directory that was given to another user, and they were not.

Root gives them to him as well, but nothing that might be another's: a store is one of ours, closed to everybody but its owner, so
that nobody else can have put a thing there; of its files those go along whose content is what the manifest says, which he could
not have written without knowing it. Who had the directory before may have laid down what he likes, so it is bounded.
"""

import hashlib
import itertools
import os
import stat
from contextlib import contextmanager
from typing import Iterator

from ..files.working_dir import MAX_FILE, WorkingDir, fs_bytes, names_in, open_directory, read_file
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .backups import BACKUPS, MANIFEST, MOST_FILES, SET, UNFINISHED, Backups, KeptSet

PRIVATE = 0o700
MOST_GIVEN = 200  # sets
MOST_BYTES = 128 << 20  # of all their files, which are read


def is_of_another(directory: WorkingDir) -> bool:
    """Return whether there are backups that are not the directory's owner's, and root, who can give them, is asked."""
    status = directory.status_of(BACKUPS)
    if os.geteuid() != 0 or status is None or not stat.S_ISDIR(status.st_mode):
        return False
    return status.st_uid != directory.owner.uid or any(uid != directory.owner.uid for uid in _owners_of_sets(directory))


def _owners_of_sets(directory: WorkingDir) -> Iterator[int]:
    top = open_directory(fs_bytes(BACKUPS), directory.fd)
    try:
        for name in sorted(filter(SET.match, names_in(top)))[-MOST_GIVEN:]:
            status = os.stat(name, dir_fd=top, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                yield status.st_uid
    finally:
        os.close(top)


@contextmanager
def rights_to_read(directory: WorkingDir) -> Iterator[None]:
    """Have the rights to read the backups: the owner's, or where they are yet to be given to him root's. Raises ProblemError."""
    if is_of_another(directory):
        look_at(directory)
        yield
        return
    with acting_as(directory.owner):
        yield


def look_at(directory: WorkingDir) -> None:
    """Raise ProblemError where the backups can't be given to the directory's owner."""
    top = open_directory(fs_bytes(BACKUPS), directory.fd)
    try:
        is_his = os.fstat(top).st_uid == directory.owner.uid
        if not is_his:
            _need_private(directory, top, BACKUPS)
        try:
            kept = {one.name for one in Backups(directory).all_sets(MOST_GIVEN)}
        except ProblemError as error:
            raise _none_of_ours(directory, os.path.relpath(error.problem.file or '', directory.path))
        for name in () if is_his else itertools.islice(names_in(top), 2 * MOST_GIVEN):
            if name not in kept and not UNFINISHED.match(name):
                raise _none_of_ours(directory, os.path.join(BACKUPS, name))
    finally:
        os.close(top)


def give(directory: WorkingDir) -> None:
    """Give the backups to the directory's owner, where they are another's. Raises OSError, ProblemError."""
    if not is_of_another(directory):
        return
    look_at(directory)
    backups = Backups(directory)
    backups.remove_unfinished()
    top = open_directory(fs_bytes(BACKUPS), directory.fd)
    try:
        left = MOST_BYTES
        for kept in backups.all_sets(MOST_GIVEN):
            left -= _give_set(directory, top, kept, left)
        os.fchown(top, directory.owner.uid, directory.status.st_gid)  # last: until then he can't put anything in it
    finally:
        os.close(top)


def _give_set(directory: WorkingDir, top: int, kept: KeptSet, most: int) -> int:
    """Give a set to the directory's owner; return how many bytes were read for it, `most` at most. Raises ProblemError."""
    read = 0
    fd = open_directory(fs_bytes(kept.name), top)
    try:
        _need_private(directory, fd, os.path.join(BACKUPS, kept.name))
        for name in itertools.islice((MANIFEST, *kept.digests), MOST_FILES):
            content, status = read_file(name, min(MAX_FILE, most - read), dir_fd=fd, shown=os.path.join(kept.path, name))
            read += len(content)
            is_as_told = name == MANIFEST or hashlib.sha256(content).hexdigest() == kept.digests[name]
            if is_as_told and status.st_nlink == 1:
                _give_file(fd, name, status, directory)
        os.fchown(fd, directory.owner.uid, directory.status.st_gid)
        return read
    finally:
        os.close(fd)


def _give_file(folder: int, name: str, seen: os.stat_result, directory: WorkingDir) -> None:
    fd = os.open(fs_bytes(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        if os.path.samestat(os.fstat(fd), seen):
            os.fchown(fd, directory.owner.uid, directory.status.st_gid)
    finally:
        os.close(fd)


def _need_private(directory: WorkingDir, fd: int, name: str) -> None:
    if stat.S_IMODE(os.fstat(fd).st_mode) != PRIVATE:
        raise _none_of_ours(directory, name)


def _none_of_ours(directory: WorkingDir, name: str) -> ProblemError:
    path = directory.path_of(name)
    return ProblemError(
        Problem(
            'write_failed',
            "%s is another user's, and is no backup as they are made here: it was not given to the owner of %s."
            % (path, directory.path),
            'Look at it; give it to him by chown -R, or move it away. Then run again.',
            server=directory.server,
            file=path,
        )
    )
