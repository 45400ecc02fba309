# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The targets of the collection's speed, each with what it is measured by."""

from __future__ import annotations

import typing as t

from bench.results import Result

Results = t.Sequence[Result]


class Target(t.NamedTuple):
    """A figure that shall be no more than `limit`. `digits` of it are shown, and `unit` behind it.

    measure: returns the figure; raises LookupError where a run lacks what it is made of.
    """

    title: str
    limit: float
    measure: t.Callable[[Results], float]
    unit: str = ''
    digits: int = 2

    def measured(self, results: Results) -> float | None:
        """Return the figure, None where it was not measured."""
        try:
            return self.measure(results)
        except LookupError:
            return None

    def shown(self, value: float) -> str:
        return f'{value:.{self.digits}f}{self.unit}'


def report_share(result: Result) -> float:
    """Return how much longer a run takes that writes the fleet report, by the medians: 0.03 is 3 %."""
    return result.wall_ratio('whole reported', 'whole') - 1


def report_shares(result: Result) -> list[float]:
    """Return the same for each round."""
    pairs = zip(result.measured['whole reported'].runs, result.measured['whole'].runs, strict=True)
    return [reported.wall / without.wall - 1 for reported, without in pairs]


def _first(results: Results) -> Result:
    return results[0]


def _big(results: Results) -> Result:
    return _only(results, lambda result: result.scenario.big)


def _with_servers(results: Results, servers: int) -> Result:
    return _only(results, lambda result: result.scenario.servers == servers and result.scenario.hosts == 50)


def _only(results: Results, fits: t.Callable[[Result], bool]) -> Result:
    for result in results:
        if fits(result):
            return result
    raise LookupError


def _many_servers(name: str) -> t.Callable[[Results], float]:
    """How much longer a run takes, against ping, with 16 servers on a host than with one."""
    return lambda results: _with_servers(results, 16).wall_ratio(name) / _with_servers(results, 1).wall_ratio(name)


TARGETS = (
    Target('whole role, wall time against ping', 1.0, lambda results: _first(results).wall_ratio('whole')),
    Target('whole role, controller CPU against ping', 1.25, lambda results: _first(results).controller_ratio('whole')),
    Target(
        'whole role, controller CPU without the login, per host',
        60,
        lambda results: _first(results).without_login_ms('whole'),
        ' ms',
        0,
    ),
    Target('whole role, CPU of a host', 130, lambda results: _first(results).host_ms('whole'), ' ms', 0),
    Target('converge, wall time against ping', 0.62, lambda results: _first(results).wall_ratio('converge')),
    Target('converge, controller CPU against ping', 1.0, lambda results: _first(results).controller_ratio('converge')),
    Target(
        'converge, controller CPU without the login, per host',
        40,
        lambda results: _first(results).without_login_ms('converge'),
        ' ms',
        0,
    ),
    Target('large trust files: whole role, wall time against ping', 1.1, lambda results: _big(results).wall_ratio('whole')),
    Target('16 servers on a host, compared with 1: whole role', 1.15, _many_servers('whole')),
    Target('16 servers on a host, compared with 1: converge', 1.15, _many_servers('converge')),
    Target('fleet report, share of the wall time', 3, lambda results: 100 * report_share(_first(results)), ' %', 1),
)
