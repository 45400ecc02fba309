# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the demo prints: numbered steps, notes, marked lines and tables; coloured on a terminal only."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
import typing as t

from support.mail_server_process import Mail
from support.playbook import ROOT

WIDTH = min(shutil.get_terminal_size((100, 24)).columns, 120)  # longer lines are hard to read
INDENT = '   '
OUTPUT_WIDTH = WIDTH - len(INDENT) - 2  # behind a bar
COLOURS = {'bold': '1', 'green': '32', 'red': '31', 'yellow': '33', 'cyan': '36', 'dim': '2'}
# How the lines of Ansible's output and of unified diffs begin, and the colour that Ansible gives them.
ANSIBLE = (
    ('ok:', 'green'),
    ('changed:', 'yellow'),
    ('failed:', 'red'),
    ('fatal:', 'red'),
    ('skipping:', 'cyan'),
    ('+', 'green'),
    ('-', 'red'),
    ('@@', 'cyan'),
)


def coloured(text: str, colour: str) -> str:
    """Return the text in a colour, or unchanged if colours are not shown (no terminal, or NO_COLOR is set)."""
    if not sys.stdout.isatty() or os.environ.get('NO_COLOR') or os.environ.get('TERM') == 'dumb':
        return text
    return f'\x1b[{COLOURS[colour]}m{text}\x1b[0m'


def _print(text: str = '') -> None:
    print(text, flush=True)


class Steps:
    """Numbers the steps."""

    def __init__(self) -> None:
        self.number = 0

    def step(self, title: str, *notes: str) -> None:
        """Print the heading of a step, and notes that explain it."""
        self.number += 1
        _print()
        _print(coloured(f'{self.number}. {title}', 'bold'))
        for text in notes:
            note(text)


def note(text: str) -> None:
    """Print a sentence of the demo itself."""
    _print(textwrap.indent(textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False), INDENT))


def command(text: str) -> None:
    """Print a command that is run."""
    _print(f'{INDENT}{coloured("$ " + text, "cyan")}')


def done(text: str) -> None:
    """Print a statement that was checked and is true."""
    first, *more = textwrap.wrap(text, WIDTH - len(INDENT) - 4, break_long_words=False, break_on_hyphens=False)
    _print('\n'.join([f'{INDENT}{coloured("ok", "green")}  {first}', *(f'{INDENT}    {line}' for line in more)]))


def output(printed: str) -> None:
    """Print the output of ansible-playbook without its blank lines, its rows of stars, the directory that paths begin with, and
    the zeros of its recap."""
    for line in printed.replace(f'{ROOT}/', '').splitlines():
        text = re.sub(r' \*{3,}$', '', line.rstrip())
        if ' : ok=' in text:
            text = re.sub(r' +', ' ', re.sub(r' \w+=0', '', text)).rstrip()
        colour = next((colour for start, colour in ANSIBLE if text.startswith(start)), '')
        hanging = ' ' * (len(text) - len(text.lstrip()) + 2)
        for part in textwrap.wrap(text, OUTPUT_WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False):
            _print(f'{INDENT}| {coloured(part, colour) if colour else part}')


def table(head: t.Sequence[str], rows: t.Iterable[t.Sequence[object]]) -> None:
    """Print rows, under a heading if one is given, each column as wide as its longest cell."""
    lines = [[str(cell) for cell in row] for row in ([head] if head else []) + list(rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        text = '  '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        text = text if len(text) <= WIDTH - len(INDENT) else f'{text[: WIDTH - len(INDENT) - 1]}…'
        _print(INDENT + (coloured(text, 'dim') if head and number == 0 else text))


def show_mails(mails: t.Sequence[Mail]) -> None:
    """Print the mails that arrived, one line each."""
    if not mails:
        note('No mail arrived.')
        return
    table(
        ('file', 'port', 'EHLO', 'TLS', 'subject'),
        [(mail.path.name, mail.listener, mail.ehlo, mail.tls_version or 'none', mail.message['Subject']) for mail in mails],
    )
