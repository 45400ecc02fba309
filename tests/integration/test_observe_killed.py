# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A step of an observation may end at any system call: the next run puts the server back as it was before the first trial."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.server_files import BACKUPS, CONFIG, let_pass
from support.system_calls import CHANGING, Call, calls_in, killed_at, watched, why_not

from .conftest import EVERYTHING, need

TARGET_HALF = pathlib.Path(__file__).resolve().parents[2] / 'plugins' / 'module_utils'
PYTHON = '/usr/bin/python3'
OWNER = 61234  # a print user, in whose directory root works
EVERY = 1 if EVERYTHING else 6  # at how many-th of the calls a run is killed
AT_ONCE = 4
KILLED = -9
STEP = """
import json, sys, types
target = types.ModuleType('target')
target.__path__ = [sys.argv[1]]
sys.modules['target'] = target
from target.change import converge
from target.operations.observe import run
from target.program.watchdog import Watchdog
converge.GRACE = 0.0
for request in json.loads(sys.argv[2]):
    run(request, Watchdog(60))
"""
OWN_CA, TRIAL_CA = 'sendmemo-ca-2d711642b726b044.pem', 'sendmemo-ca-148de9c5a7a44d19.pem'  # of x and p
BEFORE = {CONFIG: f'# by hand\nEnableTLS = 1\nCAFile = {OWN_CA}\nCrlFile = own.pem\n', OWN_CA: 'x', 'own.pem': 'own'}


def request(base: pathlib.Path, step: str, config: str = '') -> dict[str, t.Any]:
    common = {'base_dir': str(base), 'pd_bin_dir': '/nonexistent', 'name': 'lab1'}
    return {**common, 'step': step, 'config': config, 'trust': {TRIAL_CA: 'p'} if config else {}}


def steps(base: pathlib.Path) -> dict[str, tuple[list[dict[str, t.Any]], dict[str, t.Any]]]:
    """Return what is done before the run that is killed, and that run."""
    first, second = (request(base, 'trial', f'EnableTLS = {number}\nCAFile = {TRIAL_CA}\n') for number in (1, 2))
    back = request(base, 'put_back')
    return {'the first trial': ([], first), 'another trial': ([first], second), 'the way back': ([first, second], back)}


def command(requests: list[dict[str, t.Any]]) -> list[str]:
    return [PYTHON, '-I', '-S', '-B', '-c', STEP, str(TARGET_HALF), json.dumps(requests)]


def run(requests: list[dict[str, t.Any]], *wrapper: str) -> int:
    done = subprocess.run([*wrapper, *command(requests)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, KILLED), done.stderr
    return done.returncode


def new_server(base: pathlib.Path) -> pathlib.Path:
    server = base / 'lab1'
    server.mkdir(parents=True)
    for name, content in BEFORE.items():
        (server / name).write_text(content)
        (server / name).chmod(0o640)
    for path in (server, *server.iterdir()):
        os.chown(path, OWNER, OWNER)
    let_pass(server)
    return server


def files(server: pathlib.Path) -> dict[str, str]:
    """Return the files, but those that are staged: what was left there before anything began goes with the next change."""
    return {path.name: path.read_text() for path in server.iterdir() if path.is_file() and path.suffix != '.new'}


def points(step: str, base: pathlib.Path) -> list[Call]:
    """Return the calls of a run at which it is to be killed."""
    new_server(base)
    before, killed = steps(base)[step]
    run(before)
    log = base / 'log'
    run([killed], *watched(log, CHANGING))
    return [call for call in calls_in(log) if call.changes][::EVERY]


def left_by(step: str, call: Call, base: pathlib.Path) -> str:
    """Kill a run at a call, put the server back, and return what is not as it was before."""
    server = new_server(base)
    before, killed = steps(base)[step]
    run(before)
    ended = run([killed], *killed_at(call, base / 'log'))
    configs = {BEFORE[CONFIG], *(each['config'] for each in [*before, killed])}
    active = files(server).get(CONFIG)
    run([request(base, 'put_back')])
    wrong = []
    if ended != KILLED:
        wrong.append('was not killed')
    if active not in configs:
        wrong.append(f'in between the configuration is {active!r}')
    if files(server) != BEFORE:
        wrong.append(f'at the end there are {files(server)}')
    if (server / CONFIG).stat().st_mode & 0o777 != 0o640 or (server / CONFIG).stat().st_uid != OWNER:
        wrong.append('other rights')
    kept = [path.name for path in server.glob(f'{BACKUPS}/[0-9]*/{CONFIG}') if path.read_text() != BEFORE[CONFIG]]
    if kept:
        wrong.append(f'backups of trials: {kept}')
    shutil.rmtree(base)
    return f'{call.name} #{call.number} {call.arguments}: {wrong}' if wrong else ''


@pytest.mark.parametrize('step', ['the first trial', 'another trial', 'the way back'])
def test_a_run_that_is_killed_anywhere_is_put_back_by_the_next(step: str, tmp_path: pathlib.Path) -> None:
    need(why_not())
    if os.geteuid() != 0:
        need('not root')
    found = points(step, tmp_path / 'watched')
    assert len(found) > 12 / EVERY
    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = pool.map(lambda number: left_by(step, found[number], tmp_path / str(number)), range(len(found)))
        assert not list(filter(None, wrong))
