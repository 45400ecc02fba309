# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of a report as they are in its directory: read together, so that they are of the same run."""

from __future__ import annotations

import hashlib
import os
import pathlib
import stat
import typing as t

from ..fleet_report.formats.files import FORMATS, locked
from ..fleet_report.formats.from_json import LARGEST, from_json
from ..fleet_report.model import Report
from ..foreign_values import InvalidValue

REPORT = FORMATS['json'][0]


class ReportFiles(t.NamedTuple):
    """A report, and the content of its files by their names; `files` has at least report.json."""

    report: Report
    files: dict[str, bytes]


def read_files(directory: pathlib.Path, stale_days: float) -> ReportFiles:
    """Return the report in a directory. Raises OSError and InvalidValue."""
    if not directory.is_dir():
        raise FileNotFoundError(2, 'there is no such directory')
    with locked(directory):
        files = {name: content for name, _make in FORMATS.values() if (content := _content(directory / name)) is not None}
    if REPORT not in files:
        raise InvalidValue(f'there is no {REPORT} in it')
    return ReportFiles(from_json(files[REPORT], stale_days), files)


def _content(path: pathlib.Path) -> bytes | None:
    """Return the content of a file, None if there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, 'rb') as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise InvalidValue(f'{path.name} is not a file')
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InvalidValue(f'{path.name} has more than {LARGEST >> 20} MiB')
    return content


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
