# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real Prometheus that scrapes a sendmemo.prom twice a second and evaluates rules over it."""

from __future__ import annotations

import functools
import http.server
import pathlib
import shutil
import threading
import time
import typing as t

import yaml

from .http_service import HttpService, until
from .postfix import LOOPBACK


class _Metrics(http.server.BaseHTTPRequestHandler):
    def __init__(self, path: pathlib.Path, *arguments: t.Any) -> None:
        self._path = path
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain; version=0.0.4')
        self.end_headers()
        self.wfile.write(self._path.read_bytes())

    def log_message(self, *_arguments: object) -> None:
        pass


class Prometheus(HttpService):
    """It runs between `with` and its end, and so does the web server with the metrics."""

    program = 'prometheus'
    ready = '/-/ready'

    def __init__(self, directory: pathlib.Path, metrics: pathlib.Path, rules: pathlib.Path) -> None:
        super().__init__(directory)
        self._exporter = http.server.ThreadingHTTPServer((LOOPBACK, 0), functools.partial(_Metrics, metrics))
        self._config = directory / 'prometheus.yml'
        target = f'{LOOPBACK}:{self._exporter.server_port}'
        content = {
            'global': {'scrape_interval': '500ms', 'scrape_timeout': '500ms', 'evaluation_interval': '500ms'},
            'rule_files': [str(rules)],
            'scrape_configs': [{'job_name': 'node', 'static_configs': [{'targets': [target]}]}],
        }
        self._config.write_text(yaml.safe_dump(content))

    @classmethod
    def why_not(cls) -> str:
        return '' if shutil.which(cls.program) else 'it needs the Debian package prometheus'

    def options(self) -> list[str]:
        return [
            f'--config.file={self._config}',
            f'--storage.tsdb.path={self.directory / "data"}',
            f'--web.listen-address={self.address}',
        ]

    def __enter__(self) -> Prometheus:
        threading.Thread(target=self._exporter.serve_forever, daemon=True).start()
        try:
            super().__enter__()
            until(lambda: self.query('sendmemo_report_timestamp_seconds'))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self._exporter.shutdown()
        self._exporter.server_close()

    def query(self, expression: str) -> list[t.Any]:
        """Return the series that an expression has now. Raises HTTPError for one that is wrong."""
        found: list[t.Any] = self.ask('/api/v1/query', query=expression)['data']['result']
        return found

    def query_range(self, expression: str) -> list[t.Any]:
        """Return the series of the last minute."""
        now = time.time()
        limits = {'start': f'{now - 60:.3f}', 'end': f'{now:.3f}', 'step': '1'}
        found: list[t.Any] = self.ask('/api/v1/query_range', query=expression, **limits)['data']['result']
        return found

    def rules(self) -> list[t.Any]:
        """Return the rules, each with its health, once all have been evaluated."""

        def evaluated() -> list[t.Any]:
            rules = [rule for group in self.ask('/api/v1/rules')['data']['groups'] for rule in group['rules']]
            return [] if any(rule['health'] == 'unknown' for rule in rules) else rules

        found: list[t.Any] = until(evaluated)
        return found
