# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift of a server's files: each kind of difference, and which trust files count."""

import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.drift import compare
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import DesiredSet, trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir

CA = b'CA'
NAME = trust_file_name('ca', CA)
CONFIG = b'EnableTLS = 1\nCAFile = %s\n' % NAME.encode()


def desired(config=CONFIG, trust=None, **more):
    rights = dict({'uid': os.getuid(), 'gid': os.getgid(), 'mode': 0o644}, **more)
    return DesiredSet(config, {NAME: CA} if trust is None else trust, **rights)


def drift_of(path, target, referenced=tuple):
    """Return kind, keyword, before and after of each difference, by the name of the file that differs."""
    with WorkingDir(str(path)) as directory:
        drift, _files = compare(directory, target, referenced)
    return {name: [tuple(difference)[1:] for difference in differences] for name, differences in drift.items()}


@pytest.fixture
def path(tmp_path):
    """A working directory with the desired set."""
    for name, content in ((CONFIG_NAME, CONFIG), (NAME, CA)):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o644)
    return tmp_path


def test_the_desired_set_is_no_drift(path):
    assert drift_of(path, desired()) == {}


@pytest.mark.parametrize(
    'active, expected',
    [
        pytest.param(b'CAFile = %s\n' % NAME.encode(), ('missing', 'EnableTLS', None, '1'), id='a keyword is missing'),
        pytest.param(CONFIG.replace(b'= 1', b'= 2'), ('changed', 'EnableTLS', '2', '1'), id='another value'),
        pytest.param(CONFIG + b'Hostname = a.b\n', ('extra', 'Hostname', 'a.b', None), id='one keyword too many'),
        pytest.param(CONFIG + b'# comment\n', ('text', None, None, None), id='a comment'),
        pytest.param(CONFIG + b';EnableTLS = 2\n', ('text', None, None, None), id='a line that is commented out'),
        pytest.param(CONFIG + b'Unknown = 1\n', ('extra', 'Unknown', '1', None), id='an unknown keyword'),
    ],
)
def test_the_configuration_is_compared_by_keywords(path, active, expected):
    (path / CONFIG_NAME).write_bytes(active)
    assert drift_of(path, desired()) == {CONFIG_NAME: [expected]}


def test_a_line_that_is_commented_out_belongs_to_its_keyword(path):
    (path / CONFIG_NAME).write_bytes(b';' + CONFIG)
    assert drift_of(path, desired()) == {CONFIG_NAME: [('missing', 'EnableTLS', None, '1')]}


@pytest.mark.parametrize('name', [pytest.param(CONFIG_NAME, id='configuration'), pytest.param(NAME, id='trust file')])
def test_a_mode_and_a_link(path, name):
    (path / name).chmod(0o600)
    assert drift_of(path, desired()) == {name: [('mode', None, '0600', '0644')]}
    (path / name).rename(path / 'elsewhere')
    (path / name).symlink_to('elsewhere')
    assert drift_of(path, desired())[name] == [('link', None, None, None)]


def test_an_owner_and_group_without_a_name_are_numbers(path):
    drift = drift_of(path, desired(uid=4000000001, gid=4000000002))
    assert [(kind, after) for kind, _keyword, _before, after in drift[NAME]] == [('owner', '4000000001'), ('group', '4000000002')]


def test_a_trust_file_with_other_content_is_changed(path):
    (path / NAME).write_bytes(b'other')
    ((kind, _keyword, before, after),) = drift_of(path, desired())[NAME]
    assert (kind, before.split()[0], after.split()[0]) == ('changed', 'sha256', 'sha256')


def test_a_trust_file_is_missing_only_where_the_configuration_names_it(path):
    (path / NAME).unlink()
    assert drift_of(path, desired()) == {NAME: [('missing', None, None, None)]}
    (path / CONFIG_NAME).write_bytes(b'EnableTLS = 1\n')
    assert drift_of(path, desired()) == {CONFIG_NAME: [('missing', 'CAFile', None, NAME)], NAME: []}


@pytest.mark.parametrize(
    'referenced, names',
    [
        pytest.param((), {CONFIG_NAME, NAME}, id='by no other server'),
        pytest.param((NAME,), {CONFIG_NAME}, id='by another server'),
    ],
)
def test_without_a_set_managed_files_are_surplus_unless_they_are_referenced(path, referenced, names):
    (path / trust_file_name('ca', b'another')).write_bytes(b'not what the name says')
    (path / 'own.pem').write_bytes(b'not managed')
    drift = drift_of(path, desired(None, {}), lambda: referenced)
    assert {name: kinds[0][0] for name, kinds in drift.items()} == dict.fromkeys(names, 'extra')


def test_a_file_that_comes_out_of_a_backup_unread_is_compared_by_its_identity(path):
    status = (path / NAME).stat()
    assert drift_of(path, desired(trust={}, unread={NAME: status})) == {}
    (path / 'another').write_bytes(CA)
    (path / 'another').chmod(0o600)
    (path / 'another').rename(path / NAME)
    kinds = [kind for kind, *_rest in drift_of(path, desired(trust={}, unread={NAME: status}))[NAME]]
    assert kinds == ['mode', 'text']
