# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo_config as its users meet it: converge, drift, check mode, backups, and surroundings that are against it."""

from __future__ import annotations

import json
import os
import pathlib
import re
import stat
import sys
import typing as t

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from support.config_site import CONFIG, Site
from support.mail_server_process import MailServer
from support.pki import Authority, days_from_now
from support.playbook import ROOT
from support.together import together

from .conftest import Pki

BOTH_MODES = pytest.mark.parametrize('arguments', [(), ('--check',)], ids=['run', 'check mode'])


def made_site(tmp_path: pathlib.Path, pki: Pki) -> Site:
    return Site(tmp_path / 'pd', pki.ca_path, pki.crl_path)


@pytest.mark.every_core
@together(made_site)
async def test_converge_then_nothing_more_to_do(site: Site, pki: Pki) -> None:
    first = await site.run()
    assert first['changed'] is True
    assert [entry['changed'] for entry in first['servers']] == [True, True]
    assert {'EnableTLS': '1', 'Hostname': 'print1.example.com'}.items() <= site.settings().items()
    assert site.settings('spl2')['EnableTLS'] == '2'
    assert (site.base / 'spl1' / site.settings()['CAFile']).read_bytes() == pki.ca_path.read_bytes()
    assert (site.base / 'spl1' / site.settings()['CrlFile']).read_bytes() == pki.crl_path.read_bytes()
    assert stat.S_IMODE(site.config().stat().st_mode) == 0o644
    before = site.snapshot()
    second = await site.run()
    assert second['changed'] is False
    assert [entry['drift'] for entry in second['servers']] == [[], []]
    assert site.snapshot() == before


@together(made_site)
async def test_settings_that_are_not_given_are_commented_out(site: Site) -> None:
    await site.run(hostname=None, crl_src=None)
    text = site.config().read_text()
    assert {';CrlFile =', ';CertValidationIgnoreHostName = 0', ';IgnoreCertificateErrors = 0', ';Hostname ='} <= set(
        text.splitlines()
    )
    assert set(site.settings()) == {'EnableTLS', 'CAFile'}


DRIFTS: dict[str, tuple[t.Callable[[Site], object], dict[str, str]]] = {
    'a keyword was changed': (
        lambda site: rewrite(site, 'EnableTLS = 1', 'EnableTLS = 0'),
        {'keyword': 'EnableTLS', 'kind': 'changed', 'before': '0', 'after': '1'},
    ),
    'a keyword was commented out': (
        lambda site: rewrite(site, 'Hostname = ', ';Hostname = '),
        {'keyword': 'Hostname', 'kind': 'missing', 'after': 'print1.example.com'},
    ),
    'a keyword was added': (
        lambda site: rewrite(site, ';IgnoreCertificateErrors = 0', 'IgnoreCertificateErrors = 1'),
        {'keyword': 'IgnoreCertificateErrors', 'kind': 'extra', 'before': '1'},
    ),
    'an unknown keyword was added': (
        lambda site: rewrite(site, ';IgnoreCertificateErrors', 'Verbose = 1\n;IgnoreCertificateErrors'),
        {'keyword': 'Verbose', 'kind': 'extra', 'before': '1'},
    ),
    'a comment was changed': (lambda site: rewrite(site, '# TLS settings', '# tls settings'), {'kind': 'text'}),
    'the mode was changed': (lambda site: site.config().chmod(0o600), {'kind': 'mode', 'before': '0600', 'after': '0644'}),
    'the file was removed': (lambda site: site.config().unlink(), {'kind': 'missing'}),
    'the file became a link': (lambda site: replace_by_link(site, site.config()), {'kind': 'link'}),
    'the CA was changed': (lambda site: trust(site, 'CAFile').write_text('nothing'), {'kind': 'changed'}),
    'the CRL was removed': (lambda site: trust(site, 'CrlFile').unlink(), {'kind': 'missing'}),
    'the CA became a link': (lambda site: replace_by_link(site, trust(site, 'CAFile')), {'kind': 'link'}),
    'the mode of the CRL was changed': (
        lambda site: trust(site, 'CrlFile').chmod(0o666),
        {'kind': 'mode', 'before': '0666', 'after': '0644'},
    ),
}


