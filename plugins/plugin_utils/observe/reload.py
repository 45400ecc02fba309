# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When sendmemo reads its configuration: for each mail, some seconds after a change, or when the server starts.

Everything else rests on that.
"""

from __future__ import annotations

from .laboratory import CONTROL, Laboratory, Sighting, Silence
from .playing.visit import PLAINTEXT, SENT
from .questions.experiment import MAIL, Trial, text_of
from .verdict import HOLDS, Verdict, unknown

WHEN_READ = 'when_read'
EACH_MAIL, LATER, AT_START = WHENS = ('each_mail', 'later', 'at_start')
# The switch that no reading of anything else could hide.
CHANGED = Trial(text_of(mode='0'))
COUNTED = [PLAINTEXT, SENT]  # what this and the control have to come to


def when_is_it_read(laboratory: Laboratory) -> Verdict:
    """Change the file between two mails. Where that does not count at once, the laboratory waits or restarts from then on."""
    try:
        laboratory.check(CONTROL)
    except Silence as silence:
        return _after_a_wait(laboratory, str(silence))
    seen = laboratory.run(CHANGED)
    if seen.outcome(MAIL) == PLAINTEXT:
        return _at_once(seen)
    return _after_a_wait(laboratory, _evidence(seen))


def _after_a_wait(laboratory: Laboratory, evidence: str) -> Verdict:
    for seconds in laboratory.patience.settling:
        laboratory.settling = seconds
        if _outcomes(laboratory) == COUNTED:
            verdict = _confirmed(laboratory, LATER, f'{seconds:g} s after a change it counted')
            if laboratory.settling:
                _hurry(laboratory)
            return verdict
    laboratory.settling = 0.0
    return _after_restart(laboratory, evidence)


def _hurry(laboratory: Laboratory) -> None:
    """Restart after each change from now on, where a change is seen to count then. Else wait twice as long as was enough once:
    the mailer may look at its files at intervals, and this was luck."""
    seconds, laboratory.settling = laboratory.settling, 0.0
    laboratory.restarts = laboratory.mailer.restart()
    if not laboratory.restarts or _outcomes(laboratory) != COUNTED:
        laboratory.settling, laboratory.restarts = 2 * seconds, False


def _after_restart(laboratory: Laboratory, evidence: str) -> Verdict:
    if not laboratory.mailer.restart():
        return unknown(WHEN_READ, evidence, 'no command to restart the server is known')
    laboratory.restarts = True
    seen = _outcomes(laboratory)
    if seen != COUNTED:
        return unknown(WHEN_READ, evidence, f'after restarts: {", ".join(seen)}')
    return _confirmed(laboratory, AT_START, 'after a restart the change counted')


def _confirmed(laboratory: Laboratory, when: str, counted: str) -> Verdict:
    """Return the answer, if without the wait or the restart a mail has the configuration before; one that did not come shows
    nothing. Where the change counts at once, there is neither from then on."""
    kept = laboratory.settling, laboratory.restarts
    laboratory.settling, laboratory.restarts = 0.0, False
    seen = laboratory.run(CHANGED)
    if seen.outcome(MAIL) == PLAINTEXT:
        return _at_once(seen)
    laboratory.settling, laboratory.restarts = kept
    if not any(visit.kind == SENT for visit in seen.visits):
        return unknown(WHEN_READ, counted, _evidence(seen))
    return Verdict(WHEN_READ, HOLDS, when, (_evidence(seen), counted))


def _at_once(seen: Sighting) -> Verdict:
    return Verdict(WHEN_READ, HOLDS, EACH_MAIL, (_evidence(seen),))


def _evidence(seen: Sighting) -> str:
    return f'after EnableTLS was set to 0, without a wait or a restart: {seen.shown()}'


def _outcomes(laboratory: Laboratory) -> list[str]:
    """Return what the changed file came to and, if that counted, the one as before."""
    first = laboratory.run(CHANGED).outcome(MAIL)
    return [first, laboratory.run(CONTROL).outcome(MAIL)] if first == PLAINTEXT else [first]
