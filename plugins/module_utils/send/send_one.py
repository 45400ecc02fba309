# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One server's send with its retries, and its entry in the answer."""

import base64
import time
from typing import Any, Callable, Dict, List, Optional

from ..problems import Problem
from ..program.watchdog import Watchdog
from ..smtp.refusals import queue_id
from ..smtp.reply import Reply
from ..tls.context import Contexts
from .attempt import Attempt, Result
from .job import Job, Task

Entry = Dict[str, Any]

TELL_SECONDS = 1.0  # of the program's time, for the answer
LEAST_SECONDS = 0.5  # that an attempt gets
MOST_FEATURES = 100  # that are told


def send(
    job: Job,
    options: Dict[str, Any],
    before: List[Problem],
    contexts: Contexts,
    watchdog: Watchdog,
    before_dot: Callable[[], None],
) -> Entry:
    """Send with retries; a recipient that has the mail is not sent it again. Raises Stopped, also what `before_dot` raises."""
    attempts = 1 + int(options.get('retries') or 0)
    kept: List[Problem] = []  # of recipients that were refused for good in an earlier attempt
    delivered: Optional[Result] = None
    for number in range(1, attempts + 1):
        # A conversation ends before the program does, so that its result is still told.
        seconds = max(LEAST_SECONDS, min(job.timeout, watchdog.remaining() - TELL_SECONDS))
        result = Attempt(job._replace(timeout=seconds), contexts, before_dot).run()
        conversation = result.conversation
        if conversation is not None and conversation.reached and job.until == 'sent':
            delivered = result
        if conversation is None or not conversation.transient or number == attempts:
            break
        if conversation.reached and job.until == 'sent':
            kept += [problem for problem in result.problems if problem.value not in conversation.deferred]
            job = job._replace(recipients=conversation.deferred)
        delay = float(options.get('retry_delay') or 0)
        if delay + LEAST_SECONDS >= watchdog.remaining():
            break  # there is no time for another attempt: the last one is the result
        _sleep(delay, watchdog.check)
    found = kept + result.problems
    warned = [problem for problem in before if problem.code not in [one.code for one in found]]  # an error says it better
    return _entry(job, result, delivered or result, warned + found, number)


def _sleep(seconds: float, check: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check()
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))


def refused(task: Task, problems: List[Problem]) -> Entry:
    """Return the entry of a server for which nothing was tried."""
    options = task.options
    return {
        'name': task.name,
        'working_dir': task.directory,
        'until': options['until'],
        'host': options.get('smtp_host'),
        'port': options.get('smtp_port'),
        'reached': False,
        'problems': as_dicts(task.name, problems),
    }


def _entry(job: Job, last: Result, told: Result, problems: List[Problem], attempts: int) -> Entry:
    """Return a server's entry; certificates are DER in base64, `trust` is for the sender's own use."""
    facts = told.facts
    conversation = told.conversation
    reply = conversation.reply if conversation is not None else None
    ehlo = None
    if conversation is not None and conversation.greeting:
        ehlo = {'name': facts['ehlo_name'], 'features': conversation.features[:MOST_FEATURES]}
    entry = {
        'name': job.name,
        'working_dir': job.directory,
        'until': job.until,
        'host': job.host,
        'port': job.port,
        'mode': job.mode,
        'reached': last.conversation is not None and last.conversation.reached,
        'attempts': attempts,
        'problems': as_dicts(job.name, problems),
        'ignored': [dict(problem, server=job.name) for problem in facts.get('ignored', ())],
        'trusted': job.trust.source if job.trust is not None else None,
        'tls': facts.get('tls'),
        'chain': in_base64(facts.get('chain', [])),
        'verify': facts.get('verify'),
        'anchored': facts.get('anchored'),
        'whole_chain': facts.get('whole_chain'),
        'ehlo': ehlo,
        'reply': None if reply is None else {'code': reply.code, 'text': reply.text, 'queue_id': _queue_id(reply)},
        'message_id': '<%s>' % facts['message_id'] if 'message_id' in facts else None,
        'timings_ms': facts.get('timings_ms'),
        'trust': job.trust,
        'checks_name': job.checks_name,
        'ignores_errors': job.ignores_errors,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _queue_id(reply: Reply) -> str:
    return queue_id(reply.text) if reply.kind == 2 else ''


def as_dicts(server: str, problems: List[Problem]) -> List[Dict[str, Any]]:
    return [problem._replace(server=server).as_dict() for problem in problems]


def in_base64(items: List[bytes]) -> List[str]:
    return [base64.b64encode(item).decode('ascii') for item in items]
