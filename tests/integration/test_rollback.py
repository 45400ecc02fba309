# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo_rollback as its users meet it: there and back, what can't be restored, and backups that nobody should believe."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import stat
import typing as t

import pytest

from support.config_site import CONFIG, Site
from support.mail_server_process import MailServer
from support.pki import Authority
from support.pythons import target_pythons
from support.together import together

from .conftest import Pki

OTHER = 'other.example.com'
BY_HAND = b'# by hand\nEnableTLS = 1\nCAFile =  own.pem \n'


def made_site(tmp_path: pathlib.Path, pki: Pki) -> Site:
    site = Site(tmp_path / 'pd', pki.ca_path, pki.crl_path)
    site.options['servers'] = [{'name': 'spl1'}]
    return site


def files(site: Site) -> dict[str, bytes]:
    """Return all files of the server but its backups."""
    return {name: (site.base / 'spl1' / name).read_bytes() for name in site.names()}


def kept(site: Site) -> list[pathlib.Path]:
    return sorted((site.base / 'spl1' / 'sendmemo-ssl.backups').iterdir())


def own_ca(site: Site) -> pathlib.Path:
    return site.base / 'spl1' / 'own.pem'


@pytest.mark.every_core
@together(made_site)
async def test_there_and_back(site: Site, tmp_path: pathlib.Path, pki: Pki) -> None:
    crl = tmp_path / 'new.crl.pem'
    crl.write_bytes(pki.authority.crl([]))
    await site.run()
    first = files(site)
    await site.run(hostname=OTHER, crl_src=str(crl))
    second, sets = files(site), kept(site)

    there = await site.rollback('--diff')
    assert (there['changed'], there['problems'], files(site)) == (True, [], first)
    (entry,) = there['servers']
    assert [one['keyword'] for one in entry['drift']] == ['CrlFile', 'Hostname']
    assert {'kind': 'changed', 'before': OTHER, 'after': 'print1.example.com'}.items() <= entry['drift'][1].items()
    assert entry['restored'] == str(sets[-1])
    assert f'-Hostname = {OTHER}\n+Hostname = print1.example.com' in site.output
    assert {path.name for path in pathlib.Path(entry['backup']).iterdir()} == {'manifest.json', *second}
    assert len(kept(site)) == len(sets)

    back = await site.rollback()
    assert (back['changed'], files(site), len(kept(site))) == (True, second, len(sets))
    assert back['servers'][0]['restored'] == entry['backup']
    assert (await site.run(hostname=OTHER, crl_src=str(crl)))['changed'] is False, 'and that is as it was declared'
    assert (await site.rollback())['changed'] is True
    assert files(site) == first


@pytest.mark.parametrize('python', sorted(target_pythons()) or ['own'])
@together(made_site)
async def test_every_python_of_a_target_rolls_back(site: Site, python: str) -> None:
    site.python = target_pythons().get(python)
    await site.run()
    first = files(site)
    await site.run(hostname=OTHER)
    assert (await site.rollback())['changed'] is True, site.output
    assert files(site) == first


@together(made_site)
async def test_check_mode_predicts_and_touches_nothing(site: Site) -> None:
    await site.run()
    await site.run(hostname=OTHER)
    before = site.snapshot()
    predicted = await site.rollback('--check', '--diff')
    assert site.snapshot() == before
    assert f'-Hostname = {OTHER}\n+Hostname = print1.example.com' in site.output
    done = await site.rollback()
    for key in ('changed', 'drift', 'restored'):
        assert predicted['servers'][0][key] == done['servers'][0][key]
    assert predicted['servers'][0]['backup'] is None


@together(made_site)
async def test_one_backup_is_enough(site: Site) -> None:
    await site.run(backup_keep=1)
    first = files(site)
    await site.run(backup_keep=1, hostname=OTHER)
    second = files(site)
    for expected in (first, second, first):
        assert (await site.rollback())['changed'] is True
        assert (files(site), len(kept(site))) == (expected, 1)
    await site.run(backup_keep=1)
    assert (await site.run(backup_keep=1))['changed'] is False
    await site.rollback()
    assert files(site) == second


@together(made_site)
async def test_a_correction_of_rights_costs_no_previous_set(site: Site) -> None:
    await site.run(backup_keep=1)
    first = files(site)
    await site.run(backup_keep=1, hostname=OTHER)
    for mode in (0o600, 0o640):
        site.config().chmod(mode)
        assert (await site.run(backup_keep=1, hostname=OTHER))['changed'] is True
    assert len(kept(site)) == 2, 'the active set, and the one before it'
    assert (await site.rollback())['changed'] is True
    assert files(site) == first


