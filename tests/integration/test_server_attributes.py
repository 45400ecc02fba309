# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""server_attributes through real ansible-playbook runs, against stand-ins of pdls and pdset."""

from __future__ import annotations

import pathlib
import sys
import typing as t

import pytest

from support.pd_programs import PdPrograms
from support.pythons import target_pythons
from support.steps import Task
from support.together import together

HOST, PORT = 'smtp-server-host', 'smtp-server-port'
STARTTLS = {HOST: 'mail.example.com', PORT: '587'}
SMTPS = {**STARTTLS, PORT: '465'}


class Site:
    """A print host on a local connection with stand-ins of the commands; each start of its Python is a line in a file."""

    def __init__(self, tmp_path: pathlib.Path) -> None:
        self.programs = PdPrograms(tmp_path / 'pd', {'spl1': STARTTLS, 'spl2': {HOST: '', PORT: ''}, 'spl3': STARTTLS})
        self.starts = tmp_path / 'starts'
        self.counting = tmp_path / 'python'
        self.use(pathlib.Path(sys.executable))
        self.environment: dict[str, str] = {}
        self.output = ''

    def use(self, python: pathlib.Path) -> None:
        self.counting.write_text(f'#!/bin/sh\necho >> {self.starts}\nexec {python} "$@"\n')
        self.counting.chmod(0o755)

    async def run(self, *arguments: str, timeout: int = 0, **options: t.Any) -> dict[str, t.Any]:
        """Run the module on spl1 unless `servers` are given; return the result, with `failed`."""
        given = {'servers': [{'name': 'spl1'}], 'pd_bin_dir': str(self.programs.bin_dir), **options}
        self.starts.write_text('')
        variables = {'ansible_python_interpreter': str(self.counting)}
        task = Task('server_attributes', given, *arguments, variables=variables, timeout=timeout, environment=self.environment)
        result = await task.result()
        self.output = result.pop('output')
        return result

    def round_trips(self) -> int:
        return len(self.starts.read_text().splitlines())


def pythons() -> list[str]:
    return sorted(target_pythons()) or ['own']


@pytest.mark.every_core
@together(Site)
async def test_attributes_are_set_once_and_reported(site: Site) -> None:
    result = await site.run('--diff', attributes={HOST: 'mail.example.com', PORT: 465})
    assert (result['failed'], result['changed'], result['problems']) == (False, True, [])
    assert result['servers'] == [{'name': 'spl1', 'changed': True, 'before': STARTTLS, 'after': SMTPS, 'problems': []}]
    assert result['msg'] == 'spl1: changed: smtp-server-port (was 587, is 465)'
    assert result['diff'] == [
        {
            'before_header': 'spl1 (server attributes)',
            'after_header': 'spl1 (server attributes)',
            'before': 'smtp-server-host = mail.example.com\nsmtp-server-port = 587\n',
            'after': 'smtp-server-host = mail.example.com\nsmtp-server-port = 465\n',
        }
    ]
    assert '-smtp-server-port = 587\n+smtp-server-port = 465\n' in site.output
    assert site.programs.attributes('spl1') == SMTPS

    again = await site.run('--diff', attributes={HOST: 'mail.example.com', PORT: 465})
    assert (again['changed'], again['msg'], again.get('diff')) == (False, 'spl1: as declared', None)
    assert again['servers'] == [{'name': 'spl1', 'changed': False, 'before': SMTPS, 'after': SMTPS, 'problems': []}]
    assert len(site.programs.calls('pdset')) == 1


@pytest.mark.every_core
@together(Site)
async def test_check_mode_predicts_and_sets_nothing(site: Site) -> None:
    result = await site.run('--check', '--diff', attributes={PORT: '465'})
    assert (result['changed'], result['msg']) == (True, 'spl1: would be changed: smtp-server-port (was 587, would be 465)')
    assert result['servers'][0]['after'] == {PORT: '465'}
    assert len(result['diff']) == 1
    assert site.programs.attributes('spl1') == STARTTLS
    assert site.programs.calls('pdset') == []


