# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files that are replaced though nobody has read them: their backup is the file itself, with its rights.

What the owner of a directory can't read root doesn't read for him either: a copy, or a diff, would show it to him.
"""

import errno
import os
import stat
from typing import Any, Dict, List, Mapping, Optional

from ..config.keywords import CONFIG_NAME
from ..files.working_dir import WorkingDir, fs_bytes, sync_directory
from ..problems import Problem, ProblemError
from ..program.rights import own_rights
from .drift import MANAGED, FoundFile, FoundFiles

_NO_LINKS = (errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS)
UNREAD = 'unread'  # what stands in a manifest for a file's sum

Unread = Mapping[str, FoundFile]  # by name
Kept = Mapping[str, Optional[os.stat_result]]  # by name; None for one that is gone


def unread_among(files: FoundFiles) -> Dict[str, FoundFile]:
    return {name: found for name, found in files.items() if found is not None and found.is_unread}


def are_same(kept: Kept, unread: Unread) -> bool:
    """Return whether a set holds these very files."""
    return set(kept) == set(unread) and all(
        status is not None and os.path.samestat(status, unread[name].status) for name, status in kept.items()
    )


def kept_in(fd: int, files: Mapping[str, Any]) -> Dict[str, Optional[os.stat_result]]:
    """Return the unread files of an open set, by what its manifest says of `files`. Raises ValueError for none of ours."""
    found: Dict[str, Optional[os.stat_result]] = {}
    for name in (name for name, entry in files.items() if entry.get(UNREAD) is True):
        if name != CONFIG_NAME and not MANAGED.match(name):
            raise ValueError(name)
        try:
            status = os.stat(fs_bytes(name), dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            found[name] = None
            continue
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(name)
        found[name] = status
    return found


def link_into(directory: WorkingDir, unread: Unread, fd: int) -> List[str]:
    """Give the files a second name, in an open set: a commit then takes the first from them. Return those that can't have one.

    It takes no right to read them. Who is not root may link to his own files alone, and not every file system has links; a file
    can be moved all the same. Raises OSError, ProblemError.
    """
    to_move = []
    for name, found in unread.items():
        try:
            with own_rights():
                os.link(fs_bytes(name), fs_bytes(name), src_dir_fd=directory.fd, dst_dir_fd=fd, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            to_move.append(name)
            continue
        if not os.path.samestat(os.stat(fs_bytes(name), dir_fd=fd, follow_symlinks=False), found.status):
            path = directory.path_of(name)
            seen = '%s has changed while it was looked at.' % path
            raise ProblemError(Problem('write_failed', seen, 'Run again.', server=directory.server, file=path))
    return to_move


def move(name: str, source: int, target: int) -> None:
    """Move a file from one open directory into another. Raises OSError."""
    os.rename(fs_bytes(name), fs_bytes(name), src_dir_fd=source, dst_dir_fd=target)
    sync_directory(target)
