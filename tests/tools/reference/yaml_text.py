# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""YAML as the collection's documentation writes it: mappings, lists of texts that are wrapped, short lists in one line."""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from collections.abc import Iterator

WIDTH = 128
# What needs no quotes, as one word or as a text; everything else is quoted or folded.
WORD = re.compile(r'[A-Za-z/][\w./-]*')
PLAIN = re.compile(r'[A-Za-z](?:[^:#]|:(?! |$)|(?<! )#)*')
NOT_TEXT = re.compile(r'(?:true|false|yes|no|on|off|null|y|n)', re.IGNORECASE)


def yaml_lines(facts: t.Mapping[str, t.Any], indent: int) -> Iterator[str]:
    """Yield the lines of a mapping; a list under `description` has one wrapped text each, another list one line."""
    for name, value in facts.items():
        pad = ' ' * indent
        if isinstance(value, dict):
            yield f'{pad}{name}:'
            yield from yaml_lines(value, indent + 2)
        elif isinstance(value, list) and name in ('description', 'author'):
            yield f'{pad}{name}:'
            for text in value:
                yield from _item(text, indent + 2)
        else:
            yield f'{pad}{name}: {_scalar(value)}'


def literal_lines(name: str, text: str, indent: int) -> Iterator[str]:
    """Yield the lines of a text that keeps its own."""
    yield f'{" " * indent}{name}: |-'
    yield from textwrap.indent(text.strip(), ' ' * (indent + 2)).splitlines()


def _item(text: str, indent: int) -> Iterator[str]:
    """Yield an item of a list: a text as it is where YAML takes it for one, else folded."""
    pad, is_plain = ' ' * indent, PLAIN.fullmatch(text)
    lines = textwrap.wrap(text, WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)
    first = f'{pad}- {lines[0]}' if is_plain else f'{pad}- >-'
    yield first
    yield from (f'{pad}  {line}' for line in (lines[1:] if is_plain else lines))


def _scalar(value: t.Any) -> str:
    if isinstance(value, list):
        return f'[{", ".join(map(_scalar, value))}]'
    if isinstance(value, str) and (PLAIN if ' ' in value else WORD).fullmatch(value) and not NOT_TEXT.fullmatch(value):
        return value
    return json.dumps(value)
