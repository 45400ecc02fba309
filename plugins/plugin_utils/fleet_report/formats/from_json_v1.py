# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report.json of version 1.0 of the collection: it has the states of servers, and not what they were judged by."""

from __future__ import annotations

import typing as t

from .. import values
from ..log import HostLog, Run, Seen
from ..result_reader import UNPROTECTED
from ..values import Odd
from .json_parts import MODES, Known, one_of, read_drift, read_proof

VERDICTS = {'failing': 'failing', 'unreachable': 'unreachable', 'hidden': 'hidden'}
STATES = (*VERDICTS, 'drifted', 'not_checked', 'configured', 'tested', 'proven')
GOALS = {'proven': 'sent', 'tested': 'handshake'}
OWN = ('not_proven', 'not_checked')  # codes of the report's own remarks, which are made anew
TEXTS = ('mail_server', 'tls_version', 'cipher')


def read_run(given: t.Mapping[str, t.Any], generated: str) -> Run:
    playbooks = [values.text(one) for one in values.sequence(given.get('playbooks'), 'playbooks')]
    return Run(', '.join(playbooks), started=values.moment(given.get('started')) or generated, ended=generated)


def read_host(value: object, known: Known) -> HostLog:
    """Return what a host's servers were last seen to be. Raises Odd."""
    given = values.mapping(value, 'a host')
    log = HostLog(values.text(given.get('name'), values.LONGEST_NAME))
    servers = values.sequence(given.get('servers'), 'servers', values.MOST_SERVERS)
    if not log.name or not servers:
        raise Odd('a host without a name or servers')
    for number, one in enumerate(servers):
        server = values.mapping(one, 'a server')
        seen = _seen(server, known, number)
        name, state = values.text(server.get('name')), server.get('state')
        if state == 'not_checked':
            continue
        subject = 'send' if seen.until or any(problem.get('stage') for problem in seen.problems) else 'config'
        if not name:
            log.note(subject, seen)
            continue
        log.server(name).note(subject, seen)
        if not seen.unprotected:
            log.server(name).proof = read_proof(server.get('proof'))
    return log


def _seen(given: t.Mapping[str, t.Any], known: Known, number: int) -> Seen:
    """Return a row as if one result had said it all."""
    run, state = known.runs[0], one_of(STATES, given.get('state'), 'state')
    certificate, proof = given.get('certificate'), read_proof(given.get('proof'))
    problems = [problem for problem in values.problems(given.get('problems')) if problem.get('code') not in OWN]
    ignored = values.problems(given.get('ignored'))
    when = values.moment(given.get('checked')) or (proof.at if proof else run.ended)
    texts: dict[str, t.Any] = {key: values.text(given.get(key)) for key in TEXTS}
    lacks = not given.get('tls_version') or ignored or any(problem.get('code') in UNPROTECTED for problem in problems)
    return Seen(
        values.microseconds(when) + number,
        when,
        '',
        run,
        verdict=VERDICTS.get(state, 'ok'),
        problems=problems,
        ignored=ignored,
        until=GOALS.get(state, ''),
        unprotected=state == 'proven' and bool(lacks),
        mode=one_of(MODES, given.get('mode', ''), 'mode'),
        applied=given.get('corrected') is True,
        changed=given.get('corrected') is True,
        drift=[read_drift(one) for one in values.sequence(given.get('drift'), 'drift')],
        certificate=None if certificate is None else known.certificate(certificate),
        trust=[known.certificate(one) for one in values.sequence(given.get('trust'), 'trust')],
        message_id=proof.message_id if proof else '',
        queue_id=proof.queue_id if proof else '',
        total_ms=values.integer(given.get('total_ms'), 0),
        **texts,
    )
