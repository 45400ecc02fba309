# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The archive of a release: the same bytes whoever builds it, complete, and of use where it is installed."""

from __future__ import annotations

import hashlib
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest

from support.playbook import PROGRAMS, ROOT
from tools.release.archive import build_reproducibly, read
from tools.release.contents import dead_links, misplaced
from tools.release.smoke import smoke

MOMENT = 1_700_000_000


def tracked_files() -> list[str]:
    command = ['git', 'ls-files', '--cached', '--others', '--exclude-standard']
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).exists()]


def checkout(directory: pathlib.Path, names: t.Iterable[str], umask: int, moment: int) -> pathlib.Path:
    """Copy the files in this order, as someone with this umask would check them out at this time."""
    before = os.umask(umask)
    try:
        for name in names:
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
            if os.access(ROOT / name, os.X_OK):
                target.chmod(0o777 & ~umask)
            os.utime(target, (moment, moment))
    finally:
        os.umask(before)
    return directory


@pytest.fixture(scope='module')
def archive(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[pathlib.Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PATH', f'{PROGRAMS}{os.pathsep}{os.environ["PATH"]}')
        yield build_reproducibly(ROOT, tracked_files(), tmp_path_factory.mktemp('first'), MOMENT)


def test_two_people_build_the_same_archive(archive: pathlib.Path, tmp_path: pathlib.Path) -> None:
    names = tracked_files()
    other = checkout(tmp_path / 'other', reversed(names), umask=0o077, moment=1_500_000_000)
    (tmp_path / 'made').mkdir()
    second = build_reproducibly(other, reversed(names), tmp_path / 'made', MOMENT)
    assert hashlib.sha256(second.read_bytes()).hexdigest() == hashlib.sha256(archive.read_bytes()).hexdigest()


def test_archive_has_what_users_need_and_its_links_lead_somewhere(archive: pathlib.Path) -> None:
    files = read(archive)
    assert list(misplaced(files)) == []
    pages = {name: content.decode() for name, (content, _mode) in files.items() if name.endswith('.md')}
    assert {'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/index.md'} <= set(pages)
    assert list(dead_links(pages, files)) == []


def test_archive_can_be_installed_and_used(archive: pathlib.Path, tmp_path: pathlib.Path) -> None:
    assert 'the role' in smoke(archive, read(archive), tmp_path)


def test_what_is_not_committed_is_not_released(tmp_path: pathlib.Path) -> None:
    copy = checkout(tmp_path / 'checkout', tracked_files(), umask=0o022, moment=MOMENT)
    identity = ('-c', 'user.name=A', '-c', 'user.email=a@example.com')
    for words in (('init', '-q'), ('add', '-A'), (*identity, 'commit', '-q', '-m', 'All')):
        subprocess.run(['git', *words], cwd=copy, check=True)
    with (copy / 'galaxy.yml').open('a') as galaxy:
        galaxy.write('# changed\n')
    variables = {**os.environ, 'PYTHONPATH': str(copy / 'tests' / 'tools')}
    done = subprocess.run(
        [sys.executable, '-B', '-m', 'release'], cwd=copy, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert 'not a release: 1 files are not committed (galaxy.yml)' in done.stdout
    assert 'TRIAL=1' in done.stderr
    assert not (copy / 'dist').exists()
