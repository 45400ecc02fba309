# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What sendmemo_validate asks of a target, and its verdict on the answer."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.action.sendmemo_validate import ActionModule
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import defaults
from ansible_collections.printops.infoprint.plugins.module_utils.messages.validate import ValidateAnswer, ValidateResult
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from support.fake_target import Run, run_action

SETTINGS = {**defaults(), 'EnableTLS': '1', 'Hostname': 'h.example.com'}
ABSENT = Problem('not_configured', 'It has no configuration yet.')


def read(name: str | None = 'spl1', *problems: Problem, **known: t.Any) -> ValidateResult:
    known = {'sha256': '0' * 64, 'settings': SETTINGS, 'enable_tls_line': 1, **known}
    return ValidateResult(name, f'/var/pd/{name}/sendmemo-ssl.cfg', problems, {}, **known)


def run(monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], *results: ValidateResult) -> Run:
    return run_action(monkeypatch, ActionModule, args, ValidateAnswer(results, [])._asdict())


def test_each_server_is_asked_for_with_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = [{'name': 'spl1', 'smtp_port': 465}, {'name': 'spl2', 'working_dir': '/srv/spl2'}]
    ran = run(monkeypatch, {'servers': servers, 'smtp_port': 25}, read('spl1'), read('spl2'))
    assert ran.requests[0]['servers'] == [
        {'name': 'spl1', 'smtp_port': 465},
        {'name': 'spl2', 'working_dir': '/srv/spl2', 'smtp_port': 25},
    ]
    assert [(entry['name'], entry['settings']['EnableTLS']) for entry in ran.result['servers']] == [('spl1', '1'), ('spl2', '1')]
    assert ran.codes == ['port_mismatch'], 'port 465 is for EnableTLS 2'
    assert (ran.result['valid'], ran.result['problems'][0]['server']) == (True, 'spl1')


@pytest.mark.parametrize(
    ('args', 'port', 'codes'),
    [({}, 465, ['port_mismatch']), ({'smtp_port': 587}, 465, []), ({}, None, [])],
    ids=['of the attributes', 'given', 'not known'],
)
def test_a_port_that_is_given_counts_before_that_of_the_attributes(
    monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], port: int | None, codes: list[str]
) -> None:
    assert run(monkeypatch, args, read(smtp_port=port)).codes == codes


def test_an_error_makes_it_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, {}, read('spl1', Problem('invalid_line', 'Line 3 is no setting.', line=3))).result
    assert (result['valid'], result['failed']) == (False, True)
    assert result['msg'].startswith('1 error\nerror spl1 3: Line 3 is no setting. [invalid_line]')


@pytest.mark.parametrize(
    ('args', 'valid'),
    [({}, True), ({'servers': [{'name': 'spl1'}], 'require_configuration': False}, True)],
    ids=['found', 'named, and none is required'],
)
def test_a_server_without_a_configuration_may_be_valid(
    monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], *, valid: bool
) -> None:
    ran = run(monkeypatch, args, read('spl1', ABSENT, settings=None, sha256=None))
    assert ran.result['valid'] is valid
    assert ran.codes == ['not_configured']


def test_settings_or_a_reason_must_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, {'servers': [{'name': 'spl1'}]}, read('spl1', settings=None))
    assert ran.codes == ['program_failed']
    assert (ran.result['valid'], ran.result['servers']) == (False, [])


@pytest.mark.parametrize(
    ('args', 'asked'),
    [
        ({'path': '/etc/x.cfg'}, {'path': '/etc/x.cfg'}),
        ({'content': 'EnableTLS = 0\n\u00e4', 'working_dir': '/w'}, {'content': 'EnableTLS = 0\n\xc3\xa4', 'working_dir': '/w'}),
    ],
    ids=['a path', 'content for a directory'],
)
def test_one_configuration_has_one_answer(
    monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], asked: dict[str, t.Any]
) -> None:
    ran = run(monkeypatch, args, read(None))
    assert {key: ran.requests[0].get(key) for key in asked} == asked
    assert len(ran.result['servers']) == 1
    assert run(monkeypatch, args, read(None), read(None)).codes == ['program_failed'], 'two answers'


def test_content_without_a_directory_needs_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, {'content': 'EnableTLS = 1\nHostname = h.example.com\n', 'smtp_port': 465})
    assert ran.requests == []
    assert ran.codes == ['port_mismatch']
    assert ran.result['servers'][0]['settings']['Hostname'] == 'h.example.com'


@pytest.mark.parametrize(
    ('args', 'words'),
    [
        ({'path': '/x', 'content': 'x'}, 'path and content exclude each other'),
        ({'path': '/x', 'working_dir': '/w'}, 'working_dir goes with content'),
        ({'path': '/x', 'pd_bin_dir': '/opt'}, 'pd_bin_dir goes with servers'),
    ],
    ids=['two sources', 'a directory without content', 'attributes without a server'],
)
def test_options_that_do_not_go_together_are_refused(monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], words: str) -> None:
    ran = run(monkeypatch, args)
    assert ran.codes == ['invalid_value']
    assert words in ran.result['msg']


def test_absent_servers_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, {'servers': [{'name': 'spl1', 'state': 'absent'}]})
    assert (ran.requests, ran.result['valid']) == ([], True)
