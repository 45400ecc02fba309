# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts of a report.json that every version of it has, read as foreign text."""

from __future__ import annotations

import typing as t

from .. import values
from ..log import Expiry, Proof, Run
from ..values import Odd

KINDS = ('certificate', 'ca', 'crl')
MODES = ('', 'plaintext', 'starttls', 'smtps')
Thing = t.TypeVar('Thing')


class Known(t.NamedTuple):
    """What the numbers in a report mean."""

    certificates: list[Expiry]
    runs: list[Run]

    def certificate(self, number: object) -> Expiry:
        return _numbered(self.certificates, number, 'a certificate')

    def run(self, number: object) -> Run:
        return _numbered(self.runs, number, 'a run')


def _numbered(known: list[Thing], number: object, what: str) -> Thing:
    index = values.integer(number, 0, len(known) - 1)
    if index is None:
        raise Odd(f'{what} that it does not have')
    return known[index]


def read_expiry(value: object) -> Expiry:
    given = values.mapping(value, 'a certificate')
    end = values.moment(given.get('not_after'))
    if not end:
        raise Odd('a certificate without an end')
    names = (values.text(given.get(key), values.LONGEST_NAME) for key in ('name', 'issuer'))
    name, issuer = names
    return Expiry(one_of(KINDS, given.get('kind'), 'kind'), name, end, values.text(given.get('file')), issuer)


def read_drift(value: object) -> dict[str, str]:
    given = values.mapping(value, 'an entry of drift')
    kept = {key: values.text(given[key]) for key in ('file', 'keyword', 'kind', 'before', 'after') if given.get(key) is not None}
    return {'file': '', 'kind': '', **kept}


def read_proof(value: object) -> Proof | None:
    given = values.mapping(value or {}, 'proof')
    when = values.moment(given.get('at'))
    return Proof(when, values.text(given.get('message_id')), values.text(given.get('queue_id'))) if when else None


def one_of(choices: t.Collection[str], value: object, what: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise Odd(f'{what} is {values.text(value) if isinstance(value, str) else values.kind_of(value)}')
    return value
