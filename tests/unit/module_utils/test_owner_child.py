# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Work in a child with another's rights: the answer, its bounds, and that the rights are gone for good."""
import os
import signal
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils import owner_child
from ansible_collections.printops.infoprint.plugins.module_utils.guard import Guard, Stopped
from ansible_collections.printops.infoprint.plugins.module_utils.owner_child import Failed, become, needs_child, work_as
from ansible_collections.printops.infoprint.plugins.module_utils.working_dir import Identity

PRINT_USER = Identity(12345, 12346, (12346, 12347))
as_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can become another')


def who(_guard):
    return {'uid': os.getresuid(), 'gid': os.getresgid(), 'groups': os.getgroups()}


@as_root
def test_a_child_has_only_the_owners_rights():
    answer = work_as([(PRINT_USER, who)], Guard(20))[0]
    assert answer == {'uid': [12345] * 3, 'gid': [12346] * 3, 'groups': [12346, 12347]}
    assert os.geteuid() == 0


@as_root
def test_a_child_can_not_become_root_again():
    def work(_guard):
        try:
            become(Identity(0, 0, (0,)))
        except OSError as error:
            return {'refused': str(error)}
        return {}

    assert 'refused' in work_as([(PRINT_USER, work)], Guard(20))[0]


@as_root
def test_children_work_at_the_same_time():
    def work(_guard):
        time.sleep(0.5)
        return {}

    began = time.monotonic()
    assert work_as([(PRINT_USER, work), (PRINT_USER._replace(uid=12348), work), (PRINT_USER, work)], Guard(20)) == [{}, {}, {}]
    assert time.monotonic() - began < 1.3


@as_root
@pytest.mark.parametrize('work, reason', [
    (lambda _guard: {}['missing'], 'KeyError'), (lambda _guard: os._exit(3), 'without an answer'),
    (lambda _guard: {'text': 'x' * (1 << 20)}, 'without an answer')])
def test_a_child_that_fails_says_why(work, reason, monkeypatch):
    monkeypatch.setattr(owner_child, 'MOST_BYTES', 1 << 18)
    answer = work_as([(PRINT_USER, work)], Guard(20))[0]
    assert isinstance(answer, Failed)
    assert reason in answer.reason


def stop_itself(_guard):
    os.kill(os.getpid(), signal.SIGSTOP)


def sleep(_guard):
    time.sleep(30)


@as_root
@pytest.mark.parametrize('work', [sleep, stop_itself])
def test_a_child_that_hangs_costs_the_others_nothing_and_does_not_outlive_the_limit(work):
    began = time.monotonic()
    hung, other = work_as([(PRINT_USER, work), (PRINT_USER, who)], Guard(1.5))
    assert 'time limit' in hung.reason
    assert other['uid'] == [12345] * 3
    assert time.monotonic() - began < 3
    with pytest.raises(ChildProcessError):  # none is left
        os.waitpid(-1, os.WNOHANG)


@as_root
def test_nobody_waits_for_children_whose_answer_nobody_wants():
    class Abandoned(Guard):
        def check(self):
            raise Stopped('nobody waits')

    with pytest.raises(Stopped):
        work_as([(PRINT_USER, sleep)], Abandoned(20))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@as_root
def test_a_large_answer_comes_whole():
    assert work_as([(PRINT_USER, lambda _guard: {'text': 'x' * 300000})], Guard(20))[0]['text'] == 'x' * 300000


def test_only_root_needs_a_child_and_not_for_itself():
    assert not needs_child(Identity(0, 0, (0,)))
    assert needs_child(PRINT_USER) is (os.geteuid() == 0)
