# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups that somebody may have planted: how many are read and removed, and how large a manifest is."""

import hashlib
import json

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change import backups
from ansible_collections.printops.infoprint.plugins.module_utils.change.backup_set import LARGEST_MANIFEST
from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import (
    BACKUPS,
    MOST_READ,
    Backups,
)
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import read_current_file
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir, names_in
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError

ACTIVE, OTHER = b'EnableTLS = 1\n', b'EnableTLS = 2\n'


def plant(path, number, content=ACTIVE, padding=0):
    """Create a set whose configuration is `content`, as its manifest says."""
    folder = path / BACKUPS / ('20260101T000000Z-%04d' % number)
    folder.mkdir(parents=True)
    (folder / CONFIG_NAME).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    manifest = {'format': 1, 'files': {CONFIG_NAME: {'sha256': digest}}, 'settings': {'Hostname': 'x' * padding}}
    (folder / 'manifest.json').write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def path(tmp_path):
    (tmp_path / CONFIG_NAME).write_bytes(ACTIVE)
    return tmp_path


def numbers(path):
    return sorted(int(one.name[-4:]) for one in (path / BACKUPS).iterdir())


def test_a_bounded_number_of_sets_is_read_for_the_previous_one(path):
    for number in range(60):
        plant(path, number)
    with WorkingDir(str(path)) as directory:
        assert len(list(Backups(directory).newest_first())) == MOST_READ


@pytest.mark.parametrize(
    'differing, left',
    [
        pytest.param((), [*range(35), *range(55, 60)], id='none differs'),
        pytest.param((57,), [*range(55, 60)], id='one that is retained'),
        pytest.param((40,), [40, *range(55, 60)], id='an older one that is read'),
        pytest.param((3,), [*range(35), *range(55, 60)], id='one that is too old to be read'),
    ],
)
def test_what_was_not_read_is_not_removed_unless_a_set_to_roll_back_to_is_known(path, differing, left):
    for number in range(60):
        plant(path, number, OTHER if number in differing else ACTIVE)
    with WorkingDir(str(path)) as directory:
        Backups(directory).clean(5)
    assert numbers(path) == left


def test_one_run_removes_a_bounded_number_of_sets_and_the_next_goes_on(path, monkeypatch):
    monkeypatch.setattr(backups, 'MOST_REMOVED', 10)
    for number in range(30):
        plant(path, number, OTHER)
    with WorkingDir(str(path)) as directory:
        Backups(directory).clean(5)
        assert numbers(path) == [*range(10, 30)]
        Backups(directory).clean(5)
        Backups(directory).clean(5)
    assert numbers(path) == [*range(25, 30)]


def test_a_directory_of_many_files_is_no_backup_and_stays(path):
    folder = plant(path, 1)
    for number in range(20):
        (folder / str(number)).touch()
    for number in range(2, 8):
        plant(path, number, OTHER)
    with WorkingDir(str(path)) as directory:
        Backups(directory).clean(3)
    assert numbers(path) == [1, 5, 6, 7]


def test_a_large_manifest_is_not_read(path):
    plant(path, 1, OTHER, LARGEST_MANIFEST)
    with WorkingDir(str(path)) as directory, pytest.raises(ProblemError, match=r'manifest\.json can\'t be read'):
        next(Backups(directory).newest_first())


def test_a_manifest_of_this_collection_can_always_be_read(path):
    (path / CONFIG_NAME).write_bytes(b'Hostname = %s\n' % (b'x' * LARGEST_MANIFEST))
    with WorkingDir(str(path)) as directory:
        sets = Backups(directory)
        kept = sets.back_up(read_current_file(directory, CONFIG_NAME), None, {'/etc/ca.pem': '0' * 64})
        found = next(sets.newest_first())
    assert (found.path, set(found.digests), found.outside) == (kept, {CONFIG_NAME}, {'/etc/ca.pem': '0' * 64})


def test_a_bounded_number_of_names_is_looked_at(path, monkeypatch):
    for number in range(20):
        (path / str(number)).touch()
    with WorkingDir(str(path)) as directory:
        assert sorted(names_in(directory.fd)) == sorted(directory.names()) == sorted(one.name for one in path.iterdir())
        monkeypatch.setattr('%s.MOST_NAMES' % names_in.__module__, 7)
        assert len(directory.names()) == 7
