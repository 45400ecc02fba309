# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stand-ins for pdls and pdset: programs that keep the attributes of servers in a file and misbehave on request.

On Python 3.6 and later, as the targets' half that is tested with them.
"""

import json
import pathlib
import shlex
import sys
import typing as t

PROGRAM = pathlib.Path(__file__).resolve().parent / 'pd_program.py'

Attributes = t.Mapping[str, t.Union[str, t.Sequence[str]]]


class PdPrograms:
    """The directory `bin_dir` with pdls and pdset, and the state that they share.

    `servers` has the attributes by server; '' is unset, a list has several values.
    """

    def __init__(self, directory: pathlib.Path, servers: t.Mapping[str, Attributes], *, python: str = sys.executable) -> None:
        self.bin_dir = directory / 'bin'
        self.bin_dir.mkdir(parents=True)
        self._state = directory / 'pd-state.json'
        self._log = directory / 'pd-calls.jsonl'
        self._state.write_text(
            json.dumps(
                {
                    'servers': {name: dict(attributes) for name, attributes in servers.items()},
                    'down': [],
                    'refused': [],
                    'style': 'line',
                    'behaviour': {},
                    'needs': {},
                    'daemons': [],
                }
            )
        )
        for name in ('pdls', 'pdset'):
            words = ' '.join(shlex.quote(str(word)) for word in (python, '-I', PROGRAM, name, self._state, self._log))
            (self.bin_dir / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            (self.bin_dir / name).chmod(0o755)

    def set_state(self, **state: t.Any) -> None:
        """Change the state: `servers`; `down` and `refused` (names of servers that do not run, of attributes that can't be
        set); `style` ('line' or 'column'); `behaviour` (see pd_program.py, by program); `needs` (variables that must be set);
        `daemons` (what a command without PD_SOCKET goes by, in order: language, port, and whether somebody answers there)."""
        self._state.write_text(json.dumps({**json.loads(self._state.read_text()), **state}))

    def attributes(self, server: str) -> t.Dict[str, str]:
        """Return the attributes of a server as they are."""
        found: t.Dict[str, str] = json.loads(self._state.read_text())['servers'][server]
        return found

    def calls(self, program: str = '') -> t.List[t.Dict[str, t.Any]]:
        """Return the calls so far (of one program): its name, `arguments`, `pid`, `children`."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [call for call in map(json.loads, lines) if program in ('', call['program'])]
