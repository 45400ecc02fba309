# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the documentation's site refuses in its own pages."""

from __future__ import annotations

import pathlib

import pytest

from tools.docs_site import faults, main_first


@pytest.mark.parametrize(
    ('start', 'wrong'),
    [
        ('<a href="a/b.html#there">', None),
        ('<a href="#here"></a><p id="here">', None),
        ('<a href="https://example.com/">', None),
        ('<img src="a/picture.svg">', None),
        ('<img src="data:image/png;base64,AA==">', None),
        ('<a href="a/c.html">', 'a/c.html is not there'),
        ('<a href="a/b.html#elsewhere">', 'no such anchor'),
        ('<a href="#elsewhere">', 'no such anchor'),
        ('<img src="a/none.svg">', 'a/none.svg is not there'),
        ('<script src="https://example.com/x.js"></script>', 'fetches https://example.com/x.js'),
        ('<link rel="stylesheet" href="//example.com/x.css">', 'fetches //example.com/x.css'),
        ('<p>', 'no link leads to it'),
    ],
    ids=[
        'anchor in another page',
        'anchor in the page',
        'other site',
        'picture',
        'picture in the page',
        'missing page',
        'missing anchor in another page',
        'missing anchor in the page',
        'missing picture',
        'foreign script',
        'foreign style sheet',
        'page without a link to it',
    ],
)
def test_a_reference_that_does_not_hold_is_reported(tmp_path: pathlib.Path, start: str, wrong: str | None) -> None:
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a' / 'picture.svg').touch()
    (tmp_path / 'a' / 'b.html').write_text('<a href="../index.html">up</a><h2 id="there">')
    link = '' if start == '<p>' else '<a href="a/b.html">b</a>'
    (tmp_path / 'index.html').write_text(start + link)
    found = list(faults(tmp_path))
    assert len(found) == int(wrong is not None)
    assert all(wrong in line for line in found)


def test_the_page_of_a_role_begins_with_its_entry_point_main() -> None:
    audit, main, verify = (
        f'.. _ansible_collections.a.b.c_role__entrypoint-{name}:\n\n{name}\n\n' for name in ('audit', 'main', 'verify')
    )
    assert main_first(f'Role\n\n{audit}{main}{verify}') == f'Role\n\n{main}{audit}{verify}'
