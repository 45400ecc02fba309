# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads one result of a module of this collection: what it says of each server, and nothing that it does not say."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ...module_utils.vocabulary import DISABLED, ERROR, GOALS, MODE_BY_VALUE, SENT, TLS_MODES, WARNING
from ..core_objects import without_core
from ..foreign_values import InvalidValue
from . import values
from .crl_facts import read_crl_facts
from .observations import ASSUMED, Delivery, Expiry, Facts, Observation
from .values import Problem, Record

COLLECTION = 'printops.infoprint.'
# The subject of a module's results; a later result replaces an earlier one on the same subject.
SUBJECTS = {
    'send_memo': 'send',
    'sendmemo_config': 'config',
    'sendmemo_rollback': 'config',
    'sendmemo_validate': 'validation',
    'server_attributes': 'attributes',
    'confirm_delivery': 'delivery',
}
DELIVERY_ERRORS = ('not_delivered', 'relay_saw_plaintext')
DELIVERY, UNCONFIRMED = 'delivery', 'unconfirmed'  # what is known of a mail, and that a mailbox gave no answer about it
IN_CHECK_MODE = {'sendmemo_rollback': 'prediction', 'send_memo': 'rehearsal'}
# With one of these, a mail that was accepted proves nothing.
UNPROTECTED = ('tls_off', 'verification_off', 'name_check_off')
NOT_AS_DECLARED = 'not_as_declared'
MOST_DELIVERIES = 200_000  # of one result, which is of a whole fleet
DRIFT_KEYS = ('file', 'keyword', 'kind', 'before', 'after')
MODES = tuple(mode.in_report for mode in TLS_MODES)
KINDS = {'CAFile': 'ca', 'CrlFile': 'crl'}


def subject_of(module: str, applied: bool | None = None) -> str:
    """Return the subject of a module's results. In check mode a rollback predicts what nobody has declared, and a send, which
    hands nothing over, does not outdate an earlier proof."""
    if applied is False and module in IN_CHECK_MODE:
        return IN_CHECK_MODE[module]
    return SUBJECTS.get(module, module)


def read_servers(result: t.Mapping[str, t.Any], base: Observation) -> list[tuple[str, str, Observation]] | None:
    """Return the observations of each server in a result, with its name and the subject; None if the result has no servers.

    `base` has the number, time and module, and whether changes are applied. A result that failed though no entry says why makes
    each of its servers fail. What a task that converges also sent is an observation of its own. Raises InvalidValue.
    """
    if 'servers' not in result:
        return None
    record = Record(result, 'the result')
    shared = _of_all(record)
    subject = 'crl' if record.is_true('only_crls') else subject_of(base.module, base.applied)
    found: dict[tuple[str, str], Observation] = {}
    reader = READERS.get('other' if base.module == 'sendmemo_rollback' else subject_of(base.module), _read_other)
    for entry in record.entries('servers', values.MOST_SERVERS):
        name = entry.line('name') or entry.line('path') or 'configuration given as text'
        found[name, subject] = _observation(entry, dataclasses.replace(base, problems=shared), reader)
        if base.module == 'sendmemo_config' and entry.get('send') is not None:
            sent = dataclasses.replace(base, module='send_memo', problems=[])
            found[name, subject_of('send_memo', base.applied)] = _observation(entry.part('send'), sent, _read_send)
    failing = any(item.verdict == 'failing' or _has_error(item.problems) for item in found.values())
    if result.get('failed') and not failing:
        _mark_failing(record, list(found.values()))
    return [(name, subject, item) for (name, subject), item in found.items()]


def read_deliveries(result: t.Mapping[str, t.Any], base: Observation) -> list[tuple[str, str, str, Observation]]:
    """Return the observations in a result of confirm_delivery: host (as it came), server, subject, observation.

    That the mailbox gave no answer is a subject of its own, which replaces nothing that is known. Raises InvalidValue.
    """
    found = []
    for entry in Record(result, 'the result').entries('proofs', MOST_DELIVERIES):
        problems, message_id = entry.problems(), entry.line('message_id')
        item = dataclasses.replace(base, problems=problems, message_id=message_id)
        is_known = entry.flag('delivered')
        if is_known is not None:
            item.verdict = 'ok' if is_known and not _has_error(problems) else 'failing'
            item.delivery = read_delivery(entry.part('received'), entry.number('delay_ms')) if is_known else None
            if item.verdict == 'failing' and not problems:
                item.problems = [values.own_problem('task_failed', 'The mail was not delivered.')]
        found.append((entry.raw('host') or '', entry.line('server'), UNCONFIRMED if is_known is None else DELIVERY, item))
    return found


def read_delivery(received: Record, delay_ms: int | None) -> Delivery:
    """Return what is known of a delivered mail, with the relay's own words."""
    protocol = received.line('with') or received.line('protocol')
    return Delivery(
        delay_ms, received.line('by'), protocol, received.line('helo'), received.line('address'), received.line('tls')
    )


def _observation(entry: Record, base: Observation, reader: t.Callable[[Record, Observation], None]) -> Observation:
    """Return what an entry says; `base` has the problems that it shares with the others."""
    item = dataclasses.replace(base, problems=entry.problems() + base.problems)
    item.ignored = entry.problems('ignored')
    if _has_error(item.problems):
        item.verdict = 'failing'
    reader(entry, item)
    return item


def _has_error(problems: t.Iterable[Problem]) -> bool:
    return any(problem['severity'] == ERROR for problem in problems)


def _of_all(result: Record) -> list[Problem]:
    """Return the problems that name no server: they concern all servers, as one of the declared CA file."""
    shared = (entry for entry in result.entries('problems', values.MOST_SERVERS) if not entry.get('server'))
    return [entry.as_problem() for entry in itertools.islice(shared, values.MOST_ENTRIES)]


