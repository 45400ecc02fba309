# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A server's set: its configuration and the trust files that it names, as they are wanted and as they are."""

import grp
import hashlib
import os
import pwd
import re
import stat
from typing import Callable, Container, Dict, Iterable, List, NamedTuple, Optional, Tuple

from .config_file import parse
from .config_lines import COMMENT, SETTING, Line, read_lines
from .keywords import BY_NAME, CONFIG_NAME
from .problems import Problem, ProblemError
from .working_dir import WorkingDir, acting_as, read_file

# A managed trust file's name carries its content's hash: so the rename of the configuration, which names it, is the
# only switch, and a reader never finds a configuration with another's CA.
MANAGED = re.compile(r'^sendmemo-(?:ca|crl)-[0-9a-f]{16}\.pem$')
HIGHEST_ID = 0xfffffffe  # uid_t and gid_t have 32 bits, and chown(2) takes the highest for "leave it as it is"
_COMMENTED_OUT = re.compile(r'[;#][;#\s]*(\w+)\s*=')


def trust_file_name(kind: str, content: bytes) -> str:
    """Return the name of a managed trust file; `kind` is 'ca' or 'crl'."""
    return 'sendmemo-%s-%s.pem' % (kind, hashlib.sha256(content).hexdigest()[:16])


class WantedSet(NamedTuple):
    """What a server's files are to be. `config` None means that there is to be no configuration."""

    config: Optional[bytes]
    trust: Dict[str, bytes]  # managed trust files, by name
    uid: int
    gid: int
    mode: int


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
    """A file as it is: no `content` where it is a link."""

    content: Optional[bytes]
    status: os.stat_result


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


def find_files(directory: WorkingDir, names: Iterable[str]) -> Dict[str, Optional[FoundFile]]:
    """Return the files as they are, by name, None for one that isn't there.

    Raises ProblemError unsafe_path for a directory, pipe or device, and file_not_readable.
    """
    statuses = {name: directory.status_of(name) for name in names}
    found: Dict[str, Optional[FoundFile]] = {}
    refused: Dict[str, ProblemError] = {}
    with acting_as(directory.owner):  # once for all of them: it takes longer than to read a file
        for name, status in statuses.items():
            if status is None:
                found[name] = None
                continue
            try:
                found[name] = FoundFile(None, status) if stat.S_ISLNK(status.st_mode) else FoundFile(*directory.read_file(name))
            except ProblemError as error:
                if error.problem.code != 'file_not_readable':
                    raise
                refused[name] = error
    for name, refusal in refused.items():
        found[name] = _opened_by_root(directory, name, refusal)
    return found


def _opened_by_root(directory: WorkingDir, name: str, refused: ProblemError) -> FoundFile:
    """Return a file that its directory's owner can't read: a mode that keeps the owner out is drift to correct.

    Root looks only into a file that is the owner's own, who could have opened it to himself: another's might be a secret that
    was moved here to be copied. For any other what was `refused` is raised.
    """
    if os.geteuid() != 0:
        raise refused
    content, status = read_file(name, server=directory.server, dir_fd=directory.fd, shown=directory.path_of(name))
    if status.st_uid != directory.owner.uid:
        raise refused
    return FoundFile(content, status)


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


def _rights(path: str, status: os.stat_result, wanted: WantedSet) -> List[Drift]:
    found = []
    if status.st_uid != wanted.uid:
        found.append(Drift(path, 'owner', None, _user(status.st_uid), _user(wanted.uid)))
    if status.st_gid != wanted.gid:
        found.append(Drift(path, 'group', None, _group(status.st_gid), _group(wanted.gid)))
    mode = stat.S_IMODE(status.st_mode)
    if mode != wanted.mode:
        found.append(Drift(path, 'mode', None, '%04o' % mode, '%04o' % wanted.mode))
    return found


def _keywords(path: str, before: bytes, after: bytes) -> List[Drift]:
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


def _removable(directory: WorkingDir, name: str) -> str:
    """Return the path of a file. Raises ProblemError unsafe_path for a directory."""
    path, status = directory.path_of(name), directory.status_of(name)
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise ProblemError(Problem('unsafe_path', '%s is a directory.' % path, server=directory.server, file=path))
    return path


def compare(directory: WorkingDir, wanted: WantedSet) -> Tuple[Dict[str, List[Drift]], Optional[FoundFile]]:
    """Return the drift of each file that differs, by its name, and the configuration as it is.

    A trust file that is missing because its keyword differs is that keyword's drift, so its own list is empty.
    """
    path = directory.path_of(CONFIG_NAME)
    files = find_files(directory, [CONFIG_NAME] + sorted(wanted.trust))
    found = files[CONFIG_NAME]
    drift: Dict[str, List[Drift]] = {}
    if wanted.config is None:
        for name in ([CONFIG_NAME] if found else []) + sorted(filter(MANAGED.match, directory.names())):
            drift[name] = [Drift(_removable(directory, name), 'extra')]
        return drift, found
    named: set = set()
    if found is None:
        differences = [Drift(path, 'missing')]
    elif found.content is None:
        differences = [Drift(path, 'link')]
    else:
        differences = _rights(path, found.status, wanted)
        if found.content != wanted.config:
            differences = _keywords(path, found.content, wanted.config) + differences
        given = parse(found.content, path).given
        named = {given.get('CAFile'), given.get('CrlFile')}
    if differences:
        drift[CONFIG_NAME] = differences
    for name, content in sorted(wanted.trust.items()):
        trust_path, trust = directory.path_of(name), files[name]
        if trust is None:
            drift[name] = [Drift(trust_path, 'missing')] if name in named else []
        elif trust.content is None:
            drift[name] = [Drift(trust_path, 'link')]
        else:
            differences = _rights(trust_path, trust.status, wanted)
            if trust.content != content:
                digests = [hashlib.sha256(data).hexdigest()[:16] for data in (trust.content, content)]
                differences.insert(0, Drift(trust_path, 'changed', None, 'sha256 ' + digests[0], 'sha256 ' + digests[1]))
            if differences:
                drift[name] = differences
    return drift, found
