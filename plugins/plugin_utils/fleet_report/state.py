# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of servers from what was last seen of them, on each subject. Whatever is unclear is not proven."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.vocabulary import SENT, SEVERITIES
from . import times
from .log import NEVER, HostLog, Logs, Run, Seen, ServerLog
from .model import PROVEN, STATES, Host, Report, Server
from .result_reader import NOT_AS_DECLARED, UNPROTECTED
from .values import Problem, own_problem

ELSEWHERE = 'other tasks'  # the subject of what befell a host in a task that is not ours
STALE_DAYS = 7.0
# What a later look at the same thing, that went well, counts in place of.
OVERTAKEN = {'validation': 'config', 'rehearsal': 'send'}
SENDS = ('send', 'rehearsal')  # a real one says more than one in check mode, also where it is older
CHANGING = ('config', 'attributes', 'send', 'rehearsal', 'prediction')  # subjects for which check mode makes a difference


def judged(title: str, logs: Logs, runs: t.Sequence[Run], now: str, stale_days: float = STALE_DAYS) -> Report:
    """Return the report at the time `now` (UTC) of what was last seen.

    `runs` are those that it speaks of in any case, the newest last; those that something else in it rests on stand before them.
    A server that was not looked at for `stale_days` is stale.
    """
    hosts = [_host(log, now, stale_days) for _name, log in sorted(logs.items())]
    known = {id(seen.run): seen.run for log in logs.values() for seen in log.looks()}
    older = sorted((run for run in known.values() if run not in runs), key=lambda run: run.started)
    return Report(title, now, hosts, [*older, *runs])


def _host(log: HostLog, now: str, stale_days: float) -> Host:
    """Return a host with its servers; one without a name where none is known."""
    present = [name for name, server in sorted(log.servers.items()) if not server.is_gone]
    names = present or sorted(log.servers) or ['']
    return Host(log.name, [_with_age(judge(name, log), log.servers.get(name), now, stale_days) for name in names], log)


def judge(name: str, host: HostLog) -> Server:
    """Return a server in its state, as it was last seen."""
    log = host.servers.get(name) or ServerLog()
    found = _last(host, log)
    last = sorted(found.values(), key=lambda seen: seen.order)
    send = next((found[subject] for subject in SENDS if subject in found and found[subject].facts.until), None)
    server = Server(name, _state(last, send, log))
    for seen in sorted(log.seen.values(), key=lambda seen: seen.order):
        _tell(server, seen)
    if server.state in PROVEN:
        server.facts = server.facts._replace(until='')  # it goes without saying
    server.accepted = send is not None and send.accepted
    server.problems = _problems(server, last)
    server.checked = max((seen.at for seen in last if seen.verdict not in ('unreachable', 'hidden')), default='')
    server.looked = max((seen.at for seen in last), default='')
    server.changed = times.moment_of(log.changed) if log.changed else ''
    server.check_mode = _is_check_mode(log)
    server.corrected = bool(server.drift) and not any(seen.stands for seen in last)
    server.proof = log.proof
    remark = _remark(server, last, host.skipped)
    server.problems = [*([remark] if remark else []), *server.problems]
    return server


def _last(host: HostLog, server: ServerLog) -> dict[str, Seen]:
    """Return what counts on each subject: the later of the host's and the server's, but nothing that was overcome."""
    found = {}
    for subject in {**host.seen, **server.seen}:
        both = [known[subject] for known in (host.seen, server.seen) if subject in known]
        latest = max(both, key=lambda seen: seen.order)
        if not _is_overcome(subject, latest, host, server):
            found[subject] = latest
    for earlier, later in OVERTAKEN.items():
        if earlier in found and later in found and _overtakes(found[later], found[earlier]):
            del found[earlier]
    return found


def _is_overcome(subject: str, seen: Seen, host: HostLog, server: ServerLog) -> bool:
    """A host whose servers could be looked at later was reached; in the same run it had also gone on after what befell it in a
    task that is not ours. In another one that task may not have run, so that only a send that went well overcomes it."""
    if subject == ELSEWHERE:
        later = [one for one in server.seen.values() if one.order > seen.order]
        return any(one.run is seen.run or (one.facts.until and one.verdict == 'ok') for one in later)
    return seen.verdict == 'unreachable' and seen.order < host.reached


def _overtakes(later: Seen, earlier: Seen) -> bool:
    return later.order > earlier.order and later.verdict == 'ok' and not later.stands


