# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo_validate through real ansible-playbook runs: all that is on a host is reported, and nothing more."""

from __future__ import annotations

import hashlib
import pathlib
import shutil
import stat

import pytest

from support.pd_programs import PdPrograms
from support.pki import Authority, days_from_now
from support.profiles import SHOWN, profile
from support.steps import Task
from support.together import together

PORT = 'smtp-server-port'
VALID = 'EnableTLS = 1\nCAFile = ca.pem\nCrlFile = crl.pem\nHostname = print1.example.com\n'


def made_base_dir(tmp_path):
    path = tmp_path / 'pd'
    path.mkdir(mode=0o755)
    return path


def make_server(base_dir: pathlib.Path, pki, name: str, config: str = VALID, **files: bytes) -> pathlib.Path:
    """Make a working directory with a configuration, ca.pem and crl.pem; `files` (name without .pem) are put over them."""
    directory = base_dir / name
    directory.mkdir(mode=0o755)
    content = {'ca': pki.ca_path.read_bytes(), 'crl': pki.crl_path.read_bytes(), **files}
    by_name = {'sendmemo-ssl.cfg': config.encode(), **{f'{stem}.pem': data for stem, data in content.items()}}
    for file, data in by_name.items():
        (directory / file).write_bytes(data)
        (directory / file).chmod(0o644)
    return directory


async def validate(*arguments, expected='ok', variables=None, **options):
    """Run the module, which ends as `expected`; return its result."""
    result = await Task('sendmemo_validate', options, *arguments, variables=variables).result()
    assert result['failed'] is (expected == 'failed'), result['output']
    return result


def codes(result, server=None):
    return [problem['code'] for problem in result['problems'] if server is None or problem.get('server') == server]


@pytest.mark.every_core
@together(made_base_dir)
async def test_valid_servers_have_no_problems_and_all_is_reported(base_dir, pki):
    make_server(base_dir, pki, 'spl1')
    make_server(base_dir, pki, 'spl2', 'EnableTLS = 2\n')
    (base_dir / 'loose.cfg').write_text('x')
    make_server(base_dir, pki, 'spl3.BAK', 'broken')
    result = await validate(base_dir=str(base_dir))
    assert (result['valid'], result['problems'], result['changed'], result['msg']) == (True, [], False, 'no problems')
    assert [entry['name'] for entry in result['servers']] == ['spl1', 'spl2']
    assert [(one['keyword'], one['name'], one['file']) for one in result['servers'][0].pop('trust')] == [
        (keyword, 'CN=Test CA', f'{base_dir}/spl1/{file}') for keyword, file in (('CAFile', 'ca.pem'), ('CrlFile', 'crl.pem'))
    ]
    assert result['servers'][0].pop('policy')['profile'] is None
    assert result['servers'][0] == {
        'name': 'spl1',
        'path': str(base_dir / 'spl1' / 'sendmemo-ssl.cfg'),
        'problems': [],
        'sha256': hashlib.sha256(VALID.encode()).hexdigest(),
        'settings': {
            'EnableTLS': '1',
            'CAFile': 'ca.pem',
            'CrlFile': 'crl.pem',
            'CertValidationIgnoreHostName': '0',
            'IgnoreCertificateErrors': '0',
            'Hostname': 'print1.example.com',
        },
    }


@pytest.mark.version_shim
@together(made_base_dir)
async def test_problems_are_reported_with_file_and_line_and_no_text_is_templated(base_dir, pki):
    config = 'EnableTLS = {{ 6 * 7 }}\nenabletls = 1\n[tls]\nHostname = fc00::1\nHostname = a.example\n'
    make_server(base_dir, pki, 'spl1', config)
    make_server(base_dir, pki, 'spl2')
    result = await validate(expected='failed', base_dir=str(base_dir))
    path = str(base_dir / 'spl1' / 'sendmemo-ssl.cfg')
    assert [(problem['code'], problem['line']) for problem in result['problems']] == [
        ('invalid_value', 1),
        ('unknown_keyword', 2),
        ('invalid_line', 3),
        ('invalid_ehlo_hostname', 4),
        ('duplicate_keyword', 5),
    ]
    assert result['valid'] is False
    assert result['problems'][0] == {
        'code': 'invalid_value',
        'severity': 'error',
        'message': 'EnableTLS is "{{ 6 * 7 }}"; it can only be 0, 1 or 2.',
        'hint': 'Write 0, 1 or 2.',
        'server': 'spl1',
        'file': path,
        'line': 1,
        'keyword': 'EnableTLS',
        'value': '{{ 6 * 7 }}',
    }
    assert result['servers'][0]['problems'] == result['problems']
    assert (result['servers'][1]['name'], result['servers'][1]['problems']) == ('spl2', [])
    lines = result['msg'].splitlines()
    assert lines[0] == '5 errors'
    assert lines[2].startswith(f'error spl1 {path}:2: enabletls is not a keyword')


