# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a mailbox says of the mails of a batch, in words."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.delivery import read
from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.failure import Cause


def proof(server: str = 'spl1', *, delivered: bool | None = True, delay: int | None = 1200, **more: t.Any) -> dict[str, t.Any]:
    return {'host': 'print1', 'server': server, 'delivered': delivered, 'delay_ms': delay, 'problems': [], **more}


LOST = {'code': 'not_delivered', 'severity': 'error', 'message': 'It is lost.', 'hint': 'Ask for it.'}


@pytest.mark.parametrize(
    ('result', 'status', 'line'),
    [
        pytest.param(
            {'proofs': [proof(), proof('spl2', delay=300)]}, 'ok', '2 of 2 mails delivered, after 1.2 s at most', id='all'
        ),
        pytest.param(
            {'proofs': [proof(), proof('spl2', delivered=False, delay=None, problems=[LOST])]},
            'failed',
            '1 of 2 mails delivered, after 1.2 s at most',
            id='one',
        ),
        pytest.param(
            {'proofs': [proof(), proof('spl2', delivered=None, delay=None)]},
            'unconfirmed',
            '1 of 2 mails delivered, after 1.2 s at most',
            id='no answer',
        ),
        pytest.param({'proofs': []}, 'ok', '0 of 0 mails delivered', id='none'),
        pytest.param({'msg': 'imap_host is missing'}, 'failed', 'imap_host is missing', id='a task that failed'),
    ],
)
def test_mails_are_counted(result: dict[str, t.Any], status: str, line: str) -> None:
    found = read(result)
    assert (found.status, found.line) == (status, line)


def test_a_lost_mail_names_its_host_and_server_and_a_late_one_does_not() -> None:
    late = {**LOST, 'code': 'delivered_late', 'severity': 'warning'}
    found = read({'proofs': [proof('spl2', delivered=False, problems=[LOST]), proof(problems=[late])]})
    assert found.lost == [('print1', Cause(('spl2',), 'not_delivered', 'It is lost. Ask for it.'))]


def test_proofs_of_another_shape_are_refused() -> None:
    with pytest.raises(InvalidValue):
        read({'proofs': 'all well'})
