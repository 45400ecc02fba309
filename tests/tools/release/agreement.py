# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a checkout can be released: version, changelog and tag agree, and everything is committed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

# What Galaxy shows of a collection, and what it doesn't take one without.
ADDRESSES = ('repository', 'documentation', 'homepage', 'issues')


class State(NamedTuple):
    """What a checkout says of the release that it is."""

    version: str  # of galaxy.yml
    released: list[str]  # the versions of changelogs/changelog.yaml
    headings: list[str]  # the versions of CHANGELOG.rst
    fragments: list[str]  # what no release has taken up yet
    tags: list[str]  # version tags of the commit, without the v
    tag_elsewhere: bool  # whether another commit has the tag of this version
    uncommitted: list[str]  # lines of `git status --short`
    addresses: list[str]  # those of ADDRESSES that galaxy.yml has


def read_state(checkout: Path) -> State:
    """Read what the files of a checkout and its repository say."""
    galaxy = yaml.safe_load((checkout / 'galaxy.yml').read_text('utf-8'))
    changelog = yaml.safe_load((checkout / 'changelogs' / 'changelog.yaml').read_text('utf-8'))
    version = str(galaxy['version'])
    tags = [tag[1:] for tag in git(checkout, 'tag', '--points-at', 'HEAD').split() if re.match(r'v\d', tag)]
    return State(
        version=version,
        released=list(changelog['releases']),
        headings=re.findall(r'^v(\S+)\n=+$', (checkout / 'CHANGELOG.rst').read_text('utf-8'), re.MULTILINE),
        fragments=sorted(path.name for path in (checkout / 'changelogs' / 'fragments').glob('*.y*ml')),
        tags=tags,
        tag_elsewhere=version not in tags and bool(git(checkout, 'tag', '--list', f'v{version}').strip()),
        uncommitted=git(checkout, 'status', '--short').splitlines(),
        addresses=[name for name in ADDRESSES if galaxy.get(name)],
    )


def disagreements(state: State) -> Iterator[str]:
    """Yield, with its remedy, what keeps a checkout from being a release."""
    version = state.version
    if state.uncommitted:
        names = ', '.join(line[3:] for line in state.uncommitted[:5])
        yield f'{len(state.uncommitted)} files are not committed ({names}): commit or remove them'
    if state.fragments:
        yield f'{len(state.fragments)} fragments in changelogs/fragments belong to no release: run antsibull-changelog release'
    if version not in state.released or version not in state.headings:
        newest = state.headings[0] if state.headings else 'none'
        yield f'galaxy.yml says {version}, the newest release in the changelog is {newest}: run antsibull-changelog release'
    if state.tags and version not in state.tags:
        yield f'the commit has the tag v{state.tags[0]}, galaxy.yml says {version}: correct one of them'
    if state.tag_elsewhere:
        yield f'another commit has the tag v{version}: raise the version in galaxy.yml'


def remarks(state: State) -> Iterator[str]:
    """Yield what the archive lacks for being published."""
    if not state.tags:
        yield f'the commit has no tag: git tag --sign v{state.version}'
    missing = [name for name in ADDRESSES if name not in state.addresses]
    if missing:
        yield f'Galaxy would not take the archive: galaxy.yml names no {", ".join(missing)}'


def moment(checkout: Path) -> int:
    """Return the Unix time of the commit."""
    return int(git(checkout, 'log', '-1', '--format=%ct'))


def git(checkout: Path, *words: str) -> str:
    """Return what a command of git prints."""
    done = subprocess.run(['git', *words], cwd=checkout, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return done.stdout
