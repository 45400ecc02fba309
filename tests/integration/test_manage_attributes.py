# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Host and port as a part of a server's set: with sendmemo_config, there and back, and where pdset refuses."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from support.config_site import Site
from support.mail_server_process import MailServer
from support.pd_programs import PdPrograms
from support.pythons import target_pythons
from support.together import together

from .conftest import Pki

HOST, PORT = 'smtp-server-host', 'smtp-server-port'
STARTTLS = {HOST: 'mail.example.com', PORT: '587'}
SMTPS = {HOST: 'mail.example.com', PORT: '465'}
PORT_DRIFT = {'file': 'server attributes', 'keyword': PORT, 'kind': 'changed', 'before': '587', 'after': '465'}


class Programs(t.NamedTuple):
    site: Site
    pd: PdPrograms

    async def smtps(self, *arguments: str, **options: t.Any) -> dict[str, t.Any]:
        """Move from STARTTLS on 587 to SMTPS on 465, unless `options` say otherwise."""
        return await self.site.run(*arguments, **{'enable_tls': 'smtps', 'smtp_port': 465, **options})

    @property
    def rollback(self) -> dict[str, t.Any]:
        """Options of a rollback that takes the attributes back too."""
        return {'pd_bin_dir': str(self.pd.bin_dir), 'manage_attributes': True}

    def active_attributes(self, server: str = 'spl1') -> tuple[dict[str, str], dict[str, str]]:
        return self.site.settings(server), self.pd.attributes(server)


async def made_managed(tmp_path: pathlib.Path, pki: Pki) -> Programs:
    """A host whose servers use STARTTLS on 587 already."""
    site = Site(tmp_path / 'base', pki.ca_path, pki.crl_path)
    pd = PdPrograms(tmp_path / 'pd', {'spl1': STARTTLS, 'spl2': STARTTLS})
    site.options.update(
        servers=[{'name': 'spl1'}],
        smtp_host='mail.example.com',
        smtp_port=587,
        manage_attributes=True,
        pd_bin_dir=str(pd.bin_dir),
    )
    assert (await site.run())['failed'] is False, site.output
    return Programs(site, pd)


@pytest.mark.every_core
@together(made_managed)
async def test_file_and_port_move_together_and_back(managed: Programs) -> None:
    before = managed.active_attributes()
    result = await managed.smtps('--diff')
    assert (result['failed'], result['changed'], result['problems']) == (False, True, [])
    assert [one['keyword'] for one in result['servers'][0]['drift']] == ['EnableTLS', PORT]
    assert result['servers'][0]['drift'][1] == PORT_DRIFT
    assert '-smtp-server-port = 587\n+smtp-server-port = 465' in managed.site.output
    after = managed.active_attributes()
    assert (after[0]['EnableTLS'], after[1]) == ('2', SMTPS)
    manifest = json.loads((pathlib.Path(result['servers'][0]['backup']) / 'manifest.json').read_text())
    assert manifest['attributes'] == STARTTLS
    calls = len(managed.pd.calls('pdset'))
    again = await managed.smtps('--diff')
    assert (again['changed'], again['msg'], len(managed.pd.calls('pdset'))) == (False, 'spl1: as declared', calls)

    rollback = managed.rollback
    predicted = await managed.site.rollback('--check', '--diff', **rollback)
    assert '-smtp-server-port = 465\n+smtp-server-port = 587' in managed.site.output
    assert managed.active_attributes() == after
    there = await managed.site.rollback(**rollback)
    assert there['servers'][0]['drift'] == predicted['servers'][0]['drift']
    assert there['servers'][0]['drift'][1] == {**PORT_DRIFT, 'before': '465', 'after': '587'}
    assert managed.active_attributes() == before
    assert (await managed.site.rollback(**rollback))['changed'] is True
    assert managed.active_attributes() == after


@pytest.mark.parametrize('python', sorted(target_pythons()) or ['own'])
@together(made_managed)
async def test_every_python_of_a_target_sets_attributes(managed: Programs, python: str) -> None:
    managed.site.python = target_pythons().get(python)
    assert (await managed.smtps())['changed'] is True, managed.site.output
    assert (await managed.site.rollback(**managed.rollback))['changed'] is True, managed.site.output
    assert managed.pd.attributes('spl1') == STARTTLS


