# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The outcome for a host's environment files, reported with that of its servers, each of which is affected."""

from __future__ import annotations

from ...module_utils.messages.change import EnvironmentAnswer
from ...module_utils.messages.wire import plain
from ...module_utils.problems import Problem
from ...module_utils.tls.sslv3 import VARIABLE
from ..action_base import Outcome
from ..problems.text import line_of
from ..target.answer import AnswerObject
from ..target.change_answer import read_environment
from . import drift as drift_report

NOT_REPORTED = Problem('program_failed', 'The program on the host did not report on the environment file.')


def with_environment(outcome: Outcome, fields: AnswerObject | None, check: bool) -> Outcome:
    """Return the outcome with the target's answer for the environment files. Raises InvalidValue."""
    answer = EnvironmentAnswer(False, [], [NOT_REPORTED]) if fields is None else read_environment(fields)
    drift = [plain(difference) for difference in answer.drift]
    servers = [
        {**entry, 'changed': entry['changed'] or answer.changed, 'drift': entry['drift'] + drift} for entry in outcome.servers
    ]
    line = drift_report.message('environment', answer.drift, answer.changed, check, bool(answer.problems))
    diff = [drift_report.diff(difference.file, _line(difference.before), _line(difference.after)) for difference in answer.drift]
    files = ' and '.join(difference.file for difference in answer.drift)
    restart = [f'Restart the InfoPrint servers of this host: {files} was changed, which takes effect only then.']
    return outcome._replace(
        servers=servers,
        problems=[*outcome.problems, *answer.problems],
        msg='\n'.join([outcome.msg, line, *map(line_of, answer.problems)]),
        changed=outcome.changed or answer.changed,
        diff=outcome.diff + diff,
        warnings=outcome.warnings + (restart if answer.changed and not check else []),
    )


def _line(value: str | None) -> str:
    """Return the line with a value; a value that differs only in its form is the line itself."""
    if value is None:
        return ''
    return f'{value}\n' if VARIABLE in value else f'{VARIABLE}={value}\n'
