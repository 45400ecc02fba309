# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends a test mail for each of a host's servers: the target's side of send_memo."""

from typing import Any, Dict, Optional

from ..files.working_dir import Server, find_servers
from ..messages.send import SendAnswer, SendEntry, SendRequest
from ..program.watchdog import Watchdog
from ..send.job import Task
from ..send.send_all import send_all, with_mail_servers


def run(data: Dict[str, Any], watchdog: Watchdog) -> SendAnswer:
    """Send for every server that the request, a SendRequest as JSON, names or, if it names none, that is discovered."""
    request = SendRequest.of(data)
    tasks = [_task(server, request) for server in find_servers(request.base_dir, request.servers)]
    return send_all(with_mail_servers(tasks, request.pd_bin_dir, watchdog), watchdog)


def _task(server: Server, request: SendRequest) -> Task:
    entry: Optional[SendEntry] = server.entry
    if entry is None:  # it was found
        return Task(server.name, server.path, request.mail, request.options, request.declared)
    return Task(server.name, server.path, entry.mail.over(request.mail), request.options, entry.declared)
