# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The result of an observation as one self-contained HTML page: each question, its verdict, and the evidence for it."""

from __future__ import annotations

import pathlib
import typing as t

import jinja2

from ..foreign_values import one_line
from .observe import QUESTIONS, Observation
from .profile import Profile
from .reload import WHEN_READ
from .terminal import LABELS
from .verdict import DIFFERS, HOLDS, UNKNOWN

TEMPLATE = pathlib.Path(__file__).with_name('page.html.j2')
WORST_FIRST = (DIFFERS, UNKNOWN, HOLDS)
COUNTED = {DIFFERS: 'differ', UNKNOWN: 'could not be told', HOLDS: 'hold'}
# The last three rest on no trials of their own.
_TEXTS = {
    **{question.name: question.text for question in QUESTIONS},
    WHEN_READ: 'When does a changed configuration count?',
    'ciphers': 'Which cipher suites does it offer, beside those that this collection offers from the same host?',
    'sender': 'Which sender do its mails have?',
}
_ENVIRONMENT = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)


def page(observation: Observation, profile: Profile, server: str) -> str:
    """Return the page; what was seen of the mailer is made safe, and cut."""
    verdicts = sorted(observation.verdicts, key=lambda one: WORST_FIRST.index(one.verdict))
    counts = {COUNTED[verdict]: sum(one.verdict == verdict for one in verdicts) for verdict in WORST_FIRST}
    rows = [
        {
            'name': one.question,
            'text': _TEXTS.get(one.question, ''),
            'verdict': one.verdict,
            'label': LABELS[one.verdict],
            'observed': one_line(one.observed, 512),
            'evidence': [one_line(line, 1024) for line in one.evidence],
        }
        for one in verdicts
    ]
    template = _ENVIRONMENT.from_string(TEMPLATE.read_text('utf-8'))
    facts: dict[str, t.Any] = {'profile': profile, 'server': server, 'counts': counts, 'rows': rows}
    return template.render(**facts)
