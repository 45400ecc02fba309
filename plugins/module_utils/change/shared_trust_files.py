# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Managed trust files that the configuration of another server names, by their full paths: they are not to go."""

from typing import Iterable, Iterator, Set

from ..config.keywords import CONFIG_NAME
from ..config.lines import LARGEST
from ..config.parser import parse
from ..files.working_dir import WorkingDir, find_servers
from ..problems import ProblemError
from .server_change import Works


def named_elsewhere(base_dir: str, works: Works, switching: Works) -> Set[str]:
    """Return the names of files that configurations name by full paths: those that `works` want, and those in force.

    What is in force does not count of servers that are `switching` to what they want.
    """
    leaving = {work.directory.path for work in switching}
    paths = {work.directory.path for work in works}.union(_under(base_dir)) - leaving
    configs = [work.transaction.wanted.config or b'' for work in works]
    configs += _in_force(paths)
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
                yield directory.read_file(CONFIG_NAME, LARGEST)[0]
        except (OSError, ProblemError):
            continue


def _files(config: bytes) -> Iterable[str]:
    given = parse(config, CONFIG_NAME).given
    return [given[keyword] for keyword in ('CAFile', 'CrlFile') if keyword in given]
