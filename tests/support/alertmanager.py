# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real Alertmanager that notifies nobody."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

from .http_service import HttpService, until

NOBODY = 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n'


class Alertmanager(HttpService):
    """It runs with these settings beside a receiver that is nobody."""

    program = 'prometheus-alertmanager'
    ready = '/-/ready'

    def __init__(self, directory: pathlib.Path, settings: str) -> None:
        super().__init__(directory)
        self._config = directory / 'alertmanager.yml'
        self._config.write_text(settings + NOBODY)

    @classmethod
    def why_not(cls) -> str:
        return '' if shutil.which(cls.program) else 'it needs the Debian package prometheus-alertmanager'

    def options(self) -> list[str]:
        return [
            f'--config.file={self._config}',
            f'--storage.path={self.directory / "data"}',
            f'--web.listen-address={self.address}',
            '--cluster.listen-address=',
        ]

    def keeps_back(self, alert: dict[str, str], cause: dict[str, str]) -> bool:
        """Return whether an alert is inhibited once there is another one."""
        assert not self._put(alert)['status']['inhibitedBy']
        self._put(cause)
        return bool(self._put(alert)['status']['inhibitedBy'])

    def _put(self, labels: dict[str, str]) -> t.Any:
        """Let an alert fire; return what there is of it then."""
        self.ask('/api/v2/alerts', [{'labels': labels}])
        return until(lambda: [found for found in self.ask('/api/v2/alerts') if found['labels'] == labels])[0]
