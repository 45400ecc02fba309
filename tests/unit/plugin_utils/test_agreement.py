# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is not made from the table of options agrees with it: modules, the role's tasks, keywords, the template."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring
from jinja2 import Environment

from ansible_collections.printops.infoprint.plugins.action import archive_report, mail_report, merge_reports
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import KEYWORDS, defaults
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.config.rules import check_config
from ansible_collections.printops.infoprint.plugins.module_utils.problems import usual_severity
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import TLS_MODES
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.role import OF_THE_ROLE, options_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ENTRY, MODULES
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.table.role import ENTRY_POINTS
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.variables import PREFIX, VARIABLES, offered_in

Options = dict[str, dict[str, t.Any]]

ROOT = pathlib.Path(__file__).resolve().parents[3]
ROLE = ROOT / 'roles' / 'sendmemo_tls'
COLLECTION = 'printops.infoprint'
# What an argument spec and a module's documentation both say of an option.
FACETS = ('type', 'elements', 'choices', 'required', 'default')
ABSENT = {'type': 'str', 'required': False}
OF_REPORTS = {'merge_reports': merge_reports, 'archive_report': archive_report, 'mail_report': mail_report}
# The files with tasks of each entry point of the role.
OF_THE_PLAYBOOKS = (
    '../../playbooks/tasks/mark_mailbox.yml',
    '../../playbooks/tasks/confirm_delivery.yml',
    '../../playbooks/tasks/fail_lost.yml',
)
TASK_FILES = {
    'main': (
        'tasks/main.yml',
        'tasks/verified.yml',
        'tasks/verify_after.yml',
        'tasks/verify.yml',
        'handlers/main.yml',
        *OF_THE_PLAYBOOKS,
    ),
    'audit': ('tasks/audit.yml',),
    'verify': ('tasks/verify.yml', *OF_THE_PLAYBOOKS),
    'refresh_crl': ('tasks/refresh_crl.yml', 'handlers/main.yml'),
    'rollback': ('tasks/rollback.yml', 'handlers/main.yml'),
}


def read_yaml(path: pathlib.Path) -> t.Any:
    return yaml.safe_load(path.read_text('utf-8'))


def facets(options: Options) -> dict[str, dict[str, t.Any]]:
    """Return of every option, and every option inside it under 'outer.inner', what is to be compared."""
    declared = {}
    for name, option in options.items():
        declared[str(name)] = {facet: option.get(facet, ABSENT.get(facet)) for facet in FACETS}
        inner = facets(option.get('options') or option.get('suboptions') or {})
        declared.update({f'{name}.{inner_name}': value for inner_name, value in inner.items()})
    return declared


def documented(module: str) -> Options:
    path = ROOT / 'plugins' / 'modules' / f'{module}.py'
    documentation = get_docstring(str(path), fragment_loader, collection_name='printops.infoprint', plugin_type='module')[0]
    options: Options = documentation['options']
    return options


def tasks_of(path: pathlib.Path) -> t.Iterator[dict[str, t.Any]]:
    """Return the tasks of a file, those of blocks too."""
    waiting = read_yaml(path)
    while waiting:
        task = waiting.pop(0)
        waiting += [inner for part in ('block', 'rescue', 'always') for inner in task.get(part, ())]
        yield task


def options_from(path: pathlib.Path) -> dict[str, str]:
    """Return this collection's modules that a role file uses, each with the entry point whose variables are its options."""
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
    return {module for file in TASK_FILES[entry_point] for module in options_from(ROLE / file)}


def passed_by_the_role() -> set[tuple[str, str]]:
    """Return (module, option) of all that the role's modules get from variables."""
    modules = {module for entry_point in TASK_FILES for module in used_by_the_role(entry_point)}
    return {(module, option) for module in modules for name in VARIABLES for option in options_of(module, {name: 'sent'})}


def test_every_module_is_specified_documented_and_has_an_action() -> None:
    for directory in ('modules', 'action'):
        names = {path.stem for path in (ROOT / 'plugins' / directory).glob('*.py')}
        assert names == {*MODULES, *OF_REPORTS, 'crl_verdict'}, directory


@pytest.mark.parametrize('name', OF_REPORTS)
def test_module_for_reports_is_specified_as_it_is_documented(name: str) -> None:
    assert facets(documented(name)) == facets(OF_REPORTS[name].SPEC)


def test_action_group_has_every_module() -> None:
    assert set(read_yaml(ROOT / 'meta' / 'runtime.yml')['action_groups']['infoprint']) == set(MODULES)


@pytest.mark.parametrize('module', sorted(MODULES))
def test_documentation_has_the_options_of_the_argument_spec(module: str) -> None:
    assert facets(documented(module)) == facets(MODULES[module])


@pytest.mark.parametrize('entry_point', TASK_FILES)
def test_entry_point_uses_the_modules_that_it_is_said_to_use(entry_point: str) -> None:
    assert used_by_the_role(entry_point) == set(ENTRY_POINTS[entry_point].modules)


