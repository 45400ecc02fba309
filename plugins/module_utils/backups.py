# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sets that were replaced: each a directory of its own under `sendmemo-ssl.backups` in the working directory.

A set is a copy of the configuration, of the trust files that lie beside it, and a manifest.json:
`{"format": 1, "taken": UTC time, "files": {name: {"sha256", "mode", "uid", "gid"}}, "settings": {keyword: text}}`.
"""

import hashlib
import json
import os
import re
import stat
import time
from typing import Any, Dict, List, Optional, Tuple

from .config_file import parse
from .config_set import FoundFile
from .keywords import CONFIG_NAME
from .problems import Problem, ProblemError
from .working_dir import WorkingDir, fs_bytes, read_file, sync_directory

BACKUPS = 'sendmemo-ssl.backups'
MANIFEST = 'manifest.json'
_SET = re.compile(r'^\d{8}T\d{6}Z-\d{4}$')
_UNFINISHED = re.compile(r'^\.[0-9a-f]{16}\.new$')


class Backups:
    """The backups of one server; at most `most` are kept. Used with the rights of the directory's owner."""

    def __init__(self, directory: WorkingDir, most: int) -> None:
        self.directory = directory
        self.most = most

    def keep(self, found: FoundFile) -> str:
        """Return the path of a complete copy of the set in force, whose configuration is `found`.

        The newest backup serves where it is the same set already: a run may have been killed between keeping and
        changing. Raises OSError, ProblemError.
        """
        files = self._files(found)
        digests = {name: hashlib.sha256(content).hexdigest() for name, (content, _status) in files.items()}
        top = self._open(create=True)
        try:
            sets = self._sets(top)
            if sets and self._digests(top, sets[-1]) == digests:
                return self._path(sets[-1])
            name = '%s-%04d' % (time.strftime('%Y%m%dT%H%M%SZ', time.gmtime()), int(sets[-1][-4:]) + 1 if sets else 1)
            if sets and name <= sets[-1]:  # the clock was put back: the order of the names stays that of the sets
                name = '%s-%04d' % (sets[-1][:16], int(sets[-1][-4:]) + 1)
            temporary = '.%s.new' % os.urandom(8).hex()
            os.mkdir(temporary, 0o700, dir_fd=top)
            try:
                self._fill(top, temporary, files, self._manifest(found, files, digests))
                os.rename(temporary, name, src_dir_fd=top, dst_dir_fd=top)
            except OSError:
                _remove_tree(top, temporary)
                raise
            sync_directory(top)
            return self._path(name)
        finally:
            os.close(top)

    def clean(self) -> None:
        """Remove the oldest sets beyond `most`, what a run did not finish, and the directory where nothing is in it."""
        try:
            top = self._open(create=False)
        except (OSError, ProblemError):
            return
        try:
            for name in self._sets(top)[: -self.most] + [name for name in os.listdir(top) if _UNFINISHED.match(name)]:
                _remove_tree(top, name)
            if not os.listdir(top):
                os.rmdir(BACKUPS, dir_fd=self.directory.fd)
        finally:
            os.close(top)

    def _path(self, name: str) -> str:
        return os.path.join(self.directory.path, BACKUPS, name)

    def _open(self, create: bool) -> int:
        if create:
            try:
                os.mkdir(BACKUPS, 0o700, dir_fd=self.directory.fd)
            except FileExistsError:
                pass
        status = self.directory.status_of(BACKUPS)
        if status is not None and not stat.S_ISDIR(status.st_mode):
            path = self.directory.path_of(BACKUPS)
            raise ProblemError(Problem('unsafe_path', '%s is not a directory.' % path, server=self.directory.server, file=path))
        return _open_directory(self.directory.fd, BACKUPS)

    @staticmethod
    def _sets(top: int) -> List[str]:
        return sorted(name for name in os.listdir(top) if _SET.match(name))

    def _digests(self, top: int, name: str) -> Optional[Dict[str, str]]:
        try:
            fd = _open_directory(top, name)
            try:
                content, _status = read_file(MANIFEST, 1 << 20, dir_fd=fd)
            finally:
                os.close(fd)
            return {name: entry['sha256'] for name, entry in json.loads(content.decode('utf-8'))['files'].items()}
        except (OSError, ProblemError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _files(self, found: FoundFile) -> Dict[str, Tuple[bytes, os.stat_result]]:
        if found.content is None:
            return {}
        files = {CONFIG_NAME: (found.content, found.status)}
        given = parse(found.content, CONFIG_NAME).given
        for value in filter(None, (given.get('CAFile'), given.get('CrlFile'))):
            folder, name = os.path.split(value)
            if folder in ('', self.directory.path):
                try:
                    files[name] = self.directory.read_file(name)
                except ProblemError as error:
                    # Where the owner can't read it the set in force is broken; what there is of it is kept. A read that failed
                    # just now is another thing: the only copy may be about to go.
                    cause = error.__context__
                    if error.problem.code == 'file_not_readable' and cause and not isinstance(cause, PermissionError):
                        raise
        return files

    @staticmethod
    def _manifest(found: FoundFile, files: Dict[str, Tuple[bytes, os.stat_result]], digests: Dict[str, str]) -> Dict[str, Any]:
        return {
            'format': 1,
            'taken': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
            'files': {
                name: {
                    'sha256': digests[name],
                    'mode': '%04o' % stat.S_IMODE(status.st_mode),
                    'uid': status.st_uid,
                    'gid': status.st_gid,
                }
                for name, (_content, status) in files.items()
            },
            'settings': parse(found.content or b'', CONFIG_NAME).given,
        }

    @staticmethod
    def _fill(top: int, name: str, files: Dict[str, Tuple[bytes, os.stat_result]], manifest: Dict[str, Any]) -> None:
        fd = _open_directory(top, name)
        try:
            contents = {name: content for name, (content, _status) in files.items()}
            contents[MANIFEST] = json.dumps(manifest, indent=1, sort_keys=True).encode('ascii') + b'\n'
            for file_name, content in contents.items():
                file_fd = os.open(
                    fs_bytes(file_name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=fd
                )
                with os.fdopen(file_fd, 'wb') as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(file_fd)
            sync_directory(fd)
        finally:
            os.close(fd)


def _open_directory(top: int, name: str) -> int:
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=top)


def _remove_tree(top: int, name: str) -> None:
    """Remove a set: a directory of files, nothing deeper; what isn't that is left alone."""
    try:
        fd = _open_directory(top, name)
        try:
            for file_name in os.listdir(fd):
                os.unlink(fs_bytes(file_name), dir_fd=fd)
        finally:
            os.close(fd)
        os.rmdir(name, dir_fd=top)
    except OSError:
        pass
