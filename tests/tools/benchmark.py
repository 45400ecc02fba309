# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the benchmark: `benchmark.py [--small] [--rounds N] [--out DIRECTORY]`, as root.

Writes docs/benchmark.md, its plots and its raw figures. Makes the environment of the newest ansible-core, as the tests do, and
goes on in it; pyinfra gets one of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys

import environments
import interpreters

# The hosts' Python: one that the modules of every tested ansible-core run on, since ping is one of them.
HOSTS_PYTHON = ('3.11', '3.12', '3.10', '3.13')


def main(arguments: list[str]) -> int:
    """Run the benchmark with the arguments given; return its exit code."""
    pythons = interpreters.find_pythons(dict(os.environ))
    cores = interpreters.find_cores(pythons)
    if not cores:
        sys.exit('none of the Pythons that were found can run a tested ansible-core')
    core, python = list(cores.items())[-1]
    environment = environments.for_core(core, python)
    environments.make(environment)
    pyinfra = environments.for_pyinfra(python)
    environments.make(pyinfra)
    environments.link_collection()
    hosts = next(str(pythons[version]) for version in HOSTS_PYTHON if version in pythons)
    tests = environments.CHECKOUT / 'tests'
    command = [
        str(environment.bin / 'python'),
        '-B',
        '-m',
        'bench',
        '--out',
        str(environments.CHECKOUT / 'docs'),
        '--python',
        hosts,
        '--pyinfra',
        str(pyinfra.bin),
        *arguments,
    ]
    variables = {**os.environ, 'PYTHONPATH': str(tests)}
    return subprocess.run(command, cwd=environments.CHECKOUT, env=variables, check=False).returncode


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
