# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Installs an archive into an empty collections path and uses what is in it, as a user with nothing but a HOME would."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

COLLECTION = 'printops.infoprint'
# The directory of each kind of plugin that ansible-doc lists.
KINDS = {'module': 'plugins/modules', 'callback': 'plugins/callback', 'filter': 'plugins/filter', 'lookup': 'plugins/lookup'}


def smoke(archive: Path, names: Iterable[str], home: Path) -> str:
    """Install it below `home` and use it; return what was found. Raises ValueError where something does not work."""
    files = [PurePosixPath(name) for name in names]
    _run(home, 'ansible-galaxy', 'collection', 'install', str(archive), '--offline', '-p', str(home / 'collections'))
    found = []
    for kind, directory in KINDS.items():
        shipped = {f'{COLLECTION}.{file.stem}' for file in files if str(file.parent) == directory and file.suffix == '.py'}
        listed = set(json.loads(_run(home, 'ansible-doc', '--list', '--json', '-t', kind, COLLECTION)))
        if listed != shipped:
            raise ValueError(f'ansible-doc does not list {kind} {", ".join(sorted(shipped ^ listed))}')
        found.append(f'{kind} {len(listed)}')
    playbooks = [file.stem for file in files if str(file.parent) == 'playbooks']
    named = [f'{COLLECTION}.{name}' for name in playbooks]
    _run(home, 'ansible-playbook', '-i', 'host1,', '-e', 'target=all', '--syntax-check', *named)
    _run(home, 'ansible-doc', '-t', 'role', f'{COLLECTION}.sendmemo_tls')
    return ', '.join([*found, f'playbook {len(playbooks)}', 'the role'])


def _run(home: Path, *command: str) -> str:
    variables = {
        'HOME': str(home),
        'PATH': os.environ['PATH'],
        'LC_ALL': 'C.UTF-8',
        'ANSIBLE_NOCOLOR': '1',
        'ANSIBLE_COLLECTIONS_PATH': str(home / 'collections'),
    }
    done = subprocess.run(command, cwd=home, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f'{" ".join(command)} failed:\n{done.stdout}{done.stderr}')
    return done.stdout
