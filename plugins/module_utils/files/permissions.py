# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who can change a file. It is unsafe if anyone but the owner of the working directory and root can write it.

A directory above is unsafe if anyone but root and the owner of the base directory can write it.
"""

import grp
import os
import stat
from typing import List, Optional

from ..problems import Problem
from ..program.rights import Identity, user_name
from ..safe_text import safe_text
from .working_dir import fs_bytes

_ACL = 'system.posix_acl_access'


def write_problem(status: os.stat_result, owner_uid: int, path: str) -> Optional[Problem]:
    """Return the problem that the permissions of the file or directory at `path` are, None where they are safe."""
    reason = _who_else(status, stat.S_IMODE(status.st_mode), owner_uid)
    if not reason:
        return None
    return Problem(
        'unsafe_permissions',
        '%s can be changed by %s (mode %04o, owner %s, group %s).'
        % (path, reason, stat.S_IMODE(status.st_mode), user_name(status.st_uid), group_name(status.st_gid)),
        file=path,
    )


def drop_acl(fd: int) -> None:
    """Remove the ACL that a new file inherits from its directory (acl(5)), so that only the mode grants rights."""
    try:
        if _ACL in os.listxattr(fd):
            os.removexattr(fd, _ACL)
    except (AttributeError, OSError):  # no such ACLs here
        pass


def above_problem(path: str, base_dir: str) -> Optional[Problem]:
    """Return the problem of a directory above the working directory at `path` where others can write: they could replace it.

    Safe are directories that only root and the owner of `base_dir` can write, or the owner of the parent directory where `path`
    is not below `base_dir`. In a sticky one, such as /tmp, nobody can rename a file of another user.
    """
    parent = os.path.dirname(path.rstrip('/'))
    base = base_dir if (parent + '/').startswith(base_dir.rstrip('/') + '/') else parent
    try:
        owner = os.stat(fs_bytes(base)).st_uid
        for folder in _up_to_the_root(parent):
            status = os.stat(fs_bytes(folder))
            mode = status.st_mode & ~0o022 if status.st_mode & stat.S_ISVTX else status.st_mode
            reason = _who_else(status, mode, owner)
            if reason:
                message = 'The directory %s, above %s, can be changed by %s (mode %04o, owner %s, group %s).' % (
                    folder,
                    path,
                    reason,
                    stat.S_IMODE(status.st_mode),
                    user_name(status.st_uid),
                    group_name(status.st_gid),
                )
                return Problem('unsafe_permissions', message, file=folder)
    except OSError:  # not accessible; whether the working directory is, is checked elsewhere
        pass
    return None


def _up_to_the_root(folder: str) -> List[str]:
    """Return a directory and all above it, by their given paths and by the paths that links lead to."""
    folders: List[str] = []
    waiting = [os.path.realpath(fs_bytes(folder)).decode('utf-8', 'surrogateescape'), folder]
    while waiting:
        folder = waiting.pop()
        if folder not in folders:
            folders.append(folder)
            waiting.append(os.path.dirname(folder))
    return folders


def read_problem(
    uid: int, gid: int, mode: int, reader: Identity, owner: Optional[str] = None, group: Optional[str] = None
) -> Optional[Problem]:
    """Return the problem that a file with these rights can't be read by `reader`, None where it can.

    `owner` and `group` are the options that set the owner and group, as far as they are given.
    """
    bit = stat.S_IRUSR if uid == reader.uid else stat.S_IRGRP if gid in (reader.gid, *reader.groups) else stat.S_IROTH
    if reader.uid == 0 or mode & bit:
        return None
    options = [(name, value) for name, value in (('owner', owner), ('group', group)) if value] + [('mode', '%04o' % mode)]
    names, values = [name for name, _value in options], ['%s %s' % option for option in options]
    return Problem(
        'invalid_value',
        "With %s the files can't be read by %s, who owns the working directory and runs the server."
        % (', '.join(values), user_name(reader.uid)),
        'Set %s so that this user can read them, for instance mode 0644 (in the role: %s).'
        % (' or '.join(names), ', '.join('sendmemo_tls_' + name for name in names)),
        value=values[-1],
    )


def _who_else(status: os.stat_result, mode: int, owner_uid: int) -> str:
    if mode & stat.S_IWOTH:
        return 'everybody'
    if status.st_uid not in (0, owner_uid):
        return 'its owner, who is neither %s nor root' % user_name(owner_uid)
    if mode & stat.S_IWGRP and not _is_private_group(status.st_gid, owner_uid):
        return 'its group'
    return ''


def _is_private_group(gid: int, owner_uid: int) -> bool:
    """Return whether nobody but the owner and root is in a group: root's own, or the user's of the same name."""
    try:
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    owner = user_name(owner_uid)
    is_users = group.gr_name == owner and owner != str(owner_uid)  # a user without a name has no group of that name
    return (gid == 0 or is_users) and set(group.gr_mem) <= {owner, 'root'}


def group_name(gid: int) -> str:
    """Return the name of a group, the number as text where it has none, as `program.rights.user_name` does."""
    try:
        return safe_text(grp.getgrgid(gid).gr_name)
    except KeyError:
        return str(gid)
