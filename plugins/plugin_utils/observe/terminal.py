# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator reads of an observation: what will be done, and what was found."""

from __future__ import annotations

import typing as t

from .observe import Observation
from .questions.experiment import Question
from .verdict import DIFFERS, HOLDS, UNKNOWN

LABELS = {HOLDS: 'holds', DIFFERS: 'DIFFERS', UNKNOWN: 'could not tell'}


def plan(server: str, args: t.Mapping[str, t.Any], questions: t.Sequence[Question]) -> str:
    """Return what an observation does, before it does it."""
    port = args['listen_ports'][0]
    trials = sum(1 + len(question.trials) for question in questions)
    causes = args['trigger_command'] or 'somebody causes it, each time when told to'
    host = args['mail_host'] or args['listen_address']
    attributes = 'set to these, and put back' if args['set_attributes'] else 'not set: they must be these already'
    lines = [
        f'Observation of the mailer of {server}:',
        f'- mail servers play a part on {args["listen_address"]} port {port}, which the print server reaches as {host}',
        f'- smtp-server-host and smtp-server-port are {attributes}',
        f'- about {trials} configurations are put in place one after the other, most of them wrong on purpose',
        f'- each has to cause one mail: {causes}',
        f'- a mail is waited for {args["deadline"]} s at most',
        '- then everything is put back; after a kill, the next observation or put_back_only does so',
        'Questions:',
        *(f'- {question.name}: {question.text}' for question in questions),
    ]
    return '\n'.join(lines)


def table(observation: Observation) -> str:
    """Return the verdicts in lines."""
    width = max(len(one.question) for one in observation.verdicts)
    return '\n'.join(
        f'{one.question:{width}}  {LABELS[one.verdict]:14}  {one.observed or (one.evidence[-1] if one.evidence else "")}'
        for one in observation.verdicts
    )
