# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The option `attributes` of a server's entry."""

from __future__ import annotations

import typing as t

from ...module_utils.pd.command_lines import refusal, server_refusal


def declared_attributes(server: str | None, given: t.Mapping[str, t.Any] | None) -> dict[str, str | None]:
    """Return the declared attributes as text; None is to be read only. Raises ValueError, whose text names the attribute."""
    of = f' of server {server}' if server else ''
    reason = server_refusal(server) if server else ''
    if reason:
        raise ValueError(f'servers: {reason}')
    values: dict[str, str | None] = {}
    for name, value in (given or {}).items():
        if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
            raise ValueError(f'attributes{of}: {name} is neither text nor a number: give one word, in quotes')
        values[str(name)] = None if value is None else str(value)
        reason = refusal(str(name), values[str(name)])
        if reason:
            raise ValueError(f'attributes{of}: {reason}')
    return values
