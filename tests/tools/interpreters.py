# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which Pythons are on this machine: real binaries, never the shims of a version manager."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

# Every Python that a print server may have, as far as one can be had to test with.
TARGET_PYTHONS = ('3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13')
# Tested where found, not demanded.
OPTIONAL_PYTHONS = ('3.14',)
# Each tested ansible-core and the Pythons that it runs on, the preferred one first.
CORE_PYTHONS = {
    '2.16': ('3.11', '3.10', '3.12'),
    '2.19': ('3.11', '3.12', '3.13'),
    '2.21': ('3.13', '3.12', '3.14'),
}


def search_path(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the directories that may hold Pythons: those of PATH, those of every pyenv in sight, and /usr/bin.

    HOME may be a fresh one (as in CI), so a pyenv is also looked for beside its shims and its own command.
    """
    directories = [Path(entry) for entry in environ.get('PATH', '').split(os.pathsep) if entry]
    yield from directories
    roots = [Path(environ[name]) for name in ('PYENV_ROOT',) if environ.get(name)]
    roots.append(Path(environ.get('HOME', '/')) / '.pyenv')
    roots += [directory.parent for directory in directories if directory.name in ('shims', 'bin')]
    for root in dict.fromkeys(roots):
        yield from sorted((root / 'versions').glob('*/bin'))
    yield Path('/usr/local/bin')
    yield Path('/usr/bin')


def is_real(candidate: Path) -> bool:
    """Whether a file is an interpreter and not a script in front of one, as a version manager's shim is."""
    if not (candidate.is_file() and os.access(candidate, os.X_OK)):
        return False
    with candidate.open('rb') as file:
        return file.read(2) != b'#!'


def makes_environments(candidate: Path, version: str) -> bool:
    """Whether an interpreter starts, is the version that its name says, and can make a virtual environment with pip.

    Debian splits both modules off into a package of their own.
    """
    probe = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])'
    answer = subprocess.run([str(candidate), '-c', probe], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == version


def find_pythons(environ: Mapping[str, str]) -> dict[str, Path]:
    """Return version ('3.6') to interpreter, of every tested Python that is found and usable."""
    directories = list(dict.fromkeys(search_path(environ)))
    found = {}
    for version in (*TARGET_PYTHONS, *OPTIONAL_PYTHONS):
        candidates = (directory / f'python{version}' for directory in directories)
        usable = (path for path in candidates if is_real(path) and makes_environments(path, version))
        first = next(usable, None)
        if first:
            found[version] = first
    return found


def find_cores(pythons: Mapping[str, Path]) -> dict[str, Path]:
    """Return ansible-core version ('2.16') to the interpreter that it is to run on."""
    chosen = {core: next((pythons[name] for name in names if name in pythons), None) for core, names in CORE_PYTHONS.items()}
    return {core: python for core, python in chosen.items() if python}


def lacking(pythons: Mapping[str, Path], cores: Mapping[str, Path]) -> list[str]:
    """Return what a full test needs and this machine lacks, a line each."""
    lines = [f'Python {version}' for version in TARGET_PYTHONS if version not in pythons]
    missing = {core: ', '.join(names) for core, names in CORE_PYTHONS.items() if core not in cores}
    return lines + [f'ansible-core {core} (on any of Python {names})' for core, names in missing.items()]
