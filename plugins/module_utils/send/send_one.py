# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One server's send with its retries, and its result."""

import time
from typing import Callable, Iterable, List, Optional, Sequence

from ..messages.send import Ehlo, FinalReply, SendResult, in_base64
from ..problems import Problem
from ..program.watchdog import Watchdog
from ..smtp.conversation import Conversation
from ..smtp.refusals import queue_id
from ..tls.context import Contexts
from ..vocabulary import SENT
from .attempt import Attempt, Result
from .job import Job, Task

ANSWER_SECONDS = 1.0  # of the program's time, for the answer
LEAST_SECONDS = 0.5  # that an attempt gets
MOST_FEATURES = 100  # that are reported


def send(
    job: Job, before: Sequence[Problem], contexts: Contexts, watchdog: Watchdog, before_dot: Callable[[], None]
) -> SendResult:
    """Send with retries; a recipient that has the mail is not sent it again. Raises Stopped, also what `before_dot` raises.

    `before` are the problems that were found before anything was sent.
    """
    options = job.options
    attempts = 1 + options.retries
    refused_for_good: List[Problem] = []  # recipients, in an earlier attempt
    delivered: Optional[Result] = None
    for number in range(1, attempts + 1):
        # A conversation ends before the program does, so that its result is still reported.
        seconds = max(LEAST_SECONDS, min(options.timeout, watchdog.remaining() - ANSWER_SECONDS))
        result = Attempt(job._replace(options=options._replace(timeout=seconds)), contexts, before_dot).run()
        conversation = result.conversation
        if conversation is not None and conversation.reached and options.until == SENT:
            delivered = result
        if conversation is None or not conversation.transient or number == attempts:
            break
        if conversation.reached and options.until == SENT:
            refused_for_good += [problem for problem in result.problems if problem.value not in conversation.deferred]
            job = job._replace(message=job.message._replace(recipients=conversation.deferred))
        if options.retry_delay + LEAST_SECONDS >= watchdog.remaining():
            break  # there is no time for another attempt: the last one is the result
        _sleep(options.retry_delay, watchdog.check)
    problems = _joined(before, refused_for_good + result.problems)
    return _result(job, result, delivered or result, problems, number)


def _joined(before: Sequence[Problem], found: List[Problem]) -> List[Problem]:
    """Return the problems from before the send and those of the send, which say it better."""
    codes = {problem.code for problem in found}
    return [problem for problem in before if problem.code not in codes] + found


def _sleep(seconds: float, check: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check()
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))


def refused(task: Task, problems: Iterable[Problem]) -> SendResult:
    """Return the result of a server for which nothing was tried."""
    return SendResult(
        name=task.name,
        working_dir=task.directory,
        until=task.options.until,
        host=task.mail.smtp_host,
        port=task.mail.smtp_port,
        problems=of_server(task.name, problems),
    )


def _result(job: Job, last: Result, reported: Result, problems: List[Problem], attempts: int) -> SendResult:
    """Return a server's result: what was observed is of the attempt that is `reported`, the verdict of the `last`."""
    facts, conversation = reported.facts, reported.conversation
    return SendResult(
        name=job.name,
        working_dir=job.directory,
        until=job.options.until,
        host=job.host,
        port=job.port,
        mode=job.mode,
        reached=last.conversation is not None and last.conversation.reached,
        attempts=attempts,
        problems=of_server(job.name, problems),
        ignored=of_server(job.name, facts.ignored),
        trusted=job.trust.source if job.trust is not None else None,
        tls=facts.tls,
        chain=in_base64(facts.chain),
        whole_chain=facts.whole_chain,
        verify=facts.verification,
        anchored=facts.anchored,
        ehlo=_ehlo(facts.ehlo_name, conversation),
        reply=_final_reply(conversation),
        message_id='<%s>' % facts.message_id if facts.message_id is not None else None,
        address=facts.address,
        dot_ms=facts.dot_ms,
        timings_ms=facts.timings_ms,
        checks_name=job.checks_name,
        ignores_errors=job.ignores_errors,
    )


def _ehlo(name: str, conversation: Optional[Conversation]) -> Optional[Ehlo]:
    if conversation is None or not conversation.greeting:
        return None
    return Ehlo(name, conversation.features[:MOST_FEATURES])


def _final_reply(conversation: Optional[Conversation]) -> Optional[FinalReply]:
    reply = conversation.reply if conversation is not None else None
    if reply is None:
        return None
    return FinalReply(reply.code, reply.text, queue_id(reply.text) if reply.kind == 2 else '')


def of_server(name: str, problems: Iterable[Problem]) -> List[Problem]:
    return [problem._replace(server=name) for problem in problems]
