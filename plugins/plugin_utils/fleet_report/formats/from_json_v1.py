# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report.json of version 1.0 of the collection: it has the states of servers, and not what they were judged by."""

from __future__ import annotations

from ....module_utils.vocabulary import HANDSHAKE, SENT
from ...foreign_values import Malformed
from ..log import HostLog, Run, Seen
from ..result_reader import UNPROTECTED, read_drift
from ..times import microseconds
from ..values import MOST_SERVERS, Record
from .json_parts import Known, read_facts, read_proof

VERDICTS = {'failing': 'failing', 'unreachable': 'unreachable', 'hidden': 'hidden'}
STATES = (*VERDICTS, 'drifted', 'not_checked', 'configured', 'tested', 'proven')
GOALS = {'proven': SENT, 'tested': HANDSHAKE}
OWN = ('not_proven', 'not_checked')  # codes of the report's own remarks, which are made anew


def read_run(given: Record, generated: str) -> Run:
    return Run(', '.join(given.lines('playbooks')), started=given.moment('started') or generated, ended=generated)


def read_host(given: Record, known: Known) -> HostLog:
    """Return what a host's servers were last seen to be. Raises Malformed."""
    log = HostLog(given.name('name'))
    servers = given.entries('servers', MOST_SERVERS)
    if not log.name or not servers:
        raise Malformed('a host without a name or servers')
    for number, server in enumerate(servers):
        seen = _seen(server, known, number)
        name = server.line('name')
        if server.get('state') == 'not_checked':
            continue
        subject = 'send' if seen.facts.until or any(problem.get('stage') for problem in seen.problems) else 'config'
        if not name:
            log.note(subject, seen)
            continue
        log.server(name).note(subject, seen)
        if not seen.unprotected:
            log.server(name).proof = read_proof(server)
    return log


def _seen(given: Record, known: Known, number: int) -> Seen:
    """Return a row as if one result had said it all."""
    run, state, proof = known.runs[0], given.choice('state', STATES), read_proof(given)
    problems = [problem for problem in given.problems() if problem.get('code') not in OWN]
    ignored = given.problems('ignored')
    when = given.moment('checked') or (proof.at if proof else run.ended)
    lacks = not given.get('tls_version') or ignored or any(problem.get('code') in UNPROTECTED for problem in problems)
    return Seen(
        microseconds(when) + number,
        when,
        '',
        run,
        verdict=VERDICTS.get(state, 'ok'),
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
