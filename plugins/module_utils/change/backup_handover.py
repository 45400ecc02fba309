# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hands the backups of a working directory over to its new owner, where the directory changed hands and its backups did not.

Root does that, but hands over nothing that might belong to someone else: a directory of backups has to be accessible to its owner
alone, so that nobody else can have put anything there; and of its files only those are handed over whose content is what the
manifest says, which the previous owner could not have written without knowing it. What the previous owner left there is bounded.
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
from .backup_set import MANIFEST, MOST_FILES, SET, UNFINISHED, BackupSet
from .backups import BACKUPS, Backups

PRIVATE = 0o700
MOST_HANDED_OVER = 200  # backups
MOST_BYTES = 128 << 20  # of all their files, which are read


def needs_handover(directory: WorkingDir) -> bool:
    """Return whether there are backups that don't belong to the directory's owner, and we are root, who can hand them over."""
    status = directory.status_of(BACKUPS)
    if os.geteuid() != 0 or status is None or not stat.S_ISDIR(status.st_mode):
        return False
    return status.st_uid != directory.owner.uid or any(uid != directory.owner.uid for uid in _owners_of_sets(directory))


def _owners_of_sets(directory: WorkingDir) -> Iterator[int]:
    top = open_directory(fs_bytes(BACKUPS), directory.fd)
    try:
        for name in sorted(filter(SET.match, names_in(top)))[-MOST_HANDED_OVER:]:
            status = os.stat(name, dir_fd=top, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                yield status.st_uid
    finally:
        os.close(top)


@contextmanager
def rights_to_read_backups(directory: WorkingDir) -> Iterator[None]:
    """Have the rights to read the backups: the owner's, or root's where they are not handed over yet. Raises ProblemError."""
    if needs_handover(directory):
        check_handover(directory)
        yield
        return
    with acting_as(directory.owner):
        yield


def check_handover(directory: WorkingDir) -> None:
    """Raise ProblemError where the backups can't be handed over to the directory's owner."""
    top = open_directory(fs_bytes(BACKUPS), directory.fd)
    try:
        is_owners = os.fstat(top).st_uid == directory.owner.uid
        if not is_owners:
            _check_private(directory, top, BACKUPS)
        try:
            names = {backup.name for backup in Backups(directory).all_sets(MOST_HANDED_OVER)}
        except ProblemError as error:
            raise _not_a_backup(directory, os.path.relpath(error.problem.file or '', directory.path))
        for name in () if is_owners else itertools.islice(names_in(top), 2 * MOST_HANDED_OVER):
            if name not in names and not UNFINISHED.match(name):
                raise _not_a_backup(directory, os.path.join(BACKUPS, name))
    finally:
        os.close(top)


def hand_over(directory: WorkingDir) -> None:
    """Hand the backups over to the directory's owner, where they belong to another user. Raises OSError, ProblemError."""
    if not needs_handover(directory):
        return
    check_handover(directory)
    backups = Backups(directory)
    backups.remove_unfinished()
    top = open_directory(fs_bytes(BACKUPS), directory.fd)
    try:
        left = MOST_BYTES
        for backup in backups.all_sets(MOST_HANDED_OVER):
            left -= _hand_over_set(directory, top, backup, left)
        os.fchown(top, directory.owner.uid, directory.status.st_gid)  # last: until then the new owner can't put anything in it
    finally:
        os.close(top)


def _hand_over_set(directory: WorkingDir, top: int, backup: BackupSet, most: int) -> int:
    """Hand over one backup; return how many bytes were read for it, `most` at most. Raises ProblemError."""
    read = 0
    fd = open_directory(fs_bytes(backup.name), top)
    try:
        _check_private(directory, fd, os.path.join(BACKUPS, backup.name))
        for name in itertools.islice((MANIFEST, *backup.digests), MOST_FILES):
            content, status = read_file(name, min(MAX_FILE, most - read), dir_fd=fd, shown=os.path.join(backup.path, name))
            read += len(content)
            is_as_described = name == MANIFEST or hashlib.sha256(content).hexdigest() == backup.digests[name]
            if is_as_described and status.st_nlink == 1:
                _hand_over_file(fd, name, status, directory)
        os.fchown(fd, directory.owner.uid, directory.status.st_gid)
        return read
    finally:
        os.close(fd)


def _hand_over_file(folder: int, name: str, known: os.stat_result, directory: WorkingDir) -> None:
    fd = os.open(fs_bytes(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        if os.path.samestat(os.fstat(fd), known):
            os.fchown(fd, directory.owner.uid, directory.status.st_gid)
    finally:
        os.close(fd)


def _check_private(directory: WorkingDir, fd: int, name: str) -> None:
    if stat.S_IMODE(os.fstat(fd).st_mode) != PRIVATE:
        raise _not_a_backup(directory, name)


def _not_a_backup(directory: WorkingDir, name: str) -> ProblemError:
    path = directory.path_of(name)
    return ProblemError(
        Problem(
            'write_failed',
            '%s belongs to another user and is not a backup from this collection: it was not handed over to the owner of %s.'
            % (path, directory.path),
            'Inspect it; change its owner with chown -R, or move it away. Then run again.',
            server=directory.server,
            file=path,
        )
    )
