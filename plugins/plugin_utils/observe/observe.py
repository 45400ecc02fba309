# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An observation: every question is asked of a mailer, in an order in which each can rest on the answers before it."""

from __future__ import annotations

import typing as t

from ...module_utils.safe_text import safe_text
from .facts import Facts, cipher_verdict, facts_of, sender_verdict
from .laboratory import CONTROL, Laboratory, Silence
from .playing.client_hello import ClientHello
from .questions.experiment import COUNT, Question, Trial
from .questions.grammar import GRAMMAR
from .questions.session import SESSION
from .questions.trust import NAMES, TRUST
from .reload import WHEN_READ, when_is_it_read
from .verdict import Verdict, doubted, judge, unknown, unmet_needs

# What counts connections comes first, while no mail that was refused waits to be tried again.
QUESTIONS: tuple[Question, ...] = tuple(sorted((*TRUST, *NAMES, *SESSION, *GRAMMAR), key=lambda question: question.view != COUNT))

Ours = t.Callable[[], ClientHello | None]


class Observation(t.NamedTuple):
    """All verdicts, in the order of the questions, and what else was seen of the mailer; None where no mail ever came."""

    verdicts: tuple[Verdict, ...]
    facts: Facts | None


def chosen(names: t.Collection[str]) -> tuple[Question, ...]:
    """Return the questions of these names, and those that they rest on; all for none."""
    wanted = set(names)
    for question in reversed(QUESTIONS):  # each rests on those before it
        if question.name in wanted:
            wanted.update(need.question for need in question.needs)
    return tuple(question for question in QUESTIONS if question.name in wanted or not names)


def observe(laboratory: Laboratory, questions: t.Sequence[Question] = QUESTIONS, ours: Ours = lambda: None) -> Observation:
    """Ask the questions; `ours` returns what the collection itself offers from the same host, to be compared with.

    Raises what the mailer raises.
    """
    verdicts = {WHEN_READ: when_is_it_read(laboratory)}
    try:
        facts = facts_of(laboratory.check(CONTROL))
        own_hello = ours()
        laboratory.failed_controls = 0  # one may fail before it is known that each change needs a restart
    except Silence as silence:
        everything = [unknown(question.name, str(silence)) for question in questions]
        return Observation((verdicts[WHEN_READ], *everything), None)
    for question in questions:
        verdicts[question.name] = _ask(laboratory, question, verdicts, facts)
    for why in _doubts(laboratory, verdicts[WHEN_READ]):
        verdicts = {name: doubted(verdict, why) for name, verdict in verdicts.items()}
    verdicts['ciphers'] = cipher_verdict(facts, verdicts, own_hello)
    verdicts['sender'] = sender_verdict(facts)
    return Observation(tuple(verdicts.values()), facts)


def _doubts(laboratory: Laboratory, when_read: Verdict) -> t.Iterator[str]:
    """Yield why nothing but a mail or an alert proves anything."""
    if laboratory.failed_controls:
        yield f'{laboratory.failed_controls} of the mails that had to come did not: what did not come proves nothing'
    if not when_read.observed or (laboratory.settling and not laboratory.names_count):
        yield 'it is not known when a changed configuration counts: this may be of an older one'


def _ask(laboratory: Laboratory, question: Question, answers: t.Mapping[str, Verdict], facts: Facts) -> Verdict:
    why = unmet_needs(question, answers)
    why += filter(None, map(laboratory.why_impossible, question.trials))
    if why:
        return unknown(question.name, *why)
    try:
        laboratory.check(question.control, question.view, again=False)
        return _answer(laboratory, question, facts)
    except Silence as silence:
        return unknown(question.name, str(silence))


def _answer(laboratory: Laboratory, question: Question, facts: Facts) -> Verdict:
    """Run the question's trials, and judge."""
    outcomes, evidence = [], []
    is_firm = True
    for trial in question.trials:
        instead = laboratory.outcome_of_version(trial.server, facts.hello.versions if facts.hello else ())
        if instead:
            outcome, seen = instead, 'by the versions that it offers'
        else:
            sighting, outcome = laboratory.run_twice(trial, question.view)
            is_firm &= sighting.is_firm
            seen = sighting.shown()
        outcomes.append(outcome)
        evidence.append(f'{shown(trial, question.control)}: {outcome} [{seen}]')
    return judge(question, outcomes, evidence, is_firm)


def shown(trial: Trial, control: Trial) -> str:
    """Return in words what is played in a trial, and in which lines its configuration differs from the control's."""
    server, lines = trial.server, control.text.splitlines(keepends=True)
    parts = [f'{server.mode} server, certificate "{server.identity}"']
    parts += [f'{server.newest} alone'] if server.oldest == server.newest else []
    parts += [f'refuses {server.refuses[0]}'] if server.refuses[0] else []
    parts += [f'CAFile of "{trial.ca}"'] if trial.ca != control.ca else []
    parts += [f'CRLs "{trial.crl}"'] if trial.crl != control.crl else []
    odd = (line.removesuffix('\n') for line in trial.text.splitlines(keepends=True) if line not in lines)
    return ', '.join([*parts, *(f'line "{safe_text(line)}"' for line in odd)])
