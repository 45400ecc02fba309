# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The marker of a change that is not finished: not reported yet, or with something of the old set left to be removed.

It is in the working directory from before the switch until both is done. A run that finds the set active which a marker names,
and nothing to change, knows that an earlier run ended in between, and reports that change.
"""

import hashlib
import stat
from typing import Optional

from ..files.working_dir import WorkingDir
from ..problems import Problem, ProblemError

MARKER = 'sendmemo-ssl.unfinished'
CONVERGE, ROLLBACK = 'converge', 'rollback'
_LARGEST = 128  # bytes


def marker_content(config: Optional[bytes], by: str) -> bytes:
    """Return the content of the marker of a change to this configuration, None for a removal, `by` converge or rollback."""
    return ('%s %s\n' % ('none' if config is None else hashlib.sha256(config).hexdigest(), by)).encode('ascii')


def check_marker_path(directory: WorkingDir) -> None:
    """Raise ProblemError unsafe_path where a directory has the marker's name."""
    status = directory.status_of(MARKER)
    if status is not None and stat.S_ISDIR(status.st_mode):
        path = directory.path_of(MARKER)
        raise ProblemError(Problem('unsafe_path', '%s is a directory.' % path, server=directory.server, file=path))


def is_marked(directory: WorkingDir, config: Optional[bytes], by: str) -> bool:
    """Return whether a change to this configuration was not finished."""
    if directory.status_of(MARKER) is None:
        return False
    try:
        return directory.read_file(MARKER, _LARGEST)[0] == marker_content(config, by)
    except ProblemError:
        return False
