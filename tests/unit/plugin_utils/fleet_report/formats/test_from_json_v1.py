# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A report.json of version 1.0: its states become the observations that they came from."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.from_json_v1 import (
    STATES,
    read_host,
    read_run,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.json_parts import Known
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import (
    Expiry,
    HostLog,
    Observation,
    Proof,
    Run,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.values import Record
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue

AT, GENERATED = '2026-11-24T08:15:00Z', '2026-11-24T09:00:00Z'
RUN = Run('site.yml', started=AT, ended=GENERATED)
CERTIFICATE = Expiry('certificate', 'mail', '2027-01-01T00:00:00Z')
KNOWN = Known([CERTIFICATE], [RUN])
EXPIRED = {'code': 'expired', 'severity': 'error', 'message': 'It expired.', 'stage': 'certificate'}
MISSING = {'code': 'not_configured', 'severity': 'info', 'message': 'No file.'}
PROVEN = {
    'name': 'spl1',
    'state': 'proven',
    'tls_version': 'TLSv1.3',
    'proof': {'at': AT, 'message_id': '<1@a>', 'queue_id': '4A'},
}


def host(*servers: dict[str, t.Any], name: str = 'print1') -> HostLog:
    return read_host(Record({'name': name, 'servers': list(servers)}, 'it'), KNOWN)


def observed(**server: object) -> Observation:
    """Return the one observation of a server."""
    log = host({'name': 'spl1', 'state': 'configured', **server})
    (observation,) = log.server('spl1').observations.values()
    return observation


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        pytest.param({'playbooks': ['a.yml', 'b.yml'], 'started': AT}, ('a.yml, b.yml', AT), id='all'),
        pytest.param({'playbooks': ['a.yml']}, ('a.yml', GENERATED), id='no begin'),
        pytest.param({'started': 'early'}, ('', GENERATED), id='an invalid begin'),
    ],
)
def test_a_run_ended_when_the_report_was_made(given: dict[str, object], expected: tuple[str, str]) -> None:
    run = read_run(Record(given, 'it'), GENERATED)
    assert (run.playbook, run.started, run.ended) == (*expected, GENERATED)


VERDICTS = {'failing': 'failing', 'unreachable': 'unreachable', 'hidden': 'hidden'}


@pytest.mark.parametrize('state', [state for state in STATES if state != 'not_checked'])
def test_a_state_becomes_a_verdict_and_a_goal(state: str) -> None:
    observation = observed(state=state)
    assert observation.verdict == VERDICTS.get(state, 'ok')
    assert observation.facts.until == {'proven': 'sent', 'tested': 'handshake'}.get(state, '')
    assert (observation.run, observation.at) == (RUN, GENERATED)


def test_a_server_that_was_not_checked_has_no_observation() -> None:
    log = host({'name': 'spl1', 'state': 'not_checked'}, {'name': 'spl2', 'state': 'tested'})
    assert list(log.servers) == ['spl2']


@pytest.mark.parametrize('state', ['', 'well', 7, None], ids=['empty', 'unknown', 'number', 'null'])
def test_another_state_is_refused(state: object) -> None:
    with pytest.raises(InvalidValue):
        host({'name': 'spl1', 'state': state})


SUBJECTS: dict[str, tuple[dict[str, t.Any], str]] = {
    'a goal': ({'state': 'tested'}, 'send'),
    'a problem of a send': ({'state': 'failing', 'problems': [MISSING, EXPIRED]}, 'send'),
    'a problem of a configuration': ({'state': 'failing', 'problems': [MISSING]}, 'config'),
    'nothing': ({'state': 'configured'}, 'config'),
}


@pytest.mark.parametrize('case', SUBJECTS)
def test_the_subject_follows_from_what_is_there(case: str) -> None:
    given, subject = SUBJECTS[case]
    assert list(host({'name': 'spl1', **given}).server('spl1').observations) == [subject]


def test_a_row_without_a_name_is_of_the_host() -> None:
    log = host({'state': 'unreachable'})
    assert (list(log.observations), log.servers) == (['config'], {})


def test_a_proof_is_read_with_its_ids() -> None:
    log = host(PROVEN).server('spl1')
    assert log.proof == Proof(AT, '<1@a>', '4A')
    (observation,) = log.observations.values()
    assert (observation.at, observation.message_id, observation.queue_id) == (AT, '<1@a>', '4A')
    assert observation.is_proof


UNPROTECTED: dict[str, dict[str, t.Any]] = {
    'plaintext': {'tls_version': ''},
    'an error that was ignored': {'ignored': [EXPIRED]},
    **{
        code: {'problems': [{'code': code, 'severity': 'warning', 'message': 'off'}]}
        for code in ('tls_off', 'verification_off', 'name_check_off')
    },
}


@pytest.mark.parametrize('case', UNPROTECTED)
def test_a_mail_without_protection_was_no_proof(case: str) -> None:
    log = host({**PROVEN, **UNPROTECTED[case]}).server('spl1')
    (observation,) = log.observations.values()
    assert observation.unprotected
    assert not observation.is_proof
    assert log.proof is None


def test_the_report_s_own_problems_are_determined_anew() -> None:
    own = [{'code': code, 'severity': 'warning', 'message': 'x'} for code in ('not_proven', 'not_checked')]
    assert [problem['code'] for problem in observed(problems=[*own, EXPIRED]).problems] == ['expired']


def test_what_is_known_of_a_server_is_read() -> None:
    observation = observed(
        checked=AT, corrected=True, mode='smtps', certificate=0, trust=[0], drift=[{'file': '/a', 'kind': 'extra'}], total_ms=7
    )
    assert (observation.at, observation.applied, observation.changed) == (AT, True, True)
    assert (observation.facts.mode, observation.facts.certificate, observation.facts.total_ms) == ('smtps', CERTIFICATE, 7)
    assert (observation.trust, observation.drift) == ([CERTIFICATE], [{'file': '/a', 'kind': 'extra'}])


def test_rows_are_in_order() -> None:
    log = host(*({'name': f'spl{number}', 'state': 'configured', 'checked': AT} for number in range(3)))
    orders = [observation.order for observation in log.all_observations()]
    assert orders == list(range(orders[0], orders[0] + 3))


@pytest.mark.parametrize(
    'given',
    [
        pytest.param({'name': '', 'servers': [PROVEN]}, id='no name'),
        pytest.param({'name': 'print1', 'servers': []}, id='no servers'),
        pytest.param({'name': 'print1'}, id='servers absent'),
        pytest.param({'name': 'print1', 'servers': 'spl1'}, id='servers as text'),
        pytest.param({'name': 'print1', 'servers': [{**PROVEN, 'certificate': 3}]}, id='a certificate that is not there'),
        pytest.param({'name': 'print1', 'servers': [{**PROVEN, 'mode': 'often'}]}, id='an unknown mode'),
    ],
)
def test_a_host_that_is_not_of_such_a_report_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        read_host(Record(given, 'it'), KNOWN)
