# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift in words, and as diffs."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import ATTRIBUTES, Drift
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.drift import describe, diffs, message

DIRECTORY = '/var/pd/spl1'
CONFIG, CA = f'{DIRECTORY}/sendmemo-ssl.cfg', f'{DIRECTORY}/ca.pem'
CHANGED = Drift(CONFIG, 'changed', 'CAFile', 'a.pem', 'b.pem')
WORDS = 'CAFile changed (was a.pem, declared b.pem)'


@pytest.mark.parametrize(
    'drift, words',
    [
        pytest.param({'file': CA, 'kind': 'missing'}, 'ca.pem missing', id='file'),
        pytest.param(
            {'file': CONFIG, 'kind': 'extra', 'keyword': 'Hostname', 'before': 'x'}, 'Hostname extra (was x)', id='before'
        ),
        pytest.param(
            {'file': CONFIG, 'kind': 'missing', 'keyword': 'CAFile', 'after': 'b'}, 'CAFile missing (declared b)', id='after'
        ),
        pytest.param(
            {'file': CA, 'kind': 'mode', 'before': '0600', 'after': '0644'}, 'ca.pem mode (was 0600, declared 0644)', id='both'
        ),
    ],
)
def test_one_difference_in_words(drift: dict[str, str], words: str) -> None:
    assert describe(drift) == words


@pytest.mark.parametrize(
    'drift, changed, check, failed, line',
    [
        pytest.param([], False, False, False, 'spl1: as declared', id='no drift'),
        pytest.param([], False, False, True, 'spl1: not changed', id='failed before the comparison'),
        pytest.param([CHANGED], True, False, False, f'spl1: changed: {WORDS}', id='changed'),
        pytest.param([CHANGED], True, True, False, f'spl1: would be changed: {WORDS}', id='check'),
        pytest.param([CHANGED], False, False, True, f'spl1: not changed: {WORDS}', id='failed'),
        pytest.param(
            [CHANGED, Drift(CA, 'text')], True, False, False, f'spl1: changed: {WORDS}; ca.pem text', id='two differences'
        ),
    ],
)
def test_a_server_s_line(drift: list[Drift], changed: bool, check: bool, failed: bool, line: str) -> None:
    assert message('spl1', drift, changed, check, failed) == line


def headers_and_texts(shown: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    assert all(diff['before_header'] == diff['after_header'] for diff in shown)
    return [(diff['before_header'], diff['before'], diff['after']) for diff in shown]


@pytest.mark.parametrize(
    'drift, before, after, shown',
    [
        pytest.param(
            [CHANGED], 'CAFile = a.pem\n', 'CAFile = b.pem\n', [(CONFIG, 'CAFile = a.pem\n', 'CAFile = b.pem\n')], id='text'
        ),
        pytest.param([Drift(CONFIG, 'missing')], None, 'A = 1\n', [(CONFIG, '', 'A = 1\n')], id='new configuration'),
        pytest.param([Drift(CA, 'missing')], None, None, [(f'{CA} (missing)', 'missing\n', 'as declared\n')], id='trust file'),
        pytest.param([Drift(CA, 'extra')], None, None, [(f'{CA} (extra)', 'present\n', 'absent\n')], id='surplus file'),
        pytest.param(
            [Drift(CONFIG, 'mode', None, '0600', '0644')],
            'A = 1\n',
            'A = 1\n',
            [(f'{CONFIG} (mode)', '0600\n', '0644\n')],
            id='mode',
        ),
        pytest.param(
            [
                Drift(ATTRIBUTES, 'changed', 'smtp-server-port', '25', '465'),
                Drift(ATTRIBUTES, 'missing', 'smtp-server-host', None, 'a'),
            ],
            None,
            None,
            [
                (
                    f'{DIRECTORY} ({ATTRIBUTES})',
                    'smtp-server-port = 25\nsmtp-server-host = \n',
                    'smtp-server-port = 465\nsmtp-server-host = a\n',
                )
            ],
            id='attributes',
        ),
        pytest.param([CHANGED], 'A = \xe4\x1b\n', 'A = 1\n', [(CONFIG, 'A = \\xe4\\x1b\n', 'A = 1\n')], id='bytes are escaped'),
    ],
)
def test_diffs(drift: list[Drift], before: str | None, after: str | None, shown: list[tuple[str, str, str]]) -> None:
    assert headers_and_texts(diffs(DIRECTORY, drift, before, after)) == shown
