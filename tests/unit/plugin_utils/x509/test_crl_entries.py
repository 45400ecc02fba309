# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entries of CRLs are found by their serial numbers, also malformed and very large ones."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import der as asn1
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.crl_entries import entry_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_crl
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.records import RevocationList
from support import heavy_x509, malformed_x509, pki
from support.x509_records import HOST, NOW, codes, listed, record

ROOT, OTHER = pki.Authority('Root'), pki.Authority('Other root')


@pytest.mark.parametrize('revoked', [True, False], ids=['revoked', 'not revoked'])
def test_a_negative_serial_number_is_looked_up(*, revoked: bool) -> None:
    """cryptography raises "Negative integers are not supported" where it is asked for one."""
    leaf = ROOT.issue([HOST])
    malformed = malformed_x509.with_negative_serial(leaf, ROOT).certificate
    plain = listed(ROOT.crl([leaf if revoked else ROOT.certificate]))
    crl = read_crl(plain.der.replace(asn1.integer(leaf.certificate.serial_number), asn1.integer(record(malformed).serial)))
    assert record(malformed).serial < 0
    assert not isinstance(crl, str)
    assert (entry_of(crl, record(malformed).serial) is not None) is revoked


def test_a_chain_with_a_negative_serial_number_is_checked() -> None:
    expired = malformed_x509.with_negative_serial(ROOT.issue([HOST], not_after=pki.days_from_now(-3)), ROOT).certificate
    assert codes([expired], ROOT.certificate, ROOT.crl()) == ['expired']


def test_an_entry_that_takes_a_revocation_back_revokes_nothing() -> None:
    leaf = ROOT.issue([HOST]).certificate
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(leaf.serial_number)
        .revocation_date(NOW)
        .add_extension(x509.CRLReason(x509.ReasonFlags.remove_from_crl), critical=False)
        .build()
    )
    builder = x509.CertificateRevocationListBuilder().issuer_name(ROOT.name).last_update(NOW - pki.DAY)
    crl = builder.next_update(NOW + pki.DAY).add_revoked_certificate(entry).sign(ROOT.key, hashes.SHA256())
    assert codes([leaf], ROOT.certificate, crl.public_bytes(serialization.Encoding.PEM)) == []


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
    """The version of such a list comes before it as if it were the entry of the serial number 1."""
    crl = list_of(*(heavy_x509.entry(number) for number in range(1, 4000)))
    assert len(crl.der) > 1 << 16
    assert not isinstance(entry_of(crl, 1), str)
    assert entry_of(crl, 1) is not None


def test_a_critical_extension_of_an_entry_is_found_by_its_serial_number() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\5\0')
    issuer = x509.CertificateIssuer([x509.DNSName('a')])
    crl = list_of(heavy_x509.entry(7, (issuer, True)), heavy_x509.entry(0x2A, (unknown, True)))
    assert crl.refused == ('its entry of the serial number 2a has the critical extension 1.2.3.4, which OpenSSL does not handle')
