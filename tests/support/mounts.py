# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""File systems that are small, full or read-only, in a mount namespace of their own: the machine never sees them."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

SECONDS = 30


def why_not() -> str:
    """Return what this machine lacks for it, or ''."""
    if os.geteuid() != 0:
        return 'only root mounts file systems'
    missing = [name for name in ('unshare', 'nsenter', 'mount') if not shutil.which(name)]
    return f'not installed: {", ".join(missing)}' if missing else ''


class Mounts:
    """A mount namespace, between `with` and its end. A process waits in it, and ends when this one does, however that is."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', 'echo; exec cat >/dev/null'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        self._process.stdout.readline()

    def __enter__(self) -> Mounts:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.communicate(timeout=SECONDS)

    @property
    def command(self) -> tuple[str, ...]:
        """The command in front of a program that is to run among these mounts."""
        return ('nsenter', f'--target={self._process.pid}', '--mount')

    def path_here(self, path: pathlib.Path) -> pathlib.Path:
        """Return the path by which a file among these mounts is visible here."""
        return pathlib.Path(f'/proc/{self._process.pid}/root{path}')

    def tmpfs(self, path: pathlib.Path, options: str) -> None:
        """Mount a file system in memory over whatever was mounted there by us."""
        self._run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', str(path))

    def remount(self, path: pathlib.Path, options: str) -> None:
        """Change the options of a file system (size=12k), or make a directory one of its own, read-only (bind,ro)."""
        if 'bind' in options:
            self._run('mount', '--bind', str(path), str(path))
        self._run('mount', '-o', f'remount,{options}', str(path))

    def unmount(self, path: pathlib.Path) -> None:
        self._run('umount', str(path))

    def _run(self, *command: str) -> None:
        subprocess.run([*self.command, *command], check=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
