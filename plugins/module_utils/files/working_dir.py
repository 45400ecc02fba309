# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The working directories of InfoPrint servers: how they are discovered, and how to read in them without following a link.

We may be root in a directory that a print user owns. So a directory is opened once and everything in it is reached
from its descriptor (openat); files are opened with O_NOFOLLOW and O_NONBLOCK and must be regular; and files are
read with the rights of the directory's owner.
"""

import errno
import itertools
import os
import stat
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..config.keywords import CONFIG_NAME
from ..problems import Problem, ProblemError
from ..program.rights import acting_as, identity_of

MAX_FILE = 4 << 20  # bytes
MOST_NAMES = 100_000  # in a directory
CONVERGE_HINT = 'Run printops.infoprint.converge, or the module sendmemo_config, which writes it.'
ERROR_LOG = 'error.log'  # of an InfoPrint server
SERVER_MARKS = (CONFIG_NAME, ERROR_LOG)


class Server(NamedTuple):
    name: str
    path: str  # of the working directory
    entry: Any = None  # its part of the request, None where it was found


def is_permanent(error: OSError) -> bool:
    """Return whether a removal that failed will fail the next time too: it is not allowed, or something else has the name."""
    return error.errno in (errno.EPERM, errno.EACCES, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.EEXIST, errno.ELOOP)


def fs_bytes(path: str) -> bytes:
    """Return a path for a system call: UTF-8 whatever the locale says (Python 3.6 under LANG=C would refuse it)."""
    return path.encode('utf-8', 'surrogateescape')


def sync_directory(fd: int) -> None:
    """Write the names in a directory to the disk. AIX syncs only what is open for writing, which a directory never is."""
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EBADF, errno.EINVAL):
            raise


def open_directory(name: bytes, dir_fd: Optional[int] = None, follow: bool = False) -> int:
    """Return a descriptor of a directory that is no link, or with `follow` may be one. Where the system allows it, listing the
    directory leaves no trace."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        return os.open(name, flags | getattr(os, 'O_NOATIME', 0), dir_fd=dir_fd)
    except PermissionError:  # only its owner and root may do so
        return os.open(name, flags, dir_fd=dir_fd)


def names_in(fd: int) -> Iterator[str]:
    """Yield the names in an open directory, MOST_NAMES at most: its owner may have made many millions."""
    if os.scandir in os.supports_fd:
        directory: Any = fd
    else:  # Python 3.6
        directory = '/proc/self/fd/%d' % fd
    try:
        with os.scandir(directory) as entries:
            for entry in itertools.islice(entries, MOST_NAMES):
                yield entry.name
    except FileNotFoundError:  # no /proc
        yield from os.listdir(fd)[:MOST_NAMES]


def _list(path: str) -> List[str]:
    """Return the names in a directory, or in one that a link leads to, MOST_NAMES at most. Raises OSError."""
    fd = open_directory(fs_bytes(path), follow=True)
    try:
        return [os.fsencode(name).decode('utf-8', 'surrogateescape') for name in names_in(fd)]
    finally:
        os.close(fd)


def _refused(error: OSError, path: str, server: Optional[str], what: str) -> ProblemError:
    """Return the problem that a failed open of `path` is."""
    code = 'file_not_readable'
    if error.errno == errno.ENOENT:
        code = 'file_not_found'
    elif error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR, errno.ENXIO):  # the last one: a socket
        code = 'unsafe_path'
    why = 'not a regular file' if error.errno == errno.ENXIO else error.strerror or error
    return ProblemError(Problem(code, '%s %s: %s' % (what, path, why), server=server, file=path), error)


def write_failed(error: OSError, path: str, server: Optional[str]) -> ProblemError:
    """Return the problem that a failed write of `path` is."""
    message = '%s could not be written: %s.' % (path, error.strerror or error)
    return ProblemError(Problem('write_failed', message, server=server, file=path), error)


