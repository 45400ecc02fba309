# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether EnableTLS fits the mail server's port."""

from __future__ import annotations

import typing as t

from ...module_utils.problems import Problem
from ...module_utils.vocabulary import DISABLED, SMTPS, STARTTLS

# Ports that are practically reserved for another mode than the first one.
_OTHER_PORTS = (
    (DISABLED, (465,), SMTPS.label),
    (STARTTLS, (465,), SMTPS.label),
    (SMTPS, (25, 587), f'{DISABLED.label} or {STARTTLS.label}'),
)


def port_problems(settings: t.Mapping[str, str], port: int | None, file: str, line: int | None) -> list[Problem]:
    """Return the warning that EnableTLS does not fit a known port, if it doesn't. Port None is not known."""
    return [
        Problem(
            'port_mismatch',
            f'EnableTLS is {mode.value} ({mode.label}), but the port is {port}, which is for {other}.',
            file=file,
            line=line or None,
            keyword='EnableTLS',
            value=mode.value,
        )
        for mode, ports, other in _OTHER_PORTS
        if settings.get('EnableTLS') == mode.value and port in ports
    ]
