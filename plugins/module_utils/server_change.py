# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the servers of a host to the sets that are wanted, each wholly or not at all; a server that can't be done does not
stop another.

Who asks says what is wanted: `configuring` what is declared, `rolling_back` what a backup holds. The answer is
`{"servers": [{"name", "working_dir", "changed", "drift", "problems", "backup", "restored", "before", "after", "tried",
"trust_before": {keyword: {"key", "file"}}, "trust_after"}], "trust_files", "needs_analysis"}`. `tried` is the entry that
`sending` gives, whose `trust` and `now` then stand beside `servers`. `trust_files` are as those of `validating`: what a diff
shows, and what the controller is to judge. With `needs_analysis` nothing was changed: a trust file that is not managed has to
be judged first, and the request comes again with the keys of those that were, as `analysed`.
"""

import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from .backups import Attributes, Backups, Digests, KeptSet
from .config_file import parse
from .config_set import Drift, find_file
from .guard import Guard, Stopped
from .keywords import CONFIG_NAME
from .problems import Problem, ProblemError
from .transaction import Transaction, write_failed
from .working_dir import Server, WorkingDir, acting_as

# A reader that opened the old configuration just before the switch still opens the trust files that it names.
GRACE = 1.0  # seconds
SETTING_SECONDS = 5.0  # past the guard's limit, before the kernel's alarm, for attributes that are being set
MOST_TEXT = 1 << 18  # bytes of a configuration that are shown in a diff
MOST_DRIFT = 500  # differences of a server that are told one by one
ATTRIBUTES = 'server attributes'  # what stands for a file in their drift


class Options(NamedTuple):
    """What holds for all servers of a request.

    `backup_keep` None = no backups are made, 0 = as many as there are stay. `trial` has the options of a try, None = none;
    `analysed` the digests of the trust files that the controller has judged, None before it was asked to.
    """

    check: bool
    diff: bool
    backup_keep: Optional[int]
    trial: Optional[Dict[str, Any]]
    pd_bin_dir: str
    analysed: Optional[List[str]]


class Report:
    """What came of one server. It is `settled` when nothing more is to be done to it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.drift: List[Drift] = []
        self.problems: List[Problem] = []
        self.changed = False
        self.settled = False
        self.backup: Optional[str] = None
        self.restored: Optional[str] = None
        self.before: Optional[str] = None
        self.after: Optional[str] = None
        self.tried: Optional[Dict[str, Any]] = None
        self.trust_before: Dict[str, Dict[str, str]] = {}
        self.trust_after: Dict[str, Dict[str, str]] = {}

    @property
    def failed(self) -> bool:
        return any(problem.is_error for problem in self.problems) or (self.tried is not None and not self.tried['ok'])

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


class Work:
    """What is done to one server.

    `mail` has what a try needs of its entry (smtp_host, smtp_port, sender, recipients); `attributes` are those that belong to
    the set, with the values that are wanted; `judges_all` says that nobody has judged the managed trust files yet; `kept` is
    the backup that is put back.
    """

    def __init__(self, report: Report, directory: WorkingDir, transaction: Transaction, mail: Dict[str, Any]) -> None:
        self.report = report
        self.directory = directory
        self.transaction = transaction
        self.mail = mail
        self.attributes: Attributes = {}
        self.attributes_before: Optional[Attributes] = None
        self.judges_all = False
        self.kept: Optional[KeptSet] = None
        self.outside: Digests = {}  # trust files that are not managed, by path
        self.unknown: List[str] = []  # of these those that nobody has judged yet

    @property
    def name(self) -> str:
        return self.report.server.name

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


def bring(
    servers: List[Server],
    start: Callable[[Report], Work],
    options: Options,
    guard: Guard,
    decide: Optional[Callable[[Works], Works]] = None,
) -> Dict[str, Any]:
    """Bring each server to what its work wants; `decide`, once they are locked, finds that out where it isn't known before.

    Returns the answer. Raises Stopped where nothing was changed.
    """
    reports = [Report(server) for server in servers]
    works: Works = []
    host: Dict[str, Any] = {}  # what belongs to no single server

    def answer() -> Dict[str, Any]:
        return dict(host, servers=[report.answer() for report in reports])

    def told_at_limit() -> Dict[str, Any]:
        for report in reports:
            if not report.settled:
                report.stop('the time limit of %g s is reached' % guard.limit)
        return {'answer': answer()}

    guard.told_at_limit = told_at_limit
    try:
        for report in reports:
            try:
                works.append(start(report))
            except ProblemError as error:
                report.fail(error.problem)
            except (OSError, OverflowError) as error:
                seen = 'The working directory %s can\'t be used: %s.' % (report.server.path, error)
                report.fail(Problem('write_failed', seen, file=report.server.path))
        going = works if options.check else each(works, lambda work: work.transaction.lock())
        going = decide(going) if decide else going
        going = each(going, lambda work: _compare(work, options))
        going = _compare_attributes(going, options, guard)
        differing = [work for work in going if work.report.drift]
        _look_into_trust(differing, options, host)
        if options.check:
            differing = each(differing, lambda work: _judge(work, options))
        for work in going:
            work.report.changed = options.check and work in differing
            work.report.settled = options.check or work not in differing
        if options.check or host['needs_analysis']:
            return answer()
        _change(differing, options, guard, host)
        for work in going:
            _clean(work, options)
        return answer()
    finally:
        for work in works:
            work.transaction.close()
            work.directory.close()


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


