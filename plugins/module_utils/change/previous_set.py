# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The set that a rollback puts back: which of the backups it is, and what its files are to be.

It is the newest one that differs from the set in force. The set in force is kept in its turn and is the newest backup
then, so that a second rollback returns to it.
"""

import hashlib
from typing import Iterable, Optional

from ..config.keywords import CONFIG_NAME, KEYWORDS
from ..config.lines import Line
from ..config.parser import parse
from ..config.rules import check_config
from ..files.working_dir import WorkingDir
from ..problems import ProblemError
from .backups import Attributes, Backups, Digests, KeptSet, name_beside
from .drift import MANAGED, WantedSet, trust_file_name


def choose(kept: Iterable[KeptSet], digests: Optional[Digests], attributes: Attributes) -> Optional[KeptSet]:
    """Return the newest set that differs from the one in force, None where there is none.

    `digests` is None for what is no set of ours; `attributes` are those in force. One that was unset, or whose value in
    force is not known, makes no difference.
    """
    for one in kept:
        changed = [name for name, value in one.attributes.items() if value and name in attributes and value != attributes[name]]
        if one.unread or one.digests != digests or changed:
            return one
    return None


def wanted_set(directory: WorkingDir, backups: Backups, kept: KeptSet, uid: int, gid: int, mode: int) -> WantedSet:
    """Return what the files have to be for a kept set to be in force. To be called with the owner's rights.

    A trust file that lies where the set names it, with the same content, stays; any other gets a managed name, and the
    configuration's line that one. Raises ProblemError no_previous_set, or the first error of the configuration itself.
    """
    unread = {name: status for name, status in kept.unread.items() if status is not None}
    if CONFIG_NAME in unread:
        trust = {name: backups.content(kept, name) for name in kept.digests}
        return WantedSet(b'', trust, uid, gid, mode, unread)
    if not kept.digests:
        return WantedSet(None, {}, uid, gid, mode)
    read = parse(backups.content(kept, CONFIG_NAME), '%s/%s' % (kept.path, CONFIG_NAME))
    for problem in check_config(read):
        if problem.is_error:
            raise ProblemError(problem)
    lines = read.lines
    trust = {}
    for keyword in KEYWORDS:
        value = read.given.get(keyword.name, '') if keyword.kind == 'file' else ''
        name = name_beside(directory, value)
        if name in kept.digests:
            content = backups.content(kept, name)
            managed = trust_file_name(keyword.option, content)
            if name == managed:
                trust[managed] = content
            elif not _lies_there(directory, name, kept.digests[name]):
                trust[managed] = content
                lines = [_with_value(line, managed) if line.keyword == keyword.name else line for line in lines]
    return WantedSet(b''.join(line.raw for line in lines), trust, uid, gid, mode, unread)


def _lies_there(directory: WorkingDir, name: str, digest: str) -> bool:
    try:
        content, _status = directory.read_file(name)
    except ProblemError:
        return False
    # Under a managed name other content than the name says would be removed, or corrected, by the next run.
    return not MANAGED.match(name) and hashlib.sha256(content).hexdigest() == digest


def _with_value(line: Line, value: str) -> Line:
    """Return a setting's line with another value, and all else as it is."""
    head, equals, rest = line.raw.partition(b'=')
    old = rest.strip(b' \t\r\n')
    before, _old, after = rest.partition(old)
    return line._replace(raw=head + equals + before + value.encode('ascii') + after, value=value)
