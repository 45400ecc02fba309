# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files that a configuration names, read to be checked: with the owner's rights, and confined by their links.

Of the three readers, files.working_dir follows no link, this one none that leads out of the working directory, and
trust_store any, as sendmemo does.
"""

import base64
import hashlib
import os
import stat
from typing import Dict, List, NamedTuple

from ..files.permissions import write_problem
from ..files.working_dir import MAX_FILE, WorkingDir, fs_bytes, read_file
from ..messages.trust import TrustBlock, TrustContent
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .pem import Block, Pem, read_pem, structure_problems

MAX_HOST = 16 << 20  # bytes of distinct trust files that are read on one host
LEAST_BLOCK = 512  # bytes that a block counts for: many nearly empty ones make a long answer


class HostBlocks:
    """The certificates and CRLs of a host's trust files, each distinct file once: nothing else of them leaves the host.

    `left` is how much may still be read, in bytes.
    """

    def __init__(self) -> None:
        self.left = MAX_HOST
        self._read: Dict[str, Pem] = {}

    def add(self, data: bytes) -> str:
        """Add a file's content; return its key."""
        key = hashlib.sha256(data).hexdigest()
        if key not in self._read:
            self._read[key] = read_pem(data)
            self.left -= max(len(data), LEAST_BLOCK * len(self._read[key].blocks))
        return key

    def problems(self, key: str, keyword: str, file: str) -> List[Problem]:
        """Return the problems of a file's structure; its certificates and CRLs are not examined."""
        return list(structure_problems(self._read[key], keyword, file))

    def answer(self) -> List[TrustContent]:
        return [TrustContent(key, [_sent(block) for block in pem.blocks]) for key, pem in self._read.items()]


def _sent(block: Block) -> TrustBlock:
    return TrustBlock(block.label, block.line, base64.b64encode(block.der).decode('ascii'))


class TrustFile(NamedTuple):
    """A trust file that was read: its full path, its bytes, and the problems of the permissions to change it."""

    path: str
    data: bytes
    problems: List[Problem]


def read_confined(directory: WorkingDir, value: str, limit: int = MAX_FILE) -> TrustFile:
    """Return the file that `value`, of CAFile or CrlFile, names: a bare name is looked up in the working directory alone.

    A link in the working directory must not lead out of it: whoever can write there would choose what the server trusts.
    Outside, links are followed, as by sendmemo: those are the administrator's. Nothing is opened that the owner can't open.
    Raises ProblemError: file_not_found, file_not_readable, unsafe_path.
    """
    folder, name = os.path.split(value)
    inside = not folder or folder == directory.path.rstrip('/')
    path = directory.path_of(name) if inside else value
    with acting_as(directory.owner):
        real = _real(path)
        home = _real(directory.path)
        if inside and not real.startswith(home.rstrip('/') + '/'):
            raise ProblemError(
                Problem(
                    'unsafe_path',
                    '%s is a symbolic link that leads out of the working directory, to %s.' % (path, real),
                    'Put the file itself there, or set the intended path in the configuration.',
                    file=path,
                )
            )
        data, status = read_file(real, limit, shown=path)
        parent = os.stat(fs_bytes(os.path.dirname(real)))
    problems = [write_problem(status, directory.owner.uid, path)]
    # The working directory has been checked already; in a sticky directory nobody can replace another's file.
    if os.path.dirname(real) != home and not parent.st_mode & stat.S_ISVTX:
        problems.append(write_problem(parent, directory.owner.uid, os.path.dirname(real)))
    return TrustFile(path, data, [problem for problem in problems if problem is not None])


def _real(path: str) -> str:
    return os.path.realpath(fs_bytes(path)).decode('utf-8', 'surrogateescape')