def _compare(work: Work, options: Options) -> None:
    """Compare the files: all that can be known of them before something is written."""
    report = work.report
    report.drift = work.transaction.compare()
    if options.diff and report.drift:
        before = work.transaction.before
        report.before = _shown(before.content if before is not None else None)
        report.after = _shown(work.transaction.wanted.config)
    if options.check and report.drift:
        work.transaction.foresee()
        if options.backup_keep is not None:
            Backups(work.directory).foresee()


def _shown(content: Optional[bytes]) -> Optional[str]:
    return None if content is None else content[:MOST_TEXT].decode('latin-1')


def _compare_attributes(works: Works, options: Options, guard: Guard) -> Works:
    """Read the attributes that belong to the sets, those of all servers at once."""
    managed = [work for work in works if work.attributes]
    if managed:
        from .pd_attributes import set_all  # few sets have attributes

        changes = set_all(options.pd_bin_dir, [(work.name, work.attributes) for work in managed], guard, check=True)
        for work, change in zip(managed, changes):
            if change.problem is not None:
                work.report.fail(change.problem)
                continue
            work.attributes_before = before = change.before or {}
            for name, value in work.differing_attributes().items():
                work.report.drift.append(Drift(ATTRIBUTES, 'changed' if before[name] else 'missing', name, before[name], value))
    return [work for work in works if not work.report.failed]


def _change(works: Works, options: Options, guard: Guard, host: Dict[str, Any]) -> None:
    """Stage, judge, try, keep, commit. `host` is given what belongs to the tries as a whole."""
    going = each(works, lambda work: work.transaction.stage())
    going = each(going, lambda work: _judge(work, options))
    tried = [work for work in going if work.transaction.wanted.config is not None] if options.trial else []
    if tried:
        _try(tried, options, guard, host)
    going = [work for work in going if not work.report.failed]
    going = each(going, lambda work: _keep(work, options))
    going = each(going, lambda _work: guard.check())
    with guard.undisturbed():
        _commit(_set_attributes(going, options, guard), options, guard)
    if any(_has_leftovers(work) for work in going if work.report.changed):
        time.sleep(min(GRACE, guard.remaining()))


def _look_into_trust(works: Works, options: Options, host: Dict[str, Any]) -> None:
    """Read what a diff shows of the trust files, and what the controller has to judge; see whether it has to."""
    host.update(trust_files=[], needs_analysis=False)
    works = [work for work in works if options.diff or any(file.startswith('/') for file in work.files().values())]
    if not works:
        return
    from .host_files import HostBlocks  # most sets have managed files only

    blocks = HostBlocks()
    for work in works:
        with acting_as(work.directory.owner):
            _read_trust(work, options, blocks)
    host['trust_files'] = blocks.answer()
    host['needs_analysis'] = options.analysed is None and any(work.unknown for work in works)


def _read_trust(work: Work, options: Options, blocks: Any) -> None:
    from .set_trust import set_files

    wanted, before = work.transaction.wanted, work.transaction.before
    after = set_files(work.directory, wanted.config, wanted.trust, blocks)
    work.outside = {file.path: file.digest for file in after.values() if file.is_outside}
    judged = Backups(work.directory).judged_outside() if work.outside else {}
    work.unknown = [
        path for path, digest in work.outside.items() if judged.get(path) != digest and digest not in (options.analysed or ())]
    found = before.content if before is not None else None
    old = set_files(work.directory, found, {}, blocks) if options.diff else {}
    for keyword in set(old) | set(after):
        files = [files[keyword] for files in (old, after) if keyword in files]
        differ = options.diff and len({file.data for file in files}) + (len(files) == 1) > 1
        for files_of, told in ((old, work.report.trust_before), (after, work.report.trust_after)):
            if keyword in files_of and (differ or (work.unknown and files_of is after)):
                file = files_of[keyword]
                told[keyword] = {'key': blocks.add(file.data), 'file': file.path}


