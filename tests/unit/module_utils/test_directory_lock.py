# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One run at a time in a directory, also where a directory can't be locked (AIX, NFS)."""
import errno
import os
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils import directory_lock
from ansible_collections.printops.infoprint.plugins.module_utils.directory_lock import LOCK_FILE, DirectoryLock
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.working_dir import WorkingDir


@pytest.fixture(params=['directory', 'file'])
def way(request, monkeypatch):
    def refuse(_fd, _operation):
        raise OSError(errno.EBADF, 'Bad file descriptor')

    if request.param == 'file':
        monkeypatch.setattr(directory_lock.fcntl, 'flock', refuse)
    return request.param


def acquire_in_child(path, seconds):
    """Return whether another process got the lock."""
    pid = os.fork()
    if not pid:
        try:
            with WorkingDir(str(path)) as directory:
                lock = DirectoryLock(directory)
                lock.acquire(seconds)
                lock.release()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def test_a_second_run_waits_bounded_and_gets_it_when_the_first_has_ended(tmp_path, way):
    with WorkingDir(str(tmp_path)) as directory:
        lock = DirectoryLock(directory)
        lock.acquire(1)
        begin = time.monotonic()
        assert not acquire_in_child(tmp_path, 0.2)
        assert time.monotonic() - begin < 5
        assert (tmp_path / LOCK_FILE).exists() == (way == 'file')
        lock.release()
    assert acquire_in_child(tmp_path, 5)
    assert list(tmp_path.iterdir()) == [], 'nothing is left'


def test_a_process_that_was_killed_holds_nothing(tmp_path, way):
    pid = os.fork()
    if not pid:
        directory = WorkingDir(str(tmp_path))
        DirectoryLock(directory).acquire(1)
        os._exit(1)
    os.waitpid(pid, 0)
    assert acquire_in_child(tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_place_of_the_lock_file_is_not_followed(tmp_path, monkeypatch):
    def refuse(_fd, _operation):
        raise OSError(errno.EBADF, 'Bad file descriptor')

    monkeypatch.setattr(directory_lock.fcntl, 'flock', refuse)
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / 'elsewhere')
    with WorkingDir(str(tmp_path)) as directory, pytest.raises(ProblemError):
        DirectoryLock(directory).acquire(0.2)
    assert not (tmp_path / 'elsewhere').exists()
