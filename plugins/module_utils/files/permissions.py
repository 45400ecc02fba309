# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who can change a file: unsafe is what others than the owner of the working directory and root can write.

And a directory above, which others than root and the owner of the base directory can write.
"""

import grp
import os
import pwd
import stat
from typing import Any, List, Mapping, Optional

from ..problems import Problem
from ..program.rights import Identity
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
        % (path, reason, stat.S_IMODE(status.st_mode), _user(status.st_uid), _group_name(status.st_gid)),
        file=path,
    )


def drop_acl(fd: int) -> None:
    """Take away what a directory's default ACL gave to a new file (acl(5)): the mode alone says who may do what."""
    try:
        if _ACL in os.listxattr(fd):
            os.removexattr(fd, _ACL)
    except (AttributeError, OSError):  # no such ACLs here
        pass


def above_problem(path: str, base_dir: str) -> Optional[Problem]:
    """Return what is wrong with a directory above the working directory at `path`: who can write there puts another in its place.

    Right is what only root and the owner of `base_dir` can write, or of the directory just above where `path` is not below
    `base_dir`. In a sticky one, such as /tmp, nobody can rename what is another's.
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
                seen = 'The directory %s, above %s, can be changed by %s (mode %04o, owner %s, group %s).' % (
                    folder,
                    path,
                    reason,
                    stat.S_IMODE(status.st_mode),
                    _user(status.st_uid),
                    _group_name(status.st_gid),
                )
                return Problem('unsafe_permissions', seen, file=folder)
    except OSError:  # it can't be looked at; whether the working directory can is told elsewhere
        pass
    return None


def _up_to_the_root(folder: str) -> List[str]:
    """Return a directory and all above it: as they are called, and where links lead."""
    found: List[str] = []
    waiting = [os.path.realpath(fs_bytes(folder)).decode('utf-8', 'surrogateescape'), folder]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.append(one)
            waiting.append(os.path.dirname(one))
    return found


def read_problem(uid: int, gid: int, mode: int, reader: Identity, declared: Mapping[str, Any]) -> Optional[Problem]:
    """Return the problem that a file's rights are for who has to read it, None where he can.

    `declared` are the options that say so, `owner`, `group` and `mode`.
    """
    bit = stat.S_IRUSR if uid == reader.uid else stat.S_IRGRP if gid in (reader.gid, *reader.groups) else stat.S_IROTH
    if reader.uid == 0 or mode & bit:
        return None
    options = [name for name in ('owner', 'group') if declared.get(name)] + ['mode']
    values = ['%s %s' % (name, declared.get(name) if name != 'mode' else '%04o' % mode) for name in options]
    return Problem(
        'invalid_value',
        "With %s the files can't be read by %s, who owns the working directory and runs the server."
        % (', '.join(values), _user(reader.uid)),
        'Give %s so that he can read them, for instance mode 0644 (in the role: %s).'
        % (' or '.join(options), ', '.join('sendmemo_tls_' + name for name in options)),
        value=values[-1],
    )


def _who_else(status: os.stat_result, mode: int, owner_uid: int) -> str:
    if mode & stat.S_IWOTH:
        return 'everybody'
    if status.st_uid not in (0, owner_uid):
        return 'its owner, who is neither %s nor root' % _user(owner_uid)
    if mode & stat.S_IWGRP and not _is_private_group(status.st_gid, owner_uid):
        return 'its group'
    return ''


def _is_private_group(gid: int, owner_uid: int) -> bool:
    """Return whether nobody but the owner and root is in a group: root's own, or the user's of the same name."""
    owner = _user(owner_uid)
    try:
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    return (gid == 0 or group.gr_name == owner) and set(group.gr_mem) <= {owner, 'root'}


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return 'uid %d' % uid


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return 'gid %d' % gid
