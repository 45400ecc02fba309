# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files of a set, the one in force or the one that is wanted: for the controller, which can look into them."""

import hashlib
from typing import Dict, Mapping, NamedTuple, Optional

from ..config.keywords import CONFIG_NAME, KEYWORDS
from ..config.parser import parse
from ..config.rules import value_problem
from ..files.working_dir import MAX_FILE, WorkingDir
from ..problems import ProblemError
from .trust_file import HostBlocks, read_trust_file


class SetFile(NamedTuple):
    """A trust file of a set: where it lies, or will, its content, and whether it lies elsewhere and is not managed."""

    path: str
    data: bytes
    is_outside: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


SetFiles = Dict[str, SetFile]  # by keyword


def set_files(directory: WorkingDir, config: Optional[bytes], wanted: Mapping[str, bytes], host: HostBlocks) -> SetFiles:
    """Return the trust files that a configuration names; `wanted` has those that are not there yet, by name.

    One that can't be read is left out: what is wrong with it is told elsewhere. At most what `host` has left is read.
    """
    found = {}
    given = parse(config or b'', CONFIG_NAME).given
    for keyword in KEYWORDS:
        value = given.get(keyword.name, '')
        if keyword.kind != 'file' or not value or value_problem(keyword, value, CONFIG_NAME):
            continue
        if value in wanted:
            found[keyword.name] = SetFile(directory.path_of(value), wanted[value], False)
            continue
        try:
            file = read_trust_file(directory, value, min(MAX_FILE, max(0, host.left)))
        except (OSError, ProblemError):
            continue
        found[keyword.name] = SetFile(file.path, file.data, value.startswith('/'))
    return found
