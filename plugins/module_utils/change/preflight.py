# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What check mode can know, without writing, of a change that would fail."""

import errno
import os
from typing import Iterable

from ..files.working_dir import WorkingDir, write_failed
from ..program.rights import acting_as
from .backup_handover import check_handover, needs_handover
from .backups import BACKUPS, Backups


def check_staging(directory: WorkingDir, names: Iterable[str]) -> None:
    """Raise the ProblemError that staging these files would raise."""
    path = next(map(directory.path_of, names), directory.path)
    with acting_as(directory.owner):
        _check_writable(directory, directory.fd, path)


def check_backups(directory: WorkingDir, has_nothing_to_back_up: bool) -> None:
    """Raise the ProblemError that a backup would raise."""
    if needs_handover(directory):
        check_handover(directory)
    elif not has_nothing_to_back_up:
        path = directory.path_of(BACKUPS)
        try:
            with acting_as(directory.owner):
                top = Backups(directory).open()
                try:
                    _check_writable(directory, top, path)
                finally:
                    os.close(top)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise write_failed(error, path, directory.server)


def _check_writable(directory: WorkingDir, fd: int, path: str) -> None:
    """Raise ProblemError, for `path`, where the effective user can't create files in an open directory."""
    if os.fstatvfs(fd).f_flag & os.ST_RDONLY:
        raise write_failed(OSError(errno.EROFS, os.strerror(errno.EROFS)), path, directory.server)
    if os.access in os.supports_effective_ids and not os.access('.', os.W_OK | os.X_OK, dir_fd=fd, effective_ids=True):
        raise write_failed(OSError(errno.EACCES, os.strerror(errno.EACCES)), path, directory.server)
