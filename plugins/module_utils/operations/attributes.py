# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the attributes of a host's servers to the declared values: the target's side of server_attributes."""

from typing import Any, Dict, Optional

from ..files.working_dir import find_servers
from ..messages.attributes import AttributesAnswer, AttributesRequest, AttributesResult, AttributeValue, ReadAttributes, Values
from ..pd.attributes import Change, set_all
from ..program.watchdog import Watchdog


def run(data: Dict[str, Any], watchdog: Watchdog) -> AttributesAnswer:
    """Do what the request, an AttributesRequest as JSON, asks of every server, or predict it; one that fails stops no other."""
    request = AttributesRequest.of(data)
    desired = [(entry.name, entry.attributes or request.attributes) for entry in request.servers]
    if not desired:
        desired = [(server.name, request.attributes) for server in find_servers(request.base_dir, [])]
    changes = set_all(request.pd_bin_dir, desired, watchdog, request.check)
    return AttributesAnswer([_result(name, change) for (name, _values), change in zip(desired, changes)])


def _result(name: str, change: Change) -> AttributesResult:
    return AttributesResult(
        name=name,
        # Where they could not be read afterwards, something was set as far as anybody knows.
        changed=change.before is not None and change.after != change.before,
        problems=[] if change.problem is None else [change.problem],
        before=_read(change.before),
        after=_read(change.after),
    )


def _read(values: Optional[Values]) -> Optional[ReadAttributes]:
    return None if values is None else ReadAttributes([AttributeValue(*item) for item in sorted(values.items())])
