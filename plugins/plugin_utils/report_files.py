# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of a report on disk: each wholly there or not at all, and an earlier one read without being led elsewhere."""
from __future__ import annotations

import os
import pathlib
import stat
import tempfile
import typing as t

from .report_csv import to_csv
from .report_html import to_html
from .report_json import LARGEST, from_json, to_json
from .report_junit import to_junit
from .report_model import Report
from .report_prometheus import to_prometheus
from .report_values import Odd

# By the name of the format: the file, and what makes its text.
FORMATS: dict[str, tuple[str, t.Callable[[Report], str]]] = {
    'html': ('index.html', to_html),
    'json': ('report.json', to_json),
    'csv': ('report.csv', to_csv),
    'junit': ('junit.xml', to_junit),
    'prometheus': ('sendmemo.prom', to_prometheus),
}


def write_report(
        report: Report, directory: pathlib.Path, formats: t.Sequence[str], only_look: bool = False) -> list[pathlib.Path]:
    """Write the files whose content is another than it was, and return their paths; `only_look` writes none.

    Raises OSError; then each file is the new or the old one, never half of one.
    """
    if not only_look:
        directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name in formats:
        file, make = FORMATS[name]
        path, content = directory / file, make(report).encode('utf-8', 'replace')
        if not _is_the_same(path, content):
            written.append(path)
            if not only_look:
                _replace(path, content)
    return written


def _is_the_same(path: pathlib.Path, content: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _replace(path: pathlib.Path, content: bytes) -> None:
    """Put content in a file's place in one step, after it is on the disk, for all to read as the umask allows."""
    umask = os.umask(0o077)
    os.umask(umask)
    handle, name = tempfile.mkstemp(prefix=f'.{path.name}.', dir=path.parent)
    try:
        with os.fdopen(handle, 'wb') as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), 0o666 & ~umask)
            os.fsync(stream.fileno())
        pathlib.Path(name).replace(path)
    except BaseException:
        pathlib.Path(name).unlink(missing_ok=True)
        raise


def read_report(path: pathlib.Path) -> Report:
    """Return the report in a report.json. Raises OSError and Odd; FileNotFoundError where there is none."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, 'rb') as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Odd('it is not a file')
        return from_json(stream.read(LARGEST + 1))
