# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is expensive to check is checked within the budget of the host; what is left out is named, and nothing else is lost."""

from __future__ import annotations

import datetime as dt

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_diagnosis as diagnosis
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import signatures as x509_signatures
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.budget import (
    MOST_SIGNATURES,
    Budget,
    limited_to,
    watched,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.chain_path import Trust
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import Criteria
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.guard import guard
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate, read_crl
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.records import Certificate
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import TrustBlocks, check_blocks
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.unchecked import unchecked_parts
from support import heavy_x509, pki
from support.x509_records import Clock, incomplete, records_of

NOW = dt.datetime.now(dt.timezone.utc)
HOST = 'mail.example.com'


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    for cached in (x509_signatures._is_signed, read_certificate, read_crl):
        cached.cache_clear()


def checks() -> int:
    """Return how many signatures were verified, or were to be."""
    return x509_signatures._is_signed.cache_info().misses


def trust(pem: bytes, file: str) -> TrustBlocks:
    return TrustBlocks(read_pem(pem).blocks, file)


def checked(ca: bytes, crl: bytes, budget: Budget | None = None) -> list[Problem]:
    with limited_to(budget or Budget()):
        return check_blocks(trust(ca, 'ca.pem'), trust(crl, 'crl.pem'), Criteria(NOW, 30))


def test_cas_of_one_name_and_as_many_lists_are_checked_within_the_budget() -> None:
    ca, crl = heavy_x509.same_name(150)  # 22,500 pairs
    first = checked(ca, crl, budget := Budget())
    (message,) = incomplete(first)
    assert message.startswith('The signatures of 149 of 150 CRLs not checked: its share of the signature checks')
    assert 'crl_issuer_unknown' not in [problem.code for problem in first]
    for _server in range(9):
        assert incomplete(checked(ca, crl, budget))
    assert budget.signatures == 0
    assert checks() <= MOST_SIGNATURES + 10  # the ten that were refused are counted there too


def test_a_key_is_tried_once_however_many_certificates_it_has() -> None:
    ca, crl = heavy_x509.one_key(40)
    assert {problem.code for problem in checked(ca, crl)} == {'crl_signature_invalid'}
    assert checks() == 40


def test_the_key_that_a_list_names_is_tried_first_and_then_no_other() -> None:
    right = pki.Authority('Same CA')
    ca, _crls = heavy_x509.same_name(60)
    assert checked(ca + right.pem, right.crl()) == []
    assert checks() == 1


def test_each_verdict_is_the_same_with_and_without_a_budget() -> None:
    own, other = pki.Authority('Test CA'), pki.Authority('Other CA')
    ca, crl = own.pem + other.pem, own.crl() + pki.damaged(other.crl()) + pki.Authority('Third CA').crl()
    with limited_to(None):
        free = check_blocks(trust(ca, 'ca.pem'), trust(crl, 'crl.pem'), Criteria(NOW, 30))
    assert checked(ca, crl) == free
    assert [problem.code for problem in free] == ['crl_signature_invalid', 'crl_issuer_unknown', 'crl_missing']


def test_what_was_found_before_the_time_was_over_stays() -> None:
    expired = [pki.Authority(f'Old CA {number}', not_after=pki.days_from_now(-3)).pem for number in range(600)]
    found = checked(b''.join(expired), b'', Budget(clock=Clock(2.0 * 0.25 / 605)))
    assert 0 < [problem.code for problem in found].count('ca_expired') < 600
    assert incomplete(found)[0].startswith('The certificates of the CA file not checked: its share of the time')


def test_beside_the_steps_and_without_a_budget_nothing_is_bounded() -> None:
    assert list(watched(range(1000))) == list(range(1000))
    with limited_to(Budget(0.0, 0, Clock(1.0))):
        assert list(watched(range(1000))) == list(range(1000))


def test_cas_that_sign_each_other_in_circles_end_with_the_budget() -> None:
    pems, key, name = heavy_x509.circle(600)
    leaf = read_certificate(read_pem(heavy_x509.authority(heavy_x509.keys(1)[0], signer=key, issuer=name)).blocks[0].der)
    assert isinstance(leaf, Certificate)
    known = Trust(records_of(pems), None, False, 'ca.pem')
    problems: list[Problem] = []
    with limited_to(Budget()), guard(problems, "The mail server's certificate"):
        problems += diagnosis.defects([leaf], known, None, NOW, diagnosis.Verdict())
        problems += unchecked_parts([leaf], known)
    assert checks() <= MOST_SIGNATURES
