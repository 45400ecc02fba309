# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The provenance of a report: what a run was, by whom, with which versions. Reads ansible-core's settings, and changes none."""

from __future__ import annotations

import getpass
import json
import pathlib
import platform
import ssl
import typing as t

import yaml
from ansible import context
from ansible.release import __version__ as core_version

from . import values
from .observations import Run
from .plays import Inventory

COLLECTION = pathlib.Path(__file__).parents[3]


def complete_run(run: Run, playbooks: t.Sequence[str], inventory: Inventory, in_plays: int, reached: int) -> None:
    """Add to a run its playbooks, core's inventory, and how many hosts were in its plays and answered."""
    run.playbook, run.limit, run.tags = ', '.join(playbooks), values.text(context.CLIARGS.get('subset')), _tags()
    run.user, run.controller = _user(), values.text(platform.node())
    run.versions = {
        'collection': _version(),
        'ansible_core': core_version,
        'python': platform.python_version(),
        'openssl': ssl.OPENSSL_VERSION,
    }
    run.inventory = [values.text(source) for source in inventory.sources]
    run.hosts = {'inventory': len(inventory.hosts), 'seen': in_plays, 'reached': reached}


def _tags() -> list[str]:
    """Return the tags of the command line; those to skip begin with `not `."""
    selected, skipped = (context.CLIARGS.get(key) or () for key in ('tags', 'skip_tags'))
    return [values.text(tag) for tag in selected if tag != 'all'] + [f'not {values.text(tag)}' for tag in skipped]


def _user() -> str:
    try:
        return values.text(getpass.getuser())
    except (KeyError, OSError):  # a user without a name, as in a container
        return ''


def _version() -> str:
    """Return the version of the collection: an installed one has it in its manifest, a checkout in galaxy.yml."""
    try:
        manifest = COLLECTION / 'MANIFEST.json'
        if manifest.exists():
            return values.text(json.loads(manifest.read_text('utf-8'))['collection_info']['version'])
        return values.text(yaml.safe_load((COLLECTION / 'galaxy.yml').read_text('utf-8'))['version'])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return ''
