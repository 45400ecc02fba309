# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target says of its sends as results: the verdict, all defects of a certificate, and one line for each server."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import typing as t

from ...module_utils.config.keywords import CONFIG_NAME
from ...module_utils.problems import Problem
from ...module_utils.vocabulary import DISABLED, MODE_BY_NAME, TIMED_STAGES
from ..action_base import server_entry
from ..days import days_ago
from ..declared.ports import port_problems
from ..foreign_values import Malformed
from ..problems.text import complete
from ..target.answer import Fields
from ..x509 import chain_diagnosis as diagnosis
from ..x509.certificate import describe
from ..x509.chain_path import Trust, sorted_out, trust_of
from ..x509.guard import guard
from ..x509.reader import read_certificate
from ..x509.records import Certificate
from ..x509.unchecked import unjudged, unread_leaf

GOALS = {
    'handshake': 'no mail sent, as far as the handshake was asked for',
    'envelope': 'sender and recipients accepted, no mail sent',
}
TIMINGS = (*TIMED_STAGES, 'total')
TEXTS = ('trusted', 'message_id', 'proven_as', 'owner')
MOST_CERTIFICATES = 20


class Terms(t.NamedTuple):
    """How the sends are judged. `now` is the target's clock, which its OpenSSL went by."""

    now: dt.datetime
    warn_days: int
    crl_check: str


class Sent(t.NamedTuple):
    """One server's result, its problems and its line of `msg`."""

    entry: dict[str, t.Any]
    problems: list[Problem]
    line: str


def terms_of(answer: Fields, warn_days: int, crl_check: str) -> Terms:
    """Return the terms, with the clock of the target, ours where it doesn't tell. Raises Malformed."""
    seconds = answer.integer('now', high=1 << 36)
    now = dt.datetime.now(dt.timezone.utc) if seconds is None else dt.datetime.fromtimestamp(seconds, dt.timezone.utc)
    return Terms(now, warn_days, crl_check)


def report(fields: Fields, answer: Fields, until: str, terms: Terms) -> Sent:
    """Return what became of one server's send. Anything unclear is not ok. Raises Malformed."""
    if fields.text('until', until) != until:
        raise Malformed('it has another goal than was asked for')
    read: list[Certificate | str] = []
    unread: list[Problem] = []
    with guard(unread, 'The certificates that the mail server sent', stage='certificate'):
        read = [read_certificate(der) for der in _ders(fields, 'chain')]
    chain = [one for one in read if not isinstance(one, str)] if read and not isinstance(read[0], str) else []
    problems, ignored = _judged(fields, answer, read, terms)
    problems += unread
    certificates: list[dict[str, t.Any]] = []
    with guard(problems, "The mail server's certificate", stage='certificate'):
        problems += unread_leaf(read)
        certificates += [describe(certificate, terms.now) for certificate in chain]
        problems += _accepted(fields, chain, terms)
    problems += _port_problems(fields)
    missing = _missing_proof(fields, until)
    if missing and not any(problem.is_error for problem in problems):
        problems.append(Problem('program_failed', missing))
    name = fields.text('name')
    problems = [problem._replace(server=name) for problem in problems]
    entry = server_entry(
        fields,
        problems,
        ok=not missing and not any(problem.is_error for problem in problems),
        until=until,
        ignored=[complete(problem)._replace(server=name).as_dict() for problem in ignored],
        **_facts(fields),
        **({'certificate': certificates[0], 'chain': certificates} if certificates else {}),
    )
    return Sent(entry, problems, _line(fields, entry, problems))


def _port_problems(fields: Fields) -> list[Problem]:
    mode, port, directory = fields.text('mode', ''), fields.integer('port'), fields.text('working_dir', '')
    enable_tls = MODE_BY_NAME[mode].value if mode in MODE_BY_NAME else ''
    return port_problems({'EnableTLS': enable_tls}, port, f'{directory}/{CONFIG_NAME}', None)


