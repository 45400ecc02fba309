# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The backups of one server: replaced sets, each in a directory of its own under `sendmemo-ssl.backups` in the working directory.

A backup contains a copy of the configuration, of the trust files beside it, and a manifest (`backup_set`). Whoever owns the
working directory can change all of it, so it is trusted no more than the active set.
"""

import hashlib
import os
import stat
from typing import Callable, Iterator, List, Optional

from ..config.keywords import CONFIG_NAME, FILE_KEYWORDS
from ..config.parser import parse
from ..files.working_dir import WorkingDir, names_in, read_file, sync_directory
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .backup_set import (
    MANIFEST,
    UNFINISHED,
    Attributes,
    BackupSet,
    Copies,
    Digests,
    manifest_of,
    next_name,
    open_set,
    read_backup,
    remove_set,
    set_names,
    write_backup,
)
from .set_files import MANAGED, CurrentFile, is_refused, read_current_file
from .unreadable_files import Unread, link_into, move

BACKUPS = 'sendmemo-ssl.backups'
# Whoever owns the directory can create any number of backups: those beyond these numbers are not read.
MOST_READ = 25  # backups that are searched for the previous set
READ_BEYOND = 20  # backups, beside those that are retained, that are searched for one that differs
MOST_REMOVED = 500  # backups that one run removes; the next one removes more
MOST_TRUST_FILES = 8  # that are backed up with a configuration that can't be read for their names


class Backups:
    """The backups of one server. Used with the rights of the directory's owner.

    `new_backup` is the path of the one that `back_up` created, None where an older one has the same set; `to_move` are the files
    that it lacks until they are moved there, which is part of the commit.
    """

    def __init__(self, directory: WorkingDir) -> None:
        self.directory = directory
        self.new_backup: Optional[str] = None
        self.to_move: List[str] = []

    def digests_of(self, config: Optional[CurrentFile]) -> Optional[Digests]:
        """Return the digests of the set whose configuration is `config`; None for a link, which is not a set."""
        if config is None:
            return {}
        return None if config.content is None else _digests(self._copies(config))

    def back_up(
        self, config: Optional[CurrentFile], attributes: Optional[Attributes], outside: Digests, unread: Optional[Unread] = None
    ) -> str:
        """Return the path of a complete backup of the active set, whose configuration is `config`, None where there is none.

        `unread` files are not copied but linked or moved. The newest backup is reused where it has the same set already: a run
        may have been killed between backup and change. Raises OSError, ProblemError.
        """
        unread = unread or {}
        copies = self._copies(config) if config is not None else {}
        digests = _digests(copies)
        top = self.open(create=True)
        try:
            names = set_names(top)
            newest = self._read(top, names[-1]) if names else None
            if newest is not None and newest.has(digests, attributes or {}, unread):
                return newest.path
            name = next_name(names[-1] if names else None)
            temporary = '.%s.new' % os.urandom(8).hex()
            os.mkdir(temporary, 0o700, dir_fd=top)
            try:
                fd = open_set(top, temporary)
                try:
                    self.to_move = link_into(self.directory, unread, fd)
                    write_backup(fd, copies, manifest_of(config, copies, digests, attributes, outside, unread))
                finally:
                    os.close(fd)
                os.rename(temporary, name, src_dir_fd=top, dst_dir_fd=top)
                self.new_backup = self._path(name)
            except (OSError, ProblemError):
                remove_set(top, temporary)
                raise
            sync_directory(top)
            return self._path(name)
        finally:
            os.close(top)

    def clean(self, most: int) -> bool:
        """Remove the oldest backups beyond `most`, and leftovers of killed runs; return whether nothing is left to be removed.

        One backup that differs from the active set is retained, however old, for a rollback: of those that are read.
        """

        def surplus(top: int) -> List[str]:
            names = set_names(top)
            newest, older = names[-most:], names[:-most]
            if not older:
                return []
            active = self.digests_of(read_current_file(self.directory, CONFIG_NAME))

            def differs(name: str) -> bool:
                backup = self._read(top, name)
                return backup is not None and not backup.is_incomplete and backup.digests != active

            if any(map(differs, reversed(newest))):
                return older
            read = older[-READ_BEYOND:]
            needed = next(filter(differs, reversed(read)), None)
            return [name for name in (older if needed else read) if name != needed]

        return self._remove(surplus)

    def remove(self, backup: BackupSet) -> bool:
        """Remove a backup that was restored, and leftovers of killed runs; return whether nothing is left to be removed."""
        return self._remove(lambda _top: [backup.name])

    def remove_unfinished(self) -> None:
        """Remove leftovers of killed runs."""
        self._remove(lambda _top: [])

    def newest(self) -> Optional[BackupSet]:
        """Return the newest backup, None where there is none that can be read. Takes the rights of the directory's owner."""
        try:
            with acting_as(self.directory.owner):
                return next(self.all_sets(), None)
        except ProblemError:
            return None

    def newest_first(self) -> Iterator[BackupSet]:
        """Yield the complete ones of the newest MOST_READ backups.

        Raises ProblemError no_previous_set for one whose manifest can't be read.
        """
        return (backup for backup in self.all_sets() if not backup.is_incomplete)

    def all_sets(self, most: int = MOST_READ) -> Iterator[BackupSet]:
        """Yield the `most` newest backups, newest first, incomplete ones included. Raises as `newest_first` does."""
        top = self._open_if_there()
        if top is None:
            return
        try:
            for name in reversed(set_names(top)[-most:]):
                backup = self._read(top, name)
                if backup is None:
                    raise self.unusable(name, "%s can't be read" % MANIFEST)
                yield backup
        finally:
            os.close(top)

    def move(self, name: str, path: str, back: bool = False) -> None:
        """Move a file of the working directory, without reading it, into the backup at `path`, or `back`. Raises OSError."""
        top = self.open()
        try:
            fd = open_set(top, os.path.basename(path))
            try:
                move(name, *((fd, self.directory.fd) if back else (self.directory.fd, fd)))
            finally:
                os.close(fd)
        finally:
            os.close(top)

    def checked_outside(self) -> Digests:
        """Return the digests of the trust files outside the working directory that were checked for the last change, by path."""
        newest = self.newest()
        return newest.outside if newest is not None else {}

    def content(self, backup: BackupSet, name: str) -> bytes:
        """Return a file of a backup. Raises ProblemError no_previous_set where it is not what the manifest says."""
        top = self._open_if_there()
        if top is None:
            raise self.unusable(backup.name, 'it is gone')
        try:
            fd = open_set(top, backup.name)
            try:
                content, _status = read_file(name, dir_fd=fd, shown=os.path.join(backup.path, name))
            finally:
                os.close(fd)
        except (OSError, ProblemError) as error:
            raise self.unusable(backup.name, str(error))
        finally:
            os.close(top)
        if hashlib.sha256(content).hexdigest() != backup.digests.get(name):
            raise self.unusable(backup.name, '%s is not what its %s says' % (name, MANIFEST))
        return content

    def discard(self, path: Optional[str]) -> None:
        """Remove the backup that was just created, None where none was, and the directory of backups where it is empty."""
        try:
            top = self.open()
            try:
                if path is not None:
                    remove_set(top, os.path.basename(path))
                self._remove_if_empty(top)
            finally:
                os.close(top)
        except (OSError, ProblemError):  # a later change removes it
            pass

    def unusable(self, name: str, why: str) -> ProblemError:
        """Return the problem that a backup can't be restored."""
        return ProblemError(
            Problem(
                'no_previous_set',
                "The backup %s can't be restored: %s." % (self._path(name), why.rstrip('.')),
                'Inspect it; if you remove it, the backup before it becomes the previous set.',
                server=self.directory.server,
                file=self._path(name),
            )
        )

    def trust_of(self, config: Optional[CurrentFile]) -> List[str]:
        """Return the trust files beside a configuration that it names, or may name where it was not read."""
        if config is None or config.is_link:
            return []
        if config.content is None:
            return sorted(filter(MANAGED.match, self.directory.names()))[:MOST_TRUST_FILES]
        given = parse(config.content, CONFIG_NAME).given
        names = (name_beside(self.directory, given.get(keyword, '')) for keyword in FILE_KEYWORDS)
        return [name for name in names if name]

    def open(self, create: bool = False) -> int:
        """Return a descriptor of the directory of backups. Raises OSError, ProblemError."""
        if create:
            try:
                os.mkdir(BACKUPS, 0o700, dir_fd=self.directory.fd)
            except FileExistsError:
                pass
        status = self.directory.status_of(BACKUPS)
        if status is not None and not stat.S_ISDIR(status.st_mode):
            path = self.directory.path_of(BACKUPS)
            raise ProblemError(Problem('unsafe_path', '%s is not a directory.' % path, server=self.directory.server, file=path))
        return open_set(self.directory.fd, BACKUPS)

    def _open_if_there(self) -> Optional[int]:
        try:
            return self.open()
        except FileNotFoundError:
            return None
        except OSError as error:
            path = self.directory.path_of(BACKUPS)
            message = "%s can't be read: %s." % (path, error.strerror or error)
            raise ProblemError(Problem('file_not_readable', message, server=self.directory.server, file=path))

    def _path(self, name: str) -> str:
        return os.path.join(self.directory.path, BACKUPS, name)

    def _read(self, top: int, name: str) -> Optional[BackupSet]:
        """Return a backup as its manifest describes it, None for a manifest that was not written here."""
        try:
            fd = open_set(top, name)
        except (OSError, ValueError):
            return None
        try:
            return read_backup(fd, name, self._path(name))
        finally:
            os.close(fd)

    def _copies(self, config: CurrentFile) -> Copies:
        """Return the files of a set that can be copied."""
        if config.is_link:
            return {}
        copies = {} if config.content is None else {CONFIG_NAME: (config.content, config.status)}
        for name in self.trust_of(config):
            try:
                copies[name] = self.directory.read_file(name)
            except ProblemError as error:
                # Where the owner can't read a file the active set is broken; the rest of it is backed up. A read that failed
                # is something else: the only copy may be about to go.
                if error.problem.code == 'file_not_readable' and not is_refused(error):
                    raise
        return copies

    def _remove(self, choose: Callable[[int], List[str]]) -> bool:
        """Remove the chosen backups and what no run needs; return whether nothing is left to be removed."""
        top = self._open_if_there()
        if top is None:
            return True
        try:
            unneeded = self._unneeded(top, choose)
            permanent = [name for name in unneeded[:MOST_REMOVED] if remove_set(top, name)]
            # Listed again: the first list may have been incomplete. More than MOST_REMOVED were not left by a killed run.
            is_done = len(unneeded) > MOST_REMOVED or set(self._unneeded(top, choose)) <= set(permanent)
            self._remove_if_empty(top)
            return is_done
        finally:
            os.close(top)

    def _unneeded(self, top: int, choose: Callable[[int], List[str]]) -> List[str]:
        backups = [self._read(top, name) for name in set_names(top)[-MOST_READ:]]
        names = [name for name in names_in(top) if UNFINISHED.match(name)]
        names += [backup.name for backup in backups if backup is not None and backup.is_incomplete]
        return [name for name in names + choose(top) if _is_directory(top, name)]

    def _remove_if_empty(self, top: int) -> None:
        if next(names_in(top), None) is None:
            os.rmdir(BACKUPS, dir_fd=self.directory.fd)


def name_beside(directory: WorkingDir, value: str) -> str:
    """Return the name of the file beside the configuration that a value names, '' for one that is elsewhere."""
    folder, name = os.path.split(value)
    return name if folder in ('', directory.path) else ''


def _digests(copies: Copies) -> Digests:
    return {name: hashlib.sha256(content).hexdigest() for name, (content, _status) in copies.items()}


def _is_directory(top: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False
