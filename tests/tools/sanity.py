# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible-test sanity: in a copy of the checkout at the path that it demands, with a pip that it needn't download."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from environments import CHECKOUT, VENVS

# The pip that each core's ansible-test starts its own virtual environments with.
BOOTSTRAP_PIP = {'2.16': '23.1.2', '2.19': '24.2', '2.21': '25.2'}

# Found by ansible-test under the name of the script that it would else fetch from a host of its own, which not
# every network lets through. A wheel is importable as it is, so pip can install itself from the package index.
BOOTSTRAP_SCRIPT = """\
import os
import runpy
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), {wheel!r}))
# Arguments that the original script knows and pip doesn't.
sys.argv[1:] = ['install'] + [word for word in sys.argv[1:] if word not in ('--no-setuptools', '--no-wheel')]
runpy.run_module('pip', run_name='__main__', alter_sys=True)
"""


def place_bootstrap(core: str) -> None:
    """Put the pip bootstrap of one core into ansible-test's cache, unless there is one."""
    version = BOOTSTRAP_PIP[core]
    cache = Path.home() / '.ansible' / 'test' / 'cache'
    script = cache / f'get_pip_{version.replace(".", "_")}.py'
    if script.is_file():
        return
    cache.mkdir(parents=True, exist_ok=True)
    download = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', str(cache), f'pip=={version}']
    subprocess.run(download, stdin=subprocess.DEVNULL, check=True)
    script.write_text(BOOTSTRAP_SCRIPT.format(wheel=f'pip-{version}-py3-none-any.whl'), 'utf-8')


def copy_checkout(core: str) -> Path:
    """Copy what git knows or would add; return the copy's root. ansible-test's own environments in an older copy are kept."""
    root = VENVS / 'sanity' / core / 'ansible_collections' / 'printops' / 'infoprint'
    output = root / 'tests' / 'output'
    for entry in (*root.glob('*'), *(root / 'tests').glob('*')):
        if entry not in (output, output.parent):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name in tracked_files():
        copy = root / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, copy, follow_symlinks=False)
    # A repository of its own, else ansible-test asks the checkout's for the files of the copy, which is ignored there.
    subprocess.run(['git', 'init', '--quiet', str(root)], stdin=subprocess.DEVNULL, check=True)
    return root


def tracked_files() -> list[str]:
    """Return the checkout's files, relative: what is committed, and what is new and not ignored."""
    command = ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z']
    listed = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split('\0') if name and (CHECKOUT / name).exists()]


# What an older core says of its own: of the rest the newest one says the same, and more.
OF_EACH_CORE = ('action-plugin-docs', 'ansible-doc', 'compile', 'import', 'runtime-metadata', 'validate-modules')


def sanity_command(bin_directory: Path, python_version: str, tests: Sequence[str] = ()) -> list[str]:
    """The command that runs sanity tests of one core, every one if none is named."""
    chosen = [word for test in tests for word in ('--test', test)]
    return [str(bin_directory / 'ansible-test'), 'sanity', '--venv', '--python', python_version, '--color', 'no', *chosen]


def sanity_environment(python: Path) -> dict[str, str]:
    """The environment for it: the real interpreters first on PATH, since a version manager's shims fail under it."""
    return {**os.environ, 'PATH': f'{python.parent}{os.pathsep}{os.environ["PATH"]}'}
