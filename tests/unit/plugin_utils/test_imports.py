# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every file of the controller half can be imported, each first in a fresh Python, so that no circle hides behind an order."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
DIRECTORIES = ('action', 'callback', 'doc_fragments', 'filter', 'modules', 'plugin_utils', 'test')
FILES = sorted(path.relative_to(ROOT) for name in DIRECTORIES for path in (ROOT / 'plugins' / name).rglob('*.py'))

PROBE = """
import sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([sys.argv[1]])
for name in sys.argv[2:]:
    before = set(sys.modules)
    __import__('ansible_collections.printops.infoprint.' + name)
    # The next one is imported anew, with all that it needs of this collection.
    for name in set(sys.modules) - before:
        if name.startswith('ansible_collections.printops.infoprint.plugins.'):
            del sys.modules[name]
"""


# What the controller may lack, as the environment of ansible-test's import test does.
WITHOUT_LIBRARY = "import sys; sys.modules['cryptography'] = None\n"


def names(directory: str) -> list[str]:
    return ['.'.join(path.with_suffix('').parts) for path in FILES if path.parts[1] == directory]


@pytest.mark.parametrize('before', [pytest.param('', id='with all'), pytest.param(WITHOUT_LIBRARY, id='without cryptography')])
@pytest.mark.parametrize('directory', [name for name in DIRECTORIES if names(name)])
def test_each_file_can_be_the_first_that_is_imported(directory: str, before: str) -> None:
    collections = ROOT / '.venvs' / 'collections'
    command = [sys.executable, '-B', '-c', before + PROBE, str(collections), *names(directory)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('path', [path for path in FILES if path.parts[1] in ('action', 'plugin_utils')], ids=str)
def test_nothing_is_imported_in_a_worker(path: pathlib.Path) -> None:
    """Ansible loads an action before it forks a worker for each host; what is imported later is imported for each host anew."""
    functions = [node for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)]
    late = [node.lineno for function in functions for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not late, 'lines of imports in functions'
