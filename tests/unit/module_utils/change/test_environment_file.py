# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The line in the platform's environment file: no byte more than it is changed, and that file as a whole or not at all."""

import os
import stat

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change import environment_file
from ansible_collections.printops.infoprint.plugins.module_utils.change.environment_file import Environment, difference, edited
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Stopped, Watchdog

LINE = b'IPM_ENABLE_SSL_V3=1\n'
# Before, with the line, without it.
TEXTS = [
    pytest.param(b'', LINE, b'', id='empty'),
    pytest.param(b'A=1\n', b'A=1\n' + LINE, b'A=1\n', id='another line'),
    pytest.param(b'A=1', b'A=1\n' + LINE, b'A=1', id='no line feed'),
    pytest.param(b'A=1\n\n', b'A=1\n\n' + LINE, b'A=1\n\n', id='an empty line'),
    pytest.param(LINE, LINE, b'', id='the line'),
    pytest.param(LINE.strip(), LINE.strip(), b'', id='the line without its line feed'),
    pytest.param(b'A=1\n' + LINE + b'B=2\r\n', b'A=1\n' + LINE + b'B=2\r\n', b'A=1\nB=2\r\n', id='between others'),
    pytest.param(b'IPM_ENABLE_SSL_V3=\nA=1\n', LINE + b'A=1\n', b'A=1\n', id='an empty value'),
    pytest.param(b'export IPM_ENABLE_SSL_V3="1"\nA=1\n', LINE + b'A=1\n', b'A=1\n', id='exported and quoted'),
    pytest.param(LINE + b'A=1\nIPM_ENABLE_SSL_V3=\n', LINE + b'A=1\n', b'A=1\n', id='twice, one empty'),
    pytest.param(b'IPM_ENABLE_SSL_V3=\nA=1\nIPM_ENABLE_SSL_V3=0\n', b'A=1\n' + LINE, b'A=1\n', id='twice, none right'),
    pytest.param(LINE + LINE, LINE, b'', id='twice the same'),
    pytest.param(b'#IPM_ENABLE_SSL_V3=1\n', b'#IPM_ENABLE_SSL_V3=1\n' + LINE, b'#IPM_ENABLE_SSL_V3=1\n', id='commented out'),
    pytest.param(b'\xff\x00A=\xc3\xa4\n', b'\xff\x00A=\xc3\xa4\n' + LINE, b'\xff\x00A=\xc3\xa4\n', id='no UTF-8'),
]


@pytest.mark.parametrize('before, with_it, without', TEXTS)
def test_one_line_or_none_and_no_other_byte(before, with_it, without):
    assert edited(before, True) == with_it
    assert edited(before, False) == without
    for text in (with_it, without):
        assert edited(edited(text, True), True) == edited(text, True)


@pytest.mark.parametrize(
    'content, desired, drift',
    [
        pytest.param(LINE, True, None, id='right'),
        pytest.param(b'', False, None, id='not desired, not there'),
        pytest.param(b'A=1\n', True, {'kind': 'missing', 'after': '1'}, id='missing'),
        pytest.param(b'IPM_ENABLE_SSL_V3=\n', True, {'kind': 'changed', 'before': '', 'after': '1'}, id='empty value'),
        pytest.param(b'IPM_ENABLE_SSL_V3=0\n', True, {'kind': 'changed', 'before': '0', 'after': '1'}, id='another value'),
        pytest.param(
            b'export IPM_ENABLE_SSL_V3=1\n',
            True,
            {'kind': 'changed', 'before': 'export IPM_ENABLE_SSL_V3=1', 'after': 'IPM_ENABLE_SSL_V3=1'},
            id='another form',
        ),
        pytest.param(LINE, False, {'kind': 'extra', 'before': '1'}, id='not desired'),
    ],
)
def test_the_difference_is_reported_as_drift(content, desired, drift):
    found = [plain(one) for one in difference('/etc/environment', content, desired)]
    assert found == ([] if drift is None else [dict(drift, file='/etc/environment', keyword='IPM_ENABLE_SSL_V3')])


class Host:
    """An /etc of the test's own."""

    def __init__(self, root):
        self.root = root
        self.environment = root / 'etc' / 'environment'
        self.profile = root / 'etc' / 'profile.d' / 'ipm_environment.sh'
        self.profile.parent.mkdir(parents=True)

    def run(self, desired, platform='linux', between=lambda: None):
        """Compare, stage and commit; return the drift's files by their last name."""
        change = Environment(desired, Watchdog(60), str(self.root), platform)
        try:
            change.compare()
            change.stage()
            between()
            change.commit()
        finally:
            change.close()
        return [os.path.basename(one.file) for one in change.drift]

    def texts(self):
        return [path.read_text() if path.exists() else None for path in (self.environment, self.profile)]

    def names(self):
        return sorted(path.name for path in self.root.rglob('*'))


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


NAMES = ['environment', 'etc', 'ipm_environment.sh', 'profile.d']
WITH = LINE.decode()


