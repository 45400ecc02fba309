# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Foreign text is sanitized: what a terminal would obey is shown instead."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.safe_text import LIMIT, safe_text

pytestmark = pytest.mark.every_python


@pytest.mark.parametrize(
    ('foreign', 'shown'),
    [
        ('plain text\nand a line', 'plain text\nand a line'),
        ('\x1b[31mred', '\\x1b[31mred'),
        ('a\rb\tc\x00', 'a\\x0db\\x09c\\x00'),
        ('C1 \x9b5m', 'C1 \\x9b5m'),
        ('bidi \u202egnp.exe', 'bidi \\xe2\\x80\\xaegnp.exe'),
        ('not UTF-8 \udcff', 'not UTF-8 \\xff'),
        (b'bytes \xff \xc3\xbc', 'bytes \\xff \u00fc'),
        ('\u00fcber {{ 1 }}', '\u00fcber {{ 1 }}'),
    ],
    ids=['plain text', 'escape', 'control characters', 'C1', 'bidi', 'not UTF-8', 'bytes', 'template'],
)
def test_shows_what_a_terminal_would_obey(foreign, shown):
    assert safe_text(foreign) == shown


def test_cuts_what_is_long():
    assert safe_text('a' * 10000) == 'a' * (LIMIT - 3) + '...'
    assert len(safe_text('\x1b' * 10000)) == LIMIT


@given(st.one_of(st.text(), st.binary()))
def test_never_lets_a_control_character_through(foreign):
    shown = safe_text(foreign)
    assert len(shown) <= LIMIT
    assert all(character == '\n' or unicodedata.category(character) not in ('Cc', 'Cs', 'Zl', 'Zp') for character in shown)
    assert all(
        unicodedata.bidirectional(character) not in ('LRE', 'RLE', 'LRO', 'RLO', 'PDF', 'LRI', 'RLI', 'FSI', 'PDI')
        for character in shown
    )