def rewrite(site: Site, old: str, new: str) -> None:
    text = site.config().read_text()
    assert old in text
    site.config().write_text(text.replace(old, new))


def trust(site: Site, keyword: str) -> pathlib.Path:
    return site.base / 'spl1' / site.settings()[keyword]


def replace_by_link(site: Site, path: pathlib.Path) -> None:
    outside = site.base.parent / 'outside'
    outside.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(outside)


@pytest.mark.parametrize('what', DRIFTS)
@together(made_site)
async def test_drift_is_named_predicted_and_corrected(site: Site, what: str) -> None:
    harm, expected = DRIFTS[what]
    await site.run()
    declared = {name: (site.base / 'spl1' / name).read_bytes() for name in site.names()}
    harm(site)
    before = site.snapshot()
    predicted = await site.run('--check', '--diff')
    assert site.snapshot() == before, 'check mode touches nothing'
    corrected = await site.run()
    for result in (predicted, corrected):
        assert result['changed'] is True
        drift = result['servers'][0]['drift']
        reported = {key: value for key, value in drift[0].items() if key in expected or key in ('keyword', 'kind')}
        assert (len(drift), reported) == (1, expected), drift
        assert result['servers'][1]['drift'] == []
    assert {name: (site.base / 'spl1' / name).read_bytes() for name in declared} == declared
    assert not site.config().is_symlink()
    assert (await site.run())['changed'] is False


@together(made_site)
async def test_owner_and_group_are_the_working_directory_s_and_are_corrected(site: Site) -> None:
    if os.geteuid() != 0:
        pytest.skip('only root can give files away')
    for path in (site.base, site.base / 'spl1'):
        os.chown(path, 61234, 61235)
    for path in (site.base.parent.parent, *site.base.parent.parents):
        if path.owner() == 'root' and str(path).startswith('/tmp/'):
            path.chmod(0o755)
    await site.run()
    assert (site.config().stat().st_uid, site.config().stat().st_gid) == (61234, 61235)
    os.chown(site.config(), 0, 0)
    drift = (await site.run())['servers'][0]['drift']
    assert [one['kind'] for one in drift] == ['owner', 'group']
    assert (site.config().stat().st_uid, site.config().stat().st_gid) == (61234, 61235)


@together(made_site)
async def test_a_diff_shows_the_text_and_no_certificates(site: Site) -> None:
    await site.run()
    rewrite(site, 'EnableTLS = 1', 'EnableTLS = 0')
    trust(site, 'CrlFile').unlink()
    await site.run('--check', '--diff')
    assert '-EnableTLS = 0' in site.output
    assert '+EnableTLS = 1' in site.output
    assert 'BEGIN' not in site.output
    assert 'sendmemo-crl-' in site.output
    assert '+CRL of CN=Test CA, thisUpdate ' in site.output
    assert ', 1 entries, sha256 ' in site.output


@pytest.mark.every_core
@together(made_site)
async def test_a_diff_lists_the_certificates_that_go_and_come(site: Site, pki: Pki, tmp_path: pathlib.Path) -> None:
    bundle = [Authority(f'Public CA {number}').pem for number in range(140)]
    old, new = tmp_path / 'old.pem', tmp_path / 'new.pem'
    old.write_bytes(b''.join([pki.authority.pem, *bundle]))
    new.write_bytes(b''.join([pki.authority.pem, *bundle[1:], Authority('New CA').pem]))
    await site.run(ca_src=str(old))
    result = await site.run('--diff', ca_src=str(new))
    found = next(one for one in result['diff'] if one['after_header'].endswith('(CAFile)'))
    before, after = found['before'].splitlines(), found['after'].splitlines()
    assert before[0] == after[0] == '(140 that stay)'
    assert (len(before), len(after)) == (2, 2)
    assert re.fullmatch(r'CN=Public CA 0, valid from \S+ \S+ UTC to \S+ \S+ UTC, sha256 [0-9a-f]{64}', before[1])
    assert after[1].startswith('CN=New CA, ')
    assert 'diff' not in await site.run('--diff', ca_src=str(new))


