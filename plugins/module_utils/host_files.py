# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files that a configuration names, where they lie, read with the rights of the working directory's owner."""
import os
import stat
from typing import List, NamedTuple, Optional

from .permissions import write_problem
from .problems import Problem
from .working_dir import MAX_FILE, WorkingDir, acting_as, fs_bytes, read_file


class TrustFile(NamedTuple):
    """A trust file that was read: its full path, its bytes, and what is wrong with who can change it."""
    path: str
    data: bytes
    problems: List[Problem]


def read_trust_file(directory: WorkingDir, value: str, limit: int = MAX_FILE) -> TrustFile:
    """Return the file that `value`, of CAFile or CrlFile, names: a bare name is looked up in the working directory alone.

    In the working directory no link is followed; outside links are, as sendmemo would: what lies there is the
    administrator's, and nothing is opened that the owner can't. Raises ProblemError: file_not_found, file_not_readable,
    unsafe_path.
    """
    folder, name = os.path.split(value)
    if not folder or folder == directory.path.rstrip('/'):
        data, status = directory.read_file(name, limit)
        path = directory.path_of(name)
        return TrustFile(path, data, _known([write_problem(status, directory.owner.uid, path)]))
    with acting_as(directory.owner):
        real = os.path.realpath(fs_bytes(value)).decode('utf-8', 'surrogateescape')
        data, status = read_file(real, limit, shown=value)
        parent = os.stat(fs_bytes(os.path.dirname(real)))
    problems = [write_problem(status, directory.owner.uid, value)]
    if not parent.st_mode & stat.S_ISVTX:  # in a sticky directory nobody can replace another's file
        problems.append(write_problem(parent, directory.owner.uid, os.path.dirname(real)))
    return TrustFile(value, data, _known(problems))


def _known(problems: List[Optional[Problem]]) -> List[Problem]:
    return [problem for problem in problems if problem is not None]
