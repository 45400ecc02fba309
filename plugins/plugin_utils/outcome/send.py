# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sends of a target as results: the verdict, every defect of a certificate, and one line for each server."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.config.keywords import CONFIG_NAME
from ...module_utils.messages.send import SendResult
from ...module_utils.problems import Problem
from ...module_utils.vocabulary import CERTIFICATE, DISABLED, MODE_BY_NAME, SENT
from ..declared.observed_forms import observed_problems
from ..declared.ports import port_problems
from ..delivery.proof import exact
from ..foreign_values import InvalidValue
from ..observe.profile import Profile
from ..problems.text import complete
from ..target.answer import AnswerObject
from ..target.send_answer import MOST_CHARACTERS, decoded
from ..x509 import chain_diagnosis as diagnosis
from ..x509.certificate import describe
from ..x509.chain_path import Trust, readable, trust_of
from ..x509.guard import guard
from ..x509.reader import read_certificate
from ..x509.records import Certificate
from ..x509.unchecked import unchecked_parts, unread_leaf
from .send_line import line

LONGEST_RUN = dt.timedelta(days=1)  # a mail that is older by the target's clock was not sent in this run
OBSERVED_VERSIONS = {'min_tls': 'older than', 'max_tls': 'newer than'}
FACTS = ('tls', 'ehlo', 'reply', 'trusted', 'message_id', 'address', 'proven_as', 'owner', 'attempts', 'timings_ms')


class Terms(t.NamedTuple):
    """How the sends are evaluated.

    `now` is the target's clock, which its OpenSSL went by, `received` the controller's when it had the answer. `policy` is what
    the results say of what the proof rests on, and `observed` the profile that it follows.
    """

    now: dt.datetime
    warn_days: int
    crl_check: str
    received: dt.datetime
    policy: t.Mapping[str, t.Any]
    observed: Profile | None = None


class Sent(t.NamedTuple):
    """One server's entry in the task's result, its problems and its line of `msg`."""

    entry: dict[str, t.Any]
    problems: list[Problem]
    line: str


def terms_of(answer: AnswerObject, args: t.Mapping[str, t.Any]) -> Terms:
    """Return the terms, with the clock of the target, the controller's where the answer has none. Raises InvalidValue."""
    received = dt.datetime.now(dt.timezone.utc)
    clock = answer.integer('now_ms', high=1 << 46)
    now = received if clock is None else _moment(clock)
    return Terms(now, args['warn_days'], args['crl_check'], received, args['policy'], args['observed'])


def report(result: SendResult, answer: AnswerObject, terms: Terms, accept_unprotected: bool = False) -> Sent:
    """Return the outcome of one server's send, whose `result` is a part of the `answer`. Anything unclear is not ok.

    `accept_unprotected` is noted for the report. Raises InvalidValue.
    """
    read: list[Certificate | str] = []
    unread: list[Problem] = []
    with guard(unread, 'The certificates that the mail server sent', stage=CERTIFICATE):
        read = [read_certificate(der) for der in decoded(result.chain, 'chain')]
    found, ignored = _with_defects(result, answer, read, terms)
    certificates, of_leaf = _accepted_chain(result, read, terms)
    found = [*found, *unread, *of_leaf, *_port_problems(result), *_observed_problems(result, terms)]
    found = [_with_observed_versions(problem, terms.observed) for problem in found]
    missing = _missing_proof(result)
    if missing and not any(problem.is_error for problem in found):
        found.append(Problem('program_failed', missing))
    problems, ignored = ([problem._replace(server=result.name) for problem in each] for each in (found, ignored))
    sent_at = _sent_at(result, terms)
    entry = {
        'name': result.name,
        'working_dir': result.working_dir,
        'ok': not missing and not any(problem.is_error for problem in problems),
        'until': result.until,
        'ignored': ignored,
        'policy': dict(terms.policy),
        **_facts(result),
        **({'sent_at': sent_at} if sent_at else {}),
        **({'certificate': certificates[0], 'chain': certificates} if certificates else {}),
        'problems': problems,
        **({'accept_unprotected': True} if accept_unprotected else {}),
    }
    return Sent(entry, problems, line(result, entry, problems))


def _moment(milliseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.timezone.utc)


def _sent_at(result: SendResult, terms: Terms) -> str:
    """Return when the final dot was sent, by the controller's clock: as long before the answer as on the target. '' = unknown."""
    if result.dot_ms is None:
        return ''
    age = terms.now - _moment(result.dot_ms)
    return exact(terms.received - age) if dt.timedelta(0) <= age <= LONGEST_RUN else ''


def not_reported(name: str, working_dir: str, until: str) -> Sent:
    """Return the outcome of a server that was to send, where the target does not report on it."""
    result = SendResult(name, working_dir, until)
    problems = [Problem('program_failed', 'The program on the host ended before the server was verified.', server=name)]
    entry = {'name': name, 'working_dir': working_dir, 'ok': False, 'until': until, 'ignored': [], 'problems': problems}
    return Sent(entry, problems, line(result, entry, problems))


def _facts(result: SendResult) -> dict[str, t.Any]:
    """Return the parts of an entry that are known."""
    facts: dict[str, t.Any] = {}
    if result.host and result.port:
        facts.update(smtp_host=result.host, smtp_port=result.port)
    for name in FACTS:
        value = getattr(result, name)
        if value is not None:
            facts[name] = value._asdict() if hasattr(value, '_asdict') else value
    return facts


