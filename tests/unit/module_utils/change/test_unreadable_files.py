# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files that are replaced without having been read: linked or moved into a backup, and recognized by their identity."""

import errno
import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change import unreadable_files
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import CurrentFile, trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.change.unreadable_files import (
    are_same,
    link_into,
    unread_backups,
    unread_in,
)
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError

NAME = trust_file_name('ca', b'CA')


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    yield made
    made.close()


class Place:
    """A working directory with a file, and an open backup in it."""

    def __init__(self, path):
        self.path, self.backup = path, path / 'backup'
        self.backup.mkdir()
        (path / CONFIG_NAME).write_bytes(b'secret')
        self.directory = WorkingDir(str(path), 'spl1')
        self.fd = os.open(str(self.backup), os.O_RDONLY)

    def unread(self, *names):
        return {name: CurrentFile(None, os.lstat(str(self.path / name))) for name in names}

    def close(self):
        os.close(self.fd)
        self.directory.close()


def test_only_files_that_were_not_read_are_unread(place):
    (place.path / 'link').symlink_to('x')
    (unread,) = place.unread(CONFIG_NAME).values()
    (link,) = place.unread('link').values()
    read = CurrentFile(b'', unread.status)
    assert unread_in({'a': unread, 'b': read, 'c': None, 'd': link}) == {'a': unread}


def test_a_file_is_linked_into_the_backup_and_is_the_same_there(place):
    unread = place.unread(CONFIG_NAME)
    assert link_into(place.directory, unread, place.fd) == []
    assert (place.backup / CONFIG_NAME).stat().st_ino == (place.path / CONFIG_NAME).stat().st_ino
    backups = unread_backups(place.fd, {CONFIG_NAME: {'unread': True}})
    assert are_same(backups, unread)


def test_a_link_in_the_place_of_the_file_is_not_followed(place):
    unread = place.unread(CONFIG_NAME)
    (place.path / CONFIG_NAME).rename(place.path / 'secret')
    (place.path / CONFIG_NAME).symlink_to('secret')
    with pytest.raises(ProblemError) as caught:
        link_into(place.directory, unread, place.fd)
    assert caught.value.problem.code == 'write_failed'
    assert (place.path / 'secret').stat().st_nlink == 1


def test_a_file_that_was_replaced_meanwhile_is_a_problem(place):
    unread = place.unread(CONFIG_NAME)
    (place.path / CONFIG_NAME).rename(place.path / 'before')
    (place.path / CONFIG_NAME).write_bytes(b'another')
    with pytest.raises(ProblemError) as caught:
        link_into(place.directory, unread, place.fd)
    problem = caught.value.problem
    assert (problem.code, problem.server, problem.file) == ('write_failed', 'spl1', str(place.path / CONFIG_NAME))
    assert 'changed during this run' in problem.message


@pytest.mark.parametrize('number', unreadable_files._NO_LINKS, ids=errno.errorcode.get)
def test_where_no_link_can_be_made_the_file_is_to_be_moved(place, monkeypatch, number):
    def no_link(*_names, **_options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, 'link', no_link)
    assert link_into(place.directory, place.unread(CONFIG_NAME), place.fd) == [CONFIG_NAME]
    assert list(place.backup.iterdir()) == []


@pytest.mark.parametrize('number', [errno.ENOSPC, errno.EIO, errno.EROFS], ids=errno.errorcode.get)
def test_any_other_error_ends_the_backup(place, monkeypatch, number):
    def no_link(*_names, **_options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, 'link', no_link)
    with pytest.raises(OSError) as caught:
        link_into(place.directory, place.unread(CONFIG_NAME), place.fd)
    assert caught.value.errno == number


def test_a_file_is_moved_with_its_identity(place):
    before = (place.path / CONFIG_NAME).stat()
    unreadable_files.move(CONFIG_NAME, place.directory.fd, place.fd)
    assert not (place.path / CONFIG_NAME).exists()
    assert os.path.samestat((place.backup / CONFIG_NAME).stat(), before)


UNREAD = {'unread': True}
MANIFESTS = {
    'nothing unread': ({CONFIG_NAME: {'sha256': ''}}, {}),
    'unread is false': ({CONFIG_NAME: {'unread': False}}, {}),
    'unread is a number': ({CONFIG_NAME: {'unread': 1}}, {}),
    'a configuration that is missing': ({CONFIG_NAME: UNREAD}, {CONFIG_NAME: None}),
    'a managed file that is missing': ({NAME: UNREAD}, {NAME: None}),
}


@pytest.mark.parametrize('kind', MANIFESTS)
def test_what_a_manifest_calls_unread_is_looked_up(place, kind):
    files, expected = MANIFESTS[kind]
    assert unread_backups(place.fd, files) == expected


@pytest.mark.parametrize('name', ['ca.pem', 'secret', 'sendmemo-ca-0123.pem', CONFIG_NAME + '\n'])
def test_a_manifest_with_a_name_that_is_never_unread_was_not_written_here(place, name):
    with pytest.raises(ValueError):
        unread_backups(place.fd, {name: UNREAD})


@pytest.mark.parametrize(
    'make',
    [
        pytest.param(lambda path: path.mkdir(), id='directory'),
        pytest.param(lambda path: path.symlink_to('/etc/shadow'), id='link'),
    ],
)
def test_what_is_no_file_was_not_written_here(place, make):
    make(place.backup / NAME)
    with pytest.raises(ValueError):
        unread_backups(place.fd, {NAME: UNREAD})


def test_a_backup_is_the_same_only_with_these_very_files(place):
    unread = place.unread(CONFIG_NAME)
    status = unread[CONFIG_NAME].status
    assert are_same({}, {})
    assert are_same({CONFIG_NAME: status}, unread)
    assert not are_same({CONFIG_NAME: None}, unread)
    assert not are_same({CONFIG_NAME: os.stat(str(place.backup))}, unread)
    assert not are_same({}, unread)
    assert not are_same({CONFIG_NAME: status, NAME: status}, unread)
