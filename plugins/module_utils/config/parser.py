# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo-ssl.cfg as a whole: what it says and what is in force. What is wrong with it is judged in config_rules."""

from typing import Dict, List

from .keywords import BY_NAME, defaults
from .lines import SETTING, Line, read_lines


class ConfigFile:
    """A configuration that was read. `bytes()` of it is what was read, byte for byte.

    `given` has what the file sets of the known keywords, of a duplicate the last, `settings` what is in force, defaults
    included: keyword to text, a value in UTF-8 where it is, other bytes as PEP 383 keeps them.
    """

    def __init__(self, lines: List[Line], file: str) -> None:
        self.file = file
        self.lines = lines
        self.given: Dict[str, str] = {
            line.keyword: line.value for line in lines if line.kind == SETTING and line.keyword in BY_NAME
        }
        self.settings: Dict[str, str] = dict(defaults(), **self.given)

    def __bytes__(self) -> bytes:
        return b''.join(line.raw for line in self.lines)

    def line_of(self, keyword: str) -> int:
        """Return the number of the line whose value is in force, 0 where the default is."""
        return next((line.number for line in reversed(self.lines) if line.keyword == keyword), 0)


def parse(data: bytes, file: str) -> ConfigFile:
    """Return the configuration in `data`; `file` is its name in the problems. Any bytes are read, nothing is raised."""
    return ConfigFile(read_lines(data), file)