@pytest.mark.parametrize('fail_on, expected', (('error', 'ok'), ('warning', 'failed'), ('never', 'ok')))
@together(made_base_dir)
async def test_warnings_fail_only_when_asked_and_leave_it_valid(base_dir, pki, fail_on, expected):
    make_server(base_dir, pki, 'spl1', 'EnableTLS = 0\n')
    result = await validate(expected=expected, base_dir=str(base_dir), fail_on=fail_on)
    assert (codes(result), result['valid']) == (['tls_off'], True)


@together(made_base_dir)
async def test_nothing_fails_with_never_and_errors_are_reported_all_the_same(base_dir, pki):
    make_server(base_dir, pki, 'spl1', 'x\n')
    result = await validate(base_dir=str(base_dir), fail_on='never')
    assert (codes(result), result['valid']) == (['invalid_line', 'tls_off'], False)


def expired_ca() -> bytes:
    return Authority('Old CA', not_after=days_from_now(-3.5)).pem


# name: files, codes
TRUST = {
    'DER': ({'ca': b'\x30\x00'}, ['not_pem']),
    'no certificate': ({'ca': Authority('A').crl()}, ['no_certificate']),
    'no CRL': ({'crl': Authority('A').pem}, ['no_crl']),
    'a leaf as CA': ({'ca': Authority('A').issue(['x.example']).certificate_pem}, ['not_a_ca', 'crl_issuer_unknown']),
    'another CA': ({'ca': Authority('Another').pem}, ['crl_issuer_unknown']),
    'another CA of the same name': ({'ca': Authority('Test CA').pem}, ['crl_issuer_unknown']),
    'an expired CA': ({'ca': expired_ca()}, ['ca_expired', 'crl_issuer_unknown']),
}


@pytest.mark.parametrize('name', sorted(TRUST))
@together(made_base_dir)
async def test_the_trust_files_on_the_host_are_checked(base_dir, pki, name):
    files, expected = TRUST[name]
    make_server(base_dir, pki, 'spl1', **files)
    assert codes(await validate(expected='failed', base_dir=str(base_dir))) == expected


@together(made_base_dir)
async def test_a_trust_file_outside_of_the_working_directory_may_be_a_link(base_dir, pki, tmp_path):
    (tmp_path / 'link.pem').symlink_to(pki.ca_path)
    make_server(base_dir, pki, 'spl1', f'EnableTLS = 1\nCAFile = {tmp_path}/link.pem\n')
    assert codes(await validate(base_dir=str(base_dir))) == []


@pytest.mark.every_core
@together(made_base_dir)
async def test_a_server_that_was_found_without_a_configuration_is_not_configured_yet(base_dir, pki):
    make_server(base_dir, pki, 'spl1')
    (base_dir / 'spl2').mkdir(mode=0o755)
    (base_dir / 'spl2' / 'error.log').write_text('')
    result = await validate(base_dir=str(base_dir), fail_on='warning')
    path = str(base_dir / 'spl2' / 'sendmemo-ssl.cfg')
    assert (result['valid'], [entry['name'] for entry in result['servers']]) == (True, ['spl1', 'spl2'])
    assert [(one['code'], one['severity'], one['server'], one['file']) for one in result['problems']] == [
        ('not_configured', 'info', 'spl2', path)
    ]
    assert 'converge' in result['problems'][0]['hint']
    assert result['msg'].count(path) == 1
    named = await validate(base_dir=str(base_dir), servers=[{'name': 'spl2'}], expected='failed')
    assert (codes(named), named['valid'], named['msg'].count(path)) == (['file_not_found'], False, 1)
    assert 'converge' in named['problems'][0]['hint']
    allowed = await validate(base_dir=str(base_dir), servers=[{'name': 'spl2'}], require_configuration=False)
    assert codes(allowed) == ['not_configured']


@together(made_base_dir)
async def test_a_loose_file_is_no_server_and_no_hint_says_to_remove_it(base_dir):
    (base_dir / 'notifyd_error.cfg').write_text("the product's own")
    [problem] = (await validate(base_dir=str(base_dir), servers=[{'name': 'notifyd_error.cfg'}], expected='failed'))['problems']
    assert problem['code'] == 'not_a_server'
    assert 'remove' not in problem['hint']


