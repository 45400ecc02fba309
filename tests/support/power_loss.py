# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a disk may hold after the power was lost, by the system calls of a run.

POSIX promises no more than this: a file's content and rights are on disk once it was synced after its last change; a name
is once its directory was. Until then each change of a directory may have come to the disk or not, whatever the order.
(Most file systems keep more, none less.)
"""

from __future__ import annotations

import itertools
import pathlib
import re
import typing as t

from .system_calls import Call

_FD = re.compile(r'^\d+<(.*?)>$')
MOST_PENDING = 12  # changes of one directory of which every choice is looked at


class Node:
    """A file or directory. `safe`: its content is on disk. A directory has what it holds `now` and held when `synced`."""

    def __init__(self, safe: bool, origin: str) -> None:
        self.safe = safe
        self.origin = origin
        self.now: dict[str, Node] = {}
        self.synced: dict[str, Node] = {}
        self.pending: list[dict[str, Node | None]] = []

    def change(self, **entries: Node | None) -> None:
        """Change names together (a rename is two): None takes one away."""
        for name, node in entries.items():
            self.now.pop(name, None)
            if node is not None:
                self.now[name] = node
        self.pending.append(entries)

    def sync(self) -> None:
        self.safe = True
        self.synced, self.pending = dict(self.now), []

    def after_loss(self) -> t.Iterator[dict[str, Node]]:
        """Yield what the directory may hold."""
        assert len(self.pending) <= MOST_PENDING
        for chosen in itertools.product((False, True), repeat=len(self.pending)):
            found = dict(self.synced)
            for entries, came in zip(self.pending, chosen, strict=True):
                for name, node in entries.items() if came else ():
                    found.pop(name, None)
                    if node is not None:
                        found[name] = node
            yield found


def of_tree(path: pathlib.Path) -> Node:
    """Return a directory as it is on disk before a run."""
    node = Node(True, str(path))
    for entry in path.iterdir():
        node.now[entry.name] = of_tree(entry) if entry.is_dir() else Node(True, f'old {entry.name}')
    node.sync()
    return node


class Disk:
    """A disk below `base`, which lives through a run's calls one by one."""

    def __init__(self, base: pathlib.Path) -> None:
        self.base = base
        self.root = of_tree(base)

    def find(self, path: str) -> Node | None:
        """Return what is at a path below the base, None where the path is elsewhere or nothing is there."""
        if not path.startswith(f'{self.base}/') and path != str(self.base):
            return None
        node: Node | None = self.root
        for part in path[len(str(self.base)) :].split('/'):
            node = node.now.get(part) if node is not None and part else node
        return node

    def _directory(self, argument: str) -> Node:
        match = _FD.match(argument)
        node = self.find(match.group(1)) if match else None
        assert node is not None, argument
        return node

    def take(self, call: Call) -> None:
        """Do what a call did."""
        if call.result.startswith(('-1', '?')):
            return
        parts = call.arguments.split(', ')
        match = _FD.match(parts[0])
        node = self.find(match.group(1)) if match else None
        if node is None:
            assert str(self.base) not in call.arguments or not call.changes, f'not by a descriptor: {call}'
            return
        name = parts[1].strip('"') if len(parts) > 1 else ''
        if call.name in ('fsync', 'fdatasync'):
            node.sync()
        elif call.name in ('write', 'fchmod', 'fchown', 'ftruncate'):
            node.safe = False
        elif call.name == 'openat' and 'O_CREAT' in call.arguments:
            node.change(**{name: Node(False, f'new {name}')})
        elif call.name == 'mkdirat':
            node.change(**{name: Node(True, f'new {name}')})
        elif call.name == 'unlinkat':
            node.change(**{name: None})
        elif call.name == 'linkat':
            self._directory(parts[2]).change(**{parts[3].strip('"'): node.now[name]})
        elif call.name in ('renameat', 'renameat2') and parts[2] == parts[0]:
            node.change(**{name: None, parts[3].strip('"'): node.now[name]})
        elif call.name in ('renameat', 'renameat2'):  # from one directory into another: either may come to the disk first
            moved = node.now[name]
            self._directory(parts[2]).change(**{parts[3].strip('"'): moved})
            node.change(**{name: None})
        else:
            assert not call.changes or call.name == 'flock', f'not understood: {call}'