@pytest.mark.parametrize('python', pythons())
@together(Site)
async def test_all_servers_take_one_round_trip(site: Site, python: str) -> None:
    site.use(target_pythons().get(python, pathlib.Path(sys.executable)))
    site.programs.set_state(servers={f'spl{number}': STARTTLS for number in range(16)})
    servers = [{'name': f'spl{number}', 'attributes': {PORT: str(2000 + number)}} for number in range(16)]
    result = await site.run(servers=servers)
    assert (result['failed'], site.round_trips()) == (False, 1)
    assert [entry['after'] for entry in result['servers']] == [{PORT: str(2000 + number)} for number in range(16)]
    assert (await site.run(servers=servers))['changed'] is False
    assert site.round_trips() == 1


@together(Site)
async def test_without_attributes_those_of_the_mail_server_are_read(site: Site) -> None:
    result = await site.run(servers=[{'name': 'spl1'}, {'name': 'spl2'}])
    assert [entry['before'] for entry in result['servers']] == [STARTTLS, {HOST: None, PORT: None}]
    assert result['msg'].splitlines() == [
        'spl1: smtp-server-host is mail.example.com, smtp-server-port is 587',
        'spl2: smtp-server-host is unset, smtp-server-port is unset',
    ]
    assert result['changed'] is False


@together(Site)
async def test_an_attribute_without_a_value_is_read_only(site: Site) -> None:
    site.programs.set_state(servers={'spl1': {**STARTTLS, 'comment': ['a', 'b']}})
    (entry,) = (await site.run(attributes={'comment': None, PORT: '465'}))['servers']
    assert entry['after'] == {'comment': 'a b', PORT: '465'}


@together(Site)
async def test_an_entry_s_attributes_count_before_the_option_and_are_not_merged(site: Site) -> None:
    result = await site.run(attributes=SMTPS, servers=[{'name': 'spl1'}, {'name': 'spl2', 'attributes': {PORT: 25}}])
    assert [entry['after'] for entry in result['servers']] == [SMTPS, {PORT: '25'}]


@together(Site)
async def test_servers_are_found_where_none_is_named(site: Site, tmp_path: pathlib.Path) -> None:
    for name in ('spl3', 'spl1', 'spl2.BAK'):
        (tmp_path / 'base' / name).mkdir(parents=True)
        (tmp_path / 'base' / name / 'error.log').write_text('')
    result = await site.run(servers=[], base_dir=str(tmp_path / 'base'), attributes={PORT: 465})
    assert [(entry['name'], entry['changed']) for entry in result['servers']] == [('spl1', True), ('spl3', True)]
    assert site.round_trips() == 1


@pytest.mark.every_core
@together(Site)
async def test_each_server_has_its_problem_and_the_others_are_done(site: Site) -> None:
    site.programs.set_state(down=['spl3'])
    names = ('spl1', 'gone', 'spl3', 'spl2')
    result = await site.run(servers=[{'name': name} for name in names], attributes={PORT: 465})
    assert (result['failed'], result['changed']) == (True, True)
    assert [(problem['code'], problem['server']) for problem in result['problems']] == [
        ('server_unknown', 'gone'),
        ('server_not_running', 'spl3'),
    ]
    assert [(entry['name'], entry['changed'], entry['after']) for entry in result['servers']] == [
        ('spl1', True, {PORT: '465'}),
        ('gone', False, None),
        ('spl3', False, None),
        ('spl2', True, {PORT: '465'}),
    ]
    said = 'The server spl3 does not answer: 5010-414 Cannot communicate with the server. [server_not_running] Start'
    assert f'error spl3: {said}' in result['msg']


@together(Site)
async def test_a_refused_attribute_leaves_the_server_as_it_was(site: Site) -> None:
    site.programs.set_state(refused=[PORT])
    result = await site.run(attributes={HOST: 'b.example.com', PORT: 465})
    (problem,) = result['problems']
    assert (problem['code'], problem['keyword'], problem['value']) == ('attribute_refused', PORT, '465')
    assert '5010-900 The value 465 of smtp-server-port\\x1b[31m is not allowed.' in problem['message']
    assert (result['failed'], result['changed']) == (True, False)
    assert site.programs.attributes('spl1') == STARTTLS
    assert '\x1b' not in site.output


@together(Site)
async def test_an_attribute_that_servers_do_not_have_is_refused(site: Site) -> None:
    (problem,) = (await site.run('--check', attributes={'no-such': 'a'}))['problems']
    assert problem['code'] == 'attribute_refused'
    assert 'no-such is not one of the object spl1' in problem['message']


