# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A copy of the collection with one more action, `printops.infoprint.probe`, which shows how the carrier works."""

from __future__ import annotations

import pathlib
import shutil

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SHIPPED = ('plugins', 'roles', 'playbooks', 'meta', 'galaxy.yml')


def collection_with_probe(directory: pathlib.Path) -> pathlib.Path:
    """Return the directory of the copy, made in `directory`."""
    copy = directory / 'with_probe'
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(source, copy / name)
    shutil.copy(HERE / 'action.py', copy / 'plugins' / 'action' / 'probe.py')
    shutil.copy(HERE / 'target.py', copy / 'plugins' / 'module_utils' / 'probe.py')
    return copy
