# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real Alertmanager on loopback, from a private directory, that notifies nobody: Debian's package prometheus-alertmanager."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import time
import typing as t
import urllib.request

from .postfix import LOOPBACK, free_ports
from .process_group import end_group

PROGRAM = 'prometheus-alertmanager'
NOBODY = 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n'
START_SECONDS = 20
STOP_SECONDS = 5


class Alertmanager:
    """It runs between `with` and its end, with these settings beside a receiver that is nobody."""

    def __init__(self, directory: pathlib.Path, settings: str) -> None:
        self._directory = directory
        self._config = directory / 'alertmanager.yml'
        self._config.write_text(settings + NOBODY)
        [port] = free_ports(1)
        self._address = f'{LOOPBACK}:{port}'

    @staticmethod
    def why_not() -> str:
        return '' if shutil.which(PROGRAM) else 'it needs the Debian package prometheus-alertmanager'

    def __enter__(self) -> Alertmanager:
        with (self._directory / 'log').open('wb') as log:
            self._process = subprocess.Popen(
                [
                    PROGRAM,
                    f'--config.file={self._config}',
                    f'--storage.path={self._directory / "data"}',
                    f'--web.listen-address={self._address}',
                    '--cluster.listen-address=',
                ],
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
                self._ask('status')
            except OSError as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self._directory / 'log').read_text()[-2000:]) from error
                time.sleep(0.05)
            else:
                return

    def _ask(self, path: str, body: object = None) -> t.Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f'http://{self._address}/api/v2/{path}', data, {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=5) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def keeps_back(self, alert: dict[str, str], cause: dict[str, str]) -> bool:
        """Return whether an alert is inhibited once there is another one."""
        assert not self._put(alert)['status']['inhibitedBy']
        self._put(cause)
        return bool(self._put(alert)['status']['inhibitedBy'])

    def _put(self, labels: dict[str, str]) -> t.Any:
        """Let an alert fire; return what there is of it then."""
        self._ask('alerts', [{'labels': labels}])
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            for found in self._ask('alerts'):
                if found['labels'] == labels:
                    return found
            time.sleep(0.01)
        raise AssertionError(f'{labels} is not there')
