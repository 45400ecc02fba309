# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Questions about the session: TLS versions, what happens where TLS can't be had, EHLO, retries."""

from __future__ import annotations

from ....module_utils.vocabulary import TLS_VERSIONS
from ..playing.server import NO_TLS, SMTPS, Server
from ..playing.visit import DROPPED, ENDED, PLAINTEXT, REFUSED, SENT
from .experiment import AGAIN, COUNT, EHLO, MAIL, NO_MAIL, ONCE, OWN_NAME, TLS, Need, Question, Reading, Trial, reading, text_of

PLAIN = Trial(text_of())
EITHER = (SENT, REFUSED)
_OF_EACH_VERSION = tuple(Trial(text_of(), Server(oldest=version, newest=version)) for version in TLS_VERSIONS)
NEVER_IN_PLAINTEXT = (reading('never', (REFUSED, ENDED, DROPPED)), reading('plaintext', PLAINTEXT))


def _versions(name: str, text: str, readings: tuple[Reading, ...], assumed: str) -> Question:
    return Question(name, text, TLS, PLAIN, _OF_EACH_VERSION, readings, (assumed,))


def _least(version: str) -> Reading:
    """Return what is seen if this is the least version: that one is taken, none that is older, and perhaps newer ones."""
    place = TLS_VERSIONS.index(version)
    return reading(version, *([REFUSED] * place), SENT, *([EITHER] * (len(TLS_VERSIONS) - place - 1)))


def _greatest(version: str) -> Reading:
    place = TLS_VERSIONS.index(version)
    return reading(version, *([EITHER] * place), SENT, *([REFUSED] * (len(TLS_VERSIONS) - place - 1)))


def _fallback(name: str, text: str, server: Server, needs: tuple[Need, ...] = ()) -> Question:
    return Question(name, text, MAIL, PLAIN, (Trial(text_of(), server),), NEVER_IN_PLAINTEXT, ('never',), needs)


def _ehlo(name: str, text: str, value: str, assumed: tuple[str, ...]) -> Question:
    """Return a question of what becomes of a value of Hostname."""
    trial = Trial(text_of(name=value), names=(('as written', value),))
    readings = (
        reading('as_written', 'sent, as written'),
        reading('own_name', f'sent, {OWN_NAME}'),
        reading('refused', NO_MAIL),
    )
    return Question(name, text, EHLO, PLAIN, (trial,), readings, assumed)


SESSION = (
    _versions('min_tls', 'Which is the oldest TLS version that it speaks?', tuple(map(_least, TLS_VERSIONS)), 'TLSv1.2'),
    _versions('max_tls', 'Which is the newest TLS version that it speaks?', tuple(map(_greatest, TLS_VERSIONS)), 'TLSv1.3'),
    Question(
        'smtps',
        'Does EnableTLS 2 begin TLS at once?',
        MAIL,
        PLAIN,
        (Trial(text_of(mode='2'), Server(mode=SMTPS)),),
        (reading('at_once', SENT), reading('otherwise', (*NO_MAIL, PLAINTEXT))),
        ('at_once',),
    ),
    _fallback(
        'starttls_not_offered',
        'Is mail sent in plaintext if the mail server offers no STARTTLS?',
        Server(mode=NO_TLS),
    ),
    _fallback(
        'starttls_refused',
        'Is mail sent in plaintext if the mail server refuses STARTTLS?',
        Server(refuses=('STARTTLS', '454 4.7.0 TLS not available')),
    ),
    _fallback(
        'handshake_failed',
        "Is mail sent in plaintext if the mail server's certificate is refused?",
        Server('unknown_root'),
        (Need('unknown_ca', ('refused',)),),
    ),
    _ehlo('ehlo_host', 'Is a host name in Hostname the name in EHLO?', '{name}', ('as_written',)),
    _ehlo('ehlo_ipv4', 'Is an IPv4 address in brackets the name in EHLO?', '[192.0.2.7]', ('as_written',)),
    _ehlo('ehlo_ipv6', 'Is an IPv6 address in brackets the name in EHLO?', '[IPv6:2001:db8::7]', ('as_written',)),
    _ehlo('ehlo_invalid', 'What becomes of a Hostname that is no valid name?', 'not_a_host', ('refused',)),
    Question(
        'retry',
        'Is a mail that is refused for now (451) tried again within the deadline?',
        COUNT,
        Trial(text_of(), watches_on=True),
        (Trial(text_of(), Server(refuses=('RCPT', '451 4.7.1 Try again later')), watches_on=True),),
        (reading('no', ONCE), reading('yes', AGAIN)),
        ('no', 'yes'),
    ),
)
