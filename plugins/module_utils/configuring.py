# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings a host's servers into the declared state: the target's side of sendmemo_config.

Request: `{"base_dir", "servers": [entry], "defaults": entry, "contents": {key: text}, "check", "diff", "backup",
"backup_keep", "try": {"until", "timeout", "min_tls", "crl_check"} or null}`. An entry has `name working_dir state config
trust owner group mode smtp_host smtp_port sender recipients`, its contents by key, so that each travels once. `defaults`
serves the servers that are found.
Answer: `{"servers": [{"name", "working_dir", "changed", "drift", "problems", "backup", "before", "tried"}]}`; `tried` is the
entry that `sending` gives, whose `trust` and `now` then stand beside `servers`.
"""
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from .backups import Backups
from .config_file import parse
from .config_set import Drift, WantedSet, file_owner
from .guard import Guard, Stopped
from .keywords import CONFIG_NAME
from .problems import Problem, ProblemError
from .transaction import Transaction, write_failed
from .working_dir import Server, WorkingDir, acting_as, find_servers

# A reader that opened the old configuration just before the switch still opens the trust files that it names.
GRACE = 1.0  # seconds
MOST_BEFORE = 1 << 18  # bytes of a configuration that are shown in a diff
MOST_DRIFT = 500  # differences of a server that are told one by one
TRIAL_KEYS = ('smtp_host', 'smtp_port', 'sender', 'recipients')

Request = Dict[str, Any]


class Report:
    """What came of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.drift: List[Drift] = []
        self.problems: List[Problem] = []
        self.changed = False
        self.backup: Optional[str] = None
        self.before: Optional[str] = None
        self.tried: Optional[Dict[str, Any]] = None

    @property
    def failed(self) -> bool:
        return any(problem.is_error for problem in self.problems) or (self.tried is not None and not self.tried['ok'])

    def fail(self, problem: Problem) -> None:
        """Note why nothing was changed."""
        self.problems.append(problem)
        self.changed = False

    def answer(self) -> Dict[str, Any]:
        return {
            'name': self.server.name, 'working_dir': self.server.path, 'changed': self.changed, 'backup': self.backup,
            'drift': [one.as_dict() for one in self.drift[:MOST_DRIFT]], 'before': self.before, 'tried': self.tried,
            'problems': [problem._replace(server=self.server.name).as_dict() for problem in self.problems],
        }


class Work(NamedTuple):
    """What is done to one server."""
    report: Report
    entry: Dict[str, Any]
    directory: WorkingDir
    transaction: Transaction


def _bytes(text: str) -> bytes:
    return text.encode('latin-1')  # how bytes travel in the request


def _open(report: Report, request: Request, guard: Guard) -> Work:
    entry = report.server.entry or request['defaults']
    directory = WorkingDir(report.server.path, report.server.name)
    try:
        uid, gid = file_owner(directory, entry.get('owner'), entry.get('group'), report.server.name)
    except ProblemError:
        directory.close()
        raise
    absent = entry.get('state') == 'absent'
    trust = {} if absent else {name: _bytes(request['contents'][key]) for name, key in entry['trust'].items()}
    config = None if absent else _bytes(request['contents'][entry['config']])
    return Work(report, entry, directory, Transaction(directory, WantedSet(config, trust, uid, gid, entry['mode']), guard))


def _compare(work: Work, request: Request) -> None:
    """Lock and compare: all that can be known before something is written."""
    if not request['check']:
        work.transaction.lock()
    report = work.report
    report.drift = work.transaction.compare()
    report.changed = bool(report.drift)
    before = work.transaction.before
    if request['diff'] and report.drift and before is not None and before.content is not None:
        report.before = before.content[:MOST_BEFORE].decode('latin-1')


def _commit(work: Work, request: Request) -> None:
    backups = Backups(work.directory, request['backup_keep']) if request['backup'] else None
    work.report.backup = work.transaction.commit(backups)


def _clean(works: List[Work], request: Request) -> None:
    """Remove what nobody needs any more, also of earlier runs. What can't be removed waits: what was done stays true."""
    for work in works:
        try:
            work.transaction.clean()
            if request['backup']:
                with acting_as(work.directory.owner):
                    Backups(work.directory, request['backup_keep']).clean()
        except (OSError, ProblemError):
            pass


