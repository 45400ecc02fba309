# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One result of one of our modules, read: what it says of each server, and nothing that it does not say."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ...module_utils.vocabulary import DISABLED, ERROR, GOALS, MODE_BY_VALUE, SENT, TLS_MODES, WARNING
from ..foreign_values import Malformed
from . import values
from .log import Expiry, Facts, Seen
from .values import Problem, Record

COLLECTION = 'printops.infoprint.'
# What a module's results speak of; a later result counts instead of an earlier one on the same subject.
SUBJECTS = {
    'send_memo': 'send',
    'sendmemo_config': 'config',
    'sendmemo_rollback': 'config',
    'sendmemo_validate': 'validation',
    'server_attributes': 'attributes',
}
IN_CHECK_MODE = {'sendmemo_rollback': 'prediction', 'send_memo': 'rehearsal'}
# Where one of these is found, a mail that was accepted proves nothing.
UNPROTECTED = ('tls_off', 'verification_off', 'name_check_off')
NOT_AS_DECLARED = 'not_as_declared'
DRIFT_KEYS = ('file', 'keyword', 'kind', 'before', 'after')
MODES = tuple(mode.in_report for mode in TLS_MODES)
KINDS = {'CAFile': 'ca', 'CrlFile': 'crl'}


def subject_of(module: str, applied: bool | None = None) -> str:
    """Return what a module's results speak of. In check mode a rollback predicts what nobody has declared, and a send, which
    hands nothing over, says nothing against an earlier proof."""
    if applied is False and module in IN_CHECK_MODE:
        return IN_CHECK_MODE[module]
    return SUBJECTS.get(module, module)


def read_servers(result: t.Mapping[str, t.Any], base: Seen) -> dict[str, Seen] | None:
    """Return what a result says of each server, by name; None where it speaks of none. Raises Malformed.

    `base` has the number, time and module, and whether changes are applied. A result that failed though no entry says why makes
    each of its servers fail.
    """
    if 'servers' not in result:
        return None
    record = Record(result, 'the result')
    shared = _of_all(record)
    found: dict[str, Seen] = {}
    for entry in record.entries('servers', values.MOST_SERVERS):
        name = entry.line('name') or entry.line('path') or 'configuration given as text'
        seen = dataclasses.replace(base, problems=entry.problems() + shared)
        seen.ignored = entry.problems('ignored')
        if _has_error(seen.problems):
            seen.verdict = 'failing'
        READERS.get('other' if base.module == 'sendmemo_rollback' else subject_of(base.module), _read_other)(entry, seen)
        found[name] = seen
    if result.get('failed') and not any(seen.verdict == 'failing' or _has_error(seen.problems) for seen in found.values()):
        _blame(record, found)
    return found


def _has_error(problems: t.Iterable[Problem]) -> bool:
    return any(problem['severity'] == ERROR for problem in problems)


def _of_all(result: Record) -> list[Problem]:
    """Return the problems that name no server: they are about what all servers share, as the declared CA file."""
    shared = (entry for entry in result.entries('problems', values.MOST_SERVERS) if not entry.get('server'))
    return [entry.as_problem() for entry in itertools.islice(shared, values.MOST_ENTRIES)]


def _blame(result: Record, found: dict[str, Seen]) -> None:
    """A task failed though no server has an error: those with warnings failed it (`fail_on`), or else all of them count."""
    warned = [seen for seen in found.values() if any(problem['severity'] == WARNING for problem in seen.problems)]
    for seen in warned or found.values():
        seen.verdict = 'failing'
        if not warned:
            seen.problems = [failure(result), *seen.problems]


def failure(result: Record, task: str = '') -> Problem:
    """Return why a result failed: its own first error, else its message."""
    errors = _errors(result)
    if errors:
        return errors[0]
    given = result.get('msg')
    message = values.text(given) if isinstance(given, str) and given else 'It does not say why.'
    return values.own_problem('task_failed', f'{task}: {message}' if task else message)


def has_error(result: Record) -> bool:
    return bool(_errors(result))


def _errors(result: Record) -> list[Problem]:
    try:
        return [problem for problem in result.problems() if problem['severity'] == ERROR]
    except Malformed:
        return []


def _read_config(entry: Record, seen: Seen) -> None:
    seen.changed = entry.is_true('changed')
    seen.drift = read_drift(entry)
    seen.trust = _trust(entry)
    seen.absent = entry.get('state') == 'absent'


def _read_attributes(entry: Record, seen: Seen) -> None:
    seen.changed = entry.is_true('changed')
    before, after = entry.part('before'), entry.part('after')
    for name in after.names():
        if before.get(name) != after.get(name):
            sides = {'before': before, 'after': after}
            given = {key: side.line(name) for key, side in sides.items() if side.get(name) is not None}
            seen.drift.append({'file': '', 'keyword': values.text(name), 'kind': 'changed', **given})


def _read_validation(entry: Record, seen: Seen) -> None:
    value = entry.part('settings').line('EnableTLS')
    seen.facts = Facts(mode=MODE_BY_VALUE[value].in_report if value in MODE_BY_VALUE else '')
    seen.trust = _trust(entry)


def _read_send(entry: Record, seen: Seen) -> None:
    """A send is only ever ok where it says so, says how far it went, and has no error."""
    seen.facts = _send_facts(entry, seen.problems)
    if entry.get('ok') is not True:
        seen.verdict = 'failing'
        if not _has_error(seen.problems):
            seen.problems.insert(0, values.own_problem('task_failed', 'The send failed without saying why.'))
    seen.trust = _trust(entry)
    reply = entry.part('reply')
    seen.queue_id, seen.message_id = reply.line('queue_id'), entry.line('message_id')
    _read_protection(entry, seen, was_taken=200 <= (reply.number('code') or 0) < 300)


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
    )


def _mail_server(host: str, port: int | None) -> str:
    return f'[{host}]:{port}' if ':' in host else f'{host}:{port}' if host and port else host


def _read_protection(entry: Record, seen: Seen, was_taken: bool) -> None:
    """Find out whether a mail was accepted unprotected, also where the send fails for nothing but not being as declared."""
    codes = {problem.get('code') for problem in seen.problems}
    errors = {problem.get('code') for problem in seen.problems if problem['severity'] == ERROR}
    lacks = not seen.facts.tls_version or seen.ignored or codes.intersection(UNPROTECTED)
    if seen.facts.until == SENT and lacks and (seen.verdict == 'ok' or (was_taken and errors == {NOT_AS_DECLARED})):
        seen.accepted = seen.verdict == 'ok' and entry.is_true('accept_unprotected')
        seen.unprotected, seen.verdict = True, 'ok'


def _read_other(entry: Record, seen: Seen) -> None:
    seen.changed = entry.is_true('changed')


READERS: dict[str, t.Callable[[Record, Seen], None]] = {
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
    return Expiry(kind, given.name(name), end, given.line('file'), given.name('issuer')) if end else None
