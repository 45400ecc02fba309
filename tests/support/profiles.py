# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Profiles as an observation writes them, for tests that observe nothing."""

from __future__ import annotations

import yaml

SHOWN = 'InfoPrint 4.10, observed on 2026-12-01'


def profile(**groups: dict[str, str]) -> str:
    """Return the text of a profile with these readings, by their group."""
    head = {'form': '1', 'product': 'InfoPrint', 'version': '4.10', 'observed': '2026-12-01', 'sender': '', 'ciphers': []}
    return yaml.safe_dump({**head, **groups})
