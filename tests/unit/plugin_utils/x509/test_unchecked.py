# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What could not be checked of a chain and its trust is reported, and is no defect."""

from __future__ import annotations

import time

from cryptography import x509

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_diagnosis as diagnosis
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import records
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.chain_path import Trust, trust_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.unchecked import unchecked_parts, unread_leaf
from support import pki
from support.x509_records import HOST, NOW, codes, listed, record

ROOT, OTHER = pki.Authority('Root'), pki.Authority('Other root')


def test_what_can_not_be_read_is_not_missing() -> None:
    leaf = record(pki.Authority('Issuing CA', parent=ROOT).issue([HOST]).certificate)
    chain = [leaf, record(ROOT.certificate)]
    trust = trust_of([b'\x30\x03\x02\x01\x05'], [b'\x30\x00'], False, 'ca.pem')
    assert (len(trust.unread_authorities), len(trust.unread_crls)) == (1, 1)
    assert diagnosis.defects(chain, trust, HOST, NOW, diagnosis.Verdict()) == []
    nowhere = diagnosis.Verdict(anchored=False)
    assert [problem.code for problem in diagnosis.defects(chain, trust, HOST, NOW, nowhere)] == ['unknown_ca']


def test_more_names_than_can_be_compared_are_said_not_to_be() -> None:
    many = [x509.DNSName(f'host{number}.example.com') for number in range(1100)]
    ca = pki.Authority('Narrow CA', more=[(x509.NameConstraints(None, many), True)])
    leaf = ca.issue([name.value for name in many])
    began = time.process_time()
    assert 'name_constraint' not in codes([leaf.certificate], ca.certificate)
    trust = Trust([record(ca.certificate)], None, False, 'ca.pem')
    assert [problem.code for problem in unchecked_parts([record(leaf.certificate)], trust)] == ['analysis_incomplete']
    assert time.process_time() - began < 1


def test_unreadable_parts_are_named_with_what_they_belong_to() -> None:
    leaf = record(ROOT.issue([HOST]).certificate)._replace(unreadable=frozenset((records.KEY_USAGE,)))
    crl = listed(ROOT.crl())._replace(unreadable=frozenset((records.ISSUING_DISTRIBUTION_POINT,)))
    trust = Trust([record(ROOT.certificate)], [crl], False, 'ca.pem', ('it is malformed', 'it is cut off'), ('it is empty',))
    assert [problem.message for problem in unread_leaf([leaf, 'it is malformed'])] == [
        f"The certificate of CN={HOST}: keyUsage not checked: it can't be read."
    ]
    assert [problem.message for problem in unread_leaf(['it is malformed'])] == [
        "The mail server's certificate not checked: it is malformed."
    ]
    assert unread_leaf([]) == []
    assert [problem.message for problem in unchecked_parts([leaf, 'it is malformed'], trust)] == [
        'A further certificate that the mail server sent not checked: it is malformed.',
        '2 CA certificates, of ca.pem, not checked: it is malformed.',
        '1 CRLs, of ca.pem, not checked: it is empty.',
        "The CRL of CN=Root: issuingDistributionPoint not checked: it can't be read.",
    ]


def test_a_chain_that_can_be_read_has_nothing_unchecked() -> None:
    middle = pki.Authority('Issuing CA', parent=ROOT)
    chain = [record(middle.issue([HOST]).certificate), record(middle.certificate)]
    trust = Trust([record(ROOT.certificate), record(OTHER.certificate)], [listed(middle.crl())], True, 'ca.pem')
    assert unread_leaf(chain) + unchecked_parts(chain, trust) == []
