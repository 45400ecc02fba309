# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is seen of a mailer in any mail: what it offers in TLS, its sender, the form of its mails."""

from __future__ import annotations

import typing as t

from ...module_utils.vocabulary import TLS_VERSIONS
from ..foreign_values import one_line
from .laboratory import Sighting
from .playing.client_hello import ClientHello, cipher_name, cipher_protocol, group_name
from .playing.visit import SENT
from .verdict import DIFFERS, HOLDS, Verdict, unknown

AS_OURS, OTHERS = 'as_ours', 'others'
NAME = '{hostname}'  # in a sender: the name in EHLO
OUR_SENDER = f'sendmemo@{NAME}'
OF_TLS_1_3 = 'TLSv1.3'
LONGEST_NAME = 255


class Facts(t.NamedTuple):
    """`hello` None: it could not be read. `sender` has NAME for the name in EHLO. `header` has what shows the form of a mail."""

    hello: ClientHello | None
    ehlo: str
    sender: str
    header: dict[str, str]
    says_quit: bool

    @property
    def ciphers(self) -> list[str]:
        return [cipher_name(number) for number in self.hello.ciphers] if self.hello else []


def facts_of(control: Sighting) -> Facts:
    """Return what the connection that brought the mail shows."""
    visit, mail = next((visit, visit.mail) for visit in control.visits if visit.kind == SENT and visit.mail is not None)
    name = visit.names[-1] if visit.names else ''
    sender = mail.sender.replace(name, NAME) if name else mail.sender
    return Facts(visit.hello, name, sender, mail.header(), 'QUIT' in visit.commands)


def sender_verdict(facts: Facts) -> Verdict:
    """Compare the sender with the one that our own mails have unless another is declared."""
    verdict = HOLDS if facts.sender == OUR_SENDER else DIFFERS
    form = [f'{name}: {value}' for name, value in facts.header.items()]
    end = 'it ends with QUIT' if facts.says_quit else 'it ends without QUIT'
    evidence = f'EHLO {one_line(facts.ehlo, LONGEST_NAME)}', f'MAIL FROM:<{facts.sender}>', *form, end
    return Verdict('sender', verdict, facts.sender or '<>', evidence)


def cipher_verdict(facts: Facts, answers: t.Mapping[str, Verdict], ours: ClientHello | None) -> Verdict:
    """Compare the cipher suites offered with ours, of those that are for a version which the mailer speaks."""
    versions = [answers[name].observed for name in ('min_tls', 'max_tls') if name in answers]
    if facts.hello is None or ours is None or len(versions) != 2 or not all(versions):
        return unknown('ciphers', 'the two ClientHellos, or the versions, are not known')
    theirs, own = ({suite for suite in hello.ciphers if _is_for(suite, *versions)} for hello in (facts.hello, ours))
    groups, name = ', '.join(map(group_name, facts.hello.groups)), one_line(facts.hello.server_name, LONGEST_NAME)
    besides = f'groups: {groups}', f'server name: {name or "none"}'
    more, fewer = (', '.join(sorted(map(cipher_name, suites))) for suites in (theirs - own, own - theirs))
    if theirs == own:
        return Verdict('ciphers', HOLDS, AS_OURS, (f'{len(theirs)} cipher suites', *besides))
    return Verdict('ciphers', DIFFERS, OTHERS, (f'besides ours: {more or "none"}', f'without: {fewer or "none"}', *besides))


def _is_for(suite: int, oldest: str, newest: str) -> bool:
    """Return whether a suite can be negotiated between these versions: one of TLS 1.3 in that alone, others up to 1.2."""
    of = cipher_protocol(suite)
    if of == OF_TLS_1_3:
        return newest == OF_TLS_1_3
    since = TLS_VERSIONS.index(of) if of in TLS_VERSIONS else 0
    return oldest != OF_TLS_1_3 and TLS_VERSIONS.index(newest) >= since
