# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Words of the vocabulary that the code spells out are words of the vocabulary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import SEVERITIES, STAGES

PLUGINS = Path(__file__).resolve().parents[3] / 'plugins'


def spelled_out(argument: str) -> Iterator[tuple[str, str]]:
    """Yield each text that is given as a keyword argument of this name, with where that is."""
    for file in sorted(PLUGINS.rglob('*.py')):
        for node in ast.walk(ast.parse(file.read_text('utf-8'))):
            for keyword in node.keywords if isinstance(node, ast.Call) else ():
                if keyword.arg == argument and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
                    yield f'{file.relative_to(PLUGINS)}:{keyword.value.lineno}', keyword.value.value


@pytest.mark.parametrize(('argument', 'words'), [('stage', STAGES), ('severity', ('', *SEVERITIES))], ids=['stage', 'severity'])
def test_every_word_that_is_spelled_out_is_known(argument: str, words: tuple[str, ...]):
    assert {place: word for place, word in spelled_out(argument) if word not in words} == {}


def test_some_stages_are_spelled_out():
    assert len(dict(spelled_out('stage'))) > 5