def test_role_passes_every_option_of_its_modules() -> None:
    """But those of single configurations; some it always sets itself."""
    passed = passed_by_the_role()
    lacking = {(module, option) for module in {module for module, _option in passed} for option in MODULES[module]} - passed
    of_single_ones = {('sendmemo_validate', option) for option in ('path', 'content', 'working_dir')}
    always = {
        ('send_memo', 'check_declared'),
        ('sendmemo_config', 'check_declared'),
        ('sendmemo_validate', 'require_configuration'),
    }
    of_a_task = {('sendmemo_config', 'only_crls')}
    of_the_playbooks = {('confirm_delivery', option) for option in ('state', 'mark', 'proofs')}
    assert lacking == always | of_single_ones | of_a_task | of_the_playbooks
    assert all(option in OF_THE_ROLE[module] for module, option in always)


def test_role_s_tasks_have_the_options_of_their_entry_point() -> None:
    asked = {path.name: options_from(path) for path in (ROLE / 'tasks').glob('*.yml')}
    assert asked == {
        'main.yml': {'sendmemo_config': 'main'},
        'verified.yml': {},
        'verify_after.yml': {},
        'verify.yml': {'send_memo': 'verify'},
        'audit.yml': {'sendmemo_config': 'audit', 'sendmemo_validate': 'audit'},
        'refresh_crl.yml': {'sendmemo_config': 'refresh_crl'},
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
    assert set_there == {'fail_on', 'only_crls'}, 'an audit reports its findings at its end'


def test_entry_points_are_all_there() -> None:
    assert set(ENTRY_POINTS) == set(TASK_FILES)
    files = {str(path.relative_to(ROLE)) for path in [*ROLE.glob('tasks/*.yml'), *ROLE.glob('handlers/*.yml')]}
    used = {file for files_of_one in TASK_FILES.values() for file in files_of_one}
    assert used - set(OF_THE_PLAYBOOKS) == files


@pytest.mark.parametrize('entry_point', TASK_FILES)
def test_tasks_of_an_entry_point_use_the_variables_that_it_offers_and_no_others(entry_point: str) -> None:
    texts = [(ROLE / file).read_text('utf-8') for file in TASK_FILES[entry_point]]
    used = {name for text in texts for name in re.findall(rf'(?<![_.]){PREFIX}(\w+)', text)} - {'options'}
    offered = offered_in(entry_point)  # the lookup passes no others
    used |= {name for name in offered if any(options_of(module, {name: 'sent'}) for module in used_by_the_role(entry_point))}
    assert used == set(offered)


def test_tasks_use_our_modules_and_what_runs_on_the_controller() -> None:
    used = {
        key
        for path in [*ROLE.glob('tasks/*.yml'), *ROLE.glob('handlers/*.yml')]
        for task in tasks_of(path)
        for key in task
        if '.' in key and not key.startswith('printops.infoprint.')
    }
    assert used == {f'ansible.builtin.{name}' for name in ('import_tasks', 'meta', 'raw', 'assert', 'fail')}


def test_every_keyword_has_its_option() -> None:
    for keyword in KEYWORDS:
        endings = ('_src', '_content', '_path') if keyword.kind == 'file' else ('',)
        names = {keyword.option + ending for ending in endings}
        assert names <= set(ENTRY), keyword.name


# What an option has to be for a keyword of a kind.
TYPES = {'file': {'_src': 'list', '_content': 'str', '_path': 'str'}, 'ehlo': {'': 'str'}}


@pytest.mark.parametrize('keyword', KEYWORDS, ids=lambda keyword: keyword.name)
def test_option_of_a_keyword_has_its_kind(keyword: t.Any) -> None:
    of_switch = {'': 'bool'} if keyword.choices == ('0', '1') else {'': 'str'}
    for ending, kind in TYPES.get(keyword.kind, of_switch).items():
        row = VARIABLES[keyword.option + ending]
        assert row.in_entry
        assert (row.type, row.default_in('sendmemo_config')) == (kind, None)
        # What is not given is the product's default; only the role asks for encryption.
        assert row.default_in_role == ('starttls' if keyword.option == 'enable_tls' else None)


def test_encryption_has_a_word_and_a_number_for_every_value() -> None:
    encryption = next(keyword for keyword in KEYWORDS if keyword.name == 'EnableTLS')
    assert tuple(mode.value for mode in TLS_MODES) == encryption.choices
    assert ENTRY['enable_tls']['choices'] == [*(mode.name for mode in TLS_MODES), *encryption.choices]


def rendered(settings: dict[str, str]) -> bytes:
    text = (ROLE / 'templates' / 'sendmemo-ssl.cfg.j2').read_text('utf-8')
    # As Ansible renders a template.
    template = Environment(autoescape=False, keep_trailing_newline=True, trim_blocks=True).from_string(text)
    return template.render(settings=settings).encode()


def test_template_leaves_every_keyword_at_the_product_s_default() -> None:
    read = parse(rendered({}), 'sendmemo-ssl.cfg')
    assert (read.given, read.settings) == ({}, defaults())
    assert {problem.code for problem in check_config(read)} == {'tls_off'}
    commented = dict(re.findall(r'^;(\w+) =(?: (\S+))?$', rendered({}).decode(), re.MULTILINE))
    assert commented == defaults()


def test_template_writes_every_keyword_that_is_declared() -> None:
    examples = {'choice': '1', 'file': 'file.pem', 'ehlo': 'host.example.com'}
    declared = {keyword.name: examples[keyword.kind] for keyword in KEYWORDS}
    read = parse(rendered(declared), 'sendmemo-ssl.cfg')
    assert read.given == declared
    assert {problem.severity or usual_severity(problem.code) for problem in check_config(read)} <= {'warning', 'info'}
