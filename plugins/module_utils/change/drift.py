# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A server's set: its configuration and the trust files that it names, as they are wanted and as they are."""

import grp
import hashlib
import os
import pwd
import re
import stat
from typing import Any, Callable, Container, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from ..config.keywords import BY_NAME, CONFIG_NAME
from ..config.lines import COMMENT, SETTING, Line, read_lines
from ..config.parser import parse
from ..files.permissions import read_problem
from ..files.working_dir import WorkingDir, read_file
from ..problems import Problem, ProblemError
from ..program.rights import acting_as

# A managed trust file's name carries its content's hash: so the rename of the configuration, which names it, is the
# only switch, and a reader never finds a configuration with another's CA.
MANAGED = re.compile(r'^sendmemo-(ca|crl)-[0-9a-f]{16}\.pem$')
HIGHEST_ID = 0xFFFFFFFE  # uid_t and gid_t have 32 bits, and chown(2) takes the highest for "leave it as it is"
MOST_LOOKED_INTO = 32  # files of managed names, of which a directory's owner may have made many
_COMMENTED_OUT = re.compile(r'[;#][;#\s]*(\w+)\s*=')


def trust_file_name(kind: str, content: bytes) -> str:
    """Return the name of a managed trust file; `kind` is 'ca' or 'crl'."""
    return 'sendmemo-%s-%s.pem' % (kind, hashlib.sha256(content).hexdigest()[:16])


def is_named_for(content: bytes, name: str) -> bool:
    """Return whether a managed trust file has the content that its name says."""
    match = MANAGED.match(name)
    return match is not None and name == trust_file_name(match.group(1), content)


class WantedSet(NamedTuple):
    """What a server's files are to be. `config` None means that there is to be no configuration.

    `unread` has the files that come out of a backup as they went into it, by name; they have no content here.
    """

    config: Optional[bytes]
    trust: Dict[str, bytes]  # managed trust files, by name
    uid: int
    gid: int
    mode: int
    unread: Mapping[str, os.stat_result] = {}


class Drift(NamedTuple):
    """One difference: of a keyword or a file; `kind` is missing, changed, extra, text, owner, group, mode or link."""

    file: str
    kind: str
    keyword: Optional[str] = None
    before: Optional[str] = None
    after: Optional[str] = None

    def as_dict(self) -> Dict[str, str]:
        return {key: value for key, value in self._asdict().items() if value is not None}


class FoundFile(NamedTuple):
    """A file as it is: no `content` where it is a link, or is not read."""

    content: Optional[bytes]
    status: os.stat_result

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)

    @property
    def is_unread(self) -> bool:
        """Whether it has more than is read, or the owner of the directory can't read it."""
        return self.content is None and not self.is_link


FoundFiles = Dict[str, Optional[FoundFile]]  # by name


def _number(name: str, lookup: Callable[[str], int], what: str, server: str) -> int:
    try:
        if not re.match(r'[0-9]+\Z', name):
            return lookup(name)
        if int(name) <= HIGHEST_ID:
            return int(name)
        raise KeyError(name)
    except KeyError:
        raise ProblemError(
            Problem(
                'invalid_value',
                'This host has no %s %s.' % (what, name),
                'Create it, or give another %s.' % what,
                server=server,
                value=name,
            )
        )


def file_owner(directory: WorkingDir, owner: Optional[str], group: Optional[str], server: str) -> Tuple[int, int]:
    """Return uid and gid for the files: of the names or numbers given, else the working directory's."""
    uid, gid = directory.status.st_uid, directory.status.st_gid
    if owner:
        uid = _number(owner, lambda name: pwd.getpwnam(name).pw_uid, 'user', server)
    if group:
        gid = _number(group, lambda name: grp.getgrnam(name).gr_gid, 'group', server)
    return uid, gid


def check_rights(directory: WorkingDir, uid: int, gid: int, mode: int, declared: Mapping[str, Any]) -> None:
    """Raise ProblemError where the server's user, who owns the working directory, could not read files with these rights."""
    problem = read_problem(uid, gid, mode, directory.owner, declared)
    if problem is not None:
        raise ProblemError(problem._replace(server=directory.server, file=directory.path))


