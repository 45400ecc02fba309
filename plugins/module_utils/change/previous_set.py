# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The set that a rollback restores: which of the backups it is, and what its files have to be.

It is the newest one that differs from the active set. The active set is backed up in turn and is the newest backup
then, so that a second rollback returns to it.
"""

import hashlib
from typing import Dict, Iterable, Optional, Sequence, Tuple

from ..config.keywords import BY_NAME, CONFIG_NAME, FILE_KEYWORDS
from ..config.lines import Line
from ..config.parser import ConfigFile, parse
from ..config.rules import check_config
from ..files.working_dir import WorkingDir
from ..problems import ProblemError
from .backup_set import Attributes, BackupSet, Digests
from .backups import Backups, name_beside
from .set_files import MANAGED, DesiredSet, trust_file_name


def choose(backups: Iterable[BackupSet], digests: Optional[Digests], attributes: Attributes) -> Optional[BackupSet]:
    """Return the newest backup that differs from the active set, None where there is none.

    `digests` are those of the active set, None for what is not a set; `attributes` are the active ones. An attribute that was
    unset, or whose active value is not known, makes no difference.
    """
    for backup in backups:
        changed = [name for name, value in backup.attributes.items() if value and attributes.get(name, value) != value]
        if backup.unread or backup.digests != digests or changed:
            return backup
    return None


def desired_set_of(directory: WorkingDir, backups: Backups, backup: BackupSet, uid: int, gid: int, mode: int) -> DesiredSet:
    """Return what the files have to be for a backup to be the active set. To be called with the owner's rights.

    A trust file that still is where the set names it, with the same content, stays; any other gets a managed name, which
    replaces the old one in the configuration. Raises ProblemError no_previous_set, or the first error of the configuration.
    """
    unread = {name: status for name, status in backup.unread.items() if status is not None}
    if CONFIG_NAME in unread:
        trust = {name: backups.content(backup, name) for name in backup.digests}
        return DesiredSet(b'', trust, uid, gid, mode, unread)
    if not backup.digests:
        return DesiredSet(None, {}, uid, gid, mode)
    config = parse(backups.content(backup, CONFIG_NAME), '%s/%s' % (backup.path, CONFIG_NAME))
    for problem in check_config(config):
        if problem.is_error:
            raise ProblemError(problem)
    lines, trust = _with_files(config, directory, backups, backup)
    return DesiredSet(b''.join(line.raw for line in lines), trust, uid, gid, mode, unread)


def _with_files(
    config: ConfigFile, directory: WorkingDir, backups: Backups, backup: BackupSet
) -> Tuple[Sequence[Line], Dict[str, bytes]]:
    """Return the configuration's lines with the names that its trust files get, and by these names what has to be written."""
    lines: Sequence[Line] = config.lines
    trust = {}
    for keyword in FILE_KEYWORDS:
        name = name_beside(directory, config.given.get(keyword, ''))
        if name not in backup.digests:
            continue
        content = backups.content(backup, name)
        managed = trust_file_name(BY_NAME[keyword].option, content)
        if name != managed:
            if _is_there(directory, name, backup.digests[name]):
                continue
            lines = [_with_value(line, managed) if line.keyword == keyword else line for line in lines]
        trust[managed] = content
    return lines, trust


def _is_there(directory: WorkingDir, name: str, digest: str) -> bool:
    try:
        content, _status = directory.read_file(name)
    except ProblemError:
        return False
    # A file of a managed name with another content would be removed, or corrected, by the next run.
    return not MANAGED.match(name) and hashlib.sha256(content).hexdigest() == digest


def _with_value(line: Line, value: str) -> Line:
    """Return a setting's line with another value and nothing else changed."""
    head, equals, rest = line.raw.partition(b'=')
    old = rest.strip(b' \t\r\n')
    before, _old, after = rest.partition(old)
    return line._replace(raw=head + equals + before + value.encode('ascii') + after, value=value)
