# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target's side of observe_sendmemo: makes a set of a trial the active one, reads what the server wrote to its error log
since, and puts the server back in the end.

The trials are changes as any other, by the transaction's own store. The first one makes the backup that the server is put back
to; no later one makes another, and nothing of the old set is removed before.
"""

import os
import stat
import time
from typing import Any, Dict, List, Tuple, Union

from ..change.backup_handover import rights_to_read_backups
from ..change.backups import Backups
from ..change.change_marker import MARKER as UNFINISHED
from ..change.change_marker import ROLLBACK
from ..change.converge import converge_servers
from ..change.cross_references import referenced_elsewhere
from ..change.observation import (
    Observation,
    backup_to_return_to,
    digest_of,
    digest_of_content,
    is_of_a_trial,
    read_observation,
    remove_markers,
    write_observation,
)
from ..change.previous_set import desired_set_of
from ..change.server_change import HostOutcome, ServerChange, ServerChanges, ServerOutcome, for_each_server, open_to_change
from ..change.set_files import CurrentFile, DesiredSet, desired_owner, read_current_file
from ..change.transaction import Transaction
from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..config.rules import check_config
from ..files.error_log import end_of_log, written_since
from ..files.working_dir import WorkingDir, find_servers, write_failed
from ..messages.attributes import Values
from ..messages.change import ChangeAnswer, ChangeOptions
from ..messages.observe import (
    CONNECT,
    PUT_BACK,
    READ_LOG,
    ConnectAnswer,
    EndedCommand,
    LogAnswer,
    ObserveRequest,
    TrialAnswer,
)
from ..messages.rollback import RollbackEntry
from ..problems import Problem, ProblemError
from ..program.commands import Ended, run_programs
from ..program.watchdog import Watchdog

SHELL = '/bin/sh'
MOST_OUTPUT = 2000  # characters of a command's output that are answered, the last ones
USUAL_MODE = 0o644
MOST_PARTS = 16  # of what is read of a connection


def run(data: Dict[str, Any], watchdog: Watchdog) -> Union[ConnectAnswer, TrialAnswer, LogAnswer, ChangeAnswer]:
    """Do the step that the request, an ObserveRequest as JSON, asks for. Raises ProblemError."""
    request = ObserveRequest.of(data)
    if request.step == CONNECT:
        return _connect(request, time.monotonic() + request.seconds)
    entry = RollbackEntry(request.name, request.working_dir)
    outcome = ServerOutcome(find_servers(request.base_dir, [entry])[0])
    if request.step == PUT_BACK:
        return _put_back(request, entry, watchdog)
    with open_to_change(outcome, request.base_dir) as directory:
        if request.step == READ_LOG:
            return LogAnswer(written_since(directory, request.log_end).decode('utf-8', 'replace'))
        log_end = end_of_log(directory)
        try:
            _install(directory, request, watchdog)
        except OSError as error:
            raise write_failed(error, directory.path, directory.server)
    ended = [_ended(run_programs([[SHELL, '-c', line]], request.seconds, watchdog)[0]) for line in request.commands]
    return TrialAnswer(ended, log_end)


def _connect(request: ObserveRequest, end: float) -> ConnectAnswer:
    """Connect, say a name, and leave. Raises ProblemError where nobody is connected to until `end`."""
    from ..net.connect import ascii_host, connect, resolve  # needed once in an observation

    name = ascii_host(request.host)
    connection, address = connect(resolve(name, request.port, end), name, request.port, end)
    try:
        connection.settimeout(max(end - time.monotonic(), 0.1))
        connection.sendall(('EHLO %s\r\nQUIT\r\n' % request.ehlo).encode('ascii'))
        for _part in range(MOST_PARTS):  # a connection that is closed with something unread may lose what was sent
            if not connection.recv(1 << 12):
                break
    except OSError:  # whoever it was: the controller knows whether it heard the name
        pass
    finally:
        connection.close()
    return ConnectAnswer(address.sockaddr[0])


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
        is_first = observation is None
        if observation is None:
            _check_first(directory, active)
        elif digest_of(active) != observation.digest and not is_of_a_trial(directory, observation):
            raise ProblemError(_changed_since(directory))
        transaction.desired = _trial_set(directory, active, request)
        transaction.compare()
        transaction.stage()
        trials = digest_of(active), digest_of_content(transaction.desired.config or b'')
        if observation is None:
            attributes = _read_attributes(request, watchdog)
            backup = transaction.back_up(Backups(directory), attributes, {}) or ''
            observation = Observation(os.path.basename(backup), digest_of(active), trials)
        write_observation(directory, observation._replace(trials=trials))
        if is_first and request.attributes:
            _set_attributes(request, watchdog)
        watchdog.check()
        with watchdog.uninterrupted():
            transaction.commit()
    finally:
        transaction.close()


def _check_first(directory: WorkingDir, active: Union[CurrentFile, None]) -> None:
    """Refuse a server that could not be put back as it was. Raises ProblemError."""
    path = directory.path_of(CONFIG_NAME)
    if directory.status_of(UNFINISHED) is not None:
        message = 'An earlier change of %s is not finished.' % path
        raise ProblemError(Problem('write_failed', message, 'Converge the server first.', server=directory.server, file=path))
    if active is None:
        return
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
        uid, gid, mode = _rights_of(active)
    trust = {name: content.encode('latin-1') for name, content in request.trust.items()}
    return DesiredSet(request.config.encode('latin-1'), trust, uid, gid, mode)


def _rights_of(file: CurrentFile) -> Tuple[int, int, int]:
    return file.status.st_uid, file.status.st_gid, stat.S_IMODE(file.status.st_mode)


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
    options = ChangeOptions(request.base_dir, request.pd_bin_dir)  # the set of a trial is not backed up
    host = HostOutcome(find_servers(request.base_dir, [entry]))

    def start(outcome: ServerOutcome) -> ServerChange:
        directory = open_to_change(outcome, request.base_dir)
        return ServerChange(outcome, directory, Transaction(directory, DesiredSet(None, {}, 0, 0, 0), watchdog), entry)

    def decide(changes: ServerChanges) -> ServerChanges:
        restored: List[ServerChange] = []
        for_each_server(changes, lambda change: restored.append(change) if _has_set_to_restore(change) else None)
        return restored

    answer = converge_servers(host, start, options, watchdog, decide, keep_locks=False)
    if not host.servers[0].failed:
        for_each_server([start(host.servers[0])], lambda change: _tidy(change, request))
    return answer


def _tidy(change: ServerChange, request: ObserveRequest) -> None:
    """Remove what the trials left, the markers last. Raises ProblemError, OSError."""
    directory, transaction = change.directory, change.transaction
    try:
        if read_observation(directory) is None:
            return
        if not transaction.lock():
            raise ProblemError(transaction.lock_problem())
        transaction.referenced = lambda: referenced_elsewhere(request.base_dir, [change], [])
        transaction.clean()
        remove_markers(directory)
    finally:
        change.close()


def _has_set_to_restore(change: ServerChange) -> bool:
    """Set what the server is put back to; return whether there is anything. Raises ProblemError."""
    observation = read_observation(change.directory)
    if observation is None:
        return False
    active = read_current_file(change.directory, CONFIG_NAME)
    if digest_of(active) == observation.digest:
        try:
            _set_desired(change, observation, active)  # its attributes may still be those of the trials
        except ProblemError:  # the backup was being removed, which is the last step
            return False
    elif is_of_a_trial(change.directory, observation):
        _set_desired(change, observation, active)
    else:
        change.outcome.problems.append(_changed_since(change.directory))
        return False
    return True


def _set_desired(change: ServerChange, observation: Observation, active: Union[CurrentFile, None]) -> None:
    """Set what the change is to restore, with the rights that the trials had from it. Raises ProblemError."""
    directory = change.directory
    uid, gid, mode = directory.status.st_uid, directory.status.st_gid, USUAL_MODE
    if active is not None:
        uid, gid, mode = _rights_of(active)
    with rights_to_read_backups(directory):
        backup = backup_to_return_to(directory, observation)
        change.transaction.desired = desired_set_of(directory, Backups(directory), backup, uid, gid, mode)
    change.transaction.by = ROLLBACK
    change.transaction.source = backup.path
    change.restored_backup = backup
    change.outcome.restored = backup.path
    change.attributes = dict(backup.attributes)
