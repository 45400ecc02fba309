# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The catalogue has the codes that the code raises, each with its meaning and remedy, and no others."""

from __future__ import annotations

import ast
import pathlib
import typing as t

from ansible_collections.printops.infoprint.plugins.module_utils.problems import INFO, WARNINGS
from ansible_collections.printops.infoprint.plugins.module_utils.smtp import refusals as smtp_verdicts
from ansible_collections.printops.infoprint.plugins.module_utils.tls import faults as tls_faults
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import STAGES
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import (
    CATALOGUE,
    DELIVERY,
    GROUPS,
    TARGET_CODES,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.report_codes import REPORT_CODES

PLUGINS = pathlib.Path(__file__).resolve().parents[4] / 'plugins'
ELSEWHERE = ('catalogue.py', 'report_codes.py', 'problems.py')  # they name codes without raising them


def texts_in_code() -> t.Iterator[tuple[pathlib.Path, ast.AST, str]]:
    """Return every text in the code that is no docstring, with the node that contains it."""
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


def code_expressions(tree: ast.AST, makers: set[str]) -> t.Iterator[ast.expr]:
    """Return what is given where a code is expected: in calls of `makers`, as `code=`, and where a variable `code` is set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            of_self = isinstance(node.func, ast.Attribute) and getattr(node.func.value, 'id', '') == 'self'
            if getattr(node.func, 'attr' if of_self else 'id', '') in makers:
                yield from node.args[:1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == 'code')
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == 'code':
                    yield node.value
                elif isinstance(target, ast.Tuple) and getattr(target.elts[0], 'id', '') == 'code':
                    yield from node.value.elts[:1] if isinstance(node.value, ast.Tuple) else ()


def texts_of(expression: ast.expr) -> t.Iterator[str]:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        yield expression.value
    elif isinstance(expression, ast.IfExp):
        yield from (*texts_of(expression.body), *texts_of(expression.orelse))


def codes_in_code() -> t.Iterator[tuple[pathlib.Path, str]]:
    """Return the codes that the code uses, also where a function that takes a `code` first makes the problem."""
    trees = {path: ast.parse(path.read_text('utf-8')) for path in PLUGINS.rglob('*.py') if path.name not in ELSEWHERE}
    makers = {'Problem'} | {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and [one.arg for one in node.args.args if one.arg != 'self'][:1] == ['code']
    }
    assert makers > {'Problem', 'defect', 'refused', '_problem', 'own_problem'}
    for path, tree in trees.items():
        for expression in code_expressions(tree, makers):
            yield from ((path, text) for text in texts_of(expression))


def test_every_code_that_is_raised_is_catalogued() -> None:
    found = list(codes_in_code())
    assert {text for _path, text in found} > {'name_constraint', 'protocol_too_old', 'connection_refused', 'no_shared_cipher'}
    assert [(path.name, text) for path, text in found if text and text not in CATALOGUE] == []


def test_every_code_of_a_table_is_catalogued() -> None:
    tables = (smtp_verdicts.ANYWHERE, smtp_verdicts.BY_STAGE, smtp_verdicts.RECIPIENT, smtp_verdicts.SILENCE)
    codes = {code for table in tables for code, _text in table.values()}
    codes |= set(tls_faults.VERIFY_CODES.values()) | {code for _pattern, code in tls_faults._TEXTS}
    assert len(codes) > 30
    assert codes <= set(CATALOGUE)


def test_severities_are_of_codes_that_there_are() -> None:
    assert set(CATALOGUE) >= WARNINGS | INFO
    assert not set(CATALOGUE) & set(STAGES)


def test_codes_of_the_report_are_no_codes_of_a_target() -> None:
    assert set(REPORT_CODES) == set(GROUPS['The fleet report'])
    own = ('The fleet report', DELIVERY)
    assert {code for heading, group in GROUPS.items() if heading not in own for code in group} == TARGET_CODES


def test_meaning_and_remedy_are_sentences() -> None:
    for code, entry in CATALOGUE.items():
        assert entry.meaning.endswith(('.', ')')), code
        assert entry.remedy.endswith(('.', '.pem')), code
