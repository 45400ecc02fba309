# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The line IPM_ENABLE_SSL_V3=1 in the platform's environment file: the only thing outside a working directory that is changed.

On Linux it is in /etc/profile.d/ipm_environment.sh where there is such a file, otherwise, as on AIX, in /etc/environment. Where
the line is not desired it is removed from both, because either takes effect.
"""

import os
import stat
import sys
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from ..files.working_dir import WorkingDir, fs_bytes, write_failed
from ..messages.change import CHANGED, EXTRA, MISSING, ChangeAnswer, Drift, EnvironmentAnswer
from ..problems import Problem, ProblemError
from ..program.watchdog import Stopped, Watchdog
from ..tls.sslv3 import FILES, LINE, MOST, VARIABLE, value_in

DESIRED_LINE = '%s=1' % VARIABLE
NEW_MODE = 0o644
_PREFIX = '.%s.infoprint-'  # of the name under which a file is staged
LEFT_OVER = 3600.0  # seconds after which a staged file can only be that of a killed run


def edited(content: bytes, desired: bool) -> bytes:
    """Return an environment file's content with one line `DESIRED_LINE`, or none of the variable, and no other byte changed."""
    lines = content.split(b'\n')
    line = DESIRED_LINE.encode('ascii')
    matches = [number for number, text in enumerate(lines) if LINE.match(text.decode('latin-1'))]
    retained = -1
    if desired and matches:
        retained = next((number for number in matches if lines[number] == line), matches[-1])
        lines[retained] = line
    lines = [text for number, text in enumerate(lines) if number == retained or number not in matches]
    if desired and not matches:
        if lines[-1]:
            lines.append(b'')  # the last line had no line feed
        lines.insert(-1, line)
    return b'\n'.join(lines)


def difference(path: str, content: bytes, desired: bool) -> List[Drift]:
    """Return the drift of a file with this content."""
    if edited(content, desired) == content:
        return []
    text = content.decode('utf-8', 'surrogateescape')
    before = value_in(text)
    if not desired:
        return [Drift(path, EXTRA, VARIABLE, before)]
    if before is None:
        return [Drift(path, MISSING, VARIABLE, None, '1')]
    if before == '1':  # right, but in another form or more than once
        return [Drift(path, CHANGED, VARIABLE, '; '.join(filter(LINE.match, text.split('\n'))), DESIRED_LINE)]
    return [Drift(path, CHANGED, VARIABLE, before, '1')]


class _File(NamedTuple):
    """A file as it is: `status` None where there is none."""

    directory: WorkingDir
    name: str
    content: bytes
    status: Optional[os.stat_result]

    @property
    def path(self) -> str:
        return self.directory.path_of(self.name)


def _read(directory: WorkingDir, name: str) -> Tuple[bytes, Optional[os.stat_result]]:
    """Return a file's content and status, b'' and None where there is none. Raises ProblemError."""
    return (b'', None) if directory.status_of(name) is None else directory.read_file(name, MOST)


def _remove(directory: WorkingDir, name: str) -> None:
    try:
        os.unlink(fs_bytes(name), dir_fd=directory.fd)
    except OSError:  # a later run removes it
        pass


def with_environment(desired: bool, check: bool, converge: Callable[[], ChangeAnswer], watchdog: Watchdog) -> ChangeAnswer:
    """Converge a host's servers and its environment files; return the answer of `converge` with theirs.

    The files are compared and staged first, so that a problem with them comes before any change, and replaced last, where no
    server failed: otherwise the change of the files would be reported by this run alone, and of the servers by a later one alone.
    Raises ProblemError.
    """
    environment = Environment(desired, watchdog)
    try:
        environment.compare()
        if not check:
            environment.stage()
        answer = converge()
        problems: List[Problem] = []
        if not check and not answer.needs_review and not any(server.failed for server in answer.servers):
            try:
                environment.commit()
            except ProblemError as error:
                problems.append(error.problem)
            except Stopped as error:
                problems.append(Problem('program_failed', 'Stopped before an environment file was changed: %s.' % error))
        changed = bool(environment.drift) if check else environment.changed
        return answer._replace(environment=EnvironmentAnswer(changed, environment.drift, problems))
    finally:
        environment.close()


