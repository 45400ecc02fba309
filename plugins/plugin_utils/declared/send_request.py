# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The request of a send, from the options of a task: of send_memo, and of sendmemo_config for what it verifies."""

from __future__ import annotations

import os
import typing as t

from ...module_utils.messages.send import MailOptions, SendEntry, SendOptions, SendRequest
from ...module_utils.vocabulary import ENVELOPE, HANDSHAKE, SENT
from ..options.mail import check_mail, of_server
from ..options.spec import ArgumentError
from ..run_name import run_name
from .entry import declared_settings

Options = t.Mapping[str, t.Any]


def reachable_goal(goal: str, check_mode: bool) -> str:
    """Return how far a send goes: check mode hands no mail over."""
    return ENVELOPE if check_mode and goal == SENT else goal


def present(servers: t.Sequence[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return the entries of the servers that are not to be absent: these have nothing to send with."""
    return [entry for entry in servers if entry.get('state') != 'absent']


def send_request(
    args: Options, entries: t.Sequence[Options], until: str, declared: t.Callable[[Options], dict[str, str]] = declared_settings
) -> SendRequest:
    """Return the request. What a server has from the options of the task travels once, a large body above all.

    `declared` returns the settings that an entry declares.
    """

    def compared(options: Options) -> dict[str, str] | None:
        return declared(options) if args['check_declared'] else None

    given = {name: args[name] for name in SendOptions._fields if name in args}
    return SendRequest(
        base_dir=args['base_dir'],
        pd_bin_dir=args['pd_bin_dir'],
        options=SendOptions(**{**given, 'until': until}, run=run_name(os.environ)),
        servers=[
            SendEntry(
                name=entry['name'],
                working_dir=entry.get('working_dir'),
                mail=MailOptions(*(None if entry.get(name) == args[name] else entry.get(name) for name in MailOptions._fields)),
                declared=compared(entry),
            )
            for entry in entries
        ],
        mail=MailOptions(*(args[name] for name in MailOptions._fields)),
        declared=compared(args),
    )


def check_mails(args: Options, entries: t.Sequence[Options], goal: str) -> None:
    """Refuse what no mail server could take, before anything connects; `goal` is the option that says how far a send goes.

    Raises ArgumentError.
    """
    for entry in entries or [args]:
        of = of_server(entry)
        if args[goal] != HANDSHAKE and not entry.get('recipients'):
            raise ArgumentError(
                f'recipients{of} is missing: give at least one mail address, or {goal}: handshake, which needs none'
            )
        check_mail(entry, of)
