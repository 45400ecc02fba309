# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Refusals of a mail server as tables: stage and reply code to a problem; and the queue ID in the reply to a mail."""

import re
from typing import Callable, NamedTuple, Optional, Sequence, Tuple

from ..problems import Problem
from ..vocabulary import DISABLED
from .reply import Reply

# They mean the same in every stage (RFC 4954, section 6; RFC 5321, section 4.2.3).
ANYWHERE = {
    530: ('authentication_required', 'The server demands authentication'),
    552: ('message_too_large', 'The server, or a mailbox, has no room for a mail of this size'),
}
TOO_LARGE = ('5.2.3', '5.3.4')  # RFC 3463, where the code is another: OpenSMTPD says 554 5.3.4
# Stage -> code and text for any other refusal.
BY_STAGE = {
    'banner': ('banner_refused', 'The server refuses the connection'),
    'ehlo': ('ehlo_refused', 'The server refuses EHLO'),
    'starttls': ('starttls_refused', 'The server offers STARTTLS but refuses to begin'),
    'envelope': ('sender_refused', 'The server refuses the sender'),
    'data': ('message_refused', 'The server refuses the mail'),
}
RECIPIENT = {
    4: ('greylisted', 'The server accepts no mail for %s at present'),
    5: ('recipient_refused', 'The server refuses the recipient %s'),
}
RECIPIENT_CODES = tuple(code for code, _text in RECIPIENT.values())
MALFORMED = ('reply_malformed', "The server's reply is not valid at this point (RFC 5321, section 4.3.2)")
RATE_LIMITED = ('rate_limited', 'The server ends the conversation')
# For a demand for authentication in a conversation by TLS.
NO_AUTHENTICATION_HINT = (
    'sendmemo has no user name and password: have this host admitted by its address, or use a relay that accepts its mail '
    'without authentication.'
)
TLS_FIRST_HINT = 'It requires TLS first: set EnableTLS to 1 (STARTTLS).'
LIMITED_HINT = (
    '421 often means a limit on connections or mails per client: wait and try again with retries, spread the hosts '
    'over time, or ask the administrator of the mail server about its rate limits for this host.'
)
LATER_HINT = (
    'The refusal is temporary (4xx): run again later. With retries the module does so itself, for what is refused before the '
    'end of the mail.'
)
NO_EHLO_HINT = (
    'The server, or a firewall that inspects SMTP in between, does not support EHLO, which TLS requires: '
    'have that changed, or use another port or server.'
)
CLIENT_CERTIFICATE_HINT = (
    'Have this host admitted without a client certificate (smtpd_tls_req_ccert of Postfix, for example), or use a port or a '
    'relay that demands none.'
)
# The texts of servers that let the handshake succeed first: Postfix replies 421 right after it, others to a later command.
_CERTIFICATE_DEMANDED = re.compile(r'client[ -]certificate|\bno certificate\b|certificate (?:is )?required', re.IGNORECASE)
# Stage -> code and text for no reply in time, where that has a code of its own.
SILENCE = {
    'banner': ('banner_timed_out', 'The connection is established, but no whole greeting came in time.'),
    'handshake': ('handshake_timed_out', 'The TLS handshake was not finished in time.'),
}
# Cisco firewalls ("fixup smtp") overwrite extensions that they don't know: XXXXXXXA in place of STARTTLS.
STRIPPED = re.compile(r'X{6,}[A-Z]?\Z')

# Postfix and aiosmtpd, Exim, Sendmail and OpenSMTPD, Exchange, qmail.
_QUEUED = (
    r'\bqueued as ([0-9A-Za-z._-]+)',
    r'\bOK id=([0-9A-Za-z-]+)',
    r'(?:\A|\s)([0-9A-Za-z._-]+) Message accepted for delivery',
    r'InternalId=([0-9]+)',
    r'\bok [0-9]+ qp ([0-9]+)',
)


class _Refused(NamedTuple):
    """A negative or malformed reply, and what the client had done."""

    stage: str
    reply: Reply
    is_tls: bool
    address: Optional[str]


