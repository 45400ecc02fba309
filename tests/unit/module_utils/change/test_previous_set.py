# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which set a rollback restores, and what its files have to be."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.backup_set import BackupSet
from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import Backups
from ansible_collections.printops.infoprint.plugins.module_utils.change.previous_set import choose, desired_set_of
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import read_current_file, trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError

PORT = 'smtp-server-port'


def kept(name, digests, **attributes):
    return BackupSet(name, '/pd/' + name, digests, {key.replace('_', '-'): value for key, value in attributes.items()}, {})


A, B, NONE = {CONFIG_NAME: 'a'}, {CONFIG_NAME: 'b'}, {}


@pytest.mark.parametrize(
    'sets, active, attributes, chosen',
    [
        pytest.param([], A, {}, None, id='no backup'),
        pytest.param([kept('3', A)], A, {}, None, id='the active set alone'),
        pytest.param([kept('3', A), kept('2', B), kept('1', NONE)], A, {}, '2', id='the second differs'),
        pytest.param([kept('3', B), kept('2', A)], A, {}, '3', id='the newest differs'),
        pytest.param([kept('3', A)], NONE, {}, '3', id='no active configuration'),
        pytest.param([kept('3', NONE)], A, {}, '3', id='no configuration before'),
        pytest.param([kept('3', A)], None, {}, '3', id='the active one is a link'),
        pytest.param([kept('3', A, smtp_server_port='587'), kept('2', B)], A, {PORT: '465'}, '3', id='another port'),
        pytest.param([kept('3', A, smtp_server_port='465'), kept('2', B)], A, {PORT: '465'}, '2', id='the same port'),
        pytest.param([kept('3', A, smtp_server_port=None), kept('2', B)], A, {PORT: '465'}, '2', id='the port was unset'),
        pytest.param([kept('3', A, smtp_server_port='587')], A, {PORT: None}, '3', id='the port is unset'),
        pytest.param([kept('3', A, smtp_server_port='587')], A, {}, None, id='the port is not known'),
    ],
)
def test_the_previous_set_is_the_newest_that_differs(sets, active, attributes, chosen):
    found = choose(iter(sets), active, attributes)
    assert (found.name if found else None) == chosen


@pytest.fixture
def back_up(tmp_path):
    """Keep a set of the working directory, with these files, then take the files away; return the open directory and the set."""
    opened = []

    def back_up(config, files):
        for name, content in dict(files, **{CONFIG_NAME: config}).items():
            (tmp_path / name).write_bytes(content)
        opened.append(WorkingDir(str(tmp_path), 'spl1'))
        backups = Backups(opened[0])
        backups.back_up(read_current_file(opened[0], CONFIG_NAME), None, {})
        for path in tmp_path.iterdir():
            if path.is_file():
                path.unlink()
        return opened[0], backups, next(backups.newest_first())

    yield back_up
    for directory in opened:
        directory.close()


MANAGED = trust_file_name('ca', b'CA').encode()


@pytest.mark.parametrize(
    'before, after',
    [
        pytest.param(b'CAFile = ca.pem\n', b'CAFile = %s\n' % MANAGED, id='plain'),
        pytest.param(
            b'# ca.pem\r\n \tCAFile\t=  ca.pem \t\r\nHostname = a.b',
            b'# ca.pem\r\n \tCAFile\t=  %s \t\r\nHostname = a.b' % MANAGED,
            id='comment, blanks and CRLF',
        ),
        pytest.param(b'CAFile=ca.pem', b'CAFile=%s' % MANAGED, id='no blanks, no line feed'),
        pytest.param(
            b';CAFile = ca.pem\nCAFile =ca.pem\n\n; \xff\n',
            b';CAFile = ca.pem\nCAFile =%s\n\n; \xff\n' % MANAGED,
            id='commented out, and a byte that is no UTF-8',
        ),
    ],
)
def test_only_the_value_of_the_line_changes(back_up, before, after):
    directory, backups, found = back_up(before, {'ca.pem': b'CA'})
    desired = desired_set_of(directory, backups, found, 1, 2, 0o600)
    assert (desired.config, desired.trust) == (after, {MANAGED.decode(): b'CA'})
    assert (desired.uid, desired.gid, desired.mode) == (1, 2, 0o600)


@pytest.mark.parametrize(
    'there, config, trust',
    [
        pytest.param(b'CA', b'CAFile = ca.pem\n', {}, id='the same content'),
        pytest.param(b'another', b'CAFile = %s\n' % MANAGED, {MANAGED.decode(): b'CA'}, id='other content'),
    ],
)
def test_a_file_that_is_there_as_it_was_stays(back_up, tmp_path, there, config, trust):
    directory, backups, found = back_up(b'CAFile = ca.pem\n', {'ca.pem': b'CA'})
    (tmp_path / 'ca.pem').write_bytes(there)
    desired = desired_set_of(directory, backups, found, 0, 0, 0o644)
    assert (desired.config, desired.trust) == (config, trust)


def test_a_managed_name_with_other_content_gets_the_name_of_its_content(back_up, tmp_path):
    name = trust_file_name('ca', b'good')
    directory, backups, found = back_up(b'CAFile = %s\n' % name.encode(), {name: b'corrupted'})
    (tmp_path / name).write_bytes(b'corrupted')
    desired = desired_set_of(directory, backups, found, 0, 0, 0o644)
    corrupted = trust_file_name('ca', b'corrupted')
    assert (desired.config, desired.trust) == (b'CAFile = %s\n' % corrupted.encode(), {corrupted: b'corrupted'})


def test_a_full_path_to_a_managed_file_stays(back_up, tmp_path):
    name = trust_file_name('ca', b'CA')
    config = b'CAFile = %s\n' % str(tmp_path / name).encode()
    directory, backups, found = back_up(config, {name: b'CA'})
    desired = desired_set_of(directory, backups, found, 0, 0, 0o644)
    assert (desired.config, desired.trust) == (config, {name: b'CA'})


def test_one_file_for_both_keywords_comes_back_as_two(back_up):
    directory, backups, found = back_up(b'CAFile = both.pem\nCrlFile = both.pem\n', {'both.pem': b'both'})
    desired = desired_set_of(directory, backups, found, 0, 0, 0o644)
    assert desired.trust == {trust_file_name(kind, b'both'): b'both' for kind in ('ca', 'crl')}


def test_the_absence_of_a_configuration_is_a_set(tmp_path):
    with WorkingDir(str(tmp_path), 'spl1') as directory:
        backups = Backups(directory)
        backups.back_up(None, None, {})
        found = next(backups.newest_first())
        assert desired_set_of(directory, backups, found, 0, 0, 0o644).config is None


def test_a_set_without_its_configuration_is_refused(back_up):
    directory, backups, found = back_up(b'CAFile = ca.pem\n', {'ca.pem': b'CA'})
    with pytest.raises(ProblemError) as error:
        desired_set_of(directory, backups, found._replace(digests={'ca.pem': found.digests['ca.pem']}), 0, 0, 0o644)
    assert error.value.problem.code == 'no_previous_set'
