# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The mark of a change that is not finished: its answer was not given yet, or something of the old set is still to be removed.

It lies in the working directory from before the switch until both is done. Where a run finds the set in force that a mark
names, and nothing to change, an earlier run ended in between: its change is told again, rather than never.
"""

import hashlib
import stat
from typing import Optional

from ..files.working_dir import WorkingDir
from ..problems import Problem, ProblemError

MARK = 'sendmemo-ssl.unfinished'
CONVERGE, ROLLBACK = 'converge', 'rollback'
_MOST = 128  # bytes


def mark_of(config: Optional[bytes], by: str) -> bytes:
    """Return the content of the mark of a change to this configuration, None for a removal, `by` converge or rollback."""
    return ('%s %s\n' % ('none' if config is None else hashlib.sha256(config).hexdigest(), by)).encode('ascii')


def need_room_for_mark(directory: WorkingDir) -> None:
    """Raise ProblemError unsafe_path where a directory is in the mark's way."""
    status = directory.status_of(MARK)
    if status is not None and stat.S_ISDIR(status.st_mode):
        path = directory.path_of(MARK)
        raise ProblemError(Problem('unsafe_path', '%s is a directory.' % path, server=directory.server, file=path))


def is_marked(directory: WorkingDir, config: Optional[bytes], by: str) -> bool:
    """Return whether a change to this configuration was not finished."""
    if directory.status_of(MARK) is None:
        return False
    try:
        return directory.read_file(MARK, _MOST)[0] == mark_of(config, by)
    except ProblemError:
        return False
