# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One run at a time in a working directory. The kernel frees the lock when the process ends, however that is.

Anyone who may list a directory can lock it, also forever. So a lock that only strangers hold, users who are neither root nor the
directory's owner, does not keep a run out: it takes the lock file instead, which no stranger can open.
"""

import errno
import fcntl
import os
import re
import stat
from typing import AbstractSet, List, Optional

from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .working_dir import WorkingDir

LOCK_FILE = '.sendmemo-ssl.lock'
# AIX, and NFS on Linux, lock only what is open for writing, which a directory never is.
_NOT_FOR_DIRECTORIES = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN)
_MOST_LOCKS = 4 << 20  # bytes of the kernel's table that are read


class DirectoryLock:
    """The lock of a working directory: of the directory itself or, where that can't be locked, of a file in it."""

    def __init__(self, directory: WorkingDir) -> None:
        self.directory = directory
        self._fd: Optional[int] = None  # of the lock file, where there is one

    def acquire(self) -> bool:
        """Take the lock if it is free, without waiting; return whether we hold it. Raises ProblemError where locking fails."""
        try:
            fcntl.flock(self.directory.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _NOT_FOR_DIRECTORIES:
                return self._acquire_file()
            if error.errno not in _HELD:
                raise self._failed(error, self.directory.path)
            return self._acquire_despite_strangers()
        # Another run may hold the lock file, because strangers held the directory's lock until just now.
        if self.directory.status_of(LOCK_FILE) is None or self._acquire_file():
            return True
        fcntl.flock(self.directory.fd, fcntl.LOCK_UN)
        return False

    def release(self) -> None:
        """Release the lock file, its name first: whoever waits for it checks that it still has that name."""
        if self._fd is not None:
            try:
                with acting_as(self.directory.owner):
                    os.unlink(LOCK_FILE, dir_fd=self.directory.fd)
            except OSError:
                pass
            os.close(self._fd)
            self._fd = None
        try:
            fcntl.flock(self.directory.fd, fcntl.LOCK_UN)
        except OSError:  # only the file was locked
            pass

    def held_problem(self) -> Problem:
        """Return the problem that another process holds the lock."""
        return Problem(
            'write_failed',
            'Another process holds the lock of %s; nothing was changed.' % self.directory.path,
            'Wait until the other run has ended, then run again.',
            server=self.directory.server,
            file=self.directory.path,
        )

    def _acquire_despite_strangers(self) -> bool:
        """Take the lock file where only strangers hold the directory's lock.

        This is checked again once the file is locked: a run that took the directory's lock in the meantime may not have seen the
        file.
        """
        if not self._strangers_hold_it() or not self._acquire_file():
            return False
        if self._strangers_hold_it():
            return True
        self.release()
        return False

    def _strangers_hold_it(self) -> bool:
        holders = _holders(self.directory.status.st_ino)
        friends = {0, self.directory.owner.uid, os.geteuid()}
        return bool(holders) and not any(_is_one_of(pid, friends) for pid in holders)

    def _acquire_file(self) -> bool:
        try:
            with acting_as(self.directory.owner):
                fd = os.open(
                    LOCK_FILE,
                    os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
                    0o600,
                    dir_fd=self.directory.fd,
                )
        except PermissionError as error:
            fd = self._open_foreign_file(error)
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

    def _open_foreign_file(self, refused: OSError) -> int:
        """Open, as root, a lock file that a previous owner of the directory left. Raises ProblemError for anything else."""
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
        return ProblemError(
            Problem(
                'write_failed',
                "%s can't be locked: %s." % (path, error.strerror or error),
                server=self.directory.server,
                file=path,
            )
        )


def _holders(inode: int) -> List[str]:
    """Return the processes that have locked a file of this inode (proc_locks(5)), also on another file system, which can only
    make a run wait. None are known where the system has no such table."""
    try:
        with open('/proc/locks', encoding='ascii', errors='replace') as table:
            return re.findall(r'FLOCK +\w+ +\w+ +(-?\d+) +[^ ]*:%d ' % inode, table.read(_MOST_LOCKS))
    except OSError:
        return []


def _is_one_of(pid: str, uids: AbstractSet[int]) -> bool:
    """Return whether a process was started by one of these users, or may have been.

    One that has ended left its lock to a child, which a run never does; without root, processes of others may be hidden.
    """
    try:
        with open('/proc/%s/status' % pid, encoding='ascii', errors='replace') as status:
            real = re.search(r'^Uid:\s+(\d+)', status.read(), re.MULTILINE)
    except OSError:
        return os.geteuid() != 0
    return real is None or int(real.group(1)) in uids
