# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CONTRIBUTING.md and the architecture page name is where they say."""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATH = re.compile(r'`((?:plugins|roles|playbooks|tests|docs(?!/_build))/[\w./-]*)`')  # not what `make docs` builds
NAMED_IN = re.compile(r'`(\w+)` in `(plugins/[\w./]+\.py)`')
PAGES = ('CONTRIBUTING.md', 'docs/architecture.md')


@pytest.mark.parametrize('page', PAGES)
def test_each_path_on_the_page_exists(page: str) -> None:
    paths = PATH.findall((ROOT / page).read_text('utf-8'))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize('page', PAGES)
def test_each_name_that_is_said_to_be_in_a_file_is_there(page: str) -> None:
    named = NAMED_IN.findall((ROOT / page).read_text('utf-8'))
    assert [(name, path) for name, path in named if name not in (ROOT / path).read_text('utf-8')] == []
