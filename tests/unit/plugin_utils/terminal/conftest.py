# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""These tests write to a pipe, unless they say otherwise."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('COLUMNS', raising=False)
    monkeypatch.setattr(sys.stdout, 'isatty', lambda: False)
