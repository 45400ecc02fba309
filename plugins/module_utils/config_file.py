# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo-ssl.cfg as a whole: what it says, what is in force, and what is wrong with it."""
from typing import Dict, List

from .config_lines import Line, read_lines
from .config_rules import given_settings, judge
from .keywords import defaults
from .problems import Problem


class ConfigFile:
    """A configuration that was read. `bytes()` of it is what was read, byte for byte.

    `given` has what the file sets of the known keywords, `settings` what is in force, defaults included: keyword to
    text, a value in UTF-8 where it is, other bytes as PEP 383 keeps them.
    """

    def __init__(self, lines: List[Line], file: str) -> None:
        self.file = file
        self.lines = lines
        self.given: Dict[str, str] = given_settings(lines)
        self.settings: Dict[str, str] = dict(defaults(), **self.given)
        self.problems: List[Problem] = judge(lines, file)

    def __bytes__(self) -> bytes:
        return b''.join(line.raw for line in self.lines)

    def line_of(self, keyword: str) -> int:
        """Return the number of the line whose value is in force, 0 where the default is."""
        return next((line.number for line in reversed(self.lines) if line.keyword == keyword), 0)


def parse(data: bytes, file: str) -> ConfigFile:
    """Return the configuration in `data`; `file` is its name in the problems. Any bytes are read, nothing is raised."""
    return ConfigFile(read_lines(data), file)
