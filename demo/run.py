#!/usr/bin/env python3
# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The demo: python3 demo/run.py (or make demo). Needs Python 3.10 or later and a package index; no root, nothing else.

Finds a suitable Python, creates the virtual environment .venvs/demo from demo/requirements.txt, and starts the tour.
This file alone must also start on an old Python 3, to report that it is too old.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Debian moves the pip of venv into a separate package. A Python without it is skipped.
PROBE = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
HELP = """\
The demo needs Python 3.10 or later that can create virtual environments, but found none.
This Python is {version} ({executable}).
Install one (on Debian and Ubuntu also the package python3-venv) and start the demo with it: python3.12 demo/run.py
"""


def suitable(python: str) -> bool:
    """Whether this interpreter starts, is new enough, and can create a virtual environment with pip in it."""
    return subprocess.call([python, '-c', PROBE], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def interpreter() -> str:
    """Return the interpreter to use: this one if it is suitable, else the newest on PATH; '' if there is none."""
    names = ['python3', *(f'python3.{minor}' for minor in range(14, 9, -1))]
    for python in [sys.executable, *(shutil.which(name) for name in names)]:
        if python and suitable(python):
            return python
    return ''


def enter(python: str, *arguments: str) -> None:
    """Replace this process by another program, with the demo's modules on its path."""
    path = os.pathsep.join(str(directory) for directory in (ROOT, ROOT / 'tests', ROOT / 'tests' / 'tools'))
    command = [python, '-B', *arguments]
    os.execve(python, command, dict(os.environ, PYTHONPATH=path))  # noqa: S606 (the same process goes on, so that signals reach it)


def main() -> None:
    python = interpreter()
    if not python:
        sys.exit(HELP.format(version=sys.version.split()[0], executable=sys.executable))
    enter(python, '-m', 'demo.prepare', *sys.argv[1:])


if __name__ == '__main__':
    main()