def find_files(directory: WorkingDir, names: Iterable[str]) -> FoundFiles:
    """Return the files as they are, by name, None for one that isn't there.

    Raises ProblemError unsafe_path for a directory, pipe or device, and file_not_readable where a read fails.
    """
    statuses = {name: directory.status_of(name) for name in names}
    found: FoundFiles = {}
    refused: List[str] = []
    with acting_as(directory.owner):  # once for all of them: it takes longer than to read a file
        for name, status in statuses.items():
            if status is None:
                found[name] = None
                continue
            try:
                found[name] = FoundFile(None, status) if stat.S_ISLNK(status.st_mode) else FoundFile(*directory.read_file(name))
            except ProblemError as error:
                if not is_kept_from_reading(error):
                    raise
                refused.append(name)
    for name in refused:
        found[name] = _not_read(directory, name)
    return found


def is_kept_from_reading(error: ProblemError) -> bool:
    """Return whether a file was not read because of its rights or its size: a read that failed is another thing."""
    cause = error.__context__
    return error.problem.code == 'file_not_readable' and (cause is None or isinstance(cause, PermissionError))


def _not_read(directory: WorkingDir, name: str) -> Optional[FoundFile]:
    """Return a file that its directory's owner can't read.

    Root looks only into a file that is the owner's own, who could have opened it to himself: another's might be a secret that
    was moved here to be copied.
    """
    path, status = directory.path_of(name), directory.status_of(name)
    if status is None:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise ProblemError(Problem('unsafe_path', '%s is not a regular file.' % path, server=directory.server, file=path))
    if os.geteuid() != 0 or status.st_uid != directory.owner.uid:
        return FoundFile(None, status)
    try:
        content, opened = read_file(name, server=directory.server, dir_fd=directory.fd, shown=path)
    except ProblemError as error:
        if not is_kept_from_reading(error):
            raise
        return FoundFile(None, status)
    return FoundFile(content if opened.st_uid == directory.owner.uid else None, opened)


def find_file(directory: WorkingDir, name: str) -> Optional[FoundFile]:
    """Return one file as `find_files` does."""
    return find_files(directory, [name])[name]


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _rights(path: str, status: os.stat_result, uid: int, gid: int, mode: int) -> List[Drift]:
    found = []
    if status.st_uid != uid:
        found.append(Drift(path, 'owner', None, _user(status.st_uid), _user(uid)))
    if status.st_gid != gid:
        found.append(Drift(path, 'group', None, _group(status.st_gid), _group(gid)))
    before = stat.S_IMODE(status.st_mode)
    if before != mode:
        found.append(Drift(path, 'mode', None, '%04o' % before, '%04o' % mode))
    return found


def _keywords(path: str, before: bytes, after: bytes) -> List[Drift]:
    if before == after:
        return []
    old, new = ({line.keyword: line.value for line in read_lines(content) if line.kind == SETTING} for content in (before, after))
    found = []
    for name in sorted(
        set(old) | set(new), key=lambda name: (list(BY_NAME).index(name) if name in BY_NAME else len(BY_NAME), name)
    ):
        if old.get(name) != new.get(name):
            kind = 'missing' if name not in old else 'extra' if name not in new else 'changed'
            found.append(Drift(path, kind, name, old.get(name), new.get(name)))
    differing = {one.keyword for one in found}
    if _text_beside(before, differing) != _text_beside(after, differing):
        found.append(Drift(path, 'text'))
    return found


def _text_beside(content: bytes, differing: Container[Optional[str]]) -> List[bytes]:
    """Return the lines that say nothing of the keywords that differ, whether set or commented out."""
    return [line.raw for line in read_lines(content) if line.keyword not in differing and _commented_out(line) not in differing]


def _commented_out(line: Line) -> str:
    found = _COMMENTED_OUT.match(line.text) if line.kind == COMMENT else None
    return found.group(1) if found else ''


