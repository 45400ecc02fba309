# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One run at a time in a working directory. The kernel frees the lock when the process ends, however that is."""
import errno
import fcntl
import os
import stat
import time
from typing import Optional

from .problems import Problem, ProblemError
from .working_dir import WorkingDir, acting_as

LOCK_FILE = '.sendmemo-ssl.lock'
POLL_SECONDS = 0.05
# AIX, and NFS on Linux, lock only what is open for writing, which a directory never is.
_NOT_FOR_DIRECTORIES = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN)


class DirectoryLock:
    """The lock of a working directory: of the directory itself or, where that can't be locked, of a file in it."""

    def __init__(self, directory: WorkingDir) -> None:
        self.directory = directory
        self._fd: Optional[int] = None  # of the lock file, where there is one

    def acquire(self, seconds: float) -> None:
        """Wait for the lock, `seconds` at most. Raises ProblemError."""
        end = time.monotonic() + seconds
        while not self._try():
            if time.monotonic() >= end:
                raise ProblemError(Problem(
                    'write_failed', 'Another process holds the lock of %s; nothing was changed.' % self.directory.path,
                    'Wait for the other run to end; it ends by itself. Then run again.',
                    server=self.directory.server, file=self.directory.path))
            time.sleep(POLL_SECONDS)

    def release(self) -> None:
        """Let go of the lock file, and of its name first: who waits for it looks whether it still is the one of that name."""
        if self._fd is not None:
            try:
                with acting_as(self.directory.owner):
                    os.unlink(LOCK_FILE, dir_fd=self.directory.fd)
            except OSError:
                pass
            os.close(self._fd)
            self._fd = None

    def _try(self) -> bool:
        try:
            fcntl.flock(self.directory.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno in _HELD:
                return False
            if error.errno in _NOT_FOR_DIRECTORIES:
                return self._try_file()
            raise self._failed(error, self.directory.path)

    def _try_file(self) -> bool:
        try:
            with acting_as(self.directory.owner):
                fd = os.open(LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600,
                             dir_fd=self.directory.fd)
        except PermissionError as error:
            fd = self._of_another(error)
        except OSError as error:
            raise self._failed(error, self.directory.path_of(LOCK_FILE))
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            named = self.directory.status_of(LOCK_FILE)
            if named is not None and os.path.samestat(named, os.fstat(fd)):
                self._fd, fd = fd, -1
                return True
        except OSError as error:
            if error.errno not in _HELD:
                raise self._failed(error, self.directory.path_of(LOCK_FILE))
        finally:
            if fd >= 0:
                os.close(fd)
        return False

    def _of_another(self, refused: OSError) -> int:
        """Open, as root, a lock file that was left by who owned the directory before. Raises ProblemError for any other thing."""
        try:
            fd = os.open(LOCK_FILE, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.directory.fd)
        except OSError as error:
            raise self._failed(error, self.directory.path_of(LOCK_FILE))
        status = os.fstat(fd)
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and not status.st_size:
            return fd
        os.close(fd)
        raise self._failed(refused, self.directory.path_of(LOCK_FILE))

    def _failed(self, error: OSError, path: str) -> ProblemError:
        return ProblemError(Problem(
            'write_failed', '%s can\'t be locked: %s.' % (path, error.strerror or error),
            server=self.directory.server, file=path))
