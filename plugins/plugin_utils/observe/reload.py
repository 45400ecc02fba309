# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When sendmemo reads its configuration: for each mail, or when the server starts. Everything else rests on that."""

from __future__ import annotations

from .laboratory import CONTROL, Laboratory, Sighting, Silence
from .playing.visit import PLAINTEXT, SENT
from .questions.experiment import MAIL, Trial, text_of
from .verdict import HOLDS, Verdict, unknown

WHEN_READ = 'when_read'
EACH_MAIL, AT_START = 'each_mail', 'at_start'
# The switch that no reading of anything else could hide.
CHANGED = Trial(text_of(mode='0'))


def when_is_it_read(laboratory: Laboratory) -> Verdict:
    """Change the file between two mails. Where that shows only after a restart, the laboratory restarts from then on."""
    try:
        laboratory.check(CONTROL)
    except Silence as silence:
        return _after_restart(laboratory, str(silence))
    seen = laboratory.run(CHANGED)
    if seen.outcome(MAIL) == PLAINTEXT:
        return _at_once(seen)
    return _after_restart(laboratory, _evidence(seen))


def _after_restart(laboratory: Laboratory, evidence: str) -> Verdict:
    if not laboratory.mailer.restart():
        return unknown(WHEN_READ, evidence, 'no command to restart the server is known')
    laboratory.restarts = True
    seen = [laboratory.run(trial).outcome(MAIL) for trial in (CHANGED, CONTROL)]
    if seen != [PLAINTEXT, SENT]:
        return unknown(WHEN_READ, evidence, f'after restarts: {", ".join(seen)}')
    laboratory.restarts = False
    again = laboratory.run(CHANGED)
    if again.outcome(MAIL) == PLAINTEXT:
        return _at_once(again)
    laboratory.restarts = True
    if not any(visit.kind == SENT for visit in again.visits):  # a mail that did not come shows nothing
        return unknown(WHEN_READ, evidence, _evidence(again))
    return Verdict(WHEN_READ, HOLDS, AT_START, (_evidence(again), 'after a restart the change counted'))


def _at_once(seen: Sighting) -> Verdict:
    return Verdict(WHEN_READ, HOLDS, EACH_MAIL, (_evidence(seen),))


def _evidence(seen: Sighting) -> str:
    return f'after EnableTLS was set to 0, without a restart: {seen.shown()}'
