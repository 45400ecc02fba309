# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All that the page's details say of a server, as labels and texts: what somebody copies into a ticket."""

from __future__ import annotations

import typing as t

from ...outcome.drift import describe
from .. import times
from ..crl_facts import described
from ..model import STATES, Comparison
from ..observations import ASSUMED, Delivery, Expiry
from ..values import Problem
from .page_cells import Subject, after

LABELS = {'certificate': 'Certificate', 'ca': 'CA', 'crl': 'CRL'}
Since = dict[tuple[str, str], str]  # by host and server


class Fact(t.NamedTuple):
    """A label, a text, how it is shown (a class of page.css), the number of what expires that the text names, and what is said
    of that."""

    label: str
    text: str
    tone: str = ''
    ending: int | None = None
    more: str = ''


Facts = t.Iterator[Fact]


def facts(of: Subject, since: Since, number_of: t.Callable[[Expiry], int]) -> list[Fact]:
    """Return what is known of a server; nothing is said of what is not known."""
    parts = (
        _state(of, since),
        (fact for problem in of.server.problems for fact in _problem(problem)),
        (fact for problem in of.server.ignored for fact in _problem(problem, 'Ignored ')),
        _drift(of),
        _connection(of),
        (
            Fact(LABELS[what.kind], what.name, '', number_of(what), _end(what, of.report.generated))
            for what in of.server.endings()
        ),
        _proof(of),
        _origin(of),
    )
    return [fact for part in parts for fact in part if fact.text]


def _state(of: Subject, since: Since) -> Facts:
    accepted = ', and that is accepted' if of.server.is_accepted else ''
    yield Fact('State', f'{STATES[of.server.state].label}{accepted}: {STATES[of.server.state].meaning}')
    yield Fact('Since', since.get((of.host.name, of.server.name), ''))


def since(comparison: Comparison | None) -> Since:
    """Return since when servers have needed attention, as far as the report before says it."""
    if comparison is None:
        return {}
    then = f'{times.minute(comparison.since)} UTC'
    new = {(one.host, one.server): _began(one.before, then) for one in comparison.new}
    still = {(one.host, one.server): f'before {then}' for one in [*comparison.still, *comparison.unknown]}
    return {**new, **still}


def _began(before: str, then: str) -> str:
    return f'after {then}, when it was {STATES[before].label}' if before else f'after {then}, when it was not in the report'


def _problem(problem: Problem, prefix: str = '') -> Facts:
    severity, code = problem['severity'], problem.get('code')
    label = f'{prefix}{severity}'.capitalize()
    yield Fact(label, f'{problem.get("message", "")}{f" [{code}]" if code else ""}'.strip(), severity)
    yield Fact('Remedy', problem.get('hint', ''))
    yield Fact('Where', ', '.join(_places(problem)))


def _places(problem: Problem) -> list[str]:
    """Return the location of a problem, in words."""
    words = (('stage', 'stage {}'), ('file', '{}'), ('line', 'line {}'), ('keyword', '{}'), ('value', '"{}"'))
    return [word.format(problem[key]) for key, word in words if key in problem]


def _drift(of: Subject) -> Facts:
    label = 'Was corrected' if of.server.corrected else 'Differs'
    for one in of.server.drift:
        yield Fact(label, ', in '.join(filter(None, (describe(one), one.get('file')))))


def _connection(of: Subject) -> Facts:
    known = of.server.facts
    yield Fact('Mail server', ', '.join(filter(None, (known.mail_server, known.mode))))
    yield Fact('TLS', ', '.join(filter(None, (known.tls_version, known.cipher))))


def _end(what: Expiry, now: str) -> str:
    days = times.days_between(now, what.not_after)
    when = f'expired {times.ago(what.not_after, now)}' if days < 0 else f'expires {times.in_days(what.not_after, now)}'
    issuer = f'by {what.issuer}' if what.issuer else ''
    return '; '.join(filter(None, (f'{when}, {what.not_after[:10]}', issuer, described(what, now), what.file)))


def _proof(of: Subject) -> Facts:
    server, proof = of.server, of.server.proof
    if proof is not None:
        yield Fact('Last proof', f'{times.minute(proof.at)} UTC')
        yield Fact('Message ID', proof.message_id)
        yield Fact('Queue ID', proof.queue_id)
    if server.delivery is not None:
        yield Fact('Delivered', ', '.join(filter(None, (f'yes{after(server)}', _relay(server.delivery)))))
    elif server.is_unconfirmed:
        yield Fact('Delivered', 'not confirmed, since the mailbox gave no answer')
    yield Fact('Mailer', _profile(server.facts.profile))
    if server.other_rights:
        yield Fact('Sent as', f'{server.other_rights}, not the owner {server.facts.owner}')


def _profile(profile: str) -> str:
    """Return whether the proof follows the product's own mailer, '' if that is not known."""
    if profile == ASSUMED:
        return 'assumed to do what its manual does not say: no profile was given'
    return f'as observed: {profile}' if profile else ''


def _relay(delivery: Delivery) -> str:
    """Return what the relay noted about the mail."""
    if not delivery.protocol:
        return ''
    sender = ' '.join(filter(None, [delivery.helo, delivery.address and f'[{delivery.address}]']))
    head = f'{delivery.by or "the relay"} received it with {delivery.protocol}'
    return ' '.join(filter(None, (head, f'from {sender}' if sender else '', delivery.tls)))


def _origin(of: Subject) -> Facts:
    server = of.server
    if server.checked:
        mode = ', in check mode: nothing was changed, and no mail was sent' if server.check_mode else ''
        yield Fact('Checked', f'{times.minute(server.checked)} UTC{mode}')
    if server.changed:
        yield Fact('Changed', f'{times.minute(server.changed)} UTC')
    yield Fact('Groups', ', '.join(of.host.log.groups))
