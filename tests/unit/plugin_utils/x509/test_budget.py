# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is dear to judge is judged as far as the budget of the host goes; what is left out is named, and nothing else is lost."""

from __future__ import annotations

import datetime as dt
import itertools
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_diagnosis as diagnosis
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import signatures as x509_signatures
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.budget import (
    MOST_SIGNATURES,
    Budget,
    OverBudget,
    charge_signature,
    check,
    limited_to,
    watched,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.chain_path import Trust
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.crl_entries import entry_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.guard import guard
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.name_constraints import violation
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate, read_crl
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.records import Certificate, RevocationList
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import TrustBlocks, check_blocks
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.unchecked import unchecked_parts
from support import heavy_x509, pki

NOW = dt.datetime.now(dt.timezone.utc)
HOST = 'mail.example.com'


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    for cached in (x509_signatures._is_signed, read_certificate, read_crl):
        cached.cache_clear()


class Clock:
    """CPU time that passes by itself: a tick at each look."""

    def __init__(self, tick: float) -> None:
        self.tick, self.now = tick, 0.0

    def __call__(self) -> float:
        self.now += self.tick
        return self.now


def checks() -> int:
    """Return how many signatures were verified, or were to be."""
    return x509_signatures._is_signed.cache_info().misses


def trust(pem: bytes, file: str) -> TrustBlocks:
    return TrustBlocks(read_pem(pem).blocks, file)


def judged(ca: bytes, crl: bytes, budget: Budget | None = None) -> list[Problem]:
    with limited_to(budget or Budget()):
        return check_blocks(trust(ca, 'ca.pem'), trust(crl, 'crl.pem'), NOW, 30)


def told(problems: t.Iterable[Problem]) -> list[str]:
    return [problem.message for problem in problems if problem.code == 'analysis_incomplete']


def of(pem: bytes) -> list[Certificate]:
    read = [read_certificate(block.der) for block in read_pem(pem).blocks]
    return [one for one in read if not isinstance(one, str)]


def test_cas_of_one_name_and_as_many_lists_are_judged_within_the_budget() -> None:
    ca, crl = heavy_x509.same_name(150)  # 22,500 pairs
    first = judged(ca, crl, budget := Budget())
    (message,) = told(first)
    assert message.startswith('The signatures of 149 of 150 CRLs not checked: its share of the signature checks')
    assert 'crl_issuer_unknown' not in [problem.code for problem in first]
    for _server in range(9):
        assert told(judged(ca, crl, budget))
    assert budget.signatures == 0
    assert checks() <= MOST_SIGNATURES + 10  # the ten that were refused are counted there too


def test_a_key_is_tried_once_however_many_certificates_it_has() -> None:
    ca, crl = heavy_x509.one_key(40)
    assert {problem.code for problem in judged(ca, crl)} == {'crl_signature_invalid'}
    assert checks() == 40


def test_the_key_that_a_list_names_is_tried_first_and_then_no_other() -> None:
    right = pki.Authority('Same CA')
    ca, _crls = heavy_x509.same_name(60)
    assert judged(ca + right.pem, right.crl()) == []
    assert checks() == 1


def test_each_verdict_is_the_same_with_and_without_a_budget() -> None:
    own, odd = pki.Authority('Test CA'), pki.Authority('Other CA')
    ca, crl = own.pem + odd.pem, own.crl() + pki.damaged(odd.crl()) + pki.Authority('Third CA').crl()
    with limited_to(None):
        free = check_blocks(trust(ca, 'ca.pem'), trust(crl, 'crl.pem'), NOW, 30)
    assert judged(ca, crl) == free
    assert [problem.code for problem in free] == ['crl_signature_invalid', 'crl_issuer_unknown', 'crl_missing']


def test_what_was_found_before_the_time_was_over_stays() -> None:
    expired = [pki.Authority(f'Old CA {number}', not_after=pki.days_from_now(-3)).pem for number in range(600)]
    found = judged(b''.join(expired), b'', Budget(clock=Clock(2.0 * 0.25 / 605)))
    assert 0 < [problem.code for problem in found].count('ca_expired') < 600
    assert told(found)[0].startswith('The certificates of the CA file not checked: its share of the time')


def test_a_step_leaves_enough_for_the_others() -> None:
    budget = Budget(clock=Clock(0.001))
    problems: list[Problem] = []
    with limited_to(budget):
        for _greedy in range(3):
            with guard(problems, 'The files of one server'):
                for _round in itertools.count():
                    check()
        with guard(problems, 'The files of another server'):
            for _round in range(100):
                check()
    assert len(told(problems)) == 3
    assert 0.5 < budget.seconds < 0.85


def test_steps_within_a_step_get_no_share_of_their_own() -> None:
    problems: list[Problem] = []
    with limited_to(Budget(signatures=8)), guard(problems, 'The whole'):
        for _part in range(8):
            with guard(problems, 'A part'):
                charge_signature()
    assert len(told(problems)) == 4


def test_beside_the_steps_and_without_a_budget_nothing_is_bounded() -> None:
    assert list(watched(range(1000))) == list(range(1000))
    with limited_to(Budget(0.0, 0, Clock(1.0))):
        assert list(watched(range(1000))) == list(range(1000))


def test_a_used_up_budget_is_no_fault_of_what_is_read() -> None:
    der = read_pem(heavy_x509.authority(*heavy_x509.keys(1))).blocks[0].der
    with limited_to(budget := Budget(0.0)):
        with budget.step(), pytest.raises(OverBudget):
            read_certificate(der)
        assert not isinstance(read_certificate(der), str)


def test_cas_that_sign_each_other_in_circles_end_with_the_budget() -> None:
    pems, key, name = heavy_x509.circle(600)
    leaf = read_certificate(read_pem(heavy_x509.authority(heavy_x509.keys(1)[0], signer=key, issuer=name)).blocks[0].der)
    assert isinstance(leaf, Certificate)
    known = Trust(of(pems), None, False, 'ca.pem')
    problems: list[Problem] = []
    with limited_to(Budget()), guard(problems, "The mail server's certificate"):
        problems += diagnosis.defects([leaf], known, None, NOW, diagnosis.Verdict())
        problems += unchecked_parts([leaf], known)
    assert checks() <= MOST_SIGNATURES


def test_names_are_compared_as_long_as_the_budget_lasts() -> None:
    """Beyond 1,048,576 comparisons OpenSSL refuses by itself (NAME_CHECK_MAX): see test_unchecked."""
    many = [x509.DNSName(f'host{number}.example.com') for number in range(900)]
    ca = pki.Authority('Narrow CA', more=[(x509.NameConstraints(None, many), True)])
    (leaf,) = of(ca.issue([f'other{number}.example.com' for number in range(900)]).certificate_pem)
    constraints = of(ca.pem)[0].name_constraints
    assert constraints is not None
    problems: list[Problem] = []
    with limited_to(Budget(clock=Clock(0.01))), guard(problems, "The mail server's certificate"):
        violation(leaf, constraints, is_leaf=True)
    assert len(told(problems)) == 1


@pytest.mark.parametrize(
    'extension',
    [
        pytest.param(
            x509.SubjectAlternativeName([x509.DNSName(f'h{number}.example.com') for number in range(10_000)]), id='names'
        ),
        pytest.param(x509.NameConstraints(None, [x509.DirectoryName(x509.Name([]))] * 20_000), id='constraints'),
        pytest.param(x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), bytes(200_000)), id='bytes'),
    ],
)
def test_a_certificate_larger_than_a_handshake_takes_is_not_read(extension: x509.ExtensionType) -> None:
    pem = pki.Authority('Large CA', more=[(extension, False)]).pem
    (message,) = told(judged(pem, b''))
    assert message == 'The certificate, which OpenSSL reads, not checked: it has more than 102400 bytes.'


