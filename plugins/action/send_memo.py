# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends a real mail from the target, for each InfoPrint server, with its current configuration."""

from __future__ import annotations

import typing as t

from ..module_utils.messages.send import MailOptions, SendEntry, SendOptions, SendRequest
from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.declared.entry import declared_settings
from ..plugin_utils.options.mail import check_mail
from ..plugin_utils.options.spec import ArgumentError
from ..plugin_utils.outcome.send import report, terms_of
from ..plugin_utils.target.answer import server_answers

SPARE_SECONDS = 10.0  # for reading files and making contexts, beside the conversations


class ActionModule(InfoprintAction):
    MODULE = 'send_memo'
    PROGRAM = 'operations.send'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        until = 'envelope' if self._task.check_mode and args['until'] == 'sent' else args['until']
        asked = [entry for entry in servers if entry.get('state') != 'absent']
        if servers and not asked:
            return Outcome([], [], 'All servers are to be absent: there is nothing to verify.')
        for entry in asked or [args]:
            _check(entry, until)
        attempts = args['retries'] + 1
        limit = attempts * args['timeout'] + args['retries'] * args['retry_delay'] + SPARE_SECONDS
        answer = self.target.run(self.PROGRAM, _request(args, asked, until), limit)
        terms = terms_of(answer, args['warn_days'], args['crl_check'])
        sent = [report(fields, answer, until, terms) for fields in server_answers(answer, asked)]
        for server, entry in zip(sent, asked or [args] * len(sent), strict=True):
            if entry['accept_unprotected']:
                server.entry['accept_unprotected'] = True
        return Outcome(
            servers=[server.entry for server in sent],
            problems=[problem for server in sent for problem in server.problems],
            msg='\n'.join(server.line for server in sent),
            fail_on=args['fail_on'],
        )


def _request(args: t.Mapping[str, t.Any], entries: t.Sequence[t.Mapping[str, t.Any]], until: str) -> SendRequest:
    """Return the request. What a server has from the options of the task travels once, a large body above all."""
    return SendRequest(
        base_dir=args['base_dir'],
        pd_bin_dir=args['pd_bin_dir'],
        options=SendOptions(until, **{name: args[name] for name in SendOptions._fields if name != 'until'}),
        servers=[
            SendEntry(
                name=entry['name'],
                working_dir=entry.get('working_dir'),
                mail=MailOptions(*(None if entry.get(name) == args[name] else entry.get(name) for name in MailOptions._fields)),
                declared=_declared(entry, args),
            )
            for entry in entries
        ],
        mail=MailOptions(*(args[name] for name in MailOptions._fields)),
        declared=_declared(args, args),
    )


def _declared(options: t.Mapping[str, t.Any], args: t.Mapping[str, t.Any]) -> dict[str, str] | None:
    return declared_settings(options) if args['check_declared'] else None


def _check(entry: t.Mapping[str, t.Any], until: str) -> None:
    """Refuse, before anything connects, what no mail server could take. Raises ArgumentError."""
    of = f' of server {entry["name"]}' if entry.get('name') else ''
    if until != 'handshake' and not entry.get('recipients'):
        raise ArgumentError(f'recipients{of} is missing: give at least one mail address, or until: handshake, which needs none')
    check_mail(entry, of)
