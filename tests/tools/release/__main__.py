# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds and verifies what a release consists of: `python -m release [--trial]`, started by make_release.py.

With --trial, what keeps the checkout from being a release is only said, and the files are taken as they are.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

import importer
import sanity

from .agreement import disagreements, git, moment, read_state, remarks
from .archive import build_reproducibly, read
from .contents import dead_links, misplaced, summary
from .sbom import sbom
from .smoke import smoke

CHECKOUT = Path(__file__).resolve().parents[3]
DIST = CHECKOUT / 'dist'


def check_checkout(*, trial: bool) -> str:
    """Return the version; ends the program where the checkout is not one to release, unless that is tried only."""
    state = read_state(CHECKOUT)
    found = list(disagreements(state))
    for line in found:
        print(f'not a release: {line}')
    if found and not trial:
        sys.exit('nothing was built; `make release TRIAL=1` builds it all the same, for a trial')
    for line in remarks(state):
        print(f'note: {line}')
    return state.version


def check_contents(archive: Path) -> dict[str, int]:
    """Return the size of each file of an archive; ends the program where they are not what users need, or links are dead."""
    files = read(archive)
    pages = {name: content.decode() for name, (content, _mode) in files.items() if name.endswith('.md')}
    wrong = [*misplaced(files), *dead_links(pages, files)]
    if wrong:
        sys.exit('\n'.join(wrong))
    print(f'{len(files)} files: {summary(files)}')
    return {name: len(content) for name, (content, _mode) in sorted(files.items())}


def write_sums(directory: Path) -> str:
    """Write SHA256SUMS for the files of a directory, as sha256sum does; return its text."""
    sums = ''.join(f'{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n' for path in sorted(directory.iterdir()))
    (directory / 'SHA256SUMS').write_text(sums, 'utf-8')
    return sums


def main(arguments: list[str]) -> None:
    """Build it in a directory of its own; dist/ gets only what was verified."""
    shutil.rmtree(DIST, ignore_errors=True)
    version, date = check_checkout(trial='--trial' in arguments), moment(CHECKOUT)
    with tempfile.TemporaryDirectory(prefix='ipt-') as scratch:
        made, home = Path(scratch) / 'made', Path(scratch) / 'home'
        made.mkdir()
        home.mkdir()
        archive = build_reproducibly(CHECKOUT, sanity.tracked_files(), made, date)
        sizes = check_contents(archive)
        listed = ''.join(f'{size:>8}  {name}\n' for name, size in sizes.items())
        (made / f'printops-infoprint-{version}.files.txt').write_text(listed, 'utf-8')
        print(f'installed and used: {smoke(archive, sizes, home)}')
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        (made / f'printops-infoprint-{version}.cdx.json').write_text(sbom(version, digest, date), 'utf-8')
        importer.main()
        sums = write_sums(made)
        shutil.copytree(made, DIST)
    print(f'commit {git(CHECKOUT, "rev-parse", "HEAD").strip()}, in dist/:\n{sums}', end='')


if __name__ == '__main__':
    main(sys.argv[1:])
