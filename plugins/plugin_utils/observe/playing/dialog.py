# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The server's side of a conversation in SMTP (RFC 5321), with what the mailer says noted in the visit."""

from __future__ import annotations

import ssl
import typing as t

from ...foreign_values import one_line
from .channel import Channel, Over
from .server import SMTPS, STARTTLS, Server
from .visit import MOST_COMMANDS, Mail, Visit

NAME = 'observe.example.com'
MOST_RECIPIENTS = 20
REPLIES = {
    'MAIL': '250 2.1.0 Ok',
    'RCPT': '250 2.1.5 Ok',
    'RSET': '250 2.0.0 Ok',
    'NOOP': '250 2.0.0 Ok',
    'HELO': f'250 {NAME}',
    'STARTTLS': '220 2.0.0 Ready to start TLS',
    'DATA': '354 End data with <CR><LF>.<CR><LF>',
    '.': '250 2.0.0 Ok: observed',
    'QUIT': '221 2.0.0 Bye',
}
CONSENT = ('2', '3')


class Dialog:
    """A conversation on an accepted connection; `context` is what TLS is spoken with."""

    def __init__(self, channel: Channel, visit: Visit, server: Server, context: ssl.SSLContext) -> None:
        self._channel = channel
        self._visit = visit
        self._server = server
        self._context = context
        self._sender = ''
        self._recipients: list[str] = []

    def run(self) -> t.NoReturn:
        """Converse until the connection is over. Raises Over."""
        if self._server.mode == SMTPS:
            self._channel.start_tls(self._context)
        self._say(f'220 {NAME} ESMTP')
        for _number in range(MOST_COMMANDS):
            self._answer(self._channel.read_line())
        raise Over(f'more than {MOST_COMMANDS} commands')

    def _answer(self, line: bytes) -> None:
        command, _space, argument = line.decode('utf-8', 'surrogateescape').partition(' ')
        verb = command.upper()
        self._visit.note(verb, argument)
        refused, reply = self._server.refuses
        if verb == refused or verb not in (*REPLIES, 'EHLO'):
            self._say(reply if verb == refused else '500 5.5.2 Unknown command')
            return
        self._say(REPLIES.get(verb) or self._features())
        action = _ACTIONS.get(verb)
        if action is not None:
            action(self, argument)

    def _features(self) -> str:
        offers = self._server.mode == STARTTLS and not self._visit.version
        return f'250-{NAME}\r\n250-SIZE 10000000\r\n' + ('250 STARTTLS' if offers else '250 ENHANCEDSTATUSCODES')

    def _say(self, text: str) -> None:
        self._channel.send(text.encode('ascii') + b'\r\n')

    def _mail(self, argument: str) -> None:
        self._sender, self._recipients = _path(argument), []

    def _rcpt(self, argument: str) -> None:
        if len(self._recipients) < MOST_RECIPIENTS:
            self._recipients.append(_path(argument))

    def _data(self, argument: str) -> None:
        del argument
        content = self._channel.read_mail()
        self._visit.mail = Mail(self._sender, tuple(self._recipients), content)
        self._say(REPLIES['.'])

    def _starttls(self, argument: str) -> None:
        del argument
        self._channel.start_tls(self._context)

    def _quit(self, argument: str) -> t.NoReturn:
        del argument
        raise Over('')


_ACTIONS: dict[str, t.Callable[[Dialog, str], None]] = {
    'MAIL': Dialog._mail,
    'RCPT': Dialog._rcpt,
    'DATA': Dialog._data,
    'STARTTLS': Dialog._starttls,
    'QUIT': Dialog._quit,
}


def _path(argument: str) -> str:
    """Return the address of `FROM:<address>` or `TO:<address>` without its parameters (RFC 5321, section 4.1.2)."""
    address = argument.partition(':')[2].strip()
    end = address.find('>')
    return one_line(address[1:end] if address.startswith('<') and end > 0 else address, 320)