def _missing_proof(fields: Fields, until: str) -> str:
    """Return what the answer lacks of what shows that the goal was reached, '' where it lacks nothing."""
    tls, reply = fields.child('tls'), fields.child('reply')
    if not fields.flag('reached'):
        return 'The send ended without saying why.'
    if fields.text('mode') != DISABLED.name or tls is not None:
        lacking = [key for key in ('version', 'cipher') if tls is None or not tls.text(key)]
        if lacking:
            return f'The send is said to have worked, but not with which TLS {" and ".join(lacking)}: that proves nothing.'
    if until == 'sent' and (reply is None or not 200 <= (reply.integer('code') or 0) < 300):
        return 'The send is said to have worked, but not that the mail server took the mail: that proves nothing.'
    return ''


def _accepted(fields: Fields, chain: list[Certificate], terms: Terms) -> list[Problem]:
    """Return the warnings about a certificate that was accepted."""
    if not (fields.flag('reached') and chain and fields.child('tls') is not None):
        return []
    soon = diagnosis.expires_soon(chain[0], terms.now, terms.warn_days)
    weak = [] if fields.flag('ignores_errors') else diagnosis.accepted_weaknesses(chain)
    return [*([soon] if soon is not None else []), *weak]


def _judged(fields: Fields, answer: Fields, read: list[Certificate | str], terms: Terms) -> tuple[list[Problem], list[Problem]]:
    """Return problems and ignored problems, the defects of the certificate among them."""
    problems, ignored = fields.problems(), fields.problems('ignored')
    key = fields.text('trust_key')
    if key is None or not read:
        return problems, ignored
    incomplete: list[Problem] = []
    with guard(incomplete, "The mail server's certificate", stage='certificate'):
        trust = _trust(fields, answer, key, terms)
        problems, ignored = _with_defects(fields, problems, ignored, _defects(fields, read, trust, terms))
        incomplete += unjudged(read, trust)
    return problems + incomplete, ignored


def _defects(fields: Fields, read: list[Certificate | str], trust: Trust, terms: Terms) -> list[Problem]:
    """Return the defects of the chain, none where not even its first certificate can be read."""
    chain, unread = sorted_out(read)
    if isinstance(read[0], str):
        return []
    host = fields.text('host') if fields.flag('checks_name') or fields.flag('ignores_errors') else None
    known = trust._replace(unread_authorities=trust.unread_authorities + unread)
    return diagnosis.defects(chain, known, host, terms.now, _verdict(fields))


def _with_defects(
    fields: Fields, problems: list[Problem], ignored: list[Problem], found: list[Problem]
) -> tuple[list[Problem], list[Problem]]:
    """Return problems and ignored problems with the defects that were found, where OpenSSL has refused or would have."""
    verdict = _verdict(fields)
    if fields.flag('ignores_errors'):
        named = [problem for problem in ignored if problem.stage == 'certificate']
        return problems, diagnosis.merged(named[0], verdict, found) if named else found
    result: list[Problem] = []
    for problem in problems:
        result += diagnosis.merged(problem, verdict, found) if problem.stage == 'certificate' else [problem]
    return result, ignored


def _verdict(fields: Fields) -> diagnosis.Verdict:
    verify = fields.child('verify') or Fields({})
    number = verify.integer('code')
    said = f'OpenSSL {number}: {verify.text("text", "")}' if number else ''
    return diagnosis.Verdict(said, fields.flag('anchored'), tuple(verify.texts('may_be')), bool(fields.flag('whole_chain')))


def _trust(fields: Fields, answer: Fields, key: str, terms: Terms) -> Trust:
    sets = answer.child('trust')
    known = sets.child(key) if sets is not None else None
    if known is None:
        raise Malformed('it does not tell what a certificate was verified against')
    source = fields.text('trusted', 'the CA file')
    ca = None if known.flag('system') else _ders(known, 'ca')
    return trust_of(ca, _ders(known, 'crl'), terms.crl_check == 'chain', source)