@together(made_site)
async def test_a_comment_that_changes_beside_a_keyword_is_reported(site: Site) -> None:
    await site.run()
    rewrite(site, 'EnableTLS = 1', 'EnableTLS = 0')
    rewrite(site, '# TLS settings', '# tls settings')
    drift = (await site.run())['servers'][0]['drift']
    assert [(one['kind'], one.get('keyword')) for one in drift] == [('changed', 'EnableTLS'), ('text', None)]


@together(made_site)
async def test_a_new_crl_replaces_the_old_one_and_nothing_else_stays_behind(site: Site, pki: Pki, tmp_path: pathlib.Path) -> None:
    await site.run()
    old = trust(site, 'CrlFile').name
    path = tmp_path / 'new.crl.pem'
    path.write_bytes(pki.authority.crl([]))
    result = await site.run(crl_src=str(path))
    assert [one['keyword'] for one in result['servers'][0]['drift']] == ['CrlFile']
    assert trust(site, 'CrlFile').read_bytes() == path.read_bytes()
    assert site.names() == {CONFIG, site.settings()['CAFile'], site.settings()['CrlFile']}
    backup = pathlib.Path(result['servers'][0]['backup'])
    assert {path.name for path in backup.iterdir()} == {CONFIG, site.settings()['CAFile'], old, 'manifest.json'}
    manifest = json.loads((backup / 'manifest.json').read_text())
    assert manifest['settings']['CrlFile'] == old


@together(made_site)
async def test_a_list_of_ca_files_is_joined_without_duplicates(site: Site, pki: Pki, tmp_path: pathlib.Path) -> None:
    other = tmp_path / 'other.pem'
    other.write_bytes(Authority('Next CA').pem + pki.ca_path.read_bytes())
    await site.run(ca_src=[str(pki.ca_path), str(other)])
    assert trust(site, 'CAFile').read_text().count('BEGIN CERTIFICATE') == 2


@together(made_site)
async def test_the_newest_backups_are_kept_and_a_file_made_by_hand_is_the_first(site: Site) -> None:
    by_hand = b'EnableTLS = 1\nCAFile = own.pem\n'
    site.config().write_bytes(by_hand)
    (site.base / 'spl1' / 'own.pem').write_text('own')
    first = pathlib.Path((await site.run(backup_keep=2))['servers'][0]['backup'])
    assert (first / CONFIG).read_bytes() == by_hand
    assert (first / 'own.pem').read_text() == 'own'
    assert (site.base / 'spl1' / 'own.pem').exists(), 'an unmanaged file stays'
    later = [(await site.run(backup_keep=2, hostname=f'h{number}.example.com'))['servers'][0]['backup'] for number in (1, 2)]
    assert {path.name for path in first.parent.iterdir()} == {pathlib.Path(path).name for path in later}


@together(made_site)
async def test_absent_removes_what_is_managed_and_nothing_else(site: Site) -> None:
    await site.run(backup=False)
    (site.base / 'spl1' / 'own.pem').write_text('own')
    gone = [{'name': 'spl1', 'state': 'absent'}]
    assert (await site.run('--check', servers=gone, backup=False))['changed'] is True
    assert site.config().exists()
    assert (await site.run(servers=gone, backup=False))['changed'] is True
    assert site.names() == {'own.pem'}
    assert (await site.run(servers=gone, backup=False))['changed'] is False


@together(made_site)
async def test_servers_are_found_where_none_is_named(site: Site) -> None:
    for name in ('spl2.BAK', '.hidden', 'spool'):
        (site.base / name).mkdir()
    for name in ('spl1', 'spl2', 'spl2.BAK', '.hidden'):
        (site.base / name / 'error.log').touch()
    (site.base / 'spl_error.cfg').touch()
    result = await site.run(servers=None)
    assert [entry['name'] for entry in result['servers']] == ['spl1', 'spl2']
    assert not (site.base / 'spool' / CONFIG).exists()


# Refused before anything changes

REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    'an EHLO name': ({'hostname': 'fc00::1'}, '[IPv6:fc00::1]'),
    'a CA file that is none': ({'ca_src': None, 'ca_content': 'no certificate'}, 'ca_content'),
    'a CA and a path to another': ({'ca_path': '/etc/ca.pem'}, 'mutually exclusive'),
    'a missing CA file': ({'ca_src': 'nowhere.pem'}, 'nowhere.pem'),
    'an unknown option': ({'servers': [{'name': 'spl1', 'enabel_tls': 1}]}, 'enabel_tls'),
    'a name that leads away': ({'servers': [{'name': '../spl1'}]}, 'one path component'),
    'a control character': ({'hostname': 'print1.example.com\nEnableTLS = 0'}, 'control character'),
    'a relative base': ({'base_dir': 'pd'}, 'absolute'),
    'a server twice': ({'servers': [{'name': 'spl1'}, {'name': 'spl1'}]}, 'once'),
    'a symbolic mode': ({'mode': 'u=rw'}, '0644'),
    'an empty CA': ({'ca_src': None, 'ca_content': ''}, 'ca_content is empty'),
    'no CRL file in the list': ({'crl_src': []}, 'crl_src is empty'),
    'a way through a parent': ({'base_dir': '/tmp/../tmp'}, 'component . or ..'),
    'an EnableTLS of its own': ({'enable_tls': '3'}, 'enable_tls'),
    'a recipient that is no address': (
        {'try_before_commit': 'envelope', 'servers': [{'name': 'spl1', 'recipients': ['print ops']}]},
        'recipients of server spl1',
    ),
}


@pytest.mark.every_core
@pytest.mark.parametrize('what', REFUSED)
@together(made_site)
async def test_what_cannot_be_is_refused_with_one_message_before_anything_changes(site: Site, what: str) -> None:
    options, words = REFUSED[what]
    before = site.snapshot()
    result = await site.run(**options)
    assert result['failed'] is True
    assert words in result['msg']
    assert words in str(result['problems'])
    assert site.snapshot() == before


@pytest.mark.version_shim
@pytest.mark.parametrize(
    ('password', 'words'),
    [('', 'no vault password was given'), ('another', 'none of the given vault passwords decrypts it')],
    ids=['no password', 'another password'],
)
@pytest.mark.parametrize('option', ['ca_src', 'template'])
@together(made_site)
async def test_an_encrypted_file_of_the_controller_is_said_to_be_one(
    site: Site, tmp_path: pathlib.Path, option: str, password: str, words: str
) -> None:
    vault = VaultLib([('default', VaultSecret(b'the right one'))])
    (tmp_path / 'encrypted').write_bytes(vault.encrypt('secret'))
    (tmp_path / 'password').write_text(password)
    arguments = ('--vault-password-file', str(tmp_path / 'password')) if password else ()
    result = await site.run(*arguments, **{option: str(tmp_path / 'encrypted')})
    (problem,) = result['problems']
    assert problem['code'] == 'file_not_readable'
    assert 'is encrypted with Ansible Vault' in problem['message']
    assert words in problem['message']
    assert '--ask-vault-pass' in problem['hint']


@together(made_site)
async def test_a_set_that_is_missing_is_a_difference_for_each_file(site: Site) -> None:
    files = [site.config().name, *(f'sendmemo-{kind}-' for kind in ('ca', 'crl'))]
    for result in (await site.run('--check'), await site.run()):
        drift = result['servers'][0]['drift']
        assert [one['kind'] for one in drift] == ['missing'] * 3
        assert all(pathlib.Path(one['file']).name.startswith(name) for one, name in zip(drift, files, strict=True))


@together(made_site)
async def test_expired_and_foreign_trust_files_are_refused(site: Site, tmp_path: pathlib.Path) -> None:
    path = tmp_path / 'old.pem'
    path.write_bytes(Authority('Old CA', not_after=days_from_now(-1)).pem)
    result = await site.run(ca_src=str(path))
    assert {problem['code'] for problem in result['problems'] if problem['severity'] == 'error'} == {
        'ca_expired',
        'crl_issuer_unknown',
    }
    assert not site.config().exists()


