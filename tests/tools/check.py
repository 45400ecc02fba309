# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the tests: `check.py [lint] [docs] [unit] [sanity] [integration]`, all of them when none is named.

Needs a Python 3.10 or later and git; makes everything else itself. With CI=true in the environment, a Python, an
ansible-core or a test that is left out counts as a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import lint
import sanity
from runner import Job, Result, Tally, run

import environments
import interpreters

STEPS = ('lint', 'docs', 'unit', 'sanity', 'integration')
REPORTS = environments.VENVS / 'reports'
# Two, whatever the machine: more would make the tests of timeouts unreliable.
JOBS_AT_ONCE = 2


class Machine(NamedTuple):
    """What the tests run on: the interpreters, and the environments made from them."""

    pythons: dict[str, Path]
    targets: dict[str, environments.Environment]
    cores: dict[str, environments.Environment]
    linters: environments.Environment | None
    site: environments.Environment | None


def survey(variables: dict[str, str]) -> tuple[Machine, list[str]]:
    """Find the interpreters, say which; return them with their environments, not made yet, and what is lacking."""
    pythons = interpreters.find_pythons(variables)
    on = interpreters.find_cores(pythons)
    newest = max(on, key=lambda core: [int(part) for part in core.split('.')], default=None)
    machine = Machine(
        pythons,
        {version: environments.for_target(version, python) for version, python in pythons.items()},
        {core: environments.for_core(core, python) for core, python in on.items()},
        environments.for_lint(newest, on[newest]) if newest else None,
        environments.for_docs(newest, on[newest]) if newest else None,
    )
    for version, path in pythons.items():
        print(f'Python {version}: {path}')
    for core, path in on.items():
        print(f'ansible-core {core}: on {path.name}')
    lacks = interpreters.lacking(pythons, on)
    for line in lacks:
        print(f'not on this machine, so not tested: {line}')
    return machine, lacks


def needed(machine: Machine, steps: list[str]) -> list[environments.Environment]:
    """Return the environments that the steps run in."""
    wanted = list(machine.cores.values()) if set(steps) & {'unit', 'sanity', 'integration'} else []
    if 'unit' in steps:
        wanted += machine.targets.values()
    if 'lint' in steps and machine.linters:
        wanted.append(machine.linters)
    if set(steps) & {'lint', 'docs'} and machine.site:
        wanted.append(machine.site)
    return wanted


def make_environments(wanted: list[environments.Environment]) -> None:
    """Make the environments; ends the program with the tools' output when one can't be made."""

    def make(environment: environments.Environment) -> None:
        began = time.monotonic()
        environments.make(environment)
        print(f'environment {environment.name}: ready ({time.monotonic() - began:.0f} s)', flush=True)

    with ThreadPoolExecutor(JOBS_AT_ONCE) as pool:
        made = [pool.submit(make, environment) for environment in wanted]
    for future in made:
        error = future.exception()
        if isinstance(error, subprocess.CalledProcessError):
            sys.exit(f'{error}\n{error.output}')
        future.result()


def in_environment(environment: environments.Environment, pythons: dict[str, Path]) -> dict[str, str]:
    """Return the variables that the commands of an environment run with."""
    return {
        **os.environ,
        'ANSIBLE_COLLECTIONS_PATH': str(environments.link_collection()),
        'INFOPRINT_PYTHONS': ' '.join(f'{version}={path}' for version, path in pythons.items()),
        'PATH': f'{environment.bin}{os.pathsep}{os.environ["PATH"]}',
        'PYTHONDONTWRITEBYTECODE': '1',
        'VIRTUAL_ENV': str(environment.bin.parent),
    }


