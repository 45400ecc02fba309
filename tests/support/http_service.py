# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real server that is asked by HTTP and answers JSON, on a free port of loopback, from a private directory."""

from __future__ import annotations

import json
import pathlib
import subprocess
import time
import typing as t
import urllib.parse
import urllib.request

from .postfix import LOOPBACK, free_ports
from .process_group import end_group

START_SECONDS = 20
STOP_SECONDS = 5
Service = t.TypeVar('Service', bound='HttpService')


class HttpService:
    """It runs between `with` and its end, by `program` with its `options`."""

    program = ''
    ready = ''  # the path that it answers once it runs

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        [port] = free_ports(1)
        self.address = f'{LOOPBACK}:{port}'

    def options(self) -> list[str]:
        raise NotImplementedError

    def __enter__(self: Service) -> Service:
        with (self.directory / 'log').open('wb') as log:
            self._process = subprocess.Popen(
                [self.program, *self.options()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            end_group(self._process, STOP_SECONDS)
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        end_group(self._process, STOP_SECONDS)

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f'http://{self.address}{self.ready}', timeout=5):
                    return
            except OSError as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.directory / 'log').read_text()[-2000:]) from error
                time.sleep(0.05)

    def ask(self, path: str, body: object = None, **parameters: str) -> t.Any:
        """Return what it answers; `body` is sent as JSON."""
        data = None if body is None else json.dumps(body).encode()
        address = f'http://{self.address}{path}?{urllib.parse.urlencode(parameters)}'
        with urllib.request.urlopen(
            urllib.request.Request(address, data, {'Content-Type': 'application/json'}), timeout=5
        ) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def until(holds: t.Callable[[], t.Any], seconds: float = 20) -> t.Any:
    """Return what a function returns once that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f'not within {seconds:g} s')
