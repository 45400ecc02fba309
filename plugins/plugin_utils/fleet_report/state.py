# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of servers from their last observations on each subject. Whatever is unclear is not proven."""

from __future__ import annotations

import datetime as dt
import operator
import typing as t

from ...module_utils.vocabulary import SENT, SEVERITIES
from . import times
from .crl_facts import is_soon, with_fetches
from .model import PROVEN, STATES, Host, Report, Server
from .observations import NEVER, VERDICTS, HostLog, Logs, Observation, Run, ServerLog
from .result_reader import DELIVERY, NOT_AS_DECLARED, UNCONFIRMED, UNPROTECTED
from .values import Problem, own_problem

ELSEWHERE = 'other tasks'  # the subject of what happened to a host in a task of another collection
STALE_DAYS = 7.0
BY_ORDER = operator.attrgetter('order')
# By subject: the subject whose later observation, if it is well, replaces it.
SUPERSEDED_BY = {'validation': 'config', 'crl': 'config', 'rehearsal': 'send'}
SENDS = ('send', 'rehearsal')  # a real one counts rather than one in check mode, even an older one
CHANGING = ('config', 'crl', 'attributes', 'send', 'rehearsal', 'prediction')  # subjects for which check mode makes a difference


def build_report(title: str, logs: Logs, runs: t.Sequence[Run], now: str, stale_days: float = STALE_DAYS) -> Report:
    """Return the report at the time `now` (UTC) of the last observations.

    `runs` are listed in any case, the newest last; before them come those that the other observations are from. A server that was
    not checked for `stale_days` is stale.
    """
    hosts = [_host(log, now, stale_days) for _name, log in sorted(logs.items())]
    known = {id(observation.run): observation.run for log in logs.values() for observation in log.all_observations()}
    older = sorted((run for run in known.values() if run not in runs), key=lambda run: run.started)
    return Report(title, now, hosts, [*older, *runs])


def _host(log: HostLog, now: str, stale_days: float) -> Host:
    """Return a host with its servers; one without a name where none is known."""
    present = [name for name, server in sorted(log.servers.items()) if not server.is_gone]
    names = present or sorted(log.servers) or ['']
    return Host(log.name, [_with_age(evaluate(name, log), log.servers.get(name), now, stale_days) for name in names], log)


def evaluate(name: str, host: HostLog) -> Server:
    """Return a server in its state, as it was last observed."""
    log = host.servers.get(name) or ServerLog()
    found = _last(host, log)
    last = sorted(found.values(), key=BY_ORDER)
    send = _send(found)
    server = Server(name, _state(_Evidence(last, send, log)))
    for observation in sorted(log.observations.values(), key=BY_ORDER):
        _add_facts(server, observation)
    server.delivery = found[DELIVERY].delivery if DELIVERY in found else None
    server.is_unconfirmed = UNCONFIRMED in found
    if server.state in PROVEN:
        server.facts = server.facts._replace(until='')  # it goes without saying
    server.accepted = send is not None and send.accepted
    server.problems = _problems(server, last)
    server.checked = max((item.at for item in last if item.verdict not in ('unreachable', 'hidden')), default='')
    server.looked = max((observation.at for observation in last), default='')
    server.changed = times.moment_of(log.changed) if log.changed else ''
    server.check_mode = _is_check_mode(log)
    server.corrected = bool(server.drift) and not any(observation.has_drift for observation in last)
    server.proof = log.proof
    own = _own_problem(server, last, host.skipped)
    server.problems = [*filter(None, [own]), *server.problems]
    return server


def _last(host: HostLog, server: ServerLog) -> dict[str, Observation]:
    """Return the observation that counts on each subject: the later of the host's and the server's, but none that is outdated."""
    found = {}
    for subject in {**host.observations, **server.observations}:
        both = [known[subject] for known in (host.observations, server.observations) if subject in known]
        latest = max(both, key=BY_ORDER)
        if not _is_outdated(subject, latest, host, server):
            found[subject] = latest
    for earlier, later in SUPERSEDED_BY.items():
        if earlier in found and later in found and _supersedes(found[later], found[earlier]):
            del found[earlier]
    return _with_delivery(found)


def _send(found: t.Mapping[str, Observation]) -> Observation | None:
    """Return the send that counts among the last observations."""
    return next((found[subject] for subject in SENDS if subject in found and found[subject].facts.until), None)


def _with_delivery(found: dict[str, Observation]) -> dict[str, Observation]:
    """Return the observations without what a mailbox said of an earlier mail. That a mail was lost counts until a later one is
    found: that a mail server has accepted another one says nothing about it."""
    send = _send(found)
    for subject in (DELIVERY, UNCONFIRMED):
        one = found.get(subject)
        if one is not None and one.verdict == 'ok' and (send is None or one.message_id != send.message_id):
            del found[subject]
    if DELIVERY in found and UNCONFIRMED in found and found[DELIVERY].order > found[UNCONFIRMED].order:
        del found[UNCONFIRMED]
    return found


def _is_outdated(subject: str, observation: Observation, host: HostLog, server: ServerLog) -> bool:
    """A host whose servers were checked later was reached. What happened in a task of another collection is outdated if the run
    went on afterwards; in another run that task may not have run, so that only a successful send shows it."""
    if subject == ELSEWHERE:
        later = [one for one in server.observations.values() if one.order > observation.order]
        return any(one.run is observation.run or (one.facts.until and one.verdict == 'ok') for one in later)
    return observation.verdict == 'unreachable' and observation.order < host.reached


