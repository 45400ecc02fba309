# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The example that sets up AWX runs, against stand-ins for the modules of awx.awx that return what they are given.

What the modules accept is recorded in OPTIONS, from the documentation of awx.awx 24.6.1, since no AWX is here.
"""

from __future__ import annotations

import sys
import typing as t

import pytest
import yaml

from support.playbook import ROOT, Ansible, hosts

EXAMPLE = ROOT / 'docs' / 'examples' / 'awx'
COMMON = 'description name new_name state'
OPTIONS = {
    'execution_environment': 'credential image organization pull',
    'project': 'allow_override copy_from credential default_environment interval local_path notification_templates_error '
    'notification_templates_started notification_templates_success organization scm_branch scm_clean scm_delete_on_update '
    'scm_refspec scm_track_submodules scm_type scm_update_cache_timeout scm_update_on_launch scm_url '
    'signature_validation_credential timeout update_project wait',
    'inventory': 'copy_from host_filter input_inventories instance_groups kind organization variables',
    'inventory_source': 'credential enabled_value enabled_var execution_environment host_filter inventory limit organization '
    'overwrite overwrite_vars scm_branch source source_path source_project source_vars timeout update_cache_timeout '
    'update_on_launch verbosity',
    'job_template': 'allow_simultaneous ask_credential_on_launch ask_diff_mode_on_launch ask_forks_on_launch '
    'ask_inventory_on_launch ask_job_slice_count_on_launch ask_job_type_on_launch ask_limit_on_launch ask_tags_on_launch '
    'ask_variables_on_launch ask_verbosity_on_launch become_enabled copy_from credentials diff_mode execution_environment '
    'extra_vars forks instance_groups inventory job_slice_count job_tags job_type labels limit organization playbook project '
    'scm_branch skip_tags survey_enabled survey_spec timeout use_fact_cache verbosity',
    'schedule': 'credentials diff_mode enabled execution_environment extra_data forks instance_groups inventory job_slice_count '
    'job_tags job_type labels limit organization rrule scm_branch skip_tags timeout unified_job_template verbosity',
}
REQUIRED = {'inventory': {'organization'}, 'inventory_source': {'inventory'}, 'execution_environment': {'image'}}
CHOICES = {'job_type': {'run', 'check'}, 'scm_type': {'manual', 'git', 'svn', 'insights', 'archive'}, 'source': {'scm'}}
SPECIFICATION = ROOT / 'roles' / 'sendmemo_tls' / 'meta' / 'argument_specs.yml'
VARIABLES = yaml.safe_load(SPECIFICATION.read_text())['argument_specs']['main']['options']
STAND_IN = """\
#!/usr/bin/python
# WANT_JSON
import json
import sys
with open(sys.argv[1]) as file:
    given = json.load(file)
print(json.dumps({'given': {name: value for name, value in given.items() if not name.startswith('_ansible')}}))
"""


class Call(t.NamedTuple):
    """What a module of awx.awx was given."""

    module: str
    options: dict[str, t.Any]


@pytest.fixture(scope='module')
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """Every call that a run of the example makes."""
    ansible = Ansible(tmp_path_factory.mktemp('awx'))
    modules = ansible.collections / 'ansible_collections' / 'awx' / 'awx' / 'plugins' / 'modules'
    modules.mkdir(parents=True)
    for name in OPTIONS:
        (modules / f'{name}.py').write_text(STAND_IN)
    here = hosts(localhost={'ansible_connection': 'local', 'ansible_python_interpreter': sys.executable})
    run = ansible.playbook(EXAMPLE / 'job_templates.yml', here)
    assert run.rc == 0, run.output
    return [call for result in run.task_results for call in given(result.action, result.result)]


def given(action: str, result: dict[str, t.Any]) -> t.Iterator[Call]:
    for one in result.get('results', [result]):
        yield Call(action.rpartition('.')[2], one['given'])


def options_of(calls: list[Call], module: str) -> list[dict[str, t.Any]]:
    return [call.options for call in calls if call.module == module]


def test_every_module_is_given_what_it_accepts(calls: list[Call]) -> None:
    assert {call.module for call in calls} == set(OPTIONS)
    for module, options in calls:
        assert set(options) <= {*COMMON.split(), *OPTIONS[module].split()}, module
        assert {'name'} | REQUIRED.get(module, set()) <= set(options), module
        assert [value for name, value in options.items() if name in CHOICES and value not in CHOICES[name]] == [], module


def test_job_templates_run_the_playbooks_of_the_example(calls: list[Call]) -> None:
    templates = options_of(calls, 'job_template')
    assert [(one['playbook'], one['job_type'], one['diff_mode']) for one in templates] == [
        ('converge.yml', 'run', False),
        ('converge.yml', 'check', True),
        ('audit.yml', 'run', False),
        ('verify.yml', 'run', False),
    ]
    assert [one['playbook'] for one in templates if not (EXAMPLE / one['playbook']).exists()] == []


def test_surveys_ask_for_variables_that_exist_with_answers_that_they_accept(calls: list[Call]) -> None:
    templates = options_of(calls, 'job_template')
    assert [one['survey_enabled'] for one in templates] == ['survey_spec' in one for one in templates]
    questions = [question for one in templates for question in one.get('survey_spec', {}).get('spec', [])]
    assert {question['variable'] for question in questions} == {'batches', 'sendmemo_tls_verify'}
    for question in questions:
        # What AWX refuses a survey without.
        assert {'type', 'question_name', 'variable', 'required'} <= set(question)
        if question['type'] == 'multiplechoice':
            assert question['default'] in question['choices']
            assert set(question['choices']) <= set(VARIABLES[question['variable']]['choices'])


def test_schedule_answers_the_survey_of_its_job_template(calls: list[Call]) -> None:
    [schedule] = options_of(calls, 'schedule')
    asked = {
        question['variable']
        for one in options_of(calls, 'job_template')
        if one['name'] == schedule['unified_job_template']
        for question in one['survey_spec']['spec']
    }
    assert set(schedule['extra_data']) == asked


def test_no_secret_is_in_the_example() -> None:
    text = (EXAMPLE / 'job_templates.yml').read_text()
    assert not {'password', 'inputs', 'controller_oauthtoken'} & set(text.replace(':', ' ').split())
