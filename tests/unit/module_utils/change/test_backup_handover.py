# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups of a directory that got another owner: handed over to him, but nothing that might belong to someone else."""

import hashlib
import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.backup_handover import (
    check_handover,
    hand_over,
    needs_handover,
    rights_to_read_backups,
)
from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import BACKUPS, Backups
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import read_current_file
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError

OLD, NEW = 12345, 12346
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason='only root can hand something over')


@pytest.fixture
def path(tmp_path):
    """A working directory that was given to NEW, with two backups that OLD has."""
    tmp_path.chmod(0o755)
    made = tmp_path / 'spl1'
    made.mkdir()
    for text in (b'EnableTLS = 0\nCAFile = ca.pem\n', b'EnableTLS = 1\n'):
        (made / CONFIG_NAME).write_bytes(text)
        (made / 'ca.pem').write_bytes(b'CA')
        with WorkingDir(str(made), 'spl1') as directory:
            Backups(directory).back_up(read_current_file(directory, CONFIG_NAME), None, {})
    give(made, OLD)
    os.chown(str(made), NEW, NEW)
    return made


def give(path, uid):
    for one in (path, *path.rglob('*')):
        os.chown(str(one), uid, uid, follow_symlinks=False)


def sets(path):
    return sorted((path / BACKUPS).iterdir())


def owners(path):
    return {one.lstat().st_uid for one in (path / BACKUPS, *(path / BACKUPS).rglob('*'))}


def opened(path, step):
    with WorkingDir(str(path), 'spl1') as directory:
        return step(directory)


def problem_of(path, step):
    """Return code and file of the problem."""
    with pytest.raises(ProblemError) as caught:
        opened(path, step)
    problem = caught.value.problem
    assert problem.server == 'spl1'
    assert 'not handed over' in problem.message
    return problem.code, problem.file


def test_backups_are_handed_over_with_all_that_is_in_them(path):
    assert opened(path, needs_handover)
    opened(path, hand_over)
    assert owners(path) == {NEW}
    assert not opened(path, needs_handover)


def test_one_set_of_another_owner_is_enough(path):
    give(path / BACKUPS, NEW)
    assert not opened(path, needs_handover)
    give(sets(path)[0], OLD)
    assert opened(path, needs_handover)
    opened(path, hand_over)
    assert owners(path) == {NEW}


NOTHING = {
    'no backups': lambda top: None,
    'a file': lambda top: top.write_bytes(b''),
    'a link': lambda top: top.symlink_to('elsewhere'),
}


@pytest.mark.parametrize('kind', NOTHING)
def test_where_there_is_no_directory_of_backups_nothing_is_handed_over(tmp_path, kind):
    NOTHING[kind](tmp_path / BACKUPS)
    os.chown(str(tmp_path), NEW, NEW)
    assert not opened(tmp_path, needs_handover)
    opened(tmp_path, hand_over)


REFUSED = {
    'others may enter': lambda top: top.chmod(0o755),
    'the group may enter': lambda top: top.chmod(0o710),
    'a file that is no backup': lambda top: (top / 'secret').write_bytes(b''),
    'a directory that is no backup': lambda top: (top / 'secret').mkdir(),
    'a link that is no backup': lambda top: (top / 'secret').symlink_to('/etc'),
}


@pytest.mark.parametrize('kind', REFUSED)
def test_where_another_may_have_put_something_nothing_is_handed_over(path, kind):
    top = path / BACKUPS
    REFUSED[kind](top)
    place = top / 'secret' if os.path.lexists(str(top / 'secret')) else top
    for step in (check_handover, hand_over):
        assert problem_of(path, step) == ('write_failed', str(place))
    assert NEW not in owners(path)


def test_a_backup_whose_manifest_can_not_be_read_is_not_handed_over(path):
    (sets(path)[0] / 'manifest.json').write_text('{}')
    assert problem_of(path, hand_over) == ('write_failed', str(sets(path)[0]))
    assert NEW not in owners(path)


def test_a_backup_that_others_may_enter_is_not_handed_over(path):
    sets(path)[0].chmod(0o750)
    assert problem_of(path, hand_over) == ('write_failed', str(sets(path)[0]))
    assert sets(path)[0].stat().st_uid == (path / BACKUPS).stat().st_uid == OLD


def test_leftovers_of_killed_runs_are_removed(path):
    unfinished = path / BACKUPS / '.0123456789abcdef.new'
    unfinished.mkdir()
    (unfinished / 'ca.pem').write_bytes(b'CA')
    os.chown(str(unfinished), OLD, OLD)
    opened(path, hand_over)
    assert not unfinished.exists()
    assert owners(path) == {NEW}


def test_a_file_that_is_not_what_the_manifest_says_stays(path):
    other = sets(path)[0] / CONFIG_NAME
    other.write_bytes(b'the content of somebody else')
    opened(path, hand_over)
    assert other.stat().st_uid == OLD
    assert (sets(path)[0] / 'ca.pem').stat().st_uid == NEW


def test_a_file_with_another_name_elsewhere_stays(path, tmp_path):
    secret, linked = tmp_path / 'secret', sets(path)[0] / 'ca.pem'
    linked.rename(secret)
    os.link(str(secret), str(linked))
    opened(path, hand_over)
    assert secret.stat().st_uid == OLD
    assert hashlib.sha256(secret.read_bytes()).hexdigest() == hashlib.sha256(b'CA').hexdigest()


def test_a_link_in_the_place_of_a_file_is_not_followed(path, tmp_path):
    secret, linked = tmp_path / 'secret', sets(path)[0] / 'ca.pem'
    linked.rename(secret)
    linked.symlink_to(secret)
    with pytest.raises(ProblemError) as caught:
        opened(path, hand_over)
    assert caught.value.problem.code == 'unsafe_path'
    assert secret.stat().st_uid == OLD


def test_backups_are_read_as_their_owner_and_before_the_handover_as_root(path):
    def effective(directory):
        with rights_to_read_backups(directory):
            return os.geteuid()

    assert opened(path, effective) == 0
    opened(path, hand_over)
    assert opened(path, effective) == NEW
    assert os.geteuid() == 0