@together(made_managed)
async def test_a_port_alone_is_a_set_of_its_own(managed: Programs) -> None:
    result = await managed.site.run(smtp_port=25)
    assert [one['keyword'] for one in result['servers'][0]['drift']] == [PORT]
    assert managed.pd.attributes('spl1')[PORT] == '25'
    assert (await managed.site.rollback(**managed.rollback))['changed'] is True
    assert managed.pd.attributes('spl1') == STARTTLS
    assert (await managed.site.rollback(**managed.rollback))['changed'] is True
    assert managed.pd.attributes('spl1')[PORT] == '25'


@pytest.mark.every_core
@together(made_managed)
async def test_a_refused_attribute_leaves_the_old_set_active(managed: Programs) -> None:
    managed.pd.set_state(refused=[PORT])
    before, attributes = managed.site.snapshot(), managed.pd.attributes('spl1')
    result = await managed.smtps(smtp_host='other.example.com')
    (problem,) = result['problems']
    assert (problem['code'], problem['keyword'], result['failed'], result['changed']) == ('attribute_refused', PORT, True, False)
    assert managed.pd.attributes('spl1') == attributes, 'the other attribute is restored'
    after = managed.site.snapshot()
    files = [path for path in before if pathlib.Path(path).is_file() and 'backups' not in path]
    assert {path: before[path] for path in files} == {path: after[path] for path in files}, 'not even an mtime'
    assert managed.site.names() == {pathlib.Path(path).name for path in files}
    assert 'spl1: not changed' in result['msg']


@together(made_managed)
async def test_a_refused_attribute_does_not_hold_up_another_server(managed: Programs) -> None:
    managed.pd.set_state(down=['spl1'])
    result = await managed.smtps(servers=[{'name': 'spl1'}, {'name': 'spl2'}])
    assert [(problem['server'], problem['code']) for problem in result['problems']] == [('spl1', 'server_not_running')]
    assert [entry['changed'] for entry in result['servers']] == [False, True]
    assert managed.active_attributes('spl2') == ({**managed.site.settings(), 'EnableTLS': '2'}, SMTPS)


@pytest.mark.every_core
@together(made_managed)
async def test_check_mode_predicts_and_touches_nothing(managed: Programs) -> None:
    before, state = managed.site.snapshot(), managed.pd.attributes('spl1')
    predicted = await managed.smtps('--check', '--diff')
    assert (managed.site.snapshot(), managed.pd.attributes('spl1'), managed.pd.calls('pdset')) == (before, state, [])
    done = await managed.smtps()
    assert predicted['changed'] is True
    assert predicted['servers'][0]['drift'] == done['servers'][0]['drift']
    assert (await managed.smtps('--check'))['changed'] is False


@pytest.mark.parametrize('program', ['pdls', 'pdset'])
@pytest.mark.parametrize('arguments', [(), ('--check',)], ids=['run', 'check mode'])
@together(made_managed)
async def test_a_missing_program_is_reported_before_anything_changes(
    managed: Programs, program: str, arguments: tuple[str, ...]
) -> None:
    (managed.pd.bin_dir / program).unlink()
    before = managed.site.snapshot()
    result = await managed.smtps(*arguments)
    assert ([problem['code'] for problem in result['problems']], result['changed']) == (['pd_command_missing'], False)
    assert managed.site.snapshot() == before


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ({'smtp_port': None}, 'smtp_port of server spl1 is missing'),
        ({'smtp_host': None, 'smtp_port': None}, 'smtp_host and smtp_port of server spl1 is missing'),
        ({'servers': None, 'smtp_host': None}, 'smtp_host is missing'),
        ({'smtp_host': 'mail host'}, 'without blanks'),
        ({'servers': [{'name': '-c'}]}, 'would be taken for an option of pdls'),
    ],
    ids=['no port', 'neither host nor port', 'no host', 'a blank in the host', 'an option for a name'],
)
@together(made_managed)
async def test_what_can_not_be_set_is_refused_before_anything_connects(
    managed: Programs, options: dict[str, t.Any], words: str
) -> None:
    calls = len(managed.pd.calls())
    result = await managed.smtps(**options)
    assert (result['failed'], 'servers' in result) == (True, False)
    assert words in result['msg']
    assert len(managed.pd.calls()) == calls


