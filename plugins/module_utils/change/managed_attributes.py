# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The server attributes that belong to the sets of servers: compared, set and restored together for all servers of a host."""

from typing import Callable, List, Optional

from ..messages.change import ATTRIBUTES, CHANGED, MISSING, Drift
from ..pd.attributes import set_all
from ..problems import Problem
from ..program.watchdog import Stopped, Watchdog
from .backup_set import Attributes
from .server_change import ServerChange, ServerChanges

SETTING_SECONDS = 5.0  # past the watchdog's limit, before the kernel's alarm, for attributes that are being set


def compare_attributes(changes: ServerChanges, bin_dir: str, watchdog: Watchdog) -> None:
    """Read the active attributes, and add what differs to each server's drift."""
    results = set_all(bin_dir, [(change.name, change.attributes) for change in changes], watchdog, check=True)
    for change, result in zip(changes, results):
        if result.problem is not None:
            change.outcome.fail(result.problem)
            continue
        change.attributes_before = before = result.before or {}
        for name, value in change.differing_attributes().items():
            kind = CHANGED if before[name] else MISSING
            change.outcome.drift.append(Drift(ATTRIBUTES, kind, name, before[name], value))


def set_attributes(changes: ServerChanges, bin_dir: str, watchdog: Watchdog) -> None:
    """Set the attributes that differ. A change whose attributes were not set fails."""
    for change, problem in zip(changes, _set(changes, ServerChange.differing_attributes, bin_dir, watchdog)):
        if problem is not None:
            change.outcome.fail(problem)


def restore_attributes(changes: ServerChanges, bin_dir: str, watchdog: Watchdog) -> None:
    """Set the attributes to their values before the change."""
    for change, problem in zip(changes, _set(changes, _values_before, bin_dir, watchdog)):
        if problem is not None:
            message = 'The attributes were set and could not be restored: %s' % problem.message
            change.outcome.problems.append(problem._replace(message=message))


def _values_before(change: ServerChange) -> Attributes:
    before = change.attributes_before or {}
    return {name: before[name] for name in change.differing_attributes()}


def _set(
    changes: ServerChanges, values: Callable[[ServerChange], Attributes], bin_dir: str, watchdog: Watchdog
) -> List[Optional[Problem]]:
    """Set attributes and verify that they are active; return each problem. The watchdog does not stop it, but bounds it."""
    if not changes:
        return []
    try:
        desired = [(change.name, values(change)) for change in changes]
        results = set_all(bin_dir, desired, Watchdog(watchdog.remaining() + SETTING_SECONDS))
        return [result.problem for result in results]
    except Stopped as error:
        message = 'Stopped while attributes were being set; which of them are set is not known: %s.' % error
        return [Problem('program_failed', message, 'Run again: any difference is then corrected.')] * len(changes)
