# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts that every version of a report.json has: what fits is read, a number that means nothing is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.json_parts import (
    Known,
    read_expiry,
    read_facts,
    read_proof,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import Expiry, Facts, Proof, Run
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.values import Record
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue

END = '2027-01-01T00:00:00Z'
CERTIFICATES = [Expiry('certificate', 'mail', END), Expiry('ca', 'Test CA', END)]
RUNS = [Run('first.yml'), Run('second.yml')]
KNOWN = Known(CERTIFICATES, RUNS)


def record(**given: object) -> Record:
    return Record(given, 'it')


def test_numbers_are_places_in_the_lists() -> None:
    assert [KNOWN.certificate(record(certificate=number)) for number in (0, 1)] == CERTIFICATES
    assert KNOWN.trust(record(trust=[1, 0, 1])) == [CERTIFICATES[1], CERTIFICATES[0], CERTIFICATES[1]]
    assert [KNOWN.run(record(run=number)) for number in (0, 1)] == RUNS


def test_a_certificate_or_trust_may_be_absent_but_not_the_run() -> None:
    assert KNOWN.certificate(record()) is None
    assert KNOWN.trust(record()) == []
    with pytest.raises(InvalidValue, match='a run that it does not have'):
        KNOWN.run(record())


@pytest.mark.parametrize(
    'number',
    [2, -1, True, 0.0, '0', [0], 1 << 70],
    ids=['beyond the last', 'negative', 'boolean', 'fraction', 'text', 'list', 'huge'],
)
def test_a_number_that_means_nothing_is_refused(number: object) -> None:
    reads: list[t.Callable[[], object]] = [
        lambda: KNOWN.certificate(record(certificate=number)),
        lambda: KNOWN.trust(record(trust=[0, number])),
        lambda: KNOWN.run(record(run=number)),
    ]
    for read in reads:
        with pytest.raises(InvalidValue, match='that it does not have'):
            read()


def test_a_certificate_is_read_with_all_that_it_says() -> None:
    given = {'kind': 'crl', 'name': 'Test\nCA', 'not_after': END, 'file': '/a\x1b', 'issuer': 'x' * 1000, 'other': 7}
    expiry = read_expiry(Record(given, 'it'))
    assert (expiry.kind, expiry.name, expiry.not_after, expiry.file) == ('crl', 'Test CA', END, '/a\\x1b')
    assert len(expiry.issuer) == 255


@pytest.mark.parametrize(
    'given',
    [
        pytest.param({'kind': 'ca', 'name': 'a'}, id='no end'),
        pytest.param({'kind': 'ca', 'not_after': 'soon'}, id='an end in words'),
        pytest.param({'kind': 'ca', 'not_after': '2027-02-30T00:00:00Z'}, id='a day that does not exist'),
        pytest.param({'name': 'a', 'not_after': END}, id='no kind'),
        pytest.param({'kind': 'key', 'not_after': END}, id='another kind'),
        pytest.param({'kind': 'ca', 'not_after': END, 'name': 7}, id='a number for a name'),
    ],
)
def test_a_certificate_without_an_end_or_a_kind_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        read_expiry(Record(given, 'it'))


PROOFS: dict[str, tuple[dict[str, t.Any], Proof | None]] = {
    'none': ({}, None),
    'without a time': ({'proof': {'message_id': '<1@a>'}}, None),
    'with an invalid time': ({'proof': {'at': 'yesterday'}}, None),
    'a time alone': ({'proof': {'at': END}}, Proof(END)),
    'all': ({'proof': {'at': END, 'message_id': '<1@a>', 'queue_id': '4A3B'}}, Proof(END, '<1@a>', '4A3B')),
}


@pytest.mark.parametrize('case', PROOFS)
def test_a_proof_has_a_time(case: str) -> None:
    given, expected = PROOFS[case]
    assert read_proof(Record(given, 'it')) == expected


def test_facts_are_text_but_for_mode_certificate_and_time() -> None:
    given = {'mode': 'starttls', 'mail_server': 'a:25\n', 'certificate': 1, 'total_ms': 7, 'until': 'sent', 'cipher': '\x07'}
    assert read_facts(Record(given, 'it'), KNOWN) == Facts(
        mode='starttls', mail_server='a:25 ', certificate=CERTIFICATES[1], total_ms=7, until='sent', cipher='\\x07'
    )
    assert read_facts(record(), KNOWN) == Facts()


@pytest.mark.parametrize(
    'given',
    [{'mode': 'often'}, {'mode': 1}, {'certificate': 5}, {'mail_server': 7}],
    ids=['mode', 'mode as a number', 'certificate', 'text'],
)
def test_facts_that_are_not_of_this_collection_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        read_facts(Record(given, 'it'), KNOWN)


@pytest.mark.parametrize('total', [-1, 1 << 40, 'long', True], ids=['negative', 'huge', 'text', 'boolean'])
def test_a_time_that_can_not_be_is_not_known(total: object) -> None:
    assert read_facts(record(total_ms=total), KNOWN).total_ms is None