def _judge(work: Work, options: Options) -> None:
    """Judge, as the owner, trust files that only this host has: the standard library reads them, and OpenSSL loads them.

    What is not staged, in check mode, is only read. Raises ProblemError.
    """
    wanted = work.transaction.wanted
    settings, files = work.settings(), work.files()
    if not any(work.judges_all or value.startswith('/') for value in files.values()):
        return
    from .pem import read_pem, structure_problems
    from .tls_policy import Policy, new_context  # most sets have managed files only and need no ssl
    from .trust_files import load_trust

    problems: List[Problem] = []
    for keyword, value in files.items():
        if options.check and value in wanted.trust:
            settings[keyword] = ''
            problems += structure_problems(read_pem(wanted.trust[value]), keyword, work.directory.path_of(value))
    if any(settings[keyword] for keyword in files):
        with acting_as(work.directory.owner):
            trust, found = load_trust(settings, work.directory.path, work.transaction.staged)
            if trust is not None:
                new_context(Policy(trust, False))
        problems += found
    for problem in problems:
        if problem.is_error:
            raise ProblemError(problem)
    if work.unknown and options.analysed is not None:
        seen = '%s has changed while it was judged.' % work.unknown[0]
        raise ProblemError(Problem('file_not_readable', seen, 'Run again.', file=work.unknown[0]))


def _try(works: Works, options: Options, guard: Guard, host: Dict[str, Any]) -> None:
    """Use the staged sets against the mail server, all at the same time."""
    from .sending import Task, send_all, with_mail_servers  # most runs change nothing and need no ssl

    tasks = []
    for work in works:
        of_task = dict(options.trial or {}, **work.mail)
        tasks.append(Task(work.name, work.directory.path, of_task, work.settings(), dict(work.transaction.staged)))
    sent = send_all(with_mail_servers(tasks, options.pd_bin_dir, guard), guard)
    for work, tried in zip(works, sent['servers']):
        tried['ok'] = tried['reached'] and not any(Problem(**problem).is_error for problem in tried['problems'])
        work.report.tried = tried
        work.report.settled = not tried['ok']
    host.update(trust=sent['trust'], now=sent['now'])


def _keep(work: Work, options: Options) -> None:
    if options.backup_keep is not None:
        work.report.backup = work.transaction.keep(Backups(work.directory), work.attributes_before, work.outside)


def _set_attributes(works: Works, options: Options, guard: Guard) -> Works:
    """Set the attributes that differ, those of all servers at once; return the works that go on.

    It comes before the switch of the files, which is not refused: pdset may be, and then there is nothing to put back.
    """
    differing = [work for work in works if work.differing_attributes()]
    for work, problem in zip(differing, _set(differing, lambda work: work.differing_attributes(), options, guard)):
        if problem is not None:
            work.report.fail(problem)
    return [work for work in works if not work.report.failed]


def _commit(works: Works, options: Options, guard: Guard) -> None:
    """Switch the files. Where that fails after all, put the attributes back."""
    for work in each(works, lambda work: work.transaction.commit()):
        work.report.changed = work.report.settled = True
    undone = [work for work in works if work.report.failed and work.differing_attributes()]
    for work, problem in zip(undone, _set(undone, _attributes_to_put_back, options, guard)):
        if problem is not None:
            seen = 'The attributes were set and could not be put back: %s' % problem.message
            work.report.problems.append(problem._replace(message=seen))


def _attributes_to_put_back(work: Work) -> Attributes:
    before = work.attributes_before or {}
    return {name: before[name] for name in work.differing_attributes()}


def _set(works: Works, values: Callable[[Work], Attributes], options: Options, guard: Guard) -> List[Optional[Problem]]:
    """Set attributes, and see that they are in force; return what is wrong. Not stopped by the guard, but bounded by it."""
    if not works:
        return []
    from .pd_attributes import set_all

    try:
        wanted = [(work.name, values(work)) for work in works]
        changes = set_all(options.pd_bin_dir, wanted, Guard(guard.remaining() + SETTING_SECONDS))
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
    """Remove what nobody needs any more, also of earlier runs. What can't be removed waits for the next run."""
    try:
        work.transaction.clean()
        with acting_as(work.directory.owner):
            backups = Backups(work.directory)
            if work.kept is not None and work.report.changed:
                backups.remove(work.kept)
            if options.backup_keep:
                backups.clean(options.backup_keep, find_file(work.directory, CONFIG_NAME))
    except (OSError, ProblemError):
        pass
