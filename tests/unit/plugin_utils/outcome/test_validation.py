# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict on a configuration is the same wherever it is read, and what is valid by a profile the mailer reads like that."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.messages.validate import ValidateRequest
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.operations import validate as validating
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog
from ansible_collections.printops.infoprint.plugins.plugin_utils.action_base import shown
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import CHOICES, Profile
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.validation import (
    CONTENT,
    validate_answer,
    validate_content,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.validate_answer import read_result
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import Criteria
from support.stand_in_config import settings_in
from support.stand_in_switches import AS_ASSUMED

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.timezone.utc)
WORST: dict[str, str] = {
    **{name: readings[-1] for name, readings in CHOICES['grammar'].items()},
    **dict.fromkeys(('ehlo_host', 'ehlo_ipv4', 'ehlo_ipv6'), 'own_name'),
    **dict.fromkeys(('no_ca_file', 'unknown_ca', 'host_name'), 'accepted'),
    'smtps': 'otherwise',
}


def observed(readings: t.Mapping[str, str]) -> Profile:
    return Profile('InfoPrint', '4.10', '2026-12-01', '', (), dict(readings))


def answered(data: bytes, profile: Profile) -> dict[str, t.Any]:
    """Return the entry of a configuration that a host reads, through JSON."""
    request = plain(ValidateRequest(content=data.decode('latin-1'), working_dir='/', base_dir='/'))
    request = {**ValidateRequest()._asdict(), **request}
    answer = AnswerObject(json.loads(json.dumps(plain(validating.run(request, Watchdog(60))))))
    (fields,) = answer.children('servers')
    return validate_answer(read_result(fields), {}, None, Criteria(NOW, 30), profile=profile).entry


_LINES = st.sampled_from(
    [
        *(
            'EnableTLS = 1',
            'EnableTLS=2',
            ' EnableTLS = 1',
            'EnableTLS\t=\t1',
            '[sendmemo]',
            'Verbose = 1',
            '',
            '# comment',
            '  ',
        ),
        *('Hostname = a.example', '  Hostname = a.example', 'Hostname = [192.0.2.1]', 'Hostname\t=\ta.example'),
        *('IgnoreCertificateErrors = 0', 'IgnoreCertificateErrors = 1', 'CertValidationIgnoreHostName =1'),
        *('CAFile = ca.pem', 'CAFile = a;b.pem', 'CAFile = a#b.pem', 'CAFile = a"b.pem', 'CAFile = ', 'CrlFile ='),
        *('CertFile = a.pem', '  CrlFile = b.pem'),
    ]
)
_ENDS = st.sampled_from(['\n'] * 4 + ['\r\n', '  \n', '  \r\n'])
_TEXTS = st.tuples(st.lists(st.tuples(_LINES, _ENDS).map(''.join), max_size=4).map(''.join), _LINES, st.sampled_from(['\n', '']))
_CHOSEN = {name: st.sampled_from(readings) for name, readings in CHOICES['grammar'].items()}
# CertFile and KeyFile are no errors as long as nothing was observed.
_READINGS = st.fixed_dictionaries({'unknown_keyword': _CHOSEN.pop('unknown_keyword')}, optional=_CHOSEN)


@given(_TEXTS.map(''.join), _READINGS)
def test_what_is_valid_by_a_profile_is_read_like_that_by_a_mailer_that_does_what_was_observed(
    text: str, readings: dict[str, str]
) -> None:
    """The mailer is the stand-in; what was not observed is as it is assumed."""
    problems = validate_content(text.encode(), None, observed(readings)).problems
    if any(problem.is_error for problem in problems):
        return
    assert settings_in(text.encode(), {**AS_ASSUMED, **readings}) == parse(text.encode(), CONTENT).settings


@given(_TEXTS.map(''.join), _READINGS)
def test_a_profile_only_adds_errors(text: str, readings: dict[str, str]) -> None:
    without, by_profile = (validate_content(text.encode(), None, one).problems for one in (None, observed(readings)))
    assert [problem for problem in by_profile if problem in without] == without
    assert all(problem.is_error for problem in by_profile if problem not in without)


@pytest.mark.parametrize(
    'data',
    [
        pytest.param(b'EnableTLS = 2\r\n\tHostname=[192.0.2.1]  \r\nCertFile = x\r\n# x', id='forms'),
        pytest.param(b'EnableTLS = 1\nHostname = print1.example.com\n', id='no CA file'),
        pytest.param(b'EnableTLS = 1 ; on\nverbose = 1\n\xff = 1\n', id='errors anyway'),
        pytest.param(b'EnableTLS = 0\nHostname = a.example\n', id='plaintext'),
    ],
)
def test_a_text_has_the_same_verdict_as_a_file(data: bytes) -> None:
    profile = observed(WORST)
    entry = validate_content(data, None, profile).entry
    assert shown(answered(data, profile)) == shown(entry)
    added: list[Problem] = [problem for problem in entry['problems'] if problem not in validate_content(data, None).problems]
    assert added
