# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is computed once in a run, for all hosts: the workers of a run are processes that share only files.

The files are in ansible-core's own temporary directory of the run, which is private to the user and removed at its end.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pathlib
import typing as t

from ansible import constants as C

Computed = t.TypeVar('Computed')


def once(key: t.Sequence[bytes | str], compute: t.Callable[[], Computed], directory: str | None = None) -> Computed:
    """Return what `compute` returns, which JSON can hold; of several workers with the same key one computes, the others wait.

    Where the directory can't be used, each computes. `directory` is for tests.
    """
    parts = [part.encode() if isinstance(part, str) else part for part in key]
    digest = hashlib.sha256(b''.join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    path = pathlib.Path(directory or C.DEFAULT_LOCAL_TMP) / f'infoprint-{digest}.json'
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return compute()
    with os.fdopen(descriptor, 'r+', encoding='utf-8') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, however the worker ends
            if known := file.read():
                return t.cast('Computed', json.loads(known))
        except (OSError, ValueError):  # cut short by a full disk, for instance
            return compute()
        value = compute()
        try:
            file.write(json.dumps(value))
        except OSError:
            pass
        return value
