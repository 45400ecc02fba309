# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the fuzzing: `fuzz.py [target ...]`, FUZZ_SECONDS for each, then a million names against OpenSSL.

What breaks a target is left in tests/output/fuzz/, and belongs into FOUND of tests/unit/plugin_utils/test_fuzz_targets.py.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import environments
import interpreters

FUZZ = environments.CHECKOUT / 'tests' / 'fuzz'
FOUND = environments.CHECKOUT / 'tests' / 'output' / 'fuzz'
TARGETS = ('config', 'ehlo', 'pem', 'trust', 'names', 'x509', 'answer', 'frame', 'manifest', 'pd', 'report')
# The Pythons that atheris has wheels for, the best first.
PYTHONS = ('3.12', '3.13', '3.11')
LONGEST = {
    'config': 4096,
    'ehlo': 256,
    'pem': 8192,
    'trust': 4096,
    'names': 512,
    'x509': 4096,
    'answer': 16384,
    'frame': 4096,
    'manifest': 4096,
    'pd': 2048,
    'report': 32768,
}  # bytes
PAIRS = 1_000_000


def environment() -> environments.Environment:
    """Return the environment with the fuzzer; ends the program where no Python has one."""
    pythons = interpreters.find_pythons(dict(os.environ))
    for version in PYTHONS:
        if version in pythons:
            return environments.Environment('fuzz', pythons[version], (), (environments.REQUIREMENTS / 'fuzz.txt',))
    sys.exit(f'fuzzing needs one of Python {", ".join(PYTHONS)}')


def fuzz(python: Path, target: str, seconds: int) -> int:
    """Fuzz one target for so many seconds; return its exit code. What it finds is remembered for the next time."""
    options = {
        'max_total_time': seconds,
        'max_len': LONGEST[target],
        'timeout': 10,
        'print_final_stats': 1,
        'verbosity': 0,
        'artifact_prefix': f'{FOUND}/{target}-',
    }
    command = [
        str(python),
        '-B',
        str(FUZZ / 'run_target.py'),
        target,
        str(FOUND / 'corpus' / target),
        *(f'-{name}={value}' for name, value in options.items()),
    ]
    return subprocess.run(command, check=False).returncode


def compare_names(python: Path) -> int:
    """Compare a million generated names with OpenSSL; return the exit code of the test."""
    seed = str(random.randrange(1 << 32))
    print(f'\n=== {PAIRS} names against OpenSSL, INFOPRINT_SEED={seed}', flush=True)
    variables = {**os.environ, 'INFOPRINT_NAME_PAIRS': str(PAIRS), 'INFOPRINT_SEED': seed, 'CI': 'true'}
    test = 'tests/unit/module_utils/tls/test_host_names_openssl.py'
    return subprocess.run(
        [str(python), '-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', test],
        cwd=environments.CHECKOUT,
        env=variables,
        check=False,
    ).returncode


def main(arguments: list[str]) -> int:
    """Fuzz the targets named, all where none is; return the exit code."""
    unknown = set(arguments) - set(TARGETS)
    if unknown:
        sys.exit(f'no such target: {" ".join(sorted(unknown))}; there are {" ".join(TARGETS)}')
    seconds = int(os.environ.get('FUZZ_SECONDS', '60'))
    chosen = environment()
    environments.make(chosen)
    environments.link_collection()
    python = chosen.bin / 'python'
    broken = []
    for target in arguments or TARGETS:
        print(f'\n=== {target}, {seconds} s', flush=True)
        if fuzz(python, target, seconds):
            broken.append(target)
    if not arguments and compare_names(python):
        broken.append('names against OpenSSL')
    print(f'\nFAILED: {", ".join(broken)}; look into {FOUND}' if broken else '\nNothing was found.')
    return int(bool(broken))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