def _state(last: t.Sequence[Seen], send: Seen | None, log: ServerLog) -> str:
    verdicts = {seen.verdict for seen in last}
    for verdict in ('unreachable', 'failing'):
        if verdict in verdicts:
            return verdict
    if any(seen.verdict == 'hidden' and (send is None or seen.order > send.order) for seen in last):
        return 'hidden'
    was_changed = log.changed > (send.order if send is not None else NEVER)
    if send is not None and send.unprotected and not was_changed:
        return 'unprotected'
    if any(seen.stands for seen in last):
        return 'drifted'
    if log.is_gone:
        return 'configured'
    if was_changed:
        return 'changed_unproven'
    if send is not None:
        return 'proven' if send.facts.until == SENT else 'tested'
    return 'configured' if last else 'not_checked'


def _tell(server: Server, seen: Seen) -> None:
    """Put the facts of one result into the server, over those of earlier ones."""
    server.facts = seen.facts.over(server.facts)
    if seen.trust and not seen.stands:
        server.trust = seen.trust
    server.drift = server.drift + seen.drift
    server.ignored = server.ignored + seen.ignored


def _problems(server: Server, last: t.Sequence[Seen]) -> list[Problem]:
    """Return the problems of all subjects, each once: those that decide first, then the worst first."""
    found: dict[tuple[t.Any, ...], Problem] = {}
    for seen in sorted(last, key=lambda seen: ('unreachable', 'failing', 'hidden', 'ok').index(seen.verdict)):
        for problem in sorted(seen.problems, key=lambda problem: SEVERITIES.index(problem['severity'])):
            found.setdefault((problem.get('code'), problem.get('message'), problem.get('stage')), problem)
    deciding = (NOT_AS_DECLARED, *UNPROTECTED) if server.state == 'unprotected' else ()
    return sorted(found.values(), key=lambda problem: problem.get('code') not in deciding)


def _is_check_mode(log: ServerLog) -> bool:
    """Whether the last run that looked at the server did so in check mode alone."""
    looks = [seen for subject, seen in log.seen.items() if subject in CHANGING]
    newest = max(looks, key=lambda seen: seen.order, default=None)
    return newest is not None and all(seen.applied is False for seen in looks if seen.run is newest.run)


def _remark(server: Server, last: t.Sequence[Seen], skipped: str) -> Problem | None:
    """Return why a server is neither proven nor has a problem that says why not."""
    if server.state == 'changed_unproven':
        return own_problem('not_proven', f'Changed on {_minute(server.changed)}, and not proven since.')
    codes = {problem.get('code') for problem in server.problems}
    if server.state == 'unprotected' and not codes.intersection((NOT_AS_DECLARED, *UNPROTECTED)):
        hidden = ', '.join(problem.get('code', '') for problem in server.ignored)
        message = f'The mail was accepted, with this ignored: {hidden}.' if hidden else 'The mail was accepted in plaintext.'
        return own_problem('unprotected', message)
    if server.problems or server.state not in ('configured', 'not_checked'):
        return None
    if server.state == 'not_checked':
        message = f'"{skipped}" was skipped.' if skipped else 'The run ended before it was its turn.'
        return own_problem('not_checked', message)
    if any(seen.absent for seen in last):
        return own_problem('not_proven', 'Declared absent: there is nothing to prove.', hint='')
    return own_problem('not_proven', 'It was checked, and never proven.')


def _with_age(server: Server, log: ServerLog | None, now: str, stale_days: float) -> Server:
    """Return the server as it is at the time `now`: what was seen too long ago, or has ended since, is well no more."""
    warn_days = max(
        (seen.warn_days for seen in (log.seen.values() if log else ()) if seen.facts.certificate or seen.trust), default=0
    )
    server.soon = [what for what in server.endings() if 0 <= times.days_between(now, what.not_after) <= warn_days]
    if not server.looked:
        return server
    was, certificate = STATES[server.state].label, server.facts.certificate
    if times.at(now) - times.at(server.looked) > dt.timedelta(days=stale_days):
        _make_stale(server, f'Last looked at {times.ago(server.looked, now)}, on {_minute(server.looked)}; it was {was} then.')
    elif server.state in (*PROVEN, 'tested') and certificate is not None and certificate.not_after <= now:
        end = _minute(certificate.not_after)
        _make_stale(server, f'The certificate of the mail server expired on {end}: it was {was} before.')
    return server


def _make_stale(server: Server, message: str) -> None:
    server.state = 'stale'
    server.problems = [own_problem('stale', message), *server.problems]


def _minute(when: str) -> str:
    return f'{times.minute(when)} UTC'
