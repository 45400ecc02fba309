# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who else can change a file, by its owner, mode and group as they are on the host."""

import grp
import os
import pwd
import stat

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.files import permissions
from ansible_collections.printops.infoprint.plugins.module_utils.program import rights
from ansible_collections.printops.infoprint.plugins.module_utils.program.rights import Identity

OWNER, OTHER, PRIVATE, SHARED = 5001, 5002, 6001, 6002


@pytest.fixture(autouse=True)
def accounts(monkeypatch):
    """A host with the user ipm1, their private group and the group sys, which has another member."""
    names = {OWNER: 'ipm1', OTHER: 'bob', 0: 'root'}
    groups = {PRIVATE: ('ipm1', []), SHARED: ('sys', ['bob']), 0: ('root', [])}

    def user(uid):
        return pwd.struct_passwd((names[uid], 'x', uid, PRIVATE, '', '/', '/bin/sh'))

    def group(gid):
        return grp.struct_group((groups[gid][0], 'x', gid, groups[gid][1]))

    monkeypatch.setattr(rights.pwd, 'getpwuid', user)
    monkeypatch.setattr(permissions.grp, 'getgrgid', group)
    return groups


def status(mode, uid=OWNER, gid=PRIVATE):
    return os.stat_result((stat.S_IFREG | mode, 0, 0, 1, uid, gid, 0, 0, 0, 0))


@pytest.mark.parametrize(
    'file',
    (
        pytest.param(status(0o644), id='everybody reads'),
        pytest.param(status(0o600), id='the owner alone'),
        pytest.param(status(0o755), id='executable'),
        pytest.param(status(0o644, 0, 0), id='of root'),
        pytest.param(status(0o664), id='private group writes'),
        pytest.param(status(0o664, gid=0), id='group root writes'),
        pytest.param(status(0o664, 0, PRIVATE), id='of root, private group writes'),
        pytest.param(status(0o644, gid=SHARED), id='shared group reads'),
        pytest.param(status(0o644, gid=9999), id='group without a name reads'),
    ),
)
def test_what_only_the_owner_and_root_can_write_is_safe(file):
    assert permissions.write_problem(file, OWNER, '/x') is None


@pytest.mark.parametrize(
    'file, who',
    (
        pytest.param(status(0o646), 'everybody', id='others write'),
        pytest.param(status(0o777), 'everybody', id='all rights'),
        pytest.param(status(0o602, 0, 0), 'everybody', id='of root, others write'),
        pytest.param(status(0o600, OTHER), 'its owner, who is neither ipm1 nor root', id='of another user'),
        pytest.param(status(0o400, 9999), 'its owner, who is neither ipm1 nor root', id='of a user without a name'),
        pytest.param(status(0o664, gid=SHARED), 'its group', id='shared group writes'),
        pytest.param(status(0o664, gid=9999), 'its group', id='group without a name writes'),
        pytest.param(status(0o664, 0, SHARED), 'its group', id='of root, shared group writes'),
    ),
)
def test_what_another_can_write_is_unsafe_and_says_who(file, who):
    problem = permissions.write_problem(file, OWNER, '/x')
    assert problem.code == 'unsafe_permissions'
    assert problem.message.startswith('/x can be changed by %s (mode ' % who)


def test_a_private_group_with_another_member_is_unsafe(accounts):
    accounts[PRIVATE][1].append('bob')
    assert permissions.write_problem(status(0o664), OWNER, '/x')


def test_a_group_named_like_the_number_of_a_user_without_a_name_is_not_private(accounts):
    accounts[SHARED] = ('7001', [])
    assert permissions.write_problem(status(0o664, uid=7001, gid=SHARED), 7001, '/x')


def test_the_message_has_mode_owner_and_group():
    assert permissions.write_problem(status(0o666, gid=SHARED), OWNER, '/x').message == (
        '/x can be changed by everybody (mode 0666, owner ipm1, group sys).'
    )


# Of directories above


