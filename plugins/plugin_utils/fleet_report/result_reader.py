# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One result of one of our modules, read: what it says of each server, and nothing that it does not say."""

from __future__ import annotations

import dataclasses
import typing as t

from . import values
from .log import Expiry, Seen
from .values import Odd, Problem

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
MODES = {'0': 'plaintext', '1': 'starttls', '2': 'smtps'}
GOALS = ('handshake', 'envelope', 'sent')


def subject_of(module: str, applied: bool | None = None) -> str:
    """Return what a module's results speak of. In check mode a rollback predicts what nobody has declared, and a send, which
    hands nothing over, says nothing against an earlier proof."""
    if applied is False and module in IN_CHECK_MODE:
        return IN_CHECK_MODE[module]
    return SUBJECTS.get(module, module)


def read_servers(result: t.Mapping[str, t.Any], base: Seen) -> dict[str, Seen] | None:
    """Return what a result says of each server, by name; None where it speaks of none. Raises Odd.

    `base` has the number, time and module, and whether changes are applied. A result that failed though no entry says why makes
    each of its servers fail.
    """
    if 'servers' not in result:
        return None
    entries = values.sequence(result['servers'], 'servers', values.MOST_SERVERS)
    shared = _of_all(result)
    found: dict[str, Seen] = {}
    for value in entries:
        entry = values.mapping(value, 'an entry of servers')
        name = values.text(entry.get('name')) or values.text(entry.get('path')) or 'configuration given as text'
        seen = dataclasses.replace(base, problems=values.problems(entry.get('problems')) + shared)
        seen.ignored = values.problems(entry.get('ignored'))
        if _has_error(seen.problems):
            seen.verdict = 'failing'
        READERS.get('other' if base.module == 'sendmemo_rollback' else subject_of(base.module), _read_other)(entry, seen)
        found[name] = seen
    if result.get('failed') and not any(seen.verdict == 'failing' or _has_error(seen.problems) for seen in found.values()):
        _blame(result, found)
    return found


def _has_error(problems: t.Iterable[Problem]) -> bool:
    return any(problem['severity'] == 'error' for problem in problems)


