# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The page on support names the versions that the tests run on, and the security policy the minor version that is released."""

from __future__ import annotations

import pathlib
import re

import pytest

from tools.interpreters import CORE_PYTHONS, OPTIONAL_PYTHONS, TARGET_PYTHONS

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = (ROOT / 'docs' / 'reference' / 'support.md').read_text('utf-8')
ON_THE_CONTROLLER = {python for pythons in CORE_PYTHONS.values() for python in pythons} - set(OPTIONAL_PYTHONS)


def row(name: str) -> tuple[list[str], list[str]]:
    """Return the versions of a row of the first table: tested, and expected to work."""
    found = re.search(rf'^\| {re.escape(name)} \| (.*?) \| (.*?) \|$', PAGE, re.MULTILINE)
    assert found, name
    return found[1].split(', '), found[2].split(', ')


@pytest.mark.parametrize(
    ('name', 'versions'),
    [('ansible-core (controller)', list(CORE_PYTHONS)), ('Python of the print servers', list(TARGET_PYTHONS))],
    ids=['cores', 'Pythons of the print servers'],
)
def test_tested_versions_are_those_of_the_tests(name: str, versions: list[str]) -> None:
    assert row(name)[0] == versions


def test_pythons_of_the_controller_are_those_that_the_cores_may_run_on() -> None:
    tested, expected = row('Python of the controller')
    assert set(tested) | set(expected) == ON_THE_CONTROLLER | set(OPTIONAL_PYTHONS)
    assert {pythons[0] for pythons in CORE_PYTHONS.values()} <= set(tested)


def test_security_policy_names_the_minor_version_that_is_released() -> None:
    version = re.search(r'^version: (\d+\.\d+)\.', (ROOT / 'galaxy.yml').read_text('utf-8'), re.MULTILINE)
    assert version
    assert f'| {version[1]}.x | yes |' in (ROOT / 'SECURITY.md').read_text('utf-8')
