# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What check mode knows, without writing, of a change that would fail."""

import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import BACKUPS
from ansible_collections.printops.infoprint.plugins.module_utils.change.preflight import check_backups, check_staging
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError

PRINT_USER = 12345
as_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a directory away')
NAMES = ['.sendmemo-ssl.cfg.0123456789abcdef.new', '.other.new']


@pytest.fixture
def owned(tmp_path):
    """A working directory of a print user."""
    path = tmp_path / 'spl1'
    path.mkdir()
    os.chown(str(path), PRINT_USER, PRINT_USER)
    tmp_path.chmod(0o755)
    return path


def problem_of(check, path, *arguments):
    """Return code and file of the problem, None where there is none."""
    with WorkingDir(str(path), 'spl1') as directory:
        try:
            check(directory, *arguments)
        except ProblemError as error:
            return error.problem.code, error.problem.file
    return None


def listing(path):
    return sorted((str(one), one.lstat().st_mode, one.lstat().st_mtime) for one in path.glob('**/*'))


@as_root
@pytest.mark.parametrize('mode, fails', [(0o755, False), (0o300, False), (0o555, True), (0o600, True)], ids=oct)
def test_staging_fails_where_the_owner_can_not_create_files(owned, mode, fails):
    owned.chmod(mode)
    expected = ('write_failed', str(owned / NAMES[0])) if fails else None
    assert problem_of(check_staging, owned, NAMES) == expected
    assert listing(owned) == []


@as_root
def test_without_files_to_stage_the_directory_is_named(owned):
    owned.chmod(0o555)
    assert problem_of(check_staging, owned, []) == ('write_failed', str(owned))


@as_root
@pytest.mark.parametrize('mode, fails', [(0o700, False), (0o500, True), (0o400, True)], ids=oct)
def test_a_backup_fails_where_the_owner_can_not_create_one(owned, mode, fails):
    top = owned / BACKUPS
    top.mkdir()
    os.chown(str(top), PRINT_USER, PRINT_USER)
    top.chmod(mode)
    before = listing(owned)
    assert problem_of(check_backups, owned, False) == (('write_failed', str(top)) if fails else None)
    assert problem_of(check_backups, owned, True) is None, 'nothing is to be backed up'
    assert listing(owned) == before


def test_without_a_directory_of_backups_one_can_be_made(tmp_path):
    assert problem_of(check_backups, tmp_path, False) is None


@pytest.mark.parametrize(
    'make',
    [pytest.param(lambda path: path.write_text(''), id='a file'), pytest.param(lambda path: path.symlink_to('x'), id='a link')],
)
def test_something_else_in_the_place_of_the_backups_is_unsafe(tmp_path, make):
    make(tmp_path / BACKUPS)
    assert problem_of(check_backups, tmp_path, False) == ('unsafe_path', str(tmp_path / BACKUPS))


@as_root
def test_backups_that_can_not_be_handed_over_are_named_even_where_nothing_is_to_be_backed_up(owned):
    top = owned / BACKUPS
    top.mkdir(mode=0o755)
    for has_nothing in (False, True):
        assert problem_of(check_backups, owned, has_nothing) == ('write_failed', str(top))
    top.chmod(0o700)
    assert problem_of(check_backups, owned, False) is None
