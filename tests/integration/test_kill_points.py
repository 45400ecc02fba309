# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A run may end at any system call, any call may fail, and the power may go: the active set is wholly the old or the new one,
what was answered is true, and the next run recovers."""

from __future__ import annotations

import collections
import errno
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import system_calls
from support.playbook import Ansible
from support.power_loss import Disk, Node
from support.pythons import target_pythons
from support.server_files import BACKUPS, CONFIG, FileSet, active_set, backups_in, left_behind, let_pass, tree
from support.system_calls import CHANGING, READING, Call, calls_in
from support.target_program import BASE, Answer, Program, Task, record

from .conftest import EVERYTHING, Pki, need

PYTHONS = ('3.6', '3.9', '3.13')
OWNER = 61234  # a print user, in whose directory root works
ALL_POINTS = '3.9'  # where runs are killed at every call. The calls of the others are nearly the same:
EVERY = 1 if EVERYTHING else 8  # where they are killed
EVERY_FAILURE = 2 if EVERYTHING else 8  # of the calls that fail, on all Pythons together
LEAST_POINTS = 100
KEPT = 1  # one backup, so that the oldest have to go
MOST_REPORTED = 2000  # characters of what was wrong at one point
AT_ONCE = 4

BY_HAND = {CONFIG: b'# by hand\nEnableTLS = 1\nCAFile = own.pem\n', 'own.pem': b'-----BEGIN CERTIFICATE-----\nown\n'}


class Scenario(t.NamedTuple):
    """A run of `program` where those of `before` have been, or where BY_HAND is there; `after` it, this one changes nothing.

    `unread`: then root has left the active set unreadable for the print user.
    """

    before: tuple[str, ...]
    program: str
    after: str
    by_hand: bool = False
    unread: bool = False


SCENARIOS = {
    'first converge': Scenario((), 'old', 'old'),
    'first converge over files made by hand': Scenario((), 'new', 'new', by_hand=True),
    'change': Scenario(('old', 'new', 'old'), 'new', 'new'),
    'absent': Scenario(('old',), 'absent', 'absent'),
    'rollback': Scenario(('new', 'old', 'new'), 'rollback', 'old'),
    'change of files that nobody may read': Scenario(('old',), 'new', 'new', unread=True),
}


def tasks(pki: Pki, folder: pathlib.Path) -> dict[str, Task]:
    """The runs: two sets that have nothing in common, and none."""
    common = {'base_dir': BASE, 'backup_keep': KEPT, 'servers': [{'name': 'spl1'}], 'enable_tls': 'starttls'}
    (folder / 'crl.pem').write_bytes(pki.authority.crl([]))
    (folder / 'ca.pem').write_bytes(b'# overlap\n' + pki.authority.pem)
    sets = {
        'old': {'ca_src': str(pki.ca_path), 'crl_src': str(pki.crl_path), 'hostname': 'old.example.com'},
        'new': {'ca_src': str(folder / 'ca.pem'), 'crl_src': str(folder / 'crl.pem'), 'hostname': 'new.example.com'},
        'absent': {'servers': [{'name': 'spl1', 'state': 'absent'}]},
    }
    found = {name: {'printops.infoprint.sendmemo_config': {**common, **options}} for name, options in sets.items()}
    back = {'base_dir': BASE, 'servers': [{'name': 'spl1'}], 'try_before_commit': 'none'}
    return {**found, 'rollback': {'printops.infoprint.sendmemo_rollback': back}}


class Place(t.NamedTuple):
    """A place to run in, as a scenario has it before its run, and the sets that may be active from then on."""

    base: pathlib.Path
    old: FileSet
    new: FileSet

    @property
    def server(self) -> pathlib.Path:
        return self.base / 'spl1'


class Stage:
    """Prepares places, each a copy of what a scenario begins with."""

    def __init__(self, folder: pathlib.Path, programs: dict[str, Program], version: str) -> None:
        self.folder = folder
        self.programs = programs
        self.version = version
        self.python = target_pythons()[version]
        self._begun: dict[str, Place] = {}
        self._numbers = itertools.count()
        self.pool = ThreadPoolExecutor(AT_ONCE)

    def begin(self, scenario: str) -> Place:
        """Return a new place where the scenario is about to begin."""
        if scenario not in self._begun:
            self._begun[scenario] = self._prepare(SCENARIOS[scenario], self.folder / scenario.replace(' ', '-'))
        return self._copy(self._begun[scenario])

    def _prepare(self, scenario: Scenario, base: pathlib.Path) -> Place:
        server = base / 'spl1'
        server.mkdir(parents=True)
        os.chown(server, OWNER, OWNER)
        for name, content in BY_HAND.items() if scenario.by_hand else ():
            (server / name).write_bytes(content)
            os.chown(server / name, OWNER, OWNER)
        for name in scenario.before:
            assert self.programs[name].run(self.python, base, pause=False).server['changed']
        begun = Place(base, active_set(server), {})
        for name in begun.old if scenario.unread else ():
            os.chown(server / name, 0, 0)
            (server / name).chmod(0o600)
        after = self._copy(begun)
        done = self.programs[scenario.program].run(self.python, after.base, pause=False)
        assert done.server['changed'], done.text
        return begun._replace(new=active_set(after.server))

    def _copy(self, place: Place) -> Place:
        base = self.folder / f'run-{next(self._numbers)}'
        subprocess.run(['cp', '-a', str(place.base), str(base)], check=True)
        return place._replace(base=base)


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    need(system_calls.why_not() or ('' if os.geteuid() == 0 else 'only root works in the directory of another'))
    folder = tmp_path_factory.mktemp('recorded')
    return record(Ansible(folder / 'controller'), tasks(pki, folder))


@pytest.fixture(params=PYTHONS)
def stage(request: pytest.FixtureRequest, programs: dict[str, Program], tmp_path: pathlib.Path) -> t.Iterator[Stage]:
    need('' if request.param in target_pythons() else f'no Python {request.param}')
    let_pass(tmp_path)
    made = Stage(tmp_path / 'pd', programs, request.param)
    yield made
    made.pool.shutdown()
    shutil.rmtree(tmp_path / 'pd')


def calls_of(stage: Stage, scenario: str, names: t.Iterable[str] = CHANGING) -> tuple[Place, list[Call]]:
    """Run a scenario undisturbed; return where, and its system calls of these names, in order."""
    place = stage.begin(scenario)
    log = place.base / 'log'
    program = stage.programs[SCENARIOS[scenario].program]
    done = program.run(stage.python, place.base, *system_calls.watched(log, names), pause=False)
    assert done.server['changed'], done
    return place, calls_in(log)


def recover(stage: Stage, scenario: str, place: Place) -> None:
    """Run again, undisturbed: the desired set is active, nothing is left over, and a further run changes nothing at all."""
    # A rollback that is done is not done again: that would lead back.
    done = active_set(place.server) == place.new
    names = SCENARIOS[scenario].after if done else SCENARIOS[scenario].program, SCENARIOS[scenario].after
    recovering, further = (stage.programs[name] for name in names)
    recovered = recovering.run(stage.python, place.base, pause=False)
    assert recovered.server['problems'] == []
    assert active_set(place.server) == place.new
    besides = BY_HAND if SCENARIOS[scenario].by_hand else ()
    assert left_behind(place.server, besides) == []
    assert backups_in(place.server) == [place.old], 'the set that was replaced, and no other'
    before = tree(place.server)
    again = further.run(stage.python, place.base, pause=False)
    assert (again.server['changed'], again.server['problems']) == (False, [])
    assert tree(place.server) == before


def at_each(stage: Stage, points: list[t.Any], check: t.Callable[..., str]) -> collections.Counter[str]:
    """Check all points, several at a time; return how often there was which outcome. Fails with all that were wrong."""

    def safely(point: t.Any) -> tuple[str, str]:
        try:
            return check(*point), ''
        except Exception as error:
            return '', f'{point}: {type(error).__name__} {error}'[:MOST_REPORTED]

    found = list(stage.pool.map(safely, points))
    wrong = [why for _outcome, why in found if why]
    assert not wrong, f'{len(wrong)} of {len(points)} points:\n' + '\n\n'.join(wrong[:20])
    return collections.Counter(outcome for outcome, _why in found)


# Killed


def test_a_run_that_is_killed_at_any_call_leaves_one_whole_set_and_the_next_run_recovers(
    stage: Stage, record_property: t.Callable[[str, object], None]
) -> None:
    points = []
    every = 1 if stage.version == ALL_POINTS else EVERY
    for scenario in SCENARIOS:
        place, calls = calls_of(stage, scenario)
        changing = [(scenario, call, call.likeness(place.base)) for call in calls if call.changes]
        points += changing[::-every]  # from the last one on, which comes after the switch

    def kill(scenario: str, call: Call, likeness: str) -> str:
        place = stage.begin(scenario)
        log = place.base / 'log'
        program = stage.programs[SCENARIOS[scenario].program]
        killed = program.run(stage.python, place.base, *system_calls.killed_at(call, log), pause=False)
        assert killed.code == -signal.SIGKILL, f'{scenario}, not killed at {likeness}: {killed}'
        assert calls_in(log)[-1].likeness(place.base) == likeness, 'killed elsewhere'
        found = active_set(place.server)
        assert found in (place.old, place.new), f'{scenario}, killed at {likeness}'
        recover(stage, scenario, place)
        return f'{scenario}, {"new" if found == place.new else "old"} set active'

    outcomes = at_each(stage, points, kill)
    record_property('kill points', dict(outcomes))
    print(f'{sum(outcomes.values())} kill points: {dict(outcomes)}')
    assert sum(outcomes.values()) >= LEAST_POINTS / every
    assert len(outcomes) == 2 * len(SCENARIOS), 'before the switch and after it'


# Failing

# What a call can fail with, in turns. A file system that is full, over its quota, read-only, broken or out of reach.
ERRORS: dict[str, tuple[str, ...]] = {
    'open': ('EMFILE', 'ENOSPC', 'EIO', 'ESTALE', 'EROFS', 'EDQUOT'),
    'read': ('EIO', 'ESTALE'),
    'getdents64': ('EIO', 'ENOMEM'),
    'stat': ('EIO', 'ESTALE', 'ENOMEM'),
    'close': ('EIO', 'EDQUOT'),
    'write': ('ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'),
    'fsync': ('EIO', 'ENOSPC', 'EDQUOT'),
    'fchmod': ('EPERM', 'EROFS', 'EIO'),
    'fchown': ('EPERM', 'EDQUOT'),
    'mkdir': ('ENOSPC', 'EDQUOT', 'EROFS', 'EMLINK'),
    'rename': ('EIO', 'ENOSPC', 'EROFS', 'EBUSY'),
    'link': ('ENOSPC', 'EPERM', 'EIO', 'EMLINK', 'EROFS'),
    'unlink': ('EIO', 'EROFS', 'EBUSY'),
    'rmdir': ('EIO', 'EBUSY'),
    'flock': ('EIO', 'ENOLCK', 'EINTR'),
}
ALIKE = {'openat': 'open', 'newfstatat': 'stat', 'fstat': 'stat', 'lstat': 'stat', 'statx': 'stat', 'mkdirat': 'mkdir',
         'linkat': 'link', 'renameat': 'rename', 'renameat2': 'rename', 'unlinkat': 'unlink', 'pread64': 'read'}  # fmt: skip
# Where a removal fails, what was to be removed stays for the next run.
REMOVALS = ('unlink', 'rmdir')


def test_a_call_that_fails_changes_nothing_and_is_reported_or_does_not_matter(
    stage: Stage, record_property: t.Callable[[str, object], None]
) -> None:
    points: list[tuple[str, Call, str]] = []
    turns = collections.Counter(dict.fromkeys(ERRORS, PYTHONS.index(stage.version)))
    for scenario in SCENARIOS:
        place, calls = calls_of(stage, scenario, CHANGING + READING)
        for call in calls:
            if str(place.base) in call.arguments and call.result[0] != '-':
                kind = ALIKE.get(call.name, call.name)
                turns[kind] += 1
                points.append((scenario, call, ERRORS[kind][turns[kind] % len(ERRORS[kind])]))
    # Not each with each Python, which would take its time: together they come to one in EVERY_FAILURE.
    points = points[PYTHONS.index(stage.version) * EVERY_FAILURE :: len(PYTHONS) * EVERY_FAILURE]

    def fail(scenario: str, call: Call, error: str) -> str:
        place = stage.begin(scenario)
        log = place.base / 'log'
        program = stage.programs[SCENARIOS[scenario].program]
        answer = program.run(stage.python, place.base, *system_calls.failing_at(call, error, log), pause=False)
        assert 'INJECTED' in log.read_text(), f'did not fail: {answer.text}'
        outcome = wrong_answer(place, answer, error) or wrong_leftovers(scenario, place, answer, call)
        assert not outcome, f'{outcome}: {answer.text}'
        recover(stage, scenario, place)
        return 'changed all the same' if answer.server['changed'] else answer.server['problems'][0]['code']

    outcomes = at_each(stage, points, fail)
    record_property('failing calls', dict(outcomes))
    print(f'{sum(outcomes.values())} failing calls: {dict(outcomes)}')
    assert sum(outcomes.values()) >= LEAST_POINTS / EVERY_FAILURE


def wrong_answer(place: Place, answer: Answer, error: str) -> str:
    """Return the fault of the answer of a run in which a call failed with `error`, '' where it is true and clear."""
    server, found = answer.server, active_set(place.server)
    if not server:
        return 'no answer for the server'
    if server['changed']:
        return '' if (found, server['problems']) == (place.new, []) else 'changed is not true'
    if found != place.old:
        return 'not changed is not true'
    if not server['problems']:
        return 'no problem is reported'
    problem = server['problems'][0]
    if not problem.get('file', '').startswith(str(place.server)):
        return 'no file is named'
    if os.strerror(getattr(errno, error)) not in problem['message'] and problem['code'] != 'no_previous_set':
        return 'no cause is named'
    return ''


def wrong_leftovers(scenario: str, place: Place, answer: Answer, call: Call) -> str:
    """Return what is left though nothing was changed. (Where a removal failed, or after a change, it waits for the next run.)"""
    if answer.server['changed'] or ALIKE.get(call.name, call.name) in REMOVALS:
        return ''
    left = left_behind(place.server, BY_HAND if SCENARIOS[scenario].by_hand else ())
    return f'left behind: {left}' if left else ''


# Without power


def test_the_power_may_go_at_any_time(stage: Stage) -> None:
    looked_at = 0
    for scenario in SCENARIOS:
        place = stage.begin(scenario)
        disk = Disk(place.base)
        log = place.base.with_suffix('.log')
        program = stage.programs[SCENARIOS[scenario].program]
        assert program.run(stage.python, place.base, *system_calls.watched(log), pause=False).server['changed']
        looked_at += live_through(disk, calls_in(log), scenario, place)
    assert looked_at > 1000


@pytest.mark.parametrize('scenario', ['change', 'absent'])
def test_the_power_may_go_while_a_run_recovers_what_another_did_not_finish(stage: Stage, scenario: str) -> None:
    _place, calls = calls_of(stage, scenario)
    switch = next(i for i, call in enumerate(calls) if call.name in ('renameat', 'unlinkat') and f'"{CONFIG}"' in call.arguments)
    place = stage.begin(scenario)
    disk = Disk(place.base)
    log = place.base.with_suffix('.log')
    program = stage.programs[SCENARIOS[scenario].program]
    # Killed where the switch is done and not yet on the disk.
    prefix = system_calls.killed_at(calls[switch + 1], log, names=CHANGING)
    assert program.run(stage.python, place.base, *prefix, pause=False).code == -signal.SIGKILL
    assert active_set(place.server) == place.new
    live_through(disk, calls_in(log), scenario, place)
    assert program.run(stage.python, place.base, *system_calls.watched(log), pause=False).codes == []
    assert live_through(disk, calls_in(log), scenario, place) > 10


def live_through(disk: Disk, calls: list[Call], scenario: str, place: Place) -> int:
    """Take the power away before each call, and check all that the disk may hold then; return how often."""
    looked_at = 0
    for call in calls:
        answered = 'INFOPRINT-ANSWER' in call.arguments
        for held in disk.find(str(place.server)).after_loss():
            looked_at += 1
            assert not_whole(held, place, answered) == '', f'{scenario}, power lost before {call}'
        disk.take(call)
    return looked_at


def not_whole(held: dict[str, Node], place: Place, answered: bool) -> str:
    """Return the fault in what a disk held of the working directory when the power went, '' where all is well."""
    config = held.get(CONFIG)
    new = config.origin.startswith('new') if config else not place.new
    if answered and not new:
        return 'the old set is active, though the new one was reported to be'
    for name in place.new if new else place.old:
        node = held.get(name)
        if node is None or not node.safe:  # the right one: a trust file's name determines its content
            return f'{name} of the {"new" if new else "old"} set'
    if new and place.old:
        backups = held[BACKUPS].synced.values() if BACKUPS in held else ()
        if not any(set(place.old) < {name for name, node in kept.synced.items() if node.safe} for kept in backups):
            return 'no backup of the old set'
    return ''
