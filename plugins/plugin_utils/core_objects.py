# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads ansible-core's tasks, results and messages, which differ between its releases. Changes none."""

from __future__ import annotations

import re
import typing as t

# What core puts before the message of a lookup or an action that fails.
_OF_CORE = re.compile(
    r'\A(?:Task failed: |Action failed: |Finalization of task args [^:]*: |Error while resolving [^:]*: )*'
    r"(?:The lookup plugin '[^']*' failed: |An unhandled exception occurred while running the lookup plugin '[^']*'\. "
    r'Error was a [^,]*, original message: )?'
)


def action_of(task: t.Any) -> str:
    """Return the full name of a task's action, also where a playbook gives the short one."""
    return str(getattr(task, 'resolved_action', None) or task.action)


def part_of(result: t.Any, name: str) -> t.Any:
    """Return the host, task or result of a task's result: core 2.19 gave them names without an underscore."""
    found = getattr(result, name, None)
    return getattr(result, f'_{name}') if found is None else found


def without_core(message: str) -> str:
    """Return a message without what core says before it."""
    return _OF_CORE.sub('', message)
