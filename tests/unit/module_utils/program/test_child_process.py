# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a forked child may hold, and that it ends for certain."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.program import child_process
from ansible_collections.printops.infoprint.plugins.module_utils.program.child_process import hold_only, kill_and_reap

pytestmark = pytest.mark.every_python


def in_child(work):
    """Return what `work` writes to the one descriptor that it holds."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            hold_only(write_end)
            os.write(write_end, work(write_end).encode('ascii'))
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as stream:
        text = stream.read()
    os.waitpid(pid, 0)
    return text


def open_descriptors(held):
    def is_open(fd):
        try:
            os.fstat(fd)
        except OSError:
            return False
        return True

    return ' '.join(str(fd - held if fd >= held else fd) for fd in range(4096) if is_open(fd))


def test_a_child_holds_its_descriptor_and_the_standard_ones():
    others = [os.open(os.devnull, os.O_RDONLY) for _number in range(20)]
    try:
        assert in_child(open_descriptors) == '0 1 2 0'
    finally:
        for fd in others:
            os.close(fd)


def test_the_standard_descriptors_lead_nowhere():
    def work(_held):
        null = os.stat(os.devnull)
        os.write(1, b'lost')
        return ' '.join(str(os.path.samestat(os.fstat(fd), null)) for fd in (0, 1, 2)) + repr(os.read(0, 1))

    assert in_child(work) == "True True Trueb''"


@pytest.mark.parametrize('limit', [-1, 1 << 30], ids=['no limit', 'a limit of a billion'])
def test_a_high_limit_of_descriptors_costs_no_time(monkeypatch, limit):
    monkeypatch.setattr(os, 'sysconf', lambda _name: limit)
    began = time.monotonic()
    assert in_child(open_descriptors) == '0 1 2 0'
    assert time.monotonic() - began < 5


def sleeping(**options):
    program = subprocess.Popen([sys.executable, '-c', 'print(1, flush=True); import time; time.sleep(60)'], stdout=-1, **options)
    program.stdout.readline()
    return program


def ended(program):
    """Return the signal that ended a child which has been waited for already."""
    with program.stdout:
        with pytest.raises(ChildProcessError):
            os.waitpid(program.pid, os.WNOHANG)
        program.returncode = 0  # for Popen, which can't wait any more


@pytest.mark.parametrize('is_stopped', [False, True], ids=['running', 'stopped'])
def test_a_child_is_killed_and_waited_for(is_stopped):
    program = sleeping()
    if is_stopped:
        os.kill(program.pid, signal.SIGSTOP)
    began = time.monotonic()
    kill_and_reap(program.pid)
    assert time.monotonic() - began < child_process.REAP_SECONDS
    ended(program)


def test_a_child_that_has_ended_is_only_waited_for():
    pid = os.fork()
    if not pid:
        os._exit(3)
    time.sleep(0.05)
    kill_and_reap(pid)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_with_its_group_its_own_children_are_killed():
    script = 'sleep 60 & echo $!; wait'
    program = subprocess.Popen(['sh', '-c', script], stdout=subprocess.PIPE, start_new_session=True)
    inner = int(program.stdout.readline())
    kill_and_reap(program.pid, whole_group=True)
    assert program.stdout.read() == b''  # ends once the last of the group is gone
    ended(program)
    end = time.monotonic() + 5
    while is_alive(inner) and time.monotonic() < end:
        time.sleep(0.01)
    assert not is_alive(inner)


def is_alive(pid):
    """Return whether a process is there and no zombie."""
    try:
        with open('/proc/%d/stat' % pid) as stream:
            return stream.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def test_nobody_waits_for_ever(monkeypatch):
    """A process in a dead file system stays although it was killed."""
    monkeypatch.setattr(child_process, 'REAP_SECONDS', 0.1)
    monkeypatch.setattr(os, 'waitpid', lambda pid, flags: (0, 0))
    monkeypatch.setattr(os, 'kill', lambda pid, number: None)
    began = time.monotonic()
    kill_and_reap(os.getpid())
    assert 0.1 <= time.monotonic() - began < 2
