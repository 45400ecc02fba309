# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real mail server of a Debian package, in a root directory of its own, on loopback."""

from __future__ import annotations

import abc
import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import typing as t

from .debian_root import make_root
from .postfix import LOOPBACK, free_ports
from .process_group import end_group

START_SECONDS = 30
STOP_SECONDS = 10

Self = t.TypeVar('Self', bound='RootServer')


class RootServer(abc.ABC):
    """A mail server, running between `with` and its end, with one port for each of PORTS in `ports`.

    `certificate_pem` is its certificate and what follows it in the chain. Raises RuntimeError, with its words, where it doesn't
    start.
    """

    PACKAGE: t.ClassVar[str]
    USERS: t.ClassVar[dict[str, int]]
    PORTS: t.ClassVar[tuple[str, ...]]
    COMMAND: t.ClassVar[tuple[str, ...]]  # in the foreground

    def __init__(self, certificate_pem: bytes, key_pem: bytes) -> None:
        self.ports: dict[str, int] = {}
        self.certificate = certificate_pem
        self.key = key_pem
        self.root = pathlib.Path()
        self._process: subprocess.Popen[bytes] | None = None

    @abc.abstractmethod
    def lay_out(self) -> None:
        """Write its configuration for `ports` under `root`."""

    @abc.abstractmethod
    def content(self, queue_id: str) -> bytes:
        """Return what its queue has of a mail, the body at least, with LF line ends."""

    def __enter__(self: Self) -> Self:
        self.root = pathlib.Path(tempfile.mkdtemp(prefix=f'infoprint-{self.PACKAGE}-'))
        try:
            make_root(self.PACKAGE, self.root, self.USERS)
            self.ports = dict(zip(self.PORTS, free_ports(len(self.PORTS)), strict=True))
            self.lay_out()
            with (self.root / 'output').open('wb') as output:
                self._process = subprocess.Popen(
                    ['chroot', str(self.root), *self.COMMAND],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            for port in self.ports.values():
                self._wait_for(port, self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _wait_for(self, port: int, process: subprocess.Popen[bytes]) -> None:
        last = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
                return
            if process.poll() is not None or time.monotonic() > last:
                words = (self.root / 'output').read_text(errors='replace')
                raise RuntimeError(f'{self.PACKAGE} does not listen on port {port}: {words[-2000:]}')
            time.sleep(0.05)

    def stop(self) -> None:
        """End it with its children, and remove its root directory."""
        if self._process is not None:
            end_group(self._process, STOP_SECONDS)
        shutil.rmtree(self.root, ignore_errors=True)
