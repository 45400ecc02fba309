# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The virtual environments under .venvs/: made on first use, kept while what they were made from stays the same.

Where INFOPRINT_CACHE names a directory, they are made there, for all checkouts that want the same, and .venvs/ has links to them.
None of them is ever removed there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
VENVS = CHECKOUT / '.venvs'
REQUIREMENTS = CHECKOUT / 'tests' / 'requirements'
CACHE = os.environ.get('INFOPRINT_CACHE', '')


class Environment(NamedTuple):
    """A virtual environment: its name, the interpreter it is made with, and what is installed into it."""

    name: str
    python: Path
    requirements: tuple[str, ...]
    files: tuple[Path, ...]
    pip: str = ''

    @property
    def bin(self) -> Path:
        """The directory of its commands."""
        return VENVS / self.name / 'bin'

    @property
    def recipe(self) -> str:
        """What it is made from, as text: another text means that it has to be made again."""
        return '\n'.join([str(self.python), self.pip, *self.requirements, *(file.read_text('utf-8') for file in self.files)])


def for_target(version: str, python: Path) -> Environment:
    """The environment for the unit tests of the target half: a Python and pytest, no ansible."""
    # The pip that comes with 3.6 takes the newest release of a package, and fails when that no longer supports 3.6.
    pip = 'pip ~= 21.3' if version == '3.6' else ''
    return Environment(f'python-{version}', python, (), (REQUIREMENTS / 'target.txt',), pip)


def for_core(core: str, python: Path) -> Environment:
    """The environment of a controller with one ansible-core."""
    return Environment(f'core-{core}', python, (f'ansible-core ~= {core}.0',), (REQUIREMENTS / 'controller.txt',))


def for_lint(core: str, python: Path) -> Environment:
    """The environment of the linters, with the controller's packages so that mypy sees their types."""
    files = (REQUIREMENTS / 'controller.txt', REQUIREMENTS / 'lint.txt')
    return Environment('lint', python, (f'ansible-core ~= {core}.0',), files)


def for_docs(core: str, python: Path) -> Environment:
    """The environment that the documentation's site is built in."""
    return Environment('docs', python, (f'ansible-core ~= {core}.0',), (REQUIREMENTS / 'docs.txt',))


def for_molecule(core: str, python: Path) -> Environment:
    """The environment of Molecule, for the scenarios that users try their inventory with."""
    return Environment('molecule', python, (f'ansible-core ~= {core}.0',), (REQUIREMENTS / 'molecule.txt',))


def for_pyinfra(python: Path) -> Environment:
    """The environment of pyinfra, which the benchmark compares with."""
    return Environment('pyinfra', python, (), (REQUIREMENTS / 'pyinfra.txt',))


def make(environment: Environment) -> str:
    """Make an environment unless it is there already, and return what the tools said.

    Raises subprocess.CalledProcessError, with the tools' output, when it can't be made.
    """
    directory = VENVS / environment.name
    stamp = directory / 'made-from.txt'
    if stamp.is_file() and stamp.read_text('utf-8') == environment.recipe:
        return ''
    if directory.is_symlink():
        directory.unlink()
    if not CACHE:
        return _install(environment, directory)
    shutil.rmtree(directory, ignore_errors=True)
    digest = hashlib.sha256(environment.recipe.encode()).hexdigest()[:16]
    shared = Path(CACHE).resolve() / f'{environment.name}-{digest}'
    shared.parent.mkdir(parents=True, exist_ok=True)
    directory.parent.mkdir(exist_ok=True)
    with shared.with_name(f'{shared.name}.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another checkout may be making it now
        said = '' if (shared / stamp.name).is_file() else _install(environment, shared)
    directory.symlink_to(shared, target_is_directory=True)
    return said


def _install(environment: Environment, directory: Path) -> str:
    files = [argument for file in environment.files for argument in ('-r', str(file))]
    said = _run(str(environment.python), '-m', 'venv', '--clear', str(directory))
    install = (str(directory / 'bin' / 'python'), '-m', 'pip', 'install', '--quiet')
    if environment.pip:
        said += _run(*install, '--upgrade', environment.pip)
    said += _run(*install, *environment.requirements, *files)
    (directory / 'made-from.txt').write_text(environment.recipe, 'utf-8')
    return said


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors='replace',
        check=False,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
    return done.stdout


def link_collection() -> Path:
    """Give the checkout the path that Ansible wants; return the directory for ANSIBLE_COLLECTIONS_PATH."""
    link = VENVS / 'collections' / 'ansible_collections' / 'printops' / 'infoprint'
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(CHECKOUT, target_is_directory=True)
    return VENVS / 'collections'
