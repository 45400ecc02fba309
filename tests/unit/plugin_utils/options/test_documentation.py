# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The texts that `make reference` makes from the table of options, and the parts of RETURN that it writes."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.printops.infoprint.plugins.plugin_utils.options.role import ADDRESSED, check_variables
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.table.role import ENTRY_POINTS
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.variables import VARIABLES
from tools.reference import return_parts
from tools.reference.files import PLUGINS
from tools.reference.options import Documentation
from tools.reference.returns import with_parts
from tools.reference.yaml_text import WIDTH, yaml_lines

LONG = 'word ' * 60 + 'end.'


@pytest.mark.parametrize(
    'facts',
    [
        pytest.param({'default': value}, id=name)
        for name, value in {
            'a word': 'leaf',
            'a path': '/usr/lpp/pd/bin',
            'nothing': '',
            'a version': '1.0.0',
            'octal digits': '0644',
            'a number as text': '0',
            'a word that YAML takes for a switch': 'no',
            'a text with a colon': 'a: b',
            'a text that is a comment': 'a # b',
            'a switch': True,
            'an integer': 5,
            'a fraction': 60.0,
            'an empty list': [],
            'a list': ['disabled', '0', 'TLSv1.2'],
        }.items()
    ]
    + [
        pytest.param({'description': ['Short.', LONG]}, id='texts that are wrapped'),
        pytest.param({'description': ['With a colon: it is folded.', 'V(x) first.', "It's it."]}, id='texts of other characters'),
        pytest.param({'options': {'name': {'description': ['Deep.'], 'type': 'str'}}}, id='mappings in mappings'),
    ],
)
def test_yaml_reads_back_as_it_was(facts: dict[str, t.Any]) -> None:
    lines = list(yaml_lines(facts, 2))
    assert yaml.safe_load('\n'.join(lines)) == facts
    assert max(map(len, lines)) <= WIDTH


@pytest.fixture(scope='module')
def role() -> dict[str, t.Any]:
    specs: dict[str, t.Any] = yaml.safe_load(Documentation().argument_specs())['argument_specs']
    return specs


def test_the_role_s_specification_begins_with_what_one_needs(role: dict[str, t.Any]) -> None:
    assert list(role['main']['options'])[:6] == [
        f'sendmemo_tls_{name}' for name in ('servers', 'smtp_host', 'smtp_port', 'ca_src', 'hostname', 'verify_recipients')
    ]


def test_the_role_s_descriptions_speak_of_its_variables(role: dict[str, t.Any]) -> None:
    options = role['main']['options']
    assert 'O(sendmemo_tls_base_dir)' in options['sendmemo_tls_servers']['description'][1]
    assert 'An entry of O(sendmemo_tls_servers) can have its own.' in options['sendmemo_tls_mode']['description']


def test_a_variable_that_an_entry_point_lacks_is_named_without_a_link(role: dict[str, t.Any]) -> None:
    """Verification and rollback have no variable in common that asks for recipients."""
    text = role['rollback']['options']['sendmemo_tls_verify_recipients']['description'][1]
    assert 'C(sendmemo_tls_verify)' in text


def test_a_range_is_documented(role: dict[str, t.Any]) -> None:
    assert 'From V(1) to V(65535).' in role['main']['options']['sendmemo_tls_smtp_port']['description']


@pytest.mark.parametrize('name', ENTRY_POINTS)
def test_an_entry_point_begins_with_what_must_be_set(role: dict[str, t.Any], name: str) -> None:
    first = role[name]['description'][0]
    assert re.match(r'Set |Must be set: |Nothing must be set\.', first)
    required = {'sendmemo_tls_verify_recipients'} if 'envelope' in dict(ADDRESSED.get(name, ())).get('verify', ()) else set()
    assert required <= set(re.findall(r'O\((\w+)\)', first))


@pytest.mark.parametrize('name', ENTRY_POINTS)
def test_the_example_of_an_entry_point_is_one_that_the_role_accepts(role: dict[str, t.Any], name: str) -> None:
    [play] = yaml.safe_load(role[name]['examples'])
    taken = play['roles'][0] if name == 'main' else play['tasks'][0]
    if name != 'main':
        assert taken['ansible.builtin.import_role'] == {'name': 'printops.infoprint.sendmemo_tls', 'tasks_from': name}
    assert set(taken['vars']) <= set(role[name]['options'])
    [of_main] = yaml.safe_load(role['main']['examples'])
    in_the_inventory = {} if name in ('main', 'rollback') else of_main['roles'][0]['vars']
    given = {key.removeprefix('sendmemo_tls_'): value for key, value in {**in_the_inventory, **taken['vars']}.items()}
    defaults = {variable: option.default_in_role for variable, option in VARIABLES.items()}
    check_variables({**{key: value for key, value in defaults.items() if value is not None}, **given}, name)


PARTS: dict[str, dict[str, t.Any]] = {
    'a value': {'name': {'type': 'str', 'returned': 'always'}},
    'some facts': {'description': ['All of them.'], 'type': 'list'},
}
MODULE = """\
RETURN = r\"\"\"
servers:
  # From return_parts: some facts
  contains:
    # From return_parts: a value
    name:
      description: Old.
      contains:
        gone: {}
    ok:
      type: bool
msg:
  # From return_parts: some facts
  type: str
  description: Old.
  sample: x
\"\"\"
"""


def test_a_part_replaces_its_keys_at_the_indentation_of_its_place() -> None:
    text = with_parts(MODULE, PARTS)
    facts = PARTS['some facts']
    assert yaml.safe_load(text.split('"""')[1]) == {
        'servers': {**facts, 'contains': {**PARTS['a value'], 'ok': {'type': 'bool'}}},
        'msg': {**facts, 'sample': 'x'},
    }
    assert with_parts(text, PARTS) == text


def test_a_part_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match='gone'):
        with_parts('RETURN = r"""\n# From return_parts: gone\nx:\n  type: str\n"""\n', PARTS)


def test_every_part_is_used() -> None:
    modules = (path.read_text('utf-8') for path in (PLUGINS / 'modules').glob('*.py'))
    assert {name for text in modules for name in re.findall('# From return_parts: (.*)', text)} == set(return_parts.PARTS)