@together(made_managed)
async def test_an_absent_server_keeps_its_attributes_and_needs_none(managed: Programs) -> None:
    gone = [{'name': 'spl1', 'state': 'absent'}]
    assert (await managed.site.run(servers=gone, smtp_host=None))['changed'] is True
    assert (managed.site.names(), managed.pd.attributes('spl1')) == (set(), STARTTLS)


@together(made_managed)
async def test_what_a_killed_run_left_between_attributes_and_files_is_recovered(managed: Programs) -> None:
    before = managed.active_attributes()
    managed.pd.set_state(servers={'spl1': SMTPS, 'spl2': STARTTLS})  # as after a kill before the switch
    assert [one['keyword'] for one in (await managed.smtps('--check'))['servers'][0]['drift']] == ['EnableTLS']
    assert (await managed.site.run())['servers'][0]['drift'] == [{**PORT_DRIFT, 'before': '465', 'after': '587'}]
    assert managed.active_attributes() == before


@together(made_managed)
async def test_attributes_that_were_unset_stay_with_a_rollback(managed: Programs) -> None:
    managed.pd.set_state(servers={'spl1': STARTTLS, 'spl2': {HOST: '', PORT: ''}})
    servers = [{'name': 'spl2'}]
    result = await managed.smtps(servers=servers)
    assert [one['kind'] for one in result['servers'][0]['drift']] == ['missing'] * (3 + 2), 'files and attributes'
    assert (await managed.site.rollback(servers=servers, **managed.rollback))['changed'] is True
    assert (managed.site.names('spl2'), managed.pd.attributes('spl2')) == (set(), SMTPS)


@pytest.mark.parametrize(
    'attributes',
    [{PORT: 'a b'}, {PORT: '587"'}, {'no-such': '1'}, {PORT: 7}, ['x']],
    ids=['a blank', 'a quote', 'an unknown name', 'a number', 'a list'],
)
@together(made_managed)
async def test_attributes_of_a_manifest_are_not_believed(managed: Programs, attributes: object) -> None:
    result = await managed.smtps()
    path = pathlib.Path(result['servers'][0]['backup']) / 'manifest.json'
    path.write_text(json.dumps({**json.loads(path.read_text()), 'attributes': attributes}))
    before, calls = managed.active_attributes(), len(managed.pd.calls('pdset'))
    result = await managed.site.rollback(**managed.rollback)
    assert result['problems'][0]['code'] in ('no_previous_set', 'attribute_refused')
    assert (result['changed'], managed.active_attributes(), len(managed.pd.calls('pdset'))) == (False, before, calls)


@pytest.mark.parametrize(
    'given',
    [{}, {'manage_attributes': False}, {'servers': [{'name': 'spl1', 'manage_attributes': False}]}],
    ids=['not given', 'false', 'false for the server'],
)
@together(made_managed)
async def test_attributes_of_a_manifest_count_only_where_they_are_managed(managed: Programs, given: dict[str, t.Any]) -> None:
    path = pathlib.Path((await managed.smtps())['servers'][0]['backup']) / 'manifest.json'
    planted = {HOST: 'mail.attacker.example', PORT: '25'}
    path.write_text(json.dumps({**json.loads(path.read_text()), 'attributes': planted}))
    calls = len(managed.pd.calls('pdset'))
    for arguments in (['--check', '--diff'], []):
        result = await managed.site.rollback(*arguments, **{'pd_bin_dir': str(managed.pd.bin_dir), **given})
        assert [one['keyword'] for one in result['servers'][0]['drift']] == ['EnableTLS'], managed.site.output
        assert 'attacker' not in managed.site.output
    settings, attributes = managed.active_attributes()
    assert (settings['EnableTLS'], attributes, len(managed.pd.calls('pdset'))) == ('1', SMTPS, calls)


