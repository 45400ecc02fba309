# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of a server from what was last seen of it, on each subject. Whatever is unclear is not proven."""
from __future__ import annotations

import typing as t

from .report_model import Proof, Server
from .report_seen import Seen
from .report_values import Problem

ELSEWHERE = 'other tasks'  # the subject of what befell a host in a task that is not ours
RANK = {'error': 0, 'warning': 1, 'info': 2}


def judge(
        name: str, of_host: t.Mapping[str, Seen], of_server: t.Mapping[str, Seen], reached: int, skipped: str) -> Server:
    """Return the server in its state.

    In, by subject: what was last seen of its host as a whole (unreachable, failed, hidden), and of the server itself; the number
    of the last result that speaks of the host's servers; and the name of the last task of ours that was skipped there.
    """
    last = _last(of_host, of_server, reached)
    server = Server(name, _state(last))
    send = of_server.get('send')
    for seen in sorted(of_server.values(), key=lambda seen: seen.number):
        _tell(server, seen)
    if server.state == 'proven':
        server.until = ''  # it goes without saying
    server.problems = _problems(last)
    server.checked = max((seen.at for seen in last if seen.verdict not in ('unreachable', 'hidden')), default='')
    server.corrected = bool(server.drift) and not any(seen.stands for seen in last)
    if send is not None and send.verdict == 'ok' and send.until == 'sent':
        server.proof = Proof(send.at, send.message_id, send.queue_id)
    if not server.problems and server.state in ('configured', 'not_checked'):
        server.problems = [_remark(server.state, last, skipped)]
    return server


def _last(of_host: t.Mapping[str, Seen], of_server: t.Mapping[str, Seen], reached: int) -> list[Seen]:
    """Return what counts on each subject: the later of the host's and the server's, but nothing that was overcome.

    A host whose servers could be looked at later was reached, and had gone on after what befell it in a task that is not ours.
    """
    found = []
    for subject in {**of_host, **of_server}:
        both = [seen for seen in (of_host.get(subject), of_server.get(subject)) if seen is not None]
        latest = max(both, key=lambda seen: seen.number)
        overcome = latest.verdict == 'unreachable' or subject == ELSEWHERE
        if not overcome or latest.number > reached:
            found.append(latest)
    return sorted(found, key=lambda seen: seen.number)


def _state(last: t.Sequence[Seen]) -> str:
    verdicts = {seen.verdict for seen in last}
    if 'unreachable' in verdicts:
        return 'unreachable'
    if 'failing' in verdicts:
        return 'failing'
    send = next((seen for seen in last if seen.until), None)
    if any(seen.verdict == 'hidden' and (send is None or seen.number > send.number) for seen in last):
        return 'hidden'
    if any(seen.stands for seen in last):
        return 'drifted'
    if send is not None and not _changed_after(send, last):
        return 'proven' if send.until == 'sent' else 'tested'
    return 'configured' if last else 'not_checked'


def _changed_after(send: Seen, last: t.Sequence[Seen]) -> bool:
    return any(seen.changed and seen.applied is not False and seen.number > send.number for seen in last)


def _tell(server: Server, seen: Seen) -> None:
    """Put the facts of one result into the server, over those of earlier ones."""
    for key in ('mode', 'mail_server', 'tls_version', 'cipher', 'certificate', 'until', 'total_ms'):
        value = getattr(seen, key)
        if value:
            setattr(server, key, value)
    if seen.trust and not seen.stands:
        server.trust = seen.trust
    server.drift = server.drift + seen.drift
    server.ignored = server.ignored + seen.ignored


def _problems(last: t.Sequence[Seen]) -> list[Problem]:
    """Return the problems of all subjects, each once: those that decide first, then the worst first."""
    found: dict[tuple[t.Any, ...], Problem] = {}
    for seen in sorted(last, key=lambda seen: ('unreachable', 'failing', 'hidden', 'ok').index(seen.verdict)):
        for problem in sorted(seen.problems, key=lambda problem: RANK[problem['severity']]):
            found.setdefault((problem.get('code'), problem.get('message'), problem.get('stage')), problem)
    return list(found.values())


def _remark(state: str, last: t.Sequence[Seen], skipped: str) -> Problem:
    if state == 'configured':
        changed = any(seen.until for seen in last)
        message = 'Changed after the proof, which so proves nothing any more.' if changed else 'Nothing was sent in this run.'
        if any(seen.absent for seen in last):
            message = 'Declared absent: there is nothing to prove.'
        return {'code': 'not_proven', 'severity': 'info', 'message': message,
                'hint': 'Run printops.infoprint.verify, or the role with sendmemo_tls_verify: sent.'}
    message = f'"{skipped}" was skipped.' if skipped else 'The run ended before it was its turn.'
    return {'code': 'not_checked', 'severity': 'info', 'message': message,
            'hint': 'Look at why, then run again.'}
