# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A print host with one server, whose working directory is a print user's: every run is predicted in check mode first."""

from __future__ import annotations

import os
import pathlib
import subprocess
import typing as t

from .server_files import BACKUPS, CONFIG, let_pass, named_in, tree
from .target_program import Answer, Program, Task

OWNER = 61234
PYTHON = '/usr/bin/python3'  # which every user may start
AS_OWNER = ('setpriv', f'--reuid={OWNER}', f'--regid={OWNER}', '--clear-groups')


def in_both_modes(tasks: t.Mapping[str, Task]) -> dict[str, Task]:
    """Return the tasks, and each in check mode, as `Host` runs them."""
    return {name + mode: {**task, 'check_mode': bool(mode)} for name, task in tasks.items() for mode in ('', ', check')}


class Host:
    """A print host with a server of a print user, and what root left there."""

    def __init__(self, base: pathlib.Path, programs: dict[str, Program]) -> None:
        self.base = base
        self.server = base / 'spl1'
        self.server.mkdir(parents=True)
        os.chown(self.server, OWNER, OWNER)
        let_pass(self.server)
        self.programs = programs

    @property
    def config(self) -> pathlib.Path:
        return self.server / CONFIG

    def trust(self, number: int) -> pathlib.Path:
        """Return a trust file that the configuration names."""
        return self.server / named_in(self.config.read_bytes())[number]

    def do(self, name: str, *wrapper: str) -> Answer:
        """Run a program, behind `wrapper`."""
        return self.programs[name].run(PYTHON, self.base, *wrapper, pause=False)

    def run(self, name: str, *wrapper: str) -> Answer:
        """Run it as it was predicted: check mode touches nothing and says the same."""
        before = tree(self.base, listed=True)
        predicted = self.do(f'{name}, check', *wrapper)
        assert tree(self.base, listed=True) == before
        done = self.do(name, *wrapper)
        assert _prediction(predicted) == _prediction(done)
        return done

    def kept(self) -> pathlib.Path:
        """The newest backup."""
        return max((self.server / BACKUPS).iterdir())

    def copy(self, base: pathlib.Path) -> Host:
        """Return another host, which is as this one is now."""
        subprocess.run(['cp', '-a', str(self.base), str(base)], check=True)
        copied = object.__new__(Host)
        copied.base, copied.server, copied.programs = base, base / 'spl1', self.programs
        return copied


def _prediction(answer: Answer) -> dict[str, t.Any]:
    """Return of an answer what is to be the same in check mode and in the run."""
    assert 'error' not in answer.given, answer.text
    return {'problem': answer.given.get('problem'), **{key: answer.server.get(key) for key in ('changed', 'drift', 'problems')}}
