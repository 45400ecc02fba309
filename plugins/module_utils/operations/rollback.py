# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Puts the previous sets of a host's servers back: the target's side of sendmemo_rollback.

Request: `{"base_dir", "servers": [entry], "defaults": entry, "check", "diff", "try": {"until", "timeout", "min_tls",
"crl_check"} or null, "pd_bin_dir", "analysed", "refused"}`. An entry has `name working_dir owner group mode smtp_host smtp_port
sender recipients manage_attributes`; `mode` null = that of the configuration in force. Answer: see `change.converge`.
"""

import stat
from typing import Any, Dict, List, Optional, Union

from ..change.backup_owner import rights_to_read
from ..change.backups import BACKUPS, MOST_READ, Backups, Digests, KeptSet
from ..change.converge import bring
from ..change.drift import FoundFile, WantedSet, check_rights, file_owner, find_file
from ..change.previous_set import choose, wanted_set
from ..change.server_change import Options, Report, Work, Works, each, open_to_change
from ..change.transaction import Transaction
from ..change.unfinished import ROLLBACK, is_marked
from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..files.working_dir import find_servers
from ..messages.attributes import Values
from ..pd.commands import HOST, PORT
from ..problems import Problem, ProblemError
from ..program.watchdog import Watchdog

USUAL_MODE = 0o644

Request = Dict[str, Any]


def run(request: Request, watchdog: Watchdog) -> Dict[str, Any]:
    """Put the previous set of every server back, or predict it."""
    servers = find_servers(request['base_dir'], request['servers'])
    options = Options(
        request['check'],
        request['diff'],
        0,
        request['try'],
        request['pd_bin_dir'],
        request['analysed'],
        request['refused'],
        request['base_dir'],
    )

    def start(report: Report) -> Work:
        entry = report.server.entry or request['defaults']
        directory = open_to_change(report, request['base_dir'])
        # What is wanted is decided when the directory is locked.
        transaction = Transaction(directory, WantedSet(None, {}, 0, 0, 0), watchdog)
        return Work(report, directory, transaction, entry)

    return bring(servers, start, options, watchdog, lambda works: _decide(works, request, watchdog))


class _History:
    """A server's set in force and those that it had, newest first."""

    def __init__(self, work: Work, manages_attributes: bool) -> None:
        self.found = find_file(work.directory, CONFIG_NAME)
        with rights_to_read(work.directory):
            backups = Backups(work.directory)
            self.digests = backups.digests_of(self.found)
            self.kept = _up_to_the_first_other(backups, self.digests, manages_attributes)


def _up_to_the_first_other(backups: Backups, digests: Optional[Digests], manages_attributes: bool) -> List[KeptSet]:
    """Return the sets from the newest to the first whose files differ: one of these is the previous set, if there is one.

    Who owns the directory can write what he likes into a backup: attributes count only where they are declared to be managed.
    """
    kept = []
    for one in backups.newest_first():
        kept.append(one if manages_attributes else one._replace(attributes={}))
        if one.digests != digests:
            break
    return kept


def _decide(works: Works, request: Request, watchdog: Watchdog) -> Works:
    """Find each server's previous set; of those that hold attributes it takes the attributes in force to tell."""
    histories: Dict[str, _History] = {}

    def look(work: Work) -> None:
        histories[work.name] = _History(work, bool(_entry(work, request).get('manage_attributes')))

    works = each(works, look)
    in_force = _attributes_in_force(works, histories, request, watchdog)
    return each(works, lambda work: _want(work, histories[work.name], in_force.get(work.name, {}), request))


def _entry(work: Work, request: Request) -> Dict[str, Any]:
    return work.report.server.entry or request['defaults']


