# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The SMTP conversation as one table (RFC 5321, 3207): the code runs on it, docs/reference/smtp.md is generated from it."""

from typing import Iterator, NamedTuple, Tuple

from ..vocabulary import ENVELOPE, GOALS, MODE_BY_NAME, SENT, SMTPS, STARTTLS, TLS_MODES, TlsMode
from .reply import Reply


class Step(NamedTuple):
    """One exchange with the server, which is part of conversations in these TLS modes and with these goals.

    `command` has a %s for its argument; it is '' where the server speaks first, or TLS does. `reply` is the code, or its first
    digit, that the next step needs; 0 for no reply at all. `problems` are the codes that can end this step alone, beside
    those of refusals.BY_STAGE and SILENCE.
    """

    name: str
    stage: str
    command: str
    reply: int
    modes: Tuple[TlsMode, ...]
    goals: Tuple[str, ...] = GOALS
    problems: Tuple[str, ...] = ()

    def accepts(self, reply: Reply) -> bool:
        return self.reply in (reply.code, reply.kind)


# In order. The conversation ends before the first step that its goal doesn't need.
STEPS = (
    Step('tls', 'handshake', '', 0, (SMTPS,), problems=('plaintext_expected',)),
    Step('greeting', 'banner', '', 220, TLS_MODES, problems=('not_smtp', 'tls_expected')),
    Step('ehlo', 'ehlo', 'EHLO %s', 250, TLS_MODES),
    Step(
        'starttls',
        'starttls',
        'STARTTLS',
        220,
        (STARTTLS,),
        problems=('starttls_not_offered', 'starttls_stripped', 'plaintext_injected'),
    ),
    Step('tls', 'handshake', '', 0, (STARTTLS,)),
    Step('ehlo', 'ehlo', 'EHLO %s', 250, (STARTTLS,)),
    Step('mail', 'envelope', 'MAIL FROM:<%s>', 2, TLS_MODES, (ENVELOPE, SENT)),
    Step('rcpt', 'envelope', 'RCPT TO:<%s>', 2, TLS_MODES, (ENVELOPE, SENT), problems=('recipient_refused', 'greylisted')),
    Step('data', 'data', 'DATA', 354, TLS_MODES, (SENT,)),
    Step('dot', 'data', '.', 2, TLS_MODES, (SENT,), problems=('outcome_unknown',)),
)
# Codes that can end any step.
OF_ANY_STEP = ('connection_lost', 'timed_out', 'reply_malformed', 'reply_too_long', 'rate_limited', 'handshake_closed')


def steps_of(mode: str, goal: str) -> Iterator[Step]:
    """Yield the steps of a conversation, in order. `mode` is the name of a TLS mode."""
    tls_mode = MODE_BY_NAME[mode]
    return (step for step in STEPS if tls_mode in step.modes and goal in step.goals)