def _port_problems(result: SendResult) -> list[Problem]:
    enable_tls = MODE_BY_NAME[result.mode].value if result.mode in MODE_BY_NAME else ''
    return port_problems({'EnableTLS': enable_tls}, result.port, f'{result.working_dir or ""}/{CONFIG_NAME}', None)


def _observed_problems(result: SendResult, terms: Terms) -> list[Problem]:
    """Return what the mailer was observed not to read, or to refuse, in the configuration that the proof went by."""
    return observed_problems(result.forms, {}, terms.observed, f'{result.working_dir or ""}/{CONFIG_NAME}')


def _with_observed_versions(problem: Problem, observed: Profile | None) -> Problem:
    """Return a problem about the TLS version with the versions in its hint that the mailer was observed to speak."""
    readings = observed.readings if observed is not None else {}
    limits = [f'{words} {readings[name]}' for name, words in OBSERVED_VERSIONS.items() if name in readings]
    if problem.code != 'protocol_too_old' or not limits:
        return problem
    return problem._replace(
        hint=f'{complete(problem).hint} By the profile, the mailer speaks nothing {", nothing ".join(limits)}.'
    )


def _missing_proof(result: SendResult) -> str:
    """Return what the answer lacks of what shows that the goal was reached, '' where it lacks nothing."""
    tls, reply = result.tls, result.reply
    if not result.reached:
        return 'The send ended without saying why.'
    if result.mode != DISABLED.name or tls is not None:
        lacking = [key for key in ('version', 'cipher') if not getattr(tls, key, None)]
        if lacking:
            return f'The answer reports a successful send without its TLS {" and ".join(lacking)}, so the send is not verified.'
    if result.until == SENT and (reply is None or not 200 <= reply.code < 300):
        return 'The answer reports a successful send without the reply that accepted the mail, so the send is not verified.'
    return ''


def _accepted_chain(
    result: SendResult, read: list[Certificate | str], terms: Terms
) -> tuple[list[dict[str, t.Any]], list[Problem]]:
    """Return the chain as users see it, none where not even the leaf can be read, and the warnings about it."""
    chain = [] if read and isinstance(read[0], str) else [item for item in read if not isinstance(item, str)]
    certificates: list[dict[str, t.Any]] = []
    problems: list[Problem] = []
    with guard(problems, "The mail server's certificate", stage=CERTIFICATE):
        problems += unread_leaf(read)
        certificates += [describe(certificate, terms.now) for certificate in chain]
        if result.reached and chain and result.tls is not None:
            soon = diagnosis.expires_soon(chain[0], terms.now, terms.warn_days)
            problems += [soon] if soon is not None else []
            problems += [] if result.ignores_errors else diagnosis.accepted_weaknesses(chain)
    return certificates, problems


def _with_defects(
    result: SendResult, answer: AnswerObject, read: list[Certificate | str], terms: Terms
) -> tuple[list[Problem], list[Problem]]:
    """Return problems and ignored problems, with every defect of the certificate where OpenSSL has refused it or would have."""
    problems, ignored = list(result.problems), list(result.ignored)
    if result.trust_key is None or not read:
        return problems, ignored
    incomplete: list[Problem] = []
    with guard(incomplete, "The mail server's certificate", stage=CERTIFICATE):
        trust = _trust(result, result.trust_key, answer, terms)
        problems, ignored = _merged(result, _defects(result, read, trust, terms))
        incomplete += unchecked_parts(read, trust)
    return problems + incomplete, ignored


def _defects(result: SendResult, read: list[Certificate | str], trust: Trust, terms: Terms) -> list[Problem]:
    """Return the defects of the chain, none where not even its first certificate can be read."""
    chain, unread = readable(read)
    if isinstance(read[0], str):
        return []
    host = result.host if result.checks_name or result.ignores_errors else None
    known = trust._replace(unread_authorities=trust.unread_authorities + unread)
    return diagnosis.defects(chain, known, host, terms.now, _verdict(result))


def _merged(result: SendResult, defects: list[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Return problems and ignored problems with the defects in the place of what OpenSSL said."""
    verdict = _verdict(result)
    if result.ignores_errors:
        named = [problem for problem in result.ignored if problem.stage == CERTIFICATE]
        return list(result.problems), diagnosis.merged(named[0], verdict, defects) if named else defects
    problems: list[Problem] = []
    for problem in result.problems:
        problems += diagnosis.merged(problem, verdict, defects) if problem.stage == CERTIFICATE else [problem]
    return problems, list(result.ignored)


def _verdict(result: SendResult) -> diagnosis.Verdict:
    verify = result.verify
    said = f'OpenSSL {verify.code}: {verify.text}' if verify is not None and verify.code else ''
    may_be = tuple(verify.may_be) if verify is not None else ()
    return diagnosis.Verdict(said, result.anchored, may_be, bool(result.whole_chain))


def _trust(result: SendResult, key: str, answer: AnswerObject, terms: Terms) -> Trust:
    """Return what the certificate was verified against. Raises InvalidValue."""
    sets = answer.child('trust')
    known = sets.child(key) if sets is not None else None
    if known is None:
        raise InvalidValue('it does not say what a certificate was verified against')
    ca, crl = (decoded(known.raw_texts(name, MOST_CHARACTERS), name) for name in ('ca', 'crl'))
    return trust_of(None if known.flag('system') else ca, crl, terms.crl_check == 'chain', result.trusted or 'the CA file')
