# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a mailbox says of the mails of a batch, in words."""

from __future__ import annotations

import typing as t

from ...module_utils.vocabulary import ERROR
from ..fleet_report.result_reader import MOST_DELIVERIES
from ..fleet_report.values import Record, host_name
from .failure import Cause, cause_of


class Deliveries(t.NamedTuple):
    """One line about all mails, and the causes of those that count as lost, each with its host."""

    line: str
    lost: list[tuple[str, Cause]]


def read(result: t.Mapping[str, t.Any]) -> Deliveries | None:
    """Return what a result of confirm_delivery says, None if it only marked the mailbox. Raises InvalidValue."""
    record = Record(result, 'the result')
    if 'proofs' not in result:
        return None
    proofs = record.entries('proofs', MOST_DELIVERIES)
    delivered = sum(proof.is_true('delivered') for proof in proofs)
    delays = [delay for proof in proofs if (delay := proof.number('delay_ms')) is not None]
    after = f', after {max(delays) / 1000:.1f} s at most' if delays else ''
    lost = [
        (host_name(proof.line('host')), cause_of(problem)._replace(servers=(proof.line('server'),)))
        for proof in proofs
        for problem in proof.entries('problems')
        if problem.as_problem()['severity'] == ERROR
    ]
    return Deliveries(f'{delivered:,} of {len(proofs):,} mails delivered{after}', lost)
