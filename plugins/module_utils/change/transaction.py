# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Changes a server's files together: everything is staged under names that nobody reads, then renamed.

The order makes every instant safe: trust files first, under names that the old configuration does not use (or with
exactly the content that it was given), then the configuration, whose rename is the switch. Files are never changed in
place, so a hard link of somebody's is not followed either. What a killed run leaves is removed by the next one.
"""

import errno
import os
import re
from typing import Callable, Container, Dict, List, Optional, Set

from ..config.keywords import CONFIG_NAME
from ..config.lines import LARGEST
from ..config.parser import parse
from ..files.directory_lock import DirectoryLock
from ..files.permissions import drop_acl
from ..files.working_dir import WorkingDir, fs_bytes, is_for_good, sync_directory
from ..problems import Problem, ProblemError
from ..program.rights import Identity, acting_as
from ..program.watchdog import Watchdog
from .backup_owner import give, is_of_another, look_at
from .backups import BACKUPS, Attributes, Backups, Digests, is_ours
from .drift import MANAGED, Drift, FoundFile, WantedSet, compare, few_of, find_files
from .unfinished import CONVERGE, MARK, ROLLBACK, is_marked, mark_of, need_room_for_mark
from .unreadable_files import unread_among

_STAGED = re.compile(r'^\.sendmemo-(?:ssl\.(?:cfg|unfinished)|(?:ca|crl)-[0-9a-f]{16}\.pem)\.[0-9a-f]{16}\.new$')


def write_failed(error: OSError, path: str, server: Optional[str]) -> ProblemError:
    """Return the problem that a failed change is."""
    return ProblemError(
        Problem('write_failed', '%s could not be written: %s.' % (path, error.strerror or error), server=server, file=path)
    )


class Transaction:
    """One server's change: `lock`, `compare`, `stage`, `keep`, then `commit` or `discard`, at the end `clean` and `close`."""

    def __init__(self, directory: WorkingDir, wanted: WantedSet, watchdog: Watchdog) -> None:
        self.directory = directory
        self.wanted = wanted
        self.drift: Dict[str, List[Drift]] = {}
        self.before: Optional[FoundFile] = None
        self.unread: Dict[str, FoundFile] = {}  # what is to be replaced though it was not read
        self.staged: Dict[str, str] = {}
        self.source = ''  # the backup that unread files come out of
        self.backup: Optional[str] = None  # and the one that they go into
        self._is_keeping = False
        self._made: Optional[str] = None  # that one, where it is no older one
        self._to_move: List[str] = []
        self._moved: List[str] = []
        self._taken: List[str] = []  # of the unread files those that came out of their backup
        self.needed: Callable[[], Container[str]] = tuple  # managed trust files that others name
        self._new: List[str] = []  # trust files that are not there yet
        self.by = CONVERGE
        self.is_marked = False
        self.is_clean = False  # whether nothing is left to be removed
        self._left_mark: Optional[os.stat_result] = None  # where other runs were let in before the answer is given
        self._lock = DirectoryLock(directory)
        watchdog.at_end.append(self.discard)

    def lock(self) -> bool:
        """Take the directory's lock if it is free; return whether other runs are kept out now. Raises ProblemError."""
        return self._lock.acquire()

    def locked_out(self) -> Problem:
        """Return the problem that another run keeps this one out."""
        return self._lock.is_held()

    def let_in(self) -> None:
        """Let other runs in before the answer is given: the mark, where there is one, stays until then."""
        self.discard()
        self._left_mark = self.directory.status_of(MARK) if self.is_marked else None
        self._lock.release()

    def close(self) -> None:
        """Remove what was staged and is not in force, and the mark of a change that is finished; let other runs in."""
        self.discard()
        if self.is_marked and self.is_clean and self._may_unmark():
            self._remove(MARK)
        self._lock.release()

    def _may_unmark(self) -> bool:
        """Return whether no other run has made the mark its own since it was let in, nor can now."""
        left = self._left_mark
        if left is None:
            return True
        try:
            found = self.directory.status_of(MARK) if self.lock() else None
        except (OSError, ProblemError):
            return False
        return found is not None and os.path.samestat(found, left) and found.st_mtime_ns == left.st_mtime_ns

    def compare(self) -> List[Drift]:
        """Find what differs from the wanted set, and return it; where nothing does, whether an earlier run was not finished."""
        self.drift, files = compare(self.directory, self.wanted, self.needed)
        self.before = files[CONFIG_NAME]
        self.unread = unread_among({name: found for name, found in files.items() if name in self.drift})
        if self.drift:
            need_room_for_mark(self.directory)
        by = (CONVERGE, ROLLBACK) if not self.drift else ()
        self.is_marked = any(is_marked(self.directory, self.wanted.config, one) for one in by)
        self._new = [name for name in self.wanted.trust if files[name] is None]
        return [one for name in sorted(self.drift, key=lambda name: name != CONFIG_NAME) for one in self.drift[name]]

    def _contents(self) -> Dict[str, bytes]:
        if self.wanted.config is None:
            return {}
        contents = dict(self.wanted.trust, **{CONFIG_NAME: self.wanted.config})
        return {name: content for name, content in contents.items() if name not in self.wanted.unread}

    def stage(self) -> None:
        """Write each file that differs under a name that nobody reads, complete to its rights. Raises ProblemError."""
        contents = {name: content for name, content in self._contents().items() if name in self.drift}
        contents[MARK] = mark_of(self.wanted.config, self.by)
        for name, content in contents.items():
            try:
                self.staged[name] = self._write(name, content)
            except OSError as error:
                self.discard()
                path = self.directory.path if name == MARK else self.directory.path_of(name)
                raise write_failed(error, path, self.directory.server)

    def foresee(self) -> None:
        """Raise the ProblemError that a run would raise in this directory, as far as it can be told without writing."""
        here = self.directory
        names = [name for name in self._contents() if name in self.drift]
        with acting_as(here.owner):
            _need_to_write(here, here.fd, here.path_of(names[0]) if names else here.path)

    def foresee_keeping(self) -> None:
        """Raise the ProblemError that `keep` would raise, as far as it can be told without writing."""
        here, path = self.directory, self.directory.path_of(BACKUPS)
        if is_of_another(here):
            look_at(here)
        elif not self._has_nothing_to_keep():
            try:
                with acting_as(here.owner):
                    top = Backups(here).open()
                    try:
                        _need_to_write(here, top, path)
                    finally:
                        os.close(top)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise write_failed(error, path, here.server)

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
            if (status.st_uid, status.st_gid) != (self.wanted.uid, self.wanted.gid):
                os.fchown(fd, self.wanted.uid, self.wanted.gid)
            os.fchmod(fd, self.wanted.mode)
            os.fsync(fd)
        finally:
            os.close(fd)
        return temporary

    def _creator(self) -> Identity:
        """Return who creates staged files: the directory's owner, unless they are to be another's.

        He would keep a descriptor that he can write through, or a link, when they are given away.
        """
        if self.wanted.uid == self.directory.owner.uid:
            return self.directory.owner
        return Identity(os.geteuid(), os.getegid(), tuple(os.getgroups()))

    def keep(self, backups: Backups, attributes: Optional[Attributes], outside: Digests) -> Optional[str]:
        """Return the path of a backup of the set in force, None where there is nothing to keep. Raises ProblemError."""
        try:
            give(self.directory)
            if self._has_nothing_to_keep():
                return None
            self._is_keeping = True
            others = [name for name in backups.trust_of(self.before) if MANAGED.match(name) and name not in self.wanted.trust]
            self.unread.update(unread_among(find_files(self.directory, filter(self.directory.has_file, others))))
            with acting_as(self.directory.owner):
                self.backup = backups.keep(self.before, attributes, outside, self.unread)
                self._made, self._to_move = backups.made, backups.to_move
                return self.backup
        except OSError as error:
            self._made = backups.made
            raise write_failed(error, self.directory.path_of(BACKUPS), self.directory.server)

    def drop_backup(self) -> None:
        """Remove the backup of a set that stays in force."""
        if self._is_keeping and not self._moved:
            with acting_as(self.directory.owner):
                Backups(self.directory).drop(self._made)

    def _has_nothing_to_keep(self) -> bool:
        is_link = self.before is not None and self.before.is_link
        return is_link or (self.before is None and self.wanted.config is None)

    def commit(self) -> None:
        """Make the staged set the one in force. Raises ProblemError; the old set is in force then."""
        try:
            with acting_as(self.directory.owner):
                sync_directory(self.directory.fd)
                self._put(MARK)
                self.is_marked = True
                self._move_away()
                for name in sorted([*self.staged, *self.wanted.unread], key=lambda name: name == CONFIG_NAME):
                    if name == CONFIG_NAME:
                        sync_directory(self.directory.fd)  # the files that it names are there before it is
                    self._put(name)
                if self.wanted.config is None and self.before is not None and CONFIG_NAME not in self._moved:
                    sync_directory(self.directory.fd)  # the mark is there before
                    os.unlink(CONFIG_NAME, dir_fd=self.directory.fd)
                self._moved.clear()
                self._sync_what_is_in_force()
        except OSError as error:
            self._take_back()
            raise write_failed(error, self.directory.path, self.directory.server)
        finally:
            self.discard()

    def _take_back(self) -> None:
        """Undo what was done before a switch that failed."""
        self._move_back()
        for name in self._taken:
            try:
                Backups(self.directory).move(name, self.source)
            except OSError:  # nothing names it
                pass
        for name in [MARK, *self._new]:
            if name not in self.staged:
                self._remove(name)
        self.is_marked = False

    def _put(self, name: str) -> None:
        """Put a file in its place."""
        if name in self.staged:
            os.rename(fs_bytes(self.staged[name]), fs_bytes(name), src_dir_fd=self.directory.fd, dst_dir_fd=self.directory.fd)
            del self.staged[name]
        elif name in self.drift:
            Backups(self.directory).move(name, self.source, back=True)
            self._taken.append(name)

    def _move_away(self) -> None:
        """Move unread files into their backup where they could not have a second name there.

        For the moment until the new ones are there the files are missing. To sendmemo that is the same: it runs as the one who
        can't read them.
        """
        for name in self._to_move:
            Backups(self.directory).move(name, self.backup or '')
            self._moved.append(name)

    def _move_back(self) -> None:
        for name in list(self._moved):
            try:
                Backups(self.directory).move(name, self.backup or '', back=True)
                self._moved.remove(name)
            except OSError:  # it stays in its backup
                pass

    def _sync_what_is_in_force(self) -> None:
        """The switch is done, and an error here does not undo it."""
        try:
            sync_directory(self.directory.fd)
        except OSError:
            pass

    def discard(self) -> None:
        """Remove what was staged and is not in force."""
        for name in list(self.staged):
            self._remove(self.staged.pop(name))

    def leftovers(self) -> List[str]:
        """Return the names of what nobody needs: staged files of a killed run, managed trust files that nothing names."""
        names = [name for name in self.directory.names() if name not in self.wanted.trust]
        managed = [name for name in names if MANAGED.match(name)]
        staged = [name for name in names if _STAGED.match(name)]
        named = _named_in_force(self.directory) if managed else None
        if named is None:
            return staged
        kept = Backups(self.directory).newest()
        unneeded = [name for name in managed if name not in named and name not in self.needed()]
        first = {*kept.digests, *kept.unread} if kept is not None else ()
        return staged + [name for name in few_of(unneeded, first) if is_ours(self.directory, name, kept)]

    def clean(self) -> None:
        """Remove the leftovers, once the switch is on the disk: until then a power loss brings back what needs them.

        Raises OSError, ProblemError.
        """
        leftovers = self.leftovers()
        if leftovers:
            sync_directory(self.directory.fd)
        stay = [name for name in leftovers if self._remove(name)]
        self.is_clean = set(self.leftovers()) <= set(stay)  # another look: the first one may have failed to see something

    def _remove(self, name: str) -> bool:
        """Return whether it can't be removed."""
        try:
            with acting_as(self.directory.owner):
                os.unlink(fs_bytes(name), dir_fd=self.directory.fd)
        except OSError as error:
            return is_for_good(error)
        return False


def _need_to_write(directory: WorkingDir, fd: int, path: str) -> None:
    """Raise ProblemError where who acts now can't make files in an open directory; `path` is what he would fail at."""
    if os.fstatvfs(fd).f_flag & os.ST_RDONLY:
        raise write_failed(OSError(errno.EROFS, os.strerror(errno.EROFS)), path, directory.server)
    if os.access in os.supports_effective_ids and not os.access('.', os.W_OK | os.X_OK, dir_fd=fd, effective_ids=True):
        raise write_failed(OSError(errno.EACCES, os.strerror(errno.EACCES)), path, directory.server)


def _named_in_force(directory: WorkingDir) -> Optional[Set[str]]:
    """Return the trust files that the configuration in force names; None where that can't be told."""
    if directory.status_of(CONFIG_NAME) is None:
        return set()
    try:
        content, _status = directory.read_file(CONFIG_NAME)
    except ProblemError:
        return None
    if len(content) > LARGEST:
        return None
    given = parse(content, CONFIG_NAME).given
    # A file of ours may be named by its full path as well.
    return {os.path.basename(given[name]) for name in ('CAFile', 'CrlFile') if name in given}
