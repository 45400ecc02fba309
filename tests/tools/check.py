# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the tests: `check.py [--all] [lint] [docs] [unit] [sanity] [integration]`, all steps when none is named.

Without --all, what is the same on several versions runs on some of them only, and what takes long for little does not run:
see `unit_jobs` and `selection`, and INFOPRINT_TEST_ALL in the tests.
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
# What isn't marked every_python runs on these: the oldest and the newest.
WHOLE_PYTHONS = ('3.6', '3.13')
# Three for two processors, since half of a test is waiting: with more, tests of timeouts would become unreliable. Eight at most,
# since the longest job would not end earlier.
JOBS_AT_ONCE = min(max((os.cpu_count() or 2) * 3 // 2, 3), 8)


class Machine(NamedTuple):
    """What the tests run on: the interpreters, and the environments made from them; and whether `everything` is to run."""

    pythons: dict[str, Path]
    targets: dict[str, environments.Environment]
    cores: dict[str, environments.Environment]
    linters: environments.Environment | None
    site: environments.Environment | None
    everything: bool


def survey(variables: dict[str, str], *, everything: bool) -> tuple[Machine, list[str]]:
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
        everything,
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
    required = list(machine.cores.values()) if set(steps) & {'unit', 'sanity', 'integration'} else []
    if 'unit' in steps:
        required += machine.targets.values()
    if 'lint' in steps and machine.linters:
        required.append(machine.linters)
    if set(steps) & {'lint', 'docs'} and machine.site:
        required.append(machine.site)
    return required


def make_environments(required: list[environments.Environment]) -> None:
    """Make the environments; ends the program with the tools' output when one can't be made."""

    def make(environment: environments.Environment) -> None:
        began = time.monotonic()
        environments.make(environment)
        print(f'environment {environment.name}: ready ({time.monotonic() - began:.0f} s)', flush=True)

    with ThreadPoolExecutor(JOBS_AT_ONCE) as pool:
        made = [pool.submit(make, environment) for environment in required]
    for future in made:
        error = future.exception()
        if isinstance(error, subprocess.CalledProcessError):
            sys.exit(f'{error}\n{error.output}')
        future.result()


def in_environment(environment: environments.Environment, machine: Machine) -> dict[str, str]:
    """Return the variables that the commands of an environment run with."""
    return {
        **os.environ,
        'ANSIBLE_COLLECTIONS_PATH': str(environments.link_collection()),
        'INFOPRINT_PYTHONS': ' '.join(f'{version}={path}' for version, path in machine.pythons.items()),
        'INFOPRINT_TEST_ALL': '1' if machine.everything else '',
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
    return Job(name, command, in_environment(environment, machine), report=report, streamed=streamed)


def unit_jobs(machine: Machine) -> Iterator[Job]:
    """The target half under every Python, the controller half under every core. Without `everything` most Pythons run only what
    is marked every_python, and the older cores all but what is marked newest_core."""
    whole = [] if machine.everything else [version for version in WHOLE_PYTHONS if version in machine.targets]
    for version, environment in machine.targets.items():
        chosen = [] if version in (whole or machine.targets) else ['-m', 'every_python']
        yield pytest_job(f'target half, Python {version}', environment, machine, ['tests/unit/module_utils', *chosen])
    for core, environment in machine.cores.items():
        chosen = [] if machine.everything or core == list(machine.cores)[-1] else ['-m', 'not newest_core']
        arguments = ['tests/unit', '--ignore=tests/unit/module_utils', *chosen]
        yield pytest_job(f'controller half, core {core}', environment, machine, arguments)


def selection(core: str, cores: list[str], everything: bool) -> str:
    """Return which integration tests run under a core, as a marker expression of pytest's.

    The newest core runs all tests, the others those marked version_shim, and with `everything` those marked every_core, too.
    """
    if core == cores[-1]:
        return '' if everything else 'not test_all'
    return 'every_core or version_shim' if everything else 'version_shim'


def integration_jobs(machine: Machine) -> Iterator[Job]:
    """What `selection` says: of the newest core by several workers, and those marked serial after them."""
    cores = list(machine.cores)
    for core, environment in machine.cores.items():
        chosen = selection(core, cores, machine.everything)
        if core != cores[-1]:
            yield pytest_job(f'integration, core {core}', environment, machine, ['tests/integration', '-m', chosen])
            continue
        both = f' and ({chosen})' if chosen else ''
        workers = ['-n', str(JOBS_AT_ONCE), '--dist', 'loadscope', '--no-loadscope-reorder']
        for name, arguments in (('', ['-m', f'not serial{both}', *workers]), (', serial', ['-m', f'serial{both}'])):
            yield pytest_job(
                f'integration, core {core}{name}', environment, machine, ['tests/integration', *arguments], streamed=True
            )


def lint_jobs(machine: Machine) -> Iterator[Job]:
    """Every linter."""
    if machine.linters:
        variables = in_environment(machine.linters, machine)
        for name, command in lint.lint_commands(sanity.tracked_files()).items():
            yield Job(f'lint, {name}', command, variables)
    if machine.site:
        command = [str(machine.site.bin / 'python'), '-B', 'tests/tools/importer.py']
        yield Job('lint, galaxy-importer', command, in_environment(machine.site, machine))


def docs_jobs(machine: Machine) -> Iterator[Job]:
    """The documentation's site, which has to build without a warning."""
    if machine.site:
        command = [str(machine.site.bin / 'python'), '-B', 'tests/tools/docs_site.py']
        yield Job('docs', command, in_environment(machine.site, machine))


def sanity_jobs(machine: Machine) -> Iterator[Job]:
    """ansible-test sanity of the newest core, and what the oldest says of its own; with `everything` all of every core."""
    cores = list(machine.cores)
    for core in cores if machine.everything else dict.fromkeys((cores[0], cores[-1])):
        environment = machine.cores[core]
        sanity.place_bootstrap(core)
        copy = sanity.copy_checkout(core)
        tests = () if machine.everything or core == cores[-1] else sanity.OF_EACH_CORE
        command = sanity.sanity_command(environment.bin, environment.python.name[len('python') :], tests)
        yield Job(f'sanity, core {core}', command, sanity.sanity_environment(environment.python), directory=copy)


def jobs_of(step: str, machine: Machine) -> Iterator[Job]:
    """Return the jobs of one step."""
    steps = {'lint': lint_jobs, 'docs': docs_jobs, 'unit': unit_jobs, 'sanity': sanity_jobs, 'integration': integration_jobs}
    return steps[step](machine)


def run_all(steps: list[str], machine: Machine) -> list[Result]:
    """Run the steps' jobs, several at a time, and after them, alone, those that use all processors or measure time."""
    jobs = [job for step in STEPS if step in steps for job in jobs_of(step, machine)]
    # The last steps have the longest jobs: these begin first, so that none of them is left alone at the end.
    beside_others = [job for job in reversed(jobs) if not job.streamed]
    with ThreadPoolExecutor(JOBS_AT_ONCE) as pool:
        results = list(pool.map(run, beside_others))
    return results[::-1] + [run(job) for job in jobs if job.streamed]


def main(arguments: list[str]) -> int:
    """Run the steps named; return the exit code."""
    everything = '--all' in arguments
    steps = [argument for argument in arguments if argument != '--all'] or list(STEPS)
    unknown = set(steps) - set(STEPS)
    if unknown:
        sys.exit(f'no such step: {" ".join(sorted(unknown))}; there are {" ".join(STEPS)}')
    strict = os.environ.get('CI') == 'true'
    machine, lacks = survey(dict(os.environ), everything=everything)
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
