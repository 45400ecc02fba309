# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One connection of a mailer to a playing server: what was seen of it, and what it came to.

All of it was written by the mailer: it is kept within bounds, and escaped before it is shown.
"""

from __future__ import annotations

import dataclasses
import email.parser
import typing as t

from ...foreign_values import one_line
from .client_hello import ClientHello

MOST_COMMANDS = 40
HEADER_FIELDS = ('From', 'Subject', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding', 'Date', 'Message-ID')

# What a connection, and with it a send, came to; from the least to what counts most where there were several.
SILENT = 'silent'  # no connection
DROPPED = 'dropped'  # connected, and left without a word
ENDED = 'ended'  # said something, and left before TLS began
REFUSED = 'refused'  # began TLS, and sent no mail in it
SENT = 'sent'  # a mail came in TLS
PLAINTEXT = 'plaintext'  # a mail came in plaintext
KINDS = (SILENT, DROPPED, ENDED, REFUSED, SENT, PLAINTEXT)


# Ends of a handshake that a broken connection could look like too. All others are an alert, or a reason of OpenSSL's.
DONE, CLOSED, NO_HELLO = 'done', 'the connection was closed', 'no ClientHello'


class Mail(t.NamedTuple):
    """A mail up to its final dot: the envelope, and the mail as it came."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    def header(self) -> dict[str, str]:
        """Return the fields that show its form, each on one line; the recipients' names are not among them."""
        fields = email.parser.BytesHeaderParser().parsebytes(self.content)
        return {name: one_line(str(fields[name]), 200) for name in HEADER_FIELDS if fields[name] is not None}


@dataclasses.dataclass
class Visit:
    """Filled in while the connection lasts. Times are seconds of time.monotonic(); `ended` is 0 until it is over.

    `handshake` is DONE, the alert by which the mailer ended it, another end in words, or '' where TLS never began.
    """

    began: float
    address: str = ''
    ended: float = 0.0
    commands: list[str] = dataclasses.field(default_factory=list)  # EHLO with its name, of others the verb
    names: list[str] = dataclasses.field(default_factory=list)  # EHLO's and HELO's arguments, as they came
    hello: ClientHello | None = None
    handshake: str = ''
    version: str = ''
    cipher: str = ''
    mail: Mail | None = None
    cut_short: str = ''  # the bound that ended it

    @property
    def kind(self) -> str:
        if self.mail is not None:
            return SENT if self.version else PLAINTEXT
        if self.hello is not None:
            return REFUSED
        return ENDED if self.commands else DROPPED

    @property
    def is_firm(self) -> bool:
        """Whether it shows what the mailer wants: a mail came, or TLS was refused in words."""
        return self.mail is not None or self.handshake not in ('', DONE, CLOSED, NO_HELLO)

    def note(self, verb: str, argument: str) -> None:
        """Note a command that came."""
        if len(self.commands) < MOST_COMMANDS:
            self.commands.append(one_line(f'{verb} {argument}' if verb in ('EHLO', 'HELO') else verb, 120))
            if verb in ('EHLO', 'HELO'):
                self.names.append(argument)

    def shown(self) -> str:
        """Return in one line what it came to, and the details that tell why."""
        parts = [self.kind]
        if self.version:
            parts.append(f'{self.version} {self.cipher}')
        if self.handshake not in ('', DONE):
            parts.append(f'the handshake ended by: {self.handshake}')
        if self.commands:
            parts.append(', '.join(self.commands))
        if self.cut_short:
            parts.append(f'cut short: {self.cut_short}')
        return '; '.join(parts)
