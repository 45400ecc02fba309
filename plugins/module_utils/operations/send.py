# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends a test mail for each of a host's servers: the target's side of send_memo."""

from typing import Any, Dict

from ..files.working_dir import find_servers
from ..messages.send import SendAnswer, SendRequest
from ..program.watchdog import Watchdog
from ..send.send_all import send_all, task_for, with_mail_servers


def run(data: Dict[str, Any], watchdog: Watchdog) -> SendAnswer:
    """Send for every server that the request, a SendRequest as JSON, names or, with none, that is discovered."""
    request = SendRequest.of(data)
    tasks = [task_for(server, server.entry, request) for server in find_servers(request.base_dir, request.servers)]
    return send_all(with_mail_servers(tasks, request.pd_bin_dir, watchdog), watchdog)
