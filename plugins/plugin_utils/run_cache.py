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
    computed: list[Computed] = []

    def as_json() -> bytes:
        computed.append(compute())
        return json.dumps(computed[0]).encode('ascii')

    try:
        known = once_bytes(key, as_json, directory)
        return computed[0] if computed else t.cast('Computed', json.loads(known))
    except ValueError:  # cut short by a full disk, for instance
        if computed:
            raise
    return compute()


def once_bytes(key: t.Sequence[bytes | str], compute: t.Callable[[], bytes], directory: str | None = None) -> bytes:
    """Return what `compute` returns, as `once` does; what another worker could not write completely is returned as it is."""
    parts = [part.encode() if isinstance(part, str) else part for part in key]
    digest = hashlib.sha256(b''.join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    path = pathlib.Path(directory or C.DEFAULT_LOCAL_TMP) / f'infoprint-{digest}'
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return compute()
    with os.fdopen(descriptor, 'r+b', buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, however the worker ends
            if known := file.read():
                return known
        except OSError:
            return compute()
        value = compute()
        try:
            file.write(value)
        except OSError:
            pass
        return value
