# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends a test mail for each of a host's servers: the target's side of send_memo."""

from typing import Any, Dict

from ..files.working_dir import Server, find_servers
from ..program.watchdog import Watchdog
from ..send.job import Task
from ..send.send_all import send_all, with_mail_servers


def run(request: Dict[str, Any], watchdog: Watchdog) -> Dict[str, Any]:
    """Send for every server that the request names or, with none, that is found.

    The request has `base_dir`, `servers` (entries with the options as their defaults) and the options: smtp_host,
    smtp_port, sender, recipients, subject, body, until, timeout, retries, retry_delay, min_tls, crl_check, pd_bin_dir and
    `declared` (keyword to text, what the configuration in force is compared with). See `send_all`.
    """
    servers = find_servers(request['base_dir'], request['servers'])
    return send_all(with_mail_servers([_task(server, request) for server in servers], request['pd_bin_dir'], watchdog), watchdog)


def _task(server: Server, request: Dict[str, Any]) -> Task:
    options = {key: value for key, value in request.items() if key not in ('base_dir', 'servers', 'pd_bin_dir')}
    options.update((key, value) for key, value in server.entry.items() if value is not None)
    return Task(server.name, server.path, options)
