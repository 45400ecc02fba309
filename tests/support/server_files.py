# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is in a server's working directory, observed from outside: the active set as a reader meets it, what nobody needs,
and all that can be observed of a tree of files. Nothing here uses the collection's own code."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import re
import stat
import tempfile
import typing as t

CONFIG = 'sendmemo-ssl.cfg'
BACKUPS = 'sendmemo-ssl.backups'
_NAMES = re.compile(rb'^(?:CAFile|CrlFile) = (.+)$', re.MULTILINE)
_TAKEN = re.compile(r'^\d{8}T\d{6}Z-\d{4}$')

# A configuration and the content of each file that it names, by name; empty without a configuration.
FileSet = dict[str, bytes]


def let_pass(directory: pathlib.Path) -> None:
    """Let every user get to a directory of a test, below the directory for temporary files."""
    for path in (directory, *directory.parents):
        if str(path).startswith(tempfile.gettempdir() + os.sep):
            path.chmod(path.stat().st_mode | 0o055)


def named_in(config: bytes) -> list[str]:
    """Return the trust files that a configuration names."""
    return [name.decode() for name in _NAMES.findall(config)]


def active_set(directory: pathlib.Path) -> FileSet:
    """Read the active set as sendmemo does: the configuration, then one after the other what it names. OSError if one lacks."""
    try:
        config = (directory / CONFIG).read_bytes()
    except FileNotFoundError:
        return {}
    return {CONFIG: config, **{name: (directory / name).read_bytes() for name in named_in(config)}}


def backups_in(directory: pathlib.Path) -> list[FileSet]:
    """Return the backups, oldest first. Each must be whole by its manifest, and nothing else may be there."""
    found = []
    for path in sorted((directory / BACKUPS).iterdir()) if (directory / BACKUPS).exists() else []:
        assert _TAKEN.match(path.name), path
        manifest = json.loads((path / 'manifest.json').read_bytes())
        files = {name: (path / name).read_bytes() for name in manifest['files']}
        assert {one.name for one in path.iterdir()} == {*files, 'manifest.json'}, path
        for name, content in files.items():
            entry = manifest['files'][name]
            if entry.get('unread'):
                status = (path / name).stat()
                assert (int(entry['mode'], 8), entry['uid']) == (stat.S_IMODE(status.st_mode), status.st_uid), path / name
            else:
                assert entry['sha256'] == hashlib.sha256(content).hexdigest(), path / name
        found.append(files)
    return found


def left_behind(directory: pathlib.Path, besides: t.Container[str] = ()) -> list[str]:
    """Return the names of what nobody needs: all but the active set, the backups (whole ones) and `besides`."""
    needed = {*active_set(directory), BACKUPS}
    if not backups_in(directory):
        needed.discard(BACKUPS)
    return sorted(path.name for path in directory.iterdir() if path.name not in needed and path.name not in besides)


def tree(base: pathlib.Path, *, listed: bool = False) -> dict[str, tuple[t.Any, ...]]:
    """Return all that can be observed of `base` and of each file below, examined without a trace: kind, rights, inode,
    links, times and content; of directories, with `listed`, also when they were last listed."""
    fd = os.open(base, os.O_RDONLY | os.O_NOATIME | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        status = os.fstat(fd)
        found = {str(base): (*_facts(status), status.st_atime_ns if listed else 0)}
        for name in sorted(os.listdir(fd)):  # noqa: PTH208, of the descriptor, which leaves no trace
            path = base / name
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                found.update(tree(path, listed=listed))
            else:
                found[str(path)] = (*_facts(status), _content(path, status))
        return found
    finally:
        os.close(fd)


def _facts(status: os.stat_result) -> tuple[t.Any, ...]:
    return (status.st_mode, status.st_uid, status.st_gid, status.st_nlink, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def _content(path: pathlib.Path, status: os.stat_result) -> bytes:
    if stat.S_ISLNK(status.st_mode):
        return os.fsencode(path.readlink())
    if not stat.S_ISREG(status.st_mode):
        return b''
    with open(path, 'rb', opener=lambda name, flags: os.open(name, flags | os.O_NOATIME)) as stream:
        return stream.read()
