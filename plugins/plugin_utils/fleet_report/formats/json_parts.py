# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts of a report.json that every version of it has, read as foreign text."""

from __future__ import annotations

import typing as t

from ...foreign_values import InvalidValue
from .. import values
from ..crl_facts import read_crl_facts
from ..observations import EXPIRY_KINDS, Expiry, Facts, Proof, Run
from ..result_reader import MODES
from ..values import Record

Thing = t.TypeVar('Thing')


class Known(t.NamedTuple):
    """What the numbers in a report mean."""

    certificates: list[Expiry]
    runs: list[Run]

    def certificate(self, given: Record) -> Expiry | None:
        number = given.get('certificate')
        return None if number is None else _numbered(self.certificates, number, 'a certificate')

    def trust(self, given: Record) -> list[Expiry]:
        return [_numbered(self.certificates, number, 'a CA or CRL') for number in given.items('trust', values.MOST_ENTRIES)]

    def run(self, given: Record) -> Run:
        return _numbered(self.runs, given.get('run'), 'a run')


def _numbered(known: list[Thing], number: object, what: str) -> Thing:
    index = values.number(number, 0, len(known) - 1)
    if index is None:
        raise InvalidValue(f'{what} that it does not have')
    return known[index]


def read_expiry(given: Record) -> Expiry:
    end = given.moment('not_after')
    if not end:
        raise InvalidValue('a certificate without an end')
    kind, facts = given.choice('kind', EXPIRY_KINDS), read_crl_facts(given)
    return Expiry(kind, given.name('name'), end, given.line('file'), given.name('issuer'), **facts)


def read_proof(given: Record) -> Proof | None:
    """Return the proof that a server has, None where it has none."""
    proof = given.part('proof')
    when = proof.moment('at')
    return Proof(when, proof.line('message_id'), proof.line('queue_id')) if when else None


def read_facts(given: Record, known: Known) -> Facts:
    """Return the facts of a result: each is text, but for those that are named here."""
    other: dict[str, t.Any] = {
        'mode': given.choice('mode', ('', *MODES)),
        'certificate': known.certificate(given),
        'total_ms': given.number('total_ms'),
    }
    return Facts._make(other[key] if key in other else given.line(key) for key in Facts._fields)
