# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The benchmark's page for the documentation, in Markdown, with its plots and its raw figures. Values in, text out."""

from __future__ import annotations

import pathlib
import typing as t

from bench.bench import SLOW_ROUNDS
from bench.contenders import CONTENDERS, PYINFRA, SSH
from bench.plot import Bar, plot
from bench.results import Result
from bench.rounds import to_csv
from bench.scenarios import FORKS
from bench.targets import TARGETS, Results, report_share, report_shares

MIB = 1 << 20
FLEETS, WORKERS = (1_000, 10_000), (1, 4, 16)
PAGE_NAME, WALL_NAME, CPU_NAME, CSV_NAME = 'benchmark.md', 'benchmark-wall.svg', 'benchmark-cpu.svg', 'benchmark.csv'
BLUE, LIGHT_BLUE, ORANGE = '#2b6cb0', '#90cdf4', '#dd6b20'
COLUMNS = ('run', 'wall, s', 'vs. ping', 'controller, ms', 'vs. ping')
LONGEST_BAR = 4  # in the plot of wall times, as a multiple of ping's

PAGE = pathlib.Path(__file__).resolve().parent / 'page.md'


class Occasion(t.NamedTuple):
    """When and on what it was measured: a date and a sentence as text, the number of rounds and of this machine's cores."""

    date: str
    machine: str
    rounds: int
    cores: int


def files(results: Results, occasion: Occasion) -> dict[str, str]:
    """Return the page and what is beside it, by their names. The first result has the figures that the page begins with."""
    return {
        PAGE_NAME: page(results, occasion),
        WALL_NAME: wall_plot(_by_hand(results) or results[0]),
        CPU_NAME: cpu_plot(results[0]),
        CSV_NAME: to_csv(results),
    }


def page(results: Results, occasion: Occasion) -> str:
    """Return the page."""
    first = results[0]
    scenario = first.scenario
    shares = report_shares(first)
    return PAGE.read_text('utf-8').format(
        result=summary(results),
        date=occasion.date,
        csv=CSV_NAME,
        machine=occasion.machine,
        forks=FORKS,
        rounds=occasion.rounds,
        slow_rounds=min(SLOW_ROUNDS, occasion.rounds),
        mail=1000 * first.cost('whole').mail / scenario.hosts / scenario.servers,
        login_ms=first.controller_ms('login'),
        login_host_ms=first.host_ms('login'),
        wall_name=WALL_NAME,
        cpu_name=CPU_NAME,
        first=scenario.title,
        targets=targets_table(results),
        tables=''.join(map(_tables, results)),
        report_share=100 * report_share(first),
        report_least=100 * min(shares),
        report_most=100 * max(shares),
        report_ms=first.controller_ms('whole reported') - first.controller_ms('whole'),
        whole_ms=first.controller_ms('whole'),
        warm_ms=first.controller_ms('warm whole'),
        cores=occasion.cores,
        own=first.host_ms('whole'),
        computed=_computed(first, occasion.cores),
        **first.login._asdict(),
    )


def summary(results: Results) -> str:
    """Return the result in one sentence."""
    first, by_hand = results[0], _by_hand(results)
    scenario = first.scenario
    servers = f'{scenario.servers} InfoPrint server{"s" if scenario.servers > 1 else ""} each'
    sentence = (
        f'Compared with an `ansible.builtin.ping` of the same {scenario.hosts} print servers with {servers}, a run that compares '
        f'everything with its declared state and finds no difference takes {first.wall_ratio("converge"):.2f} times as long, and '
        f'{first.wall_ratio("whole"):.2f} times when it also sends a real mail from every server; checking the same files takes '
        f'{first.wall_ratio("pyinfra"):.2f} times as long with pyinfra'
    )
    if by_hand is None:
        return f'{sentence}.'
    return f'{sentence}, and {by_hand.wall_ratio("hand"):.1f} times with a hand-written role (on {by_hand.scenario.hosts} hosts).'


def targets_table(results: Results) -> str:
    """Return the table of the targets, with what was measured of each."""
    lines = ['| target | at most | measured | met |', '|---|--:|--:|---|']
    for target in TARGETS:
        value = target.measured(results)
        shown, met = ('not in this run', '') if value is None else (target.shown(value), 'yes' if value <= target.limit else 'no')
        lines.append(f'| {target.title} | {target.shown(target.limit)} | {shown} | {met} |')
    return '\n'.join(lines)


def _by_hand(results: Results) -> Result | None:
    return next((result for result in results if 'hand' in result.measured), None)