@pytest.fixture
def above(tmp_path, monkeypatch):
    """Return the problems above /srv/pd/spl1, where base is /srv/pd; of these two by mode, owner and group."""
    found = {'/': (0o755, 0, 0)}

    def look(path):
        mode, uid, gid = found[os.fsdecode(path)]
        return os.stat_result((stat.S_IFDIR | mode, 0, 0, 1, uid, gid, 0, 0, 0, 0))

    def check(srv, pd, path='/srv/pd/spl1'):
        found.update({'/srv': srv, '/srv/pd': pd})
        return permissions.above_problem(path, '/srv/pd')

    monkeypatch.setattr(permissions.os, 'stat', look)
    monkeypatch.setattr(permissions.os.path, 'realpath', lambda path: path)
    return check


@pytest.mark.parametrize(
    'srv, pd',
    (
        pytest.param((0o755, 0, 0), (0o755, 0, 0), id='only root writes'),
        pytest.param((0o755, 0, 0), (0o755, OWNER, SHARED), id='the owner of the base directory writes'),
        pytest.param((0o755, 0, 0), (0o775, OWNER, PRIVATE), id='private group writes'),
        pytest.param((0o775, 0, 0), (0o755, 0, 0), id='group root writes'),
        pytest.param((0o1777, 0, 0), (0o755, OWNER, PRIVATE), id='everybody writes, sticky'),
        pytest.param((0o755, OWNER, 0), (0o1775, OWNER, SHARED), id='shared group writes, sticky'),
    ),
)
def test_what_only_root_and_the_base_directory_s_owner_can_write_above_is_safe(above, srv, pd):
    assert above(srv, pd) is None


@pytest.mark.parametrize(
    'srv, pd, folder',
    (
        pytest.param((0o777, 0, 0), (0o755, 0, 0), '/srv', id='everybody writes above'),
        pytest.param((0o755, 0, 0), (0o777, 0, 0), '/srv/pd', id='everybody writes'),
        pytest.param((0o755, 0, 0), (0o775, 0, SHARED), '/srv/pd', id='shared group writes'),
        pytest.param((0o755, OTHER, 0), (0o755, OWNER, 0), '/srv', id='another owner above'),
        pytest.param((0o1777, OTHER, 0), (0o755, 0, 0), '/srv', id='another owner above, sticky'),
        pytest.param((0o755, OWNER, 0), (0o755, 0, 0), '/srv', id='the owner above, not of the base directory'),
    ),
)
def test_a_directory_above_that_another_can_write_is_unsafe(above, srv, pd, folder):
    problem = above(srv, pd)
    assert (problem.code, problem.file) == ('unsafe_permissions', folder)
    assert problem.message.startswith('The directory %s, above /srv/pd/spl1, can be changed by ' % folder)


def test_a_working_directory_elsewhere_is_checked_by_the_directory_just_above(above):
    assert above((0o755, OWNER, 0), (0o755, 0, 0), '/srv/spl1') is None
    assert above((0o777, OWNER, 0), (0o755, 0, 0), '/srv/spl1').file == '/srv'


READER = Identity(OWNER, PRIVATE, (PRIVATE, SHARED))


@pytest.mark.parametrize(
    'uid, gid, mode, readable',
    [
        pytest.param(OWNER, PRIVATE, 0o600, True, id='own file'),
        pytest.param(OWNER, PRIVATE, 0o044, False, id='own file without rights'),
        pytest.param(0, PRIVATE, 0o640, True, id='primary group'),
        pytest.param(0, SHARED, 0o640, True, id='another group of the user'),
        pytest.param(0, SHARED, 0o604, False, id='group without rights'),
        pytest.param(0, 0, 0o640, False, id='group of others'),
        pytest.param(OTHER, 0, 0o644, True, id='everybody'),
    ],
)
def test_who_owns_the_directory_must_be_able_to_read_what_is_declared(uid, gid, mode, readable):
    assert (permissions.read_problem(uid, gid, mode, READER) is None) == readable
    assert permissions.read_problem(uid, gid, mode, Identity(0, 0, ())) is None, 'root reads everything'


def test_rights_that_keep_him_out_are_named_as_they_were_declared():
    problem = permissions.read_problem(0, 0, 0o600, READER, owner='root')
    assert (problem.code, problem.message) == (
        'invalid_value',
        ("With owner root, mode 0600 the files can't be read by ipm1, who owns the working directory and runs the server."),
    )
    assert 'sendmemo_tls_owner, sendmemo_tls_mode' in problem.hint
