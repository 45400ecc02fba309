# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The name of a run: that of ansible-runner's job, as a part of a Message-ID."""

from __future__ import annotations

import uuid

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.run_name import LONGEST, VARIABLE, run_name

IDENT = str(uuid.UUID(int=7))
NAMES = {
    'no runner': ({}, ''),
    'an empty variable': ({VARIABLE: ''}, ''),
    "AWX's number of a job": ({VARIABLE: '/runner/artifacts/4711'}, '4711'),
    'a UUID, whole': ({VARIABLE: f'/tmp/awx/artifacts/{IDENT}'}, IDENT),
    'run, slice and try': ({VARIABLE: '/srv/slice/artifacts/20261201T0230.3.2'}, '20261201T0230-3-2'),
    'what no mail server may see': ({VARIABLE: '/srv/artifacts/a b@<c>\r\nX: é'}, 'a-b-c-X-'),
    'a slash at the end': ({VARIABLE: '/srv/artifacts/nightly-3/'}, 'nightly-3'),
    'a long one, by its end': ({VARIABLE: f'/srv/artifacts/{"x" * 100}-3-2'}, f'{"x" * (LONGEST - 4)}-3-2'),
}


@pytest.mark.parametrize('name', NAMES)
def test_a_run_is_called_as_ansible_runner_calls_its_job(name: str) -> None:
    environment, expected = NAMES[name]
    assert run_name(environment) == expected
