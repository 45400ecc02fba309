# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One backup: the directory of a replaced set, and the manifest.json that describes it.

`{"format": 1, "taken": UTC time, "files": {name: {"sha256", "mode", "uid", "gid"}}, "settings": {keyword: text},
"attributes": {name: value}, "outside": {path: sha256}}`. A file that was not read is not a copy but the file itself, with its
rights, and has `"unread": true` in place of its digest. A set without files is that of a server that had no configuration;
`attributes` has the server's own where they belong to the set, null for one that was unset; `outside` the trust files outside
the working directory that the set which replaced this one names, as they were checked.
"""

import itertools
import json
import os
import re
import stat
import time
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..files.working_dir import fs_bytes, is_permanent, names_in, open_directory, read_file, sync_directory
from ..problems import ProblemError
from .set_files import CurrentFile
from .unreadable_files import UNREAD, Unread, UnreadBackups, are_same, unread_backups

MANIFEST = 'manifest.json'
LARGEST_MANIFEST = 1 << 14  # bytes
MOST_FILES = 16  # in one backup
SET = re.compile(r'^\d{8}T\d{6}Z-\d{4}$')  # the name of one
UNFINISHED = re.compile(r'^\.[0-9a-f]{16}\.new$')
_DIGEST = re.compile('[0-9a-f]{64}')

Digests = Dict[str, str]  # of each file, by its name
Attributes = Dict[str, Optional[str]]  # of the server, by name; None = unset
Copies = Dict[str, Tuple[bytes, os.stat_result]]  # content and status of the files that are copied, by name


class BackupSet(NamedTuple):
    """A backup. Without `digests` it is that of a server that had no configuration."""

    name: str
    path: str
    digests: Digests
    attributes: Attributes
    outside: Digests  # by path
    unread: UnreadBackups = {}

    @property
    def is_incomplete(self) -> bool:
        """Whether an unread file was moved out of it, to be restored, or was never moved into it."""
        return None in self.unread.values()

    def has(self, digests: Digests, attributes: Attributes, unread: Unread) -> bool:
        """Return whether this is the set. Beside an unread configuration there may be trust files that don't belong to it."""
        same = self.digests.items() <= digests.items() if CONFIG_NAME in unread else self.digests == digests
        return same and self.attributes == attributes and are_same(self.unread, unread)


def read_backup(fd: int, name: str, path: str) -> Optional[BackupSet]:
    """Return the open backup `name` as its manifest describes it, None for a manifest that was not written here."""
    try:
        content, _status = read_file(MANIFEST, LARGEST_MANIFEST, dir_fd=fd)
        manifest = json.loads(content.decode('utf-8'))
        if not all(map(_is_file_name, manifest['files'])):
            return None
        unread = unread_backups(fd, manifest['files'])
        digests = {file: entry['sha256'] for file, entry in manifest['files'].items() if file not in unread}
        attributes, outside = manifest.get('attributes') or {}, manifest.get('outside') or {}
        are_texts = all(value is None or isinstance(value, str) for value in attributes.values())
        if manifest['format'] != 1 or not are_texts or not all(map(_DIGEST.fullmatch, digests.values())):
            return None
        return BackupSet(name, path, digests, attributes, dict(outside), unread)
    except (OSError, ProblemError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_file_name(name: str) -> bool:
    try:
        return bool(name) and not set(fs_bytes(name)) & set(b'/\0') and name not in ('.', '..')
    except UnicodeEncodeError:  # half a surrogate pair
        return False


def write_backup(fd: int, copies: Copies, manifest: Mapping[str, Any]) -> None:
    """Write the files of a backup and its manifest into an open directory. Raises OSError."""
    contents = {name: content for name, (content, _status) in copies.items()}
    contents[MANIFEST] = _encoded(manifest)
    for name, content in contents.items():
        file_fd = os.open(fs_bytes(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=fd)
        with os.fdopen(file_fd, 'wb') as stream:
            stream.write(content)
            stream.flush()
            os.fsync(file_fd)
    sync_directory(fd)


def manifest_of(
    config: Optional[CurrentFile],
    copies: Copies,
    digests: Digests,
    attributes: Optional[Attributes],
    outside: Digests,
    unread: Unread,
) -> Dict[str, Any]:
    """Return the manifest of a backup of the set whose configuration is `config`."""
    files = {name: dict(_rights(copies[name][1]), sha256=digest) for name, digest in digests.items()}
    files.update({name: dict(_rights(file.status), **{UNREAD: True}) for name, file in unread.items()})
    manifest: Dict[str, Any] = {
        'format': 1,
        'taken': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
        'files': files,
        'settings': parse(config.content or b'' if config is not None else b'', CONFIG_NAME).given,
    }
    if attributes:
        manifest['attributes'] = attributes
    if outside:
        manifest['outside'] = outside
    return manifest


def _rights(status: os.stat_result) -> Dict[str, Any]:
    return {'mode': '%04o' % stat.S_IMODE(status.st_mode), 'uid': status.st_uid, 'gid': status.st_gid}


def _encoded(manifest: Mapping[str, Any]) -> bytes:
    """Return the manifest's text. Where it would be too large to be read again, the least needed parts are left out."""
    left = dict(manifest)
    for dropped in ('', 'settings', 'outside'):
        left.pop(dropped, None)
        text = json.dumps(left, indent=1, sort_keys=True).encode('ascii') + b'\n'
        if len(text) <= LARGEST_MANIFEST:
            break
    return text


def set_names(top: int) -> List[str]:
    return sorted(name for name in names_in(top) if SET.match(name))


def next_name(last: Optional[str]) -> str:
    """Return the name of the next backup, which comes after the `last` one also where the clock was set back."""
    now = time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())
    number = 1 if last is None else (int(last[-4:]) + 1) % 10000
    name = '%s-%04d' % (now, number)
    return name if last is None or name > last else '%s-%04d' % (last[:16], number)


def open_set(top: int, name: str) -> int:
    return open_directory(fs_bytes(name), top)


def remove_set(top: int, name: str) -> bool:
    """Remove a backup: a directory of few files, nothing deeper; anything else is left alone.

    Return whether it can't be removed.
    """
    try:
        fd = open_set(top, name)
        try:
            names = list(itertools.islice(names_in(fd), MOST_FILES + 1))
            for file_name in names if len(names) <= MOST_FILES else ():
                os.unlink(fs_bytes(file_name), dir_fd=fd)
        finally:
            os.close(fd)
        os.rmdir(name, dir_fd=top)
    except OSError as error:
        return is_permanent(error)
    return False
