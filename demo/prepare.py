# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes the demo's virtual environment and goes on in it, with the tour, or with the site that it left (`play`)."""

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
    """Lock the demo until this process has ended, whatever it becomes by then: two would rebuild each other's site."""
    VENVS.mkdir(exist_ok=True)
    lock = os.open(VENVS / 'demo.lock', os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit('Another demo is running in this checkout. Wait for its end, then try again.')
    os.set_inheritable(lock, True)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))  # also ends the installer that is running
    only_one()
    environment = Environment('demo', pathlib.Path(sys.executable), (), (HERE / 'requirements.txt',))
    print(f'The demo runs in a virtual environment of its own: {environment.bin.parent}', flush=True)
    begin = time.monotonic()
    try:
        make(environment)
    except subprocess.CalledProcessError as problem:
        sys.exit(f'It could not be made. Is a package index in reach, or is the disk full? The installer says:\n{problem.stdout}')
    except KeyboardInterrupt:
        sys.exit(130)
    seconds = time.monotonic() - begin
    if seconds > 2:
        version = sys.version.split()[0]
        print(f'It was made with Python {version} in {seconds:.0f} s; the next time it is there already.', flush=True)
    link_collection()
    module = ['demo.play', *sys.argv[2:]] if sys.argv[1:2] == ['play'] else ['demo.tour']
    python = str(environment.bin / 'python')
    os.execv(python, [python, '-B', '-m', *module])  # noqa: S606 (the same process goes on, so that signals reach it)


if __name__ == '__main__':
    main()
