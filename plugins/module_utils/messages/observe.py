# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The messages of observe_sendmemo: a trial of one server, and what the commands of it did.

What puts the server back is answered with `messages.change.ChangeAnswer`.
"""

from typing import Any, Dict, NamedTuple, Optional, Sequence

CONNECT, TRIAL, READ_LOG, PUT_BACK = STEPS = ('connect', 'trial', 'read_log', 'put_back')


class ObserveRequest(NamedTuple):
    """One step of an observation of the server `name`.

    In a trial `config` and the files of `trust`, by managed name, become its set, bytes as latin-1; then the `commands`, lines of
    a shell, run one after the other, each for so many `seconds` at most. `attributes` are set before the first trial; {} = not
    managed. `log_end` is the one that a trial answered: what was written since is read. CONNECT only connects to `host` and
    `port`, within the `seconds`, and says `ehlo` there.
    """

    step: str
    base_dir: str
    pd_bin_dir: str
    name: str
    working_dir: Optional[str] = None
    config: str = ''
    trust: Dict[str, str] = {}
    attributes: Dict[str, str] = {}
    commands: Sequence[str] = ()
    seconds: float = 60.0
    log_end: str = ''
    host: str = ''
    port: int = 0
    ehlo: str = ''

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'ObserveRequest':
        return cls(**data)


class EndedCommand(NamedTuple):
    """How a command ended: its exit code, None where it did not end by itself and `why` says so, and its last output."""

    code: Optional[int]
    why: str
    output: str


class TrialAnswer(NamedTuple):
    """Of a trial: how its commands ended, and where the server's error log ended before it (files/error_log.py)."""

    commands: Sequence[EndedCommand]
    log_end: str


class ConnectAnswer(NamedTuple):
    address: str  # that was connected to


class LogAnswer(NamedTuple):
    """What was written to the error log since, its last part."""

    written: str
