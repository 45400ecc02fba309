# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real sends from this host, all servers at the same time, each as the owner of its working directory.

`run` is the target's part of send_memo; sendmemo_config tries staged sets with `send_all`.
"""

import functools
import os
import time
from typing import Any, Dict, List, Tuple

from ..files.working_dir import WorkingDir
from ..net.connect import ascii_host
from ..problems import Problem, ProblemError
from ..program.as_owner import Failed, Work, work_as
from ..program.rights import Identity, needs_child, user_name
from ..program.watchdog import Watchdog
from .job import Task
from .send_group import keep_trust, send_group
from .send_one import Entry, refused

SPARE_SECONDS = 30.0  # for reading files and making contexts, beside the conversations


def with_mail_servers(tasks: List[Task], bin_dir: str, watchdog: Watchdog) -> List[Task]:
    """Return the tasks, each with the mail server that its InfoPrint server's attributes name where none is declared.

    Before anybody's rights are given up: pdls judges by the login.
    """
    if all(task.options.get('smtp_host') and task.options.get('smtp_port') for task in tasks):
        return tasks
    from ..pd.mail_server import Asked, mail_servers  # most runs ask for no attributes

    asked = [Asked(task.name, task.options.get('smtp_host'), task.options.get('smtp_port')) for task in tasks]
    return [
        task._replace(options=dict(task.options, smtp_host=found.host, smtp_port=found.port), unknown=found.problem)
        for task, found in zip(tasks, mail_servers(bin_dir, asked, watchdog))
    ]


def send_all(tasks: List[Task], watchdog: Watchdog) -> Dict[str, Any]:
    """Do all tasks at the same time, with the rights of each working directory's owner.

    Returns `{'servers': [entry], 'trust': {key: {'ca': [...], 'crl': [...], 'system': bool}}, 'now': seconds}` in the order
    of the tasks. DER is in base64; `trust` has what the entries' `trust_key` names, `now` is this host's clock.
    """
    entries: Dict[int, Entry] = {}
    owners: Dict[int, int] = {}
    trust: Dict[str, Any] = {}
    own: List[int] = []
    tasks = list(tasks)
    groups: Dict[Identity, List[int]] = {}
    for number, task in enumerate(tasks):
        try:
            with WorkingDir(task.directory, task.name) as directory:
                owner = directory.owner
            owners[number] = owner.uid
            host = ascii_host(task.options.get('smtp_host') or '')
            tasks[number] = task._replace(options=dict(task.options, smtp_host=host))
        except ProblemError as error:
            entries[number] = refused(task, [error.problem])
            continue
        if needs_child(owner):
            groups.setdefault(owner, []).append(number)
        else:
            own.append(number)
    for numbers, answer in _all_groups(tasks, own, groups, watchdog):
        if isinstance(answer, Failed):
            failed = Problem('program_failed', 'The child process that sends as the owner failed: %s.' % answer.reason)
            entries.update((number, refused(tasks[number], [failed])) for number in numbers)
            continue
        entries.update((number, answer['servers'][place]) for place, number in enumerate(numbers))
        for key, known in answer['trust'].items():
            keep_trust(trust, key, known)
    name_of = functools.lru_cache()(user_name)
    for number, entry in entries.items():
        if entry.get('trust_key') not in trust:
            entry.pop('trust_key', None)
        if 'attempts' in entry:
            uid = owners[number]
            entry.update(owner=name_of(uid), proven_as=name_of(uid if os.geteuid() == 0 else os.geteuid()))
    return {'servers': [entries[number] for number in range(len(tasks))], 'trust': trust, 'now': int(time.time())}


def _all_groups(
    tasks: List[Task], own: List[int], groups: Dict[Identity, List[int]], watchdog: Watchdog
) -> List[Tuple[List[int], Any]]:
    """Return each group's server numbers and answer. Children are forked before there are threads at work."""

    def work_of(numbers: List[int]) -> Work:
        return lambda child_watchdog: send_group([tasks[number] for number in numbers], child_watchdog)

    works = [(owner, work_of(numbers)) for owner, numbers in groups.items()]
    if own and works:  # root's own servers must not wait for the children, nor these for them
        works.append((Identity(os.getuid(), os.getgid(), tuple(os.getgroups())), work_of(own)))
        groups = dict(groups)
        order = list(groups.values()) + [own]
    elif own:
        return [(own, work_of(own)(watchdog))]
    else:
        order = list(groups.values())
    answers = work_as(works, watchdog, max(map(_most_seconds, tasks)))
    return [(numbers, answers[place]) for place, numbers in enumerate(order)]


def _most_seconds(task: Task) -> float:
    """Return what all attempts for a server take at most."""
    retries = int(task.options.get('retries') or 0)
    conversations = (retries + 1) * float(task.options['timeout'])
    return conversations + retries * float(task.options.get('retry_delay') or 0) + SPARE_SECONDS


def joined(kept: Dict[str, Any], more: Dict[str, Any]) -> Dict[str, Any]:
    """Return what `send_all` told of trust in two sends, within the same bounds."""
    both = dict(kept)
    for key, known in more.items():
        keep_trust(both, key, known)
    return both
