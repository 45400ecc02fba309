# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What became of a host's environment file, told with what became of its servers, each of which it concerns."""

from __future__ import annotations

from ...module_utils.problems import Problem
from ...module_utils.tls.sslv3 import VARIABLE
from ..action_base import Outcome
from ..problems.text import line_of
from ..target.answer import Fields
from . import drift as drift_report

NOT_TOLD = Problem('program_failed', 'The program on the host did not say what became of the environment file.')


def with_environment(outcome: Outcome, fields: Fields | None, check: bool) -> Outcome:
    """Return the outcome with what the target answers of the environment file. Raises Malformed."""
    drift = drift_report.read_drift(fields) if fields else []
    changed = bool(fields and fields.flag('changed'))
    problems = fields.problems() if fields else [NOT_TOLD]
    servers = [{**entry, 'changed': entry['changed'] or changed, 'drift': entry['drift'] + drift} for entry in outcome.servers]
    lines = [drift_report.message('environment', drift, changed, check, bool(problems)), *map(line_of, problems)]
    diff = [
        {
            'before_header': one['file'],
            'after_header': one['file'],
            'before': _line(one.get('before')),
            'after': _line(one.get('after')),
        }
        for one in drift
    ]
    files = ' and '.join(one['file'] for one in drift)
    restart = [f'Restart the InfoPrint servers of this host: {files} was changed, and counts for them only then.']
    return outcome._replace(
        servers=servers,
        problems=outcome.problems + problems,
        msg='\n'.join([outcome.msg, *lines]),
        changed=outcome.changed or changed,
        diff=outcome.diff + diff,
        warnings=outcome.warnings + (restart if changed and not check else []),
    )


def _line(value: str | None) -> str:
    """Return the line with a value; one that is right but written otherwise comes as the line itself."""
    if value is None:
        return ''
    return f'{value}\n' if VARIABLE in value else f'{VARIABLE}={value}\n'
