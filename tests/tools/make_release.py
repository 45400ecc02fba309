# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds and verifies a release: `make_release.py [--trial]`. Makes the environment that this needs, and goes on in it."""

from __future__ import annotations

import os
import subprocess
import sys

import environments
import interpreters


def main(arguments: list[str]) -> int:
    """Go on in the environment that has ansible-galaxy and Galaxy's importer; return the exit code."""
    cores = interpreters.find_cores(interpreters.find_pythons(dict(os.environ)))
    if not cores:
        sys.exit('none of the Pythons that were found can run a tested ansible-core')
    environment = environments.for_docs(*list(cores.items())[-1])
    environments.make(environment)
    variables = {
        **os.environ,
        'PATH': f'{environment.bin}{os.pathsep}{os.environ["PATH"]}',
        'PYTHONPATH': str(environments.CHECKOUT / 'tests' / 'tools'),
        'PYTHONDONTWRITEBYTECODE': '1',
        'PYTHONUNBUFFERED': '1',  # what is said and what is refused, in this order
    }
    command = [str(environment.bin / 'python'), '-m', 'release', *arguments]
    return subprocess.run(command, cwd=environments.CHECKOUT, env=variables, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
