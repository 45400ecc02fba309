# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The page of an observation: every verdict with its evidence, the worst first, and nothing of the mailer as markup."""

from __future__ import annotations

import re

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import QUESTIONS, Observation
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.page import page
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import profile_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.verdict import DIFFERS, HOLDS, Verdict, unknown

FOUL = '<script>alert(1)</script>\x1b[31m\u202e{{ 7 * 7 }}'
VERDICTS = (
    Verdict(QUESTIONS[0].name, HOLDS, 'replaced', ('a mail came',)),
    Verdict(QUESTIONS[1].name, DIFFERS, FOUL, (FOUL,)),
    unknown(QUESTIONS[2].name, 'nothing came'),
)


def made() -> str:
    observation = Observation(VERDICTS, None)
    return page(observation, profile_of(observation, 'InfoPrint', '4.10.1', '2026-12-01'), 'lab1')


def test_every_question_has_its_verdict_and_evidence_the_worst_first() -> None:
    text = made()
    assert re.findall(r'<td><code>(\w+)</code>', text) == [QUESTIONS[number].name for number in (1, 2, 0)]
    assert '1 differ, 1 could not be told, 1 hold.' in text
    assert all(line in text for line in ('a mail came', 'nothing came', 'InfoPrint, version 4.10.1, observed on 2026-12-01'))


def test_what_the_mailer_sent_is_text() -> None:
    text = made()
    assert '<script' not in text
    assert '{{ 7 * 7 }}' in text
    assert not set(text) & set('\x1b\u202e')
