# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report.json of version 1.0 of the collection: it has the states of servers, without their observations."""

from __future__ import annotations

from ....module_utils.vocabulary import HANDSHAKE, SENT
from ...foreign_values import InvalidValue
from ..observations import VERDICTS, HostLog, Observation, Run
from ..result_reader import UNPROTECTED, read_drift
from ..times import microseconds
from ..values import MOST_SERVERS, Record
from .json_parts import Known, read_facts, read_proof

# A server whose last result was bad had its verdict as its state.
STATES = (*VERDICTS[:-1], 'drifted', 'not_checked', 'configured', 'tested', 'proven')
GOALS = {'proven': SENT, 'tested': HANDSHAKE}
OWN = ('not_proven', 'not_checked')  # the report's own codes, which are determined anew


def read_run(given: Record, generated: str) -> Run:
    return Run(', '.join(given.lines('playbooks')), started=given.moment('started') or generated, ended=generated)


def read_host(given: Record, known: Known) -> HostLog:
    """Return the log of a host. Raises InvalidValue."""
    log = HostLog(given.name('name'))
    servers = given.entries('servers', MOST_SERVERS)
    if not log.name or not servers:
        raise InvalidValue('a host without a name or servers')
    for number, server in enumerate(servers):
        observation = _observation(server, known, number)
        name = server.line('name')
        if server.get('state') == 'not_checked':
            continue
        subject = 'send' if observation.facts.until or any(problem.get('stage') for problem in observation.problems) else 'config'
        if not name:
            log.note(subject, observation)
            continue
        log.server(name).note(subject, observation)
        if not observation.unprotected:
            log.server(name).proof = read_proof(server)
    return log


def _observation(given: Record, known: Known, number: int) -> Observation:
    """Return the observation that a row amounts to, as if it were from one result."""
    run, state, proof = known.runs[0], given.choice('state', STATES), read_proof(given)
    problems = [problem for problem in given.problems() if problem.get('code') not in OWN]
    ignored = given.problems('ignored')
    when = given.moment('checked') or (proof.at if proof else run.ended)
    lacks = not given.get('tls_version') or ignored or any(problem.get('code') in UNPROTECTED for problem in problems)
    return Observation(
        microseconds(when) + number,
        when,
        '',
        run,
        verdict=state if state in VERDICTS else 'ok',
        problems=problems,
        ignored=ignored,
        facts=read_facts(given, known)._replace(until=GOALS.get(state, '')),
        unprotected=state == 'proven' and bool(lacks),
        applied=given.is_true('corrected'),
        changed=given.is_true('corrected'),
        drift=read_drift(given),
        trust=known.trust(given),
        message_id=proof.message_id if proof else '',
        queue_id=proof.queue_id if proof else '',
    )