class WorkingDir:
    """An open working directory. `path` itself must not be a link; the directories above it are the administrator's."""

    def __init__(self, path: str, server: Optional[str] = None) -> None:
        self.path = path
        self.server = server
        try:
            self.fd = open_directory(fs_bytes(path))
        except FileNotFoundError:
            raise ProblemError(Problem('not_a_server', 'There is no working directory %s.' % path, server=server, file=path))
        except OSError as error:
            try:
                is_link = stat.S_ISLNK(os.lstat(fs_bytes(path)).st_mode)
            except OSError:
                is_link = False
            if error.errno == errno.ENOTDIR and not is_link:
                message = "%s is not a directory, so it is not a server's working directory." % path
                raise ProblemError(Problem('not_a_server', message, server=server, file=path))
            if is_link:
                raise ProblemError(
                    Problem(
                        'unsafe_path',
                        'The working directory %s is a symbolic link.' % path,
                        'If the directory that it points to is the intended one, specify that as working_dir.',
                        server=server,
                        file=path,
                    )
                )
            raise _refused(error, path, server, 'The working directory')
        self.status = os.fstat(self.fd)
        self.owner = identity_of(self.status)

    def __enter__(self) -> 'WorkingDir':
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        try:
            os.close(self.fd)
        except OSError:  # it was read only: nothing is lost
            pass

    def path_of(self, name: str) -> str:
        return os.path.join(self.path, name)

    def status_of(self, name: str) -> Optional[os.stat_result]:
        """Return the status of an entry, of a link itself; None where there is none."""
        try:
            return os.stat(fs_bytes(name), dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def has_file(self, name: str) -> bool:
        """Return whether an entry is a regular file."""
        status = self.status_of(name)
        return status is not None and stat.S_ISREG(status.st_mode)

    def names(self) -> List[str]:
        """Return the names of the entries, of MOST_NAMES at most."""
        return list(names_in(self.fd))

    def read_config(self, limit: int = MAX_FILE) -> Tuple[bytes, os.stat_result]:
        """Return the configuration as `read_file` does, with a problem of its own where there is none."""
        try:
            return self.read_file(CONFIG_NAME, limit)
        except ProblemError as error:
            if error.problem.code != 'file_not_found':
                raise
            raise ProblemError(
                error.problem._replace(message='There is no configuration %s.' % self.path_of(CONFIG_NAME), hint=CONVERGE_HINT)
            )

    def read_file(self, name: str, limit: int = MAX_FILE) -> Tuple[bytes, os.stat_result]:
        """Return a regular file's content and status, as the owner may read it; more than `limit` bytes is an error."""
        with acting_as(self.owner):
            return read_file(name, limit, self.server, dir_fd=self.fd, shown=self.path_of(name))


def read_file(
    path: str, limit: int = MAX_FILE, server: Optional[str] = None, dir_fd: Optional[int] = None, shown: Optional[str] = None
) -> Tuple[bytes, os.stat_result]:
    """Return content and status of the regular file at `path`, with the rights that the process has now.

    Raises ProblemError: file_not_found, file_not_readable, unsafe_path (a link, or not a regular file).
    """
    shown = shown or path
    fd, status = open_file(path, server, dir_fd, shown)
    try:
        if status.st_size > limit:
            raise ProblemError(
                Problem(
                    'file_not_readable',
                    '%s has %d bytes; at most %d are read.' % (shown, status.st_size, limit),
                    'Check whether this is the intended file; if it is, remove what is not needed from it.',
                    server=server,
                    file=shown,
                )
            )
        parts, left = [], limit + 1
        while left:
            try:
                part = os.read(fd, min(left, 1 << 16))
            except OSError as error:
                raise _refused(error, shown, server, 'The file')
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b''.join(parts)[:limit], status
    finally:
        os.close(fd)


def open_file(path: str, server: Optional[str], dir_fd: Optional[int], shown: str) -> Tuple[int, os.stat_result]:
    """Return a descriptor and the status of a regular file, to be read. Raises what `read_file` does."""
    try:
        fd = os.open(fs_bytes(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY, dir_fd=dir_fd)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise ProblemError(Problem('unsafe_path', '%s is a symbolic link.' % shown, server=server, file=shown))
        raise _refused(error, shown, server, 'The file')
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise ProblemError(Problem('unsafe_path', '%s is not a regular file.' % shown, server=server, file=shown))
    return fd, status


def find_servers(base_dir: str, asked: Sequence[Any]) -> List[Server]:
    """Return the servers in `asked` or, if that is empty, every server directly under `base_dir`.

    `asked` has entries of a request: each has a `name`, and a `working_dir` or None.

    A server is a directory that contains a sendmemo-ssl.cfg or a server's error.log; never a file, a hidden entry, a link
    or a deleted server (`*.BAK`). Raises ProblemError not_a_server where `base_dir` can't be listed or contains none.
    """
    if asked:
        return [Server(entry.name, entry.working_dir or os.path.join(base_dir, entry.name), entry) for entry in asked]
    try:
        names = sorted(_list(base_dir))
    except OSError as error:
        raise ProblemError(
            Problem('not_a_server', "The base directory %s can't be listed: %s" % (base_dir, error.strerror), file=base_dir)
        )
    servers = [Server(name, os.path.join(base_dir, name)) for name in names if _is_server(base_dir, name)]
    if not servers:
        raise ProblemError(Problem('not_a_server', 'No InfoPrint server was found under %s.' % base_dir, file=base_dir))
    return servers


def _is_server(base_dir: str, name: str) -> bool:
    path = fs_bytes(os.path.join(base_dir, name))
    if name.startswith('.') or name.endswith('.BAK') or os.path.islink(path) or not os.path.isdir(path):
        return False
    return any(os.path.lexists(os.path.join(path, fs_bytes(mark))) for mark in SERVER_MARKS)
