# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The warning that EnableTLS and the mail server's port do not fit."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import TLS_MODES
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.ports import port_problems

FILE = '/var/pd/spl1/sendmemo-ssl.cfg'
# By the value of EnableTLS: the ports that are another mode's, and that mode.
UNFIT = {('0', 465): 'SMTPS', ('1', 465): 'SMTPS', ('2', 25): 'plaintext or STARTTLS', ('2', 587): 'plaintext or STARTTLS'}


@pytest.mark.parametrize('port', [25, 465, 587, 2525, None], ids=lambda port: f'port {port}')
@pytest.mark.parametrize('mode', TLS_MODES, ids=[mode.name for mode in TLS_MODES])
def test_only_a_port_of_another_mode_is_a_warning(mode: object, port: int | None) -> None:
    value = getattr(mode, 'value', '')
    problems = port_problems({'EnableTLS': value}, port, FILE, 3)
    assert [problem.code for problem in problems] == (['port_mismatch'] if (value, port) in UNFIT else [])
    assert all(f'which is for {UNFIT[value, port or 0]}.' in problem.message for problem in problems)
    assert not any(problem.is_error for problem in problems)


@pytest.mark.parametrize('settings', [{}, {'EnableTLS': '3'}, {'EnableTLS': ''}], ids=['absent', 'unknown', 'empty'])
def test_without_a_known_mode_no_port_is_wrong(settings: dict[str, str]) -> None:
    assert [port_problems(settings, port, FILE, 1) for port in (25, 465, 587)] == [[], [], []]


@pytest.mark.parametrize('line', [7, 0, None], ids=['in the file', 'line 0', 'not in the file'])
def test_the_warning_names_the_place_and_the_value(line: int | None) -> None:
    message = 'EnableTLS is 2 (SMTPS), but the port is 25, which is for plaintext or STARTTLS.'
    (problem,) = port_problems({'EnableTLS': '2'}, 25, FILE, line)
    assert problem == Problem('port_mismatch', message, file=FILE, line=line or None, keyword='EnableTLS', value='2')
