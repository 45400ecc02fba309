# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The catalogue has the codes that the code raises, each with its meaning and remedy, and no others."""
from __future__ import annotations

import ast
import pathlib
import typing as t

from ansible_collections.printops.infoprint.plugins.module_utils.problems import INFO, WARNINGS
from ansible_collections.printops.infoprint.plugins.plugin_utils.problem_catalogue import CATALOGUE
from ansible_collections.printops.infoprint.plugins.plugin_utils.untrusted import STAGES

PLUGINS = pathlib.Path(__file__).resolve().parents[3] / 'plugins'
ELSEWHERE = ('problem_catalogue.py', 'problems.py')  # they name codes without raising them


def texts_in_code() -> t.Iterator[tuple[pathlib.Path, ast.AST, str]]:
    """Return every text in the code that is no docstring, with the node that it stands in."""
    for path in PLUGINS.rglob('*.py'):
        if path.name in ELSEWHERE or path.parent.name in ('modules', 'doc_fragments'):
            continue
        for node in ast.walk(ast.parse(path.read_text('utf-8'))):
            if not isinstance(node, ast.Expr):
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.Constant) and isinstance(child.value, str):
                        yield path, node, child.value


def test_every_catalogued_code_is_raised_somewhere() -> None:
    assert set(CATALOGUE) - {text for _path, _node, text in texts_in_code()} == set()


def test_every_code_that_is_raised_is_catalogued() -> None:
    for path, node, text in texts_in_code():
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'Problem' and node.args and node.args[0] is not None:
            first = node.args[0]
            if isinstance(first, ast.Constant) and first.value == text:
                assert text in CATALOGUE, path


def test_severities_are_of_codes_that_there_are() -> None:
    assert set(CATALOGUE) >= WARNINGS | INFO
    assert not set(CATALOGUE) & set(STAGES)


def test_meaning_and_remedy_are_sentences() -> None:
    for code, entry in CATALOGUE.items():
        assert entry.meaning.endswith(('.', ')')), code
        assert entry.remedy.endswith(('.', '.pem')), code
