# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is said in several places is the same everywhere: argument specs, module documentation, role, keywords, template."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring
from jinja2 import Environment

from ansible_collections.printops.infoprint.plugins.action.merge_reports import SPEC as MERGING
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import ENABLE_TLS_WORDS, KEYWORDS, defaults
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.config.rules import judge_config
from ansible_collections.printops.infoprint.plugins.module_utils.problems import usual_severity
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.role import ENTRY_POINTS as ENTRY_POINTS_CHECKED
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.role import OF_THE_ROLE, SPEC, options_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import COMMON, ENTRY, MODULES, NAMED

Options = dict[str, dict[str, t.Any]]

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLE = ROOT / 'roles' / 'sendmemo_tls'
COLLECTION = 'printops.infoprint'
PREFIX = 'sendmemo_tls_'
# What an argument spec, a module's documentation and a role's specification all say of an option.
FACETS = ('type', 'elements', 'choices', 'required', 'default')
ABSENT = {'type': 'str', 'required': False}
# The files with tasks of each entry point of the role.
ENTRY_POINTS = {
    'main': ('tasks/main.yml', 'tasks/configure.yml', 'tasks/verify.yml', 'handlers/main.yml'),
    'audit': ('tasks/audit.yml',),
    'verify': ('tasks/verify.yml',),
    'rollback': ('tasks/rollback.yml', 'handlers/main.yml'),
}


def read_yaml(path: pathlib.Path) -> t.Any:
    return yaml.safe_load(path.read_text('utf-8'))


def facets(options: Options) -> dict[str, dict[str, t.Any]]:
    """Return of every option, and every option inside it under 'outer.inner', what is to be compared."""
    told = {}
    for name, option in options.items():
        told[str(name)] = {facet: option.get(facet, ABSENT.get(facet)) for facet in FACETS}
        inner = facets(option.get('options') or option.get('suboptions') or {})
        told.update({f'{name}.{inner_name}': value for inner_name, value in inner.items()})
    return told


def documented(module: str) -> Options:
    path = ROOT / 'plugins' / 'modules' / f'{module}.py'
    documentation = get_docstring(str(path), fragment_loader, collection_name='printops.infoprint', plugin_type='module')[0]
    options: Options = documentation['options']
    return options


def entry_of_the_role() -> Options:
    """The entry's options as the role calls them: those that only the verification uses have a prefix."""
    offered = role_options()[f'{PREFIX}servers']['options']
    renamed = {(option.get('aliases') or [name])[0]: option for name, option in ENTRY.items()}
    return {**NAMED, **{name: option for name, option in renamed.items() if name in offered}}


def role_options(entry_point: str = 'main') -> Options:
    options: Options = read_yaml(ROLE / 'meta' / 'argument_specs.yml')['argument_specs'][entry_point]['options']
    return options


def tasks_of(path: pathlib.Path) -> t.Iterator[dict[str, t.Any]]:
    """Return the tasks of a file, those of blocks too."""
    waiting = read_yaml(path)
    while waiting:
        task = waiting.pop(0)
        waiting += [inner for part in ('block', 'rescue', 'always') for inner in task.get(part, ())]
        yield task


def options_from(path: pathlib.Path) -> dict[str, str]:
    """Return the modules of ours that a file of the role uses, each with the entry point whose variables are its options."""
    found = {}
    for task in tasks_of(path):
        for module in {key.rpartition('.')[2] for key in task} & set(MODULES):
            lookup = task['module_defaults'][f'{COLLECTION}.{module}']
            asked = re.fullmatch(
                rf"{{{{ lookup\('{COLLECTION}.sendmemo_tls_options', '{module}'(?:, entry_point='(\w+)')?\) }}}}", lookup
            )
            assert asked, lookup
            found[module] = asked[1] or 'main'
    return found


def used_by_the_role(entry_point: str) -> set[str]:
    """Return the modules that an entry point uses."""
    return {module for file in ENTRY_POINTS[entry_point] for module in options_from(ROLE / file)}


def passed_by_the_role() -> list[tuple[str, str, str]]:
    """Return (module, option, variable of the role) of all that modules get from variables."""
    modules = {module for entry_point in ENTRY_POINTS for module in used_by_the_role(entry_point)}
    return sorted(
        (module, option, PREFIX + name) for module in modules for name in SPEC for option in options_of(module, {name: None})
    )


def test_every_module_is_specified_documented_and_has_an_action() -> None:
    for directory in ('modules', 'action'):
        names = {path.stem for path in (ROOT / 'plugins' / directory).glob('*.py')}
        assert names == {*MODULES, 'merge_reports'}, directory


def test_module_for_reports_is_specified_as_it_is_documented() -> None:
    assert facets(documented('merge_reports')) == facets(MERGING)


def test_action_group_has_every_module() -> None:
    assert set(read_yaml(ROOT / 'meta' / 'runtime.yml')['action_groups']['infoprint']) == set(MODULES)


