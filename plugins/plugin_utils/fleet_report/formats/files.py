# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of a report on disk: each written whole or not at all.

To update the report that is there, hold the lock of its directory from reading to writing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pathlib
import stat
import tempfile
import time
import typing as t

from ...foreign_values import InvalidValue
from ..model import Report
from ..state import STALE_DAYS
from .from_json import LARGEST, from_json
from .to_csv import to_csv
from .to_html import to_html
from .to_json import to_json
from .to_junit import to_junit
from .to_prometheus import to_prometheus

LOCK_SECONDS = 60.0
MODE = 0o640
CAN_NOT_LOCK = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
# By the name of the format: the file, and the function that makes its text.
FORMATS: dict[str, tuple[str, t.Callable[[Report], str]]] = {
    'html': ('index.html', to_html),
    'json': ('report.json', to_json),
    'csv': ('report.csv', to_csv),
    'junit': ('junit.xml', to_junit),
    'prometheus': ('sendmemo.prom', to_prometheus),
}


def write_report(
    report: Report, directory: pathlib.Path, formats: t.Sequence[str], mode: int = MODE, dry_run: bool = False
) -> list[pathlib.Path]:
    """Write the files whose content changes, and return their paths; `dry_run` writes none.

    Raises OSError; then each file is the new or the old one, never a part of one.
    """
    if not dry_run:
        directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name in formats:
        file, make = FORMATS[name]
        path, content = directory / file, make(report).encode('utf-8', 'replace')
        if not _is_the_same(path, content):
            written.append(path)
            if not dry_run:
                _replace(path, content, mode)
    return written


def _is_the_same(path: pathlib.Path, content: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _replace(path: pathlib.Path, content: bytes, mode: int) -> None:
    """Replace a file in one step, after the content is on disk."""
    handle, name = tempfile.mkstemp(prefix=f'.{path.name}.', dir=path.parent)
    try:
        with os.fdopen(handle, 'wb') as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        pathlib.Path(name).replace(path)
    except BaseException:
        pathlib.Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def locked(directory: pathlib.Path, seconds: float = LOCK_SECONDS) -> t.Iterator[None]:
    """Create the directory if it is missing, and lock its report, waiting `seconds` at most for other runs.

    Raises OSError, TimeoutError if another run keeps the lock. If a directory can't be locked (NFS), it isn't.
    """
    directory.mkdir(parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        end = time.monotonic() + seconds
        while not _is_locked(handle):
            if time.monotonic() >= end:
                raise TimeoutError(errno.ETIMEDOUT, f'another run has held its lock for {seconds:g} s')
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in CAN_NOT_LOCK:
            raise
    return True


def read_report(path: pathlib.Path, stale_days: float = STALE_DAYS) -> Report:
    """Return the report in a report.json. Raises OSError and InvalidValue; FileNotFoundError if there is none."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, 'rb') as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise InvalidValue('it is not a file')
        return from_json(stream.read(LARGEST + 1), stale_days)


def set_aside(path: pathlib.Path) -> pathlib.Path | None:
    """Rename a file that can't be read, so that it isn't replaced; return its new path, None if that can't be done."""
    kept = path.with_name(f'{path.name}.unreadable')
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        path.replace(kept)
    except OSError:
        return None
    return kept
