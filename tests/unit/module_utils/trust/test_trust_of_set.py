# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files of a set: those of the configuration, where they are and what is in them."""

import hashlib

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_file import HostBlocks
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_of_set import SetFile, set_files

CA = b'-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n'


@pytest.fixture
def home(tmp_path):
    path = tmp_path / 'spl1'
    path.mkdir(mode=0o755)
    return path


def files_of(home, config, new=(), left=1 << 20):
    blocks = HostBlocks()
    blocks.left = left
    with WorkingDir(str(home), 'spl1') as directory:
        return set_files(directory, config, dict(new), blocks)


def test_files_beside_the_configuration_and_elsewhere_are_distinguished(home, tmp_path):
    (home / 'ca.pem').write_bytes(CA)
    (tmp_path / 'crl.pem').write_bytes(b'a list')
    config = 'CAFile = ca.pem\nCrlFile = %s\n' % (tmp_path / 'crl.pem')
    files = files_of(home, config.encode('ascii'))
    assert files == {
        'CAFile': SetFile(str(home / 'ca.pem'), CA, False),
        'CrlFile': SetFile(str(tmp_path / 'crl.pem'), b'a list', True),
    }
    assert files['CAFile'].digest == hashlib.sha256(CA).hexdigest()


def test_a_new_file_counts_before_the_present_one(home):
    (home / 'ca.pem').write_bytes(b'old')
    assert files_of(home, b'CAFile = ca.pem\n', {'ca.pem': CA}) == {'CAFile': SetFile(str(home / 'ca.pem'), CA, False)}


@pytest.mark.parametrize(
    'config',
    [
        pytest.param(None, id='no configuration'),
        pytest.param(b'EnableTLS = 1\n', id='none named'),
        pytest.param(b'CAFile = missing.pem\n', id='missing'),
        pytest.param(b'CAFile = sub/ca.pem\n', id='relative path'),
        pytest.param(b'CAFile =\n', id='empty'),
    ],
)
def test_what_is_not_named_or_can_not_be_read_is_left_out(home, config):
    assert files_of(home, config) == {}


def test_no_more_is_read_than_the_host_has_left(home):
    (home / 'ca.pem').write_bytes(CA)
    assert files_of(home, b'CAFile = ca.pem\n', left=len(CA) - 1) == {}
    assert files_of(home, b'CAFile = ca.pem\n', left=-1) == {}
