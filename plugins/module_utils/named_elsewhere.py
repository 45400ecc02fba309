# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Managed trust files that the configuration of another server names, by their full paths: they are not to go."""

from typing import Iterable, Iterator, Set

from .config_file import parse
from .keywords import CONFIG_NAME
from .problems import ProblemError
from .server_work import Works
from .working_dir import WorkingDir, find_servers

MOST_CONFIG = 1 << 20  # bytes, as much as counts as a configuration


def named_elsewhere(base_dir: str, works: Works, switched: bool) -> Set[str]:
    """Return the names of files that configurations name by full paths: those that are wanted, and those in force.

    Before the servers of `works` are `switched` what they have in force does not count for them.
    """
    paths = {work.directory.path for work in works}
    others = [path for path in _under(base_dir) if path not in paths]
    configs = [work.transaction.wanted.config or b'' for work in works]
    configs += _in_force([*others, *paths] if switched else others)
    return {value.rpartition('/')[2] for config in configs for value in _files(config) if value.startswith('/')}


def _under(base_dir: str) -> Iterable[str]:
    try:
        return [server.path for server in find_servers(base_dir, [])]
    except ProblemError:
        return []


def _in_force(paths: Iterable[str]) -> Iterator[bytes]:
    """Yield the configurations that their owners can read; any other is nobody's."""
    for path in paths:
        try:
            with WorkingDir(path) as directory:
                yield directory.read_file(CONFIG_NAME, MOST_CONFIG)[0]
        except (OSError, ProblemError):
            continue


def _files(config: bytes) -> Iterable[str]:
    given = parse(config, CONFIG_NAME).given
    return [given[keyword] for keyword in ('CAFile', 'CrlFile') if keyword in given]