@together(made_managed)
async def test_what_a_rollback_will_set_is_shown_before_it_does(managed: Programs) -> None:
    path = pathlib.Path((await managed.smtps())['servers'][0]['backup']) / 'manifest.json'
    path.write_text(json.dumps({**json.loads(path.read_text()), 'attributes': {HOST: 'other.example.com', PORT: '25'}}))
    result = await managed.site.rollback('--check', '--diff', **managed.rollback)
    reported = {one['keyword']: (one['before'], one['after']) for one in result['servers'][0]['drift']}
    assert reported == {'EnableTLS': ('2', '1'), HOST: ('mail.example.com', 'other.example.com'), PORT: ('465', '25')}
    assert 'smtp-server-host changed (was mail.example.com, restored other.example.com)' in result['msg']
    assert '-smtp-server-host = mail.example.com\n' in managed.site.output
    assert '+smtp-server-host = other.example.com\n' in managed.site.output
    assert managed.pd.attributes('spl1') == SMTPS


@together(made_managed)
async def test_the_declared_values_are_tried_and_those_of_a_backup_with_a_rollback(
    managed: Programs, mail_server: MailServer
) -> None:
    ports = {name: mail_server.ports[name] for name in ('starttls', 'smtps', 'expired')}
    tried = {'smtp_host': '127.0.0.1', 'try_before_commit': 'handshake'}
    before = managed.active_attributes()
    result = await managed.smtps(**{**tried, 'smtp_port': ports['expired']})
    assert (result['problems'][0]['code'], result['changed'], managed.active_attributes()) == ('expired', False, before)
    assert (await managed.site.run(**{**tried, 'smtp_port': ports['starttls']}))['changed'] is True, managed.site.output
    starttls = managed.active_attributes()
    assert (await managed.smtps(**{**tried, 'smtp_port': ports['smtps']}))['changed'] is True, managed.site.output
    # The port that is given is for what is declared now; the set that comes back has its own.
    rollback = {**tried, 'smtp_port': ports['smtps'], **managed.rollback}
    assert (await managed.site.rollback(**rollback))['changed'] is True, managed.site.output
    assert managed.active_attributes() == starttls


@pytest.mark.every_core
@together(made_managed)
async def test_a_mail_server_that_is_not_declared_is_that_of_the_attributes(managed: Programs, mail_server: MailServer) -> None:
    undeclared = {'smtp_host': None, 'smtp_port': None, 'manage_attributes': None, 'try_before_commit': 'handshake'}
    for port, failed in ((mail_server.ports['expired'], True), (mail_server.ports['smtps'], False)):
        managed.pd.set_state(servers={'spl1': {HOST: '127.0.0.1', PORT: str(port)}})
        result = await managed.smtps(**undeclared)
        assert (result['failed'], result['changed']) == (failed, not failed), managed.site.output
    managed.pd.set_state(servers={'spl1': {HOST: '', PORT: ''}})
    result = await managed.site.run(**undeclared)
    assert ([problem['code'] for problem in result['problems']], result['changed']) == (['smtp_server_unknown'], False)


@pytest.mark.parametrize(
    ('enable_tls', 'port', 'fits'),
    [('starttls', 465, False), ('smtps', 587, False), ('smtps', 465, True)],
    ids=['starttls on 465', 'smtps on 587', 'smtps on 465'],
)
@together(made_managed)
async def test_a_port_that_does_not_fit_is_a_warning(managed: Programs, enable_tls: str, port: int, *, fits: bool) -> None:
    result = await managed.site.run(enable_tls=enable_tls, smtp_port=port)
    assert ([problem['code'] for problem in result['problems']], result['failed']) == ([] if fits else ['port_mismatch'], False)
    if not fits:
        (problem,) = result['problems']
        assert (problem['server'], problem['severity'], problem['file']) == ('spl1', 'warning', str(managed.site.config()))
        assert 'port_mismatch' in result['msg']
