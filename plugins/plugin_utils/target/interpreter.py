# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which Python runs on a target, and the shell command that starts it."""

from __future__ import annotations

import shlex
import typing as t

from .program import BOOTSTRAP, TOO_OLD

# The usual place, that of RHEL 8 without a Python of its own, and that of AIX (Toolbox); core's own fallbacks follow.
FIRST_CANDIDATES = ('/usr/bin/python3', '/usr/libexec/platform-python', '/opt/freeware/bin/python3')
NONE_FOUND = 94  # the exit code of the search when no candidate exists

# Each candidate in turn, until one exists and is not too old. Exit codes 126 and 127 are the shell's own: it could
# not be run. A name that PATH resolves to no full path is skipped: anybody may own the current directory.
# Arguments: the bootstrap, then the candidates. One line, for csh's sake.
_SEARCH = (
    f'b=$1; shift; last={NONE_FOUND}; for p in "$@"; do q=$(command -v "$p" 2>/dev/null) || continue; '
    'case $q in /*) ;; *) continue;; esac; '
    f'"$q" -E -s -S -c "$b"; r=$?; case $r in {TOO_OLD}|126|127) last=$r;; *) exit $r;; esac; done; exit $last'
)


class Interpreter(t.NamedTuple):
    """What to start. `named` is what the user named, run as given; else `candidates` are tried in turn."""

    named: str | None
    candidates: tuple[str, ...] = ()

    def command(self, environment: str = '') -> str:
        """Return the shell command that runs a program given on standard input, with `environment` (NAME=value ...) in front.

        -E -s -S: neither variables nor a user's site-packages nor `site` decide what root imports.
        """
        if self.named:
            command = f'{self.named} -E -s -S -c {shlex.quote(BOOTSTRAP)}'
        else:
            command = ' '.join(shlex.quote(part) for part in ('/bin/sh', '-c', _SEARCH, 'sh', BOOTSTRAP, *self.candidates))
        return f'{environment.strip()} {command}'.strip()

    def looked_for(self) -> str:
        """Return what was tried, for a message."""
        return self.named or ', '.join(self.candidates)


def choose(configured: str | None, discovered: str | None, fallbacks: t.Iterable[str]) -> Interpreter:
    """Return the interpreter by the order of the documentation.

    `configured` is ansible_python_interpreter or, without one, the configuration's, templated; unset and `auto*` mean
    `discovered` (what core found earlier in this run), else a search of FIRST_CANDIDATES and core's `fallbacks`.
    """
    named = (configured or '').strip()
    if named and not named.startswith('auto'):
        return Interpreter(named)
    if discovered:
        return Interpreter(shlex.quote(discovered))
    return Interpreter(None, tuple(dict.fromkeys((*FIRST_CANDIDATES, *fallbacks))))