def list_of(*entries: x509.RevokedCertificate) -> RevocationList:
    read = read_crl(read_pem(heavy_x509.crl(heavy_x509.keys(1)[0], entries)).blocks[0].der)
    assert not isinstance(read, str)
    return read


def test_a_giant_entry_of_a_list_is_not_taken_apart() -> None:
    giant = x509.CertificateIssuer([x509.DNSName('a')] * 30_000)
    crl = list_of(heavy_x509.entry(7, (giant, False)), heavy_x509.entry(8))
    assert entry_of(crl, 7) == 'it has more than 65535 bytes'
    assert entry_of(crl, 8) not in (None, 'it has more than 65535 bytes')


def test_the_serial_number_1_in_a_long_list_is_looked_up() -> None:
    """The version of such a list stands before it as if it were the entry of the serial number 1."""
    crl = list_of(*(heavy_x509.entry(number) for number in range(1, 4000)))
    assert len(crl.der) > 1 << 16
    assert not isinstance(entry_of(crl, 1), str)
    assert entry_of(crl, 1) is not None


def test_a_critical_extension_of_an_entry_is_found_by_its_serial_number() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\5\0')
    issuer = x509.CertificateIssuer([x509.DNSName('a')])
    crl = list_of(heavy_x509.entry(7, (issuer, True)), heavy_x509.entry(0x2A, (unknown, True)))
    assert crl.refused == ('its entry of the serial number 2a has the critical extension 1.2.3.4, which OpenSSL does not handle')


def test_a_key_that_is_slow_to_verify_with_is_not_tried() -> None:
    (ca,) = of(pki.Authority('Test CA').pem)
    slow = (
        pki.rsa.RSAPublicNumbers((1 << 80) + 1, (1 << 2048) + 1)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert x509_signatures.is_signed_by(ca, ca) is True
    assert x509_signatures.is_signed_by(ca, ca._replace(public_key=slow)) is None
