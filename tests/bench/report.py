# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The benchmark's page for the documentation: tables in Markdown and plots in SVG. Values in, text out."""

from __future__ import annotations

import html
import typing as t

from bench.bench import FORKS, Measured, Scenario
from bench.contenders import CONTENDERS

Results = t.Sequence[tuple[Scenario, t.Mapping[str, Measured]]]
MIB = 1 << 20
FLEETS, WORKERS = (1_000, 10_000), (1, 4, 16)
PAGE_NAME = 'benchmark.md'
ROW, LEFT, WIDE = 26, 390, 420  # of a plot, in pixels

PAGE = """\
# Benchmark

Written by `make bench` on {date}. On another machine the milliseconds differ, but the ratios hardly do.

{machine}

Every print server is a Linux namespace with its own sshd, process list, disk and address, on the same machine as the
controller (`tests/fleet/`). The runs of a table took turns, {rounds} of each, and each began without an open
connection; the figures are medians. There are {forks} forks, pipelining is on, facts are not gathered. CPU time is that
of all processes that a run starts, including ssh and sshd, per host. It does not include the mail server, but since
that runs on the same machine, the wall time of a run with mails does: {mail:.1f} ms per mail.

"Converge" is the tag `configure`; `sendmemo_tls_verify: none` does the same. With the mails it is still one task, in one trip.

"By hand" is a role of `ansible.builtin` modules that writes the same files (`tests/bench/handwritten/`). It neither
tests them before the change nor verifies the result. Mitogen is another strategy for Ansible, which keeps one Python
process on each host during a run. The peak of memory is that of the controller with all its forks.

![Wall time of a run, compared with a ping of the same hosts](benchmark-wall.svg)

![CPU time per host, of the controller and of the print server](benchmark-cpu.svg)

{tables}
## What a large fleet costs

*Computed* from what is *measured* in the first table ({first}): the controller's CPU time per host for the whole role,
{milliseconds:.0f} ms, times the number of hosts, divided by the cores of the workers, {cores} each. The print servers
spend {own:.0f} ms of their own CPU time. Slow logins and a slow network add waiting time, which more forks can hide.

{computed}
"""


def files(results: Results, rounds: int, machine: str, cores: int, date: str) -> dict[str, str]:
    """Return the page and its plots by their names. The plot of wall times shows the first scenario with the role by hand."""
    by_hand = next(result for result in results if 'hand' in result[1])
    return {
        PAGE_NAME: page(results, rounds, machine, cores, date),
        'benchmark-wall.svg': wall_plot(*by_hand),
        'benchmark-cpu.svg': cpu_plot(*results[0]),
    }


def page(results: Results, rounds: int, machine: str, cores: int, date: str) -> str:
    """Return the page. The first scenario is the one that the computed figures are taken from."""
    scenario, measured = results[0]
    whole = measured['whole'].cost
    each, own, mail = (1000 * seconds / scenario.hosts for seconds in (whole.controller, whole.hosts, whole.mail))
    computed = [
        '| hosts | ' + ' | '.join(f'{count} worker{"s" if count > 1 else ""}' for count in WORKERS) + ' |',
        '|--:|' + '--:|' * len(WORKERS),
    ]
    computed += [
        f'| {hosts:,} | ' + ' | '.join(_duration(hosts * each / 1000 / cores / count) for count in WORKERS) + ' |'
        for hosts in FLEETS
    ]
    return PAGE.format(
        date=date,
        machine=machine,
        rounds=rounds,
        forks=FORKS,
        first=scenario.title,
        milliseconds=each,
        own=own,
        mail=mail / scenario.servers,
        cores=cores,
        computed='\n'.join(computed),
        tables=''.join(map(_table, results)),
    )


def _table(result: tuple[Scenario, t.Mapping[str, Measured]]) -> str:
    scenario, measured = result
    ping = measured['ping']
    lines = [
        f'## {scenario.title}',
        '',
        '| run | wall, s | against ping | controller CPU, ms per host | against ping | host CPU, ms | peak of memory, MiB |',
        '|---|--:|--:|--:|--:|--:|--:|',
    ]
    for name, (cost, peak) in measured.items():
        lines.append(
            f'| {CONTENDERS[name].title} | {cost.wall:.2f} | {cost.wall / ping.cost.wall:.2f} '
            f'| {1000 * cost.controller / scenario.hosts:.0f} | {cost.controller / ping.cost.controller:.2f} '
            f'| {1000 * cost.hosts / scenario.hosts:.0f} | {"" if peak is None else round(peak / MIB)} |'
        )
    return '\n'.join([*lines, '', ''])


def _duration(seconds: float) -> str:
    return f'{seconds:.0f} s' if seconds < 120 else f'{seconds / 60:.0f} min'


def wall_plot(scenario: Scenario, measured: t.Mapping[str, Measured]) -> str:
    """Return the plot of the runs' wall times as multiples of ping's."""
    ping = measured['ping'].cost.wall
    bars = [(CONTENDERS[name].title, [one.cost.wall / ping], f'{one.cost.wall / ping:.2f}') for name, one in measured.items()]
    return _plot(f'Wall time, ping = 1 ({scenario.title})', bars, ['#2b6cb0'], [])


def cpu_plot(scenario: Scenario, measured: t.Mapping[str, Measured]) -> str:
    """Return the plot of the CPU time per host."""
    bars = []
    for name, one in measured.items():
        parts = [1000 * seconds / scenario.hosts for seconds in (one.cost.controller, one.cost.hosts)]
        bars.append((CONTENDERS[name].title, parts, ' + '.join(f'{part:.0f}' for part in parts)))
    return _plot(f'CPU time per host, ms ({scenario.title})', bars, ['#2b6cb0', '#dd6b20'], ['controller', 'print server'])


def _plot(title: str, bars: t.Sequence[tuple[str, list[float], str]], colours: t.Sequence[str], legend: t.Sequence[str]) -> str:
    """Return horizontal bars of stacked parts, each with its name and its value, as SVG."""
    longest = max(sum(parts) for _name, parts, _value in bars)
    height = ROW * (len(bars) + 2)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + 110} {height}">',
        '<style>text { font: 13px sans-serif } .title { font-weight: bold }</style>',
        f'<title>{html.escape(title)}</title>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="8" y="18" class="title">{html.escape(title)}</text>',
    ]
    for number, (name, parts, value) in enumerate(bars, start=1):
        top = ROW * number + 4
        shown = html.escape(name.replace('`', ''))
        lines.append(f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{shown}</text>')
        left = float(LEFT)
        for part, colour in zip(parts, colours, strict=True):
            width = WIDE * part / longest
            lines.append(f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 6}" fill="{colour}"/>')
            left += width
        lines.append(f'<text x="{left + 6:.1f}" y="{top + 15}">{value}</text>')
    for number, (name, colour) in enumerate(zip(legend, colours, strict=False)):
        left, top = LEFT + 130 * number, ROW * (len(bars) + 1) + 6
        lines.append(f'<rect x="{left}" y="{top}" width="12" height="12" fill="{colour}"/>')
        lines.append(f'<text x="{left + 18}" y="{top + 11}">{name}</text>')
    return '\n'.join([*lines, '</svg>', ''])
