# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One server's line in the message of a send: what worked, or the first error with its remedy."""

from __future__ import annotations

import typing as t

from ...module_utils.messages.send import SendResult
from ...module_utils.problems import Problem
from ...module_utils.vocabulary import ENVELOPE, ERROR, HANDSHAKE, MODE_BY_NAME, SENT, WARNING
from ..days import days_ago
from ..problems.text import complete

GOALS = {
    HANDSHAKE: 'stopped after the handshake as requested, no mail sent',
    ENVELOPE: 'sender and recipients accepted, no mail sent',
}


def line(result: SendResult, entry: t.Mapping[str, t.Any], problems: t.Sequence[Problem]) -> str:
    """Return the line; `entry` is the server's in the task's result."""
    completed = [complete(problem) for problem in problems]
    errors, warnings = ([problem for problem in completed if problem.severity == severity] for severity in (ERROR, WARNING))
    also = [problem.code for problem in [*errors[1:], *warnings]]
    tail = _rights(result, bool(entry['ok'])) + (f'; also: {", ".join(also)}' if also else '')
    text = _success(result, entry) if entry['ok'] else _failure(result, errors[0])
    return (text + tail).replace('\n', ' ')


def _head(result: SendResult) -> str:
    mode = f' {MODE_BY_NAME[result.mode].label}' if result.mode in MODE_BY_NAME else ''
    return f'{result.name} -> {result.host or "unknown"}:{result.port or "unknown"}{mode}'


def _failure(result: SendResult, error: Problem) -> str:
    stage = f' ({error.stage})' if error.stage else ''
    return f'{_head(result)} FAILED{stage}: {error.message} [{error.code}] {error.hint}'


def _success(result: SendResult, entry: t.Mapping[str, t.Any]) -> str:
    parts = (_session(result), _certificate(entry), _trusted(result), _goal(result), _ignored(entry))
    return ', '.join(part for part in parts if part)


def _session(result: SendResult) -> str:
    return f'{_head(result)} {result.tls.version} {result.tls.cipher}' if result.tls is not None else _head(result)


def _certificate(entry: t.Mapping[str, t.Any]) -> str:
    certificate = entry.get('certificate')
    if certificate is None or 'tls' not in entry:
        return ''
    days: int = certificate['days_left']
    return f'certificate {days} days left' if days >= 0 else f'certificate expired {days_ago(days)}'


def _trusted(result: SendResult) -> str:
    """Say what was trusted where CAFile doesn't."""
    trusted = result.trusted or '/'
    return '' if result.tls is None or trusted.startswith('/') or result.ignores_errors else f'verified against {trusted}'


def _goal(result: SendResult) -> str:
    reply = result.reply
    if result.until != SENT or reply is None:
        return GOALS.get(result.until, '')
    return f'queued as {reply.queue_id}' if reply.queue_id else f'accepted: {reply.code} {reply.text}'


def _ignored(entry: t.Mapping[str, t.Any]) -> str:
    return f'ignored: {", ".join(problem.code for problem in entry["ignored"])}' if entry['ignored'] else ''


def _rights(result: SendResult, ok: bool) -> str:
    """Say that not the owner's rights were used, who runs sendmemo."""
    used, owner = result.proven_as, result.owner
    if not used or not owner or used == owner:
        return ''
    done = 'sent' if result.until == SENT and ok else 'tried'
    return f'; {done} with the rights of {used}, not of the owner {owner}'
