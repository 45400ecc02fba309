# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The desired owner and group of files, by name or number. The effect is tested in whole runs."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import desired_owner
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError


@pytest.mark.parametrize(
    'owner, group, ids',
    [
        pytest.param('root', '0', (0, 0), id='a name and a number'),
        pytest.param('4294967294', '12', (4294967294, 12), id='the highest number'),
    ],
)
def test_a_name_and_a_number_are_users_and_groups(tmp_path, owner, group, ids):
    with WorkingDir(str(tmp_path)) as directory:
        assert desired_owner(directory, owner, group, 'spl1') == ids


@pytest.mark.parametrize(
    'name',
    [
        pytest.param('4294967295', id='one too high'),
        pytest.param('9' * 30, id='30 digits'),
        pytest.param('-1', id='negative'),
        pytest.param('\u00b2', id='superscript digit'),
        pytest.param('\u0661', id='Arabic digit'),
        pytest.param('0\n', id='line feed'),
        pytest.param('nobody of this name', id='unknown name'),
    ],
)
def test_what_is_no_user_and_no_group_is_refused(tmp_path, name):
    """The highest number means to chown(2): leave it as it is."""
    with WorkingDir(str(tmp_path)) as directory:
        for names in ((name, None), (None, name)):
            with pytest.raises(ProblemError) as caught:
                desired_owner(directory, names[0], names[1], 'spl1')
            assert (caught.value.problem.code, caught.value.problem.value) == ('invalid_value', name)