@pytest.mark.parametrize('program', ['pdls', 'pdset'])
@pytest.mark.parametrize('arguments', [(), ('--check',)], ids=['run', 'check mode'])
@together(Site)
async def test_a_missing_program_is_reported(site: Site, program: str, arguments: tuple[str, ...]) -> None:
    (site.programs.bin_dir / program).unlink()
    result = await site.run(*arguments, attributes={PORT: 465})
    assert [problem['code'] for problem in result['problems']] == ['pd_command_missing']
    assert result['problems'][0]['file'] == str(site.programs.bin_dir)
    assert (result['failed'], result['changed']) == (True, False)


@pytest.mark.every_core
@pytest.mark.parametrize('behaviour', ['garbage', 'silent', 'flood', 'crash', 'code 3'])
@together(Site)
async def test_output_that_is_not_known_is_reported_and_nothing_is_set(site: Site, behaviour: str) -> None:
    site.programs.set_state(behaviour={'pdls': behaviour})
    result = await site.run(attributes={PORT: 465})
    (problem,) = result['problems']
    assert (problem['code'], problem['server'], result['changed']) == ('pd_output_unreadable', 'spl1', False)
    assert site.programs.calls('pdset') == []
    if behaviour == 'garbage':
        assert '{{ 7 * 7 }}' in problem['message']


@together(Site)
async def test_a_command_that_hangs_ends_in_time_and_leaves_nobody_behind(site: Site) -> None:
    site.programs.set_state(behaviour={'pdls': 'hang'})
    result = await site.run(attributes={PORT: 465}, timeout=8)
    (problem,) = result['problems']
    assert problem['code'] == 'pd_output_unreadable'
    assert 'did not end in time and was killed' in problem['message']
    (call,) = site.programs.calls()
    assert [pid for pid in (call['pid'], *call['children']) if runs(pid)] == []


def runs(pid: int) -> bool:
    status = pathlib.Path('/proc') / str(pid) / 'stat'
    return status.exists() and status.read_text().rpartition(')')[2].split()[0] != 'Z'


@together(Site)
async def test_the_commands_get_the_task_s_environment_and_keep_its_locale(site: Site) -> None:
    site.programs.set_state(needs={'PD_SOCKET': '6880', 'LC_ALL': 'ja_JP.eucJP'})
    site.environment = {'PD_SOCKET': '6880', 'LC_ALL': 'ja_JP.eucJP'}
    assert (await site.run())['servers'][0]['before'] == STARTTLS
    site.programs.set_state(down=['spl1'])
    [problem] = (await site.run())['problems']
    assert problem['code'] == 'server_not_running'
    assert '5010-414 \\x' in problem['message']


@pytest.mark.parametrize(
    ('attributes', 'words'),
    [
        ({PORT: 'a b'}, 'without blanks, quotes and backslashes'),
        ({HOST: '"mail"'}, 'without blanks, quotes and backslashes'),
        ({HOST: 'a\\b'}, 'without blanks, quotes and backslashes'),
        ({HOST: 'a\nb'}, 'without blanks, quotes and backslashes'),
        ({HOST: ''}, 'no documented way to unset'),
        ({PORT: True}, 'smtp-server-port is neither text nor a number'),
        ({HOST: ['a']}, 'smtp-server-host is neither text nor a number'),
        ({'SMTP host': 'a'}, 'SMTP host is not an attribute name'),
    ],
    ids=['a blank', 'quotes', 'a backslash', 'a line end', 'nothing', 'a truth value', 'a list', 'a blank in a name'],
)
@together(Site)
async def test_what_can_not_be_handed_over_is_refused_before_anything_connects(
    site: Site, attributes: dict[str, t.Any], words: str
) -> None:
    result = await site.run(servers=[{'name': 'spl1', 'attributes': attributes}])
    assert words in result['msg']
    assert 'attributes of server spl1' in result['msg']
    assert result['failed']
    assert site.round_trips() == 0


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ({'servers': [{'name': '-c'}]}, 'would be taken for an option of pdls'),
        ({'pd_bin_dir': 'bin'}, 'give an absolute path'),
        ({'attributes': {'a_b': 'c'}, 'servers': []}, 'attributes: a_b is not an attribute name'),
    ],
    ids=['an option for a name', 'a relative path', 'a name for found servers'],
)
@together(Site)
async def test_other_options_that_do_not_fit_are_refused(site: Site, options: dict[str, t.Any], words: str) -> None:
    assert words in (await site.run(**options))['msg']
    assert site.round_trips() == 0
