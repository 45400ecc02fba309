# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of a server's set, its configuration and its trust files: as they are desired, and as they are."""

import grp
import hashlib
import os
import pwd
import re
import stat
from typing import TYPE_CHECKING, Callable, Container, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, Union

from ..files.permissions import read_problem
from ..files.working_dir import WorkingDir, read_file
from ..problems import Problem, ProblemError
from ..program.rights import HIGHEST_ID, acting_as

if TYPE_CHECKING:
    from ..messages.configure import ConfigureEntry
    from ..messages.rollback import RollbackEntry

# A managed trust file's name carries its content's hash: so the rename of the configuration, which names it, is the
# only switch, and a reader never combines a configuration with another one's CA.
MANAGED = re.compile(r'^sendmemo-(ca|crl)-[0-9a-f]{16}\.pem$')
MOST_MANAGED_FILES = 32  # files of managed names that are read: a directory's owner may have made many


def trust_file_name(kind: str, content: bytes) -> str:
    """Return the name of a managed trust file; `kind` is 'ca' or 'crl'."""
    return name_for_digest(kind, hashlib.sha256(content).hexdigest())


def name_for_digest(kind: str, digest: str) -> str:
    """Return the name of a managed trust file by the SHA-256 of its content, in hexadecimal."""
    return 'sendmemo-%s-%s.pem' % (kind, digest[:16])


def is_named_for(content: bytes, name: str) -> bool:
    """Return whether a managed trust file has the content whose hash is in its name."""
    match = MANAGED.match(name)
    return match is not None and name == trust_file_name(match.group(1), content)


def first_managed(names: Iterable[str], first: Container[Optional[str]]) -> List[str]:
    """Return at most MOST_MANAGED_FILES of the names, those that are in `first` before any other."""
    return sorted(names, key=lambda name: (name not in first, name))[:MOST_MANAGED_FILES]


class DesiredSet(NamedTuple):
    """The desired files of a server. `config` None means that there is to be no configuration.

    `unread` are the files that are restored from a backup without being read, by name; their content is not known here.
    """

    config: Optional[bytes]
    trust: Dict[str, bytes]  # managed trust files, by name
    uid: int
    gid: int
    mode: int
    unread: Mapping[str, os.stat_result] = {}


def desired_owner(directory: WorkingDir, owner: Optional[str], group: Optional[str], server: str) -> Tuple[int, int]:
    """Return uid and gid for the files: of the given names or numbers, else the working directory's. Raises ProblemError."""
    uid, gid = directory.status.st_uid, directory.status.st_gid
    if owner:
        uid = _number(owner, lambda name: pwd.getpwnam(name).pw_uid, 'user', server)
    if group:
        gid = _number(group, lambda name: grp.getgrnam(name).gr_gid, 'group', server)
    return uid, gid


def _number(name: str, lookup: Callable[[str], int], what: str, server: str) -> int:
    try:
        if not re.match(r'[0-9]+\Z', name):
            return lookup(name)
        if int(name) <= HIGHEST_ID:
            return int(name)
        raise KeyError(name)
    except KeyError:
        message = 'This host has no %s %s.' % (what, name)
        raise ProblemError(
            Problem('invalid_value', message, 'Create it, or specify another %s.' % what, server=server, value=name)
        )


def check_rights(directory: WorkingDir, uid: int, gid: int, mode: int, entry: Union['ConfigureEntry', 'RollbackEntry']) -> None:
    """Raise ProblemError where the server's user, who owns the working directory, could not read files with these rights."""
    problem = read_problem(uid, gid, mode, directory.owner, entry.owner, entry.group)
    if problem is not None:
        raise ProblemError(problem._replace(server=directory.server, file=directory.path))


class CurrentFile(NamedTuple):
    """A file as it is: without `content` where it is a link or was not read."""

    content: Optional[bytes]
    status: os.stat_result

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)

    @property
    def is_unread(self) -> bool:
        """Whether it is larger than what is read, or the owner of the directory can't read it."""
        return self.content is None and not self.is_link


CurrentFiles = Dict[str, Optional[CurrentFile]]  # by name


def read_current_files(directory: WorkingDir, names: Iterable[str]) -> CurrentFiles:
    """Return the files as they are, by name, None for one that does not exist.

    Raises ProblemError unsafe_path for a directory, pipe or device, and file_not_readable where a read fails.
    """
    statuses = {name: directory.status_of(name) for name in names}
    files: CurrentFiles = {}
    refused: List[str] = []
    with acting_as(directory.owner):  # once for all files: it takes longer than to read one
        for name, status in statuses.items():
            if status is None:
                files[name] = None
                continue
            try:
                is_link = stat.S_ISLNK(status.st_mode)
                files[name] = CurrentFile(None, status) if is_link else CurrentFile(*directory.read_file(name))
            except ProblemError as error:
                if not is_refused(error):
                    raise
                refused.append(name)
    for name in refused:
        files[name] = _refused_file(directory, name)
    return files


def read_current_file(directory: WorkingDir, name: str) -> Optional[CurrentFile]:
    """Return one file as `read_current_files` does."""
    return read_current_files(directory, [name])[name]


def is_refused(error: ProblemError) -> bool:
    """Return whether a file was not read because of its rights or its size; a read that failed is something else."""
    is_about_rights = error.cause is None or isinstance(error.cause, PermissionError)
    return error.problem.code == 'file_not_readable' and is_about_rights


def _refused_file(directory: WorkingDir, name: str) -> Optional[CurrentFile]:
    """Return a file that its directory's owner can't read.

    Root reads only a file that belongs to the owner, who could have given himself access: any other might be a secret that was
    moved here to be copied.
    """
    path, status = directory.path_of(name), directory.status_of(name)
    if status is None:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise ProblemError(Problem('unsafe_path', '%s is not a regular file.' % path, server=directory.server, file=path))
    if os.geteuid() != 0 or status.st_uid != directory.owner.uid:
        return CurrentFile(None, status)
    try:
        content, opened = read_file(name, server=directory.server, dir_fd=directory.fd, shown=path)
    except ProblemError as error:
        if not is_refused(error):
            raise
        return CurrentFile(None, status)
    return CurrentFile(content if opened.st_uid == directory.owner.uid else None, opened)
