# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Work in a child with another's rights: the answer, its bounds, and that the rights are gone for good."""

import json
import os
import signal
import stat
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.program import as_owner as owner_child
from ansible_collections.printops.infoprint.plugins.module_utils.program.as_owner import Failed, work_as
from ansible_collections.printops.infoprint.plugins.module_utils.program.rights import Identity, become, needs_child
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Stopped, Watchdog

PRINT_USER = Identity(12345, 12346, (12346, 12347))
as_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can become another')


def who(_watchdog):
    return {'uid': os.getresuid(), 'gid': os.getresgid(), 'groups': os.getgroups()}


@as_root
def test_a_child_has_only_the_owners_rights():
    answer = work_as([(PRINT_USER, who)], Watchdog(20), 20)[0]
    assert answer == {'uid': [12345] * 3, 'gid': [12346] * 3, 'groups': [12346, 12347]}
    assert os.geteuid() == 0


@as_root
def test_a_child_can_not_become_root_again():
    def work(_watchdog):
        try:
            become(Identity(0, 0, (0,)))
        except OSError as error:
            return {'refused': str(error)}
        return {}

    assert 'refused' in work_as([(PRINT_USER, work)], Watchdog(20), 20)[0]


@as_root
def test_children_work_at_the_same_time():
    def work(_watchdog):
        time.sleep(0.5)
        return {}

    began = time.monotonic()
    works = [(PRINT_USER, work), (PRINT_USER._replace(uid=12348), work), (PRINT_USER, work)]
    assert work_as(works, Watchdog(20), 20) == [{}, {}, {}]
    assert time.monotonic() - began < 1.3


@as_root
@pytest.mark.parametrize(
    'work, reason',
    [
        (lambda _watchdog: {}['missing'], 'KeyError'),
        (lambda _watchdog: os._exit(3), 'ended with code 3, without an answer'),
        (lambda _watchdog: os.kill(os.getpid(), signal.SIGSEGV), 'ended by signal 11, without an answer'),
        (lambda _watchdog: {'text': 'x' * (1 << 20)}, 'without an answer'),
    ],
    ids=['an exception', 'an exit', 'a crash', 'too long an answer'],
)
def test_a_child_that_fails_says_why(work, reason, monkeypatch):
    monkeypatch.setattr(owner_child, 'MOST_BYTES', 1 << 18)
    answer = work_as([(PRINT_USER, work)], Watchdog(20), 20)[0]
    assert isinstance(answer, Failed)
    assert reason in answer.reason


def stopped(_watchdog):
    os.kill(os.getpid(), signal.SIGSTOP)  # as its owner may
    return {}


def hanging(_watchdog):
    time.sleep(30)
    return {}


@as_root
@pytest.mark.parametrize('work', [stopped, hanging])
def test_a_child_that_does_not_answer_keeps_no_other_waiting_and_is_gone(work):
    before = children(os.getpid())
    began = time.monotonic()
    answers = work_as([(PRINT_USER, work), (PRINT_USER._replace(uid=12348), who)], Watchdog(20), 1)
    assert time.monotonic() - began < 3
    assert isinstance(answers[0], Failed)
    assert 'in time' in answers[0].reason or 'without an answer' in answers[0].reason
    assert answers[1]['uid'] == [12348] * 3
    assert children(os.getpid()) == before


@as_root
def test_nobody_waits_for_children_whose_answer_nobody_wants():
    class Abandoned(Watchdog):
        def check(self):
            raise Stopped('nobody waits')

    with pytest.raises(Stopped):
        work_as([(PRINT_USER, hanging)], Abandoned(20), 20)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@as_root
def test_other_answers_are_had_before_the_limit():
    answers = work_as([(PRINT_USER, stopped), (PRINT_USER, who)], Watchdog(2), 20)
    assert isinstance(answers[0], Failed)
    assert answers[1]['uid'] == [12345] * 3


@as_root
def test_a_child_holds_nothing_but_its_own_pipe():
    def work(_watchdog):
        return {'open': [kind for kind in map(kind_of, range(1000)) if kind]}

    with open(os.devnull, 'rb') as _held:
        found = work_as([(PRINT_USER, who), (PRINT_USER, work)], Watchdog(20), 20)[1]['open']
    assert found == ['device 1:3'] * 3 + ['pipe']


@as_root
@pytest.mark.parametrize('way', ['reader gone', 'limit', 'killed'])
def test_a_stopped_child_is_gone_however_its_parent_ends(way):
    gone, output = os.pipe()
    parent = os.fork()
    if not parent:
        os.close(gone)
        watchdog = Watchdog(1.5 if way == 'limit' else 60, output)
        if way == 'limit':
            owner_child.ANSWER_SECONDS = -60.0  # so that it is the watch that ends the program
        watchdog.watch()
        try:
            work_as([(PRINT_USER, stopped)], watchdog, 60)
        finally:
            os._exit(0)
    os.close(output)
    wait_for(lambda: children(parent))
    child = int(children(parent))
    wait_for(lambda: state(child) == 'T')
    if way == 'reader gone':
        os.close(gone)
    elif way == 'killed':
        os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    wait_for(lambda: state(child) in ('', 'Z'))


def kind_of(fd):
    """Return what a descriptor leads to, '' where it is closed."""
    try:
        status = os.fstat(fd)
    except OSError:
        return ''
    if stat.S_ISFIFO(status.st_mode):
        return 'pipe'
    return 'device %d:%d' % (os.major(status.st_rdev), os.minor(status.st_rdev))


def children(of):
    """Return the numbers of a process's children, as text."""
    with open('/proc/%d/task/%d/children' % (of, of)) as file:
        return file.read()


def state(pid):
    """Return the letter that the kernel shows for a process, '' where there is none."""
    try:
        with open('/proc/%d/stat' % pid) as file:
            return file.read().rpartition(') ')[2][:1]
    except (FileNotFoundError, ProcessLookupError):
        return ''


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@as_root
def test_a_large_answer_comes_whole():
    assert work_as([(PRINT_USER, lambda _watchdog: {'text': 'x' * 300000})], Watchdog(20), 20)[0]['text'] == 'x' * 300000


def test_only_root_needs_a_child_and_not_for_itself():
    assert not needs_child(Identity(0, 0, (0,)))
    assert needs_child(PRINT_USER) is (os.geteuid() == 0)


@as_root
def test_without_an_owner_a_child_keeps_the_rights():
    assert work_as([(None, who)], Watchdog(20), 20) == [json.loads(json.dumps(who(None)))]
