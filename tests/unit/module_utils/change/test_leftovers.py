# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which files in a working directory nobody needs: what a killed run staged, and managed trust files that nothing names."""

import hashlib
import json

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import BACKUPS
from ansible_collections.printops.infoprint.plugins.module_utils.change.leftovers import leftover_names
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import (
    MOST_MANAGED_FILES,
    DesiredSet,
    trust_file_name,
)
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.config.lines import LARGEST
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir

CA, OTHER = b'CA', b'another CA'
NAME, OTHER_NAME = trust_file_name('ca', CA), trust_file_name('ca', OTHER)
CRL_NAME = trust_file_name('crl', CA)
TOKEN = '.0123456789abcdef.new'


def leftovers(path, trust=None, referenced=()):
    with WorkingDir(str(path), 'spl1') as directory:
        return sorted(leftover_names(directory, DesiredSet(b'', trust or {}, 0, 0, 0o644), lambda: referenced))


def back_up(path, files):
    """Create a backup of files by their names, as its manifest says."""
    folder = path / BACKUPS / '20260101T000000Z-0001'
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    digests = {name: {'sha256': hashlib.sha256(content).hexdigest()} for name, content in files.items()}
    (folder / 'manifest.json').write_text(json.dumps({'format': 1, 'files': digests, 'settings': {}}))


STAGED = {
    'configuration': '.sendmemo-ssl.cfg' + TOKEN,
    'marker': '.sendmemo-ssl.unfinished' + TOKEN,
    'CA file': '.%s%s' % (NAME, TOKEN),
    'CRL file': '.%s%s' % (CRL_NAME, TOKEN),
}
FOREIGN = {
    'other suffix': '.sendmemo-ssl.cfg.0123456789abcdef.old',
    'short token': '.sendmemo-ssl.cfg.0123.new',
    'other name': '.other.0123456789abcdef.new',
    'visible': 'sendmemo-ssl.cfg' + TOKEN,
    'line feed': '.sendmemo-ssl.cfg.0123456789abcde\n.new',
    'unmanaged trust file': 'ca.pem',
    'trust file with a short hash': 'sendmemo-ca-0123.pem',
}


@pytest.mark.parametrize('kind', STAGED)
def test_a_staged_file_is_a_leftover(tmp_path, kind):
    (tmp_path / STAGED[kind]).write_bytes(CA)
    assert leftovers(tmp_path) == [STAGED[kind]]


@pytest.mark.parametrize('kind', FOREIGN)
def test_a_file_with_any_other_name_is_none(tmp_path, kind):
    (tmp_path / FOREIGN[kind]).write_bytes(CA)
    assert leftovers(tmp_path) == []


def test_a_managed_file_is_one_where_nothing_names_it(tmp_path):
    (tmp_path / NAME).write_bytes(CA)
    assert leftovers(tmp_path) == [NAME]
    (tmp_path / CONFIG_NAME).write_text('CAFile = %s\n' % OTHER_NAME)
    assert leftovers(tmp_path) == [NAME]


@pytest.mark.parametrize('keyword', ['CAFile', 'CrlFile'])
@pytest.mark.parametrize('form', ['%s', '{}/%s'], ids=['by its name', 'by its full path'])
def test_a_file_that_the_active_configuration_names_is_none(tmp_path, keyword, form):
    (tmp_path / NAME).write_bytes(CA)
    (tmp_path / CONFIG_NAME).write_text('%s = %s\n' % (keyword, form.format(tmp_path) % NAME))
    assert leftovers(tmp_path) == []


def test_a_file_of_the_desired_set_is_none(tmp_path):
    (tmp_path / NAME).write_bytes(CA)
    assert leftovers(tmp_path, trust={NAME: CA}) == []


def test_a_file_that_another_server_references_is_none(tmp_path):
    (tmp_path / NAME).write_bytes(CA)
    assert leftovers(tmp_path, referenced={NAME}) == []


@pytest.mark.parametrize(
    'make',
    [
        pytest.param(lambda path: path.mkdir(), id='a directory'),
        pytest.param(lambda path: path.write_bytes(b'# ' + b'x' * LARGEST), id='too large'),
        pytest.param(lambda path: path.symlink_to('elsewhere'), id='a link'),
    ],
)
def test_where_the_active_configuration_can_not_be_read_only_staged_files_are_leftovers(tmp_path, make):
    make(tmp_path / CONFIG_NAME)
    (tmp_path / NAME).write_bytes(CA)
    (tmp_path / STAGED['CA file']).write_bytes(CA)
    assert leftovers(tmp_path) == [STAGED['CA file']]


def test_a_file_with_a_managed_name_and_other_content_is_none_unless_it_is_backed_up(tmp_path):
    (tmp_path / NAME).write_bytes(OTHER)
    assert leftovers(tmp_path) == []
    back_up(tmp_path, {NAME: OTHER})
    assert leftovers(tmp_path) == [NAME]
    (tmp_path / NAME).write_bytes(b'changed since')
    assert leftovers(tmp_path) == []


def test_a_directory_with_a_managed_name_is_none(tmp_path):
    (tmp_path / NAME).mkdir()
    assert leftovers(tmp_path) == []


def test_of_many_managed_files_a_bounded_number_is_read_and_what_is_backed_up_first(tmp_path):
    contents = [b'%d' % number for number in range(MOST_MANAGED_FILES + 10)]
    names = sorted(trust_file_name('ca', content) for content in contents)
    for content in contents:
        (tmp_path / trust_file_name('ca', content)).write_bytes(content)
    assert leftovers(tmp_path) == names[:MOST_MANAGED_FILES]
    last = next(content for content in contents if trust_file_name('ca', content) == names[-1])
    back_up(tmp_path, {names[-1]: last})
    assert leftovers(tmp_path) == [*names[: MOST_MANAGED_FILES - 1], names[-1]]
