# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target half needs nothing but a Python: it is imported here in a fresh one that has no other packages."""

import functools
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.every_python

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
TARGET_HALF = os.path.join(ROOT, 'plugins', 'module_utils')
NAMES = sorted(
    os.path.relpath(os.path.join(folder, name), TARGET_HALF)[:-3].replace(os.sep, '.')
    for folder, dummy, names in os.walk(TARGET_HALF)
    for name in names
    if name.endswith('.py')
)

# Too slow to start with for what they give: each costs a fifth of the start of a Python, or more, on every host and run.
COSTLY = ('dataclasses', 'email', 'http', 'inspect', 'logging', 'subprocess', 'unittest', 'urllib')

# -I and -S: without the packages that are installed, and without those that a .pth file would import.
PROBE = """
import sys
import types
target = types.ModuleType('target')
target.__path__ = [sys.argv[1]]
sys.modules['target'] = target
before = set(sys.modules)
__import__('target.' + sys.argv[2])
for name in sorted(set(sys.modules) - before):
    module = sys.modules[name]
    print(name, getattr(module, '__file__', None) or '-')
"""


@functools.lru_cache(maxsize=None)
def imported_by(name):
    """Return [(module, file or '-')]: what importing one module of the target half brings in."""
    command = [sys.executable, '-I', '-S', '-B', '-c', PROBE, TARGET_HALF, name]
    answer = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return [tuple(line.split(' ', 1)) for line in answer.stdout.splitlines()]


def test_there_is_a_target_half():
    assert {'problems', 'program.main'} <= set(NAMES)


@pytest.mark.parametrize('name', NAMES)
def test_imports_only_the_standard_library_and_itself(name):
    standard = os.path.dirname(os.path.realpath(os.__file__))
    for module, file in imported_by(name):
        path = os.path.realpath(file)
        own = module.startswith('target.') and path.startswith(os.path.realpath(TARGET_HALF) + os.sep)
        assert file == '-' or own or (path.startswith(standard + os.sep) and 'site-packages' not in path), (module, file)


@pytest.mark.parametrize('name', NAMES)
def test_imports_nothing_costly(name):
    assert [module for module, dummy in imported_by(name) if module.split('.')[0] in COSTLY] == []
