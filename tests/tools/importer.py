# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds the archive and has Galaxy's importer check it: `importer.py`, in the environment `docs`. A warning is an error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import sanity
from release.archive import build, copy_files

CHECKOUT = Path(__file__).resolve().parents[2]
# ansible-test is a step of its own.
SETTINGS = '[galaxy-importer]\nRUN_ANSIBLE_TEST = False\nCHECK_REQUIRED_TAGS = True\n'
# ansible-lint looks for an imported playbook in a cache of its own alone, not where the collection is. The example for AWX uses a
# collection that is not here.
IGNORED = re.compile(
    r'WARNING: (ERROR +Failed to find printops\.infoprint\.\w+ playbook\.$|'
    r"docs/examples/awx/\S+ syntax-check\[unknown-module\]: couldn't resolve module/action 'awx\.awx\.)"
)
# Galaxy demands an address. The project has none yet, and the archive that is shipped names none.
ADDRESS = 'repository: https://example.com/printops/infoprint\n'


def build_with_address(directory: Path) -> Path:
    """Build the archive of a copy of the checkout in the directory; return its path."""
    copy = copy_files(CHECKOUT, sanity.tracked_files(), directory)
    galaxy = copy / 'galaxy.yml'
    text = galaxy.read_text('utf-8')
    if not re.search('^repository:', text, re.MULTILINE):
        galaxy.write_text(text + ADDRESS, 'utf-8')
    return build(copy, directory)


def main() -> None:
    """Have it checked; ends with an error where the importer refuses or warns."""
    with tempfile.TemporaryDirectory(prefix='ipt-') as name:
        directory = Path(name)
        settings = directory / 'importer.cfg'
        settings.write_text(SETTINGS, 'utf-8')
        variables = {**os.environ, 'GALAXY_IMPORTER_CONFIG': str(settings), 'ANSIBLE_COLLECTIONS_PATH': name}
        done = subprocess.run(
            [sys.executable, '-m', 'galaxy_importer.main', str(build_with_address(directory))],
            cwd=directory,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    said = [line for line in done.stdout.splitlines() if not line.startswith('Loading ') and not IGNORED.match(line)]
    print(*said, sep='\n')
    warned = any(line.startswith(('ERROR', 'WARNING')) for line in said)
    if done.returncode or warned or 'Importer processing completed successfully' not in said:
        sys.exit('the importer refuses the archive, or warns of something in it')


if __name__ == '__main__':
    main()
