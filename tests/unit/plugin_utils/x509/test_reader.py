# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs that can be read have a record, others a reason."""

from __future__ import annotations

import pytest
from cryptography import x509

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_diagnosis as diagnosis
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_path as paths
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.budget import (
    Budget,
    OverBudget,
    limited_to,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import Criteria
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import TrustBlocks, check_blocks
from support import heavy_x509, pki
from support.x509_records import HOST, NOW, incomplete


def test_a_used_up_budget_is_no_fault_of_what_is_read() -> None:
    der = read_pem(heavy_x509.authority(*heavy_x509.keys(1))).blocks[0].der
    with limited_to(budget := Budget(0.0)):
        with budget.step(), pytest.raises(OverBudget):
            read_certificate(der)
        assert not isinstance(read_certificate(der), str)


def checked(ca: bytes, crl: bytes, budget: Budget | None = None) -> list[Problem]:
    with limited_to(budget or Budget()):
        return check_blocks(trust(ca, 'ca.pem'), trust(crl, 'crl.pem'), Criteria(NOW, 30))


def trust(pem: bytes, file: str) -> TrustBlocks:
    return TrustBlocks(read_pem(pem).blocks, file)


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
    (message,) = incomplete(checked(pem, b''))
    assert message == 'The certificate, which OpenSSL reads, not checked: it has more than 102400 bytes.'


def test_what_is_no_certificate_has_no_record() -> None:
    assert isinstance(read_certificate(b'\x30\x03\x02\x01\x05'), str)
    assert diagnosis.defects([], paths.Trust([], None, False, 'x'), HOST, NOW, diagnosis.Verdict()) == []
