# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The line IPM_ENABLE_SSL_V3=1 in the platform's environment file: the one thing outside a working directory that is written.

Linux has it in /etc/profile.d/ipm_environment.sh where there is such a file, else, like AIX, in /etc/environment. Where the
line is not wanted it is taken out of both, since either would count.
"""

import os
import stat
import sys
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..files.working_dir import WorkingDir, fs_bytes
from ..problems import Problem, ProblemError
from ..program.watchdog import Stopped, Watchdog
from ..tls.sslv3 import FILES, LINE, MOST, VARIABLE, value_in
from .drift import Drift
from .transaction import write_failed

WANTED = '%s=1' % VARIABLE
NEW_MODE = 0o644
_PREFIX = '.%s.infoprint-'  # of the name under which a file is staged
LEFT_OVER = 3600.0  # seconds after which a staged file can only be that of a run that was killed


def edited(content: bytes, wanted: bool) -> bytes:
    """Return an environment file's content with one line `WANTED`, or none of the variable, and no other byte changed."""
    lines = content.split(b'\n')
    line = WANTED.encode('ascii')
    ours = [number for number, one in enumerate(lines) if LINE.match(one.decode('latin-1'))]
    kept = -1
    if wanted and ours:
        kept = next((number for number in ours if lines[number] == line), ours[-1])
        lines[kept] = line
    lines = [one for number, one in enumerate(lines) if number == kept or number not in ours]
    if wanted and not ours:
        if lines[-1]:
            lines.append(b'')  # the last line had no end
        lines.insert(-1, line)
    return b'\n'.join(lines)


def difference(path: str, content: bytes, wanted: bool) -> List[Drift]:
    """Return the drift of a file with this content."""
    if edited(content, wanted) == content:
        return []
    text = content.decode('utf-8', 'surrogateescape')
    before = value_in(text)
    if not wanted:
        return [Drift(path, 'extra', VARIABLE, before)]
    if before is None:
        return [Drift(path, 'missing', VARIABLE, None, '1')]
    if before == '1':  # right, but written otherwise or more than once
        return [Drift(path, 'changed', VARIABLE, '; '.join(filter(LINE.match, text.split('\n'))), WANTED)]
    return [Drift(path, 'changed', VARIABLE, before, '1')]


class _File(NamedTuple):
    """A file as it was found: `status` None where there is none."""

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


def with_environment(wanted: bool, check: bool, work: Callable[[], Dict[str, Any]], watchdog: Watchdog) -> Dict[str, Any]:
    """Do the work on a host's servers, and what is wanted of the environment files; return the work's answer, and theirs with it.

    They are looked at and staged first, so that a problem with them comes before any change, and put in their place last,
    where no server failed: a change without the others would be told by one run and by no other. Raises ProblemError.
    """
    environment = Environment(wanted, watchdog)
    try:
        environment.look()
        if not check:
            environment.stage()
        answer = work()
        problems: List[Problem] = []
        if not check and not answer['needs_analysis'] and not any(_failed(server) for server in answer['servers']):
            try:
                environment.commit()
            except ProblemError as error:
                problems.append(error.problem)
            except Stopped as error:
                problems.append(Problem('program_failed', 'Stopped before an environment file was changed: %s.' % error))
        return dict(
            answer,
            environment={
                'changed': bool(environment.drift) if check else environment.changed,
                'drift': [one.as_dict() for one in environment.drift],
                'problems': [problem.as_dict() for problem in problems],
            },
        )
    finally:
        environment.close()


def _failed(server: Dict[str, Any]) -> bool:
    tried = server['tried']
    return any(Problem(**problem).is_error for problem in server['problems']) or (tried is not None and not tried.ok)