@together(made_base_dir)
async def test_missing_files_links_and_missing_servers_are_reported_each_for_itself(base_dir, pki):
    spl1 = make_server(base_dir, pki, 'spl1')
    (spl1 / 'ca.pem').unlink()
    spl2 = make_server(base_dir, pki, 'spl2')
    (spl2 / 'ca.pem').unlink()
    (spl2 / 'ca.pem').symlink_to('/etc/shadow')
    make_server(base_dir, pki, 'spl3')
    spl4 = base_dir / 'spl4'
    spl4.mkdir(mode=0o755)
    names = ('spl1', 'spl2', 'spl3', 'spl4', 'spl5')
    result = await validate(expected='failed', base_dir=str(base_dir), servers=[{'name': name} for name in names])
    assert {name: codes(result, name) for name in names} == {
        'spl1': ['file_not_found'],
        'spl2': ['unsafe_path'],
        'spl3': [],
        'spl4': ['file_not_found'],
        'spl5': ['not_a_server'],
    }
    assert [entry['name'] for entry in result['servers']] == list(names)
    assert result['problems'][0]['keyword'] == 'CAFile'


@together(made_base_dir)
async def test_a_private_key_is_reported_and_nothing_of_it_is_shown(base_dir, pki):
    key = pki.server.key_pem
    make_server(base_dir, pki, 'spl1', ca=pki.ca_path.read_bytes() + key)
    result = await validate('-vvv', expected='failed', base_dir=str(base_dir))
    assert codes(result) == ['private_key_in_trust_file']
    assert not any(line in repr(result) for line in key.decode().splitlines()[1:-1])


@together(made_base_dir)
async def test_what_others_can_write_is_unsafe(base_dir, pki):
    spl1 = make_server(base_dir, pki, 'spl1')
    for path in (spl1, spl1 / 'sendmemo-ssl.cfg', spl1 / 'crl.pem'):
        path.chmod(path.stat().st_mode | stat.S_IWOTH)
    result = await validate(expected='failed', base_dir=str(base_dir))
    assert [(problem['code'], problem['file']) for problem in result['problems']] == [
        ('unsafe_permissions', str(path)) for path in (spl1, spl1 / 'sendmemo-ssl.cfg', spl1 / 'crl.pem')
    ]


@together(made_base_dir)
async def test_the_port_is_compared_where_it_is_known(base_dir, pki):
    for name in ('spl1', 'spl2', 'spl3'):
        make_server(base_dir, pki, name)
    make_server(base_dir, pki, 'spl4', 'EnableTLS = 2\n')
    result = await validate(
        base_dir=str(base_dir),
        smtp_port=465,
        servers=[{'name': 'spl1'}, {'name': 'spl2', 'smtp_port': 587}, {'name': 'spl3', 'smtp_port': 2525}, {'name': 'spl4'}],
    )
    assert [(problem['code'], problem['server'], problem['severity']) for problem in result['problems']] == [
        ('port_mismatch', 'spl1', 'warning')
    ]


@together(made_base_dir)
async def test_the_port_is_read_from_the_attributes_where_it_is_not_given(base_dir, pki, tmp_path):
    ports = {'spl1': '465', 'spl2': '587', 'spl3': '', 'spl4': 'smtps', 'spl5': '465', 'spl6': '25'}
    for name in ports:
        make_server(base_dir, pki, name)
    programs = PdPrograms(tmp_path / 'pd', {name: {PORT: port} for name, port in ports.items()})
    programs.set_state(down=['spl6'])
    servers = [{'name': name, **({'smtp_port': 587} if name == 'spl5' else {})} for name in ports]
    result = await validate(expected='failed', base_dir=str(base_dir), servers=servers, pd_bin_dir=str(programs.bin_dir))
    assert [(problem['code'], problem['server'], problem['severity']) for problem in result['problems']] == [
        ('port_mismatch', 'spl1', 'warning'),
        ('port_mismatch', 'spl4', 'warning'),
        ('server_not_running', 'spl6', 'error'),
    ]
    assert 'smtp-server-port is smtps, which is not a port' in result['problems'][1]['message']


GRAMMAR = {'carriage_return': 'kept', 'leading_blanks': 'line_ignored', 'duplicate_keyword': 'first', 'no_blanks': 'accepted'}


