# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sets that were replaced: each a directory of its own under `sendmemo-ssl.backups` in the working directory.

A set is a copy of the configuration, of the trust files that lie beside it, and a manifest.json:
`{"format": 1, "taken": UTC time, "files": {name: {"sha256", "mode", "uid", "gid"}}, "settings": {keyword: text},
"attributes": {name: value}, "outside": {path: sha256}}`. A file that could not be read is no copy but the file itself, with its
rights, and has `"unread": true` for its sum. A set without files is that of a server that had no configuration;
`attributes` has the server's own where they belong to the set, a value null where it was unset; `outside` the trust files that
lie elsewhere and that the set which took its place names, as they were judged. Who owns the working directory can change
all of it, so that it is believed no more than the set in force.
"""

import hashlib
import itertools
import json
import os
import re
import stat
import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..files.working_dir import WorkingDir, fs_bytes, is_for_good, names_in, open_directory, read_file, sync_directory
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .drift import MANAGED, FoundFile, find_file, is_kept_from_reading, is_named_for
from .unreadable_files import UNREAD, Kept, Unread, are_same, kept_in, link_into, move

BACKUPS = 'sendmemo-ssl.backups'
MANIFEST = 'manifest.json'
LARGEST_MANIFEST = 1 << 14  # bytes
# Whoever owns the directory can lay down as many sets as he likes: what lies beyond these numbers goes unread.
MOST_READ = 25  # sets that are looked through for the previous one
READ_BEYOND = 20  # sets, beside those that stay, that are looked through for one that differs
MOST_REMOVED = 500  # sets that one run removes; the next goes on
MOST_FILES = 16  # in a set of ours
MOST_MANAGED = 8  # trust files that are kept with a configuration that can't be read for their names
SET = re.compile(r'^\d{8}T\d{6}Z-\d{4}$')
UNFINISHED = re.compile(r'^\.[0-9a-f]{16}\.new$')
_DIGEST = re.compile('[0-9a-f]{64}')

Digests = Dict[str, str]  # of each file, by its name
Attributes = Dict[str, Optional[str]]  # of the server, by name; None = unset


class KeptSet(NamedTuple):
    """A backup, as its manifest says: no `digests` where there was no configuration."""

    name: str
    path: str
    digests: Digests
    attributes: Attributes
    outside: Digests  # by path
    unread: Kept = {}

    @property
    def is_emptied(self) -> bool:
        """Whether an unread file was moved out of it, to be put back, or never came to be in it."""
        return None in self.unread.values()


class Backups:
    """The backups of one server. Used with the rights of the directory's owner.

    `made` is the path of a set that `keep` made, None where an older one served; `to_move` are the files that the set lacks
    until they are moved there, which is for the commit.
    """

    def __init__(self, directory: WorkingDir) -> None:
        self.directory = directory
        self.made: Optional[str] = None
        self.to_move: List[str] = []

    def digests_of(self, found: Optional[FoundFile]) -> Optional[Digests]:
        """Return what a set is known by, whose configuration is `found`; None for a link, which is no set."""
        if found is None:
            return {}
        return None if found.content is None else _digests(self._files(found))

    def keep(
        self, found: Optional[FoundFile], attributes: Optional[Attributes], outside: Digests, unread: Optional[Unread] = None
    ) -> str:
        """Return the path of a complete copy of the set in force, whose configuration is `found`, None where there is none.

        Of `unread` files it holds the files themselves. The newest backup serves where it is the same set already: a run may
        have been killed between keeping and changing. Raises OSError, ProblemError.
        """
        unread = unread or {}
        files = self._files(found) if found is not None else {}
        top = self._open(create=True)
        try:
            sets = _names(top)
            newest = self._kept(top, sets[-1]) if sets else None
            if newest is not None and _is_known(newest, _digests(files), attributes or {}, unread):
                return newest.path
            name = '%s-%04d' % (time.strftime('%Y%m%dT%H%M%SZ', time.gmtime()), (int(sets[-1][-4:]) + 1) % 10000 if sets else 1)
            if sets and name <= sets[-1]:  # the clock was put back: the order of the names stays that of the sets
                name = '%s-%04d' % (sets[-1][:16], (int(sets[-1][-4:]) + 1) % 10000)
            temporary = '.%s.new' % os.urandom(8).hex()
            os.mkdir(temporary, 0o700, dir_fd=top)
            try:
                fd = _open_directory(top, temporary)
                try:
                    self.to_move = link_into(self.directory, unread, fd)
                    _fill(fd, files, _manifest(found, files, attributes, outside, unread))
                finally:
                    os.close(fd)
                os.rename(temporary, name, src_dir_fd=top, dst_dir_fd=top)
                self.made = self._path(name)
            except (OSError, ProblemError):
                _remove_tree(top, temporary)
                raise
            sync_directory(top)
            return self._path(name)
        finally:
            os.close(top)

    def clean(self, most: int) -> bool:
        """Remove the oldest sets beyond `most`, and what a killed run did not finish; return whether all of it is gone.

        One set that differs from the one in force stays, however old, for a rollback to go to: of those that are read.
        """

        def surplus(top: int) -> List[str]:
            names = _names(top)
            newest, older = names[-most:], names[:-most]
            if not older:
                return []
            in_force = self.digests_of(find_file(self.directory, CONFIG_NAME))

            def differs(name: str) -> bool:
                kept = self._kept(top, name)
                return kept is not None and not kept.is_emptied and kept.digests != in_force

            if any(map(differs, reversed(newest))):
                return older
            read = older[-READ_BEYOND:]
            needed = next(filter(differs, reversed(read)), None)
            return [name for name in (older if needed else read) if name != needed]

        return self._remove(surplus)

    def remove(self, kept: KeptSet) -> bool:
        """Remove a set that is in force again, and what a killed run did not finish; return whether all of it is gone."""
        return self._remove(lambda _top: [kept.name])

    def remove_unfinished(self) -> None:
        """Remove what a killed run did not finish."""
        self._remove(lambda _top: [])

    def newest(self) -> Optional[KeptSet]:
        """Return the newest set, None where there is none that can be read. Takes the rights of the directory's owner."""
        try:
            with acting_as(self.directory.owner):
                return next(self.all_sets(), None)
        except ProblemError:
            return None

    def newest_first(self) -> Iterator[KeptSet]:
        """Yield the sets that were replaced, of the newest MOST_READ.

        Raises ProblemError no_previous_set for one whose manifest can't be read.
        """
        return (kept for kept in self.all_sets() if not kept.is_emptied)

    def all_sets(self, most: int = MOST_READ) -> Iterator[KeptSet]:
        """Yield the `most` newest sets, newest first, those that were emptied included. Raises as `newest_first` does."""
        top = self._open_if_there()
        if top is None:
            return
        try:
            for name in reversed(_names(top)[-most:]):
                kept = self._kept(top, name)
                if kept is None:
                    raise self.unusable(name, "%s can't be read" % MANIFEST)
                yield kept
        finally:
            os.close(top)

    def move(self, name: str, kept: str, back: bool = False) -> None:
        """Move a file of the working directory, unread, into the set at the path `kept`, or `back`. Raises OSError."""
        top = self._open(create=False)
        try:
            fd = _open_directory(top, os.path.basename(kept))
            try:
                move(name, *((fd, self.directory.fd) if back else (self.directory.fd, fd)))
            finally:
                os.close(fd)
        finally:
            os.close(top)

    def judged_outside(self) -> Digests:
        """Return the trust files that lie elsewhere, as they were judged for the last change, by path."""
        newest = self.newest()
        return newest.outside if newest is not None else {}

    def content(self, kept: KeptSet, name: str) -> bytes:
        """Return a file of a set, as its manifest says it is. Raises ProblemError no_previous_set for any other."""
        top = self._open_if_there()
        if top is None:
            raise self.unusable(kept.name, 'it is gone')
        try:
            fd = _open_directory(top, kept.name)
            try:
                content, _status = read_file(name, dir_fd=fd, shown=os.path.join(kept.path, name))
            finally:
                os.close(fd)
        except (OSError, ProblemError) as error:
            raise self.unusable(kept.name, str(error))
        finally:
            os.close(top)
        if hashlib.sha256(content).hexdigest() != kept.digests.get(name):
            raise self.unusable(kept.name, '%s is not what its %s says' % (name, MANIFEST))
        return content

    def _remove(self, choose: Callable[[int], List[str]]) -> bool:
        top = self._open_if_there()
        if top is None:
            return True
        try:
            unneeded = self._unneeded(top, choose)
            kept_for_good = [name for name in unneeded[:MOST_REMOVED] if _remove_tree(top, name)]
            # Another look: the first one may have failed to see something. So many are no work of a run that was killed.
            is_done = len(unneeded) > MOST_REMOVED or set(self._unneeded(top, choose)) <= set(kept_for_good)
            self._remove_if_empty(top)
            return is_done
        finally:
            os.close(top)

    def _unneeded(self, top: int, choose: Callable[[int], List[str]]) -> List[str]:
        kept = [self._kept(top, name) for name in _names(top)[-MOST_READ:]]
        names = [name for name in names_in(top) if UNFINISHED.match(name)]
        names += [one.name for one in kept if one is not None and one.is_emptied]
        return [name for name in names + choose(top) if _is_directory(top, name)]

    def _remove_if_empty(self, top: int) -> None:
        if next(names_in(top), None) is None:
            os.rmdir(BACKUPS, dir_fd=self.directory.fd)

    def drop(self, path: Optional[str]) -> None:
        """Remove the set that was just made, None where none came about, and the folder where it was the first."""
        try:
            top = self._open(create=False)
            try:
                if path is not None:
                    _remove_tree(top, os.path.basename(path))
                self._remove_if_empty(top)
            finally:
                os.close(top)
        except (OSError, ProblemError):  # a later change removes it
            pass

    def _path(self, name: str) -> str:
        return os.path.join(self.directory.path, BACKUPS, name)

    def unusable(self, name: str, why: str) -> ProblemError:
        """Return the problem that a backup can't be put back."""
        return ProblemError(
            Problem(
                'no_previous_set',
                "The backup %s can't be put back: %s." % (self._path(name), why.rstrip('.')),
                'Look at it; where it is removed, the one before it is the previous set.',
                server=self.directory.server,
                file=self._path(name),
            )
        )

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

    def open(self) -> int:
        """Return a descriptor of what holds the sets. Raises OSError, ProblemError."""
        return self._open(create=False)

    def _open_if_there(self) -> Optional[int]:
        try:
            return self._open(create=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            path = self.directory.path_of(BACKUPS)
            seen = "%s can't be read: %s." % (path, error.strerror or error)
            raise ProblemError(Problem('file_not_readable', seen, server=self.directory.server, file=path))

    def _kept(self, top: int, name: str) -> Optional[KeptSet]:
        """Return a set as its manifest says, None for a manifest that is none of ours."""
        try:
            fd = _open_directory(top, name)
            try:
                content, _status = read_file(MANIFEST, LARGEST_MANIFEST, dir_fd=fd)
                manifest = json.loads(content.decode('utf-8'))
                if not all(map(_is_file_name, manifest['files'])):
                    return None
                unread = kept_in(fd, manifest['files'])
            finally:
                os.close(fd)
            digests = {file: entry['sha256'] for file, entry in manifest['files'].items() if file not in unread}
            attributes, outside = manifest.get('attributes') or {}, manifest.get('outside') or {}
            are_texts = all(value is None or isinstance(value, str) for value in attributes.values())
            if manifest['format'] != 1 or not are_texts or not all(map(_DIGEST.fullmatch, digests.values())):
                return None
            return KeptSet(name, self._path(name), digests, attributes, dict(outside), unread)
        except (OSError, ProblemError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def _files(self, found: FoundFile) -> Dict[str, Tuple[bytes, os.stat_result]]:
        if found.is_link:
            return {}
        files = {} if found.content is None else {CONFIG_NAME: (found.content, found.status)}
        for name in self.trust_of(found):
            try:
                files[name] = self.directory.read_file(name)
            except ProblemError as error:
                # Where the owner can't read it the set in force is broken; what there is of it is kept. A read that failed
                # just now is another thing: the only copy may be about to go.
                if error.problem.code == 'file_not_readable' and not is_kept_from_reading(error):
                    raise
        return files

    def trust_of(self, found: Optional[FoundFile]) -> List[str]:
        """Return the trust files beside a configuration that it names, or may name where it is not read."""
        if found is None or found.is_link:
            return []
        if found.content is None:
            return sorted(filter(MANAGED.match, self.directory.names()))[:MOST_MANAGED]
        given = parse(found.content, CONFIG_NAME).given
        values = filter(None, (given.get('CAFile'), given.get('CrlFile')))
        return [name for name in (name_beside(self.directory, value) for value in values) if name]


def name_beside(directory: WorkingDir, value: str) -> str:
    """Return the name of the file beside the configuration that a value names, '' for one that lies elsewhere."""
    folder, name = os.path.split(value)
    return name if folder in ('', directory.path) else ''


def _is_file_name(name: str) -> bool:
    try:
        return bool(name) and not set(fs_bytes(name)) & set(b'/\0') and name not in ('.', '..')
    except UnicodeEncodeError:  # half a surrogate pair
        return False


def _is_known(kept: KeptSet, digests: Digests, attributes: Attributes, unread: Unread) -> bool:
    """Return whether a set is this one. Beside an unread configuration there may be trust files that are none of its own."""
    same = kept.digests.items() <= digests.items() if CONFIG_NAME in unread else kept.digests == digests
    return same and kept.attributes == attributes and are_same(kept.unread, unread)


def _names(top: int) -> List[str]:
    return sorted(name for name in names_in(top) if SET.match(name))


def _digests(files: Dict[str, Tuple[bytes, os.stat_result]]) -> Digests:
    return {name: hashlib.sha256(content).hexdigest() for name, (content, _status) in files.items()}


def _manifest(
    found: Optional[FoundFile],
    files: Dict[str, Tuple[bytes, os.stat_result]],
    attributes: Optional[Attributes],
    outside: Digests,
    unread: Unread,
) -> Dict[str, Any]:
    told = {name: dict(_rights(files[name][1]), sha256=digest) for name, digest in _digests(files).items()}
    told.update({name: dict(_rights(file.status), **{UNREAD: True}) for name, file in unread.items()})
    manifest: Dict[str, Any] = {
        'format': 1,
        'taken': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
        'files': told,
        'settings': parse(found.content or b'' if found is not None else b'', CONFIG_NAME).given,
    }
    if attributes:
        manifest['attributes'] = attributes
    if outside:
        manifest['outside'] = outside
    return manifest


def _rights(status: os.stat_result) -> Dict[str, Any]:
    return {'mode': '%04o' % stat.S_IMODE(status.st_mode), 'uid': status.st_uid, 'gid': status.st_gid}


def _encoded(manifest: Dict[str, Any]) -> bytes:
    """Return the manifest's text, without what is too long for it to be read again and needed least."""
    for dropped in ('', 'settings', 'outside'):
        manifest.pop(dropped, None)
        text = json.dumps(manifest, indent=1, sort_keys=True).encode('ascii') + b'\n'
        if len(text) <= LARGEST_MANIFEST:
            break
    return text


def _fill(fd: int, files: Dict[str, Tuple[bytes, os.stat_result]], manifest: Dict[str, Any]) -> None:
    contents = {name: content for name, (content, _status) in files.items()}
    contents[MANIFEST] = _encoded(manifest)
    for name, content in contents.items():
        file_fd = os.open(fs_bytes(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=fd)
        with os.fdopen(file_fd, 'wb') as stream:
            stream.write(content)
            stream.flush()
            os.fsync(file_fd)
    sync_directory(fd)


def _open_directory(top: int, name: str) -> int:
    return open_directory(fs_bytes(name), top)


def _is_directory(top: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _remove_tree(top: int, name: str) -> bool:
    """Remove a set: a directory of few files, nothing deeper; what isn't that is left alone.

    Return whether it can't be removed.
    """
    try:
        fd = _open_directory(top, name)
        try:
            names = list(itertools.islice(names_in(fd), MOST_FILES + 1))
            for file_name in names if len(names) <= MOST_FILES else ():
                os.unlink(fs_bytes(file_name), dir_fd=fd)
        finally:
            os.close(fd)
        os.rmdir(name, dir_fd=top)
    except OSError as error:
        return is_for_good(error)
    return False


def is_ours(directory: WorkingDir, name: str, kept: Optional[KeptSet]) -> bool:
    """Return whether a file with a managed name is managed: its content is what the name says, or what a manifest says."""
    found = find_file(directory, name) if directory.has_file(name) else None
    if found is None:
        return False
    if found.content is None:
        return kept is not None and name in kept.unread and are_same({name: kept.unread[name]}, {name: found})
    is_kept = kept is not None and kept.digests.get(name) == hashlib.sha256(found.content).hexdigest()
    return is_kept or is_named_for(found.content, name)
