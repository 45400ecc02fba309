# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An archive of reports: a directory for each, named by its time, written whole or not at all and never written again."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import re
import shutil
import tempfile
import typing as t

from ..fleet_report import times
from ..fleet_report.formats.files import FORMATS
from .report_files import digest

SUMS = 'SHA256SUMS'
NAME = re.compile('([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z(-[0-9]{1,3})?')
MOST_OF_A_SECOND = 100  # reports: of runs at the same time
OWN_FILES = frozenset((SUMS, *(name for name, _make in FORMATS.values())))


class Archived(t.NamedTuple):
    """Where a report is in the archive, and whether it was put there now."""

    path: pathlib.Path
    is_new: bool


def with_sums(files: t.Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a report with their digests, in a file that `sha256sum -c` reads."""
    lines = [f'{digest(content)}  {name}\n' for name, content in sorted(files.items())]
    return {**files, SUMS: ''.join(lines).encode()}


def archive(files: t.Mapping[str, bytes], generated: str, directory: pathlib.Path, mode: int, dry_run: bool = False) -> Archived:
    """Put the files of a report that was made at the time `generated` into the archive. Raises OSError.

    A report that is there already stays as it is. Another one of the same second gets a number.
    """
    content = with_sums(files)
    for number in range(1, MOST_OF_A_SECOND + 1):
        path = directory / (generated.replace(':', '') + (f'-{number}' if number > 1 else ''))
        is_free = not path.is_symlink() and not path.exists()
        if is_free and (dry_run or _written(content, path, mode)):
            return Archived(path, True)
        if _sums_of(path) == content[SUMS]:
            return Archived(path, False)
    raise FileExistsError(17, f'it has {MOST_OF_A_SECOND} other reports of that second')


def _sums_of(path: pathlib.Path) -> bytes:
    try:
        return (path / SUMS).read_bytes()
    except OSError:
        return b''


def _written(content: t.Mapping[str, bytes], path: pathlib.Path, mode: int) -> bool:
    """Write a directory, and give it its name when all of it is on disk; return False if another run was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = pathlib.Path(tempfile.mkdtemp(prefix='.partial.', dir=path.parent))
    try:
        for name, data in content.items():
            _write(partial / name, data, mode)
        partial.chmod(_directory_mode(mode))
        _sync(partial)
        try:
            partial.rename(path)  # which never replaces a directory with files in it
        except OSError:
            if path.exists():
                return False
            raise
        _sync(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


def _write(path: pathlib.Path, data: bytes, mode: int) -> None:
    with path.open('xb') as stream:
        stream.write(data)
        stream.flush()
        os.fchmod(stream.fileno(), mode)
        os.fsync(stream.fileno())


def _sync(directory: pathlib.Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _directory_mode(mode: int) -> int:
    """Return the mode of a directory whose files have a mode: who reads them searches it."""
    return mode | (mode & 0o444) >> 2


def outdated(directory: pathlib.Path, keep_days: float, now: str) -> list[pathlib.Path]:
    """Return the reports in the archive that are more than so many days older than `now`; 0 = none.

    One in which there is anything else, such as a signature, is not among them.
    """
    if not keep_days or not directory.is_dir():
        return []
    first = times.at(now) - dt.timedelta(days=keep_days)
    return [path for path in sorted(directory.iterdir()) if (made := _made(path)) and times.at(made) < first and _is_own(path)]


def _made(path: pathlib.Path) -> str:
    """Return when the report in a directory of the archive was made, '' for anything else."""
    match = NAME.fullmatch(path.name)
    return times.valid_moment(f'{match[1]}T{match[2]}:{match[3]}:{match[4]}Z') if match else ''


def _is_own(path: pathlib.Path) -> bool:
    return path.is_dir() and not path.is_symlink() and {entry.name for entry in path.iterdir()} <= OWN_FILES


def remove(paths: t.Iterable[pathlib.Path]) -> None:
    """Remove reports that `outdated` returned. Raises OSError."""
    for path in paths:
        for name in OWN_FILES:
            (path / name).unlink(missing_ok=True)
        path.rmdir()
