# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends for every fault of the table, on four Pythons, and writes docs/reference/send-faults.md: `faults.py`."""

from __future__ import annotations

import os
import subprocess
import sys

import check
from fault_page import WRITE

import environments


def main() -> int:
    """Run the test that compares the page so that it writes it; return the exit code."""
    machine, _lacks = check.survey(dict(os.environ), everything=False)
    environment = list(machine.cores.values())[-1]
    check.make_environments([environment])
    python, test = str(environment.bin / 'python'), 'tests/integration/test_send_faults.py'
    variables = {**check.in_environment(environment, machine), WRITE: '1'}
    command = [python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', test]
    return subprocess.run(command, cwd=environments.CHECKOUT, env=variables, check=False).returncode


if __name__ == '__main__':
    sys.exit(main())
