# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The marker of an observation: which set a server is put back to, whatever happens to the run that observes it.

It is written before the first trial replaces anything, once the backup that it names is complete, and before each trial: it also
has the digests of the configurations of the last trial and the next one. Only while one of these is active is there anything to
be put back: whoever has changed the server since is right.
"""

import hashlib
import os
import re
from typing import NamedTuple, Optional, Tuple

from ..config.keywords import CONFIG_NAME
from ..files.working_dir import WorkingDir, fs_bytes, sync_directory
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .backup_set import SET, BackupSet
from .backups import Backups
from .change_marker import MARKER as UNFINISHED
from .set_files import CurrentFile, read_current_file

MARKER = 'sendmemo-ssl.observation'
NOTHING = 'none'  # in place of a digest: there is no configuration
_LARGEST = 512  # bytes
_WORDS = 4
_DIGEST = re.compile(r'(?:[0-9a-f]{64}|none)\Z')


class Observation(NamedTuple):
    """The name of the backup to return to, the digest of the configuration in it, and those of the last and the next trial."""

    backup: str
    digest: str
    trials: Tuple[str, ...]


def digest_of(config: Optional[CurrentFile]) -> str:
    return NOTHING if config is None else digest_of_content(config.content or b'')


def digest_of_content(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_observation(directory: WorkingDir) -> Optional[Observation]:
    """Return what the marker says, None where there is none. Raises ProblemError for one that was not written here."""
    if directory.status_of(MARKER) is None:
        return None
    words = directory.read_file(MARKER, _LARGEST)[0].decode('ascii', 'replace').split()
    if len(words) != _WORDS or not SET.match(words[0]) or not all(map(_DIGEST.match, words[1:])):
        path = directory.path_of(MARKER)
        message = '%s does not say which set the server is to be put back to.' % path
        hint = (
            'Inspect it and the backups beside it; put the server back with sendmemo_config or sendmemo_rollback, and remove it.'
        )
        raise ProblemError(Problem('unsafe_path', message, hint, server=directory.server, file=path))
    return Observation(words[0], words[1], tuple(words[2:]))


def write_observation(directory: WorkingDir, observation: Observation) -> None:
    """Write the marker, whole or not at all, and onto the disk. Raises OSError."""
    temporary = '.%s.%s.new' % (MARKER, os.urandom(8).hex())
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with acting_as(directory.owner):
        fd = os.open(fs_bytes(temporary), flags, 0o600, dir_fd=directory.fd)
        with os.fdopen(fd, 'wb') as stream:
            stream.write(' '.join((observation.backup, observation.digest, *observation.trials)).encode('ascii') + b'\n')
            stream.flush()
            os.fsync(fd)
        os.rename(temporary, MARKER, src_dir_fd=directory.fd, dst_dir_fd=directory.fd)
        sync_directory(directory.fd)


def remove_markers(directory: WorkingDir) -> None:
    """Remove the marker, those that a killed run left unfinished, and first that of the last trial's change. Raises OSError."""
    unfinished = [name for name in directory.names() if name.startswith('.%s.' % MARKER) and name.endswith('.new')]
    with acting_as(directory.owner):
        for name in (UNFINISHED, *unfinished, MARKER):
            if directory.status_of(name) is not None:
                os.unlink(fs_bytes(name), dir_fd=directory.fd)


def is_of_a_trial(directory: WorkingDir, observation: Observation) -> bool:
    """Return whether the active configuration is one of a trial."""
    return digest_of(read_current_file(directory, CONFIG_NAME)) in observation.trials


def backup_to_return_to(directory: WorkingDir, observation: Observation) -> BackupSet:
    """Return the backup. To be called with the owner's rights. Raises ProblemError no_previous_set."""
    backups = Backups(directory)
    for backup in backups.newest_first():
        if backup.name == observation.backup:
            return backup
    raise backups.unusable(observation.backup, 'it is gone')
