# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target's side of observe_sendmemo: makes a set of a trial the active one, and puts the server back in the end.

The trials are changes as any other, by the transaction's own store. The first one makes the backup that the server is put back
to; no later one makes another, and nothing of the old set is removed before.
"""

import stat
from typing import Any, Dict, List, Union

from ..change.backup_handover import rights_to_read_backups
from ..change.backups import Backups
from ..change.change_marker import ROLLBACK
from ..change.converge import converge_servers
from ..change.observation import (
    Observation,
    backup_to_return_to,
    digest_of,
    is_of_a_trial,
    read_observation,
    remove_observation,
    write_observation,
)
from ..change.previous_set import desired_set_of
from ..change.server_change import HostOutcome, ServerChange, ServerChanges, ServerOutcome, for_each_server, open_to_change
from ..change.set_files import CurrentFile, DesiredSet, desired_owner, read_current_file
from ..change.transaction import Transaction
from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..config.rules import check_config
from ..files.working_dir import WorkingDir, find_servers, write_failed
from ..messages.attributes import Values
from ..messages.change import ChangeAnswer, ChangeOptions
from ..messages.observe import PUT_BACK, EndedCommand, ObserveRequest, TrialAnswer
from ..messages.rollback import RollbackEntry
from ..problems import Problem, ProblemError
from ..program.commands import Ended, run_programs
from ..program.watchdog import Watchdog

SHELL = '/bin/sh'
MOST_OUTPUT = 2000  # characters of a command's output that are answered, the last ones
USUAL_MODE = 0o644


def run(data: Dict[str, Any], watchdog: Watchdog) -> Union[TrialAnswer, ChangeAnswer]:
    """Do the step that the request, an ObserveRequest as JSON, asks for. Raises ProblemError."""
    request = ObserveRequest.of(data)
    entry = RollbackEntry(request.name, request.working_dir)
    outcome = ServerOutcome(find_servers(request.base_dir, [entry])[0])
    if request.step == PUT_BACK:
        return _put_back(request, entry, watchdog)
    with open_to_change(outcome, request.base_dir) as directory:
        try:
            _install(directory, request, watchdog)
        except OSError as error:
            raise write_failed(error, directory.path, directory.server)
    return TrialAnswer([_ended(run_programs([[SHELL, '-c', line]], request.seconds, watchdog)[0]) for line in request.commands])


def _ended(ended: Ended) -> EndedCommand:
    output = (ended.stdout + ended.stderr)[-MOST_OUTPUT:].decode('utf-8', 'replace')
    return EndedCommand(ended.code, ended.why, output)


# A trial


def _install(directory: WorkingDir, request: ObserveRequest, watchdog: Watchdog) -> None:
    """Make the set of a trial the active one. Raises ProblemError, OSError; the set before is active then."""
    transaction = Transaction(directory, DesiredSet(None, {}, 0, 0, 0), watchdog)
    if not transaction.lock():
        raise ProblemError(transaction.lock_problem())
    try:
        observation = read_observation(directory)
        active = read_current_file(directory, CONFIG_NAME)
        if observation is None:
            _check_first(directory, active)
        elif digest_of(active) != observation.digest and not is_of_a_trial(directory, observation):
            raise ProblemError(_changed_since(directory))
        transaction.desired = _trial_set(directory, active, request)
        transaction.compare()
        transaction.stage()
        if observation is None:
            _begin(transaction, active, request, watchdog)
        watchdog.check()
        with watchdog.uninterrupted():
            transaction.commit()
    finally:
        transaction.close()


def _check_first(directory: WorkingDir, active: Union[CurrentFile, None]) -> None:
    """Refuse a server that could not be put back as it was. Raises ProblemError."""
    if active is None:
        return
    path = directory.path_of(CONFIG_NAME)
    if active.content is None:
        message = '%s is a symbolic link, or its owner can not read it: it could not be put back.' % path
        raise ProblemError(Problem('unsafe_path', message, server=directory.server, file=path))
    for problem in check_config(parse(active.content, path)):
        if problem.is_error:
            raise ProblemError(problem._replace(server=directory.server))


def _changed_since(directory: WorkingDir) -> Problem:
    path = directory.path_of(CONFIG_NAME)
    message = '%s was changed by something else during the observation; it is left as it is.' % path
    return Problem('write_failed', message, 'Observe a server that no other run changes.', server=directory.server, file=path)


def _trial_set(directory: WorkingDir, active: Union[CurrentFile, None], request: ObserveRequest) -> DesiredSet:
    """Return the set of a trial, with the rights of the configuration that is there."""
    uid, gid = desired_owner(directory, None, None, request.name)
    mode = USUAL_MODE
    if active is not None:
        uid, gid, mode = active.status.st_uid, active.status.st_gid, stat.S_IMODE(active.status.st_mode)
    trust = {name: content.encode('latin-1') for name, content in request.trust.items()}
    return DesiredSet(request.config.encode('latin-1'), trust, uid, gid, mode)


def _begin(transaction: Transaction, active: Union[CurrentFile, None], request: ObserveRequest, watchdog: Watchdog) -> None:
    """Back up the active set, note that the server is to be put back to it, and set the attributes."""
    before = _read_attributes(request, watchdog)
    backup = transaction.back_up(Backups(transaction.directory), before, {}) or ''
    write_observation(transaction.directory, Observation(backup.rpartition('/')[2], digest_of(active)))
    if request.attributes:
        _set_attributes(request, watchdog)


def _read_attributes(request: ObserveRequest, watchdog: Watchdog) -> Values:
    if not request.attributes:
        return {}
    from ..pd.attributes import read_all  # not every observation sets attributes

    (values,) = read_all(request.pd_bin_dir, [(request.name, sorted(request.attributes))], watchdog)
    if isinstance(values, Problem):
        raise ProblemError(values)
    return values


def _set_attributes(request: ObserveRequest, watchdog: Watchdog) -> None:
    from ..pd.attributes import set_all

    (change,) = set_all(request.pd_bin_dir, [(request.name, dict(request.attributes))], watchdog)
    if change.problem is not None:
        raise ProblemError(change.problem)


# The way back


def _put_back(request: ObserveRequest, entry: RollbackEntry, watchdog: Watchdog) -> ChangeAnswer:
    """Make the set the active one that was so before the first trial; where no trial was made, nothing."""
    options = ChangeOptions(request.base_dir, request.pd_bin_dir, backup_keep=0)
    host = HostOutcome(find_servers(request.base_dir, [entry]))

    def start(outcome: ServerOutcome) -> ServerChange:
        directory = open_to_change(outcome, request.base_dir)
        return ServerChange(outcome, directory, Transaction(directory, DesiredSet(None, {}, 0, 0, 0), watchdog), entry)

    def decide(changes: ServerChanges) -> ServerChanges:
        restored: List[ServerChange] = []
        for_each_server(changes, lambda change: restored.append(change) if _has_set_to_restore(change) else None)
        return restored

    answer = converge_servers(host, start, options, watchdog, decide)
    if not host.servers[0].failed:
        _remove_marker(host.servers[0], request.base_dir)
    return answer


def _has_set_to_restore(change: ServerChange) -> bool:
    """Set what the server is put back to; return whether there is anything. Raises ProblemError."""
    directory = change.directory
    observation = read_observation(directory)
    if observation is None:
        return False
    active = read_current_file(directory, CONFIG_NAME)
    is_back = digest_of(active) == observation.digest
    if not is_back and not is_of_a_trial(directory, observation):
        change.outcome.problems.append(_changed_since(directory))
        return False
    with rights_to_read_backups(directory):
        backup = backup_to_return_to(directory, observation)
        if backup is None:
            if is_back:  # an earlier run was killed between its last two steps
                return False
            raise Backups(directory).unusable(observation.backup, 'it is gone')
        rights = active.status if active is not None else directory.status
        mode = stat.S_IMODE(rights.st_mode) if active is not None else USUAL_MODE
        desired = desired_set_of(directory, Backups(directory), backup, rights.st_uid, rights.st_gid, mode)
    change.transaction.desired = desired
    change.transaction.by = ROLLBACK
    change.transaction.source = backup.path
    change.restored_backup = backup
    change.outcome.restored = backup.path
    change.attributes = dict(backup.attributes)
    return True


def _remove_marker(outcome: ServerOutcome, base_dir: str) -> None:
    with open_to_change(outcome, base_dir) as directory:
        try:
            remove_observation(directory)
        except OSError as error:
            outcome.fail(write_failed(error, directory.path, outcome.server.name).problem)
