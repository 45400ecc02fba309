# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo-ssl.cfg as a whole: its settings, and the effective ones. They are checked in rules."""

from typing import Dict, List

from .keywords import BY_NAME, defaults
from .lines import SETTING, Line, read_lines


class ConfigFile:
    """A configuration that was read. The `raw` of its `lines` joined is what was read, byte for byte.

    `given` has the known keywords that the file sets, of a duplicate the last value, `settings` the effective ones, defaults
    included: keyword to text, a value in UTF-8 where it is, other bytes as PEP 383 keeps them.
    """

    def __init__(self, lines: List[Line], file: str) -> None:
        self.file = file
        self.lines = lines
        self.given: Dict[str, str] = {
            line.keyword: line.value for line in lines if line.kind == SETTING and line.keyword in BY_NAME
        }
        self.settings: Dict[str, str] = dict(defaults(), **self.given)

    def line_of(self, keyword: str) -> int:
        """Return the number of the line whose value is effective, 0 where the default is."""
        return next((line.number for line in reversed(self.lines) if line.keyword == keyword), 0)


def parse(data: bytes, file: str) -> ConfigFile:
    """Return the configuration in `data`; `file` is its name in the problems. Any bytes are read, nothing is raised."""
    return ConfigFile(read_lines(data), file)
