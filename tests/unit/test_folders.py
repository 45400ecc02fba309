# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The folders of both halves have an order, and imports go down in it, so that a part can be read without those above."""

from __future__ import annotations

import ast
import importlib.util
import pathlib
import re
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / 'plugins'

# From the top; a folder may import those in the lines below its own, and the files beside the folders, which come last.
ORDER = {
    'module_utils': (
        'operations',
        'change',
        'send',
        'net',
        'tls',
        'trust',
        'files',
        'pd config smtp',
        'program',
        'messages',
        'problems',
        'safe_text vocabulary',
    ),
    'plugin_utils': (
        'distribution',
        'terminal',
        'fleet_report.formats',
        'fleet_report',
        'outcome',
        'action_base',
        'declared delivery target',
        'options',
        'crl_source observe',
        'observe.questions',
        'observe.playing',
        'x509 problems',
        'options.table',
        'bounded_json core_objects days foreign_values run_cache run_name',
    ),
}


def folder_of(half: str, module: str) -> str:
    """Return the folder of a module, or the module itself where it is beside the folders."""
    path = PLUGINS / half / module.replace('.', '/')
    return module if path.is_dir() or '.' not in module else module.rpartition('.')[0]


def imports(half: str) -> t.Iterator[tuple[str, str]]:
    """Yield the modules of a half that import another one of it, and the folder of that one."""
    for path in sorted((PLUGINS / half).rglob('*.py')):
        name = '.'.join(path.relative_to(PLUGINS / half).with_suffix('').parts)
        for node in ast.walk(ast.parse(path.read_text('utf-8'))):
            if isinstance(node, ast.ImportFrom) and node.level:
                package = f'plugins.{half}.{name}'.rpartition('.')[0]
                target = importlib.util.resolve_name('.' * node.level + (node.module or ''), package)
                if target == f'plugins.{half}':
                    yield from ((name, alias.name) for alias in node.names)
                elif target.startswith(f'plugins.{half}.'):
                    yield name, folder_of(half, target.split('.', 2)[2])


def ranks(half: str) -> dict[str, int]:
    return {folder: rank for rank, line in enumerate(ORDER[half]) for folder in line.split()}


@pytest.mark.parametrize('half', ORDER)
def test_imports_go_down_the_order_of_the_folders(half: str) -> None:
    rank = ranks(half)
    against = [
        f'{name} imports {folder}'
        for name, folder in imports(half)
        if folder != folder_of(half, name) and rank[folder] <= rank[folder_of(half, name)]
    ]
    assert not against


@pytest.mark.parametrize('half', ORDER)
def test_the_order_names_every_folder(half: str) -> None:
    folders = {
        folder_of(half, '.'.join(path.relative_to(PLUGINS / half).with_suffix('').parts))
        for path in (PLUGINS / half).rglob('*.py')
    }
    assert folders == set(ranks(half))


@pytest.mark.parametrize('half', ORDER)
def test_the_architecture_page_lists_the_folders_from_the_top(half: str) -> None:
    page = (ROOT / 'docs' / 'architecture.md').read_text('utf-8')
    table = page.split(f'half, `plugins/{half}/`:')[1].split('\nBeside them')[0]
    listed = [folder.replace('/', '.') for folder in re.findall(r'^\| `([\w/]+)/`', table, re.MULTILINE)]
    rank = ranks(half)
    assert set(listed) == {folder for folder in rank if (PLUGINS / half / folder.replace('.', '/')).is_dir()}
    assert [rank[folder] for folder in listed] == sorted(rank[folder] for folder in listed)
