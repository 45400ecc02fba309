# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A print host on a local connection, with two servers' working directories, and the modules that change them."""

from __future__ import annotations

import pathlib
import re
import stat
import typing as t

from .steps import Task

CONFIG = 'sendmemo-ssl.cfg'


class Site:
    """A print host on a local connection with the servers spl1 and spl2, and the module on it."""

    def __init__(self, base: pathlib.Path, ca: pathlib.Path, crl: pathlib.Path) -> None:
        self.base = base
        self.options: dict[str, t.Any] = {
            'base_dir': str(base),
            'enable_tls': 'starttls',
            'ca_src': str(ca),
            'crl_src': str(crl),
            'hostname': 'print1.example.com',
            'servers': [{'name': 'spl1'}, {'name': 'spl2', 'enable_tls': 'smtps'}],
        }
        for name in ('spl1', 'spl2'):
            (base / name).mkdir(parents=True)
        self.output = ''
        self.python: pathlib.Path | None = None
        self.timeout = 0

    async def run(self, *arguments: str, **options: t.Any) -> dict[str, t.Any]:
        """Run sendmemo_config, with `options` put over the site's own; None takes one away. Return the result."""
        return await self._task('sendmemo_config', arguments, {**self.options, **options})

    async def rollback(self, *arguments: str, **options: t.Any) -> dict[str, t.Any]:
        """Run sendmemo_rollback for spl1, without a try unless `options` ask for one. Return the result."""
        own = {'base_dir': str(self.base), 'servers': [{'name': 'spl1'}], 'try_before_commit': 'none'}
        return await self._task('sendmemo_rollback', arguments, {**own, **options})

    async def _task(self, module: str, arguments: t.Sequence[str], options: dict[str, t.Any]) -> dict[str, t.Any]:
        variables = {'ansible_python_interpreter': str(self.python)} if self.python else {}
        result = await Task(module, options, *arguments, variables=variables, timeout=self.timeout).result()
        self.output = result.pop('output')
        return result

    def config(self, server: str = 'spl1') -> pathlib.Path:
        return self.base / server / CONFIG

    def settings(self, server: str = 'spl1') -> dict[str, str]:
        lines = re.findall(r'^(\w+) = (.*)$', self.config(server).read_text(), re.MULTILINE)
        return dict(lines)

    def names(self, server: str = 'spl1') -> set[str]:
        """Return the names of all but the backups."""
        return {path.name for path in (self.base / server).iterdir()} - {'sendmemo-ssl.backups'}

    def snapshot(self) -> dict[str, tuple[t.Any, ...]]:
        """Return everything that can be observed of the files: kind, content, rights and times."""
        found = {}
        for path in sorted([self.base, *self.base.rglob('*')]):
            status = path.lstat()
            content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b''
            found[str(path)] = (status.st_mode, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_uid, content)
        return found
