# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Creates the demo's virtual environment and continues in it: with the tour, or with the site that it left behind (`play`)."""

from __future__ import annotations

import fcntl
import os
import pathlib
import signal
import subprocess
import sys
import time

from environments import VENVS, Environment, link_collection, make

HERE = pathlib.Path(__file__).resolve().parent


def only_one() -> None:
    """Lock the demo until this process ends, also after an exec: two demos would rebuild each other's site."""
    VENVS.mkdir(exist_ok=True)
    lock = os.open(VENVS / 'demo.lock', os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit('Another demo is running in this checkout. Wait until it ends, then try again.')
    os.set_inheritable(lock, True)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))  # also ends the installer that is running
    only_one()
    environment = Environment('demo', pathlib.Path(sys.executable), (), (HERE / 'requirements.txt',))
    print(f'The demo runs in its own virtual environment: {environment.bin.parent}', flush=True)
    begin = time.monotonic()
    try:
        make(environment)
    except subprocess.CalledProcessError as problem:
        sys.exit(
            f'It could not be created. Is a package index reachable? Is the disk full? The installer says:\n{problem.stdout}'
        )
    except KeyboardInterrupt:
        sys.exit(130)
    seconds = time.monotonic() - begin
    if seconds > 2:
        version = sys.version.split()[0]
        print(f'It was created with Python {version} in {seconds:.0f} s. The next demo reuses it.', flush=True)
    link_collection()
    module = ['demo.play', *sys.argv[2:]] if sys.argv[1:2] == ['play'] else ['demo.tour']
    python = str(environment.bin / 'python')
    os.execv(python, [python, '-B', '-m', *module])  # noqa: S606 (the same process goes on, so that signals reach it)


if __name__ == '__main__':
    main()