def compare(
    directory: WorkingDir, wanted: WantedSet, needed: Callable[[], Container[str]]
) -> Tuple[Dict[str, List[Drift]], FoundFiles]:
    """Return the drift of each file that differs, by its name, and the files as they are.

    Where there is to be no set, the managed trust files stay that are `needed` by others. A trust file that is missing because
    its keyword differs is that keyword's drift, so its own list is empty.
    """
    files = find_files(directory, [CONFIG_NAME] + sorted({*wanted.trust, *wanted.unread}))
    named = _named(files[CONFIG_NAME], wanted)
    if wanted.config is None:
        return _extra(directory, files[CONFIG_NAME], named, needed), files
    drift: Dict[str, List[Drift]] = {}
    for name, found in files.items():
        if name in wanted.unread:
            differences = _against_kept(directory.path_of(name), found, wanted.unread[name])
        else:
            content, compared = (wanted.config, _keywords) if name == CONFIG_NAME else (wanted.trust[name], _digest)
            differences = _against(directory.path_of(name), found, wanted, content, compared)
        if differences:
            drift[name] = differences if found or name == CONFIG_NAME or name in named else []
    return drift, files


def few_of(names: Iterable[str], first: Container[Optional[str]]) -> List[str]:
    """Return MOST_LOOKED_INTO of managed names at most, those that are in `first` before any other."""
    return sorted(names, key=lambda name: (name not in first, name))[:MOST_LOOKED_INTO]


def _extra(
    directory: WorkingDir, config: Optional[FoundFile], named: Container[Optional[str]], needed: Callable[[], Container[str]]
) -> Dict[str, List[Drift]]:
    names = few_of(filter(MANAGED.match, directory.names()), named)
    managed = sorted(name for name in names if _is_managed(directory, name))
    kept = needed() if managed else ()
    names = ([CONFIG_NAME] if config else []) + [name for name in managed if name not in kept]
    return {name: [Drift(directory.path_of(name), 'extra')] for name in names}


def _is_managed(directory: WorkingDir, name: str) -> bool:
    """Return whether a trust file is one of ours, by its content."""
    found = find_file(directory, name) if directory.has_file(name) else None
    return found is not None and found.content is not None and is_named_for(found.content, name)


def _named(config: Optional[FoundFile], wanted: WantedSet) -> Container[Optional[str]]:
    """Return the wanted trust files that the configuration in force names, all of them where that can't be told."""
    if config is None or config.content is None:
        return {*wanted.trust, *wanted.unread}
    given = parse(config.content, CONFIG_NAME).given
    return {given.get('CAFile'), given.get('CrlFile')}


def _against(
    path: str,
    found: Optional[FoundFile],
    wanted: WantedSet,
    content: bytes,
    compared: Callable[[str, bytes, bytes], List[Drift]],
) -> List[Drift]:
    """Return the drift of one file from its wanted `content`; what is read of it is `compared`."""
    if found is None:
        return [Drift(path, 'missing')]
    if found.is_link:
        return [Drift(path, 'link')]
    rights = _rights(path, found.status, wanted.uid, wanted.gid, wanted.mode)
    return rights + [Drift(path, 'text')] if found.content is None else compared(path, found.content, content) + rights


def _against_kept(path: str, found: Optional[FoundFile], kept: os.stat_result) -> List[Drift]:
    """Return the drift of a file from one that nobody has read."""
    if found is None:
        return [Drift(path, 'missing')]
    if os.path.samestat(found.status, kept):
        return []
    return _rights(path, found.status, kept.st_uid, kept.st_gid, stat.S_IMODE(kept.st_mode)) + [Drift(path, 'text')]


def _digest(path: str, before: bytes, after: bytes) -> List[Drift]:
    if before == after:
        return []
    digests = ['sha256 ' + hashlib.sha256(data).hexdigest()[:16] for data in (before, after)]
    return [Drift(path, 'changed', None, *digests)]
