# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of the options that say where a mailbox is, before anything connects."""

from __future__ import annotations

import typing as t

from .spec import ArgumentError


def check_mailbox(options: t.Mapping[str, t.Any], named: t.Callable[[str], str] = str) -> None:
    """Refuse a mailbox that is not described, or twice; `named` says how the user calls an option. Raises ArgumentError."""
    imap_host, maildir = options.get('imap_host'), options.get('maildir')
    if maildir and imap_host:
        raise ArgumentError(f'{named("imap_host")} and {named("maildir")} exclude each other: give one of them')
    if not maildir and not imap_host:
        raise ArgumentError(
            f'no mailbox is given: set {named("imap_host")} with {named("imap_username")} and {named("imap_password")}, or '
            f'{named("maildir")}'
        )
    for option in ('imap_username', 'imap_password') if imap_host else ():
        if not options.get(option):
            raise ArgumentError(f'{named(option)} is missing: {named("imap_host")} needs it')


def mailbox_name(options: t.Mapping[str, t.Any]) -> str:
    """Return what messages and marks call the mailbox of these options."""
    if options.get('maildir'):
        return str(options['maildir'])
    return '{folder} of {imap_username} at {imap_host}:{imap_port}'.format(**{'folder': 'INBOX', 'imap_port': 993, **options})
