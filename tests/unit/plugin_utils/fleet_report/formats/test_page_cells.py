# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The cells of the page's table: what each shows of a server."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.page_cells import (
    COLUMNS,
    Subject,
    cells,
    counted,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import Proof
from support import fleet

HEADINGS = [column.heading for column in COLUMNS[1:]]
SENT: dict[str, t.Any] = {'servers': [fleet.sent('spl1')]}
CELLS: dict[str, tuple[str, dict[str, t.Any], str, tuple[t.Any, ...]]] = {
    'state': ('send_memo', SENT, 'State', ('proven', ())),
    'no cause': ('send_memo', SENT, 'Cause and remedy', ('', ())),
    'mail server': ('send_memo', SENT, 'Mail server', ('mail.example.com:587', ('starttls TLSv1.3',))),
    'mail server without TLS': (
        'send_memo',
        {'servers': [fleet.in_plaintext('spl1', tls={'mode': 'plaintext'})]},
        'Mail server',
        ('mail.example.com:587', ('plaintext',)),
    ),
    'last proof': ('send_memo', SENT, 'Last proof', ('2026-11-24', ('08:15',))),
    'certificate': ('send_memo', SENT, 'Cert.', ('61 d', ())),
    'certificate that expires soon': ('send_memo', {'servers': [fleet.sent('spl1', days=9)]}, 'Cert.', ('9 d', (), 'soon', 9)),
    'expired certificate': ('send_memo', {'servers': [fleet.sent('spl1', ok=False)]}, 'Cert.', ('3 d ago', (), 'over', -3)),
    'CA of a thousand days': ('send_memo', {'servers': [fleet.sent('spl1', trust=fleet.trust(1800))]}, 'CA', ('1,800 d', ())),
    'no CRL': ('send_memo', {'servers': [fleet.sent('spl1', trust=fleet.trust()[:1])]}, 'CRL', ('', ())),
    'drift': ('sendmemo_config', {'servers': [fleet.configured('spl1', drift=True)]}, 'State', ('drifted', ('1 difference',))),
}


@pytest.mark.parametrize('name', CELLS)
def test_a_cell_shows(name: str) -> None:
    module, entry, heading, expected = CELLS[name]
    report = fleet.report([fleet.Result('print1', module, 'ok', entry)])
    found = cells(Subject(report, report.hosts[0], report.hosts[0].servers[0]))[HEADINGS.index(heading)]
    assert found[: len(expected)] == expected


def test_a_delivery_and_other_rights_are_noted_at_the_last_proof() -> None:
    proofs = {'proofs': [fleet.delivered('print1', 'spl1')]}
    report = fleet.report(
        [fleet.Result('print1', 'send_memo', 'ok', SENT), fleet.Result('print1', 'confirm_delivery', 'ok', proofs)]
    )
    server = report.hosts[0].servers[0]
    server.facts = server.facts._replace(proven_as='printops', owner='ipm1')
    assert isinstance(server.proof, Proof)
    assert cells(Subject(report, report.hosts[0], server))[-1].notes == (
        '08:15',
        'delivered after 1.2 s',
        'as printops, not ipm1',
    )


@pytest.mark.parametrize(('number', 'text'), [(0, '0 servers'), (1, '1 server'), (7952, '7,952 servers')], ids=str)
def test_a_number_and_what_it_counts(number: int, text: str) -> None:
    assert counted(number, 'server') == text
