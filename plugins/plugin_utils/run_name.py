# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The name of a run, for the Message-IDs of its mails: it tells apart what two slices sent, or two tries of one slice."""

from __future__ import annotations

import pathlib
import re
import typing as t

# Where ansible-runner keeps what a job leaves: its last part is the job's `--ident`, a UUID without one; in AWX the job's number.
VARIABLE = 'AWX_ISOLATED_DATA_DIR'
LONGEST = 40  # characters; a UUID has 36
_NO_ATOM = re.compile('[^A-Za-z0-9_-]+')


def run_name(environment: t.Mapping[str, str]) -> str:
    """Return ansible-runner's name for the job as an atom (RFC 5322, section 3.2.3), of a long one the end; '' without it."""
    name = pathlib.PurePath(environment.get(VARIABLE, '')).name
    return _NO_ATOM.sub('-', name)[-LONGEST:]
