# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The archive of reports: each once, whole or not at all, and never written again."""

from __future__ import annotations

import pathlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.distribution.archive import SUMS, archive, outdated

FILES = {'index.html': b'<html>', 'report.json': b'{}'}
MADE = '2026-11-24T08:15:00Z'
NAME = '2026-11-24T081500Z'
MODE = 0o640


def names(directory: pathlib.Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_a_report_is_archived_once(tmp_path: pathlib.Path) -> None:
    first = archive(FILES, MADE, tmp_path / 'new' / 'archive', MODE)
    assert (first.path.name, first.is_new) == (NAME, True)
    assert names(first.path) == {*FILES, SUMS}
    assert archive(FILES, MADE, first.path.parent, MODE) == (first.path, False)
    assert names(first.path.parent) == {NAME}


def test_check_mode_writes_nothing(tmp_path: pathlib.Path) -> None:
    assert archive(FILES, MADE, tmp_path / 'archive', MODE, dry_run=True) == (tmp_path / 'archive' / NAME, True)
    assert not names(tmp_path)


def test_another_report_of_the_same_second_gets_a_number(tmp_path: pathlib.Path) -> None:
    archive(FILES, MADE, tmp_path, MODE)
    other = {**FILES, 'index.html': b'another'}
    assert archive(other, MADE, tmp_path, MODE) == (tmp_path / f'{NAME}-2', True)
    assert archive(other, MADE, tmp_path, MODE) == (tmp_path / f'{NAME}-2', False)
    assert (tmp_path / NAME / 'index.html').read_bytes() == FILES['index.html']


def test_a_link_of_that_name_is_not_followed(tmp_path: pathlib.Path) -> None:
    (tmp_path / NAME).symlink_to(tmp_path / 'elsewhere')
    assert archive(FILES, MADE, tmp_path, MODE).path.name == f'{NAME}-2'
    assert not (tmp_path / 'elsewhere').exists()


def test_runs_at_the_same_time_archive_a_report_once(tmp_path: pathlib.Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda _number: archive(FILES, MADE, tmp_path, MODE), range(64)))
    assert {one.path for one in done} == {tmp_path / NAME}
    assert [one.is_new for one in done].count(True) == 1
    assert names(tmp_path) == {NAME}


def test_what_can_not_be_written_whole_is_not_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(OSError, match='No such file'):
        archive({**FILES, 'z/in no directory': b''}, MADE, tmp_path, MODE)
    assert not names(tmp_path)


@pytest.mark.parametrize(
    ('name', 'files', 'goes'),
    [
        (NAME, [*FILES, SUMS], True),
        (f'{NAME}-2', [*FILES, SUMS], True),
        (NAME, [*FILES, SUMS, f'{SUMS}.asc'], False),
        ('2026-12-24T081500Z', [*FILES, SUMS], False),
        ('2026-13-24T081500Z', [*FILES, SUMS], False),
        (f'.partial.{NAME}', [SUMS], False),
        ('notes', [], False),
    ],
    ids=['old', 'the second of its second', 'signed', 'new', 'no date', 'being written', 'another name'],
)
def test_only_old_reports_with_nothing_else_leave(tmp_path: pathlib.Path, name: str, files: list[str], goes: bool) -> None:
    (tmp_path / name).mkdir()
    for file in files:
        (tmp_path / name / file).touch()
    assert outdated(tmp_path, 30, '2026-12-25T00:00:00Z') == ([tmp_path / name] if goes else [])
    assert outdated(tmp_path, 0, '2026-12-25T00:00:00Z') == []
