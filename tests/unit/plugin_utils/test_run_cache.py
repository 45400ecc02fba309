# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the workers of a run compute once: the same value for all, and never a wrong one."""

from __future__ import annotations

import multiprocessing
import pathlib
import time

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.run_cache import once

FORKED = multiprocessing.get_context('fork')


def slowly(directory: pathlib.Path) -> int:
    """Return 7 after a while, and note that it was computed."""
    with (directory / 'log').open('a') as log:
        log.write('computed\n')
    time.sleep(0.2)
    return 7


def worker(directory: pathlib.Path, results: multiprocessing.Queue[int]) -> None:
    results.put(once(['key'], lambda: slowly(directory), str(directory)))


def test_workers_compute_it_once(tmp_path: pathlib.Path) -> None:
    results = FORKED.Queue()
    workers = [FORKED.Process(target=worker, args=(tmp_path, results)) for _number in range(6)]
    for process in workers:
        process.start()
    assert [results.get(timeout=20) for _process in workers] == [7] * 6
    for process in workers:
        process.join(20)
    assert (tmp_path / 'log').read_text() == 'computed\n'


KEYS = {
    'another text': (['a', 'b'], ['a', 'c']),
    'the same letters': (['ab', 'c'], ['a', 'bc']),
    'one part less': (['a', ''], ['a']),
}


@pytest.mark.parametrize('case', KEYS)
def test_another_key_is_another_value(case: str, tmp_path: pathlib.Path) -> None:
    first, second = KEYS[case]
    assert once(first, lambda: 1, str(tmp_path)) == 1
    assert once(second, lambda: 2, str(tmp_path)) == 2
    assert once(first, lambda: 3, str(tmp_path)) == 1


def test_without_its_directory_each_computes(tmp_path: pathlib.Path) -> None:
    missing = str(tmp_path / 'missing')
    assert (once(['a'], lambda: 1, missing), once(['a'], lambda: 2, missing)) == (1, 2)


def test_a_value_that_was_cut_short_is_computed_again(tmp_path: pathlib.Path) -> None:
    assert once(['a'], lambda: [1, 2], str(tmp_path)) == [1, 2]
    (path,) = tmp_path.iterdir()
    path.write_text('[1, ')
    assert once(['a'], lambda: [3], str(tmp_path)) == [3]


def test_an_error_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    def fail() -> int:
        raise ValueError('no')

    with pytest.raises(ValueError, match='no'):
        once(['a'], fail, str(tmp_path))
    assert once(['a'], lambda: 1, str(tmp_path)) == 1


def test_a_link_in_its_place_is_not_followed(tmp_path: pathlib.Path) -> None:
    once(['a'], lambda: 1, str(tmp_path))
    (path,) = tmp_path.iterdir()
    path.unlink()
    target = tmp_path / 'target'
    target.write_text('9')
    path.symlink_to(target)
    assert once(['a'], lambda: 2, str(tmp_path)) == 2
    assert target.read_text() == '9'