# Platform, what is in both files (None = no such file), what is desired, what is then in them, which differ.
CASES = {
    'Linux, no file': ('linux', None, None, True, WITH, None, ['environment']),
    'Linux, one file': ('linux', 'A=1\n', None, True, 'A=1\n' + WITH, None, ['environment']),
    'Linux, both files': ('linux', 'A=1\n', 'B=1\n', True, 'A=1\n', 'B=1\n' + WITH, ['ipm_environment.sh']),
    'Linux, in the other file': ('linux', WITH, 'B=1\n', True, WITH, 'B=1\n' + WITH, ['ipm_environment.sh']),
    'Linux, as desired': ('linux', 'A=1\n', 'B=1\n' + WITH, True, 'A=1\n', 'B=1\n' + WITH, []),
    'Linux, removed from both': (
        'linux',
        'A=1\n' + WITH,
        'B=1\n' + WITH,
        False,
        'A=1\n',
        'B=1\n',
        ['environment', 'ipm_environment.sh'],
    ),
    'Linux, removed from one': ('linux', 'A=1\n' + WITH, 'B=1\n', False, 'A=1\n', 'B=1\n', ['environment']),
    'Linux, nothing to remove': ('linux', None, None, False, None, None, []),
    'AIX, added': ('aix7', 'A=1\n', 'B=1\n', True, 'A=1\n' + WITH, 'B=1\n', ['environment']),
    'AIX, removed': ('aix7', WITH, WITH, False, '', WITH, ['environment']),
}


@pytest.mark.parametrize('case', sorted(CASES))
def test_the_platform_s_file_has_it(host, case):
    platform, first, second, desired, first_then, second_then, differ = CASES[case]
    for path, text in ((host.environment, first), (host.profile, second)):
        if text is not None:
            path.write_text(text)
    assert host.run(desired, platform) == differ
    assert host.texts() == [first_then, second_then]
    assert set(host.names()) <= set(NAMES)
    before = [path.stat().st_mtime_ns for path in (host.environment, host.profile) if path.exists()]
    assert host.run(desired, platform) == []
    assert [path.stat().st_mtime_ns for path in (host.environment, host.profile) if path.exists()] == before


def test_mode_and_owner_stay(host):
    host.environment.write_text('A=1\n')
    host.environment.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(str(host.environment), 4711, 4712)
    before = host.environment.stat()
    host.run(True)
    after = host.environment.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    host.environment.unlink()
    host.run(True)
    assert stat.S_IMODE(host.environment.stat().st_mode) == 0o644


def link(host):
    host.environment.symlink_to(host.root / 'elsewhere')
    (host.root / 'elsewhere').write_text('A=1\n')


def linked_directory(host):
    host.profile.parent.rmdir()
    (host.root / 'elsewhere').mkdir()
    (host.root / 'elsewhere' / 'ipm_environment.sh').write_text('A=1\n')
    host.profile.parent.symlink_to(host.root / 'elsewhere')


HOSTILE = {
    'a link': (link, 'unsafe_path'),
    'a dangling link': (lambda host: host.environment.symlink_to(host.root / 'nowhere'), 'unsafe_path'),
    'a directory that is a link': (linked_directory, 'unsafe_path'),
    'a pipe': (lambda host: os.mkfifo(str(host.environment)), 'unsafe_path'),
    'a directory': (lambda host: host.environment.mkdir(), 'unsafe_path'),
    'an endless file': (
        lambda host: (host.environment.write_text(''), os.truncate(str(host.environment), 1 << 40)),
        'file_not_readable',
    ),
}


@pytest.mark.parametrize('desired', [pytest.param(True, id='desired'), pytest.param(False, id='not desired')])
@pytest.mark.parametrize('case', sorted(HOSTILE))
def test_what_is_no_plain_file_is_a_problem_and_stays(host, case, desired):
    plant, code = HOSTILE[case]
    plant(host)
    before = host.names()
    with pytest.raises(ProblemError) as error:
        host.run(desired)
    assert error.value.problem.code == code
    assert host.names() == before
    elsewhere = host.root / 'elsewhere'
    assert not elsewhere.is_file() or elsewhere.read_text() == 'A=1\n'


def test_missing_rights_to_write_are_reported_before_anything_is_begun(host, monkeypatch):
    host.environment.write_text('A=1\n')
    monkeypatch.setattr(environment_file.os, 'access', lambda _path, _mode: False)
    with pytest.raises(ProblemError) as error:
        Environment(True, Watchdog(60), str(host.root), 'linux').compare()
    assert error.value.problem.code == 'write_failed'
    assert host.run(False) == [], 'nothing to write, nothing to refuse'


def test_a_file_that_somebody_changes_meanwhile_is_left(host):
    host.environment.write_text('A=1\n')
    with pytest.raises(ProblemError) as error:
        host.run(True, between=lambda: host.environment.write_text('A=2\n'))
    assert error.value.problem.code == 'write_failed'
    assert host.texts() == ['A=2\n', None]
    assert host.names() == ['environment', 'etc', 'profile.d']


def test_a_full_disk_leaves_the_file_as_it_was(host, monkeypatch):
    host.environment.write_text('A=1\n')

    def full(_fd):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(environment_file.os, 'fsync', full)
    with pytest.raises(ProblemError, match='No space left'):
        host.run(True)
    assert host.texts() == ['A=1\n', None]
    assert host.names() == ['environment', 'etc', 'profile.d']


def test_after_the_limit_nothing_is_put_in_place(host):
    host.environment.write_text('A=1\n')
    change = Environment(True, Watchdog(0), str(host.root), 'linux')
    change.compare()
    change.stage()
    with pytest.raises(Stopped):
        change.commit()
    change.close()
    assert host.texts() == ['A=1\n', None]
    assert host.names() == ['environment', 'etc', 'profile.d']


def test_what_a_killed_run_left_goes_with_the_next_change(host):
    host.environment.write_text('A=1\n')
    old, young = (host.environment.parent / ('.environment.infoprint-%s' % name) for name in ('old', 'young'))
    for path in (old, young):
        path.write_text('half')
    os.utime(str(old), (0, 0))
    host.run(True)
    assert (old.exists(), young.exists()) == (False, True)
