# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs as records: each part by itself, and what can't be read is said, not taken for absent."""

from __future__ import annotations

import datetime as dt
import pathlib
import time
import typing as t

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, padding, rsa

from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CRL, read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_diagnosis as diagnosis
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import der as asn1
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import records
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.chain_path import Trust, trust_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.crl_entries import entry_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate, read_crl
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.signatures import is_signed_by
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.unchecked import unchecked_parts
from support import odd_x509, pki

NOW = dt.datetime.now(dt.timezone.utc)
HOST = 'mail.example.com'
ROOT, OTHER = pki.Authority('Root'), pki.Authority('Other root')
PKITS = pathlib.Path(cryptography_vectors.__file__).parent / 'x509' / 'PKITS_data'


def record(certificate: x509.Certificate) -> records.Certificate:
    read = read_certificate(certificate.public_bytes(serialization.Encoding.DER))
    assert not isinstance(read, str), read
    return read


def listed(pem: bytes) -> records.RevocationList:
    read = read_crl(read_pem(pem).of(CRL)[0].der)
    assert not isinstance(read, str), read
    return read


def codes(chain: t.Sequence[x509.Certificate], ca: x509.Certificate, crl: bytes = b'') -> list[str]:
    trust = Trust([record(ca)], [listed(crl)] if crl else None, False, 'ca.pem')
    return [problem.code for problem in diagnosis.defects([*map(record, chain)], trust, HOST, NOW, diagnosis.Verdict())]


def test_one_extension_that_can_not_be_read_does_not_hide_the_others() -> None:
    ca = pki.Authority('Odd CA', more=[odd_x509.unreadable()])
    leaf = ca.issue([HOST], more=[odd_x509.unreadable()])
    read, plain = record(ca.certificate), record(ROOT.certificate)
    assert (read.is_ca, read.usage, read.critical) == (plain.is_ca, plain.usage, plain.critical)
    assert read.key_id is not None
    assert record(leaf.certificate).names.dns == (HOST,)
    assert records.unread(read) == ''  # it isn't one that the analysis goes by
    assert codes([leaf.certificate], ca.certificate) == []


def test_unreadable_constraints_are_not_those_of_a_server() -> None:
    odd = odd_x509.resigned(ROOT.certificate, ROOT, odd_x509.with_constraints_unread)
    assert record(odd).is_ca is None
    assert records.unread(record(odd)) == 'basicConstraints'
    assert codes([ROOT.issue([HOST]).certificate], odd) == []


@pytest.mark.parametrize('oid', [x509.SubjectAlternativeName.oid, x509.ExtendedKeyUsage.oid, x509.NameConstraints.oid])
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
        .add_extension(*odd_x509.unreadable(oid))
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


@pytest.mark.parametrize('revoked', [True, False])
def test_a_negative_serial_number_is_looked_up(*, revoked: bool) -> None:
    """cryptography raises "Negative integers are not supported" where it is asked for one."""
    leaf = ROOT.issue([HOST])
    odd = odd_x509.with_negative_serial(leaf, ROOT).certificate
    plain = listed(ROOT.crl([leaf if revoked else ROOT.certificate]))
    crl = read_crl(plain.der.replace(asn1.integer(leaf.certificate.serial_number), asn1.integer(record(odd).serial)))
    assert record(odd).serial < 0
    assert not isinstance(crl, str)
    assert (entry_of(crl, record(odd).serial) is not None) is revoked


def test_a_chain_with_a_negative_serial_number_is_judged() -> None:
    expired = odd_x509.with_negative_serial(ROOT.issue([HOST], not_after=pki.days_from_now(-3)), ROOT).certificate
    assert codes([expired], ROOT.certificate, ROOT.crl()) == ['expired']


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


def test_an_unreadable_extension_of_a_crl_does_not_hide_the_others() -> None:
    crl = listed(ROOT.crl(more=[(x509.UnrecognizedExtension(x509.FreshestCRL.oid, odd_x509.UNREADABLE), False)]))
    assert crl.key_id == record(ROOT.certificate).key_id
    odd = listed(ROOT.crl(more=[(x509.UnrecognizedExtension(x509.IssuingDistributionPoint.oid, odd_x509.UNREADABLE), True)]))
    assert records.unread(odd) == 'issuingDistributionPoint'
    assert odd.critical == (records.ISSUING_DISTRIBUTION_POINT,)


@pytest.mark.parametrize(
    'name, same', [(' Mail  CA ', True), ('MAIL ca', True), ('Mail\tCA', True), ('Mail CB', False), ('MailCA', False)]
)
def test_names_are_compared_as_openssl_compares_them(name: str, *, same: bool) -> None:
    assert (record(pki.Authority(name).certificate).name == record(pki.Authority('Mail CA').certificate).name) is same


def test_only_ascii_is_folded() -> None:
    assert record(pki.Authority('Ärzte').certificate).name != record(pki.Authority('ärzte').certificate).name


def _signed_by(key: t.Any, algorithm: t.Any, **more: t.Any) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'x')])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(5)
    return builder.not_valid_before(NOW).not_valid_after(NOW + pki.DAY).sign(key, algorithm, **more)


RSA_KEY = rsa.generate_private_key(65537, 2048)
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


@pytest.mark.parametrize(
    'certificate',
    [
        pytest.param(ROOT.certificate, id='ecdsa'),
        pytest.param(_signed_by(RSA_KEY, hashes.SHA256()), id='rsa'),
        pytest.param(_signed_by(RSA_KEY, hashes.SHA256(), rsa_padding=PSS), id='rsa-pss'),
        pytest.param(_signed_by(ed25519.Ed25519PrivateKey.generate(), None), id='ed25519'),
        pytest.param(_signed_by(ed448.Ed448PrivateKey.generate(), None), id='ed448'),
        pytest.param(
            x509.load_der_x509_certificate((PKITS / 'certs' / 'TrustAnchorRootCertificate.crt').read_bytes()), id='pkits'
        ),
    ],
)
def test_signatures_of_each_kind(certificate: x509.Certificate) -> None:
    signed = record(certificate)
    assert is_signed_by(signed, signed) is True
    assert is_signed_by(signed, record(OTHER.certificate)) is False
    damaged = read_certificate(signed.der[:-1] + bytes((signed.der[-1] ^ 1,)))
    assert not isinstance(damaged, str)
    assert is_signed_by(damaged, signed) is False


def test_a_signature_by_a_key_of_an_unknown_kind_can_not_be_told() -> None:
    curve, unknown = bytes.fromhex('2a8648ce3d0201'), bytes.fromhex('2a8648ce3d027f')
    odd = odd_x509.resigned(ROOT.certificate, ROOT, lambda signed: signed.replace(curve, unknown))
    assert record(odd).public_key == b''
    leaf = ROOT.issue([HOST]).certificate
    assert is_signed_by(record(leaf), record(odd)) is None
    assert codes([leaf], odd) == []


@pytest.mark.parametrize('value', [0, 1, 127, 128, 255, 256, -1, -128, -129, -(1 << 100), 1 << 159])
def test_integers_are_encoded(value: int) -> None:
    (element,) = asn1.elements(asn1.integer(value))
    assert int.from_bytes(element.content, 'big', signed=True) == value
    shorter = element.content[1:]
    assert not shorter or int.from_bytes(shorter, 'big', signed=True) != value


@pytest.mark.parametrize('data', [b'\x30', b'\x30\x05\x00', b'\x30\x80\x00\x00', b'\x1f\x81\x00', b'\x30\x89' + bytes(9)])
def test_what_is_no_der_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r'.'):
        asn1.elements(data)
