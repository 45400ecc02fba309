# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The previous set is restored from a backup: which one, with which rights, and when it is refused."""

import json
import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import BACKUPS
from ansible_collections.printops.infoprint.plugins.module_utils.change.change_marker import (
    CONVERGE,
    MARKER,
    ROLLBACK,
    marker_content,
)
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.operations import configure, rollback
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog

FIRST, SECOND, THIRD = ('Hostname = %s.example.com\n' % name for name in ('first', 'second', 'third'))
PRINT_USER = 12345
as_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can give files away')


@pytest.fixture
def site(tmp_path):
    (tmp_path / 'spl1').mkdir()
    return Site(tmp_path)


class Site:
    """A server that is converged and rolled back."""

    def __init__(self, base):
        self.base, self.path = base, base / 'spl1'

    def options(self, **more):
        return dict({'base_dir': str(self.base), 'pd_bin_dir': '/nowhere', 'backup_keep': 5}, **more)

    def converge(self, *texts):
        for text in texts:
            entry = {'name': 'spl1', 'config': 'new', 'trust': {}, 'mode': 0o644}
            request = {'options': self.options(), 'servers': [entry], 'contents': {'new': text}}
            (answer,) = configure.run(request, Watchdog(60)).servers
            assert (answer.changed, answer.problems) == (True, [])

    def roll_back(self, options=(), servers=('spl1',), **entry):
        entries = [dict(entry, name=name) for name in servers]
        request = {'options': self.options(**dict(options)), 'servers': entries, 'defaults': entry}
        return rollback.run(request, Watchdog(60)).servers

    def text(self):
        path = self.path / CONFIG_NAME
        return path.read_text() if path.exists() else None

    def sets(self):
        return sorted((self.path / BACKUPS).iterdir())

    def rewrite(self, number, **changes):
        """Change the manifest of a backup."""
        path = self.sets()[number] / 'manifest.json'
        path.write_text(json.dumps(dict(json.loads(path.read_text()), **changes)))


def codes(answer):
    return [problem.code for problem in answer.problems]


def test_the_previous_set_comes_back_and_a_second_rollback_returns(site):
    site.converge(FIRST, SECOND)
    for expected in (FIRST, SECOND, FIRST):
        (answer,) = site.roll_back()
        assert (answer.changed, answer.problems, site.text()) == (True, [], expected)
        assert answer.restored is not None
        assert not (site.path / MARKER).exists()


def test_a_server_that_had_no_configuration_has_none_again(site):
    site.converge(FIRST)
    (answer,) = site.roll_back()
    assert (answer.changed, site.text()) == (True, None)


def test_check_mode_says_what_it_would_restore_and_touches_nothing(site):
    site.converge(FIRST, SECOND)
    before = sorted(str(path) for path in site.path.rglob('*'))
    (answer,) = site.roll_back(options={'check': True, 'diff': True})
    assert (answer.changed, answer.before, answer.after) == (True, SECOND, FIRST)
    assert (site.text(), sorted(str(path) for path in site.path.rglob('*'))) == (SECOND, before)


@pytest.mark.parametrize('texts', [(), (FIRST,)], ids=['no configuration', 'a configuration made by hand'])
def test_without_a_backup_there_is_no_previous_set(site, texts):
    for text in texts:
        (site.path / CONFIG_NAME).write_text(text)
    (answer,) = site.roll_back()
    assert (codes(answer), answer.changed) == (['no_previous_set'], False)
    assert answer.problems[0].file == str(site.path / BACKUPS)


def test_a_server_without_a_previous_set_does_not_stop_another(site):
    site.converge(FIRST, SECOND)
    (site.base / 'spl2').mkdir()
    second, first, missing = site.roll_back(servers=('spl2', 'spl1', 'spl3'))
    assert (codes(second), codes(first), len(missing.problems)) == (['no_previous_set'], [], 1)
    assert (second.changed, first.changed, site.text()) == (False, True, FIRST)


MODES = {
    'as it was': (0o644, None, 0o644),
    'narrower': (0o600, None, 0o600),
    'for the group to write': (0o664, None, 0o664),
    'for all to write': (0o666, None, 0o644),
    'not for its owner': (0o444, None, 0o644),
    'as declared': (0o600, 0o640, 0o640),
}


@pytest.mark.parametrize('case', MODES)
def test_the_mode_is_that_of_the_active_file_where_that_is_safe(site, case):
    active, declared, expected = MODES[case]
    site.converge(FIRST, SECOND)
    (site.path / CONFIG_NAME).chmod(active)
    (answer,) = site.roll_back(mode=declared)
    assert (answer.problems, site.text()) == ([], FIRST)
    assert (site.path / CONFIG_NAME).stat().st_mode & 0o7777 == expected


