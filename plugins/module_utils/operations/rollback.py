# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Restores the previous sets of a host's servers: the target's side of sendmemo_rollback."""

import stat
from typing import Any, Dict, List, Optional, Tuple, Union

from ..change.backup_handover import rights_to_read_backups
from ..change.backup_set import BackupSet, Digests
from ..change.backups import BACKUPS, MOST_READ, Backups
from ..change.change_marker import ROLLBACK, is_marked
from ..change.converge import converge_servers
from ..change.previous_set import choose, desired_set_of
from ..change.server_change import HostOutcome, ServerChange, ServerChanges, ServerOutcome, for_each_server, open_to_change
from ..change.set_files import CurrentFile, DesiredSet, check_rights, desired_owner, read_current_file
from ..change.transaction import Transaction
from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..files.working_dir import find_servers
from ..messages.attributes import Values
from ..messages.change import ChangeAnswer, ChangeOptions
from ..messages.rollback import RollbackRequest
from ..pd.command_lines import HOST, PORT
from ..problems import Problem, ProblemError
from ..program.watchdog import Watchdog

USUAL_MODE = 0o644


def run(data: Dict[str, Any], watchdog: Watchdog) -> ChangeAnswer:
    """Do what the request, a RollbackRequest as JSON, asks of every server; a failing server does not stop the others."""
    request = RollbackRequest.of(data)
    options = request.options
    host = HostOutcome(find_servers(options.base_dir, request.servers))

    def start(outcome: ServerOutcome) -> ServerChange:
        entry = outcome.server.entry or request.defaults
        directory = open_to_change(outcome, options.base_dir)
        # The desired set is determined when the directory is locked.
        transaction = Transaction(directory, DesiredSet(None, {}, 0, 0, 0), watchdog)
        return ServerChange(outcome, directory, transaction, entry)

    return converge_servers(host, start, options, watchdog, lambda changes: _decide(changes, options, watchdog))


class _History:
    """A server's active set and its backups, newest first."""

    def __init__(self, change: ServerChange) -> None:
        self.config = read_current_file(change.directory, CONFIG_NAME)
        with rights_to_read_backups(change.directory):
            backups = Backups(change.directory)
            self.digests = backups.digests_of(self.config)
            self.sets = _candidates(backups, self.digests, change.entry.manage_attributes)


def _candidates(backups: Backups, digests: Optional[Digests], manages_attributes: bool) -> List[BackupSet]:
    """Return the backups from the newest to the first whose files differ: one of these is the previous set, if there is one.

    Whoever owns the directory can write anything into a backup: attributes count only where they are declared to be managed.
    """
    sets = []
    for backup in backups.newest_first():
        sets.append(backup if manages_attributes else backup._replace(attributes={}))
        if backup.digests != digests:
            break
    return sets


def _decide(changes: ServerChanges, options: ChangeOptions, watchdog: Watchdog) -> ServerChanges:
    """Determine each server's previous set; where backups have attributes, by comparing these with the active ones."""
    histories: Dict[str, _History] = {}

    def read_history(change: ServerChange) -> None:
        histories[change.name] = _History(change)

    changes = for_each_server(changes, read_history)
    active = _active_attributes(changes, histories, options, watchdog)
    return for_each_server(
        changes, lambda change: _set_desired(change, histories[change.name], active.get(change.name, {}), options)
    )


def _active_attributes(
    changes: ServerChanges, histories: Dict[str, _History], options: ChangeOptions, watchdog: Watchdog
) -> Dict[str, Union[Values, Problem]]:
    names = [change.name for change in changes if any(backup.attributes for backup in histories[change.name].sets)]
    if not names:
        return {}
    from ..pd.attributes import read_all  # few sets have attributes

    return dict(zip(names, read_all(options.pd_bin_dir, [(name, (HOST, PORT)) for name in names], watchdog)))


def _set_desired(change: ServerChange, history: _History, active: Union[Values, Problem], options: ChangeOptions) -> None:
    """Set what the change is to restore: the files, and the attributes where the backup has them. Raises ProblemError."""
    directory, entry = change.directory, change.entry
    if _is_done(change, history):
        return
    if isinstance(active, Problem):
        raise ProblemError(active)
    backups = Backups(directory)
    backup = choose(history.sets, history.digests, active)
    if backup is None:
        path = directory.path_of(BACKUPS)
        message = '%s has no backup that differs from the active set (the newest %d are searched).' % (path, MOST_READ)
        raise ProblemError(Problem('no_previous_set', message, file=path))
    if not set(backup.attributes) <= {HOST, PORT}:
        raise backups.unusable(backup.name, 'it has attributes that do not belong to a set')
    uid, gid = desired_owner(directory, entry.owner, entry.group, change.name)
    mode = entry.mode if entry.mode is not None else _mode_of(history.config)
    check_rights(directory, uid, gid, mode, entry)
    with rights_to_read_backups(directory):
        change.transaction.desired = desired_set_of(directory, backups, backup, uid, gid, mode)
    if backup.unread and options.staged_test is not None:
        raise _untestable(backup)
    if _would_be_mixed(change.transaction.desired, history.config):
        raise backups.unusable(backup.name, 'a trust file of it has the same name as an active one')
    change.transaction.source = backup.path
    change.restored_backup = backup
    change.outcome.restored = backup.path
    change.checks_managed_files = True
    change.attributes = dict(backup.attributes)
    if backup.attributes:
        host, port = change.mail_server
        own_host, own_port = _mail_server_of(backup.attributes)
        change.mail_server = own_host or host, own_port or port


def _is_done(change: ServerChange, history: _History) -> bool:
    """Return whether an earlier rollback activated this set and could not report it: another one would undo it."""
    config, transaction = history.config, change.transaction
    transaction.by = ROLLBACK
    if config is None:
        return is_marked(change.directory, None, ROLLBACK)
    if config.content is None or not is_marked(change.directory, config.content, ROLLBACK):
        return False
    status = config.status
    transaction.desired = DesiredSet(config.content, {}, status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))
    return True


def _would_be_mixed(desired: DesiredSet, config: Optional[CurrentFile]) -> bool:
    """Return whether, before the switch, the active configuration would name a trust file that was not read."""
    if config is None or config.content is None or config.content == desired.config:
        return False
    return any(name in parse(config.content, CONFIG_NAME).given.values() for name in desired.unread)


def _untestable(backup: BackupSet) -> ProblemError:
    path = '%s/%s' % (backup.path, min(backup.unread))
    message = "%s was too large, or not readable for the server's user, when it was replaced: this set can't be tested." % path
    hint = 'To restore it nevertheless, with its rights, set try_before_commit to none.'
    return ProblemError(Problem('file_not_readable', message, hint, file=path))


def _mode_of(config: Optional[CurrentFile]) -> int:
    """Return the mode of the active configuration, unless it keeps its owner out or lets others write."""
    mode = stat.S_IMODE(config.status.st_mode) if config is not None and config.content is not None else USUAL_MODE
    return mode if mode & 0o600 == 0o600 and not mode & ~0o775 else USUAL_MODE


def _mail_server_of(attributes: Values) -> Tuple[Optional[str], Optional[int]]:
    """Return the mail server of a backup, which is tested with its own and not with the one used now."""
    from ..pd.mail_server import port_in

    return attributes.get(HOST) or None, port_in(attributes.get(PORT) or '')
