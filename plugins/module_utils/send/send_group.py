# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sends of one owner's servers, side by side, with the rights that the process has now, within the program's time."""

import functools
import hashlib
import os
import threading
from typing import Any, Callable, Dict, List, Optional, Set

from ..problems import Problem
from ..program.watchdog import Stopped, Watchdog
from ..tls.context import Contexts
from ..tls.sslv3 import requested
from ..trust.pem import Pem
from ..trust.trust_store import Trust
from .job import Job, Task
from .prepare import prepare
from .send_one import Entry, as_dicts, in_base64, refused, send

MOST_TRUST = 16 << 20  # bytes of distinct certificates and lists that leave a host for the controller's analysis
LEAST_ITEM = 512  # bytes that one of them counts for
CLOSE_SECONDS = 0.5  # of the program's time: what has not ended by then is told as such


def send_group(tasks: List[Task], watchdog: Watchdog) -> Dict[str, Any]:
    """Send for the tasks; return their entries as `servers`, and as `trust` what the entries' `trust_key` names."""
    entries = _Sends(tasks, watchdog).run()
    trusts: Dict[str, Any] = {}
    for entry in entries:
        known = entry.pop('trust', None)
        hides = entry.get('ignores_errors') and not entry.get('anchored')  # anchored without a fault: it hides nothing
        if known is not None and entry.get('chain') and (entry.get('verify') or hides):
            entry['trust_key'] = _note_trust(known, trusts)
    return {'servers': entries, 'trust': trusts}


class _Sends:
    """Each send has a thread of its own. One that has not ended near the program's limit costs the others nothing, and sends no
    mail any more."""

    def __init__(self, tasks: List[Task], watchdog: Watchdog) -> None:
        self.tasks = tasks
        self.watchdog = watchdog
        self._contexts = Contexts()
        self._read: Dict[bytes, Pem] = {}
        self._found: Dict[int, List[Problem]] = {}  # before anything was sent
        self._unlike: Dict[int, List[Problem]] = {}  # what is not as declared, told behind the cause of a failure
        self._entries: Dict[int, Entry] = {}
        self._handed_over: Set[int] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._done = threading.Event()

    def run(self) -> List[Entry]:
        """Do all; return the entries in the order of the tasks."""
        self._in_thread(self._start)
        self._done.wait(max(0.0, self.watchdog.remaining() - CLOSE_SECONDS))
        with self._lock:
            self._closed = True
        return [self._whole(number) for number in range(len(self.tasks))]

    def _start(self) -> None:
        ssl_v3 = requested(os.environ)
        for number, task in enumerate(self.tasks):
            self._told(number, functools.partial(self._begin, number, task, ssl_v3))

    def _begin(self, number: int, task: Task, ssl_v3: bool) -> Optional[Entry]:
        """Start a send; return the entry where there is nothing to send."""
        job, self._found[number], self._unlike[number] = prepare(task, ssl_v3, self._contexts, self._read)
        if job is None:
            return refused(task, self._found[number])
        self._in_thread(lambda: self._told(number, lambda: self._send(number, task, job)))
        return None

    def _send(self, number: int, task: Task, job: Job) -> Entry:
        return send(job, task.options, self._found[number], self._contexts, self.watchdog, lambda: self._before_dot(number))

    def _before_dot(self, number: int) -> None:
        self.watchdog.check()
        with self._lock:
            if self._closed:
                raise Stopped('the time limit of the program is reached')
            self._handed_over.add(number)

    def _told(self, number: int, step: Callable[[], Optional[Entry]]) -> None:
        """Keep the entry that a step comes to, also by an exception."""
        try:
            entry = step()
        except Stopped as error:
            entry = self._failed(number, 'Stopped before the mail was handed over: %s.' % error)
        except Exception as error:  # a fault of ours in one server's thread must not cost the others their results
            entry = self._failed(number, 'The send failed by an error of the program: %s: %s.' % (type(error).__name__, error))
        if entry is not None:
            with self._lock:
                if not self._closed:
                    self._entries[number] = entry
            if len(self._entries) == len(self.tasks):
                self._done.set()

    def _failed(self, number: int, why: str) -> Entry:
        return refused(self.tasks[number], [*self._found.get(number, ()), Problem('program_failed', why)])

    def _whole(self, number: int) -> Entry:
        entry = self._entries.get(number) or self._unfinished(number)
        entry['problems'] += as_dicts(entry['name'], self._unlike.get(number, []))
        return entry

    def _unfinished(self, number: int) -> Entry:
        if number not in self._handed_over:
            return self._failed(number, 'The send had not ended at the time limit of the program; no mail was handed over.')
        message = 'After the end of the mail no reply came before the time limit of the program.'
        return refused(self.tasks[number], [*self._found[number], Problem('outcome_unknown', message, stage='data')])

    @staticmethod
    def _in_thread(work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()


def _note_trust(trust: Trust, trusts: Dict[str, Any]) -> str:
    """Keep what the certificate was verified against for the controller's analysis, each distinct set once; return its key."""
    ca = [block.der for block in trust.certificates or ()]
    crls = [block.der for block in trust.crls or ()]
    key = hashlib.sha256(b''.join(ca) + b'|' + b''.join(crls)).hexdigest()[:16]
    if key not in trusts:
        keep_trust(trusts, key, {'ca': in_base64(ca), 'crl': in_base64(crls), 'system': trust.certificates is None})
    return key


def keep_trust(trusts: Dict[str, Any], key: str, known: Dict[str, Any]) -> None:
    """Add a set, unless it is too much: what OpenSSL has said is told without it, only what else is wrong is not looked for."""
    texts = [text for one in [known, *trusts.values()] for kind in ('ca', 'crl') for text in one[kind]]
    if sum(max(len(text) * 3 // 4, LEAST_ITEM) for text in texts) <= MOST_TRUST:
        trusts[key] = known
