# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was measured, and the figures that are made of it. Times are in seconds, sizes in bytes."""

from __future__ import annotations

import statistics
import typing as t

from bench.scenarios import Scenario


class Cost(t.NamedTuple):
    """Seconds that one run took. `controller`, `hosts` and `mail` are CPU time, user and system; `hosts` is that of all."""

    wall: float
    controller: float
    hosts: float
    mail: float


class Measured(t.NamedTuple):
    """A contender's runs in their order, and the controller's peak memory in bytes (None = not measured)."""

    runs: tuple[Cost, ...]
    peak: int | None = None

    @property
    def cost(self) -> Cost:
        """The median of each column."""
        return Cost(*(statistics.median(column) for column in zip(*self.runs, strict=True)))


class Login(t.NamedTuple):
    """What a login of the fleet was negotiated to: by OpenSSH, between its client and sshd, and by pyinfra's library."""

    client: str
    server: str
    key_exchange: str
    host_key: str
    cipher: str
    pyinfra: str
    pyinfra_key_exchange: str


class Result(t.NamedTuple):
    """One scenario's measurements, by the contenders' names."""

    scenario: Scenario
    measured: t.Mapping[str, Measured]
    login: Login

    def cost(self, name: str) -> Cost:
        return self.measured[name].cost

    def wall_ratio(self, name: str, base: str = 'ping') -> float:
        """How long a run takes, as a multiple of another's."""
        return self.cost(name).wall / self.cost(base).wall

    def controller_ratio(self, name: str, base: str = 'ping') -> float:
        """How much CPU time a run takes on the controller, as a multiple of another's."""
        return self.cost(name).controller / self.cost(base).controller

    def controller_ms(self, name: str) -> float:
        """CPU time on the controller, in milliseconds per host."""
        return 1000 * self.cost(name).controller / self.scenario.hosts

    def host_ms(self, name: str) -> float:
        """CPU time on a host, in milliseconds."""
        return 1000 * self.cost(name).hosts / self.scenario.hosts

    def without_login_ms(self, name: str) -> float:
        """CPU time on the controller less that of a login by ssh, in milliseconds per host."""
        return self.controller_ms(name) - self.controller_ms('login')
