# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task did on a host, in one line, and as a table with -v."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.words import line, table
from support import fleet

RESTORED = '/var/pd/spl1/sendmemo-ssl.backups/20261120T074012Z-0002'


def entry(name: str = 'spl1', **more: t.Any) -> dict[str, t.Any]:
    return {'name': name, 'changed': False, **more}


LINES: dict[str, tuple[str, list[dict[str, t.Any]], dict[str, str], bool, str]] = {
    'proven': (
        'sendmemo_config',
        [entry(), entry('spl2')],
        dict.fromkeys(('spl1', 'spl2'), 'proven'),
        False,
        'spl1, spl2 proven',
    ),
    'changed and proven': ('sendmemo_config', [entry(changed=True)], {'spl1': 'proven'}, False, 'spl1 changed, proven'),
    'changed and not proven': (
        'sendmemo_config',
        [entry(changed=True)],
        {'spl1': 'changed_unproven'},
        False,
        'spl1 changed but not proven',
    ),
    'unprotected is never proven': ('send_memo', [entry()], {'spl1': 'unprotected'}, False, 'spl1 unprotected'),
    'as declared': ('sendmemo_config', [entry()], {'spl1': 'configured'}, False, 'spl1 as declared'),
    'check mode': ('sendmemo_config', [entry(changed=True)], {'spl1': 'drifted'}, True, 'spl1 would be changed'),
    'different states': (
        'send_memo',
        [entry(), entry('spl2')],
        {'spl1': 'proven', 'spl2': 'tested'},
        False,
        'spl1 proven; spl2 tested',
    ),
    'many': ('send_memo', [entry(f's{n}') for n in range(5)], {f's{n}': 'proven' for n in range(5)}, False, '5 servers proven'),
    'rolled back': (
        'sendmemo_rollback',
        [entry(changed=True, restored=RESTORED)],
        {'spl1': 'changed_unproven'},
        False,
        'spl1 rolled back to the set active until 2026-11-20 07:40 UTC',
    ),
    'not rolled back': ('sendmemo_rollback', [entry()], {}, False, 'spl1 not rolled back'),
    'attributes': ('server_attributes', [entry(changed=True)], {}, False, 'spl1 attributes changed'),
    'an observation proves nothing': ('observe_sendmemo', [entry()], {'spl1': 'proven'}, False, 'spl1 as it was before'),
    'an observation in check mode': ('observe_sendmemo', [entry()], {}, True, 'spl1 would be observed'),
    'a state that is not known': ('send_memo', [entry()], {}, False, ''),
    'no servers': ('sendmemo_config', [], {}, False, ''),
}


@pytest.mark.parametrize('case', LINES)
def test_a_line_says_what_was_done_and_the_state(case: str) -> None:
    module, servers, states, check, expected = LINES[case]
    assert line({'servers': servers}, module, states, check) == expected


def test_a_table_has_what_was_changed_and_what_was_sent() -> None:
    servers = [
        entry(changed=True, drift=[{'file': 'a', 'kind': 'changed'}], send=fleet.sent('spl1')),
        entry('spl2', send=fleet.sent('spl2')),
    ]
    assert table({'servers': servers}, 'sendmemo_config', {'spl1': 'proven', 'spl2': 'delivered'}, check=False) == [
        ['SERVER', 'CHANGE', 'SENT TO', 'TLS', 'CERT', 'RESULT'],
        ['spl1', '1 made', 'mail.example.com:587', 'TLSv1.3', '61 days', 'proven (4A3B)'],
        ['spl2', 'none', 'mail.example.com:587', 'TLSv1.3', '61 days', 'delivered (4A3B)'],
    ]


def test_columns_without_a_value_are_left_out() -> None:
    assert table({'servers': [{'name': 'spl1'}]}, 'sendmemo_validate', {'spl1': 'configured'}, check=False) == [
        ['SERVER', 'RESULT'],
        ['spl1', 'configured'],
    ]