class Environment:
    """The change of the environment files: `compare`, `stage`, then `commit`; at the end `close`.

    `root` is the directory that contains etc, for tests.
    """

    def __init__(self, desired: bool, watchdog: Watchdog, root: str = '', platform: str = sys.platform) -> None:
        self.desired = desired
        self.drift: List[Drift] = []
        self.changed = False
        self._edited: Dict[str, bytes] = {}  # the new contents of the files that differ, by path
        self._paths = [root + path for path in (FILES[:1] if platform.startswith('aix') else FILES)]
        self._watchdog = watchdog
        self._files: List[_File] = []
        self._staged: Dict[str, str] = {}
        watchdog.at_end.append(self.discard)

    def compare(self) -> None:
        """Determine the drift. Raises ProblemError."""
        existing = [path for path in self._paths if os.path.lexists(path)]
        for path in (existing or self._paths[:1])[-1:] if self.desired else existing:
            file = self._open(path)
            self.drift += difference(path, file.content, self.desired)
            content = edited(file.content, self.desired)
            if content != file.content:
                self._edited[path] = content
                if not os.access(file.directory.path, os.W_OK):
                    raise self._failed(path, 'this user is not allowed to, or the file system is read-only')

    def stage(self) -> None:
        """Write the new contents under a name that nobody reads. Raises ProblemError."""
        for file in self._files:
            if file.path in self._edited:
                self._remove_leftovers(file)
                try:
                    self._write(file, self._edited[file.path])
                except OSError as error:
                    raise self._failed(file.path, error.strerror or str(error))

    def commit(self) -> None:
        """Replace the files by the staged ones. Raises ProblemError; a file that was changed in the meantime is left as it is."""
        for file in self._files:
            if file.path in self._staged:
                self._watchdog.check()
                if _read(file.directory, file.name)[0] != file.content:
                    raise self._failed(file.path, 'it was changed in the meantime')
                staged = fs_bytes(self._staged[file.path])
                try:
                    os.rename(staged, fs_bytes(file.name), src_dir_fd=file.directory.fd, dst_dir_fd=file.directory.fd)
                    del self._staged[file.path]
                    self.changed = True
                except OSError as error:
                    raise self._failed(file.path, error.strerror or str(error))
                try:
                    os.fsync(file.directory.fd)
                except OSError:  # the file is replaced, and this does not undo it
                    pass

    def discard(self) -> None:
        """Remove what was staged and not committed."""
        for file in self._files:
            if file.path in self._staged:
                _remove(file.directory, self._staged.pop(file.path))

    def close(self) -> None:
        self.discard()
        for file in self._files:
            file.directory.close()
        self._files = []

    def _open(self, path: str) -> _File:
        folder, name = os.path.split(path)
        if os.path.islink(folder):
            raise ProblemError(Problem('unsafe_path', '%s is a symbolic link.' % folder, file=folder))
        directory = WorkingDir(folder)
        self._files.append(_File(directory, name, b'', None))  # so that it is closed
        self._files[-1] = _File(directory, name, *_read(directory, name))
        return self._files[-1]

    def _remove_leftovers(self, file: _File) -> None:
        """Remove what a killed run left."""
        for name in file.directory.names():
            if name.startswith(_PREFIX % file.name):
                status = file.directory.status_of(name)
                if status is not None and status.st_mtime < time.time() - LEFT_OVER:
                    _remove(file.directory, name)

    def _write(self, file: _File, content: bytes) -> None:
        name = _PREFIX % file.name + os.urandom(8).hex()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(fs_bytes(name), flags, 0o600, dir_fd=file.directory.fd)
        self._staged[file.path] = name
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(fd, left) :]
            if file.status is not None:
                os.fchown(fd, file.status.st_uid, file.status.st_gid)
            os.fchmod(fd, NEW_MODE if file.status is None else stat.S_IMODE(file.status.st_mode))
            os.fsync(fd)
        finally:
            os.close(fd)

    @staticmethod
    def _failed(path: str, why: str) -> ProblemError:
        hint = 'Use become to run as root, and make sure that %s can be written.' % path
        return ProblemError(write_failed(OSError(why), path, None).problem._replace(hint=hint))