@together(made_site)
async def test_a_template_of_the_site_s_own_must_hold_what_is_declared(site: Site, tmp_path: pathlib.Path) -> None:
    path = tmp_path / 'own.cfg.j2'
    path.write_text(
        '# {{ server.name }} {{ group_names[0] }}\n'
        '{% for name, value in settings.items() %}\n{{ name }} = {{ value }}\n{% endfor %}\n'
    )
    assert (await site.run(template=str(path)))['changed'] is True
    assert site.config().read_text().startswith('# spl1 print_servers\nEnableTLS = 1\nCAFile')
    path.write_text('EnableTLS = 0\n')
    result = await site.run(template=str(path))
    assert result['failed'] is True
    assert 'EnableTLS' in result['msg']
    assert site.settings()['EnableTLS'] == '1'


@together(made_site)
async def test_the_role_s_template_gives_the_same_as_a_template_of_the_site_s_own(site: Site, tmp_path: pathlib.Path) -> None:
    await site.run()
    path = tmp_path / 'copied.cfg.j2'
    path.write_text((ROOT / 'roles' / 'sendmemo_tls' / 'templates' / f'{CONFIG}.j2').read_text())
    assert (await site.run(template=str(path)))['changed'] is False


# Surroundings


@pytest.mark.parametrize('thing', ['directory', 'fifo'])
@pytest.mark.parametrize('name', [CONFIG, 'CAFile'])
@together(made_site)
async def test_what_is_in_the_way_is_named_and_left_alone(site: Site, thing: str, name: str) -> None:
    await site.run()
    path = site.config() if name == CONFIG else trust(site, name)
    path.unlink()
    path.mkdir() if thing == 'directory' else os.mkfifo(path)
    result = await site.run(hostname='other.example.com')
    assert [problem['code'] for problem in result['problems']] == ['unsafe_path']
    assert str(path) in result['msg']
    assert path.is_dir() if thing == 'directory' else path.is_fifo()
    assert result['servers'][1]['changed'] is True, 'the other server is not held up'


@together(made_site)
async def test_a_working_directory_that_is_a_link_is_refused(site: Site, tmp_path: pathlib.Path) -> None:
    (site.base / 'spl1').rmdir()
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    (site.base / 'spl1').symlink_to(elsewhere)
    result = await site.run()
    assert [problem['code'] for problem in result['problems']] == ['unsafe_path']
    assert list(elsewhere.iterdir()) == []


@together(made_site)
async def test_a_slash_behind_a_link_does_not_hide_it(site: Site, tmp_path: pathlib.Path) -> None:
    (tmp_path / 'elsewhere').mkdir()
    (tmp_path / 'link').symlink_to(tmp_path / 'elsewhere')
    result = await site.run(servers=[{'name': 'spl1', 'working_dir': f'{tmp_path}/link/'}])
    assert [problem['code'] for problem in result['problems']] == ['unsafe_path']
    assert list((tmp_path / 'elsewhere').iterdir()) == []


@together(made_site)
async def test_a_managed_file_that_is_named_by_its_full_path_stays(site: Site) -> None:
    await site.run()
    ca = trust(site, 'CAFile')
    assert (await site.run(ca_src=None, ca_path=str(ca)))['changed'] is True
    assert site.settings()['CAFile'] == str(ca)
    assert ca.exists()


@pytest.mark.parametrize('content', ['', 'no certificate'], ids=['missing', 'no certificate'])
@BOTH_MODES
@together(made_site)
async def test_a_file_of_the_target_is_checked_there_before_it_is_activated(
    site: Site, tmp_path: pathlib.Path, content: str, arguments: tuple[str, ...]
) -> None:
    ca = tmp_path / 'target-ca.pem'
    if content:
        ca.write_text(content)
    result = await site.run(*arguments, ca_src=None, crl_src=None, ca_path=str(ca))
    assert {problem['code'] for problem in result['problems']} == {'not_pem' if content else 'file_not_found'}
    assert result['changed'] is False
    assert site.names() == set()


class Counted(t.NamedTuple):
    """A site whose round trips are counted, with a CA file that is the target's own."""

    site: Site
    ca: pathlib.Path
    starts: pathlib.Path

    async def run(self, *arguments: str, **options: t.Any) -> tuple[dict[str, t.Any], int]:
        """Run sendmemo_config with the CA file; return the result, and how many round trips it took."""
        self.starts.write_text('')
        result = await self.site.run(*arguments, **{'ca_src': None, 'crl_src': None, 'ca_path': str(self.ca), **options})
        return result, len(self.starts.read_text())


