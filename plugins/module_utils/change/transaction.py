# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Changes a server's files together: all files are staged under names that nobody reads, then renamed.

The order makes every instant safe: trust files first, under names that the old configuration does not use (or with
exactly the content that it had), then the configuration, whose rename is the switch. Files are never changed in
place, so nothing is written through a hard link either. What a killed run leaves behind is removed by the next one.
"""

import os
from typing import TYPE_CHECKING, Callable, Container, Dict, List, Optional

from ..config.keywords import CONFIG_NAME
from ..files.directory_lock import DirectoryLock
from ..files.permissions import drop_acl
from ..files.working_dir import WorkingDir, fs_bytes, is_permanent, sync_directory, write_failed
from ..messages.change import Drift
from ..problems import Problem, ProblemError
from ..program.rights import Identity, acting_as
from ..program.watchdog import Watchdog
from .change_marker import CONVERGE, MARKER, ROLLBACK, check_marker_path, is_marked, marker_content
from .drift import compare
from .set_files import MANAGED, CurrentFile, DesiredSet, read_current_files

if TYPE_CHECKING:  # what only a change needs is imported where there is one: most runs change nothing
    from .backup_set import Attributes, Digests
    from .backups import Backups


class Transaction:
    """One server's change: `lock`, `compare`, `stage`, `back_up`, then `commit` or `discard`, at the end `clean` and `close`."""

    def __init__(self, directory: WorkingDir, desired: DesiredSet, watchdog: Watchdog) -> None:
        self.directory = directory
        self.desired = desired
        self.drift: Dict[str, List[Drift]] = {}
        self.before: Optional[CurrentFile] = None  # the active configuration
        self.unread: Dict[str, CurrentFile] = {}  # files that are replaced without having been read
        self.staged: Dict[str, str] = {}  # the temporary names of staged files, by name
        self.source = ''  # the backup that unread files are restored from
        self.backup: Optional[str] = None  # the backup that unread files are moved to
        self._is_backing_up = False
        self._new_backup: Optional[str] = None  # `backup`, unless an older one has the same set
        self._to_move: List[str] = []
        self._moved: List[str] = []
        self._restored: List[str] = []  # unread files that were moved out of their backup
        self.referenced: Callable[[], Container[str]] = tuple  # managed trust files that other servers reference
        self._new: List[str] = []  # trust files that do not exist yet
        self.by = CONVERGE
        self.is_marked = False
        self.is_clean = False  # whether nothing is left to be removed
        self._left_marker: Optional[os.stat_result] = None  # where the lock was released before the answer is given
        self._lock = DirectoryLock(directory)
        watchdog.at_end.append(self.discard)

    def lock(self) -> bool:
        """Take the directory's lock if it is free; return whether other runs are kept out now. Raises ProblemError."""
        return self._lock.acquire()

    def lock_problem(self) -> Problem:
        """Return the problem that another run holds the lock."""
        return self._lock.held_problem()

    def unlock_early(self) -> None:
        """Release the lock before the answer is given; the marker, where there is one, stays until then."""
        self.discard()
        self._left_marker = self.directory.status_of(MARKER) if self.is_marked else None
        self._lock.release()

    def close(self) -> None:
        """Remove what is still staged, and the marker of a change that is finished; release the lock."""
        self.discard()
        if self.is_marked and self.is_clean and self._owns_marker():
            self._remove(MARKER)
        self._lock.release()

    def _owns_marker(self) -> bool:
        """Return whether no other run has taken over the marker since the lock was released, nor can now."""
        left = self._left_marker
        if left is None:
            return True
        try:
            status = self.directory.status_of(MARKER) if self.lock() else None
        except (OSError, ProblemError):
            return False
        return status is not None and os.path.samestat(status, left) and status.st_mtime_ns == left.st_mtime_ns

    def compare(self) -> List[Drift]:
        """Return the drift from the desired set. Where there is none, determine whether an earlier run was not finished."""
        self.drift, files = compare(self.directory, self.desired, self.referenced)
        self.before = files[CONFIG_NAME]
        if self.drift:
            from .unreadable_files import unread_in

            self.unread = unread_in({name: file for name, file in files.items() if name in self.drift})
            check_marker_path(self.directory)
        else:
            self.is_marked = any(is_marked(self.directory, self.desired.config, by) for by in (CONVERGE, ROLLBACK))
        self._new = [name for name in self.desired.trust if files[name] is None]
        configuration_first = sorted(self.drift, key=lambda name: name != CONFIG_NAME)
        return [difference for name in configuration_first for difference in self.drift[name]]

    def _to_stage(self) -> Dict[str, bytes]:
        """Return the contents of the files that differ, by name."""
        if self.desired.config is None:
            return {}
        contents = dict(self.desired.trust, **{CONFIG_NAME: self.desired.config})
        return {name: content for name, content in contents.items() if name in self.drift and name not in self.desired.unread}

    def stage(self) -> None:
        """Write each file that differs under a temporary name, complete with its rights. Raises ProblemError."""
        contents = dict(self._to_stage(), **{MARKER: marker_content(self.desired.config, self.by)})
        for name, content in contents.items():
            try:
                self.staged[name] = self._write(name, content)
            except OSError as error:
                self.discard()
                path = self.directory.path if name == MARKER else self.directory.path_of(name)
                raise write_failed(error, path, self.directory.server)

    def _write(self, name: str, content: bytes) -> str:
        temporary = '.%s.%s.new' % (name, os.urandom(8).hex())
        with acting_as(self._creator()):
            fd = os.open(
                fs_bytes(temporary),
                os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
                0o600,
                dir_fd=self.directory.fd,
            )
        self.staged[name] = temporary
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(fd, left) :]
            drop_acl(fd)
            status = os.fstat(fd)
            if (status.st_uid, status.st_gid) != (self.desired.uid, self.desired.gid):
                os.fchown(fd, self.desired.uid, self.desired.gid)
            os.fchmod(fd, self.desired.mode)
            os.fsync(fd)
        finally:
            os.close(fd)
        return temporary

    def _creator(self) -> Identity:
        """Return who creates staged files: the directory's owner, unless they will belong to another user.

        Otherwise the owner would keep an open descriptor, or a link, through which the file can be changed later.
        """
        if self.desired.uid == self.directory.owner.uid:
            return self.directory.owner
        return Identity(os.geteuid(), os.getegid(), tuple(os.getgroups()))

    def preflight(self) -> None:
        """Raise the ProblemError that `stage` would raise, as far as that can be known without writing."""
        from .preflight import check_staging  # only check mode needs it

        check_staging(self.directory, self._to_stage())

    def preflight_backup(self) -> None:
        """Raise the ProblemError that `back_up` would raise, as far as that can be known without writing."""
        from .preflight import check_backups

        check_backups(self.directory, self._has_nothing_to_back_up())

    def back_up(self, backups: 'Backups', attributes: 'Optional[Attributes]', outside: 'Digests') -> Optional[str]:
        """Return the path of a backup of the active set, None where there is nothing to back up. Raises ProblemError."""
        from .backup_handover import hand_over
        from .backups import BACKUPS
        from .unreadable_files import unread_in

        try:
            hand_over(self.directory)
            if self._has_nothing_to_back_up():
                return None
            self._is_backing_up = True
            others = [name for name in backups.trust_of(self.before) if MANAGED.match(name) and name not in self.desired.trust]
            self.unread.update(unread_in(read_current_files(self.directory, filter(self.directory.has_file, others))))
            with acting_as(self.directory.owner):
                self.backup = backups.back_up(self.before, attributes, outside, self.unread)
                self._new_backup, self._to_move = backups.new_backup, backups.to_move
                return self.backup
        except OSError as error:
            self._new_backup = backups.new_backup
            raise write_failed(error, self.directory.path_of(BACKUPS), self.directory.server)

    def discard_backup(self) -> None:
        """Remove the backup of a set that stays active."""
        if self._is_backing_up and not self._moved:
            with acting_as(self.directory.owner):
                self._backups().discard(self._new_backup)

    def _backups(self) -> 'Backups':
        from .backups import Backups

        return Backups(self.directory)

    def _has_nothing_to_back_up(self) -> bool:
        is_link = self.before is not None and self.before.is_link
        return is_link or (self.before is None and self.desired.config is None)

    def commit(self) -> None:
        """Activate the staged set. Raises ProblemError; the old set is active then."""
        try:
            with acting_as(self.directory.owner):
                sync_directory(self.directory.fd)
                self._install(MARKER)
                self.is_marked = True
                self._move_unread_away()
                for name in sorted([*self.staged, *self.desired.unread], key=lambda name: name == CONFIG_NAME):
                    if name == CONFIG_NAME:
                        sync_directory(self.directory.fd)  # the files that it names are on the disk before it is
                    self._install(name)
                if self.desired.config is None and self.before is not None and CONFIG_NAME not in self._moved:
                    sync_directory(self.directory.fd)  # the marker is on the disk before
                    os.unlink(CONFIG_NAME, dir_fd=self.directory.fd)
                self._moved.clear()
                self._sync_switch()
        except OSError as error:
            self._undo()
            raise write_failed(error, self.directory.path, self.directory.server)
        finally:
            self.discard()

    def _undo(self) -> None:
        """Undo the steps before a switch that failed."""
        self._move_unread_back()
        for name in self._restored:
            try:
                self._backups().move(name, self.source)
            except OSError:  # no configuration names it
                pass
        for name in [MARKER, *self._new]:
            if name not in self.staged:
                self._remove(name)
        self.is_marked = False

    def _install(self, name: str) -> None:
        """Move a file to its final name."""
        if name in self.staged:
            os.rename(fs_bytes(self.staged[name]), fs_bytes(name), src_dir_fd=self.directory.fd, dst_dir_fd=self.directory.fd)
            del self.staged[name]
        elif name in self.drift:
            self._backups().move(name, self.source, back=True)
            self._restored.append(name)

    def _move_unread_away(self) -> None:
        """Move unread files into their backup where they could not be linked there.

        They are missing for the moment until the new ones are in place. For sendmemo that makes no difference: it runs as the
        user who can't read them.
        """
        for name in self._to_move:
            self._backups().move(name, self.backup or '')
            self._moved.append(name)

    def _move_unread_back(self) -> None:
        for name in list(self._moved):
            try:
                self._backups().move(name, self.backup or '', back=True)
                self._moved.remove(name)
            except OSError:  # it stays in its backup
                pass

    def _sync_switch(self) -> None:
        """The switch is done, and an error here does not undo it."""
        try:
            sync_directory(self.directory.fd)
        except OSError:
            pass

    def discard(self) -> None:
        """Remove what was staged and not installed."""
        for name in list(self.staged):
            self._remove(self.staged.pop(name))

    def leftovers(self) -> List[str]:
        """Return the names of files that nobody needs any more."""
        from .leftovers import leftover_names

        return leftover_names(self.directory, self.desired, self.referenced)

    def clean(self) -> None:
        """Remove the leftovers, once the switch is on the disk: until then a power loss restores what needs them.

        Raises OSError, ProblemError.
        """
        leftovers = self.leftovers()
        if leftovers:
            sync_directory(self.directory.fd)
        permanent = [name for name in leftovers if self._remove(name)]
        self.is_clean = set(self.leftovers()) <= set(permanent)  # listed again: the first list may have been incomplete

    def _remove(self, name: str) -> bool:
        """Return whether it can't be removed."""
        try:
            with acting_as(self.directory.owner):
                os.unlink(fs_bytes(name), dir_fd=self.directory.fd)
        except OSError as error:
            return is_permanent(error)
        return False
