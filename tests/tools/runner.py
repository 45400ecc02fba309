# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs one command of the tests and counts what passed."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from environments import CHECKOUT

# How much is shown of the output of a command that ended well: enough for its own summary.
LINES_OF_SUCCESS = 3
# What pip says of every package, and nobody needs to read.
CHATTER = re.compile(
    r'WARNING: Location |(Collecting|Installing collected|Requirement already|Successfully installed|Using cached) '
    r'| +(Downloading|Using cached|━)'
)


class Tally(NamedTuple):
    """How many tests ended how. A linter, and ansible-test sanity of one core, counts as one test."""

    passed: int
    failed: int
    skipped: int

    def __str__(self) -> str:
        return f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped'


class Job(NamedTuple):
    """One command. report is pytest's own account of its tests, where it is a pytest."""

    name: str
    command: list[str]
    variables: dict[str, str]
    directory: Path = CHECKOUT
    report: Path | None = None
    streamed: bool = False


class Result(NamedTuple):
    """The outcome of a job."""

    name: str
    tally: Tally
    seconds: float


def run(job: Job) -> Result:
    """Run one job. Its output is shown as it comes, or at its end in one piece where others run beside it."""
    began = time.monotonic()
    if job.report:
        job.report.parent.mkdir(parents=True, exist_ok=True)
        job.report.unlink(missing_ok=True)
    if job.streamed:
        print(f'\n=== {job.name}', flush=True)
    pipe = None if job.streamed else subprocess.PIPE
    try:
        # A pytest that starts closes its user's common directory to all others, also to print users of one that runs.
        with tempfile.TemporaryDirectory(prefix='ipt-', dir='/tmp') as directory:
            Path(directory).chmod(0o755)  # the tests let print users in below it
            done = subprocess.run(
                job.command,
                cwd=job.directory,
                env={**job.variables, 'PYTEST_DEBUG_TEMPROOT': directory},
                stdin=subprocess.DEVNULL,
                stdout=pipe,
                stderr=subprocess.STDOUT,
                text=True,
                errors='replace',
                check=False,
            )
        code, output = done.returncode, done.stdout or ''
    except OSError as error:
        code, output = 127, str(error)
    seconds = time.monotonic() - began
    if not job.streamed:
        verdict = 'passed' if code == 0 else f'FAILED ({code})'
        print(f'\n=== {job.name}: {verdict}, {seconds:.0f} s', *worth_reading(output, code), sep='\n', flush=True)
    return Result(job.name, count(job.report, code), seconds)


def worth_reading(output: str, code: int) -> list[str]:
    """Return the lines to show of a command's output: the last ones when it ended well, else all but pip's."""
    lines = [line for line in output.splitlines() if line.strip() and not CHATTER.match(line)]
    return lines[-LINES_OF_SUCCESS:] if code == 0 else lines


def count(report: Path | None, code: int) -> Tally:
    """Return the tally of a job: from pytest's report, where there is one, and never without a failure when the job failed."""
    if report and report.is_file():
        suites = ElementTree.parse(report).getroot().iter('testsuite')
        numbers = [[int(suite.get(name, '0')) for name in ('tests', 'failures', 'errors', 'skipped')] for suite in suites]
        tests, failures, errors, skipped = (sum(column) for column in zip(*numbers, strict=True))
        failed = failures + errors
        return Tally(max(tests - failed - skipped, 0), max(failed, int(code != 0)), skipped)
    return Tally(int(code == 0), int(code != 0), 0)
