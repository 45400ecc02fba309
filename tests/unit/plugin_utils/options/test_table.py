# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each row of the table of options is complete, and what is derived from it has it where it belongs."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.printops.infoprint.plugins.lookup import sendmemo_tls_options
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import (
    MODULES,
    ROWS,
    options_in,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.table.role import ENTRY_POINTS, ESSENTIAL
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.table.row import (
    Module,
    Option,
    Variable,
    each,
    paragraphs,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.variables import (
    VARIABLES,
    in_role_entry,
    offered_in,
    option_of,
    variable_argument,
    variable_of,
)

NAMES = [option.name for option in ROWS]
# Several options have one name: of such ones, with the first module.
IDS = [
    option.name if NAMES.count(option.name) == 1 else f'{option.name} of {next(iter(option.modules), "the role")}'
    for option in ROWS
]


@pytest.mark.parametrize('option', ROWS, ids=IDS)
def test_row_has_sentences_for_a_description(option: Option) -> None:
    texts = [option.description, *(module.more for module in option.modules.values()), option.role.more if option.role else '']
    sentences = [paragraph for text in texts for paragraph in paragraphs(text)]
    assert sentences
    assert [sentence for sentence in sentences if not re.match(r'[A-Z]', sentence) or not sentence.endswith('.')] == []


@pytest.mark.parametrize('option', ROWS, ids=IDS)
def test_row_is_used_somewhere(option: Option) -> None:
    assert option.modules or (option.role and option.role.entry_points)


@pytest.mark.parametrize('option', ROWS, ids=IDS)
def test_default_is_one_of_the_choices_and_in_the_range(option: Option) -> None:
    defaults = [option.default_in(module) for module in option.modules]
    for default in [default for default in (*defaults, option.default) if default is not None]:
        assert not option.choices or default in option.choices
        assert option.range is None or option.range[0] <= default <= option.range[1]


def test_a_name_has_one_row_in_each_module_and_one_in_an_entry() -> None:
    for module in MODULES:
        names = [option.name for option in options_in(module)]
        assert len(names) == len(set(names))
    in_entry = [name for option in ROWS if option.in_entry for name in (option.name, *option.aliases)]
    assert len(in_entry) == len(set(in_entry))


def test_an_option_can_differ_from_its_row_in_one_module() -> None:
    row = Option('x', 'int', 'It is.', {**each('a', 'b'), 'c': Module(default=None), 'd': Module(default=2)}, default=1)
    assert [row.default_in(module) for module in 'abcd'] == [1, 1, None, 2]


@pytest.mark.parametrize(
    ('option', 'name'),
    [
        pytest.param(Option('x', 'str', '', {}, Variable(), in_entry=True), 'x', id='named as the variable'),
        pytest.param(
            Option('x', 'str', '', {}, Variable('verify_x'), in_entry=True, aliases=('verify_x',)), 'verify_x', id='by its alias'
        ),
        pytest.param(Option('x', 'str', '', {}, Variable('verify_x'), in_entry=True), '', id='another name and no alias'),
        pytest.param(Option('x', 'str', '', {}, in_entry=True), '', id='no variable'),
        pytest.param(Option('x', 'str', '', {}, Variable()), '', id='not of an entry'),
        pytest.param(Option('state', 'str', '', {}, in_entry=True), 'state', id="an entry's alone"),
    ],
)
def test_an_entry_of_the_role_has_what_is_named_as_a_variable(option: Option, name: str) -> None:
    assert option.name_in_role_entry == name


def test_paragraphs_are_separated_by_blank_lines() -> None:
    assert paragraphs('One\n  line.') == ['One line.']
    assert paragraphs('\n    First.\n\n    Second\n    one.\n    ') == ['First.', 'Second one.']
    assert paragraphs('') == []


KNOWN = {
    'verify_body': 'body',
    'verify_recipients': 'recipients',
    'verify_retries': 'retries',
    'verify_retry_delay': 'retry_delay',
    'verify_sender': 'sender',
    'verify_subject': 'subject',
    'verify_timeout': 'timeout',
}


def test_variables_have_the_names_that_users_know() -> None:
    assert {name: option_of(name) for name in KNOWN} == KNOWN
    assert (option_of('verify_sender'), option_of('restart_command')) == ('sender', 'restart_command')
    assert (variable_of('sender'), variable_of('mode')) == ('sendmemo_tls_verify_sender', 'sendmemo_tls_mode')


def test_the_role_can_leave_the_verification_out() -> None:
    assert variable_argument(VARIABLES['verify'])['choices'] == ['none', *MODULES['send_memo']['until']['choices']]
    assert MODULES['sendmemo_config']['verify']['default'] == 'none'


def test_an_entry_of_the_role_has_what_can_also_be_set_per_host_but_subject_and_body() -> None:
    per_host = {name for name, option in VARIABLES.items() if option.in_entry} - {'verify_subject', 'verify_body'}
    assert set(in_role_entry()) == per_host | {'name', 'working_dir', 'state'}


def test_six_variables_come_first_and_are_of_the_main_entry_point() -> None:
    assert len(ESSENTIAL) == 6
    assert set(ESSENTIAL) <= set(offered_in('main'))
    first = paragraphs(ENTRY_POINTS['main'].description)[0]
    assert {variable_of(name) for name in re.findall(r'O\((\w+)\)', first)} == {f'sendmemo_tls_{name}' for name in ESSENTIAL}


OFFERED = {
    'base_dir': {'main', 'audit', 'verify', 'refresh_crl', 'rollback'},
    'template': {'main', 'audit', 'refresh_crl'},
    'verify_subject': {'main', 'verify', 'refresh_crl'},
    'audit_fails': {'audit'},
    'restart_command': {'main', 'refresh_crl', 'rollback'},
    'verify_when': {'main', 'refresh_crl'},
}


@pytest.mark.parametrize('variable', OFFERED)
def test_variable_is_offered_where_its_module_is_used(variable: str) -> None:
    assert {name for name in ENTRY_POINTS if variable in offered_in(name)} == OFFERED[variable]


def test_the_lookup_documents_the_entry_points() -> None:
    options = yaml.safe_load(sendmemo_tls_options.DOCUMENTATION)['options']
    assert options['entry_point']['choices'] == list(ENTRY_POINTS)
