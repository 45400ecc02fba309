# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which plays of a run use this collection, and on which hosts. Reads ansible-core's objects, and changes none."""

from __future__ import annotations

import typing as t

from ansible.playbook.block import Block
from ansible.template import Templar

from . import values
from .events import concerns_hosts
from .observations import HostLog, Logs
from .result_reader import COLLECTION

ROLE_ACTIONS = ('include_role', 'import_role')
DECLARED = 'sendmemo_tls_servers'
EVERYWHERE = ('all', 'ungrouped')  # core's own groups, which say nothing of a host


class Inventory(t.NamedTuple):
    """The names of all hosts of an inventory, whatever --limit says, where it was read from, and the groups of each host."""

    hosts: frozenset[str]
    sources: tuple[str, ...]
    groups: dict[str, list[str]]


def identity(play: t.Any) -> str:
    """Return what stays the same in a play when core copies it for each batch."""
    return str(play._uuid)


def name_of(play: t.Any) -> str:
    return values.text(play.get_name())


def uses_collection(play: t.Any) -> bool:
    """Whether a play has a task or a role of this collection, as far as is known before it runs."""
    if any(_role_name(role).startswith(COLLECTION) for role in play.roles or ()):
        return True
    lists = (play.pre_tasks, play.tasks, play.post_tasks, play.handlers)
    return any(_entry_uses_collection(entry) for entries in lists for entry in entries or ())


def _entry_uses_collection(entry: t.Any) -> bool:
    if isinstance(entry, Block):
        return any(_entry_uses_collection(task) for part in (entry.block, entry.rescue, entry.always) for task in part or ())
    if isinstance(entry, list):
        return any(_entry_uses_collection(task) for task in entry)
    action = str(getattr(entry, 'resolved_action', None) or entry.action)
    if action.rsplit('.', 1)[-1] in ROLE_ACTIONS:
        name = str(getattr(entry, '_role_name', None) or (entry.args or {}).get('name') or '')
        return name.startswith(COLLECTION)
    return concerns_hosts(action)


def _role_name(role: t.Any) -> str:
    collection, name = getattr(role, '_role_collection', None), str(getattr(role, '_role_name', ''))
    return f'{collection}.{name}' if collection else name


def hosts_of(play: t.Any) -> list[str]:
    """Return the names of the hosts of a play, of all its batches, within the run's --limit."""
    inventory = play.get_variable_manager()._inventory
    return [host.get_name() for host in inventory.get_hosts(play.hosts, ignore_restrictions=True)]


def planned_hosts(play: t.Any) -> list[str] | None:
    """Return the names of the hosts of a play that never started, None if they are unknown."""
    try:
        manager = play.get_variable_manager()
        variables = manager.get_vars(play=play)
        pattern = Templar(loader=play.get_loader(), variables=variables).template(play.hosts)
        return [host.get_name() for host in manager._inventory.get_hosts(pattern, ignore_restrictions=True)]
    except Exception:  # a pattern with variables that only earlier plays set
        return None


def inventory_of(play: t.Any) -> Inventory:
    """Return the inventory of a play."""
    inventory = play.get_variable_manager()._inventory
    hosts = inventory.get_hosts('all', ignore_limits=True, ignore_restrictions=True)
    groups = {values.host_name(host.get_name()): _groups_of(host) for host in hosts}
    return Inventory(frozenset(groups), tuple(map(str, inventory._sources)), groups)


def _groups_of(host: t.Any) -> list[str]:
    return values.group_names(sorted({group.get_name() for group in host.get_groups()} - set(EVERYWHERE)))


def with_groups(logs: Logs, inventory: Inventory) -> Logs:
    """Return the logs with the groups of each host that the inventory has."""
    for name in logs.keys() & inventory.groups.keys():
        logs[name].groups = inventory.groups[name]
    return logs


def without_undeclared(play: t.Any, older: Logs, newer: Logs) -> Logs:
    """Return the older logs without the servers that the inventory no longer names.

    That is only so for hosts that answered now, and if the inventory names servers at all.
    """
    return {name: _without_undeclared(play, log, newer[name]) if name in newer else log for name, log in older.items()}


def _without_undeclared(play: t.Any, log: HostLog, newer: HostLog) -> HostLog:
    missing = set(log.servers) - set(newer.servers)
    named = _declared(play, log.name) if missing and newer.servers else set()
    if named:
        log.servers = {name: server for name, server in log.servers.items() if name not in missing or name in named}
    return log


def _declared(play: t.Any, host: str) -> set[str]:
    """Return the names of the servers in the inventory's variables of a host; none if they are unknown.

    Variables of a play or of `-e` don't count: they may name only some of them.
    """
    try:
        manager = play.get_variable_manager()
        if DECLARED in manager.extra_vars:
            return set()
        variables = manager.get_vars(host=manager._inventory.get_host(host))
        given = Templar(loader=play.get_loader(), variables=variables).template(variables.get(DECLARED) or [])
        return {values.text(entry['name']) for entry in given}
    except Exception:  # variables that only a task sets
        return set()
