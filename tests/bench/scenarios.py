# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fleets of the benchmark, and what is run on each."""

from __future__ import annotations

import typing as t

from bench.contenders import CONTENDERS

FORKS = 25  # hosts that a run works on at the same time
OURS = ('login', 'ping', 'converge', 'whole')


class Scenario(t.NamedTuple):
    """A fleet and what is run on it: `hosts` hosts with `servers` servers each, with small or big trust files."""

    hosts: int
    servers: int
    contenders: tuple[str, ...]
    big: bool = False

    @property
    def title(self) -> str:
        return f'{self.hosts} hosts, {self.servers} server{"s" if self.servers > 1 else ""} each' + (
            ', CA file of 200 kB and CRL of 84 kB' if self.big else ''
        )


# The first one has the figures that the page begins with, and a ping with open connections.
FULL = (
    Scenario(
        50,
        4,
        (
            'login',
            'ping',
            'raw',
            'pyinfra login',
            'pyinfra first',
            'pyinfra',
            'first',
            'tried',
            'converge',
            'check',
            'no proof',
            'whole',
            'whole reported',
            'converge in roles',
            'whole in roles',
            'warm ping',
            'warm converge',
            'warm whole',
        ),
    ),
    Scenario(
        10,
        4,
        (
            'login',
            'ping',
            'hand first',
            'hand',
            'mitogen hand',
            'pyinfra first',
            'pyinfra',
            'first',
            'converge',
            'whole',
            'whole in roles',
            'whole imported',
            'whole included',
            'mitogen ping',
            'mitogen whole',
        ),
    ),
    Scenario(100, 4, OURS),
    Scenario(50, 1, OURS),
    Scenario(50, 16, OURS),
    Scenario(50, 4, ('login', 'ping', 'first', 'converge', 'whole'), big=True),
)
SMALL = (Scenario(6, 1, tuple(CONTENDERS)),)
