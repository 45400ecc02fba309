# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The program's own limits: the wall clock, and a reader that is still there."""

import os
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Stopped, Watchdog

pytestmark = pytest.mark.every_python


def test_counts_down_and_stops_at_its_limit():
    watchdog = Watchdog(0.05)
    watchdog.check()
    assert 0 < watchdog.remaining() <= 0.05
    time.sleep(0.06)
    assert watchdog.remaining() == 0
    with pytest.raises(Stopped, match='time limit'):
        watchdog.check()


def test_notices_that_the_reader_of_a_pipe_has_gone():
    read_end, write_end = os.pipe()
    watchdog = Watchdog(10, write_end)
    watchdog.check()
    os.close(read_end)
    with pytest.raises(Stopped, match='nobody'):
        watchdog.check()
    os.close(write_end)


def child(work):
    """Run `work` in a forked child; return how it ended and how long it took."""
    begin = time.monotonic()
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return status, time.monotonic() - begin


def test_the_watch_ends_a_program_that_hangs_and_says_so_first():
    read_end, write_end = os.pipe()

    def work():
        Watchdog(0.3, write_end, lambda _answer: os.write(write_end, b'limit')).watch()
        time.sleep(30)

    status, seconds = child(work)
    assert os.WEXITSTATUS(status) == 1
    assert seconds < 10
    assert os.read(read_end, 100) == b'limit'
    os.close(read_end)
    os.close(write_end)


def test_steps_that_belong_together_are_not_torn_apart_at_the_limit():
    read_end, write_end = os.pipe()

    def work():
        watchdog = Watchdog(0.2, write_end, lambda answer: os.write(write_end, repr(answer).encode()))
        watchdog.watch()
        with watchdog.uninterrupted():
            time.sleep(0.8)
            watchdog.answer_at_limit = lambda: {'answer': 'done'}
        time.sleep(30)

    status, seconds = child(work)
    assert os.WEXITSTATUS(status) == 1
    assert 0.8 < seconds < 10
    assert os.read(read_end, 100) == b"{'answer': 'done'}"
    os.close(read_end)
    os.close(write_end)


def test_the_watch_gives_signs_of_life_until_nobody_reads_them():
    read_end, write_end = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(read_end)
        Watchdog(60, write_end, None, lambda: os.write(write_end, b'.')).watch()
        time.sleep(60)
        os._exit(0)
    os.close(write_end)
    assert os.read(read_end, 1) == b'.'
    begin = time.monotonic()
    os.close(read_end)
    _pid, status = os.waitpid(pid, 0)
    assert time.monotonic() - begin < 10
    assert status != 0
