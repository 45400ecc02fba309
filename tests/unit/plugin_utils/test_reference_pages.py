# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is made from the tables in the code says what they say: `make reference` writes it."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import KEYWORDS
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import GROUPS
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import CATALOGUE
from tools.reference.files import CHECKOUT, files
from tools.reference.pages import pages

FILES = {str(path.relative_to(CHECKOUT)): text for path, text in files().items()}


@pytest.mark.parametrize('name', FILES)
def test_file_is_current(name: str) -> None:
    assert (CHECKOUT / name).read_text('utf-8') == FILES[name], 'run make reference'


def test_page_of_problems_has_every_code_once() -> None:
    rows = [line.split('`')[1] for line in pages()['problems.md'].splitlines() if line.startswith('| `')]
    assert sorted(rows) == sorted(CATALOGUE)


def test_page_of_keywords_has_every_keyword_with_its_default_and_option() -> None:
    sections = pages()['keywords.md'].split('\n## ')
    for keyword in KEYWORDS:
        (section,) = (text for text in sections if text.startswith(f'{keyword.name}\n'))
        assert f'- Default: {f"`{keyword.default}`" if keyword.default else "empty"}.' in section
        assert f'`{keyword.option}' in section


def test_page_of_observation_has_every_question_and_assumptions_name_no_other() -> None:
    rows = [line.split('`')[1] for line in pages()['observation.md'].splitlines() if line.startswith('| `')]
    assert rows == [question.name for questions in GROUPS.values() for question in questions]
    lines = (CHECKOUT / 'docs' / 'assumptions.md').read_text('utf-8').splitlines()
    named = [name for line in lines if line.startswith('| ') for name in line.split('|')[-2].split('`')[1::2]]
    assert len(named) > 10
    assert set(named) <= {*rows, 'when_read', 'ciphers', 'sender'}
