# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift: how the active files of a server differ from the desired ones."""

import hashlib
import os
import re
import stat
from typing import Callable, Container, Dict, List, Optional, Tuple

from ..config.keywords import BY_NAME, CONFIG_NAME, FILE_KEYWORDS
from ..config.lines import COMMENT, SETTING, Line, read_lines
from ..config.parser import parse
from ..files.permissions import group_name
from ..files.working_dir import WorkingDir
from ..messages.change import CHANGED, EXTRA, GROUP, LINK, MISSING, MODE, OWNER, TEXT, Drift
from ..program.rights import user_name
from .set_files import (
    MANAGED,
    CurrentFile,
    CurrentFiles,
    DesiredSet,
    first_managed,
    is_named_for,
    read_current_file,
    read_current_files,
)

_COMMENTED_OUT = re.compile(r'[;#][;#\s]*(\w+)\s*=')
_POSITIONS = {name: position for position, name in enumerate(BY_NAME)}


def compare(
    directory: WorkingDir, desired: DesiredSet, referenced: Callable[[], Container[str]]
) -> Tuple[Dict[str, List[Drift]], CurrentFiles]:
    """Return the drift of each file that differs, by its name, and the files as they are.

    Where there is to be no set, managed trust files are no drift if they are `referenced` by other servers. A trust file that is
    missing because its keyword differs is that keyword's drift, so its own list is empty.
    """
    files = read_current_files(directory, [CONFIG_NAME] + sorted({*desired.trust, *desired.unread}))
    named = _named(files[CONFIG_NAME], desired)
    if desired.config is None:
        return _extra(directory, files[CONFIG_NAME], named, referenced), files
    drift: Dict[str, List[Drift]] = {}
    for name, file in files.items():
        if name in desired.unread:
            differences = _against_unread(directory.path_of(name), file, desired.unread[name])
        else:
            content, compared = (desired.config, _keywords) if name == CONFIG_NAME else (desired.trust[name], _digest)
            differences = _against(directory.path_of(name), file, desired, content, compared)
        if differences:
            drift[name] = differences if file or name == CONFIG_NAME or name in named else []
    return drift, files


def _named(config: Optional[CurrentFile], desired: DesiredSet) -> Container[Optional[str]]:
    """Return the trust files that the active configuration names, all desired ones where it is not read."""
    if config is None or config.content is None:
        return {*desired.trust, *desired.unread}
    given = parse(config.content, CONFIG_NAME).given
    return {given.get(keyword) for keyword in FILE_KEYWORDS}


def _extra(
    directory: WorkingDir,
    config: Optional[CurrentFile],
    named: Container[Optional[str]],
    referenced: Callable[[], Container[str]],
) -> Dict[str, List[Drift]]:
    names = first_managed(filter(MANAGED.match, directory.names()), named)
    managed = sorted(name for name in names if _is_managed(directory, name))
    needed = referenced() if managed else ()
    names = ([CONFIG_NAME] if config else []) + [name for name in managed if name not in needed]
    return {name: [Drift(directory.path_of(name), EXTRA)] for name in names}


def _is_managed(directory: WorkingDir, name: str) -> bool:
    """Return whether a trust file is managed, by its content."""
    file = read_current_file(directory, name) if directory.has_file(name) else None
    return file is not None and file.content is not None and is_named_for(file.content, name)


def _against(
    path: str,
    file: Optional[CurrentFile],
    desired: DesiredSet,
    content: bytes,
    compared: Callable[[str, bytes, bytes], List[Drift]],
) -> List[Drift]:
    """Return the drift of one file from its desired `content`, by `compared` where it was read."""
    if file is None:
        return [Drift(path, MISSING)]
    if file.is_link:
        return [Drift(path, LINK)]
    rights = _rights(path, file.status, desired.uid, desired.gid, desired.mode)
    return rights + [Drift(path, TEXT)] if file.content is None else compared(path, file.content, content) + rights


def _against_unread(path: str, file: Optional[CurrentFile], backup: os.stat_result) -> List[Drift]:
    """Return the drift of a file from one in a backup that was not read."""
    if file is None:
        return [Drift(path, MISSING)]
    if os.path.samestat(file.status, backup):
        return []
    return _rights(path, file.status, backup.st_uid, backup.st_gid, stat.S_IMODE(backup.st_mode)) + [Drift(path, TEXT)]


def _rights(path: str, status: os.stat_result, uid: int, gid: int, mode: int) -> List[Drift]:
    drift = []
    if status.st_uid != uid:
        drift.append(Drift(path, OWNER, None, user_name(status.st_uid), user_name(uid)))
    if status.st_gid != gid:
        drift.append(Drift(path, GROUP, None, group_name(status.st_gid), group_name(gid)))
    before = stat.S_IMODE(status.st_mode)
    if before != mode:
        drift.append(Drift(path, MODE, None, '%04o' % before, '%04o' % mode))
    return drift


def _keywords(path: str, before: bytes, after: bytes) -> List[Drift]:
    if before == after:
        return []
    old, new = ({line.keyword: line.value for line in read_lines(content) if line.kind == SETTING} for content in (before, after))
    drift = []
    for name in sorted(set(old) | set(new), key=lambda name: (_POSITIONS.get(name, len(_POSITIONS)), name)):
        if old.get(name) != new.get(name):
            kind = MISSING if name not in old else EXTRA if name not in new else CHANGED
            drift.append(Drift(path, kind, name, old.get(name), new.get(name)))
    differing = {difference.keyword for difference in drift}
    if _other_lines(before, differing) != _other_lines(after, differing):
        drift.append(Drift(path, TEXT))
    return drift


def _other_lines(content: bytes, differing: Container[Optional[str]]) -> List[bytes]:
    """Return the lines without those of the keywords that differ, whether set or commented out."""
    return [line.raw for line in read_lines(content) if line.keyword not in differing and _commented_out(line) not in differing]


def _commented_out(line: Line) -> str:
    match = _COMMENTED_OUT.match(line.text) if line.kind == COMMENT else None
    return match.group(1) if match else ''


def _digest(path: str, before: bytes, after: bytes) -> List[Drift]:
    if before == after:
        return []
    digests = ['sha256 ' + hashlib.sha256(data).hexdigest()[:16] for data in (before, after)]
    return [Drift(path, CHANGED, None, *digests)]
