# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What has to be in the archive, what must not be, and whether the links of its pages lead somewhere in it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

# Everything at the top of what is shipped. A name that is new here was either forgotten in build_ignore, or belongs in this list.
SHIPPED = {
    'CHANGELOG.rst',
    'CONTRIBUTING.md',
    'FILES.json',
    'LICENSE',
    'MANIFEST.json',
    'README.md',
    'SECURITY.md',
    'changelogs',
    'docs',
    'extensions',
    'meta',
    'monitoring',
    'playbooks',
    'plugins',
    'roles',
}
REQUIRED = {
    'CHANGELOG.rst',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'docs/index.md',
    'docs/reference/support.md',
    'extensions/molecule/default/molecule.yml',
    'meta/runtime.yml',
    'monitoring/nagios/check_sendmemo',
    'monitoring/prometheus/sendmemo.rules.yml',
    'playbooks/converge.yml',
    'plugins/module_utils/problems.py',
    'roles/sendmemo_tls/meta/argument_specs.yml',
}
LEFTOVER = re.compile(r'(^|/)(\.|__pycache__|fragments/)|\.(pyc|retry|log|tar\.gz)$')
FENCE = re.compile(r'^```.*?^```', re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\(([^)\s#]+)')
# Made for the site from the plugins' own documentation; ansible-doc shows it.
OF_THE_SITE = 'docs/collection/'


def misplaced(names: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the list of files."""
    present = set(names)
    for name in sorted(present):
        if name.split('/')[0] not in SHIPPED or LEFTOVER.search(name):
            yield f'{name} is in the archive: list it in build_ignore of galaxy.yml, or in SHIPPED'
    for name in sorted(REQUIRED - present):
        yield f'{name} is missing in the archive'


def dead_links(pages: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    """Yield the links of Markdown pages, by the name of each, that lead to no file or directory of the archive."""
    present = set(names)
    present |= {parent for name in present for parent in _parents(name)}
    for page, text in sorted(pages.items()):
        for link in LINK.findall(FENCE.sub('', text)):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), link))
            if (
                '://' not in link
                and not link.startswith('mailto:')
                and not target.startswith(OF_THE_SITE)
                and target not in present
            ):
                yield f'{page}: {link} is not in the archive'


def summary(names: Iterable[str]) -> str:
    """Return how many files are in each directory at the top, and the files there, as one line."""
    counted = Counter(name.split('/')[0] if '/' in name else name for name in names)
    return ', '.join(f'{top} ({number})' if f'{top}' not in names else top for top, number in sorted(counted.items()))


def _parents(name: str) -> Iterator[str]:
    while name := posixpath.dirname(name):
        yield name
