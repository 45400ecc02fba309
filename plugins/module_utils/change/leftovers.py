# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files in a working directory that nobody needs: staged files of a killed run, and trust files that nothing references."""

import hashlib
import os
import re
from typing import Callable, Container, List, Optional, Set

from ..config.keywords import CONFIG_NAME, FILE_KEYWORDS
from ..config.lines import LARGEST
from ..config.parser import parse
from ..files.working_dir import WorkingDir
from ..problems import ProblemError
from .backup_set import BackupSet
from .backups import Backups
from .set_files import MANAGED, DesiredSet, first_managed, is_named_for, read_current_file
from .unreadable_files import are_same

_STAGED = re.compile(r'^\.sendmemo-(?:ssl\.(?:cfg|unfinished)|(?:ca|crl)-[0-9a-f]{16}\.pem)\.[0-9a-f]{16}\.new$')


def leftover_names(directory: WorkingDir, desired: DesiredSet, referenced: Callable[[], Container[str]]) -> List[str]:
    """Return the names of the leftovers; trust files that are `referenced` by other servers are none. Raises ProblemError."""
    names = [name for name in directory.names() if name not in desired.trust]
    managed = [name for name in names if MANAGED.match(name)]
    staged = [name for name in names if _STAGED.match(name)]
    active = _active_trust_files(directory) if managed else None
    if active is None:
        return staged
    backup = Backups(directory).newest()
    unneeded = [name for name in managed if name not in active and name not in referenced()]
    first = {*backup.digests, *backup.unread} if backup is not None else ()
    return staged + [name for name in first_managed(unneeded, first) if _is_managed(directory, name, backup)]


def _active_trust_files(directory: WorkingDir) -> Optional[Set[str]]:
    """Return the trust files that the active configuration names; None where it can't be read."""
    if directory.status_of(CONFIG_NAME) is None:
        return set()
    try:
        content, _status = directory.read_file(CONFIG_NAME)
    except ProblemError:
        return None
    if len(content) > LARGEST:
        return None
    given = parse(content, CONFIG_NAME).given
    # A managed file may be named by its full path as well.
    return {os.path.basename(given[keyword]) for keyword in FILE_KEYWORDS if keyword in given}


def _is_managed(directory: WorkingDir, name: str, backup: Optional[BackupSet]) -> bool:
    """Return whether a file with a managed name is managed: its content is what the name says, or what the newest backup has."""
    file = read_current_file(directory, name) if directory.has_file(name) else None
    if file is None:
        return False
    if file.content is None:
        return backup is not None and name in backup.unread and are_same({name: backup.unread[name]}, {name: file})
    is_backed_up = backup is not None and backup.digests.get(name) == hashlib.sha256(file.content).hexdigest()
    return is_backed_up or is_named_for(file.content, name)
