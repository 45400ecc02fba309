# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sends of one owner's servers, side by side, with the rights that the process has now, within the program's time."""

import functools
import hashlib
import os
import threading
from typing import Callable, Dict, List, Optional, Sequence, Set

from ..messages.send import SendAnswer, SendResult, TrustSet, in_base64
from ..problems import Problem
from ..program.watchdog import Stopped, Watchdog
from ..tls.sslv3 import requested
from ..trust.trust_store import Trust
from .job import Job, Task
from .prepare import Prepared, prepare
from .send_one import of_server, refused, send
from .shared_tls import SharedTls
from .stage_clock import clock_ms

MOST_TRUST = 16 << 20  # bytes of distinct certificates and lists that leave a host for the controller's analysis
LEAST_ITEM = 512  # bytes that one of them counts for
CLOSE_SECONDS = 0.5  # of the program's time: what has not ended by then is reported as such
NOT_PREPARED = Prepared(None, ())


def send_group(tasks: Sequence[Task], watchdog: Watchdog, shared: SharedTls) -> SendAnswer:
    """Send for the tasks; return their results in the same order, and the trust sets that the controller's analysis needs."""
    sends = _Sends(tasks, watchdog, shared)
    trusts: Dict[str, TrustSet] = {}
    results = [_with_trust(result, sends.trust(number), trusts) for number, result in enumerate(sends.run())]
    return SendAnswer(results, trusts, clock_ms())


def _with_trust(result: SendResult, trust: Optional[Trust], trusts: Dict[str, TrustSet]) -> SendResult:
    """Return the result with the key of its trust set, which is added to `trusts`, where the controller's analysis needs it."""
    if trust is None or not _is_analyzed(result):
        return result
    return result._replace(trust_key=_note_trust(trust, trusts))


def _is_analyzed(result: SendResult) -> bool:
    """Return whether the controller looks for defects: where OpenSSL refused, and where nobody knows what is ignored."""
    ignores = result.ignores_errors and not result.anchored  # anchored without a fault: nothing is ignored
    return bool(result.chain) and (result.verify is not None or ignores)


class _Sends:
    """Each send has a thread of its own. One that has not ended near the program's limit costs the others nothing, and sends no
    mail any more."""

    def __init__(self, tasks: Sequence[Task], watchdog: Watchdog, shared: SharedTls) -> None:
        self.tasks = tasks
        self.watchdog = watchdog
        self._shared = shared
        self._prepared: Dict[int, Prepared] = {}
        self._results: Dict[int, SendResult] = {}
        self._handed_over: Set[int] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._done = threading.Event()

    def run(self) -> List[SendResult]:
        """Do all; return the results in the order of the tasks."""
        self._in_thread(self._start)
        self._done.wait(max(0.0, self.watchdog.remaining() - CLOSE_SECONDS))
        with self._lock:
            self._closed = True
        return [self._completed(number) for number in range(len(self.tasks))]

    def trust(self, number: int) -> Optional[Trust]:
        """Return what the certificate of a task's mail server was verified against."""
        job = self._before(number).job
        return job.trust if job is not None else None

    def _before(self, number: int) -> Prepared:
        return self._prepared.get(number, NOT_PREPARED)

    def _start(self) -> None:
        ssl_v3 = requested(os.environ)
        for number, task in enumerate(self.tasks):
            self._note(number, functools.partial(self._begin, number, task, ssl_v3))

    def _begin(self, number: int, task: Task, ssl_v3: bool) -> Optional[SendResult]:
        """Start a send; return the result where there is nothing to send."""
        prepared = self._prepared[number] = prepare(task, ssl_v3, self._shared.contexts, self._shared.pems)
        job = prepared.job
        if job is None:
            return refused(task, prepared.problems)
        self._in_thread(lambda: self._note(number, lambda: self._send(number, job)))
        return None

    def _send(self, number: int, job: Job) -> SendResult:
        return send(job, self._before(number).problems, self._shared.contexts, self.watchdog, lambda: self._before_dot(number))

    def _before_dot(self, number: int) -> None:
        self.watchdog.check()
        with self._lock:
            if self._closed:
                raise Stopped('the time limit of the program is reached')
            self._handed_over.add(number)

    def _note(self, number: int, step: Callable[[], Optional[SendResult]]) -> None:
        """Note the result of a step, also of one that an exception ends."""
        try:
            result = step()
        except Stopped as error:
            result = self._failed(number, 'Stopped before the mail was handed over: %s.' % error)
        except Exception as error:  # a fault of this program in one server's thread must not cost the others their results
            result = self._failed(number, 'The send failed by an error of the program: %s: %s.' % (type(error).__name__, error))
        if result is not None:
            with self._lock:
                if not self._closed:
                    self._results[number] = result
            if len(self._results) == len(self.tasks):
                self._done.set()

    def _failed(self, number: int, why: str) -> SendResult:
        return refused(self.tasks[number], [*self._before(number).problems, Problem('program_failed', why)])

    def _completed(self, number: int) -> SendResult:
        """Return the result, with the differences from what is declared behind the cause of a failure."""
        result, before = self._results.get(number) or self._unfinished(number), self._before(number)
        return result._replace(problems=[*result.problems, *of_server(result.name, before.differences)], forms=before.forms)

    def _unfinished(self, number: int) -> SendResult:
        if number not in self._handed_over:
            return self._failed(number, 'The send had not ended at the time limit of the program; no mail was handed over.')
        message = 'After the end of the mail no reply came before the time limit of the program.'
        problem = Problem('outcome_unknown', message, stage='data')
        return refused(self.tasks[number], [*self._before(number).problems, problem])

    @staticmethod
    def _in_thread(work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()


def _note_trust(trust: Trust, trusts: Dict[str, TrustSet]) -> str:
    """Keep what the certificate was verified against for the controller's analysis, each distinct set once; return its key."""
    ca = [block.der for block in trust.certificates or ()]
    crls = [block.der for block in trust.crls or ()]
    parts = [b''.join(ca), b''.join(crls), *([b'system'] if trust.has_system else [])]
    key = hashlib.sha256(b'|'.join(parts)).hexdigest()[:16]
    if key not in trusts:
        keep_trust(trusts, key, TrustSet(in_base64(ca), in_base64(crls), trust.has_system))
    return key


def keep_trust(trusts: Dict[str, TrustSet], key: str, known: TrustSet) -> None:
    """Add a set, unless it is too large: OpenSSL's reason is reported without it, only other defects are not looked for."""
    texts = [text for trust in [known, *trusts.values()] for texts in (trust.ca, trust.crl) for text in texts]
    if sum(max(len(text) * 3 // 4, LEAST_ITEM) for text in texts) <= MOST_TRUST:
        trusts[key] = known
