# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tasks of the role report in a run: the one that converges and verifies, and the one that only verifies."""

from __future__ import annotations

import typing as t

from .playbook import Run, TaskResult

CONVERGE = 'Converge and verify the servers'
VERIFY = 'Verify the servers with a mail'  # where tags, or the playbook, leave the other one out
RESTART_AFTER_FAILURE = 'Restart the InfoPrint servers after a failure'
REPORT_FAILURE = 'Report the failure'
NOT_ACTIVE = '{}: not verified, since the declared configuration is not active in check mode.'


def reported(run: Run, host: str | None = None, task: str = CONVERGE) -> TaskResult:
    """Return what the first task of this name reported; fails where none ran."""
    found = run.results(host, task)
    assert found, f'no task {task!r} ran\n{run.output}'
    return found[0]


def sends(run: Run, host: str | None = None) -> list[dict[str, t.Any]]:
    """Return what the servers sent, of one host or of all: an entry for each, of whichever task sent."""
    found = []
    for one in run.results(host):
        if CONVERGE in one.task:
            found += [server['send'] for server in one.result.get('servers', []) if 'send' in server]
        elif VERIFY in one.task:
            found += one.result.get('servers', [])
    return found


def verified(run: Run) -> dict[str, bool]:
    """Return the hosts whose servers sent, and whether each of them did it well."""
    by_host = {one.host: sends(run, one.host) for one in run.task_results}
    return {host: all(entry['ok'] for entry in found) for host, found in by_host.items() if found}
