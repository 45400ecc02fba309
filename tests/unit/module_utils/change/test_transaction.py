# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All of a server's files or none: at each system call that changes something, a run may end."""

import os
import stat
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change import backup_set, backups, transaction
from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import BACKUPS, Backups
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import DesiredSet, trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.change.transaction import Transaction
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.files import working_dir
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog

CHANGES = ('open', 'write', 'fchmod', 'fsync', 'rename', 'mkdir', 'unlink', 'rmdir')


class Killed(BaseException):
    """Stands for SIGKILL: no handler catches it, and no clean-up may run after it."""


def desired(ca, hostname='print1.example.com'):
    """Return a set whose configuration names a CA file by its content's hash."""
    name = trust_file_name('ca', ca)
    config = 'EnableTLS = 1\nCAFile = %s\nHostname = %s\n' % (name, hostname)
    return DesiredSet(config.encode(), {name: ca}, os.getuid(), os.getgid(), 0o644)


def converge(path, target, watchdog=None, keep=True):
    """Do what a run does for one server; return whether it changed something."""
    with WorkingDir(str(path)) as directory:
        change = Transaction(directory, target, watchdog or Watchdog(60))
        change.lock()
        changed = bool(change.compare())
        sets = Backups(directory)
        if changed:
            change.stage()
            if keep:
                change.back_up(sets, None, {})
            change.commit()
        try:
            change.clean()
            if keep:
                sets.clean(3)
        except OSError:
            pass
        change.close()
        return changed


def active_set(path):
    """Return the content of the CA file that the configuration names, None without a configuration. A broken set raises."""
    config = path / CONFIG_NAME
    if not config.exists():
        return None
    return (path / parse(config.read_bytes(), CONFIG_NAME).given['CAFile']).read_bytes()


class FaultyOs:
    """The os module, except that the `number`-th change fails: with an OSError, or by ending the run."""

    def __init__(self, number, error):
        self.left = number
        self.error = error
        self.dead = False

    def __getattr__(self, name):
        real = getattr(os, name)
        if name not in CHANGES:
            return real

        def call(*args, **kwargs):
            if self.dead:
                raise Killed
            if name != 'open' or (len(args) > 1 and args[1] & os.O_CREAT):
                self.left -= 1
                if self.left == 0:
                    self.dead = self.error is Killed
                    raise self.error() if self.error is Killed else OSError(28, 'No space left on device')
            return real(*args, **kwargs)

        return call


@pytest.fixture
def faulty(monkeypatch):
    def plant(number, error):
        fault = FaultyOs(number, error)
        monkeypatch.setattr(transaction, 'os', fault)
        monkeypatch.setattr(backups, 'os', fault)
        monkeypatch.setattr(working_dir, 'os', fault)
        return fault

    yield plant
    monkeypatch.undo()


@pytest.mark.parametrize('error', [Killed, OSError])
@pytest.mark.parametrize('begin', ['nothing', 'a set'])
def test_a_run_that_ends_anywhere_leaves_one_whole_set_and_the_next_one_recovers(tmp_path, faulty, monkeypatch, error, begin):
    old, new = desired(b'old CA'), desired(b'new CA', 'other.example.com')
    points = 0
    for number in range(1, 100):
        path = tmp_path / str(number)
        path.mkdir()
        if begin == 'a set':
            converge(path, old)
        fault = faulty(number, error)
        try:
            converge(path, new)
        except (Killed, ProblemError):
            points += 1
        monkeypatch.undo()
        assert active_set(path) in (b'new CA', b'old CA' if begin == 'a set' else None)
        if fault.left > 0:
            break
        converge(path, new)
        assert active_set(path) == b'new CA'
        left = {entry.name for entry in path.iterdir()} - {BACKUPS}
        assert left == {CONFIG_NAME, trust_file_name('ca', b'new CA')}, 'nothing is left behind'
        sets = sorted(entry.name for entry in (path / BACKUPS).iterdir())
        assert len(sets) == (2 if begin == 'a set' else 1), 'one backup for each change'
    assert points > 15


def test_a_configuration_that_cannot_be_read_costs_no_trust_file(tmp_path):
    converge(tmp_path, desired(b'CA'))
    config = tmp_path / CONFIG_NAME
    config.rename(tmp_path / 'elsewhere')
    config.symlink_to(tmp_path / 'elsewhere')
    with WorkingDir(str(tmp_path)) as directory:
        Transaction(directory, desired(b'CA'), Watchdog(60)).clean()
    assert (tmp_path / trust_file_name('ca', b'CA')).exists()


def test_files_get_the_desired_mode_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        converge(tmp_path, desired(b'CA'), keep=False)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in tmp_path.iterdir()} == {0o644}


def test_the_order_of_backups_survives_a_clock_that_is_set_back(tmp_path, monkeypatch):
    for number, year in enumerate((2026, 2026, 2020, 2020), 1):
        monkeypatch.setattr(backup_set.time, 'strftime', lambda *_args, year=year: '%d0101T000000Z' % year)
        converge(tmp_path, desired(b'CA %d' % number))
    manifests = [(path / CONFIG_NAME).read_bytes() for path in sorted((tmp_path / BACKUPS).iterdir())]
    assert [parse(data, '').given['CAFile'] for data in manifests] == [
        trust_file_name('ca', b'CA %d' % number) for number in (1, 2, 3)
    ]


def test_what_is_staged_goes_when_the_guard_ends_the_program(tmp_path):
    converge(tmp_path, desired(b'old CA'), keep=False)
    pid = os.fork()
    if not pid:
        watchdog = Watchdog(0.3)
        change = Transaction(WorkingDir(str(tmp_path)), desired(b'new CA'), watchdog)
        change.compare()
        change.stage()
        watchdog.watch()
        time.sleep(30)  # as a try does against a mail server that is silent
        os._exit(0)
    os.waitpid(pid, 0)
    assert {entry.name for entry in tmp_path.iterdir()} == {CONFIG_NAME, trust_file_name('ca', b'old CA')}


def test_a_full_disk_leaves_no_half_backup(tmp_path, faulty):
    converge(tmp_path, desired(b'old CA'))
    for number in range(1, 60):
        fault = faulty(number, OSError)
        try:
            converge(tmp_path, desired(b'new CA'))
        except ProblemError:
            left = [entry.name for entry in (tmp_path / BACKUPS).iterdir()] if (tmp_path / BACKUPS).exists() else []
            assert not [name for name in left if name.endswith('.new')]
        if fault.left > 0 or active_set(tmp_path) == b'new CA':
            break


def test_a_backup_holds_trust_files_that_are_named_by_their_full_path(tmp_path):
    (tmp_path / 'own.pem').write_bytes(b'own CA')
    (tmp_path / CONFIG_NAME).write_text('EnableTLS = 1\nCAFile = %s\n' % (tmp_path / 'own.pem'))
    converge(tmp_path, desired(b'CA'))
    kept = next((tmp_path / BACKUPS).iterdir())
    assert (kept / 'own.pem').read_bytes() == b'own CA'
