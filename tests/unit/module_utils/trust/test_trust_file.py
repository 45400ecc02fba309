# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Trust files that are checked: no link in the working directory leads out of it, and each distinct file counts once."""

import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.messages.trust import TrustBlock, TrustContent
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_file import (
    LEAST_BLOCK,
    MAX_HOST,
    HostBlocks,
    read_confined,
)

CA = b'-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n'


@pytest.fixture
def home(tmp_path):
    path = tmp_path / 'spl1'
    path.mkdir(mode=0o755)
    return path


def read(home, value, limit=1 << 20):
    with WorkingDir(str(home), 'spl1') as directory:
        return read_confined(directory, value, limit)


def refusal(home, value, limit=1 << 20):
    with pytest.raises(ProblemError) as error:
        read(home, value, limit)
    return error.value.problem.code


@pytest.mark.parametrize('in_full', [pytest.param(False, id='bare name'), pytest.param(True, id='full path')])
def test_a_file_of_the_working_directory_is_read(home, in_full):
    path = home / 'ca.pem'
    path.write_bytes(CA)
    path.chmod(0o644)
    assert read(home, str(path) if in_full else 'ca.pem') == (str(path), CA, [])


@pytest.mark.parametrize('in_full', [pytest.param(False, id='bare name'), pytest.param(True, id='full path')])
def test_a_link_out_of_the_working_directory_is_refused(home, tmp_path, in_full):
    (tmp_path / 'other.pem').write_bytes(CA)
    (home / 'ca.pem').symlink_to('../other.pem')
    assert refusal(home, str(home / 'ca.pem') if in_full else 'ca.pem') == 'unsafe_path'


def test_a_link_within_the_working_directory_is_followed(home):
    (home / 'ca-2026.pem').write_bytes(CA)
    (home / 'ca.pem').symlink_to('ca-2026.pem')
    assert read(home, 'ca.pem')[:2] == (str(home / 'ca.pem'), CA)


def test_a_link_of_the_administrator_elsewhere_is_followed(home, tmp_path):
    (tmp_path / 'bundle.pem').write_bytes(CA)
    (tmp_path / 'ca.pem').symlink_to('bundle.pem')
    assert read(home, str(tmp_path / 'ca.pem')).data == CA


def test_a_file_and_a_directory_that_others_can_change_are_problems(home, tmp_path):
    elsewhere = tmp_path / 'etc'
    elsewhere.mkdir()
    (elsewhere / 'ca.pem').write_bytes(CA)
    (elsewhere / 'ca.pem').chmod(0o666)
    elsewhere.chmod(0o777)
    problems = read(home, str(elsewhere / 'ca.pem')).problems
    assert [(problem.code, problem.file) for problem in problems] == [
        ('unsafe_permissions', str(elsewhere / 'ca.pem')),
        ('unsafe_permissions', str(elsewhere)),
    ]


def test_what_is_missing_no_file_or_too_large_is_refused(home):
    assert refusal(home, 'ca.pem') == 'file_not_found'
    os.mkfifo(str(home / 'pipe'))
    assert refusal(home, 'pipe') == 'unsafe_path'
    (home / 'ca.pem').write_bytes(CA)
    assert refusal(home, 'ca.pem', limit=len(CA) - 1) == 'file_not_readable'


def test_a_file_is_in_the_answer_once_and_counts_once():
    blocks = HostBlocks()
    key = blocks.add(CA)
    assert blocks.add(CA) == key
    assert blocks.left == MAX_HOST - LEAST_BLOCK
    assert blocks.answer() == [TrustContent(key, [TrustBlock('CERTIFICATE', 1, 'MAMCAQU=')])]
    assert blocks.problems(key, 'CAFile', 'ca.pem') == []
    assert [problem.code for problem in blocks.problems(key, 'CrlFile', 'ca.pem')] == ['no_crl']