def _ders(fields: Fields, key: str) -> list[bytes]:
    texts = fields.raw_texts(key, limit=8 << 20)
    try:
        return [base64.b64decode(text, validate=True) for text in (texts[:MOST_CERTIFICATES] if key == 'chain' else texts)]
    except (binascii.Error, ValueError):
        raise Malformed(f'{key} is not base64') from None


def _facts(fields: Fields) -> dict[str, t.Any]:
    """Return the parts of an entry that are there."""
    facts: dict[str, t.Any] = {}
    if fields.text('host') and fields.integer('port'):
        facts.update(smtp_host=fields.text('host'), smtp_port=fields.integer('port'))
    tls, ehlo, reply, timings = (fields.child(key) for key in ('tls', 'ehlo', 'reply', 'timings_ms'))
    if tls is not None:
        facts['tls'] = {**{key: tls.text(key) for key in ('mode', 'version', 'cipher')}, 'bits': tls.integer('bits')}
    if ehlo is not None:
        facts['ehlo'] = {'name': ehlo.text('name'), 'features': ehlo.texts('features')}
    if reply is not None:
        facts['reply'] = {'code': reply.integer('code'), 'text': reply.text('text'), 'queue_id': reply.text('queue_id', '')}
    facts.update((key, text) for key in TEXTS if (text := fields.text(key)) is not None)
    if fields.integer('attempts') is not None:
        facts['attempts'] = fields.integer('attempts')
    if timings is not None:
        facts['timings_ms'] = {stage: spent for stage in TIMINGS if (spent := timings.integer(stage)) is not None}
    return facts


def _of_others(entry: t.Mapping[str, t.Any]) -> str:
    """Return in words that the rights of somebody else than the owner, who runs sendmemo, were used; '' where they weren't."""
    used, owner = entry.get('proven_as'), entry.get('owner')
    if not used or not owner or used == owner:
        return ''
    done = 'sent' if entry['until'] == 'sent' and entry['ok'] else 'tried'
    return f'; {done} with the rights of {used}, not of the owner {owner}'


def _line(fields: Fields, entry: dict[str, t.Any], problems: list[Problem]) -> str:
    """Return the line of `msg`: what worked, or the first error with its remedy."""
    where = f'{fields.text("host") or "unknown"}:{fields.integer("port") or "unknown"}'
    mode = MODE_BY_NAME[fields.text('mode')].label if fields.text('mode') in MODE_BY_NAME else ''
    head = f'{entry["name"]} -> {where}{f" {mode}" if mode else ""}'
    completed = [complete(problem) for problem in problems]
    errors = [problem for problem in completed if problem.severity == 'error']
    also = [problem.code for problem in [*errors[1:], *(problem for problem in completed if problem.severity == 'warning')]]
    tail = _of_others(entry) + (f'; also: {", ".join(also)}' if also else '')
    if not entry['ok']:
        first = errors[0]
        stage = f' ({first.stage})' if first.stage else ''
        return f'{head} FAILED{stage}: {first.message} [{first.code}] {first.hint}{tail}'.replace('\n', ' ')
    tls, certificate = entry.get('tls'), entry.get('certificate')
    parts = [' '.join([head, tls['version'], tls['cipher']]) if tls else head]
    if tls and certificate:
        days = certificate['days_left']
        parts.append(f'certificate {days} days left' if days >= 0 else f'certificate expired {days_ago(days)}')
    trusted = entry.get('trusted', '/')
    if tls and not trusted.startswith('/') and not fields.flag('ignores_errors'):
        parts.append(f'verified against {trusted}')  # CAFile doesn't say it
    if entry['until'] == 'sent':
        queue_id = entry['reply']['queue_id']
        parts.append(f'queued as {queue_id}' if queue_id else f'accepted: {entry["reply"]["code"]} {entry["reply"]["text"]}')
    else:
        parts.append(GOALS[entry['until']])
    if entry['ignored']:
        parts.append(f'ignored: {", ".join(problem["code"] for problem in entry["ignored"])}')
    return (', '.join(parts) + tail).replace('\n', ' ')
