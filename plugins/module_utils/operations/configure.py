# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Converges a host's servers to their declared state: the target's side of sendmemo_config."""

from typing import Any, Callable, Dict, List, Optional

from ..change.converge import converge_servers
from ..change.server_change import HostOutcome, ServerChange, ServerChanges, ServerOutcome, for_each_server, open_to_change
from ..change.set_files import DesiredSet, check_rights, desired_owner
from ..change.transaction import Transaction
from ..config.keywords import CONFIG_NAME
from ..files.working_dir import WorkingDir, find_servers
from ..messages.change import ChangeAnswer
from ..messages.configure import ConfigureEntry, ConfigureRequest
from ..problems import ProblemError
from ..program.watchdog import Watchdog


def run(data: Dict[str, Any], watchdog: Watchdog) -> ChangeAnswer:
    """Do what the request, a ConfigureRequest as JSON, asks of every server; a failing server does not stop the others."""
    request = ConfigureRequest.of(data)
    host = HostOutcome(find_servers(request.options.base_dir, request.servers))

    def start(outcome: ServerOutcome) -> ServerChange:
        entry: Any = outcome.server.entry or request.defaults  # which a request without servers has
        return _start(outcome, entry, request, watchdog)

    def converge() -> ChangeAnswer:
        # A send may take minutes: nobody waits for a lock that long.
        return converge_servers(host, start, request.options, watchdog, _decided(request), request.verify is None)

    if request.enable_ssl_v3 is None:
        answer = converge()
    else:
        from ..change.environment_file import with_environment  # few sites manage it

        answer = with_environment(request.enable_ssl_v3, request.options.check, converge, watchdog)
    if request.verify is None:
        return answer
    from ..change.verification import verify_servers  # it needs ssl

    watchdog.answer_at_limit = lambda: {'answer': answer}
    return verify_servers(host, answer, request, watchdog)


def _decided(request: ConfigureRequest) -> Optional[Callable[[ServerChanges], ServerChanges]]:
    """Return what completes the desired sets of locked servers, None where these are as the request says."""
    if not request.only_crls and not any(entry is not None and entry.crls for entry in [*request.servers, request.defaults]):
        return None
    from ..change.installed_crls import keep_newer, keep_the_rest  # only sets with fetched CRLs need them

    left_alone: List[ServerChange] = []

    def keep(change: ServerChange) -> None:
        crls = getattr(change.entry, 'crls', None)
        if crls is None or (request.only_crls and not keep_the_rest(change, crls)):
            if request.only_crls:
                left_alone.append(change)
        else:
            keep_newer(change, crls)

    return lambda changes: [change for change in for_each_server(changes, keep) if change not in left_alone]


def _start(outcome: ServerOutcome, entry: ConfigureEntry, request: ConfigureRequest, watchdog: Watchdog) -> ServerChange:
    directory = open_to_change(outcome, request.options.base_dir)
    try:
        desired = _desired_set(directory, entry, request.contents, outcome.server.name)
    except ProblemError:
        directory.close()
        raise
    if desired.config is not None:
        outcome.files = dict(desired.trust, **{CONFIG_NAME: desired.config})
    change = ServerChange(outcome, directory, Transaction(directory, desired, watchdog), entry)
    if entry.manage_attributes and not entry.absent:
        from ..pd.command_lines import HOST, PORT  # few sets have attributes

        change.attributes = {HOST: entry.smtp_host, PORT: str(entry.smtp_port)}
    return change


def _desired_set(directory: WorkingDir, entry: ConfigureEntry, contents: Dict[str, str], server: str) -> DesiredSet:
    """Return what an entry asks for. Raises ProblemError."""
    uid, gid = desired_owner(directory, entry.owner, entry.group, server)
    if entry.absent:
        return DesiredSet(None, {}, uid, gid, entry.mode)
    check_rights(directory, uid, gid, entry.mode, entry)
    trust = {name: _bytes(contents[key]) for name, key in (entry.trust or {}).items()}
    return DesiredSet(_bytes(contents[entry.config or '']), trust, uid, gid, entry.mode)


def _bytes(text: str) -> bytes:
    return text.encode('latin-1')  # how bytes travel in the request
