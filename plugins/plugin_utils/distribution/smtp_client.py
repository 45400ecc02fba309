# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hands a mail over to a mail server, by the standard library: TLS verified, nothing without it unless that is chosen."""

from __future__ import annotations

import email.message
import pathlib
import smtplib
import ssl
import threading
import typing as t

from ...module_utils.safe_text import safe_text

PORTS = {'starttls': 587, 'smtps': 465, 'none': 25}  # by the mode


class MailError(Exception):
    """The mail was not handed over, or not to all; the text says why."""


class MailServer(t.NamedTuple):
    """Where to hand mails over. `ca` has the CAs to trust, None = those of the system; `seconds` are for all of it."""

    host: str
    port: int
    tls: str
    ca: pathlib.Path | None
    username: str
    password: str
    seconds: float


def send(message: email.message.EmailMessage, server: MailServer) -> None:
    """Hand a mail over to all of its recipients. Raises MailError.

    A thread of its own does it: looking up a name, and a server that answers byte by byte, can't be interrupted otherwise.
    """
    failed: list[BaseException] = []

    def work() -> None:
        try:
            _send(message, server)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(server.seconds)
    if thread.is_alive():
        raise MailError(f'no end within {server.seconds:g} s; the mail may have been sent')
    if failed:
        raise MailError(_cause(failed[0])) from None


def _send(message: email.message.EmailMessage, server: MailServer) -> None:
    context = ssl.create_default_context(cafile=server.ca) if server.tls != 'none' else None
    if context is not None and server.tls == 'smtps':
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.seconds, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
    with client:
        if context is not None and server.tls == 'starttls':
            client.starttls(context=context)
        if server.username:
            client.login(server.username, server.password)
        refused = client.send_message(message)
    if refused:
        raise MailError(f'the mail was sent, but not to {_refusals(refused)}')


def _cause(error: BaseException) -> str:
    """Return why a mail was not handed over. What a server says after a password is left out: it might repeat it."""
    if isinstance(error, MailError):
        return str(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f'it refuses the user name or the password ({error.smtp_code})'
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f'it refuses {_refusals(error.recipients)}'
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f'its certificate is not accepted: {safe_text(error.verify_message)}'
    return safe_text(str(getattr(error, 'strerror', None) or error) or type(error).__name__).replace('\n', ' ')


def _refusals(refused: t.Mapping[str, tuple[int, bytes]]) -> str:
    return ', '.join(f'{who} ({_reply(code, text)})' for who, (code, text) in refused.items())


def _reply(code: int, text: bytes | str) -> str:
    return f'{code} {safe_text(text, 200)}'.replace('\n', ' ')
