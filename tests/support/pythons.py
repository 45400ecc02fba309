# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Pythons of this machine that tests use as those of their targets, as `make test` has found them."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

OLDEST, NEWEST = '3.6', '3.13'


def target_pythons() -> dict[str, pathlib.Path]:
    """Return version ('3.6') to path; empty where the tests were not started by `make test`."""
    pairs = (item.partition('=') for item in os.environ.get('INFOPRINT_PYTHONS', '').split())
    return {version: pathlib.Path(path) for version, _equals, path in pairs}


def first_and_last(*between: str) -> list[t.Any]:
    """Return a test's parameters: the oldest and the newest Python of a target, and for `make test-all` those `between`."""
    return [OLDEST, *(pytest.param(version, marks=pytest.mark.test_all) for version in between), NEWEST]
