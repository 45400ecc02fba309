# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each extension is read on its own: an unreadable one is reported, and not taken for absent."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import der as asn1
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import records
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate
from support import malformed_x509, pki
from support.x509_records import HOST, codes, listed, record

ROOT, OTHER = pki.Authority('Root'), pki.Authority('Other root')


def test_one_extension_that_can_not_be_read_does_not_hide_the_others() -> None:
    ca = pki.Authority('Malformed CA', more=[malformed_x509.unreadable()])
    leaf = ca.issue([HOST], more=[malformed_x509.unreadable()])
    read, plain = record(ca.certificate), record(ROOT.certificate)
    assert (read.is_ca, read.usage, read.critical) == (plain.is_ca, plain.usage, plain.critical)
    assert read.key_id is not None
    assert record(leaf.certificate).names.dns == (HOST,)
    assert records.unread(read) == ''  # it isn't one that the analysis goes by
    assert codes([leaf.certificate], ca.certificate) == []


def test_unreadable_constraints_are_not_those_of_a_server() -> None:
    malformed = malformed_x509.resigned(ROOT.certificate, ROOT, malformed_x509.with_constraints_unread)
    assert record(malformed).is_ca is None
    assert records.unread(record(malformed)) == 'basicConstraints'
    assert codes([ROOT.issue([HOST]).certificate], malformed) == []


@pytest.mark.parametrize(
    'oid', [x509.SubjectAlternativeName.oid, x509.ExtendedKeyUsage.oid, x509.NameConstraints.oid], ids=lambda oid: oid._name
)
def test_an_extension_that_can_not_be_read_is_no_cause(oid: x509.ObjectIdentifier) -> None:
    name = HOST if oid == x509.NameConstraints.oid else 'CN'
    leaf = _without(ROOT.issue([HOST], common_name=name), oid)
    assert record(leaf).unreadable == {oid.dotted_string}
    assert codes([leaf], ROOT.certificate) == []


def _without(identity: pki.Identity, oid: x509.ObjectIdentifier) -> x509.Certificate:
    """Return the certificate with a value that can't be read in place of an extension."""
    old = identity.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(old.serial_number)
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(old.not_valid_after_utc)
        .add_extension(*malformed_x509.unreadable(oid))
    )
    for extension in old.extensions:
        if extension.oid != oid:
            builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(ROOT.key, hashes.SHA256())


def test_an_extension_that_is_there_twice_is_not_read() -> None:
    whole = ROOT.certificate.public_bytes(serialization.Encoding.DER)
    raw = asn1.extensions(whole, asn1.OF_CERTIFICATE)
    constraints = next(one for one in raw if one.oid == records.BASIC_CONSTRAINTS)
    read = read_certificate(asn1.with_one_extension(whole, asn1.OF_CERTIFICATE, constraints.whole * 2))
    assert not isinstance(read, str)
    assert (read.is_ca, read.unreadable) == (None, {records.BASIC_CONSTRAINTS})
    assert read.critical == (records.BASIC_CONSTRAINTS,) * 2


def test_an_unreadable_extension_of_a_crl_does_not_hide_the_others() -> None:
    crl = listed(ROOT.crl(more=[(x509.UnrecognizedExtension(x509.FreshestCRL.oid, malformed_x509.UNREADABLE), False)]))
    assert crl.key_id == record(ROOT.certificate).key_id
    malformed = listed(
        ROOT.crl(more=[(x509.UnrecognizedExtension(x509.IssuingDistributionPoint.oid, malformed_x509.UNREADABLE), True)])
    )
    assert records.unread(malformed) == 'issuingDistributionPoint'
    assert malformed.critical == (records.ISSUING_DISTRIBUTION_POINT,)


@pytest.mark.parametrize(
    ('name', 'same'),
    [
        pytest.param(' Mail  CA ', True, id='repeated blanks'),
        pytest.param('MAIL ca', True, id='another case'),
        pytest.param('Mail\tCA', True, id='a tab'),
        pytest.param('Mail CB', False, id='another letter'),
        pytest.param('MailCA', False, id='no blank'),
    ],
)
def test_names_are_compared_as_openssl_compares_them(name: str, *, same: bool) -> None:
    assert (record(pki.Authority(name).certificate).name == record(pki.Authority('Mail CA').certificate).name) is same


def test_only_ascii_is_folded() -> None:
    assert record(pki.Authority('Ärzte').certificate).name != record(pki.Authority('ärzte').certificate).name
