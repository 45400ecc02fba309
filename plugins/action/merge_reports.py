# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes one report of several, on the controller."""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils.fleet_report import values
from ..plugin_utils.fleet_report.compare import compare, merge
from ..plugin_utils.fleet_report.formats.files import FORMATS, locked, read_report, write_report
from ..plugin_utils.fleet_report.model import Report
from ..plugin_utils.fleet_report.summary import since, verdict
from ..plugin_utils.foreign_values import InvalidValue
from ..plugin_utils.options.spec import ArgumentError, file_mode

REPORT = FORMATS['json'][0]
SPEC: dict[str, dict[str, t.Any]] = {
    'reports': {'type': 'list', 'elements': 'path', 'required': True},
    'directory': {'type': 'path', 'required': True},
    'title': {'type': 'str', 'default': ''},
    'formats': {'type': 'list', 'elements': 'str', 'choices': list(FORMATS), 'default': list(FORMATS)},
    'compare_with': {'type': 'path'},
    'hosts': {'type': 'list', 'elements': 'str', 'default': []},
    'mode': {'type': 'raw', 'default': '0640'},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, args = self.validate_argument_spec(SPEC)
        if not args['reports']:
            raise AnsibleActionFail('reports is empty: give the reports that are to be merged')
        try:
            mode = file_mode(args['mode'])
        except ArgumentError as error:
            raise AnsibleActionFail(str(error)) from None
        reports, unreadable = _read_all(args['reports'])
        report = merge(reports, args['title'], map(values.host_name, args['hosts']))
        report.missing += list(unreadable)
        directory = pathlib.Path(args['directory'])
        try:
            with contextlib.nullcontext() if self._task.check_mode else locked(directory):
                before = _before(directory, args['compare_with'])
                if before is not None and before.generated == report.generated:
                    report.comparison = before.comparison  # it was made of the same reports
                elif before is not None:
                    report.comparison = compare(before, report)
                changed = write_report(report, directory, args['formats'], mode, dry_run=self._task.check_mode)
        except OSError as error:
            raise AnsibleActionFail(f"{directory} can't be written: {error.strerror or error}") from None
        result.update(
            changed=bool(changed),
            verdict=verdict(report),
            states=report.counts(),
            files=[str(directory / FORMATS[name][0]) for name in FORMATS if name in args['formats']],
            msg='\n'.join([*unreadable.values(), verdict(report), *([since(report.comparison)] if report.comparison else [])]),
            failed=bool(unreadable),
        )
        return result


def _file(path: str) -> pathlib.Path:
    """Return the report that a path means: itself, or the one in a directory."""
    given = pathlib.Path(path)
    return given / REPORT if given.is_dir() else given


def _read_all(paths: t.Sequence[str]) -> tuple[list[Report], dict[str, str]]:
    """Return the reports that can be read, and by the path of each other one why it can't be. Fails if none can."""
    reports, unreadable = [], {}
    for path in paths:
        try:
            reports.append(_read(_file(path)))
        except AnsibleActionFail as error:
            unreadable[values.text(path)] = values.text(str(error))
    if not reports:
        raise AnsibleActionFail('; '.join(unreadable.values()))
    return reports, unreadable


def _read(path: pathlib.Path) -> Report:
    try:
        return read_report(path)
    except (OSError, InvalidValue) as error:
        raise AnsibleActionFail(f"{path} can't be read as a report: {getattr(error, 'strerror', None) or error}") from None


def _before(directory: pathlib.Path, named: str | None) -> Report | None:
    """Return the report to compare with: the one that is named, else the one that is replaced, if there is one."""
    if named:
        return _read(_file(named))
    path = directory / REPORT
    return _read(path) if path.exists() else None
