# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes what is made from the tables in the code: `python -m tests.tools.reference`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / '.venvs' / 'collections'))
    from .files import files  # it imports the tables

    for path, text in files().items():
        path.write_text(text, 'utf-8')