def _of_all(result: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return the problems that name no server: they are about what all servers share, as the declared CA file."""
    found = values.sequence(result.get('problems'), 'problems', values.MOST_SERVERS)
    return [values.problem(one) for one in found if not values.mapping(one, 'a problem').get('server')][: values.MOST_ENTRIES]


def _blame(result: t.Mapping[str, t.Any], found: dict[str, Seen]) -> None:
    """A task failed though no server has an error: those with warnings failed it (`fail_on`), or else all of them count."""
    warned = [seen for seen in found.values() if any(problem['severity'] == 'warning' for problem in seen.problems)]
    for seen in warned or found.values():
        seen.verdict = 'failing'
        if not warned:
            seen.problems = [failure(result), *seen.problems]


def failure(result: t.Mapping[str, t.Any], task: str = '') -> Problem:
    """Return why a result failed: its own first error, else its message."""
    errors = _errors(result)
    if errors:
        return errors[0]
    given = result.get('msg')
    message = values.text(given) if isinstance(given, str) and given else 'It does not say why.'
    return values.own_problem('task_failed', f'{task}: {message}' if task else message)


def has_error(result: t.Mapping[str, t.Any]) -> bool:
    return bool(_errors(result))


def _errors(result: t.Mapping[str, t.Any]) -> list[Problem]:
    try:
        return [problem for problem in values.problems(result.get('problems')) if problem['severity'] == 'error']
    except Odd:
        return []


def _read_config(entry: t.Mapping[str, t.Any], seen: Seen) -> None:
    seen.changed = entry.get('changed') is True
    seen.drift = [_drift(one) for one in values.sequence(entry.get('drift'), 'drift')]
    seen.trust = _trust(entry)
    seen.absent = entry.get('state') == 'absent'


def _drift(value: object) -> dict[str, str]:
    given = values.mapping(value, 'an entry of drift')
    kept = {key: values.text(given[key]) for key in DRIFT_KEYS if given.get(key) is not None}
    return {'file': '', 'kind': 'changed', **kept}


def _read_attributes(entry: t.Mapping[str, t.Any], seen: Seen) -> None:
    seen.changed = entry.get('changed') is True
    before, after = (entry.get(key) or {} for key in ('before', 'after'))
    for name, value in values.mapping(after, 'after').items():
        old = values.mapping(before, 'before').get(name)
        if old != value:
            told = {'before': old, 'after': value}
            seen.drift.append(
                {
                    'file': '',
                    'keyword': values.text(name),
                    'kind': 'changed',
                    **{key: values.text(one) for key, one in told.items() if one is not None},
                }
            )


def _read_validation(entry: t.Mapping[str, t.Any], seen: Seen) -> None:
    settings = values.mapping(entry.get('settings') or {}, 'settings')
    seen.mode = MODES.get(values.text(settings.get('EnableTLS')), '')
    seen.trust = _trust(entry)


def _read_send(entry: t.Mapping[str, t.Any], seen: Seen) -> None:
    """A send is only ever ok where it says so, says how far it went, and has no error."""
    seen.until = values.text(entry.get('until'))
    if seen.until not in GOALS:
        raise Odd(f'until is {seen.until or "missing"}')
    if entry.get('ok') is not True:
        seen.verdict = 'failing'
        if not _has_error(seen.problems):
            seen.problems.insert(0, values.own_problem('task_failed', 'The send failed without saying why.'))
    _read_connection(entry, seen)
    seen.certificate = _expiry('certificate', values.mapping(entry.get('certificate') or {}, 'certificate'), 'subject')
    seen.trust = _trust(entry)
    seen.proven_as, seen.owner = (values.text(entry.get(key), values.LONGEST_NAME) for key in ('proven_as', 'owner'))
    reply = values.mapping(entry.get('reply') or {}, 'reply')
    seen.queue_id, seen.message_id = values.text(reply.get('queue_id')), values.text(entry.get('message_id'))
    seen.total_ms = values.integer(values.mapping(entry.get('timings_ms') or {}, 'timings_ms').get('total'), 0)
    _read_protection(entry, seen, was_taken=200 <= (values.integer(reply.get('code')) or 0) < 300)


def _read_connection(entry: t.Mapping[str, t.Any], seen: Seen) -> None:
    tls = values.mapping(entry.get('tls') or {}, 'tls')
    seen.mode, seen.tls_version, seen.cipher = (values.text(tls.get(key)) for key in ('mode', 'version', 'cipher'))
    if seen.mode not in MODES.values():
        seen.mode = ''
    if not seen.mode and any(problem.get('code') == 'tls_off' for problem in seen.problems):
        seen.mode = 'plaintext'
    host, port = values.text(entry.get('smtp_host'), values.LONGEST_NAME), values.integer(entry.get('smtp_port'), 1, 65535)
    seen.mail_server = f'[{host}]:{port}' if ':' in host else f'{host}:{port}' if host and port else host


def _read_protection(entry: t.Mapping[str, t.Any], seen: Seen, was_taken: bool) -> None:
    """Find out whether a mail was accepted unprotected, also where the send fails for nothing but not being as declared."""
    codes = {problem.get('code') for problem in seen.problems}
    errors = {problem.get('code') for problem in seen.problems if problem['severity'] == 'error'}
    lacks = not seen.tls_version or seen.ignored or codes.intersection(UNPROTECTED)
    if seen.until == 'sent' and lacks and (seen.verdict == 'ok' or (was_taken and errors == {NOT_AS_DECLARED})):
        seen.accepted = seen.verdict == 'ok' and entry.get('accept_unprotected') is True
        seen.unprotected, seen.verdict = True, 'ok'


def _read_other(entry: t.Mapping[str, t.Any], seen: Seen) -> None:
    seen.changed = entry.get('changed') is True


READERS: dict[str, t.Callable[[t.Mapping[str, t.Any], Seen], None]] = {
    'send': _read_send,
    'config': _read_config,
    'validation': _read_validation,
    'attributes': _read_attributes,
}


def _trust(entry: t.Mapping[str, t.Any]) -> list[Expiry]:
    kinds = {'CAFile': 'ca', 'CrlFile': 'crl'}
    found = []
    for value in values.sequence(entry.get('trust'), 'trust'):
        given = values.mapping(value, 'an entry of trust')
        one = _expiry(kinds.get(values.text(given.get('keyword')), 'ca'), given, 'name')
        if one is not None:
            found.append(one)
    return found


def _expiry(kind: str, given: t.Mapping[str, t.Any], name: str) -> Expiry | None:
    end = values.moment(given.get('not_after'))
    if not end:
        return None
    return Expiry(
        kind,
        values.text(given.get(name), values.LONGEST_NAME),
        end,
        values.text(given.get('file')),
        values.text(given.get('issuer'), values.LONGEST_NAME),
    )