@together(made_site)
async def test_after_a_rollback_a_converge_and_another_rollback(site: Site) -> None:
    await site.run(hostname='a.example.com')
    await site.run(hostname='b.example.com')
    b = files(site)
    await site.run(hostname='c.example.com')
    c = files(site)
    await site.rollback()
    assert files(site) == b
    await site.run(hostname='c.example.com')
    assert files(site) == c
    await site.rollback()
    assert files(site) == b
    await site.run(hostname='d.example.com')
    await site.rollback()
    assert files(site) == b
    await site.rollback()
    assert site.settings()['Hostname'] == 'd.example.com'


@together(made_site)
async def test_the_first_converge_is_rolled_back_to_no_configuration(site: Site) -> None:
    await site.run()
    first = files(site)
    result = await site.rollback()
    assert ([one['kind'] for one in result['servers'][0]['drift']], files(site)) == (['extra'] * 3, {})
    assert (await site.rollback())['changed'] is True
    assert files(site) == first


@together(made_site)
async def test_a_removal_is_rolled_back(site: Site) -> None:
    await site.run()
    first = files(site)
    await site.run(servers=[{'name': 'spl1', 'state': 'absent'}])
    assert files(site) == {}
    await site.rollback()
    assert files(site) == first


@together(made_site)
async def test_without_a_previous_set_nothing_is_changed(site: Site) -> None:
    site.config().write_bytes(b'EnableTLS = 0\n')
    before = site.snapshot()
    for arguments in ((), ('--check',)):
        result = await site.rollback(*arguments, servers=[{'name': 'spl1'}, {'name': 'spl2'}])
        assert [problem['code'] for problem in result['problems']] == ['no_previous_set'] * 2
        assert (result['failed'], result['changed']) == (True, False)
        assert 'Converge instead' in result['msg']
        assert {path for path in site.snapshot() if 'lock' not in path} == set(before)
    await site.run(backup=False)
    assert (await site.rollback())['problems'][0]['code'] == 'no_previous_set'


@pytest.mark.parametrize('own', ['stays', 'is removed', 'is changed', 'becomes a link'])
@together(made_site)
async def test_a_file_made_by_hand_comes_back_whole(site: Site, own: str, pki: Pki) -> None:
    """Unmanaged trust files are not overwritten: what differs is restored under a managed name."""
    site.config().write_bytes(BY_HAND)
    own_ca(site).write_bytes(pki.authority.pem)
    await site.run()
    managed = site.settings()['CAFile']
    foreign = Authority('Foreign CA').pem
    if own != 'stays':
        own_ca(site).unlink()
    if own == 'is changed':
        own_ca(site).write_bytes(foreign)
    if own == 'becomes a link':
        (site.base / 'foreign.pem').write_bytes(foreign)
        own_ca(site).symlink_to(site.base / 'foreign.pem')
    assert (await site.rollback())['changed'] is True, site.output
    expected = BY_HAND if own == 'stays' else BY_HAND.replace(b'own.pem', managed.encode())
    assert site.config().read_bytes() == expected
    assert site.names() == {CONFIG} | ({managed} if own != 'stays' else set()) | ({'own.pem'} if own != 'is removed' else set())
    if own != 'stays':
        assert (site.base / 'spl1' / managed).read_bytes() == pki.authority.pem
    if own == 'is changed':
        assert own_ca(site).read_bytes() == foreign
    await site.rollback()
    assert site.settings()['Hostname'] == 'print1.example.com'
    await site.rollback()
    assert site.config().read_bytes() == expected


def corrupt_a_file(top: pathlib.Path) -> None:
    (top / CONFIG).write_bytes(b'EnableTLS = 0\n')


def corrupt_the_manifest(top: pathlib.Path) -> None:
    (top / 'manifest.json').write_text('[' * 100_000)


def plant_a_link(top: pathlib.Path) -> None:
    (top / CONFIG).rename(top.parent / 'elsewhere')
    (top / CONFIG).symlink_to(top.parent / 'elsewhere')


def plant_a_fifo(top: pathlib.Path) -> None:
    (top / 'manifest.json').unlink()
    os.mkfifo(top / 'manifest.json')


def plant_a_huge_manifest(top: pathlib.Path) -> None:
    (top / 'manifest.json').write_bytes(b' ' * (8 << 20))


def lose_a_file(top: pathlib.Path) -> None:
    (top / CONFIG).unlink()


