# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Text on a terminal: no line is wider than it; in a pipe a paragraph is one line."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal.layout import NARROWEST, columns, paragraph, table

TEXT = 'The certificate of CN=mail.example.com expired on 2026-11-21 04:05 UTC, 3 days ago.'


def test_in_a_pipe_nothing_is_wrapped() -> None:
    assert columns() == 0
    assert paragraph(TEXT, '    ') == [f'    {TEXT}']


@pytest.mark.parametrize(('given', 'width'), [('80', 80), ('3', NARROWEST)], ids=['80', 'too few'])
def test_columns_limits_the_width(monkeypatch: pytest.MonkeyPatch, given: str, width: int) -> None:
    monkeypatch.setenv('COLUMNS', given)
    assert columns() == width


def test_a_paragraph_is_wrapped_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COLUMNS', '60')
    lines = paragraph(TEXT, '  ', '    ')
    assert lines == [
        '  The certificate of CN=mail.example.com expired on',
        '      2026-11-21 04:05 UTC, 3 days ago.',
    ]


def test_a_word_that_is_too_long_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COLUMNS', '40')
    path = '/var/pd/' + 'x' * 60
    assert paragraph(f'{path} is gone', '  ') == [f'  {path}', '  is gone']


def test_columns_of_a_table_are_as_wide_as_their_widest_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [['SERVER', 'TLS'], ['a', 'TLSv1.3'], ['a-long-name', '']]
    assert table(rows, '  ') == ['  SERVER       TLS', '  a            TLSv1.3', '  a-long-name']
    monkeypatch.setenv('COLUMNS', '40')
    assert table([['x' * 50]]) == ['x' * 39 + '…']
    assert table([]) == []