def _has_leftovers(work: Work) -> bool:
    try:
        return bool(work.transaction.leftovers())
    except (OSError, ProblemError):
        return False


def _each(works: List[Work], step: Callable[[Work], None]) -> List[Work]:
    """Take a step with each server; a problem of one stops that one. Return those that go on."""
    for work in works:
        try:
            step(work)
        except ProblemError as error:
            work.report.fail(error.problem)
        except OSError as error:
            work.report.fail(write_failed(error, work.directory.path, work.report.server.name).problem)
        except Stopped as error:  # what was committed before stays so, and is told
            work.report.fail(Problem('program_failed', 'Stopped before anything was changed: %s.' % error))
    return [work for work in works if not work.report.failed]


def _judge_paths(work: Work) -> None:
    """Judge, as the owner, trust files that are not managed, which only this host can. Raises ProblemError."""
    settings = parse(work.transaction.wanted.config or b'', CONFIG_NAME).settings
    if not any(value.startswith('/') for value in (settings['CAFile'], settings['CrlFile'])):
        return
    from .tls_policy import Policy, new_context  # most sets have managed files only and need no ssl
    from .trust_files import load_trust

    with acting_as(work.directory.owner):
        trust, problems = load_trust(settings, work.directory.path, work.transaction.staged)
        if trust is not None:
            new_context(Policy(trust, False))
    for problem in problems:
        raise ProblemError(problem)


def _try(works: List[Work], trial: Dict[str, Any], guard: Guard) -> Dict[str, Any]:
    """Use the staged sets against the mail server, all at the same time; return what they were verified against."""
    from .sending import Task, send_all  # most runs change nothing and need no ssl

    tasks = []
    for work in works:
        options = dict(trial, **{key: work.entry[key] for key in TRIAL_KEYS if key in work.entry})
        settings = parse(work.transaction.wanted.config or b'', CONFIG_NAME).settings
        tasks.append(Task(work.report.server.name, work.directory.path, options, settings, dict(work.transaction.staged)))
    sent = send_all(tasks, guard)
    for work, tried in zip(works, sent['servers']):
        tried['ok'] = tried['reached'] and not any(Problem(**problem).is_error for problem in tried['problems'])
        work.report.tried = tried
        work.report.changed = tried['ok']
    return {'trust': sent['trust'], 'now': sent['now']}


def _change(works: List[Work], request: Request, guard: Guard) -> Dict[str, Any]:
    """Stage, try, commit: those that differ. Then remove what nobody needs any more, also of earlier runs.

    Return what belongs to the tries as a whole.
    """
    staged = _each([work for work in works if work.report.changed], lambda work: work.transaction.stage())
    staged = _each(staged, _judge_paths)
    tried = [work for work in staged if work.transaction.wanted.config is not None] if request['try'] else []
    of_tries = _try(tried, request['try'], guard) if tried else {}
    committed = _each([work for work in staged if not work.report.failed], lambda work: _commit(work, request))
    if any(_has_leftovers(work) for work in committed):
        time.sleep(min(GRACE, guard.remaining()))
    _clean(works, request)
    return of_tries


def run(request: Request, guard: Guard) -> Dict[str, Any]:
    """Do what the request asks of every server; a server that can't be done does not stop another."""
    reports = [Report(server) for server in find_servers(request['base_dir'], request['servers'])]
    works: List[Work] = []
    try:
        for report in reports:
            try:
                works.append(_open(report, request, guard))
            except ProblemError as error:
                report.fail(error.problem)
            except (OSError, OverflowError) as error:
                report.fail(Problem('write_failed', 'The working directory %s can\'t be used: %s.' % (report.server.path, error),
                                    file=report.server.path))
        going = _each(works, lambda work: _compare(work, request))
        of_tries = {} if request['check'] else _change(going, request, guard)
        return dict(of_tries, servers=[report.answer() for report in reports])
    finally:
        for work in works:
            work.transaction.close()
            work.directory.close()