def _tables(result: Result) -> str:
    cold = [name for name in result.measured if not CONTENDERS[name].warm]
    warm = [name for name in result.measured if CONTENDERS[name].warm]
    title = f'## {result.scenario.title}'
    return _cold_table(title, result, cold) + (_warm_table(title, result, warm) if warm else '')


def _cold_table(title: str, result: Result, names: t.Sequence[str]) -> str:
    """Return the table of the runs that began without a connection."""
    columns = (*COLUMNS, 'without login, ms', 'vs. ping', 'host, ms', 'MiB')
    lines = [title, '', *_head(columns)]
    for name in names:
        own = ' | '
        if CONTENDERS[name].program not in (SSH, PYINFRA):
            rest = result.without_login_ms(name)
            own = f'{rest:.0f} | {rest / result.without_login_ms("ping"):.2f}'
        lines.append(f'{_columns(result, name, "ping")} | {own} | {result.host_ms(name):.0f} | {_peak(result, name)} |')
    return '\n'.join([*lines, '', ''])


def _warm_table(title: str, result: Result, names: t.Sequence[str]) -> str:
    """Return the table of the runs that began with a connection to each host."""
    lines = [
        f'{title}, connections already open',
        '',
        'Compared with a ping over the same connections.',
        '',
        *_head((*COLUMNS, 'host, ms')),
    ]
    lines += [f'{_columns(result, name, "warm ping")} | {result.host_ms(name):.0f} |' for name in names]
    return '\n'.join([*lines, '', ''])


def _head(columns: t.Sequence[str]) -> list[str]:
    return [f'| {" | ".join(columns)} |', '|---' + '|--:' * (len(columns) - 1) + '|']


def _columns(result: Result, name: str, base: str) -> str:
    """Return the first columns of a row: the run, its wall time and the controller's CPU time, both also against `base`."""
    return (
        f'| {CONTENDERS[name].title} | {result.cost(name).wall:.2f} | {result.wall_ratio(name, base):.2f} '
        f'| {result.controller_ms(name):.0f} | {result.controller_ratio(name, base):.2f}'
    )


def _peak(result: Result, name: str) -> str:
    peak = result.measured[name].peak
    return '' if peak is None else str(round(peak / MIB))


def _computed(result: Result, cores: int) -> str:
    """Return the table of what the whole role costs large fleets."""
    lines = [
        '| hosts | connections | ' + ' | '.join(f'{count} worker{"s" if count > 1 else ""}' for count in WORKERS) + ' |',
        '|--:|---|' + '--:|' * len(WORKERS),
    ]
    for hosts in FLEETS:
        for name, title in (('whole', 'new'), ('warm whole', 'already open')):
            seconds = hosts * result.controller_ms(name) / 1000 / cores
            lines.append(f'| {hosts:,} | {title} | ' + ' | '.join(_duration(seconds / count) for count in WORKERS) + ' |')
    return '\n'.join(lines)


def _duration(seconds: float) -> str:
    return f'{seconds:.0f} s' if seconds < 120 else f'{seconds / 60:.0f} min'


def wall_plot(result: Result) -> str:
    """Return the plot of the runs' wall times as multiples of ping's."""
    names = [name for name in result.measured if not CONTENDERS[name].warm]
    bars = [Bar(_plain(name), [result.wall_ratio(name)], f'{result.wall_ratio(name):.2f}') for name in names]
    title = f"Wall time as a multiple of ping's ({result.scenario.title})"
    return plot(title, bars, [BLUE], longest=LONGEST_BAR, line=1)


def cpu_plot(result: Result) -> str:
    """Return the plot of the CPU time per host: the controller's for the login and for the rest, and the host's."""
    bars = []
    for name in result.measured:
        login = 0.0 if CONTENDERS[name].warm or CONTENDERS[name].program == PYINFRA else result.controller_ms('login')
        parts = [login, max(result.controller_ms(name) - login, 0), result.host_ms(name)]
        title = _plain(name) + (', connection open' if CONTENDERS[name].warm else '')
        bars.append(Bar(title, parts, ' + '.join(f'{part:.0f}' for part in (parts if login else parts[1:]))))
    legend = ['controller: login', 'controller: the rest', 'print server']
    return plot(f'CPU time per host, ms ({result.scenario.title})', bars, [LIGHT_BLUE, BLUE, ORANGE], legend)


def _plain(name: str) -> str:
    return CONTENDERS[name].title.replace('`', '')
