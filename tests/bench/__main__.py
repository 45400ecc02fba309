# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The benchmark's command: `make bench` starts it in the environment of the newest ansible-core, as root."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import pathlib
import platform
import sys
import time
from importlib import metadata

from bench import bench, report, scenarios
from bench.login import UnknownLoginError
from bench.measure import RunFailedError
from fleet.box import why_not

# Of a run, of a login, and (RuntimeError) of a fleet that does not start.
FAILURES = (RunFailedError, UnknownLoginError, RuntimeError)


def machine() -> str:
    """Return a sentence about this machine and what runs on it."""
    lines = pathlib.Path('/proc/cpuinfo').read_text().splitlines()
    model = next((line.partition(':')[2].strip() for line in lines if line.startswith('model name')), platform.machine())
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30
    return (
        f'The machine: {os.cpu_count()} cores ({model}), {memory} GiB of memory, Linux {platform.release().split("-")[0]}; '
        f'ansible-core {metadata.version("ansible-core")} on Python {platform.python_version()}.'
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog='make bench', description='Compare this collection with a ping and with other tools.')
    parser.add_argument('--small', action='store_true', help='6 hosts and one round, to see that it works')
    parser.add_argument('--rounds', type=int, default=5, metavar='N', help='how many rounds (5)')
    parser.add_argument('--python', type=pathlib.Path, metavar='FILE', help="the hosts' Python (this machine's /usr/bin/python3)")
    parser.add_argument('--pyinfra', type=pathlib.Path, required=True, metavar='DIRECTORY', help="of pyinfra's programs")
    parser.add_argument(
        '--out', type=pathlib.Path, required=True, metavar='DIRECTORY', help='for the page, its plots and the raw figures'
    )
    asked = parser.parse_args()
    if why_not():
        sys.exit(why_not())
    rounds, fleets = (1, scenarios.SMALL) if asked.small else (asked.rounds, scenarios.FULL)
    began = time.monotonic()
    tools = bench.Tools(asked.pyinfra, asked.python)
    results = []
    failed = False
    for scenario in fleets:
        try:
            results.append(bench.run(scenario, rounds, tools, lambda line: print(line, flush=True)))
        except FAILURES as error:
            failed = True
            print(f'{scenario.title}: left out, since it failed: {error}', flush=True)
            if not results:
                return 1  # without the first one there is no page
    date = dt.datetime.now(dt.timezone.utc).strftime('%d %B %Y')
    files = report.files(results, report.Occasion(date, machine(), rounds, os.cpu_count() or 1))
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (asked.out / name).write_text(text)
    print(f'\n{files[report.PAGE_NAME]}\n{time.monotonic() - began:.0f} s; written to {asked.out}')
    return int(failed)


if __name__ == '__main__':
    sys.exit(main())
