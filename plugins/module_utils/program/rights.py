# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whose rights the process has: a file's owner as an identity, acting as it for a while, becoming it for good."""

import os
import pwd
from contextlib import contextmanager
from typing import Iterator, NamedTuple, Tuple

from ..safe_text import safe_text

HIGHEST_ID = 0xFFFFFFFE  # uid_t and gid_t have 32 bits, and chown(2) takes the highest for "leave it as it is"


class Identity(NamedTuple):
    """Who somebody is to the kernel."""

    uid: int
    gid: int
    groups: Tuple[int, ...]


def identity_of(status: os.stat_result) -> Identity:
    """Return the owner of a file: with the groups that a login would give, or the file's group where the uid has no name."""
    try:
        account = pwd.getpwuid(status.st_uid)
    except KeyError:
        return Identity(status.st_uid, status.st_gid, (status.st_gid,))
    return Identity(account.pw_uid, account.pw_gid, tuple(os.getgrouplist(account.pw_name, account.pw_gid)))


def user_name(uid: int) -> str:
    """Return the name of a user, the number as text where it has none."""
    try:
        return safe_text(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)


@contextmanager
def acting_as(identity: Identity) -> Iterator[None]:
    """Open and create files with another's rights. Only root can; anybody else acts as themselves.

    Not for a process with other threads at work: the effective ids are the whole process's.
    """
    if os.geteuid() != 0 or identity.uid == 0:
        yield
        return
    groups, gid = os.getgroups(), os.getegid()
    os.setgroups(list(identity.groups))
    os.setegid(identity.gid)
    os.seteuid(identity.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(gid)
        os.setgroups(groups)


@contextmanager
def own_rights() -> Iterator[None]:
    """Have root's rights back for a moment where `acting_as` put them aside."""
    euid = os.geteuid()
    if os.getuid() != 0 or euid == 0:
        yield
        return
    os.seteuid(0)
    try:
        yield
    finally:
        os.seteuid(euid)


def needs_child(identity: Identity) -> bool:
    """Return whether work for this owner has to be done by a child: only root can become another."""
    return os.geteuid() == 0 and identity.uid != 0


def become(identity: Identity) -> None:
    """Give up all other rights, for ever. Raises OSError, also if they could be regained."""
    os.setgroups(list(identity.groups))
    os.setgid(identity.gid)  # as root: real, effective and saved
    os.setuid(identity.uid)
    if identity.uid == 0:
        return
    try:
        os.setuid(0)
    except OSError:
        return
    raise OSError("root's rights could still be regained")
