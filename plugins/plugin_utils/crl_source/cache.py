# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The CRLs that are kept on the controller: for each address the last usable one, and when and how it was fetched.

Each change is staged beside the file, synced and renamed over it, under a lock. So a killed run, a full disk or two runs at once
leave the old file or the new one. What is kept is not trusted either: whoever reads it checks it as if it had just been fetched.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import re
import time
import typing as t
import urllib.parse

from ..bounded_json import load
from .download import LARGEST, Validators
from .urls import shown

LOCK_SECONDS = 10.0  # that another run may hold a lock: it does not fetch meanwhile
_MOST_STATE, _MOST_VALUES = 16 << 10, 100  # bytes of a state's file, and values in it
_LARGEST_PEM = LARGEST * 3 // 2  # bytes: DER in PEM is longer by a third
_NEVER = -1.0


class Kept(t.NamedTuple):
    """What is kept of an address: the CRL in PEM, b'' = none; the validators that came with it; when an answer last confirmed it,
    in seconds since 1970, a negative number = unknown."""

    pem: bytes = b''
    validators: Validators = Validators()
    fetched: float = _NEVER

    @property
    def is_known(self) -> bool:
        """Whether it is known when it was fetched."""
        return self.fetched >= 0


class Cache:
    """A directory of kept CRLs at the time `now`, in seconds since 1970.

    `is_written` false leaves it as it is, as in check mode.
    """

    def __init__(self, directory: str, now: float, is_written: bool = True) -> None:
        self.directory = pathlib.Path(directory)
        self._now = now
        self._is_written = is_written

    def path(self, url: str) -> pathlib.Path:
        """Return the file of an address: named for its host, and for all of it by a hash."""
        host = re.sub(r'[^\w.-]', '_', urllib.parse.urlsplit(url).hostname or '', flags=re.ASCII)[:60]
        return self.directory / f'{host}-{hashlib.sha256(url.encode("utf-8", "surrogateescape")).hexdigest()[:32]}.crl.pem'

    def read(self, url: str) -> Kept:
        """Return what is kept of an address. What can't be read counts as not there."""
        path = self.path(url)
        pem = _read(path, _LARGEST_PEM)
        if not pem:
            return Kept()
        try:
            state = load(_read(_state_path(path), _MOST_STATE), _MOST_VALUES)
        except (ValueError, RecursionError):
            return Kept(pem)
        if not isinstance(state, dict) or state.get('sha256') != _digest(pem):
            return Kept(pem)
        fetched, texts = state.get('fetched'), [state.get(name) for name in ('etag', 'last_modified')]
        is_time = isinstance(fetched, int | float) and 0 <= fetched <= self._now + 1
        validators = Validators(*(text if isinstance(text, str) and text.isprintable() else '' for text in texts))
        return Kept(pem, validators, float(t.cast(float, fetched)) if is_time else _NEVER)

    @contextlib.contextmanager
    def locked(self, url: str) -> t.Iterator[None]:
        """Keep other runs from changing what is kept of an address. Raises OSError where the directory can't be written."""
        if not self._is_written:
            yield
            return
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.path(url).with_suffix('.lock'), flags, 0o600)
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def write(self, url: str, kept: Kept) -> None:
        """Replace what is kept of an address; a CRL that is the same is not written again. Raises OSError."""
        if not self._is_written:
            return
        path = self.path(url)
        self._remove_staged(path)
        if _read(path, _LARGEST_PEM) != kept.pem:
            self._replace(path, kept.pem)
        state = {'url': shown(url), 'sha256': _digest(kept.pem), 'fetched': kept.fetched, **kept.validators._asdict()}
        self._replace(_state_path(path), json.dumps(state, indent=1).encode('ascii') + b'\n')

    def _replace(self, path: pathlib.Path, content: bytes) -> None:
        staged = path.with_name(f'.{path.name}.{os.urandom(8).hex()}.new')
        try:
            with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), 'wb') as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(path)
        except OSError:
            staged.unlink(missing_ok=True)
            raise
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _remove_staged(self, path: pathlib.Path) -> None:
        """Remove what a killed run has left of this address."""
        for left in self.directory.glob(f'.{path.name.removesuffix(".pem")}.*.new'):
            left.unlink(missing_ok=True)


def _lock(descriptor: int) -> None:
    """Take a lock. Raises OSError if another run holds it for too long."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise TimeoutError(f'another run has held its lock for {LOCK_SECONDS:g} s') from None
            time.sleep(0.05)


def _state_path(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(path.name.removesuffix('.pem') + '.json')


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(path: pathlib.Path, most: int) -> bytes:
    """Return the content of a regular file, b'' if it can't be read or is larger than `most`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, 'rb') as file:
            content = file.read(most + 1)
    except OSError:
        return b''
    return content if len(content) <= most else b''
