# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real sends from this host, all servers at the same time, each as the owner of its working directory."""

import functools
import os
from typing import Dict, Iterator, List, Optional, Sequence, Tuple, Union

from ..files.working_dir import Server, WorkingDir
from ..messages.send import SendAnswer, SendEntry, SendRequest, SendResult, TrustSet
from ..messages.wire import plain
from ..net.connect import ascii_host
from ..problems import Problem, ProblemError
from ..program.as_owner import Failed, Work, work_as
from ..program.rights import Identity, needs_child, user_name
from ..program.watchdog import Watchdog
from .job import Task
from .send_group import keep_trust, send_group
from .send_one import refused
from .shared_tls import SharedTls
from .stage_clock import clock_ms

SPARE_SECONDS = 30.0  # for reading files and making contexts, beside the conversations


def task_for(server: Server, entry: Optional[SendEntry], request: SendRequest) -> Task:
    """Return what a request asks of a server: by its own entry, or, where it was discovered, by what applies to all."""
    if entry is None:
        return Task(server.name, server.path, request.mail, request.options, request.declared)
    return Task(server.name, server.path, entry.mail.over(request.mail), request.options, entry.declared)


def with_mail_servers(tasks: List[Task], bin_dir: str, watchdog: Watchdog) -> List[Task]:
    """Return the tasks, each with the mail server that its InfoPrint server's attributes name where none is declared.

    Before anybody's rights are given up: pdls goes by the login.
    """
    if all(task.mail.smtp_host and task.mail.smtp_port for task in tasks):
        return tasks
    from ..pd.mail_server import Asked, mail_servers  # most runs ask for no attributes

    asked = [Asked(task.name, task.mail.smtp_host, task.mail.smtp_port) for task in tasks]
    return [
        task._replace(mail=task.mail._replace(smtp_host=server.host, smtp_port=server.port), unknown=server.problem)
        for task, server in zip(tasks, mail_servers(bin_dir, asked, watchdog))
    ]


def send_all(tasks: Sequence[Task], watchdog: Watchdog, shared: Optional[SharedTls] = None) -> SendAnswer:
    """Do all tasks at the same time, with the rights of each working directory's owner; return the results in their order.

    `shared` is for several calls of one program.
    """
    results: Dict[int, SendResult] = {}
    owners: Dict[int, int] = {}
    trust: Dict[str, TrustSet] = {}
    own: List[int] = []
    tasks = list(tasks)
    of_others: Dict[Identity, List[int]] = {}
    for number, task in enumerate(tasks):
        try:
            with WorkingDir(task.directory, task.name) as directory:
                owner = directory.owner
            owners[number] = owner.uid
            host = ascii_host(task.mail.smtp_host or '')
            tasks[number] = task._replace(mail=task.mail._replace(smtp_host=host))
        except ProblemError as error:
            results[number] = refused(task, [error.problem])
            continue
        (of_others.setdefault(owner, []) if needs_child(owner) else own).append(number)
    for numbers, answer in _all_groups(tasks, own, of_others, watchdog, shared or SharedTls()):
        if isinstance(answer, Failed):
            failed = Problem('program_failed', 'The child process that sends as the owner failed: %s.' % answer.reason)
            results.update((number, refused(tasks[number], [failed])) for number in numbers)
            continue
        results.update(zip(numbers, answer.servers))
        for key, known in answer.trust.items():
            keep_trust(trust, key, known)
    return SendAnswer(_completed(results, owners, trust), trust, clock_ms())


def _all_groups(
    tasks: List[Task], own: List[int], of_others: Dict[Identity, List[int]], watchdog: Watchdog, shared: SharedTls
) -> Iterator[Tuple[List[int], Union[SendAnswer, Failed]]]:
    """Yield each owner's server numbers and answer. As root this process starts no thread: it can be forked at any time."""

    def work_of(numbers: List[int]) -> Work:
        return lambda child_watchdog: plain(send_group([tasks[number] for number in numbers], child_watchdog, shared))

    if os.geteuid() != 0:
        yield own, send_group([tasks[number] for number in own], watchdog, shared)
        return
    groups: List[Tuple[Optional[Identity], List[int]]] = [*of_others.items()]
    if own:  # in a child too: a program that has had threads can't be forked safely, and may send again
        groups.append((None, own))
    shared.prepare(tasks)
    works = [(identity, work_of(numbers)) for identity, numbers in groups]
    answers = work_as(works, watchdog, max(task.options.seconds for task in tasks) + SPARE_SECONDS)
    for (_identity, numbers), answer in zip(groups, answers):
        yield numbers, answer if isinstance(answer, Failed) else SendAnswer.of(answer)


def _completed(results: Dict[int, SendResult], owners: Dict[int, int], trust: Dict[str, TrustSet]) -> List[SendResult]:
    """Return the results in order, with whose rights were used, and without the names of trust sets that were too large."""
    name_of = functools.lru_cache()(user_name)
    me = os.geteuid()
    completed = []
    for number in sorted(results):
        result = results[number]
        if result.trust_key not in trust:
            result = result._replace(trust_key=None)
        if result.attempts is not None:
            uid = owners[number]
            result = result._replace(owner=name_of(uid), proven_as=name_of(uid if me == 0 else me))
        completed.append(result)
    return completed


def joined(earlier: Dict[str, TrustSet], more: Dict[str, TrustSet]) -> Dict[str, TrustSet]:
    """Return the trust sets of two sends, within the same bounds."""
    both = dict(earlier)
    for key, known in more.items():
        keep_trust(both, key, known)
    return both
