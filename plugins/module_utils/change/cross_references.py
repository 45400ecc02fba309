# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Managed trust files that configurations of other servers reference by their full paths: these are not removed."""

from typing import Iterable, Iterator, Set

from ..config.keywords import CONFIG_NAME, FILE_KEYWORDS
from ..config.lines import LARGEST
from ..config.parser import parse
from ..files.working_dir import WorkingDir, find_servers
from ..problems import ProblemError
from .server_change import ServerChanges


def referenced_elsewhere(base_dir: str, changes: ServerChanges, switching: ServerChanges) -> Set[str]:
    """Return the names of files that configurations reference by full paths: the desired ones of `changes`, and active ones.

    The active configuration does not count for servers that are `switching` to their desired set.
    """
    leaving = {change.directory.path for change in switching}
    paths = {change.directory.path for change in changes}.union(_under(base_dir)) - leaving
    configs = [change.transaction.desired.config or b'' for change in changes]
    configs += _active(paths)
    return {value.rpartition('/')[2] for config in configs for value in _trust_files(config) if value.startswith('/')}


def _under(base_dir: str) -> Iterable[str]:
    try:
        return [server.path for server in find_servers(base_dir, [])]
    except ProblemError:
        return []


def _active(paths: Iterable[str]) -> Iterator[bytes]:
    """Yield the configurations that their owners can read; no server uses any other."""
    for path in paths:
        try:
            with WorkingDir(path) as directory:
                yield directory.read_file(CONFIG_NAME, LARGEST)[0]
        except (OSError, ProblemError):
            continue


def _trust_files(config: bytes) -> Iterable[str]:
    given = parse(config, CONFIG_NAME).given
    return [given[keyword] for keyword in FILE_KEYWORDS if keyword in given]
