# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files of desired sets: what a diff shows, what the controller has to check, and the checks that are done here."""

from typing import TYPE_CHECKING, AbstractSet, Container, Dict, List, Sequence

from ..messages.change import ChangeOptions
from ..messages.trust import TrustReference
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .server_change import HostOutcome, ServerChange, ServerChanges

if TYPE_CHECKING:
    from ..trust.trust_file import HostBlocks
    from ..trust.trust_of_set import SetFiles


def collect_trust_files(changes: ServerChanges, options: ChangeOptions, host: HostOutcome) -> None:
    """Read what a diff shows of the trust files and what the controller has to check, and determine whether it has to."""
    changes = [change for change in changes if options.diff or _names_outside(change)]
    if not changes:
        return
    from ..trust.trust_file import HostBlocks  # most sets have managed files only

    host.blocks = host.blocks or HostBlocks()
    for change in changes:
        with acting_as(change.directory.owner):
            _collect(change, options, host.blocks)
    host.needs_review = options.reviewed is None and any(change.unreviewed for change in changes)


def _names_outside(change: ServerChange) -> bool:
    return any(file.startswith('/') for file in change.trust_files().values())


def _collect(change: ServerChange, options: ChangeOptions, blocks: 'HostBlocks') -> None:
    from ..trust.trust_of_set import set_files

    desired, active = change.transaction.desired, change.transaction.before
    new = set_files(change.directory, desired.config, desired.trust, blocks)
    old = set_files(change.directory, active.content if active is not None else None, {}, blocks) if options.diff else {}
    change.outside = {file.path: file.digest for file in new.values() if file.is_outside}
    change.unreviewed = _unreviewed(change, options.reviewed or ())
    changed = _changed(old, new) if options.diff else frozenset()
    change.outcome.trust_before.update(_references(old, changed, blocks))
    change.outcome.trust_after.update(_references(new, new if change.unreviewed else changed, blocks))


def _unreviewed(change: ServerChange, reviewed: Sequence[str]) -> List[str]:
    """Return the files outside of the working directory whose content was not checked, now or in the last change."""
    if not change.outside:
        return []
    from .backups import Backups  # most sets have managed files only

    checked = Backups(change.directory).checked_outside()
    return [path for path, digest in change.outside.items() if checked.get(path) != digest and digest not in reviewed]


def _changed(old: 'SetFiles', new: 'SetFiles') -> AbstractSet[str]:
    """Return the keywords whose files have different contents, or are in one set only."""
    before, after = ({(keyword, file.data) for keyword, file in files.items()} for files in (old, new))
    return frozenset(keyword for keyword, _data in before ^ after)


def _references(files: 'SetFiles', keywords: Container[str], blocks: 'HostBlocks') -> Dict[str, TrustReference]:
    return {keyword: TrustReference(blocks.add(file.data), file.path) for keyword, file in files.items() if keyword in keywords}


def check_staged_trust(change: ServerChange, options: ChangeOptions) -> None:
    """Check, as the owner, trust files that only this host has: the standard library reads them, and OpenSSL loads them.

    In check mode nothing is staged; new files are then only parsed. Raises ProblemError.
    """
    desired = change.transaction.desired
    settings, files = change.settings(), change.trust_files()
    if not any(change.checks_managed_files or value.startswith('/') for value in files.values()):
        return
    from ..tls.context import Policy, new_context  # most sets have managed files only and need no ssl
    from ..trust.pem import read_pem, structure_problems
    from ..trust.trust_store import load_trust

    problems: List[Problem] = []
    for keyword, value in files.items():
        if value in desired.unread:  # it is restored as it was
            settings[keyword] = ''
        if options.check and value in desired.trust:
            settings[keyword] = ''
            problems += structure_problems(read_pem(desired.trust[value]), keyword, change.directory.path_of(value))
    if any(settings[keyword] for keyword in files):
        with acting_as(change.directory.owner):
            trust, load_problems = load_trust(settings, change.directory.path, change.transaction.staged)
            if trust is not None:
                new_context(Policy(trust, False))
        problems += load_problems
    for problem in problems:
        if problem.is_error:
            raise ProblemError(problem)
    if change.unreviewed and options.reviewed is not None:
        path = change.unreviewed[0]
        raise ProblemError(
            Problem('file_not_readable', '%s was changed while it was being checked.' % path, 'Run again.', file=path)
        )
