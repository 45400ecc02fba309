# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings a host's servers into the declared state: the target's side of sendmemo_config.

Request: `{"base_dir", "servers": [entry], "defaults": entry, "contents": {key: text}, "check", "diff", "backup",
"backup_keep", "try": {"until", "timeout", "min_tls", "crl_check"} or null, "pd_bin_dir", "analysed", "refused",
"enable_ssl_v3"}`. An
entry has `name working_dir state config trust owner group mode smtp_host smtp_port sender recipients manage_attributes`, its
contents by key, so that each travels once. `defaults` serves the servers that are found. Answer: see `change.converge`; where
`enable_ssl_v3` is not null, `{"changed", "drift", "problems"}` of the environment file stands beside the servers, as
`environment`.
"""

from typing import Any, Dict

from ..change.converge import bring
from ..change.drift import WantedSet, check_rights, file_owner
from ..change.server_change import Options, Report, Work, open_to_change
from ..change.transaction import Transaction
from ..files.working_dir import find_servers
from ..problems import ProblemError
from ..program.watchdog import Watchdog

Request = Dict[str, Any]


def run(request: Request, watchdog: Watchdog) -> Dict[str, Any]:
    """Do what the request asks of every server; a server that can't be done does not stop another."""
    servers = find_servers(request['base_dir'], request['servers'])
    options = Options(
        request['check'],
        request['diff'],
        request['backup_keep'] if request['backup'] else None,
        request['try'],
        request['pd_bin_dir'],
        request['analysed'],
        request['refused'],
        request['base_dir'],
    )

    def bring_servers() -> Dict[str, Any]:
        return bring(servers, lambda report: _start(report, request, watchdog), options, watchdog)

    if request['enable_ssl_v3'] is None:
        return bring_servers()
    from ..change.environment_file import with_environment  # few sites manage it

    return with_environment(request['enable_ssl_v3'], options.check, bring_servers, watchdog)


def _start(report: Report, request: Request, watchdog: Watchdog) -> Work:
    entry = report.server.entry or request['defaults']
    directory = open_to_change(report, request['base_dir'])
    try:
        uid, gid = file_owner(directory, entry.get('owner'), entry.get('group'), report.server.name)
        if entry.get('state') != 'absent':
            check_rights(directory, uid, gid, entry['mode'], entry)
    except ProblemError:
        directory.close()
        raise
    absent = entry.get('state') == 'absent'
    trust = {} if absent else {name: _bytes(request['contents'][key]) for name, key in entry['trust'].items()}
    config = None if absent else _bytes(request['contents'][entry['config']])
    wanted = WantedSet(config, trust, uid, gid, entry['mode'])
    work = Work(report, directory, Transaction(directory, wanted, watchdog), entry)
    if entry.get('manage_attributes') and not absent:
        from ..pd.commands import HOST, PORT  # few sets have attributes

        work.attributes = {HOST: entry['smtp_host'], PORT: str(entry['smtp_port'])}
    return work


def _bytes(text: str) -> bytes:
    return text.encode('latin-1')  # how bytes travel in the request