def _supersedes(later: Observation, earlier: Observation) -> bool:
    return later.order > earlier.order and later.verdict == 'ok' and not later.has_drift


class _Evidence(t.NamedTuple):
    """What a server's state follows from: the last observations, the send that counts, and its log."""

    last: t.Sequence[Observation]
    send: Observation | None
    log: ServerLog

    @property
    def verdicts(self) -> set[str]:
        return {observation.verdict for observation in self.last}

    @property
    def is_hidden(self) -> bool:
        """Whether a result is hidden that no later send replaces."""
        return any(item.verdict == 'hidden' and (self.send is None or item.order > self.send.order) for item in self.last)

    @property
    def was_changed(self) -> bool:
        """Whether the server was changed after the send."""
        return self.log.changed > (self.send.order if self.send is not None else NEVER)

    @property
    def is_unprotected(self) -> bool:
        return self.send is not None and self.send.unprotected and not self.was_changed

    @property
    def is_proven(self) -> bool:
        return self.send is not None and self.send.facts.until == SENT

    @property
    def is_delivered(self) -> bool:
        return any(observation.delivery is not None for observation in self.last)

    @property
    def has_drift(self) -> bool:
        return any(observation.has_drift for observation in self.last)


# A server is in the first state whose condition holds.
_CONDITIONS: tuple[tuple[str, t.Callable[[_Evidence], bool]], ...] = (
    ('unreachable', lambda evidence: 'unreachable' in evidence.verdicts),
    ('failing', lambda evidence: 'failing' in evidence.verdicts),
    ('hidden', lambda evidence: evidence.is_hidden),
    ('unprotected', lambda evidence: evidence.is_unprotected),
    ('drifted', lambda evidence: evidence.has_drift),
    ('configured', lambda evidence: evidence.log.is_gone),
    ('changed_unproven', lambda evidence: evidence.was_changed),
    ('delivered', lambda evidence: evidence.is_proven and evidence.is_delivered),
    ('proven', lambda evidence: evidence.is_proven),
    ('tested', lambda evidence: evidence.send is not None),
    ('configured', lambda evidence: bool(evidence.last)),
)


def _state(evidence: _Evidence) -> str:
    return next((state for state, holds in _CONDITIONS if holds(evidence)), 'not_checked')


def _add_facts(server: Server, observation: Observation) -> None:
    """Put the facts of one observation into the server, over those of earlier ones."""
    server.facts = observation.facts.over(server.facts)
    if observation.trust and not observation.has_drift:
        server.trust = with_fetches(observation.trust, server.trust)
    server.drift = server.drift + observation.drift
    server.ignored = server.ignored + observation.ignored


def _problems(server: Server, last: t.Sequence[Observation]) -> list[Problem]:
    """Return the problems of all subjects, each once: first those that decide its state, of the newest result, then the worst."""
    found: dict[tuple[t.Any, ...], Problem] = {}
    for observation in sorted(last, key=lambda item: (VERDICTS.index(item.verdict), -item.order)):
        for problem in sorted(observation.problems, key=lambda problem: SEVERITIES.index(problem['severity'])):
            found.setdefault((problem.get('code'), problem.get('message'), problem.get('stage')), problem)
    deciding = (NOT_AS_DECLARED, *UNPROTECTED) if server.state == 'unprotected' else ()
    return sorted(found.values(), key=lambda problem: problem.get('code') not in deciding)


def _is_check_mode(log: ServerLog) -> bool:
    """Whether the last run that checked the server did so in check mode only."""
    relevant = [observation for subject, observation in log.observations.items() if subject in CHANGING]
    newest = max(relevant, key=BY_ORDER, default=None)
    return newest is not None and all(observation.applied is False for observation in relevant if observation.run is newest.run)


def _own_problem(server: Server, last: t.Sequence[Observation], skipped: str) -> Problem | None:
    """Return a problem for a server that is not proven, where no other says why."""
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
        message = f'"{skipped}" was skipped.' if skipped else 'No run has checked it.'
        return own_problem('not_checked', message)
    if any(observation.absent for observation in last):
        return own_problem('not_proven', 'Declared absent: there is nothing to verify.', hint='')
    return own_problem('not_proven', 'It was checked, and never proven.')


def _with_age(server: Server, log: ServerLog | None, now: str, stale_days: float) -> Server:
    """Return the server as of `now`: if it was not checked for too long, or its certificate has expired, it is stale."""
    observations = log.observations.values() if log else ()
    warn_days = max((item.warn_days for item in observations if item.facts.certificate or item.trust), default=0)
    server.soon = [what for what in server.endings() if is_soon(what, now, warn_days)]
    if not server.looked:
        return server
    was, certificate = STATES[server.state].label, server.facts.certificate
    if times.at(now) - times.at(server.looked) > dt.timedelta(days=stale_days):
        _make_stale(server, f'Last checked {times.ago(server.looked, now)}, on {_minute(server.looked)}; it was {was} then.')
    elif server.state in (*PROVEN, 'tested') and certificate is not None and certificate.not_after <= now:
        end = _minute(certificate.not_after)
        _make_stale(server, f'The certificate of the mail server expired on {end}: it was {was} before.')
    return server


def _make_stale(server: Server, message: str) -> None:
    server.state = 'stale'
    server.problems = [own_problem('stale', message), *server.problems]


def _minute(when: str) -> str:
    return f'{times.minute(when)} UTC'
