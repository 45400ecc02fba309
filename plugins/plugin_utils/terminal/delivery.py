# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a mailbox says of the mails of a batch, in words."""

from __future__ import annotations

import typing as t

from ...module_utils.vocabulary import ERROR
from ..core_objects import without_core
from ..fleet_report.result_reader import MOST_DELIVERIES
from ..fleet_report.values import Record, host_name
from .failure import Cause, cause_of

UNCONFIRMED = 'unconfirmed'


class Deliveries(t.NamedTuple):
    """One line about all mails, and the causes of those that count as lost, each with its host.

    `status` is ok if all were delivered, failed if one counts as lost or nothing is known, else unconfirmed.
    """

    status: str
    line: str
    lost: list[tuple[str, Cause]]


def read(result: t.Mapping[str, t.Any]) -> Deliveries:
    """Return what a result of confirm_delivery says of mails. Raises InvalidValue."""
    record = Record(result, 'the result')
    if 'proofs' not in result:
        return Deliveries('failed', without_core(record.line('msg', 4096)) or 'It does not say why.', [])
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
    status = 'failed' if lost else 'ok' if delivered == len(proofs) else UNCONFIRMED
    return Deliveries(status, f'{delivered:,} of {len(proofs):,} mails delivered{after}', lost)