@pytest.mark.every_core
@together(made_base_dir)
async def test_by_a_profile_what_the_mailer_does_not_read_is_an_error(base_dir, pki, tmp_path):
    make_server(base_dir, pki, 'spl1', VALID.replace(' = ', '=').replace('\n', '\r\n'))
    make_server(base_dir, pki, 'spl2', f'  {VALID}')
    make_server(base_dir, pki, 'spl3', f'{VALID}EnableTLS = 1\n')
    make_server(base_dir, pki, 'spl4', VALID.rstrip())
    of_no_root = Authority('Issuing CA', parent=pki.authority).pem
    make_server(base_dir, pki, 'spl5', 'EnableTLS = 1\nCAFile = ca.pem\n', ca=of_no_root)
    (tmp_path / 'lab.yml').write_text(profile(grammar=GRAMMAR, trust={'partial_chain': 'refused'}))
    result = await validate(expected='failed', base_dir=str(base_dir), profile=str(tmp_path / 'lab.yml'))
    assert [(one['code'], one['server'], one['line']) for one in result['problems']] == [
        ('invalid_line', 'spl1', 1),
        ('invalid_line', 'spl2', 1),
        ('duplicate_keyword', 'spl3', 5),
        ('unknown_ca', 'spl5', 1),
    ]
    lines = [line.split('; with such a line, ')[-1] for line in result['msg'].splitlines()[1:3]]
    assert lines == [
        f'the mailer was observed {does}. [invalid_line] {remedy}'
        for does, remedy in (
            ('to take CR for a part of the value', 'Write the file with LF alone at the end of each line.'),
            ('to ignore the line', 'Begin the line with its keyword.'),
        )
    ]
    of_crls = ['crl_check', 'missing_crl', 'expired_crl']
    assumed = {entry['name']: entry['policy'].pop('assumed') for entry in result['servers']}
    assert assumed['spl4'] == ['no_final_newline', 'ehlo_host', 'default_cas', *of_crls]
    policy = {'profile': SHOWN, 'not_followed': {'duplicate_keyword': 'first'}}
    assert [entry['policy'] for entry in result['servers']] == [policy] * 5


@together(made_base_dir)
async def test_a_text_is_validated_by_a_profile_too_and_a_wrong_profile_is_refused(base_dir, tmp_path):
    for name, reading in (('lab.yml', 'kept'), ('wrong.yml', 'keeps')):
        (tmp_path / name).write_text(profile(grammar={'carriage_return': reading}))
    result = await validate(expected='failed', content='EnableTLS = 1\r\n', profile=str(tmp_path / 'lab.yml'))
    assert (codes(result), result['servers'][0]['policy']['profile']) == (['invalid_line'], SHOWN)
    refused = await validate(expected='failed', content='EnableTLS = 1\r\n', profile=str(tmp_path / 'wrong.yml'))
    assert 'carriage_return is keeps, not one of dropped, kept' in refused['msg']
    assert refused['refused']


@together(made_base_dir)
async def test_one_path_is_validated(base_dir, pki):
    directory = make_server(base_dir, pki, 'samples')
    path = directory / 'new.cfg'
    shutil.move(directory / 'sendmemo-ssl.cfg', path)
    result = await validate(path=str(path))
    (entry,) = result['servers']
    assert ('name' not in entry, entry['path'], entry['problems'], result['valid']) == (True, str(path), [], True)


@together(made_base_dir)
async def test_content_is_validated_without_a_connection(base_dir):
    content = 'EnableTLS = 1\nCAFile = ca.pem\nHostname = host\n'
    nowhere = {'ansible_connection': 'ssh', 'ansible_host': '127.0.0.1', 'ansible_port': 1}
    result = await validate(expected='failed', content=content, variables=nowhere)
    assert codes(result) == ['invalid_ehlo_hostname']
    assert set(result['servers'][0]) == {'sha256', 'settings', 'policy', 'problems'}


@together(made_base_dir)
async def test_content_is_validated_with_the_files_of_a_working_directory(base_dir, pki):
    directory = make_server(base_dir, pki, 'spl1')
    content = 'EnableTLS = 1\nCAFile = ca.pem\nCrlFile = gone.pem\n'
    result = await validate(expected='failed', content=content, working_dir=str(directory))
    assert codes(result) == ['file_not_found']
    assert result['problems'][0]['file'] == str(directory / 'gone.pem')


@pytest.mark.parametrize(
    'options, reason',
    (
        ({'path': '/x', 'content': 'y'}, 'path and content exclude each other'),
        ({'path': '/x', 'servers': [{'name': 'spl1'}]}, 'servers and path exclude each other'),
        ({'path': '/x', 'working_dir': '/y'}, 'working_dir goes with content'),
        ({'path': 'x'}, 'absolute path'),
        ({'content': 'x', 'pd_bin_dir': '/usr/lpp/pd/bin'}, 'content has no attributes'),
    ),
    ids=['path and content', 'path and servers', 'path and working_dir', 'a relative path', 'content and pd_bin_dir'],
)
@together(made_base_dir)
async def test_options_that_do_not_fit_are_refused(base_dir, options, reason):
    assert reason in (await validate(expected='failed', **options))['msg']
