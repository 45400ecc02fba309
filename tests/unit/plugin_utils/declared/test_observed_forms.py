# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A form that the mailer was observed not to read is a problem, with its line, what the mailer does, and the remedy."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config import forms
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.observed_forms import (
    FORMS,
    UNVERIFIED,
    observed_problems,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import CHOICES, Profile

CHOICES_OF = {name: readings for group in CHOICES.values() for name, readings in group.items()}
OTHERS = [(name, reading) for name, form in FORMS.items() for reading in form.others]
# A configuration for each form that uses no other one, in its last line; as the tests of `config.forms` have them.
USING = {
    'carriage_return': 'EnableTLS = 1\r\n',
    'no_final_newline': 'EnableTLS = 1',
    'leading_blanks': ' EnableTLS = 1\n',
    'no_blanks': 'EnableTLS=1\n',
    'tabs': 'EnableTLS\t=\t1\n',
    'trailing_blanks': 'EnableTLS = 1 \n',
    'comment_semicolon': 'CAFile = a;b.pem\n',
    'comment_hash': 'CAFile = a#b.pem\n',
    'quotes': 'CAFile = a"b.pem\n',
    'unknown_keyword': 'CertFile = a.pem\n',
    'absolute_path': 'EnableTLS = 1\nCrlFile = /crl.pem\n',
    'smtps': 'EnableTLS = 2\n',
    'ignore_certificate_errors': 'EnableTLS = 1\nIgnoreCertificateErrors = 1\n',
    'ignore_host_name': 'EnableTLS = 1\nCertValidationIgnoreHostName = 1\n',
    'ehlo_host': 'Hostname = print1.example.com\n',
    'ehlo_ipv4': 'Hostname = [192.0.2.1]\n',
    'ehlo_ipv6': 'Hostname = [IPv6:fc00::1]\n',
}


def problems(text: str, **readings: str) -> list[Problem]:
    config, profile = parse(text.encode(), 'file'), Profile('InfoPrint', '4.10', '2026-12-01', '', (), readings)
    assert observed_problems(forms.forms_of(config), config.settings, None, 'file') == [], 'nothing is observed'
    return observed_problems(forms.forms_of(config), config.settings, profile, 'file')


def test_the_forms_are_those_that_are_noted_and_their_readings_those_of_the_questions() -> None:
    assert set(FORMS) == set(forms.FORMS) == set(USING)
    assert {name: {form.fine, *form.others} for name, form in FORMS.items()} == {name: set(CHOICES_OF[name]) for name in FORMS}


@pytest.mark.parametrize(('name', 'reading'), OTHERS, ids=[f'{name} {reading}' for name, reading in OTHERS])
def test_a_form_that_is_not_read_is_an_error(name: str, reading: str) -> None:
    text, form = USING[name], FORMS[name]
    (problem,) = problems(text, **{name: reading})
    assert (problem.code, problem.is_error, problem.file, problem.line) == (form.code, True, 'file', text.strip().count('\n') + 1)
    assert problem.hint == form.remedy
    assert form.text in problem.message and problem.message.endswith(f'the mailer was observed {form.others[reading]}.')


@pytest.mark.parametrize('name', FORMS)
def test_a_form_that_is_read_or_not_observed_is_fine(name: str) -> None:
    others = {other: next(iter(form.others)) for other, form in FORMS.items() if other != name}
    assert problems(USING[name], **{**others, name: FORMS[name].fine}) == problems(USING[name], **others) == []


@pytest.mark.parametrize('text', ['# x\r\n', '\r\n', ' Verbose = 1\r\n'], ids=['a comment', 'a blank line', 'an unknown keyword'])
@pytest.mark.parametrize(
    ('reading', 'counts'), [('kept', False), ('line_ignored', False), ('refused', True), ('file_ignored', True)]
)
def test_what_is_harmless_in_a_line_that_sets_nothing_is_no_problem(text: str, reading: str, *, counts: bool) -> None:
    assert bool(problems(text, carriage_return=reading)) is counts


def test_many_lines_with_a_form_are_one_problem() -> None:
    (problem,) = problems('# x\r\nEnableTLS = 1\r\nHostname = a.example\r\n', carriage_return='kept')
    assert problem == Problem(
        'invalid_line',
        'The line ends in CR LF, like 2 more; with such a line, the mailer was observed to take CR for a part of the value.',
        'Write the file with LF alone at the end of each line.',
        'error',
        file='file',
        line=2,
        keyword='EnableTLS',
        value='1',
    )


TLS, CA = 'EnableTLS = 1\n', 'CAFile = ca.pem\n'


@pytest.mark.parametrize(
    ('text', 'codes'),
    [
        pytest.param(TLS, ['verification_off', 'name_check_off'], id='no CA file'),
        pytest.param(TLS + CA, ['verification_off', 'name_check_off'], id='a CA file'),
        pytest.param(TLS + CA + 'CertValidationIgnoreHostName = 1\n', ['verification_off'], id='names are not checked anyway'),
        pytest.param(TLS + 'IgnoreCertificateErrors = 1\n', [], id='nothing is verified anyway'),
        pytest.param('EnableTLS = 0\n', [], id='no TLS'),
    ],
)
def test_a_mailer_that_verifies_less_than_the_file_says_is_a_warning(text: str, codes: list[str]) -> None:
    found = problems(text, **dict.fromkeys(UNVERIFIED, 'accepted'))
    assert [problem.code for problem in found] == codes
    assert not any(problem.is_error for problem in found)
    assert problems(text, **dict.fromkeys(UNVERIFIED, 'refused')) == []


def test_of_a_configuration_that_could_not_be_read_nothing_is_said() -> None:
    profile = Profile('InfoPrint', '4.10', '2026-12-01', '', (), dict.fromkeys(UNVERIFIED, 'accepted'))
    assert observed_problems([], {}, profile, 'file') == []


def test_a_mailer_that_uses_no_crl_is_a_warning() -> None:
    (problem,) = problems(TLS + CA + 'CrlFile = crl.pem\n', crl_check='none')
    assert (problem.code, problem.severity, problem.keyword) == ('no_effect', 'warning', 'CrlFile')
    assert problems(TLS + CA, crl_check='none') == problems(TLS + CA + 'CrlFile = crl.pem\n', crl_check='leaf') == []


@pytest.mark.parametrize(('text', 'reading'), [(TLS, 'unknown_ca'), (TLS + CA, 'no_ca_file')], ids=['no CA file', 'a CA file'])
def test_what_was_observed_with_a_ca_file_says_nothing_of_none(text: str, reading: str) -> None:
    assert problems(text, **{reading: 'accepted'}) == []
