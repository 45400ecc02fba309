# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How text is laid out on a terminal: lines no wider than it, and columns. In a pipe a paragraph stays one line."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import typing as t

NARROWEST = 40


def columns() -> int:
    """Return the width of the terminal, or of COLUMNS; 0 if the output goes elsewhere and nothing limits it."""
    if not sys.stdout.isatty() and not os.environ.get('COLUMNS'):
        return 0
    return max(NARROWEST, shutil.get_terminal_size().columns)


def paragraph(text: str, indent: str = '', hanging: str = '') -> list[str]:
    """Return a text in lines, each after the indent; all but the first also after what hangs further."""
    width = columns()
    if not width:
        return [indent + text]
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(rows: t.Sequence[t.Sequence[str]], indent: str = '') -> list[str]:
    """Return rows in columns, each as wide as its widest cell; a line that is too wide for the terminal ends with its edge."""
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [_cut(indent + line.rstrip(), columns()) for line in lines]


def _cut(line: str, width: int) -> str:
    return line if not width or len(line) <= width else line[: width - 1] + '…'
