# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings a host's servers into the declared state: the target's side of sendmemo_config.

Request: `{"base_dir", "servers": [entry], "defaults": entry, "contents": {key: text}, "check", "diff", "backup",
"backup_keep", "try": {"until", "timeout", "min_tls", "crl_check", ...} or null}`. An entry has `name working_dir state
config trust owner group mode`, its contents by key, so that each travels once. `defaults` serves the servers that are found.
Answer: `{"servers": [{"name", "working_dir", "changed", "drift", "problems", "backup", "before"}]}`.
"""
import time
from typing import Any, Dict, List, Optional

from .backups import Backups
from .config_file import parse
from .config_set import Drift, WantedSet, file_owner
from .guard import Guard
from .keywords import CONFIG_NAME
from .problems import Problem, ProblemError
from .transaction import Transaction
from .working_dir import Server, WorkingDir, acting_as, find_servers

# A reader that opened the old configuration just before the switch still opens the trust files that it names.
GRACE = 1.0  # seconds
TRIAL_KEYS = ('smtp_host', 'smtp_port', 'sender', 'recipients')


class _Work:
    """What is done to one server, and what came of it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.directory = None  # type: Optional[WorkingDir]
        self.transaction = None  # type: Optional[Transaction]
        self.drift = []  # type: List[Drift]
        self.problems = []  # type: List[Problem]
        self.changed = False
        self.backup = None  # type: Optional[str]
        self.before = None  # type: Optional[str]

    @property
    def failed(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    def answer(self) -> Dict[str, Any]:
        return {
            'name': self.server.name, 'working_dir': self.server.path, 'changed': self.changed, 'backup': self.backup,
            'drift': [one.as_dict() for one in self.drift], 'before': self.before,
            'problems': [problem._replace(server=self.server.name).as_dict() for problem in self.problems],
        }


def _bytes(text: str) -> bytes:
    return text.encode('latin-1')  # how bytes travel in the request


def _wanted(work: _Work, entry: Dict[str, Any], contents: Dict[str, str]) -> WantedSet:
    assert work.directory is not None
    uid, gid = file_owner(work.directory, entry.get('owner'), entry.get('group'), work.server.name)
    absent = entry.get('state') == 'absent'
    trust = {} if absent else {name: _bytes(contents[key]) for name, key in entry['trust'].items()}
    return WantedSet(None if absent else _bytes(contents[entry['config']]), trust, uid, gid, entry['mode'])


def _begin(work: _Work, request: Dict[str, Any], guard: Guard) -> None:
    """Open, lock, compare: all that can be known before something is written."""
    entry = work.server.entry or request['defaults']
    work.directory = WorkingDir(work.server.path, work.server.name)
    work.transaction = Transaction(work.directory, _wanted(work, entry, request['contents']), guard)
    if not request['check']:
        work.transaction.lock()
    work.drift = work.transaction.compare()
    before = work.transaction.before
    if request['diff'] and before is not None and before.content is not None and work.drift:
        work.before = before.content.decode('latin-1')
    work.changed = bool(work.drift)


def _commit(work: _Work, request: Dict[str, Any]) -> None:
    assert work.directory is not None and work.transaction is not None
    backups = Backups(work.directory, request['backup_keep']) if request['backup'] else None
    work.backup = work.transaction.commit(backups)


def _clean(work: _Work, request: Dict[str, Any]) -> None:
    assert work.directory is not None and work.transaction is not None
    work.transaction.clean()
    if work.backup:
        with acting_as(work.directory.owner):
            Backups(work.directory, request['backup_keep']).clean()


def _each(works: List[_Work], step: Any) -> List[_Work]:
    """Take a step with each server; a problem of one stops that one. Return those that go on."""
    for work in works:
        try:
            step(work)
        except ProblemError as error:
            work.problems.append(error.problem)
            work.changed = False
    return [work for work in works if not work.failed]


def _try(works: List[_Work], trial: Dict[str, Any], guard: Guard) -> None:
    """Use the staged sets against the mail server, all at the same time; a set that can't send gets its problems."""
    from .sending import Task, send_all  # most runs change nothing and need no ssl

    tasks = []
    for work in works:
        assert work.transaction is not None and work.transaction.wanted.config is not None
        entry = work.server.entry or trial['defaults']
        options = dict(trial, **{key: entry[key] for key in TRIAL_KEYS if key in entry})
        settings = parse(work.transaction.wanted.config, CONFIG_NAME).settings
        tasks.append(Task(work.server.name, work.server.path, options, settings, dict(work.transaction.staged)))
    answer = send_all(tasks, guard)
    for work, tried in zip(works, answer['servers']):
        work.problems += [Problem(**problem) for problem in tried['problems']]
        if not tried['reached'] and not work.failed:
            work.problems.append(Problem('connection_lost', 'The try ended before the %s was reached.' % trial['until']))
        work.changed = not work.failed


def run(request: Dict[str, Any], guard: Guard) -> Dict[str, Any]:
    """Do what the request asks of every server; a server that can't be done does not stop another."""
    works = [_Work(server) for server in find_servers(request['base_dir'], request['servers'])]
    try:
        going = _each(works, lambda work: _begin(work, request, guard))
        if not request['check']:
            differing = [work for work in going if work.changed]
            staged = _each(differing, lambda work: work.transaction.stage())
            tried = [work for work in staged if work.transaction.wanted.config is not None] if request['try'] else []
            if tried:
                _try(tried, dict(request['try'], defaults=request['defaults']), guard)
                staged = [work for work in staged if not work.failed]
            committed = _each(staged, lambda work: _commit(work, request))
            if any(work.transaction.leftovers() for work in committed if work.transaction):
                time.sleep(min(GRACE, guard.remaining()))
            _each([work for work in going if work.transaction], lambda work: _clean(work, request))
        return {'servers': [work.answer() for work in works]}
    finally:
        for work in works:
            if work.directory is not None:
                if work.transaction is not None:
                    work.transaction.close()
                work.directory.__exit__()
