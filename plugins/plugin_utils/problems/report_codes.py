# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The problem codes of the fleet report: why a server is in its state where no module says so. No target may answer with one."""

from __future__ import annotations

import typing as t

from ...module_utils.vocabulary import ERROR, INFO, WARNING


class ReportEntry(t.NamedTuple):
    severity: str
    meaning: str
    remedy: str


PROVE = 'Run printops.infoprint.verify, or the role with sendmemo_tls_verify: sent.'
REPORT_CODES = {
    'unreachable': ReportEntry(
        ERROR, 'The host could not be reached.', 'Check that the host is up and accepts SSH connections from the controller.'
    ),
    'task_failed': ReportEntry(
        ERROR, 'A task failed, and its result has no problem that says why.', 'See the output of the run.'
    ),
    'unreadable_result': ReportEntry(
        ERROR,
        'The result of a module of this collection could not be read.',
        'See the output of the run with -v; collection and controller may be of different versions.',
    ),
    'drift': ReportEntry(
        WARNING,
        'Files or attributes are not as declared and were not corrected.',
        'Run printops.infoprint.converge to bring it into the declared state.',
    ),
    'unprotected': ReportEntry(
        WARNING,
        'A mail was accepted in plaintext, or although its verification had failed or was switched off.',
        'Declare TLS with verification and run printops.infoprint.converge, or accept it: sendmemo_tls_accept_unprotected.',
    ),
    'stale': ReportEntry(
        WARNING,
        'The server was not checked for stale_after days, or its certificate has expired since.',
        f'{PROVE} Where the server is retired, declare it absent and converge, or take its host out of the inventory.',
    ),
    'hidden': ReportEntry(
        INFO,
        'no_log hides the result of a task; an error where the task failed.',
        'Remove no_log from this task: the modules of this collection show no secrets.',
    ),
    'not_proven': ReportEntry(INFO, 'No mail has proven the server since it was last changed, or ever.', PROVE),
    'not_checked': ReportEntry(
        INFO, 'The run ended before the server was checked, or its task was skipped.', 'See why, then run again.'
    ),
}
