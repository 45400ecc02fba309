# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parts of the collection, imported under its name where no conftest has made that possible: in integration tests."""

from __future__ import annotations

import functools
import importlib
import typing as t

from ansible.plugins.loader import init_plugin_loader

from .playbook import ROOT

PARTS = 'ansible_collections.printops.infoprint.plugins.plugin_utils'


@functools.cache
def make_importable() -> None:
    """Let ansible-core find this checkout under its name."""
    collections = ROOT / '.venvs' / 'collections'
    link = collections / 'ansible_collections' / 'printops' / 'infoprint'
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(ROOT, target_is_directory=True)
    init_plugin_loader([str(collections)])


def part(name: str) -> t.Any:
    """Return a module of plugin_utils."""
    make_importable()
    return importlib.import_module(f'{PARTS}.{name}')