def made_counted(tmp_path: pathlib.Path, pki: Pki) -> Counted:
    site = made_site(tmp_path, pki)
    starts, ca = tmp_path / 'starts', tmp_path / 'target-ca.pem'
    site.python = tmp_path / 'python'
    site.python.write_text(f'#!/bin/sh\nprintf . >> {starts}\nexec {sys.executable} "$@"\n')
    site.python.chmod(0o755)
    ca.write_bytes(pki.authority.pem)
    return Counted(site, ca, starts)


@pytest.mark.every_core
@together(made_counted)
async def test_a_file_of_the_target_costs_a_second_trip_only_where_it_is_new(counted: Counted, pki: Pki) -> None:
    result, trips = await counted.run()
    assert (result['failed'], result['changed'], trips) == (False, True, 2)
    result, trips = await counted.run()
    assert (result['changed'], trips) == (False, 1)
    result, trips = await counted.run(hostname='other.example.com')
    assert (result['changed'], trips) == (True, 1)
    counted.ca.write_bytes(pki.authority.pem + Authority('Next CA').pem)
    result, trips = await counted.run(hostname='third.example.com')
    assert (result['changed'], trips) == (True, 2)


@pytest.mark.every_core
@BOTH_MODES
@together(made_counted)
async def test_a_file_of_the_target_with_an_error_is_refused_by_the_controller(
    counted: Counted, arguments: tuple[str, ...]
) -> None:
    counted.ca.write_bytes(Authority('Old CA', not_after=days_from_now(-1)).pem)
    result, trips = await counted.run(*arguments)
    assert [problem['code'] for problem in result['problems']] == ['ca_expired', 'ca_expired']
    assert [problem['server'] for problem in result['problems']] == ['spl1', 'spl2']
    assert (result['failed'], result['changed'], trips) == (True, False, 1)
    assert [entry['changed'] for entry in result['servers']] == [False, False]
    assert str(counted.ca) in result['msg']
    assert counted.site.names() == set()


@pytest.mark.every_core
@together(made_counted)
async def test_a_file_of_the_target_with_an_error_keeps_no_other_server_from_being_done(counted: Counted, pki: Pki) -> None:
    counted.ca.write_bytes(Authority('Old CA', not_after=days_from_now(-1)).pem)
    good = counted.ca.with_name('good-ca.pem')
    good.write_bytes(pki.authority.pem)
    servers = [{'name': 'spl1'}, {'name': 'spl2', 'ca_path': str(good)}]
    predicted, trips = await counted.run('--check', servers=servers)
    assert ([entry['changed'] for entry in predicted['servers']], trips) == ([False, True], 1)
    result, trips = await counted.run(servers=servers)
    assert [(problem['server'], problem['code']) for problem in result['problems']] == [('spl1', 'ca_expired')]
    assert (result['failed'], result['changed'], trips) == (True, True, 2)
    assert [entry['changed'] for entry in result['servers']] == [False, True]
    assert (counted.site.config('spl1').exists(), counted.site.config('spl2').exists()) == (False, True)


@together(made_counted)
async def test_a_managed_crl_is_checked_by_the_ca_of_the_target(counted: Counted, pki: Pki) -> None:
    counted.ca.write_bytes(Authority('Another CA').pem)
    result, _trips = await counted.run(crl_src=str(pki.crl_path))
    assert {problem['code'] for problem in result['problems']} == {'crl_issuer_unknown'}
    counted.ca.write_bytes(Authority('Soon over', not_after=days_from_now(5)).pem)
    result, _trips = await counted.run()
    assert ({problem['code'] for problem in result['problems']}, result['changed']) == ({'ca_expires_soon'}, True)


@together(made_site)
async def test_a_server_that_is_not_there_is_named_and_the_others_are_done(site: Site) -> None:
    result = await site.run(servers=[{'name': 'spl1'}, {'name': 'spl9'}])
    assert [problem['code'] for problem in result['problems']] == ['not_a_server']
    assert 'spl9: not changed' in result['msg']
    assert site.config().exists()