class Environment:
    """What is to become of the environment files: `look`, `stage`, then `commit`; at the end `close`.

    `root` is what stands before /etc, for tests.
    """

    def __init__(self, wanted: bool, watchdog: Watchdog, root: str = '', platform: str = sys.platform) -> None:
        self.wanted = wanted
        self.drift: List[Drift] = []
        self.changed = False
        self._edited: Dict[str, bytes] = {}  # what the files that differ are to become, by path
        self._paths = [root + path for path in (FILES[:1] if platform.startswith('aix') else FILES)]
        self._watchdog = watchdog
        self._files: List[_File] = []
        self._staged: Dict[str, str] = {}
        watchdog.at_end.append(self.discard)

    def look(self) -> None:
        """Find what differs. Raises ProblemError."""
        there = [path for path in self._paths if os.path.lexists(path)]
        for path in (there or self._paths[:1])[-1:] if self.wanted else there:
            found = self._open(path)
            self.drift += difference(path, found.content, self.wanted)
            content = edited(found.content, self.wanted)
            if content != found.content:
                self._edited[path] = content
                if not os.access(found.directory.path, os.W_OK):
                    raise self._failed(path, 'it is not allowed to this user, or the file system is read-only')

    def stage(self) -> None:
        """Write what differs under a name that nobody reads. Raises ProblemError."""
        for found in self._files:
            if found.path in self._edited:
                self._remove_leftovers(found)
                try:
                    self._write(found, self._edited[found.path])
                except OSError as error:
                    raise self._failed(found.path, error.strerror or str(error))

    def commit(self) -> None:
        """Put what was staged in its place. Raises ProblemError; a file that somebody has changed since is left as it is."""
        for found in self._files:
            if found.path in self._staged:
                self._watchdog.check()
                if _read(found.directory, found.name)[0] != found.content:
                    raise self._failed(found.path, 'somebody has changed it in the meantime')
                staged = fs_bytes(self._staged[found.path])
                try:
                    os.rename(staged, fs_bytes(found.name), src_dir_fd=found.directory.fd, dst_dir_fd=found.directory.fd)
                    del self._staged[found.path]
                    self.changed = True
                except OSError as error:
                    raise self._failed(found.path, error.strerror or str(error))
                try:
                    os.fsync(found.directory.fd)
                except OSError:  # it is in its place, and this does not undo it
                    pass

    def discard(self) -> None:
        """Remove what was staged and is not in its place."""
        for found in self._files:
            if found.path in self._staged:
                _remove(found.directory, self._staged.pop(found.path))

    def close(self) -> None:
        self.discard()
        for found in self._files:
            found.directory.close()
        self._files = []

    def _open(self, path: str) -> _File:
        folder, name = os.path.split(path)
        if os.path.islink(folder):
            raise ProblemError(Problem('unsafe_path', '%s is a symbolic link.' % folder, file=folder))
        directory = WorkingDir(folder)
        self._files.append(_File(directory, name, b'', None))  # so that it is closed
        self._files[-1] = _File(directory, name, *_read(directory, name))
        return self._files[-1]

    def _remove_leftovers(self, found: _File) -> None:
        """Remove what a run left that was killed here."""
        for name in found.directory.names():
            if name.startswith(_PREFIX % found.name):
                status = found.directory.status_of(name)
                if status is not None and status.st_mtime < time.time() - LEFT_OVER:
                    _remove(found.directory, name)

    def _write(self, found: _File, content: bytes) -> None:
        name = _PREFIX % found.name + os.urandom(8).hex()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(fs_bytes(name), flags, 0o600, dir_fd=found.directory.fd)
        self._staged[found.path] = name
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(fd, left) :]
            if found.status is not None:
                os.fchown(fd, found.status.st_uid, found.status.st_gid)
            os.fchmod(fd, NEW_MODE if found.status is None else stat.S_IMODE(found.status.st_mode))
            os.fsync(fd)
        finally:
            os.close(fd)

    @staticmethod
    def _failed(path: str, why: str) -> ProblemError:
        hint = 'Use become to run as root, and see that %s can be written.' % path
        return ProblemError(write_failed(OSError(why), path, None).problem._replace(hint=hint))
