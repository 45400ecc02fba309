# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an InfoPrint server writes to its error log from one moment on: read within bounds, and with the owner's rights."""

import os

from ..problems import ProblemError
from ..program.rights import acting_as
from .working_dir import ERROR_LOG, WorkingDir, open_file

MOST_BYTES = 4096  # the last ones are read


def end_of_log(directory: WorkingDir) -> str:
    """Return where the log ends now: the file's inode and its size in bytes, '' where there is none."""
    status = directory.status_of(ERROR_LOG)
    return '' if status is None else '%d:%d' % (status.st_ino, status.st_size)


def written_since(directory: WorkingDir, end: str) -> bytes:
    """Return what was written since the log ended there; of a log that was replaced or cut since, all of it.

    Where the log can't be read this is the reason, in words, and where there is none, nothing.
    """
    try:
        with acting_as(directory.owner):
            return _read(directory, end)
    except ProblemError as error:
        return b'' if error.problem.code == 'file_not_found' else error.problem.message.encode('utf-8', 'replace')
    except OSError as error:
        return str(error).encode('utf-8', 'replace')


def _read(directory: WorkingDir, end: str) -> bytes:
    fd, status = open_file(ERROR_LOG, directory.server, directory.fd, directory.path_of(ERROR_LOG))
    try:
        if status.st_nlink > 1:  # it may be a file of others, which a member of the directory's group can link
            return b'It has several names, and is not read.'
        inode, _colon, size = end.partition(':')
        is_continued = inode == str(status.st_ino) and int(size) <= status.st_size
        start = max(int(size) if is_continued else 0, status.st_size - MOST_BYTES)
        return os.pread(fd, MOST_BYTES, start)
    finally:
        os.close(fd)
