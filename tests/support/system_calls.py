# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The system calls of a run, by strace: what they were, and what happens where one of them kills the run or fails."""

from __future__ import annotations

import pathlib
import re
import shutil
import typing as t

# All that can change a file system, whichever of them a Python or a C library prefers.
CHANGING = (
    'creat',
    'open',
    'openat',
    'write',
    'writev',
    'pwrite64',
    'pwritev',
    'sendfile',
    'copy_file_range',
    'splice',
    'truncate',
    'ftruncate',
    'fallocate',
    'fsync',
    'fdatasync',
    'sync',
    'syncfs',
    'sync_file_range',
    'chmod',
    'fchmod',
    'fchmodat',
    'chown',
    'fchown',
    'lchown',
    'fchownat',
    'rename',
    'renameat',
    'renameat2',
    'link',
    'linkat',
    'symlink',
    'symlinkat',
    'unlink',
    'unlinkat',
    'rmdir',
    'mkdir',
    'mkdirat',
    'mknod',
    'mknodat',
    'utime',
    'utimes',
    'utimensat',
    'futimesat',
    'setxattr',
    'lsetxattr',
    'fsetxattr',
    'removexattr',
    'lremovexattr',
    'fremovexattr',
    'flock',
)
READING = (
    'read',
    'pread64',
    'stat',
    'fstat',
    'lstat',
    'newfstatat',
    'statx',
    'access',
    'faccessat',
    'faccessat2',
    'readlink',
    'readlinkat',
    'getdents64',
    'close',
)
_CALL = re.compile(r'^(\w+)\((.*) += (.*)$')
_CHANGES_ARE_ASKED = re.compile(r'O_(?:WRONLY|RDWR|CREAT|TRUNC)')
# What differs from run to run: random names, times of backups, numbers of pipes, lengths of answers.
_VARIES = (
    (re.compile(r'[0-9a-f]{16}\.new'), 'RANDOM.new'),
    (re.compile(r'\d{8}T\d{6}Z'), 'TIME'),
    (re.compile(r'pipe:\[\d+\]'), 'pipe'),
    (re.compile(r', \d+$'), ''),
)


class Call(t.NamedTuple):
    """One call: the how many-th of its name in the run, arguments and result as strace writes them, descriptors with paths."""

    name: str
    number: int
    arguments: str
    result: str

    @property
    def changes(self) -> bool:
        """Whether it can change something. (What is opened for reading changes nothing.)"""
        return self.name in CHANGING and (self.name not in ('open', 'openat') or bool(_CHANGES_ARE_ASKED.search(self.arguments)))

    def likeness(self, base: pathlib.Path) -> str:
        """Return what is the same in every run that comes to this call, wherever its `base`."""
        text = self.arguments.replace(str(base), 'BASE')
        for pattern, same in _VARIES:
            text = pattern.sub(same, text)
        return f'{self.name} #{self.number} {text}'


def why_not() -> str:
    """Return what this machine lacks for it, or ''."""
    return '' if shutil.which('strace') else 'not installed: strace'


def watched(log: pathlib.Path, names: t.Iterable[str] = CHANGING) -> tuple[str, ...]:
    """Return the command in front of a program whose calls of these names, of its first thread, are to be written to `log`."""
    return ('strace', '-qq', '-y', '-s', '32', '-o', str(log), '-e', 'trace=' + ','.join(f'?{name}' for name in names))


def killed_at(call: Call, log: pathlib.Path, names: t.Iterable[str] = ()) -> tuple[str, ...]:
    """Return the command in front of a program that is to be killed (SIGKILL) on its way into a call, which is not done.

    The log has the calls of that name, or of `names`.
    """
    return (*watched(log, names or [call.name]), '-e', f'inject={call.name}:signal=KILL:when={call.number}')


def failing_at(call: Call, error: str, log: pathlib.Path) -> tuple[str, ...]:
    """Return the command in front of a program in which a call is to fail with an error (EIO), and is not done."""
    return (*watched(log, [call.name]), '-e', f'inject={call.name}:error={error}:when={call.number}')


def calls_in(log: pathlib.Path) -> list[Call]:
    """Return the calls of a log in order, those that a signal interrupted included."""
    found: list[Call] = []
    counts: dict[str, int] = {}
    for line in log.read_text(errors='replace').splitlines():
        match = _CALL.match(line)
        if match:
            name = match.group(1)
            counts[name] = counts.get(name, 0) + 1
            found.append(Call(name, counts[name], match.group(2).rstrip(' )'), match.group(3)))
    return found