@pytest.mark.parametrize('by, is_done', [(ROLLBACK, True), (CONVERGE, False)])
def test_a_rollback_that_was_not_reported_is_reported_and_not_undone(site, by, is_done):
    site.converge(FIRST, SECOND)
    (site.path / MARKER).write_bytes(marker_content(SECOND.encode(), by))
    (answer,) = site.roll_back()
    assert (answer.changed, answer.unreported, answer.problems) == (True, is_done, [])
    assert site.text() == (SECOND if is_done else FIRST)


def test_a_rollback_to_no_configuration_that_was_not_reported_is_not_undone(site):
    site.converge(FIRST)
    (site.path / CONFIG_NAME).unlink()
    (site.path / MARKER).write_bytes(marker_content(None, ROLLBACK))
    (answer,) = site.roll_back()
    assert (answer.changed, answer.unreported, site.text()) == (True, True, None)


def test_a_marker_of_another_set_is_ignored(site):
    site.converge(FIRST, SECOND)
    (site.path / MARKER).write_bytes(marker_content(THIRD.encode(), ROLLBACK))
    (answer,) = site.roll_back()
    assert (answer.unreported, site.text()) == (False, FIRST)


def cut_the_file(site):
    (site.sets()[-1] / CONFIG_NAME).write_text('Hostname = other.example.com\n')


def remove_the_file(site):
    (site.sets()[-1] / CONFIG_NAME).unlink()


def empty_the_manifest(site):
    (site.sets()[-1] / 'manifest.json').write_text('')


def add_a_foreign_attribute(site):
    site.rewrite(-1, attributes={'smtp-server-host': 'a.example.com', 'owner': 'root'})


CORRUPTIONS = [cut_the_file, remove_the_file, empty_the_manifest]


@pytest.mark.parametrize('corrupt', CORRUPTIONS)
def test_a_backup_that_is_not_as_it_was_written_is_not_restored(site, corrupt):
    site.converge(FIRST, SECOND, THIRD)
    corrupt(site)
    (answer,) = site.roll_back()
    assert (codes(answer), answer.changed, site.text()) == (['no_previous_set'], False, THIRD)
    assert answer.problems[0].file == str(site.sets()[-1])


def test_attributes_of_a_backup_count_only_where_they_are_managed(site, make_pd_programs):
    programs = make_pd_programs({'spl1': {'smtp-server-host': 'b.example.com', 'smtp-server-port': '25'}})
    options = {'pd_bin_dir': str(programs.bin_dir)}
    site.converge(FIRST, SECOND)
    add_a_foreign_attribute(site)
    (answer,) = site.roll_back(options=options, manage_attributes=True)
    assert (codes(answer), site.text()) == (['no_previous_set'], SECOND)
    (answer,) = site.roll_back(options=options)
    assert (codes(answer), site.text()) == ([], FIRST)
    assert programs.calls('pdset') == []


def test_attributes_that_can_not_be_read_leave_all_as_it_is(site):
    site.converge(FIRST, SECOND)
    site.rewrite(-1, attributes={'smtp-server-port': '25'})
    (answer,) = site.roll_back(manage_attributes=True)
    assert (len(codes(answer)), answer.changed, site.text()) == (1, False, SECOND)


@pytest.mark.parametrize('config', ['EnableTLS = 7\n', 'CAFile = missing/ca.pem\n'], ids=['value', 'path'])
def test_a_set_with_an_error_is_not_restored(site, config):
    (site.path / CONFIG_NAME).write_text(config)
    site.converge(SECOND)
    (answer,) = site.roll_back()
    assert (len(codes(answer)), answer.changed, site.text()) == (1, False, SECOND)


@as_root
def test_a_set_that_was_not_read_is_restored_as_it_was_but_only_untested(site):
    site.base.chmod(0o755)
    os.chown(str(site.path), PRINT_USER, PRINT_USER)
    secret = site.path / CONFIG_NAME
    secret.write_text(FIRST)
    secret.chmod(0o600)
    before = secret.stat()
    site.converge(SECOND)
    test = {'until': 'handshake', 'timeout': 5.0, 'min_tls': 'TLSv1.2', 'crl_check': 'leaf'}
    (answer,) = site.roll_back(options={'staged_test': test})
    assert (codes(answer), site.text()) == (['file_not_readable'], SECOND)
    assert 'try_before_commit' in answer.problems[0].hint
    (answer,) = site.roll_back()
    assert (codes(answer), answer.changed) == ([], True)
    assert os.path.samestat(secret.stat(), before)
    assert (secret.stat().st_uid, secret.stat().st_mode) == (before.st_uid, before.st_mode)


def test_an_unmanaged_trust_file_comes_back_under_a_managed_name(site):
    ca = '-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n'
    (site.path / CONFIG_NAME).write_text('CAFile = ca.pem\n')
    (site.path / 'ca.pem').write_text(ca)
    site.converge(SECOND)
    (site.path / 'ca.pem').write_text('another')
    (answer,) = site.roll_back(options={'check': True, 'diff': True})
    assert answer.after == 'CAFile = %s\n' % trust_file_name('ca', ca.encode())
