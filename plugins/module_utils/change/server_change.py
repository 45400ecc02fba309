# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is done to one server, and what came of it. Who takes a step with several takes it with `each`."""

import os
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..files.permissions import above_problem
from ..files.working_dir import Server, WorkingDir
from ..messages.send import SendResult
from ..problems import Problem, ProblemError
from ..program.watchdog import Stopped
from .backups import Attributes, Digests, KeptSet
from .drift import Drift
from .transaction import Transaction, write_failed

MOST_DRIFT = 500  # differences of a server that are told one by one
MAIL_KEYS = ('smtp_host', 'smtp_port', 'sender', 'recipients')


class Options(NamedTuple):
    """What holds for all servers of a request.

    `backup_keep` None = no backups are made, 0 = as many as there are stay. `trial` has the options of a try, None = none;
    `analysed` the digests of the trust files that the controller has judged, None before it was asked to, and `refused` the names
    of the servers whose files have an error.
    """

    check: bool
    diff: bool
    backup_keep: Optional[int]
    trial: Optional[Dict[str, Any]]
    pd_bin_dir: str
    analysed: Optional[List[str]]
    refused: List[str]
    base_dir: str


class Report:
    """What came of one server. It is `settled` when nothing more is to be done to it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.drift: List[Drift] = []
        self.problems: List[Problem] = []
        self.changed = False
        self.untold = False  # whether an earlier run changed it and did not come to its end
        self.settled = False
        self.backup: Optional[str] = None
        self.restored: Optional[str] = None
        self.before: Optional[str] = None
        self.after: Optional[str] = None
        self.tried: Optional[SendResult] = None
        self.trust_before: Dict[str, Dict[str, str]] = {}
        self.trust_after: Dict[str, Dict[str, str]] = {}

    @property
    def failed(self) -> bool:
        return any(problem.is_error for problem in self.problems) or (self.tried is not None and not self.tried.ok)

    def fail(self, problem: Problem) -> None:
        """Note why nothing was changed."""
        self.problems.append(problem)
        self.settled = True

    def stop(self, why: str) -> None:
        self.fail(Problem('program_failed', 'Stopped before anything was changed: %s.' % why))

    def answer(self) -> Dict[str, Any]:
        return {
            'name': self.server.name,
            'working_dir': self.server.path,
            'changed': self.changed,
            'untold': self.untold,
            'drift': [one.as_dict() for one in self.drift[:MOST_DRIFT]],
            'problems': [problem._replace(server=self.server.name).as_dict() for problem in self.problems],
            'backup': self.backup,
            'restored': self.restored,
            'before': self.before,
            'after': self.after,
            'tried': self.tried,
            'trust_before': self.trust_before,
            'trust_after': self.trust_after,
        }


class HostReport:
    """What came of a host, beside its servers: `blocks` are its trust files (HostBlocks), where they were read, `sent` what the
    tries tell together. With `needs_analysis` nothing was changed: the controller has to judge first."""

    def __init__(self) -> None:
        self.blocks: Any = None
        self.needs_analysis = False
        self.sent: Dict[str, Any] = {}

    def answer(self) -> Dict[str, Any]:
        trust_files = self.blocks.answer() if self.blocks is not None else []
        return dict(self.sent, trust_files=trust_files, needs_analysis=self.needs_analysis)


class Work:
    """What is done to one server.

    `mail` has what a try needs of its `entry` in the request; `attributes` are those that belong to the set, with the values
    that are wanted; `judges_all` says that nobody has judged the managed trust files yet; `kept` is the backup that is put back.
    """

    def __init__(self, report: Report, directory: WorkingDir, transaction: Transaction, entry: Dict[str, Any]) -> None:
        self.report = report
        self.directory = directory
        self.transaction = transaction
        self.mail = {key: entry[key] for key in MAIL_KEYS if entry.get(key) is not None}
        self.attributes: Attributes = {}
        self.attributes_before: Optional[Attributes] = None
        self.judges_all = False
        self.kept: Optional[KeptSet] = None
        self.outside: Digests = {}  # trust files that are not managed, by path
        self.unknown: List[str] = []  # of these those that nobody has judged yet

    @property
    def name(self) -> str:
        return self.report.server.name

    def close(self) -> None:
        self.transaction.close()
        self.directory.close()

    def settings(self) -> Dict[str, str]:
        """Return the settings that are wanted, defaults included."""
        return parse(self.transaction.wanted.config or b'', CONFIG_NAME).settings

    def files(self) -> Dict[str, str]:
        """Return the trust files that are wanted, by keyword, as the configuration names them."""
        settings = self.settings()
        return {keyword: settings[keyword] for keyword in ('CAFile', 'CrlFile') if settings[keyword]}

    def differing_attributes(self) -> Attributes:
        before = self.attributes_before or {}
        return {name: value for name, value in self.attributes.items() if value is not None and before[name] != value}


Works = List[Work]


def open_to_change(report: Report, base_dir: str) -> WorkingDir:
    """Return a server's working directory, open. Raises ProblemError, for root also where others can put another there."""
    directory = WorkingDir(report.server.path, report.server.name)
    found = above_problem(report.server.path, base_dir) if os.geteuid() == 0 else None
    if found is not None:
        directory.close()
        raise ProblemError(found)
    return directory


def each(works: Works, step: Callable[[Work], None]) -> Works:
    """Take a step with each server; a problem of one stops that one. Return those that go on."""
    for work in works:
        try:
            step(work)
        except ProblemError as error:
            work.report.fail(error.problem)
        except OSError as error:
            work.report.fail(write_failed(error, work.directory.path, work.name).problem)
        except Stopped as error:  # what was committed before stays so, and is told
            work.report.stop(str(error))
    return [work for work in works if not work.report.failed]