def _attributes_in_force(
    works: Works, histories: Dict[str, _History], request: Request, watchdog: Watchdog
) -> Dict[str, Union[Values, Problem]]:
    names = [work.name for work in works if any(one.attributes for one in histories[work.name].kept)]
    if not names:
        return {}
    from ..pd.attributes import read_all  # few sets have attributes

    return dict(zip(names, read_all(request['pd_bin_dir'], [(name, (HOST, PORT)) for name in names], watchdog)))


def _want(work: Work, history: _History, in_force: Union[Values, Problem], request: Request) -> None:
    """Set what the work wants: the files, and the attributes where the set has them. Raises ProblemError."""
    entry = _entry(work, request)
    if _is_done(work, history):
        return
    if isinstance(in_force, Problem):
        raise ProblemError(in_force)
    kept = choose(history.kept, history.digests, in_force)
    if kept is None:
        path = work.directory.path_of(BACKUPS)
        seen = 'No set that differs from the one in force is kept in %s (the newest %d are looked at).' % (path, MOST_READ)
        raise ProblemError(Problem('no_previous_set', seen, file=path))
    if not set(kept.attributes) <= {HOST, PORT}:
        raise Backups(work.directory).unusable(kept.name, 'it has attributes that are none of a set')
    uid, gid = file_owner(work.directory, entry.get('owner'), entry.get('group'), work.name)
    mode = entry['mode'] if entry.get('mode') is not None else _mode_of(history.found)
    check_rights(work.directory, uid, gid, mode, entry)
    with rights_to_read(work.directory):
        work.transaction.wanted = wanted_set(work.directory, Backups(work.directory), kept, uid, gid, mode)
    if kept.unread and request['try'] is not None:
        raise _not_to_try(kept)
    if _would_be_mixed(work.transaction.wanted, history.found):
        raise Backups(work.directory).unusable(kept.name, 'a trust file of it has the name of one in force')
    work.transaction.source = kept.path
    work.kept = kept
    work.report.restored = kept.path
    work.judges_all = True
    work.attributes = dict(kept.attributes)
    work.mail.update(_mail_server_of(kept.attributes))


def _is_done(work: Work, history: _History) -> bool:
    """Return whether an earlier rollback put in force what is there, and could not tell: a second one would lead back."""
    found, transaction = history.found, work.transaction
    transaction.by = ROLLBACK
    if found is None:
        done = is_marked(work.directory, None, ROLLBACK)
    else:
        done = found.content is not None and is_marked(work.directory, found.content, ROLLBACK)
        if done:
            status = found.status
            transaction.wanted = WantedSet(found.content, {}, status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))
    return done


def _would_be_mixed(wanted: WantedSet, found: Optional[FoundFile]) -> bool:
    """Return whether, before the switch, the configuration in force would name a trust file that nobody has read."""
    if found is None or found.content is None or found.content == wanted.config:
        return False
    return any(name in parse(found.content, CONFIG_NAME).given.values() for name in wanted.unread)


def _not_to_try(kept: KeptSet) -> ProblemError:
    path = '%s/%s' % (kept.path, min(kept.unread))
    seen = "%s was not readable for the server's user, or too large, when it was replaced: this set can't be tried." % path
    hint = 'To have it back all the same, with its rights, set try_before_commit to none.'
    return ProblemError(Problem('file_not_readable', seen, hint, file=path))


def _mode_of(found: Optional[FoundFile]) -> int:
    """Return the mode of the configuration in force, unless it keeps its owner out or lets others write."""
    mode = stat.S_IMODE(found.status.st_mode) if found is not None and found.content is not None else USUAL_MODE
    return mode if mode & 0o600 == 0o600 and not mode & ~0o775 else USUAL_MODE


def _mail_server_of(attributes: Values) -> Dict[str, Any]:
    """Return the mail server of a set, which is tried with its own and not with the one that is used now."""
    from ..pd.mail_server import port_in

    known = {'smtp_host': attributes.get(HOST), 'smtp_port': port_in(attributes.get(PORT) or '')}
    return {key: value for key, value in known.items() if value}
