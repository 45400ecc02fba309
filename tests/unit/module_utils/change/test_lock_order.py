# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Servers whose lock is free are done first; the others are waited for together, bounded."""

import fcntl
import os
import threading
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change import lock_order as lock_turns
from ansible_collections.printops.infoprint.plugins.module_utils.change.change_marker import MARKER
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.operations import configure
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog

NAMES = ('a', 'b', 'c')
TEXT = 'Hostname = new.example.com\n'


@pytest.fixture
def base(tmp_path):
    for name in NAMES:
        (tmp_path / name).mkdir()
    return tmp_path


class Held:
    """The locks of directories, held until they are let go of."""

    def __init__(self, *paths):
        self.fds = [os.open(str(path), os.O_RDONLY) for path in paths]
        for fd in self.fds:
            fcntl.flock(fd, fcntl.LOCK_EX)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        while self.fds:
            os.close(self.fds.pop())


def converge(base, config=TEXT, seconds=60.0):
    """Return code of the problem, '' for none, and whether it was changed, by server."""
    servers = [{'name': name, 'config': 'new' if name == 'a' else 'other', 'trust': {}, 'mode': 0o644} for name in NAMES]
    answer = configure.run(
        {
            'options': {'base_dir': str(base), 'pd_bin_dir': '/nowhere', 'backup_keep': 5},
            'servers': servers,
            'contents': {'new': TEXT, 'other': config},
        },
        Watchdog(seconds),
    )
    found = {server.name: (''.join(problem.code for problem in server.problems), server.changed) for server in answer.servers}
    return found, answer.needs_review


def test_the_free_ones_are_done_and_all_others_are_waited_for_once(base, monkeypatch):
    monkeypatch.setattr(lock_turns, 'LOCK_WAIT', 0.5)
    began = time.monotonic()
    with Held(base / 'a', base / 'b'):
        found, _again = converge(base)
    assert found == {'a': ('write_failed', False), 'b': ('write_failed', False), 'c': ('', True)}
    assert 0.5 <= time.monotonic() - began < 5


def test_one_that_becomes_free_is_done_then(base):
    held = Held(base / 'a')
    threading.Timer(0.5, held.__exit__).start()
    found, _again = converge(base)
    assert found == dict.fromkeys(NAMES, ('', True))
    assert all((base / name / CONFIG_NAME).read_text() == TEXT for name in NAMES)


def test_a_mark_outlives_its_lock_while_others_are_waited_for_and_is_left_where_it_is_another_run_s(base):
    held = Held(base / 'a')
    observed = []

    def be_another_run():
        for name in ('b', 'c'):
            with Held(base / name):
                observed.append((base / name / MARKER).read_text())
        (base / 'new').write_text('another')
        (base / 'new').rename(base / 'c' / MARKER)
        held.__exit__()

    threading.Timer(2.5, be_another_run).start()
    found, _again = converge(base)
    assert found == dict.fromkeys(NAMES, ('', True))
    assert [mark.endswith(' converge\n') for mark in observed] == [True, True]
    assert [(base / name / MARKER).exists() for name in NAMES] == [False, False, True]


def test_what_the_controller_has_to_check_first_is_refused_once_others_are_changed(base):
    (base / 'outside.pem').write_text('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n')
    outside = 'EnableTLS = 1\nCAFile = %s\n' % (base / 'outside.pem')
    held = Held(base / 'b', base / 'c')
    threading.Timer(0.5, held.__exit__).start()
    found, again = converge(base, outside)
    assert found == {'a': ('', True), 'b': ('write_failed', False), 'c': ('write_failed', False)}
    assert not again
    assert converge(base, outside) == (dict.fromkeys(NAMES, ('', False)), True), 'the next run has it checked'
