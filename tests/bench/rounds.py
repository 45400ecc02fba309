# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every run that was measured, as CSV, so that others can make figures of their own. Values in, text out."""

from __future__ import annotations

import csv
import io
import typing as t

from bench.contenders import CONTENDERS
from bench.results import Result

COLUMNS = (
    'hosts',
    'servers_per_host',
    'large_trust_files',
    'contender',
    'title',
    'round',
    'wall_seconds',
    'controller_cpu_seconds',
    'hosts_cpu_seconds',
    'mail_server_cpu_seconds',
    'controller_peak_bytes',
)


def to_csv(results: t.Sequence[Result]) -> str:
    """Return one line for each run. The peak of memory is that of one further run, and is the same in each of a contender."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(COLUMNS)
    for scenario, measured, _login in results:
        for name, (runs, peak) in measured.items():
            for number, cost in enumerate(runs, start=1):
                kind = (scenario.hosts, scenario.servers, int(scenario.big), name, CONTENDERS[name].title.replace('`', ''))
                writer.writerow([*kind, number, *(f'{seconds:.3f}' for seconds in cost), '' if peak is None else peak])
    return text.getvalue()
