# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the servers of a host to the sets that are wanted, each wholly or not at all; a server that can't be done does not
stop another.

Who asks says what is wanted: `operations.configure` what is declared, `operations.rollback` what a backup holds. The answer is
`{"servers": [{"name", "working_dir", "changed", "untold", "drift", "problems", "backup", "restored", "before", "after", "tried",
"trust_before": {keyword: {"key", "file"}}, "trust_after"}], "trust_files", "needs_analysis"}`. `tried` is the entry that
`send_all` gives, whose `trust` and `now` then stand beside `servers`. `trust_files` are as those of `operations.validate`: what
a diff shows, and what the controller is to judge. With `needs_analysis` nothing was changed: a trust file that is not managed
has to be judged first, and the request comes again with the keys of those that were, as `analysed`, and as `refused` the
servers for which they have an error: nothing is changed for these.
"""

import time
from typing import Any, Callable, Dict, List, Optional, Set

from ..files.working_dir import Server
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from ..program.watchdog import Stopped, Watchdog
from .backups import Attributes, Backups
from .drift import Drift
from .lock_order import in_turns
from .server_change import HostReport, Options, Report, Work, Works, each
from .shared_trust_files import named_elsewhere
from .trust_checks import judge, look_into_trust

# A reader that opened the old configuration just before the switch still opens the trust files that it names.
GRACE = 1.0  # seconds
SETTING_SECONDS = 5.0  # past the watchdog's limit, before the kernel's alarm, for attributes that are being set
MOST_TEXT = 1 << 16  # bytes of a configuration that are shown in a diff
MOST_TEXTS = 1 << 20  # bytes that all servers of a host share for that
NOT_READ = '(not read)\n'  # in a diff
ATTRIBUTES = 'server attributes'  # what stands for a file in their drift


def bring(
    servers: List[Server],
    start: Callable[[Report], Work],
    options: Options,
    watchdog: Watchdog,
    decide: Optional[Callable[[Works], Works]] = None,
) -> Dict[str, Any]:
    """Bring each server to what its work wants; `decide`, once they are locked, finds that out where it isn't known before.

    Returns the answer. Raises Stopped where nothing was changed.
    """
    reports = [Report(server) for server in servers]
    works: Works = []
    host = HostReport()

    def answer() -> Dict[str, Any]:
        return dict(host.answer(), servers=[report.answer() for report in reports])

    def answer_at_limit() -> Dict[str, Any]:
        for report in reports:
            if not report.settled:
                report.stop('the time limit of %g s is reached' % watchdog.limit)
        return {'answer': answer()}

    watchdog.answer_at_limit = answer_at_limit
    try:
        for report in reports:
            try:
                works.append(start(report))
            except ProblemError as error:
                report.fail(error.problem)
            except (OSError, OverflowError) as error:
                seen = "The working directory %s can't be used: %s." % (report.server.path, error)
                report.fail(Problem('write_failed', seen, file=report.server.path))

        def do(turn: Works) -> bool:
            is_too_late = any(report.changed for report in reports)
            going = decide(turn) if decide else turn
            _tell_what_is_needed(turn, works, turn, options)
            differing = _look(going, options, watchdog, host, is_too_late)
            if options.check or host.needs_analysis:
                return False
            _tell_what_is_needed(turn, works, [], options)
            _bring(going, differing, options, watchdog, host)
            return True

        if options.check:
            do(works)
        else:
            in_turns(works, do, watchdog)
        return answer()
    finally:
        for work in works:
            _close(work, watchdog)


def _foresee(works: Works, options: Options) -> Works:
    """Find out what would keep a run from going on; return the works that nothing does."""
    going = each(works, lambda work: judge(work, options))
    return each(going, lambda work: work.transaction.foresee_keeping()) if options.backup_keep is not None else going


def _settle(works: Works, differing: Works, options: Options) -> None:
    """Note what can be told before something is written: all of it in check mode, and where nothing differs."""
    for work in works:
        work.report.untold = not work.report.drift and work.transaction.is_marked
        work.report.changed = work.report.untold or (options.check and work in differing)
        work.report.settled = options.check or work not in differing


def _close(work: Work, watchdog: Watchdog) -> None:
    """Let other runs in: where there is a mark, which goes then, once the answer is given."""
    if work.transaction.is_marked:
        watchdog.when_answered(work.close)
    else:
        work.close()


def _tell_what_is_needed(turn: Works, works: Works, switching: Works, options: Options) -> None:
    """Let each transaction know, when it asks, which trust files other servers name: it is found out once."""
    known: List[Set[str]] = []

    def needed() -> Set[str]:
        if not known:
            known.append(named_elsewhere(options.base_dir, works, switching))
        return known[0]

    for work in turn:
        work.transaction.needed = needed


def _look(works: Works, options: Options, watchdog: Watchdog, host: HostReport, is_too_late: bool) -> Works:
    """Find out what differs, and what can be known before something is written; return the works that are to change.

    `is_too_late` says that the controller can judge nothing first.
    """
    most_text = min(MOST_TEXT, MOST_TEXTS // max(1, len(works)))
    going = each(works, lambda work: _compare(work, options, most_text))
    going = _compare_attributes(going, options, watchdog)
    differing = [work for work in going if work.report.drift]
    look_into_trust(differing, options, host)
    if host.needs_analysis and is_too_late:
        host.needs_analysis = False
        differing = each(differing, _refuse_unknown)
    differing = [work for work in differing if work.report.server.name not in options.refused]
    if options.check:
        differing = _foresee(differing, options)
    _settle(going, differing, options)
    return differing


def _bring(works: Works, differing: Works, options: Options, watchdog: Watchdog, host: HostReport) -> None:
    """Bring servers, whose locks we have, to what is wanted; a run that changes nothing removes nothing."""
    _change(differing, options, watchdog, host)
    for work in works:
        if work.report.changed:
            _clean(work, options)


def _refuse_unknown(work: Work) -> None:
    if work.unknown:
        seen = 'Another run held the lock of %s while %s could have been judged.' % (work.directory.path, work.unknown[0])
        raise ProblemError(Problem('write_failed', seen + ' Nothing was changed.', 'Run again.', file=work.unknown[0]))


def _compare(work: Work, options: Options, most_text: int) -> None:
    """Compare the files: all that can be known of them before something is written. `most_text` bytes of each are shown."""
    report = work.report
    report.drift = work.transaction.compare()
    if options.diff and report.drift:
        before = work.transaction.before
        report.before = NOT_READ if before is not None and before.is_unread else _shown(before and before.content, most_text)
        report.after = _shown(work.transaction.wanted.config, most_text)
    if options.check and report.drift:
        work.transaction.foresee()


def _shown(content: Optional[bytes], most: int) -> Optional[str]:
    return None if content is None else content[:most].decode('latin-1')


def _compare_attributes(works: Works, options: Options, watchdog: Watchdog) -> Works:
    """Read the attributes that belong to the sets, those of all servers at once."""
    managed = [work for work in works if work.attributes]
    if managed:
        from ..pd.attributes import set_all  # few sets have attributes

        changes = set_all(options.pd_bin_dir, [(work.name, work.attributes) for work in managed], watchdog, check=True)
        for work, change in zip(managed, changes):
            if change.problem is not None:
                work.report.fail(change.problem)
                continue
            work.attributes_before = before = change.before or {}
            for name, value in work.differing_attributes().items():
                work.report.drift.append(Drift(ATTRIBUTES, 'changed' if before[name] else 'missing', name, before[name], value))
    return [work for work in works if not work.report.failed]


def _change(works: Works, options: Options, watchdog: Watchdog, host: HostReport) -> None:
    """Stage, judge, try, keep, commit. `host` is given what belongs to the tries as a whole."""
    going = each(works, lambda work: work.transaction.stage())
    going = each(going, lambda work: judge(work, options))
    tried = [work for work in going if work.transaction.wanted.config is not None] if options.trial else []
    if tried:
        _try(tried, options, watchdog, host)
    going = [work for work in going if not work.report.failed]
    going = each(going, lambda work: _keep(work, options))
    going = each(going, lambda _work: watchdog.check())
    with watchdog.uninterrupted():
        _commit(_set_attributes(going, options, watchdog), options, watchdog)
    for work in works:
        if work.report.failed and not work.report.changed:
            work.transaction.drop_backup()
            work.report.backup = None
    if any(_has_leftovers(work) for work in going if work.report.changed):
        time.sleep(min(GRACE, watchdog.remaining()))


def _try(works: Works, options: Options, watchdog: Watchdog, host: HostReport) -> None:
    """Use the staged sets against the mail server, all at the same time."""
    from ..messages.send import MailOptions, SendOptions
    from ..send.job import Task
    from ..send.send_all import joined, send_all, with_mail_servers  # most runs change nothing and need no ssl

    tasks = []
    for work in works:
        mail, how = MailOptions(**work.mail), SendOptions(**options.trial or {})
        staged = dict(work.transaction.staged)
        tasks.append(Task(work.name, work.directory.path, mail, how, settings=work.settings(), staged=staged))
    sent = send_all(with_mail_servers(tasks, options.pd_bin_dir, watchdog), watchdog)
    for work, result in zip(works, sent.servers):
        work.report.tried = result
        work.report.settled = not result.ok
    host.sent = {'trust': joined(host.sent.get('trust', {}), sent.trust), 'now': sent.now}


def _keep(work: Work, options: Options) -> None:
    if options.backup_keep is not None:
        work.report.backup = work.transaction.keep(Backups(work.directory), work.attributes_before, work.outside)


def _set_attributes(works: Works, options: Options, watchdog: Watchdog) -> Works:
    """Set the attributes that differ, those of all servers at once; return the works that go on.

    It comes before the switch of the files, which is not refused: pdset may be, and then there is nothing to put back.
    """
    differing = [work for work in works if work.differing_attributes()]
    for work, problem in zip(differing, _set(differing, lambda work: work.differing_attributes(), options, watchdog)):
        if problem is not None:
            work.report.fail(problem)
    return [work for work in works if not work.report.failed]


def _commit(works: Works, options: Options, watchdog: Watchdog) -> None:
    """Switch the files. Where that fails after all, put the attributes back."""
    for work in each(works, lambda work: work.transaction.commit()):
        work.report.changed = work.report.settled = True
    undone = [work for work in works if work.report.failed and work.differing_attributes()]
    for work, problem in zip(undone, _set(undone, _attributes_to_put_back, options, watchdog)):
        if problem is not None:
            seen = 'The attributes were set and could not be put back: %s' % problem.message
            work.report.problems.append(problem._replace(message=seen))


def _attributes_to_put_back(work: Work) -> Attributes:
    before = work.attributes_before or {}
    return {name: before[name] for name in work.differing_attributes()}


def _set(works: Works, values: Callable[[Work], Attributes], options: Options, watchdog: Watchdog) -> List[Optional[Problem]]:
    """Set attributes, and see that they are in force; return what is wrong. Not stopped by the watchdog, but bounded by it."""
    if not works:
        return []
    from ..pd.attributes import set_all

    try:
        wanted = [(work.name, values(work)) for work in works]
        changes = set_all(options.pd_bin_dir, wanted, Watchdog(watchdog.remaining() + SETTING_SECONDS))
        return [change.problem for change in changes]
    except Stopped as error:
        seen = 'Stopped while attributes were set, and which are is not known: %s.' % error
        return [Problem('program_failed', seen, 'Run again: what differs is corrected then.')] * len(works)


def _has_leftovers(work: Work) -> bool:
    try:
        return bool(work.transaction.leftovers())
    except (OSError, ProblemError):
        return False


def _clean(work: Work, options: Options) -> None:
    """Remove what nobody needs any more, also of earlier runs. What can't be removed waits for the next run, by the mark."""
    transaction = work.transaction
    try:
        transaction.clean()
        with acting_as(work.directory.owner):
            backups = Backups(work.directory)
            if work.kept is not None:
                transaction.is_clean &= backups.remove(work.kept)
            if options.backup_keep:
                transaction.is_clean &= backups.clean(options.backup_keep)
    except (OSError, ProblemError):
        transaction.is_clean = False
