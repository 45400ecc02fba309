# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The request of sendmemo_rollback. Its answer is `messages.change.ChangeAnswer`."""

from typing import Any, Dict, NamedTuple, Optional, Sequence

from .change import ChangeOptions


class RollbackEntry(NamedTuple):
    """How the previous set of one server is restored. `mode` None = the one of the active configuration."""

    name: Optional[str] = None
    working_dir: Optional[str] = None
    owner: Optional[str] = None
    group: Optional[str] = None
    mode: Optional[int] = None
    smtp_host: Optional[str] = None
    smtp_port: Optional[int] = None
    sender: Optional[str] = None
    recipients: Optional[Sequence[str]] = None
    manage_attributes: bool = False


class RollbackRequest(NamedTuple):
    """Roll back `servers` or, if empty, the discovered ones, for which `defaults` apply."""

    options: ChangeOptions
    servers: Sequence[RollbackEntry]
    defaults: RollbackEntry

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'RollbackRequest':
        return cls(
            ChangeOptions.of(data['options']),
            [RollbackEntry(**entry) for entry in data['servers']],
            RollbackEntry(**data['defaults']),
        )