@pytest.mark.parametrize(
    'harm',
    [corrupt_a_file, corrupt_the_manifest, plant_a_link, plant_a_fifo, plant_a_huge_manifest, lose_a_file],
    ids=lambda harm: harm.__name__.replace('_', ' '),
)
@together(made_site)
async def test_a_backup_that_is_not_as_it_was_written_is_not_restored(
    site: Site, harm: t.Callable[[pathlib.Path], object]
) -> None:
    await site.run()
    await site.run(hostname=OTHER)
    before = files(site)
    newest = kept(site)[-1]
    harm(newest)
    result = await site.rollback()
    (problem,) = result['problems']
    assert (problem['code'], problem['file']) == ('no_previous_set', str(newest))
    assert (result['changed'], files(site)) == (False, before)


def rewritten(top: pathlib.Path, name: str, content: bytes, **of_file: t.Any) -> None:
    """Change a file of a backup and its manifest with it, as its owner can."""
    manifest = json.loads((top / 'manifest.json').read_text())
    (top / name).write_bytes(content)
    manifest['files'][name] = {**manifest['files'][name], 'sha256': hashlib.sha256(content).hexdigest(), **of_file}
    (top / 'manifest.json').write_text(json.dumps(manifest))


@together(made_site)
async def test_rights_are_never_those_of_a_manifest(site: Site) -> None:
    await site.run()
    await site.run(hostname=OTHER)
    top = kept(site)[-1]
    for name in json.loads((top / 'manifest.json').read_text())['files']:
        rewritten(top, name, (top / name).read_bytes(), mode='6777', uid=12345, gid=12345)
    site.config().chmod(0o640)
    assert (await site.rollback())['changed'] is True
    owner = (site.base / 'spl1').stat()
    for name in files(site):
        status = (site.base / 'spl1' / name).stat()
        assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o640, owner.st_uid, owner.st_gid)
    site.config().chmod(0o666)
    assert (await site.rollback())['changed'] is True
    assert stat.S_IMODE(site.config().stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ('content', 'code'),
    [
        (b'EnableTLS = 7\n', 'invalid_value'),
        (b'CAFile = ../../etc/shadow\n', 'relative_path'),
        (b'EnableTLS = 1\nCAFile = nowhere.pem\n', 'file_not_found'),
        (b'no line\n', 'invalid_line'),
    ],
    ids=['an invalid value', 'a path that leads away', 'a missing trust file', 'an invalid line'],
)
@together(made_site)
async def test_a_set_that_is_wrong_is_not_restored(site: Site, content: bytes, code: str) -> None:
    await site.run()
    await site.run(hostname=OTHER)
    before = files(site)
    rewritten(kept(site)[-1], CONFIG, content)
    result = await site.rollback()
    assert ([problem['code'] for problem in result['problems']], files(site)) == ([code], before)


@together(made_site)
async def test_a_trust_file_that_openssl_cannot_load_is_not_restored(site: Site) -> None:
    await site.run()
    ca = site.settings()['CAFile']
    await site.run(hostname=OTHER)
    before = files(site)
    rewritten(kept(site)[-1], ca, b'-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n')
    result = await site.rollback()
    assert result['failed'] is True
    assert '.new' not in result['msg']
    assert files(site) == before


@pytest.mark.every_core
@together(made_site)
async def test_the_previous_set_is_tried_first(site: Site, mail_server: MailServer) -> None:
    mail = {'smtp_host': '127.0.0.1', 'smtp_port': mail_server.ports['smtps'], 'try_before_commit': 'handshake'}
    await site.run(enable_tls='smtps')
    good = files(site)
    await site.run(enable_tls='starttls')
    assert (await site.rollback(**mail))['changed'] is True, site.output
    assert files(site) == good
    result = await site.rollback(**mail)
    assert (result['failed'], result['changed'], files(site)) == (True, False, good)
    assert result['problems'][0]['code'] == 'tls_expected'
    assert 'spl1: not changed' in result['msg']


@together(made_site)
async def test_without_a_mail_server_there_is_no_try_and_no_rollback(site: Site) -> None:
    await site.run()
    await site.run(hostname=OTHER)
    before = files(site)
    result = await site.rollback(try_before_commit='handshake', pd_bin_dir=str(site.base / 'nowhere'))
    assert ([problem['code'] for problem in result['problems']], files(site)) == (['smtp_server_unknown'], before)
    assert 'no smtp_host and smtp_port is given' in result['msg']
