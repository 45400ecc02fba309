# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds the documentation's site in docs/_build/html and checks whether it is whole: `docs_site.py`, in the environment `docs`.

Any warning of the tools is an error. So is a link that leads nowhere, a page that no link leads to, and a page that would fetch
anything from another host.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / 'docs'
# The pages that are made from the plugins' own documentation.
COLLECTION = DOCS / 'collection'
ROLE = COLLECTION / 'sendmemo_tls_role.rst'
BUILD = DOCS / '_build'
SITE = BUILD / 'html'
START = SITE / 'index.html'
# Made by Sphinx without a link to them.
UNLINKED = {'search.html', '404.html'}
ENTRY_POINT = re.compile(r'^(?=\.\. _ansible_collections\.\S+__entrypoint-)', re.MULTILINE)
FETCHED = {('script', 'src'), ('img', 'src'), ('source', 'src'), ('iframe', 'src'), ('object', 'data')}


class Page(HTMLParser):
    """What a page refers to: `links` to follow, `fetched` that it needs to be shown, and the `anchors` that it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text('utf-8'))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of the references of one element."""
        values = {name: value or '' for name, value in attrs}
        self.anchors.add(values.get('id', ''))
        if tag == 'a':
            self.anchors.add(values.get('name', ''))
        if tag == 'a' and 'href' in values:
            self.links.add(values['href'])
        if tag == 'link' and {'stylesheet', 'icon', 'preload'} & set(values.get('rel', '').split()):
            self.fetched.add(values.get('href', ''))
        self.fetched |= {value for name, value in values.items() if (tag, name) in FETCHED}


def run(*command: str) -> None:
    """Run one of the environment's commands; ends the program when it fails."""
    print('$', *command, flush=True)
    done = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main_first(page: str) -> str:
    """Return a role's page, in reStructuredText, with the entry point main first; antsibull-docs sorts them by name."""
    head, *sections = ENTRY_POINT.split(page)
    sections.sort(key=lambda section: '__entrypoint-main:' not in section.partition('\n')[0])
    return head + ''.join(f'{section.rstrip()}\n\n' for section in sections)


def build() -> None:
    """Make the pages of the plugins, then the site."""
    for directory in (COLLECTION, BUILD):
        shutil.rmtree(directory, ignore_errors=True)
    COLLECTION.mkdir(mode=0o755)  # antsibull-docs refuses one that others may write to
    run(
        'antsibull-docs',
        '--config-file',
        str(DOCS / 'antsibull-docs.cfg'),
        'collection',
        '--use-current',
        '--squash-hierarchy',
        '--fail-on-error',
        '--dest-dir',
        str(COLLECTION),
        'printops.infoprint',
    )
    ROLE.write_text(main_first(ROLE.read_text('utf-8')), 'utf-8')
    run('sphinx-build', '-q', '-W', '--keep-going', '-j', 'auto', '-b', 'html', str(DOCS), str(SITE))


def faults(site: Path) -> Iterator[str]:
    """Yield the problems of the references of a site's pages."""
    pages = {path: Page(path) for path in site.rglob('*.html')}
    reached, waiting = set(), [site / 'index.html']
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        page = pages[path]
        for address in sorted(page.links | page.fetched):
            parts = urlsplit(address)
            if parts.scheme == 'data' or (parts.scheme and address in page.links):
                continue
            if parts.scheme or parts.netloc:
                yield f'{path.relative_to(site)}: fetches {address}'
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                yield f'{path.relative_to(site)}: {address} is not there'
            elif target in pages:
                waiting.append(target)
                anchor = unquote(urldefrag(address).fragment)
                if anchor and anchor not in pages[target].anchors:
                    yield f'{path.relative_to(site)}: {address} has no such anchor'
    for path in sorted(set(pages) - reached):
        if path.name not in UNLINKED:
            yield f'{path.relative_to(site)}: no link leads to it'


def main() -> None:
    """Build the site; ends with an error when anything is wrong with it."""
    build()
    found = list(faults(SITE))
    if found:
        sys.exit('\n'.join(found))
    print(f'the site is in {START.relative_to(CHECKOUT)}')


if __name__ == '__main__':
    main()
