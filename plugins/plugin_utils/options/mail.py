# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of what options put into an SMTP session, before anything connects."""

from __future__ import annotations

import typing as t

from ...module_utils.smtp.message import check_address, refuse_breaks
from .spec import ArgumentError


def of_server(entry: t.Mapping[str, t.Any]) -> str:
    """Return what says, behind the name of an option, whose it is; '' where it is the task's."""
    return f' of server {entry["name"]}' if entry.get('name') else ''


def check_mail(entry: t.Mapping[str, t.Any], of: str, named: t.Callable[[str], str] = str) -> None:
    """Refuse what no mail server could take; `of` says whose it is, `named` how the user calls an option.

    Raises ArgumentError.
    """
    try:
        for address in entry.get('recipients') or ():
            check_address(f'{named("recipients")}{of}', address)
        if entry.get('sender'):
            check_address(f'{named("sender")}{of}', entry['sender'])
        for option in ('subject', 'smtp_host'):
            refuse_breaks(f'{named(option)}{of}', entry.get(option) or '')
    except ValueError as error:
        raise ArgumentError(str(error)) from None
