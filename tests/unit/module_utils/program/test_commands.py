# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs that are run end in time, with all that they started, and get and give nothing more than they should."""

import errno
import os
import stat
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.program import commands as bounded_program
from ansible_collections.printops.infoprint.plugins.module_utils.program.commands import MOST_BYTES, run_programs
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Stopped, Watchdog

pytestmark = pytest.mark.every_python

SECONDS = 20.0


def run(*words, **options):
    (ended,) = run_programs([list(words)], options.get('seconds', SECONDS), options.get('watchdog') or Watchdog(60))
    return ended


def shell(text, **options):
    return run('/bin/sh', '-c', text, **options)


def gone(pid):
    """Wait for a process that was killed: whoever inherits it collects it some time later."""
    for _try in range(200):
        try:
            with open('/proc/%d/stat' % pid) as stream:
                if stream.read().rsplit(')', 1)[1].split()[0] == 'Z':
                    return True
        except OSError as error:
            return error.errno in (errno.ENOENT, errno.ESRCH)
        time.sleep(0.01)
    return False


def open_descriptors():
    return set(os.listdir('/proc/self/fd'))


def test_streams_and_exit_code_are_distinguished():
    assert shell('echo out; echo err >&2; exit 7') == (7, b'out\n', b'err\n', '')
    assert shell('kill -9 $$') == (-9, b'', b'', '')


def test_arguments_arrive_as_they_are():
    words = ['$HOME', "it's", '"', 'a b', '', '*', ';id', 'm\u00fcller', '\udcff']
    assert run('/usr/bin/printf', '%s\\n', *words).stdout == b''.join(
        word.encode('utf-8', 'surrogateescape') + b'\n' for word in words
    )


@pytest.mark.parametrize(
    'variables, expected',
    [
        ({'LANG': 'ja_JP.eucJP'}, b'ja_JP.eucJP,,,x y\n'),
        ({'LC_ALL': 'de_DE'}, b',de_DE,,x y\n'),
        ({}, b',,,x y\n'),
        ({'LANG': 'C', 'LC_CTYPE': 'C.UTF-8'}, b'C,,,x y\n'),
        ({'LC_CTYPE': 'de_DE'}, b',,de_DE,x y\n'),
        ({'LC_ALL': 'C', 'LC_CTYPE': 'C.UTF-8'}, b',C,C.UTF-8,x y\n'),
    ],
    ids=['LANG', 'LC_ALL', 'none', 'C with a coerced LC_CTYPE', 'LC_CTYPE', 'LC_ALL=C with an LC_CTYPE of its own'],
)
def test_environment_is_the_caller_s_with_its_locale_but_for_what_python_puts_there(monkeypatch, variables, expected):
    for name in ('LANG', 'LC_ALL', 'LC_CTYPE'):
        monkeypatch.delenv(name, raising=False)
    for name, value in dict(variables, PRODUCT='x y').items():
        monkeypatch.setenv(name, value)
    assert shell('echo "$LANG,$LC_ALL,$LC_CTYPE,$PRODUCT"').stdout == expected


def test_there_is_nothing_on_standard_input_and_no_other_descriptor():
    handed_down = {int(fd) for fd in open_descriptors() if os.path.exists('/proc/self/fd/' + fd) and os.get_inheritable(int(fd))}
    open_fds = {int(fd) for fd in shell('cat; ls /proc/self/fd').stdout.split()}
    assert open_fds - handed_down <= {0, 1, 2, 3}  # the last is that of ls


def test_signals_are_at_their_defaults():
    ignored = shell('grep SigIgn /proc/self/status').stdout.split()[1]
    assert int(ignored, 16) & (1 << 12 | 1 << 24) == 0  # SIGPIPE and SIGXFSZ, which Python ignores


def test_a_program_past_its_time_is_killed_with_its_children(tmp_path):
    began = time.monotonic()
    ended = shell('sleep 300 & echo $! $$; exec sleep 300', seconds=0.5)
    assert (ended.code, ended.why) == (None, 'time')
    assert time.monotonic() - began < 5
    assert all(gone(int(pid)) for pid in ended.stdout.split())


def test_a_program_that_ignores_signals_is_killed():
    assert shell("trap '' TERM HUP INT ALRM; while :; do sleep 300; done", seconds=0.5).why == 'time'


def test_output_without_end_is_cut():
    ended = shell('exec yes')
    assert (ended.code, ended.why, len(ended.stdout)) == (None, 'output', MOST_BYTES)
    assert shell('exec yes >&2').why == 'output'


def test_a_child_that_keeps_the_output_open_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(bounded_program, 'LINGER', 0.2)
    began = time.monotonic()
    assert shell('echo said; sleep 10 &') == (0, b'said\n', b'', '')
    assert time.monotonic() - began < 5


def test_a_program_that_closes_its_output_is_waited_for():
    assert shell('echo said; exec >&- 2>&-; sleep 0.3; exit 4') == (4, b'said\n', b'', '')


@pytest.mark.parametrize(
    'kind, words',
    (
        ('missing', 'No such file'),
        ('no program', 'Exec format'),
        ('not executable', 'Permission denied'),
        ('directory', 'denied'),
    ),
)
def test_what_can_not_be_started_is_reported(tmp_path, kind, words):
    path = tmp_path / 'program'
    if kind == 'directory':
        path.mkdir()
    elif kind != 'missing':
        path.write_bytes(b'\x00')
        path.chmod(stat.S_IRWXU if kind == 'no program' else stat.S_IRUSR)
    before = open_descriptors()
    ended = run(str(path))
    assert (ended.code, ended.not_started) == (None, True)
    assert words in ended.why
    assert open_descriptors() == before


def test_many_run_at_the_same_time_and_answer_in_order():
    before, began = open_descriptors(), time.monotonic()
    commands = [['/bin/sh', '-c', 'sleep 0.3; echo %d' % number] for number in range(40)]
    assert [ended.stdout for ended in run_programs(commands, SECONDS, Watchdog(60))] == [b'%d\n' % number for number in range(40)]
    assert time.monotonic() - began < 0.3 * 40
    assert open_descriptors() == before


def test_none_is_nothing():
    assert run_programs([], SECONDS, Watchdog(60)) == []


def test_programs_end_before_the_program_that_runs_them_does():
    watchdog = Watchdog(1.5)
    assert shell('exec sleep 300', watchdog=watchdog).why == 'time'
    assert watchdog.remaining() > 0


def test_nobody_is_left_when_nobody_waits_for_the_answer(tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    path = tmp_path / 'pid'
    watchdog = Watchdog(60, write_end)
    real, calls = watchdog.check, []

    def check():
        calls.append(path.exists() and path.read_text().endswith('\n'))
        if calls[-1]:
            real()

    watchdog.check = check
    with pytest.raises(Stopped):
        shell('echo $$ > %s; exec sleep 300' % path, watchdog=watchdog)
    os.close(write_end)
    assert gone(int(path.read_text()))
