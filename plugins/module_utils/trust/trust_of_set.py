# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files of a set, current or desired, for the controller, which can examine certificates and CRLs."""

import hashlib
from typing import Dict, Mapping, NamedTuple, Optional

from ..config.keywords import BY_NAME, CONFIG_NAME, FILE_KEYWORDS
from ..config.parser import parse
from ..config.rules import value_problem
from ..files.working_dir import MAX_FILE, WorkingDir
from ..problems import ProblemError
from .trust_file import HostBlocks, read_confined


class SetFile(NamedTuple):
    """A trust file of a set: its present or future path, its content, and whether it is elsewhere and not managed."""

    path: str
    data: bytes
    is_outside: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


SetFiles = Dict[str, SetFile]  # by keyword


def set_files(directory: WorkingDir, config: Optional[bytes], new: Mapping[str, bytes], host: HostBlocks) -> SetFiles:
    """Return the trust files that a configuration names; `new` has those that are not written yet, by name.

    A file that can't be read is left out: its problems are reported elsewhere. No more is read than `host` has left.
    """
    files = {}
    given = parse(config or b'', CONFIG_NAME).given
    for keyword in FILE_KEYWORDS:
        value = given.get(keyword, '')
        if not value or value_problem(BY_NAME[keyword], value, CONFIG_NAME):
            continue
        if value in new:
            files[keyword] = SetFile(directory.path_of(value), new[value], False)
            continue
        try:
            file = read_confined(directory, value, min(MAX_FILE, max(0, host.left)))
        except (OSError, ProblemError):
            continue
        files[keyword] = SetFile(file.path, file.data, value.startswith('/'))
    return files
