# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The programs that the carrier sends, recorded from real runs of a playbook, to be run again and again without Ansible.

What runs is what was sent, byte for byte, but for the directory that it works in. So hundreds of runs that are killed, starved
or raced cost a few hundredths of a second each.
"""

from __future__ import annotations

import base64
import json
import pathlib
import re
import subprocess
import tempfile
import time
import typing as t
import zlib

from .playbook import Ansible, hosts, local_host

BASE = '/recorded'  # stands for the directory of a run in what is recorded
RUN_SECONDS = 60
# What a recording needs of a Python: it keeps its arguments and its standard input.
RECORDER = '#!/bin/sh\nprintf "%s\\0" "$@" >"$RECORD.arguments"\nexec cat >"$RECORD"\n'
_FRAME = re.compile(rb'INFOPRINT-ANSWER-[0-9a-f]+:\d+:[0-9a-f]{64}:([A-Za-z0-9+/=]*):END')

Task = t.Mapping[str, t.Any]  # a module and its options, and keywords of a task


class Answer(t.NamedTuple):
    """How a program ended: its exit code (minus a signal's number), and what it answered, if it did."""

    code: int
    given: dict[str, t.Any]
    errors: str
    seconds: float

    @property
    def server(self) -> dict[str, t.Any]:
        """The answer for the first server."""
        found = self.given.get('answer', {}).get('servers') or [{}]
        return t.cast('dict[str, t.Any]', found[0])

    @property
    def codes(self) -> list[str]:
        """The codes of the problems of the first server, or of the run."""
        problems = [self.given['problem']] if 'problem' in self.given else self.server.get('problems', [])
        return [problem['code'] for problem in problems]

    @property
    def text(self) -> str:
        """All that was said."""
        return json.dumps(self.given) + self.errors


class Program(t.NamedTuple):
    """One program as it was sent: the arguments of the Python, and its standard input, unpacked."""

    arguments: tuple[str, ...]
    text: bytes

    def at(self, base: pathlib.Path | str, *, pause: bool = True) -> bytes:
        """Return the standard input for a run in `base`, there called so by the program; without the `pause` before old trust
        files go where a test does not need it."""
        text = self.text.replace(BASE.encode(), str(base).encode())
        if not pause:
            short = text.replace(b'GRACE = 1.0', b'GRACE = 0.0')
            assert short != text or b'GRACE' not in text
            text = short
        return zlib.compress(text, 1)

    def run(self, python: pathlib.Path | str, base: pathlib.Path | str, *wrapper: str, pause: bool = True) -> Answer:
        """Run it with a Python, behind `wrapper`, the command that starts it in other circumstances."""
        began = time.monotonic()
        with tempfile.TemporaryFile() as program:  # read in the same number of calls each time, which a pipe is not
            program.write(self.at(base, pause=pause))
            program.seek(0)
            done = subprocess.run(
                [*wrapper, str(python), *self.arguments],
                stdin=program,
                capture_output=True,
                check=False,
                timeout=RUN_SECONDS,
                cwd='/',
                env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C'},
            )
        return Answer(done.returncode, answer_in(done.stdout), done.stderr.decode(errors='replace'), time.monotonic() - began)


def answer_in(output: bytes) -> dict[str, t.Any]:
    """Return what a program answered in its output, {} where it did not."""
    frames = _FRAME.findall(output)
    return t.cast('dict[str, t.Any]', json.loads(zlib.decompress(base64.b64decode(frames[0])))) if frames else {}


def record(ansible: Ansible, tasks: t.Mapping[str, Task]) -> dict[str, Program]:
    """Run a play of these tasks against a host that only listens, and return what was sent for each; paths begin with BASE."""
    folder = ansible.directory / 'recorded'
    folder.mkdir()
    recorder = folder / 'python'
    recorder.write_text(RECORDER)
    recorder.chmod(0o755)
    files = {name: folder / str(number) for number, name in enumerate(tasks)}
    listed = [
        {'name': name, 'ignore_errors': True, **task, 'environment': {'RECORD': str(files[name])}} for name, task in tasks.items()
    ]
    run = ansible.playbook(
        [{'hosts': 'all', 'gather_facts': False, 'tasks': listed}],
        hosts(print1=local_host(ansible_python_interpreter=str(recorder))),
    )
    assert all(path.exists() for path in files.values()), run.output
    return {name: _recorded(path) for name, path in files.items()}


def _recorded(path: pathlib.Path) -> Program:
    arguments = path.with_name(f'{path.name}.arguments').read_text().split('\0')[:-1]
    return Program(tuple(arguments), zlib.decompress(path.read_bytes()))
