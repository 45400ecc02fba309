# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Puts the files of a fleet report into an archive by date, on the controller."""

from __future__ import annotations

import pathlib
import time
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils.distribution.archive import archive, outdated, remove
from ..plugin_utils.distribution.report_files import read_files
from ..plugin_utils.fleet_report import times
from ..plugin_utils.fleet_report.state import STALE_DAYS
from ..plugin_utils.foreign_values import InvalidValue
from ..plugin_utils.options.spec import ArgumentError, file_mode

SPEC: dict[str, dict[str, t.Any]] = {
    'directory': {'type': 'path', 'required': True},
    'archive': {'type': 'path', 'required': True},
    'keep_days': {'type': 'float', 'default': 0},
    'mode': {'type': 'raw', 'default': '0640'},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, args = self.validate_argument_spec(SPEC)
        directory, into = pathlib.Path(args['directory']), pathlib.Path(args['archive'])
        try:
            if args['keep_days'] < 0:
                raise ArgumentError(f'keep_days is {args["keep_days"]:g}: give the days, or 0 to keep all')
            mode = file_mode(args['mode'])
            read = read_files(directory, STALE_DAYS)
        except ArgumentError as error:
            raise AnsibleActionFail(str(error)) from None
        except (OSError, InvalidValue) as error:
            raise AnsibleActionFail(f"{directory} can't be read as a report: {_why(error)}") from None
        try:
            done = archive(read.files, read.report.generated, into, mode, dry_run=self._task.check_mode)
            old = [path for path in outdated(into, args['keep_days'], _now()) if path != done.path]
            if not self._task.check_mode:
                remove(old)
        except OSError as error:
            raise AnsibleActionFail(f"{into} can't be written: {_why(error)}") from None
        result.update(
            changed=done.is_new or bool(old),
            path=str(done.path),
            files=sorted(read.files),
            removed=[str(path) for path in old],
            msg=f'{done.path}: {"archived" if done.is_new else "it was there already"}',
        )
        return result


def _why(error: Exception) -> str:
    return str(getattr(error, 'strerror', None) or error)


def _now() -> str:
    return times.moment_of(time.time_ns() // 1000)
