# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CONTRIBUTING.md and the architecture page name is where they say, and each recipe of a change names its files."""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATH = re.compile(r'`((?:plugins|roles|playbooks|meta|tests|docs(?!/_build))/[\w./-]*)`')  # not what `make docs` builds
NAMED_IN = re.compile(r'`(\w+)` in `(plugins/[\w./]+\.py)`')
PAGES = ('CONTRIBUTING.md', 'docs/architecture.md')
RECIPES = {
    'a keyword of `sendmemo-ssl.cfg`',
    'an option or role variable',
    'a problem code',
    'a column of the report',
    'a format of the report',
    'a stage of a send',
    'how many backups are retained',
    "where a host's Python is looked for",
    'a certificate defect',
    'a server attribute that is read or set',
    'a module',
}


@pytest.mark.parametrize('page', PAGES)
def test_each_path_on_the_page_exists(page: str) -> None:
    paths = PATH.findall((ROOT / page).read_text('utf-8'))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize('page', PAGES)
def test_each_name_that_is_said_to_be_in_a_file_is_there(page: str) -> None:
    named = NAMED_IN.findall((ROOT / page).read_text('utf-8'))
    assert [(name, path) for name, path in named if name not in (ROOT / path).read_text('utf-8')] == []


def test_each_common_change_has_a_recipe_that_begins_with_one_or_two_files() -> None:
    section = (ROOT / 'CONTRIBUTING.md').read_text('utf-8').partition('\n## Where common changes go\n')[2]
    rows = [row.strip('|').split('|') for row in section.splitlines() if row.startswith('| ')]
    header, *recipes = [[cell.strip() for cell in row] for row in rows]
    assert header == ['change', 'start in', 'also']
    assert {change for change, _start, _also in recipes} == RECIPES
    begins = {change: PATH.findall(' '.join(re.findall(r'\*\*(.*?)\*\*', start))) for change, start, _also in recipes}
    assert {change: paths for change, paths in begins.items() if not 1 <= len(paths) <= 2} == {}
    assert [path for paths in begins.values() for path in paths if not (ROOT / path).exists()] == []
