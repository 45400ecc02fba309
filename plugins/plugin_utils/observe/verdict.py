# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From what trials came to, to the answer of a question: pure inference."""

from __future__ import annotations

import typing as t

from .questions.experiment import Question

HOLDS, DIFFERS, UNKNOWN = VERDICTS = ('holds', 'differs', 'unknown')


class Verdict(t.NamedTuple):
    """The answer to a question: whether the assumption holds, the reading that was observed ('' where unknown), and why.

    `is_firm` is whether it rests on mails and alerts alone, and on nothing that failed to come.
    """

    question: str
    verdict: str
    observed: str
    evidence: tuple[str, ...]
    is_firm: bool = True


def unknown(question: str, *why: str) -> Verdict:
    return Verdict(question, UNKNOWN, '', why)


def matching_readings(question: Question, outcomes: t.Sequence[str]) -> list[str]:
    """Return the readings that allow all outcomes, which come in the order of the question's trials."""
    return [
        reading.name
        for reading in question.readings
        if all(outcome in allowed for outcome, allowed in zip(outcomes, reading.allows, strict=True))
    ]


def judge(question: Question, outcomes: t.Sequence[str], evidence: t.Sequence[str], is_firm: bool = True) -> Verdict:
    """Return the verdict: unknown unless exactly one reading allows what was observed."""
    readings = matching_readings(question, outcomes)
    if len(readings) != 1:
        why = f'no reading allows this: {", ".join(outcomes)}' if not readings else f'several allow this: {", ".join(readings)}'
        return unknown(question.name, *evidence, why)
    verdict = HOLDS if readings[0] in question.assumed else DIFFERS
    return Verdict(question.name, verdict, readings[0], tuple(evidence), is_firm)


def doubted(verdict: Verdict, why: str) -> Verdict:
    """Return a verdict of a mailer whose mails do not always come: unknown unless it is firm."""
    return verdict if verdict.is_firm else unknown(verdict.question, *verdict.evidence, why)


def unmet_needs(question: Question, answers: t.Mapping[str, Verdict]) -> list[str]:
    """Return why a question can't be answered, by the answers to those that it depends on."""
    return [
        f'it depends on {need.question}, which is {answer or "unknown"}'
        for need in question.needs
        if (answer := answers[need.question].observed if need.question in answers else '') not in need.readings
    ]
