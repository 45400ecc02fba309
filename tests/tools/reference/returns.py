# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Return values that several modules share: written in one of them, copied into the others by `make reference`.

A comment stands above a copy, `# As MODULE: PATH`, with the keys to it from the top of that module's RETURN. What follows the
comment, a key with all that is indented below it, is replaced.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

COPY = re.compile(r'( *)# As (\w+): ([\w.]+)')


def with_copies(name: str, texts: t.Mapping[str, str]) -> str:
    """Return the text of a module's file with its copies as they are in the modules that they come from, all by name."""
    lines = texts[name].split('\n')
    for number in reversed(range(len(lines))):
        match = COPY.fullmatch(lines[number])
        if match:
            copied = _find(texts[match[2]].split('\n'), match[3].split('.'))
            shift = len(match[1]) - _indent(copied[0])
            lines[number + 1 : _end(lines, number + 1)] = [' ' * (_indent(line) + shift) + line.lstrip() for line in copied]
    return '\n'.join(lines)


def modules_with_copies(directory: Path) -> dict[Path, str]:
    """Return the text of each module's file that has copies."""
    texts = {path.stem: path.read_text('utf-8') for path in sorted(directory.glob('*.py'))}
    return {directory / f'{name}.py': with_copies(name, texts) for name in texts if '# As ' in texts[name]}


def _find(lines: list[str], keys: list[str]) -> list[str]:
    """Return the lines of a key of RETURN, with all below it."""
    start, end = lines.index('RETURN = r"""') + 1, len(lines)
    for depth, key in enumerate(keys):
        start = lines.index(f'{"  " * depth}{key}:', start, end)
        end = _end(lines, start)
        if depth < len(keys) - 1:
            start += 1
    return lines[start:end]


def _end(lines: list[str], start: int) -> int:
    """Return where the block ends that begins with a key."""
    inner = (
        number for number in range(start + 1, len(lines)) if lines[number] and _indent(lines[number]) <= _indent(lines[start])
    )
    return next(inner)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
