# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One run at a time in a directory, also where a directory can't be locked (AIX, NFS)."""

import errno
import fcntl
import os
import signal
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.files import directory_lock
from ansible_collections.printops.infoprint.plugins.module_utils.files.directory_lock import LOCK_FILE, DirectoryLock
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError


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
                end = time.monotonic() + seconds
                acquired = lock.acquire()
                while not acquired and time.monotonic() < end:
                    time.sleep(0.01)
                    acquired = lock.acquire()
                lock.release()
            os._exit(0 if acquired else 1)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def test_a_second_run_waits_bounded_and_gets_it_when_the_first_has_ended(tmp_path, way):
    with WorkingDir(str(tmp_path)) as directory:
        lock = DirectoryLock(directory)
        assert lock.acquire()
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
        assert DirectoryLock(directory).acquire()
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
        DirectoryLock(directory).acquire()
    assert not (tmp_path / 'elsewhere').exists()


STRANGER, OWNER = 61311, 61312
as_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can be several users')


class Holder:
    """Another process, of a user, that holds the lock of a directory."""

    def __init__(self, path, uid, orphan=False):
        read_end, write_end = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            fd = os.open(str(path), os.O_RDONLY)
            os.setuid(uid)
            fcntl.flock(fd, fcntl.LOCK_EX)
            if orphan and os.fork():
                os._exit(0)
            os.write(write_end, b'%d' % os.getpid())
            time.sleep(60)
            os._exit(0)
        holder = int(os.read(read_end, 20))
        if holder != self.pid:
            os.waitpid(self.pid, 0)
        self.ends = [lambda: os.kill(holder, signal.SIGKILL), lambda: holder == self.pid and os.waitpid(holder, 0)]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        while self.ends:
            self.ends.pop(0)()


@pytest.fixture
def owned(tmp_path):
    os.chown(str(tmp_path), OWNER, OWNER)
    return tmp_path


@as_root
@pytest.mark.parametrize('orphan', [pytest.param(False, id='parent lives'), pytest.param(True, id='orphan')])
def test_a_stranger_s_lock_keeps_one_run_in_and_others_out(owned, orphan):
    with WorkingDir(str(owned)) as directory, Holder(owned, STRANGER, orphan) as holder:
        lock = DirectoryLock(directory)
        assert lock.acquire()
        assert not acquire_in_child(owned, 0.2)
        holder.__exit__()
        assert not acquire_in_child(owned, 0.2), 'also when the directory itself is free again'
        lock.release()
        assert acquire_in_child(owned, 1)
    assert list(owned.iterdir()) == []


@as_root
@pytest.mark.parametrize('uid', [pytest.param(0, id='root'), pytest.param(OWNER, id='owner')])
def test_a_lock_of_root_s_or_the_owner_s_is_waited_for(owned, uid):
    with WorkingDir(str(owned)) as directory, Holder(owned, uid):
        assert not DirectoryLock(directory).acquire()
    assert list(owned.iterdir()) == []