@pytest.mark.parametrize('module', sorted(MODULES))
def test_documentation_has_the_options_of_the_argument_spec(module: str) -> None:
    assert facets(documented(module)) == facets(MODULES[module])


@pytest.mark.parametrize('module', sorted(MODULES))
def test_every_option_is_explained(module: str) -> None:
    options = documented(module)
    entry = options['servers']['suboptions']
    assert [name for name, option in {**entry, **options}.items() if not option.get('description')] == []


def test_aliases_are_documented() -> None:
    entry = documented('send_memo')['servers']['suboptions']
    assert {name: option.get('aliases') for name, option in entry.items() if option.get('aliases')} == {
        name: option['aliases'] for name, option in ENTRY.items() if 'aliases' in option
    }


def test_role_passes_only_what_exists() -> None:
    assert {entry_point: used_by_the_role(entry_point) for entry_point in ENTRY_POINTS} == {
        'main': {'sendmemo_config', 'send_memo'},
        'audit': {'sendmemo_config', 'sendmemo_validate'},
        'verify': {'send_memo'},
        'rollback': {'sendmemo_rollback'},
    }
    # A module has every option from the role, but those of single configurations; some it always sets itself.
    lacking = {
        (module, option)
        for module, option in ((module, option) for module in MODULES for option in MODULES[module])
        if module in {module for module, _option, _variable in passed_by_the_role()}
    }
    lacking -= {(module, option) for module, option, _variable in passed_by_the_role()}
    of_single_ones = {('sendmemo_validate', option) for option in ('path', 'content', 'working_dir')}
    always = {('send_memo', 'check_declared'), ('sendmemo_validate', 'require_configuration')}
    assert lacking == always | of_single_ones
    assert all(option in OF_THE_ROLE[module] for module, option in always)


def test_role_s_tasks_have_the_options_of_their_entry_point() -> None:
    asked = {path.name: options_from(path) for path in (ROLE / 'tasks').glob('*.yml')}
    assert asked == {
        'main.yml': {},
        'configure.yml': {'sendmemo_config': 'main'},
        'verify.yml': {'send_memo': 'verify'},
        'audit.yml': {'sendmemo_config': 'audit', 'sendmemo_validate': 'audit'},
        'rollback.yml': {'sendmemo_rollback': 'rollback'},
    }


def test_role_s_tasks_set_nothing_that_is_a_variable() -> None:
    set_there = {
        option
        for path in (ROLE / 'tasks').glob('*.yml')
        for task in tasks_of(path)
        for key, arguments in task.items()
        if key.rpartition('.')[2] in MODULES
        for option in arguments or {}
    }
    assert set_there == {'fail_on'}, 'an audit tells what it found at its end'


def test_entry_points_are_all_there() -> None:
    specified = read_yaml(ROLE / 'meta' / 'argument_specs.yml')['argument_specs']
    assert set(specified) == set(ENTRY_POINTS) == set(ENTRY_POINTS_CHECKED)
    files = {str(path.relative_to(ROLE)) for path in [*ROLE.glob('tasks/*.yml'), *ROLE.glob('handlers/*.yml')]}
    assert {file for files_of_one in ENTRY_POINTS.values() for file in files_of_one} == files


@pytest.mark.parametrize('entry_point', ENTRY_POINTS)
def test_entry_point_uses_the_variables_that_it_offers_and_no_others(entry_point: str) -> None:
    texts = [(ROLE / file).read_text('utf-8') for file in ENTRY_POINTS[entry_point]]
    used = {name for text in texts for name in re.findall(rf'(?<![_.]){PREFIX}\w+', text)} - {f'{PREFIX}options'}
    modules = used_by_the_role(entry_point)
    used |= {variable for module, _option, variable in passed_by_the_role() if module in modules}
    assert used == set(role_options(entry_point))


def test_entry_points_mean_the_same_by_a_variable() -> None:
    everywhere: Options = {}
    for entry_point in ENTRY_POINTS:
        for name, option in role_options(entry_point).items():
            assert everywhere.setdefault(name, option) == option, name
    assert {name[len(PREFIX) :] for name in everywhere} == set(SPEC), 'what is checked before a host is touched'


@pytest.mark.parametrize('entry_point', ENTRY_POINTS)
def test_the_role_s_own_check_knows_types_and_choices_as_its_specification_does(entry_point: str) -> None:
    for name, option in role_options(entry_point).items():
        checked = SPEC[name[len(PREFIX) :]]
        assert {facet: option.get(facet) for facet in ('type', 'elements', 'choices')} == {
            facet: checked.get(facet) for facet in ('type', 'elements', 'choices')
        }, name


