# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The change of one server, and its outcome. `for_each_server` takes a step with several."""

import os
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from ..config.keywords import CONFIG_NAME, FILE_KEYWORDS
from ..config.parser import ConfigFile, parse
from ..files.permissions import above_problem
from ..files.working_dir import Server, WorkingDir, write_failed
from ..messages.change import ChangeAnswer, Drift, ServerAnswer
from ..messages.configure import ConfigureEntry
from ..messages.trust import TrustReference
from ..problems import Problem, ProblemError
from ..program.watchdog import Stopped
from .transaction import Transaction

if TYPE_CHECKING:
    from ..messages.rollback import RollbackEntry
    from ..messages.send import SendResult, TrustSet
    from ..send.shared_tls import SharedTls
    from ..trust.trust_file import HostBlocks
    from .backup_set import Attributes, BackupSet, Digests

MOST_DRIFT = 500  # differences of a server that are reported individually

# The states of a server's change. Only one that is PENDING is stopped by the time limit.
PENDING, FAILED = 'pending', 'failed'
UNCHANGED = 'unchanged'
WOULD_CHANGE = 'would change'  # in check mode
CHANGED = 'changed'
CHANGED_EARLIER = 'changed earlier'  # by a run that was stopped before it reported the change


class ServerOutcome:
    """What is reported of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.state = PENDING
        self.drift: List[Drift] = []
        self.problems: List[Problem] = []
        self.backup: Optional[str] = None
        self.restored: Optional[str] = None
        self.before: Optional[str] = None
        self.after: Optional[str] = None
        self.test: Optional['SendResult'] = None
        self.send: Optional['SendResult'] = None
        self.files: Dict[str, bytes] = {}  # of the declared set, by name, as far as their content is known
        self.trust_before: Dict[str, TrustReference] = {}
        self.trust_after: Dict[str, TrustReference] = {}

    @property
    def failed(self) -> bool:
        return self.state == FAILED

    @property
    def changed(self) -> bool:
        return self.state in (WOULD_CHANGE, CHANGED, CHANGED_EARLIER)

    def fail(self, problem: Problem) -> None:
        """Record a problem. A server that was changed before stays changed; any other is not changed any more."""
        self.problems.append(problem)
        if not self.changed:
            self.state = FAILED

    def stop(self, why: str) -> None:
        self.fail(Problem('program_failed', 'Stopped before anything was changed: %s.' % why))

    def tested(self, result: 'SendResult') -> None:
        """Record the result of the staged test."""
        self.test = result
        if not result.ok:
            self.state = FAILED

    def answer(self) -> ServerAnswer:
        return ServerAnswer(
            name=self.server.name,
            working_dir=self.server.path,
            changed=self.changed,
            unreported=self.state == CHANGED_EARLIER,
            drift=self.drift[:MOST_DRIFT],
            problems=[problem._replace(server=self.server.name) for problem in self.problems],
            trust_before=self.trust_before,
            trust_after=self.trust_after,
            backup=self.backup,
            restored=self.restored,
            before=self.before,
            after=self.after,
            test=self.test,
            send=self.send,
        )


class HostOutcome:
    """What is reported of a host: its servers, its trust files as far as they were read, and what the sends have in common.

    With `needs_review` nothing was changed: the controller has to check trust files first. `tls` has what the sends share.
    """

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = [ServerOutcome(server) for server in servers]
        self.tls: Optional['SharedTls'] = None
        self.blocks: Optional['HostBlocks'] = None
        self.needs_review = False
        self.trust: Optional[Dict[str, 'TrustSet']] = None
        self.now_ms: Optional[int] = None

    def answer(self) -> ChangeAnswer:
        return ChangeAnswer(
            servers=[outcome.answer() for outcome in self.servers],
            needs_review=self.needs_review,
            trust_files=self.blocks.answer() if self.blocks is not None else [],
            trust=self.trust,
            now_ms=self.now_ms,
        )


Entry = Union[ConfigureEntry, 'RollbackEntry']


class ServerChange:
    """The change of one server.

    `entry` is its part of the request. `attributes` are those that belong to the set, with their desired values.
    `checks_managed_files` says that nobody has checked the managed trust files yet, `restored_backup` is the one that a
    rollback restores. `outside` has the digests of the trust files outside the working directory, by path, and `unreviewed` the
    paths of those that the controller has not checked.
    """

    def __init__(self, outcome: ServerOutcome, directory: WorkingDir, transaction: Transaction, entry: Entry) -> None:
        self.outcome = outcome
        self.directory = directory
        self.transaction = transaction
        self.entry = entry
        self.attributes: Attributes = {}
        self.attributes_before: Optional[Attributes] = None
        self.mail_server: Tuple[Optional[str], Optional[int]] = (entry.smtp_host, entry.smtp_port)  # of the staged test
        self.checks_managed_files = False
        self.restored_backup: Optional[BackupSet] = None
        self.outside: Digests = {}
        self.unreviewed: List[str] = []

    @property
    def name(self) -> str:
        return self.outcome.server.name

    def close(self) -> None:
        self.transaction.close()
        self.directory.close()

    def config(self) -> ConfigFile:
        """Return the desired configuration."""
        return parse(self.transaction.desired.config or b'', CONFIG_NAME)

    def settings(self) -> Dict[str, str]:
        """Return the desired settings, defaults included."""
        return self.config().settings

    def trust_files(self) -> Dict[str, str]:
        """Return the desired trust files, by keyword, as the configuration names them."""
        settings = self.settings()
        return {keyword: settings[keyword] for keyword in FILE_KEYWORDS if settings[keyword]}

    def differing_attributes(self) -> 'Attributes':
        before = self.attributes_before or {}
        return {name: value for name, value in self.attributes.items() if value is not None and before[name] != value}


ServerChanges = List[ServerChange]


def open_to_change(outcome: ServerOutcome, base_dir: str) -> WorkingDir:
    """Return a server's working directory, open. Raises ProblemError, for root also where others can replace the directory."""
    server = outcome.server
    directory = WorkingDir(server.path, server.name)
    problem = above_problem(server.path, base_dir) if os.geteuid() == 0 else None
    if problem is not None:
        directory.close()
        raise ProblemError(problem)
    return directory


def for_each_server(changes: ServerChanges, step: Callable[[ServerChange], Any]) -> ServerChanges:
    """Take a step with each server; a problem of one stops only that one. Return those that go on."""
    for change in changes:
        try:
            step(change)
        except ProblemError as error:
            change.outcome.fail(error.problem)
        except OSError as error:
            change.outcome.fail(write_failed(error, change.directory.path, change.name).problem)
        except Stopped as error:  # servers that were committed before stay changed, and are reported so
            change.outcome.stop(str(error))
    return not_failed(changes)


def not_failed(changes: ServerChanges) -> ServerChanges:
    return [change for change in changes if not change.outcome.failed]
