# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the modules' RETURN has from `return_parts`: `make reference` writes it.

In a RETURN stands the comment `# From return_parts: NAME`. The keys behind it that the part has are replaced, each with all that
is indented below it.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from .return_parts import PARTS, Facts
from .yaml_text import yaml_lines

MARK = re.compile(r'( *)# From return_parts: ([\w ]+)')


def with_parts(text: str, parts: t.Mapping[str, Facts] = PARTS) -> str:
    """Return the text of a module's file with its parts as the table has them."""
    lines = text.split('\n')
    for number in reversed(range(len(lines))):
        mark = MARK.fullmatch(lines[number])
        if mark:
            part, end = parts[mark[2]], number + 1
            while any(lines[end].startswith(f'{mark[1]}{key}:') for key in part):
                end = _end(lines, end)
            lines[number + 1 : end] = yaml_lines(part, len(mark[1]))
    return '\n'.join(lines)


def modules_with_parts(directory: Path) -> dict[Path, str]:
    """Return the text of each module's file that has parts."""
    texts = {path: path.read_text('utf-8') for path in sorted(directory.glob('*.py'))}
    return {path: with_parts(text) for path, text in texts.items() if '# From return_parts: ' in text}


def _end(lines: list[str], start: int) -> int:
    """Return where the block ends that begins with a key."""
    inner = (
        number for number in range(start + 1, len(lines)) if lines[number] and _indent(lines[number]) <= _indent(lines[start])
    )
    return next(inner)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