def _mark_failing(result: Record, observations: list[Observation]) -> None:
    """A task failed though no server has an error: those with warnings failed it (`fail_on`), or else all of them count."""
    warned = [item for item in observations if any(problem['severity'] == WARNING for problem in item.problems)]
    for observation in warned or observations:
        observation.verdict = 'failing'
        if not warned:
            observation.problems = [failure(result), *observation.problems]


def failure(result: Record, task: str = '') -> Problem:
    """Return why a result failed: its own first error, else its message."""
    errors = _errors(result)
    if errors:
        return errors[0]
    given = result.get('msg')
    message = without_core(values.text(given)) if isinstance(given, str) and given else 'It does not say why.'
    return values.own_problem('task_failed', f'{task}: {message}' if task else message)


def has_error(result: Record) -> bool:
    return bool(_errors(result))


def _errors(result: Record) -> list[Problem]:
    try:
        return [problem for problem in result.problems() if problem['severity'] == ERROR]
    except InvalidValue:
        return []


def _read_config(entry: Record, observation: Observation) -> None:
    observation.changed = entry.is_true('changed')
    observation.drift = read_drift(entry)
    observation.trust = _trust(entry)
    observation.absent = entry.get('state') == 'absent'


def _read_attributes(entry: Record, observation: Observation) -> None:
    observation.changed = entry.is_true('changed')
    before, after = entry.part('before'), entry.part('after')
    for name in after.names():
        if before.get(name) != after.get(name):
            sides = {'before': before, 'after': after}
            given = {key: side.line(name) for key, side in sides.items() if side.get(name) is not None}
            observation.drift.append({'file': '', 'keyword': values.text(name), 'kind': 'changed', **given})


def _read_validation(entry: Record, observation: Observation) -> None:
    value = entry.part('settings').line('EnableTLS')
    observation.facts = Facts(mode=MODE_BY_VALUE[value].in_report if value in MODE_BY_VALUE else '')
    observation.trust = _trust(entry)


def _read_send(entry: Record, observation: Observation) -> None:
    """A send is ok only if it says so, says how far it went, and has no error."""
    observation.facts = _send_facts(entry, observation.problems)
    if entry.get('ok') is not True:
        observation.verdict = 'failing'
        if not _has_error(observation.problems):
            observation.problems.insert(0, values.own_problem('task_failed', 'The send failed without saying why.'))
    observation.trust = _trust(entry)
    reply = entry.part('reply')
    observation.queue_id, observation.message_id = reply.line('queue_id'), entry.line('message_id')
    _read_protection(entry, observation, was_accepted=200 <= (reply.number('code') or 0) < 300)


def _send_facts(entry: Record, problems: t.Sequence[Problem]) -> Facts:
    """Return what a send shows. What `Facts` has that is not taken from the result here is not known."""
    tls = entry.part('tls')
    mode = tls.line('mode') if tls.line('mode') in MODES else ''
    if not mode and any(problem.get('code') == 'tls_off' for problem in problems):
        mode = DISABLED.in_report
    return Facts(
        mode=mode,
        mail_server=_mail_server(entry.name('smtp_host'), entry.number('smtp_port', 1, 65535)),
        tls_version=tls.line('version'),
        cipher=tls.line('cipher'),
        certificate=_expiry('certificate', entry.part('certificate'), 'subject'),
        until=entry.choice('until', GOALS),
        total_ms=entry.part('timings_ms').number('total'),
        proven_as=entry.name('proven_as'),
        owner=entry.name('owner'),
        profile=(entry.part('policy').line('profile') or ASSUMED) if entry.get('policy') is not None else '',
    )


def _mail_server(host: str, port: int | None) -> str:
    return f'[{host}]:{port}' if ':' in host else f'{host}:{port}' if host and port else host


def _read_protection(entry: Record, observation: Observation, was_accepted: bool) -> None:
    """Determine whether a mail was accepted unprotected, also if the send fails only because the active configuration is not the
    declared one."""
    codes = {problem.get('code') for problem in observation.problems}
    errors = {problem.get('code') for problem in observation.problems if problem['severity'] == ERROR}
    facts, is_ok = observation.facts, observation.verdict == 'ok'
    is_weak = not facts.tls_version or observation.ignored or codes.intersection(UNPROTECTED)
    if facts.until == SENT and is_weak and (is_ok or (was_accepted and errors == {NOT_AS_DECLARED})):
        observation.accepted = is_ok and entry.is_true('accept_unprotected')
        observation.unprotected, observation.verdict = True, 'ok'


def _read_other(entry: Record, observation: Observation) -> None:
    observation.changed = entry.is_true('changed')


READERS: dict[str, t.Callable[[Record, Observation], None]] = {
    'send': _read_send,
    'config': _read_config,
    'validation': _read_validation,
    'attributes': _read_attributes,
}


def read_drift(entry: Record) -> list[dict[str, str]]:
    """Return the drift of a result or an earlier report. A difference without a kind is a change: the kind that claims least."""
    return [
        {'file': '', 'kind': 'changed', **{key: one.line(key) for key in DRIFT_KEYS if one.get(key) is not None}}
        for one in entry.entries('drift')
    ]


def _trust(entry: Record) -> list[Expiry]:
    found = (_expiry(KINDS.get(one.line('keyword'), 'ca'), one, 'name') for one in entry.entries('trust'))
    return [one for one in found if one is not None]


def _expiry(kind: str, given: Record, name: str) -> Expiry | None:
    end = given.moment('not_after')
    if not end:
        return None
    return Expiry(kind, given.name(name), end, given.line('file'), given.name('issuer'), **read_crl_facts(given))
