# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The reference pages say what the tables in the code say: `make reference` writes them."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import KEYWORDS
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import CATALOGUE
from tools.reference_pages import PAGES, pages


@pytest.mark.parametrize('name', sorted(pages()))
def test_page_is_up_to_date(name: str) -> None:
    assert (PAGES / name).read_text('utf-8') == pages()[name]


def test_page_of_problems_has_every_code_once() -> None:
    rows = [line.split('`')[1] for line in pages()['problems.md'].splitlines() if line.startswith('| `')]
    assert sorted(rows) == sorted(CATALOGUE)


def test_page_of_keywords_has_every_keyword_with_its_default_and_option() -> None:
    sections = pages()['keywords.md'].split('\n## ')
    for keyword in KEYWORDS:
        (section,) = (text for text in sections if text.startswith(f'{keyword.name}\n'))
        assert f'- Default: {f"`{keyword.default}`" if keyword.default else "empty"}.' in section
        assert f'`{keyword.option}' in section
