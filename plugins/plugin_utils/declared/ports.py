# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether EnableTLS and the mail server's port fit each other."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem

_OTHER_PORTS = (
    ('0', 'plaintext', (465,), 'SMTPS'),
    ('1', 'STARTTLS', (465,), 'SMTPS'),
    ('2', 'SMTPS', (25, 587), 'plaintext or STARTTLS'),
)


def port_problems(settings: t.Mapping[str, str], port: int | None, file: str, line: int | None) -> list[Problem]:
    """Return the warning that EnableTLS and a known port don't fit, if they don't. Port None is not known."""
    return [
        Problem(
            'port_mismatch',
            f'EnableTLS is {value} ({mode}), but the port is {port}, which is for {other}.',
            file=file,
            line=line or None,
            keyword='EnableTLS',
            value=value,
        )
        for value, mode, ports, other in _OTHER_PORTS
        if settings.get('EnableTLS') == value and port in ports
    ]