def pytest_job(
    name: str, environment: environments.Environment, machine: Machine, arguments: list[str], streamed: bool = False
) -> Job:
    """Return the job that runs pytest in an environment."""
    report = REPORTS / f'{name.replace(", ", "-").replace(" ", "-")}.xml'
    python = str(environment.bin / 'python')
    command = [python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', f'--junitxml={report}', *arguments]
    return Job(name, command, in_environment(environment, machine.pythons), report=report, streamed=streamed)


def unit_jobs(machine: Machine) -> Iterator[Job]:
    """The target half under every Python, the controller half under every core."""
    for version, environment in machine.targets.items():
        yield pytest_job(f'target half, Python {version}', environment, machine, ['tests/unit/module_utils'])
    for core, environment in machine.cores.items():
        arguments = ['tests/unit', '--ignore=tests/unit/module_utils']
        yield pytest_job(f'controller half, core {core}', environment, machine, arguments)


def integration_jobs(machine: Machine) -> Iterator[Job]:
    """All of them under the newest core, those marked every_core under the others."""
    newest = list(machine.cores)[-1:]
    for core, environment in machine.cores.items():
        chosen = [] if core in newest else ['-m', 'every_core']
        yield pytest_job(f'integration, core {core}', environment, machine, ['tests/integration', *chosen], streamed=True)


def lint_jobs(machine: Machine) -> Iterator[Job]:
    """Every linter."""
    if machine.linters:
        variables = in_environment(machine.linters, machine.pythons)
        for name, command in lint.lint_commands(sanity.tracked_files()).items():
            yield Job(f'lint, {name}', command, variables)
    if machine.site:
        command = [str(machine.site.bin / 'python'), '-B', 'tests/tools/importer.py']
        yield Job('lint, galaxy-importer', command, in_environment(machine.site, machine.pythons))


def docs_jobs(machine: Machine) -> Iterator[Job]:
    """The documentation's site, which has to build without a warning."""
    if machine.site:
        command = [str(machine.site.bin / 'python'), '-B', 'tests/tools/docs_site.py']
        yield Job('docs', command, in_environment(machine.site, machine.pythons))


def sanity_jobs(machine: Machine) -> Iterator[Job]:
    """ansible-test sanity of every core."""
    for core, environment in machine.cores.items():
        sanity.place_bootstrap(core)
        copy = sanity.copy_checkout(core)
        command = sanity.sanity_command(environment.bin, environment.python.name[len('python') :])
        yield Job(f'sanity, core {core}', command, sanity.sanity_environment(environment.python), directory=copy)


def jobs_of(step: str, machine: Machine) -> Iterator[Job]:
    """Return the jobs of one step."""
    steps = {'lint': lint_jobs, 'docs': docs_jobs, 'unit': unit_jobs, 'sanity': sanity_jobs, 'integration': integration_jobs}
    return steps[step](machine)


def run_all(steps: list[str], machine: Machine) -> list[Result]:
    """Run the steps' jobs, two at a time, and the integration tests after them, alone, since they measure time."""
    jobs = [job for step in STEPS if step in steps for job in jobs_of(step, machine)]
    with ThreadPoolExecutor(JOBS_AT_ONCE) as pool:
        results = list(pool.map(run, (job for job in jobs if not job.streamed)))
    return results + [run(job) for job in jobs if job.streamed]


def main(arguments: list[str]) -> int:
    """Run the steps named; return the exit code."""
    unknown = set(arguments) - set(STEPS)
    if unknown:
        sys.exit(f'no such step: {" ".join(sorted(unknown))}; there are {" ".join(STEPS)}')
    steps = arguments or list(STEPS)
    strict = os.environ.get('CI') == 'true'
    machine, lacks = survey(dict(os.environ))
    if not machine.cores:
        sys.exit('none of these Pythons can run a tested ansible-core')
    make_environments(needed(machine, steps))
    results = run_all(steps, machine)
    print('\n=== summary')
    for result in results:
        print(f'{result.name}: {result.tally}, {result.seconds:.0f} s')
    total = Tally(*(sum(column) for column in zip(*(result.tally for result in results), strict=True)))
    if strict and lacks:
        print(f'FAILED: in CI everything must be there; lacking: {"; ".join(lacks)}')
    if strict and total.skipped:
        print('FAILED: in CI no test may be skipped')
    print(total)
    return int(bool(total.failed or (strict and (lacks or total.skipped))))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
