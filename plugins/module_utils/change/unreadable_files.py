# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files that are replaced without having been read: their backup is the file itself, with its rights.

Root does not read for the owner of a directory what that user can't read: a copy, or a diff, would reveal it.
"""

import errno
import os
import stat
from typing import Any, Dict, List, Mapping, Optional

from ..config.keywords import CONFIG_NAME
from ..files.working_dir import WorkingDir, fs_bytes, sync_directory
from ..problems import Problem, ProblemError
from ..program.rights import own_rights
from .set_files import MANAGED, CurrentFile, CurrentFiles

_NO_LINKS = (errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS)
UNREAD = 'unread'  # in a manifest, in place of a file's digest

Unread = Mapping[str, CurrentFile]  # by name
UnreadBackups = Mapping[str, Optional[os.stat_result]]  # by name; None for one that is missing


def unread_in(files: CurrentFiles) -> Dict[str, CurrentFile]:
    return {name: file for name, file in files.items() if file is not None and file.is_unread}


def are_same(backups: UnreadBackups, unread: Unread) -> bool:
    """Return whether a backup contains these very files."""
    return set(backups) == set(unread) and all(
        status is not None and os.path.samestat(status, unread[name].status) for name, status in backups.items()
    )


def unread_backups(fd: int, files: Mapping[str, Any]) -> Dict[str, Optional[os.stat_result]]:
    """Return the unread files of an open backup, by the `files` of its manifest. Raises ValueError for one not written here."""
    backups: Dict[str, Optional[os.stat_result]] = {}
    for name in (name for name, entry in files.items() if entry.get(UNREAD) is True):
        if name != CONFIG_NAME and not MANAGED.match(name):
            raise ValueError(name)
        try:
            status = os.stat(fs_bytes(name), dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            backups[name] = None
            continue
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(name)
        backups[name] = status
    return backups


def link_into(directory: WorkingDir, unread: Unread, fd: int) -> List[str]:
    """Link the files into an open backup, so that the commit can replace them. Return those that can't be linked.

    A link needs no right to read. Users other than root may link only their own files, and not every file system has links; such
    files can still be moved. Raises OSError, ProblemError.
    """
    to_move = []
    for name, file in unread.items():
        try:
            with own_rights():
                os.link(fs_bytes(name), fs_bytes(name), src_dir_fd=directory.fd, dst_dir_fd=fd, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            to_move.append(name)
            continue
        if not os.path.samestat(os.stat(fs_bytes(name), dir_fd=fd, follow_symlinks=False), file.status):
            path = directory.path_of(name)
            message = '%s was changed during this run.' % path
            raise ProblemError(Problem('write_failed', message, 'Run again.', server=directory.server, file=path))
    return to_move


def move(name: str, source: int, target: int) -> None:
    """Move a file from one open directory into another. Raises OSError."""
    os.rename(fs_bytes(name), fs_bytes(name), src_dir_fd=source, dst_dir_fd=target)
    sync_directory(target)
