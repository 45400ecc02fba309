# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verification of a host's servers after a change, in the same program: each sends with the set that is active then."""

from typing import Dict, List, Optional

from ..messages.change import ChangeAnswer
from ..messages.configure import ConfigureRequest
from ..messages.send import SendEntry, SendRequest
from ..program.watchdog import Watchdog
from ..send.job import Task
from ..send.send_all import joined, send_all, task_for, with_mail_servers
from ..send.shared_tls import SharedTls
from .server_change import CHANGED, CHANGED_EARLIER, UNCHANGED, HostOutcome, ServerOutcome


def verify_servers(host: HostOutcome, answer: ChangeAnswer, request: ConfigureRequest, watchdog: Watchdog) -> ChangeAnswer:
    """Return the answer with the result of each server whose active set is the declared one.

    What a staged test has shown of the same set is not asked of the mail server again, except the mail itself.
    """
    asked = request.verify
    if asked is None or not _is_due(answer, request):
        return answer
    tasks: List[Task] = []
    to_send: List[ServerOutcome] = []
    entries: Dict[str, Optional[SendEntry]] = {entry.name: entry for entry in asked.servers}
    for outcome in filter(_is_as_declared, host.servers):
        if outcome.test is not None and outcome.test.covers(asked.options.until):
            outcome.send = outcome.test._replace(until=asked.options.until)
        else:
            to_send.append(outcome)
            tasks.append(_task(outcome, entries.get(outcome.server.name), asked))
    if tasks:
        sent = send_all(with_mail_servers(tasks, asked.pd_bin_dir, watchdog), watchdog, host.tls or SharedTls())
        for outcome, result in zip(to_send, sent.servers):
            outcome.send = result
        host.trust, host.now_ms = joined(host.trust or {}, sent.trust), sent.now_ms
    return host.answer()._replace(environment=answer.environment)


def _is_due(answer: ChangeAnswer, request: ConfigureRequest) -> bool:
    changed_environment = answer.environment is not None and answer.environment.changed
    if request.options.check and changed_environment:  # it would change what every server may speak
        return False
    if answer.needs_review and not request.options.check:  # the request will come again
        return False
    return not request.only_if_changed or changed_environment or any(server.changed for server in answer.servers)


def _is_as_declared(outcome: ServerOutcome) -> bool:
    """Return whether the active set is the declared one. An absent server has none."""
    is_absent = outcome.server.entry is not None and outcome.server.entry.absent
    is_active = outcome.state in (CHANGED, CHANGED_EARLIER) or (outcome.state == UNCHANGED and not outcome.drift)
    return is_active and not is_absent


def _task(outcome: ServerOutcome, entry: Optional[SendEntry], request: SendRequest) -> Task:
    return task_for(outcome.server, entry, request)._replace(files=outcome.files, tested=outcome.test)
