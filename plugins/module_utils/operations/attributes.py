# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the attributes of a host's servers to the declared values: the target's side of server_attributes.

Request: `{"base_dir", "servers": [{"name", "attributes"}], "attributes", "pd_bin_dir", "check"}`; an attribute that is null
is only read; `attributes` serves the servers that are found.
Answer: `{"servers": [{"name", "changed", "before", "after", "problems"}]}`, before and after as
`{"values": [{"name", "value"}]}`, a value null where unset, or null as a whole where they could not be read.
"""

from typing import Any, Dict, Optional

from ..files.working_dir import find_servers
from ..pd.attributes import Change, set_all
from ..pd.commands import Values
from ..program.watchdog import Watchdog


def run(request: Dict[str, Any], watchdog: Watchdog) -> Dict[str, Any]:
    """Do what the request asks of every server, or predict it; a server that can't be done does not stop another."""
    servers = find_servers(request['base_dir'], request['servers'])
    wanted = [(server.name, server.entry.get('attributes') or request['attributes']) for server in servers]
    changes = set_all(request['pd_bin_dir'], wanted, watchdog, request['check'])
    return {'servers': [_answer(server.name, change) for server, change in zip(servers, changes)]}


def _answer(name: str, change: Change) -> Dict[str, Any]:
    return {
        'name': name,
        # Where nobody could look afterwards, something was set as far as anybody knows.
        'changed': change.before is not None and change.after != change.before,
        'before': _pairs(change.before),
        'after': _pairs(change.after),
        'problems': [] if change.problem is None else [change.problem.as_dict()],
    }


def _pairs(values: Optional[Values]) -> Optional[Dict[str, Any]]:
    return None if values is None else {'values': [{'name': name, 'value': value} for name, value in sorted(values.items())]}
