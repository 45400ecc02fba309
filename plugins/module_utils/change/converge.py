# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Converges the servers of a host to their desired sets, each completely or not at all; a failing server stops no other.

The caller defines what is desired: `operations.configure` what is declared, `operations.rollback` what a backup contains.
"""

import time
from typing import Any, Callable, Dict, List, Optional, Set

from ..messages.change import ChangeAnswer, ChangeOptions
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from ..program.watchdog import Watchdog
from .lock_order import in_lock_order
from .server_change import (
    CHANGED,
    CHANGED_EARLIER,
    PENDING,
    UNCHANGED,
    WOULD_CHANGE,
    HostOutcome,
    ServerChange,
    ServerChanges,
    ServerOutcome,
    for_each_server,
    not_failed,
)
from .trust_checks import check_staged_trust, collect_trust_files

# A reader that opened the old configuration just before the switch still opens the trust files that it names.
GRACE = 1.0  # seconds
MOST_TEXT = 1 << 16  # bytes of a configuration that are shown in a diff
MOST_TEXTS = 1 << 20  # bytes that all servers of a host share for that
NOT_READ = '(not read)\n'  # in a diff


def converge_servers(
    host: HostOutcome,
    start: Callable[[ServerOutcome], ServerChange],
    options: ChangeOptions,
    watchdog: Watchdog,
    decide: Optional[Callable[[ServerChanges], ServerChanges]] = None,
    keep_locks: bool = True,
) -> ChangeAnswer:
    """Converge each server of a host to its desired set; `decide` completes the changes of servers once these are locked.

    `keep_locks` of changed servers until the answer is given, so that a run which waits for them finds the change reported.
    Raises Stopped where nothing was changed.
    """
    changes: ServerChanges = []

    def answer_at_limit() -> Dict[str, Any]:
        for outcome in host.servers:
            if outcome.state == PENDING:
                outcome.stop('the time limit of %g s is reached' % watchdog.limit)
        return {'answer': host.answer()}

    watchdog.answer_at_limit = answer_at_limit
    try:
        for outcome in host.servers:
            try:
                changes.append(start(outcome))
            except ProblemError as error:
                outcome.fail(error.problem)
            except (OSError, OverflowError) as error:
                message = "The working directory %s can't be used: %s." % (outcome.server.path, error)
                outcome.fail(Problem('write_failed', message, file=outcome.server.path))

        def converge(locked: ServerChanges) -> bool:
            is_too_late = any(outcome.changed for outcome in host.servers)
            ready = decide(locked) if decide else locked
            _set_references(locked, changes, locked, options)
            differing = _compare_all(ready, options, watchdog, host, is_too_late)
            if options.check or host.needs_review:
                return False
            _set_references(locked, changes, [], options)
            _apply(differing, options, watchdog, host)
            for change in ready:  # a run that changes nothing removes nothing
                if change.outcome.changed:
                    _clean(change, options)
            return True

        if options.check:
            converge(changes)
        else:
            in_lock_order(changes, converge, watchdog)
        return host.answer()
    finally:
        for change in changes:
            _close(change, watchdog, keep_locks)


def _close(change: ServerChange, watchdog: Watchdog, keep_lock: bool) -> None:
    """Unlock the server. A marker is removed once the answer is given, and with `keep_lock` the lock released."""
    if change.transaction.is_marked:
        if not keep_lock:
            for_each_server([change], lambda change: change.transaction.unlock_early())
        watchdog.when_answered(change.close)
    else:
        change.close()


def _set_references(locked: ServerChanges, changes: ServerChanges, switching: ServerChanges, options: ChangeOptions) -> None:
    """Let each transaction know, on demand, which trust files other servers reference: that is determined once."""
    known: List[Set[str]] = []

    def referenced() -> Set[str]:
        if not known:
            from .cross_references import referenced_elsewhere  # most runs change nothing

            known.append(referenced_elsewhere(options.base_dir, changes, switching))
        return known[0]

    for change in locked:
        change.transaction.referenced = referenced


# Before anything is written


def _compare_all(
    changes: ServerChanges, options: ChangeOptions, watchdog: Watchdog, host: HostOutcome, is_too_late: bool
) -> ServerChanges:
    """Determine what differs, and all that can be known before something is written; return the changes to be made.

    `is_too_late` says that other servers are changed already, so that the controller can't check trust files first.
    """
    most_text = min(MOST_TEXT, MOST_TEXTS // max(1, len(changes)))
    ready = for_each_server(changes, lambda change: _compare(change, options, most_text))
    managed = [change for change in ready if change.attributes]
    if managed:
        from .managed_attributes import compare_attributes  # few sets have attributes

        compare_attributes(managed, options.pd_bin_dir, watchdog)
        ready = not_failed(ready)
    differing = [change for change in ready if change.outcome.drift]
    collect_trust_files(differing, options, host)
    if host.needs_review and is_too_late:
        host.needs_review = False
        differing = for_each_server(differing, _refuse_unreviewed)
    differing = [change for change in differing if change.name not in options.refused]
    if options.check:
        differing = _preflight(differing, options)
    _note_states(not_failed(ready), differing, options.check)
    return differing


def _note_states(ready: ServerChanges, differing: ServerChanges, check: bool) -> None:
    for change in ready:
        if not change.outcome.drift and change.transaction.is_marked:
            change.outcome.state = CHANGED_EARLIER
        elif change not in differing:
            change.outcome.state = UNCHANGED
        elif check:
            change.outcome.state = WOULD_CHANGE


def _compare(change: ServerChange, options: ChangeOptions, most_text: int) -> None:
    """Compare the files. `most_text` bytes of each configuration are shown."""
    outcome = change.outcome
    outcome.drift = change.transaction.compare()
    if options.diff and outcome.drift:
        before = change.transaction.before
        outcome.before = NOT_READ if before is not None and before.is_unread else _shown(before and before.content, most_text)
        outcome.after = _shown(change.transaction.desired.config, most_text)
    if options.check and outcome.drift:
        change.transaction.preflight()


def _shown(content: Optional[bytes], most: int) -> Optional[str]:
    return None if content is None else content[:most].decode('latin-1')


def _refuse_unreviewed(change: ServerChange) -> None:
    if change.unreviewed:
        path = change.unreviewed[0]
        message = 'Another run held the lock of %s, so that %s was not checked. Nothing was changed.' % (
            change.directory.path,
            path,
        )
        raise ProblemError(Problem('write_failed', message, 'Run again.', file=path))


def _preflight(changes: ServerChanges, options: ChangeOptions) -> ServerChanges:
    """Determine in check mode what would stop a change; return the changes that nothing would stop."""
    ready = for_each_server(changes, lambda change: check_staged_trust(change, options))
    if options.backup_keep is None:
        return ready
    return for_each_server(ready, lambda change: change.transaction.preflight_backup())


# The change itself


def _apply(changes: ServerChanges, options: ChangeOptions, watchdog: Watchdog, host: HostOutcome) -> None:
    """Stage, check, test, back up, commit."""
    ready = for_each_server(changes, lambda change: change.transaction.stage())
    ready = for_each_server(ready, lambda change: check_staged_trust(change, options))
    to_test = [change for change in ready if change.transaction.desired.config is not None]
    if options.staged_test is not None and to_test:
        from .staged_test import test_staged  # most runs change nothing

        test_staged(to_test, options.staged_test, options.pd_bin_dir, watchdog, host)
    ready = for_each_server(not_failed(ready), lambda change: _back_up(change, options))
    ready = for_each_server(ready, lambda _change: watchdog.check())
    with watchdog.uninterrupted():
        _commit(ready, options, watchdog)
    for change in changes:
        if change.outcome.failed:
            change.transaction.discard_backup()
            change.outcome.backup = None
    if any(_has_leftovers(change) for change in not_failed(ready)):
        time.sleep(min(GRACE, watchdog.remaining()))


def _back_up(change: ServerChange, options: ChangeOptions) -> None:
    if options.backup_keep is not None:
        from .backups import Backups  # most runs change nothing

        backups = Backups(change.directory)
        change.outcome.backup = change.transaction.back_up(backups, change.attributes_before, change.outside)


def _commit(changes: ServerChanges, options: ChangeOptions, watchdog: Watchdog) -> None:
    """Set the attributes that differ, then switch the files. Where a switch fails after all, restore its attributes.

    Attributes come first because pdset may refuse them, and then nothing has to be restored; the switch is not refused.
    """
    with_attributes = [change for change in changes if change.differing_attributes()]
    if with_attributes:
        from .managed_attributes import restore_attributes, set_attributes

        set_attributes(with_attributes, options.pd_bin_dir, watchdog)
        with_attributes = not_failed(with_attributes)
    for change in for_each_server(not_failed(changes), lambda change: change.transaction.commit()):
        change.outcome.state = CHANGED
    if with_attributes:
        restore_attributes([change for change in with_attributes if change.outcome.failed], options.pd_bin_dir, watchdog)


def _has_leftovers(change: ServerChange) -> bool:
    try:
        return bool(change.transaction.leftovers())
    except (OSError, ProblemError):
        return False


def _clean(change: ServerChange, options: ChangeOptions) -> None:
    """Remove what nobody needs any more, also of earlier runs. The marker makes the next run remove what can't be removed now."""
    from .backups import Backups  # most runs change nothing

    transaction = change.transaction
    try:
        transaction.clean()
        with acting_as(change.directory.owner):
            backups = Backups(change.directory)
            if change.restored_backup is not None:
                transaction.is_clean &= backups.remove(change.restored_backup)
            if options.backup_keep:
                transaction.is_clean &= backups.clean(options.backup_keep)
    except (OSError, ProblemError):
        transaction.is_clean = False