class _Rule(NamedTuple):
    """When a reply means something other than its stage has in BY_STAGE: code and text, None = the stage's, and a hint."""

    applies: Callable[[_Refused], object]
    meaning: Optional[Tuple[str, str]]
    hint: str = ''


# The first that applies counts.
_RULES = (
    _Rule(lambda it: it.reply.kind not in (4, 5), MALFORMED),
    _Rule(lambda it: it.reply.code == 530 and it.is_tls, ANYWHERE[530], NO_AUTHENTICATION_HINT),
    # RFC 3207, section 4
    _Rule(lambda it: it.reply.code == 530 and 'STARTTLS' in it.reply.text.upper(), ANYWHERE[530], TLS_FIRST_HINT),
    _Rule(lambda it: it.reply.code == 530, ANYWHERE[530]),
    _Rule(lambda it: it.reply.code == 552 or it.reply.enhanced in TOO_LARGE, ANYWHERE[552]),
    _Rule(lambda it: it.reply.code == 421 and it.stage in ('banner', 'ehlo'), None, LIMITED_HINT),
    _Rule(lambda it: it.reply.code == 421, RATE_LIMITED, LIMITED_HINT),
    # RFC 5321, section 4.2.4: not known, not implemented
    _Rule(lambda it: it.stage == 'ehlo' and it.reply.code in (500, 502), None, NO_EHLO_HINT),
    _Rule(lambda it: it.address is not None and it.reply.kind == 4, RECIPIENT[4]),
    _Rule(lambda it: it.address is not None, RECIPIENT[5]),
    _Rule(lambda it: it.reply.kind == 4 and it.stage != 'starttls', None, LATER_HINT),
)


def refusal(stage: str, reply: Reply, mode: str, address: Optional[str] = None) -> Problem:
    """Return the problem that `reply` means in `stage` of a conversation by `mode`; with `address`, of that recipient."""
    refused = _Refused(stage, reply, mode != DISABLED.name, address)
    demands_certificate = refused.is_tls and reply.kind in (4, 5) and _CERTIFICATE_DEMANDED.search(reply.text)
    if demands_certificate and (reply.code == 421 or stage in ('banner', 'ehlo', 'starttls')):
        return client_certificate_demanded(reply.shown())
    meaning, hint = next(((rule.meaning, rule.hint) for rule in _RULES if rule.applies(refused)), (None, ''))
    code, text = meaning or BY_STAGE[stage]
    if code in RECIPIENT_CODES:
        text = text % address
    hint = CLIENT_CERTIFICATE_HINT if demands_certificate else hint
    return Problem(code, '%s: %s' % (text, reply.shown()), hint, stage=stage, value=address)


def client_certificate_demanded(quoted: str) -> Problem:
    """Return the problem of a server that demands a client certificate, as `quoted` says."""
    message = 'The server demands a client certificate, and sendmemo has none: %s' % quoted
    return Problem('handshake_closed', message, CLIENT_CERTIFICATE_HINT, stage='handshake')


def offered(features: Sequence[str], keyword: str) -> bool:
    """Return whether the EHLO reply's features name an extension (RFC 5321, section 4.1.1.1: in any case of letters)."""
    return any(feature.split(' ', 1)[0].upper() == keyword for feature in features)


def starttls_missing(features: Sequence[str]) -> Problem:
    """Return the problem of an EHLO reply without STARTTLS."""
    stripped = [feature for feature in features if STRIPPED.match(feature)]
    if stripped:
        message = "Something between host and server has overwritten STARTTLS in the server's features: %s" % stripped[0]
        return Problem('starttls_stripped', message)
    message = 'The server does not offer STARTTLS; it offers: %s' % (', '.join(features) or 'nothing')
    return Problem('starttls_not_offered', message)


def queue_id(text: str) -> str:
    """Return the queue ID that the reply to the final dot gives, '' for none."""
    for pattern in _QUEUED:
        match = re.search(pattern, text)
        if match:
            return match.group(1)
    return ''