@together(made_site)
async def test_hard_links_are_not_written_through(site: Site, tmp_path: pathlib.Path) -> None:
    other = tmp_path / 'other'
    other.write_text('EnableTLS = 0\n')
    other.chmod(0o600)
    site.config().hardlink_to(other)
    await site.run()
    assert other.read_text() == 'EnableTLS = 0\n'
    assert stat.S_IMODE(other.stat().st_mode) == 0o600


@together(made_site)
async def test_rights_that_keep_the_owner_out_are_drift(site: Site) -> None:
    if os.geteuid() != 0:
        pytest.skip('only root can give files away')
    for path in (site.base, *site.base.parents):
        if str(path).startswith('/tmp/'):
            path.chmod(path.stat().st_mode | 0o055)
    os.chown(site.base / 'spl1', 61234, 61234)
    await site.run()
    site.config().chmod(0)
    result = await site.run()
    assert [one['kind'] for one in result['servers'][0]['drift']] == ['mode']
    assert stat.S_IMODE(site.config().stat().st_mode) == 0o644
    assert (await site.run())['changed'] is False


@pytest.mark.parametrize(
    ('size', 'kinds'),
    [(2 << 20, {'extra', 'missing', 'text'}), (20 << 20, {'missing', 'text'})],
    ids=['2 MiB', '20 MiB'],
)
@together(made_site)
async def test_a_configuration_of_any_size_is_replaced_and_reported(site: Site, size: int, kinds: set[str]) -> None:
    site.config().write_text(''.join(f'Key{number} = 1\n' for number in range(12_000)) + '#' * size)
    result = await site.run('--diff')
    assert result['failed'] is False, result['msg'][:2000]
    drift = result['servers'][0]['drift']
    assert 0 < len(drift) <= 500
    assert {one['kind'] for one in drift} <= kinds
    assert (await site.run())['changed'] is False


@pytest.mark.every_core
@together(made_site)
async def test_a_directory_that_its_owner_cannot_write_in_keeps_the_old_set(site: Site) -> None:
    if os.geteuid() != 0:
        pytest.skip('only root can give directories away')
    for path in (site.base, *site.base.parents):
        if str(path).startswith('/tmp/'):
            path.chmod(path.stat().st_mode | 0o055)
    os.chown(site.base / 'spl1', 61234, 61234)
    (site.base / 'spl1').chmod(0o555)
    result = await site.run()
    assert [problem['code'] for problem in result['problems']] == ['write_failed']
    assert 'Permission denied' in result['msg']
    assert 'Free disk space or allow writing' in result['msg']
    assert site.names() == set()
    assert result['servers'][1]['changed'] is True


# Tried before commit


@together(made_site)
async def test_a_set_that_cannot_send_does_not_come_into_force(site: Site, mail_server: MailServer) -> None:
    servers = [
        {'name': 'spl1', 'enable_tls': 'smtps', 'smtp_port': mail_server.ports['smtps']},
        {'name': 'spl2', 'enable_tls': 'smtps', 'smtp_port': mail_server.ports['expired']},
    ]
    result = await site.run(servers=servers, smtp_host='127.0.0.1', try_before_commit='handshake')
    assert result['servers'][0]['changed'] is True, result['msg']
    assert site.settings()['EnableTLS'] == '2'
    assert result['servers'][1]['changed'] is False
    assert result['servers'][1]['problems'][0]['code'] == 'expired'
    assert site.names('spl2') == set(), 'nothing of the new set is left'


@together(made_site)
async def test_a_failed_try_names_the_ca_file_that_was_declared(
    site: Site, mail_server: MailServer, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / 'foreign-ca.pem'
    path.write_bytes(Authority('Foreign CA').pem)
    mail = {'smtp_host': '127.0.0.1', 'smtp_port': mail_server.ports['smtps'], 'try_before_commit': 'handshake'}
    result = await site.run(enable_tls='smtps', ca_src=str(path), crl_src=None, servers=[{'name': 'spl1'}], **mail)
    (problem,) = result['problems']
    assert problem['code'] == 'unknown_ca'
    assert str(path) in problem['message']
    assert str(path) in result['msg']
    assert 'sendmemo-ca-' not in result['msg'].partition('[unknown_ca]')[0].partition('error')[2]