def test_tasks_use_our_modules_and_what_runs_on_the_controller() -> None:
    used = {
        key
        for path in [*ROLE.glob('tasks/*.yml'), *ROLE.glob('handlers/*.yml')]
        for task in tasks_of(path)
        for key in task
        if '.' in key and not key.startswith('printops.infoprint.')
    }
    assert used == {f'ansible.builtin.{name}' for name in ('import_tasks', 'meta', 'raw', 'assert')}


@pytest.mark.parametrize(('module', 'option', 'variable'), passed_by_the_role())
def test_variable_of_the_role_is_of_the_option_s_kind(module: str, option: str, variable: str) -> None:
    spec, offered = MODULES[module][option], role_options()[variable]
    assert offered['type'] == spec['type']
    assert offered.get('elements') == spec.get('elements')
    # The role's verification can also be left out.
    left_out = ['none'] if variable == f'{PREFIX}verify' else []
    assert [choice for choice in offered.get('choices', []) if choice not in left_out] == spec.get('choices', [])


def test_entry_of_the_role_is_that_of_the_modules() -> None:
    assert facets(role_options()[f'{PREFIX}servers']['options']) == facets(entry_of_the_role())


def test_entry_of_the_role_has_what_may_also_be_per_host() -> None:
    """Whatever the role offers per host and the modules' entry knows may stand in an entry, but subject and body."""
    offered = {name[len(PREFIX) :] for name in role_options()}
    known = {(option.get('aliases') or [name])[0] for name, option in ENTRY.items()}
    assert set(role_options()[f'{PREFIX}servers']['options']) == set(NAMED) | (offered & known)


def test_role_s_defaults_are_those_of_its_specification() -> None:
    specified = {
        name: option['default']
        for entry_point in ENTRY_POINTS
        for name, option in role_options(entry_point).items()
        if 'default' in option
    }
    assert read_yaml(ROLE / 'defaults' / 'main.yml') == specified


def test_common_options_have_the_same_default_in_the_role() -> None:
    for name, option in COMMON.items():
        assert role_options()[PREFIX + name]['default'] == option['default']


def test_every_keyword_has_its_option() -> None:
    for keyword in KEYWORDS:
        endings = ('_src', '_content', '_path') if keyword.kind == 'file' else ('',)
        names = {keyword.option + ending for ending in endings}
        assert names <= set(ENTRY), keyword.name


# What an option has to be for a keyword of a kind.
TYPES = {'file': {'_src': 'list', '_content': 'str', '_path': 'str'}, 'ehlo': {'': 'str'}}


@pytest.mark.parametrize('keyword', KEYWORDS, ids=lambda keyword: keyword.name)
def test_option_of_a_keyword_has_its_kind_wherever_it_is_documented(keyword: t.Any) -> None:
    of_switch = {'': 'bool'} if keyword.choices == ('0', '1') else {'': 'str'}
    module, role = documented('sendmemo_config'), role_options()
    for ending, kind in TYPES.get(keyword.kind, of_switch).items():
        name = keyword.option + ending
        places = (
            module[name],
            module['servers']['suboptions'][name],
            role[PREFIX + name],
            role[f'{PREFIX}servers']['options'][name],
        )
        assert {place['type'] for place in places} == {kind}
        # What is not given is the product's default; only the role asks for encryption.
        defaults_of = {place.get('default') for place in places}
        assert defaults_of == ({None, 'starttls'} if keyword.option == 'enable_tls' else {None})


def test_encryption_has_a_word_and_a_number_for_every_value() -> None:
    encryption = next(keyword for keyword in KEYWORDS if keyword.name == 'EnableTLS')
    assert tuple(ENABLE_TLS_WORDS.values()) == encryption.choices
    assert ENTRY['enable_tls']['choices'] == [*ENABLE_TLS_WORDS, *encryption.choices]


def rendered(settings: dict[str, str]) -> bytes:
    text = (ROLE / 'templates' / 'sendmemo-ssl.cfg.j2').read_text('utf-8')
    # As Ansible renders a template.
    template = Environment(autoescape=False, keep_trailing_newline=True, trim_blocks=True).from_string(text)
    return template.render(settings=settings).encode()


def test_template_leaves_every_keyword_at_the_product_s_default() -> None:
    read = parse(rendered({}), 'sendmemo-ssl.cfg')
    assert (read.given, read.settings) == ({}, defaults())
    assert {problem.code for problem in judge_config(read)} == {'tls_off'}
    commented = dict(re.findall(r'^;(\w+) =(?: (\S+))?$', rendered({}).decode(), re.MULTILINE))
    assert commented == defaults()


def test_template_writes_every_keyword_that_is_declared() -> None:
    examples = {'choice': '1', 'file': 'file.pem', 'ehlo': 'host.example.com'}
    declared = {keyword.name: examples[keyword.kind] for keyword in KEYWORDS}
    read = parse(rendered(declared), 'sendmemo-ssl.cfg')
    assert read.given == declared
    assert {problem.severity or usual_severity(problem.code) for problem in judge_config(read)} <= {'warning', 'info'}
