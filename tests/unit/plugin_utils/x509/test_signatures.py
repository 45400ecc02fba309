# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signatures of each kind of key are verified, within the limits of OpenSSL."""

from __future__ import annotations

import pathlib
import typing as t

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, padding, rsa

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import signatures as x509_signatures
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.signatures import is_signed_by
from support import malformed_x509, pki
from support.x509_records import HOST, NOW, codes, record, records_of

ROOT, OTHER = pki.Authority('Root'), pki.Authority('Other root')
ROOT, OTHER = pki.Authority('Root'), pki.Authority('Other root')
PKITS = pathlib.Path(cryptography_vectors.__file__).parent / 'x509' / 'PKITS_data'


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


def test_a_signature_by_a_key_of_an_unknown_kind_is_undecided() -> None:
    curve, unknown = bytes.fromhex('2a8648ce3d0201'), bytes.fromhex('2a8648ce3d027f')
    malformed = malformed_x509.resigned(ROOT.certificate, ROOT, lambda signed: signed.replace(curve, unknown))
    assert record(malformed).public_key == b''
    leaf = ROOT.issue([HOST]).certificate
    assert is_signed_by(record(leaf), record(malformed)) is None
    assert codes([leaf], malformed) == []


def test_a_key_that_is_slow_to_verify_with_is_not_tried() -> None:
    (ca,) = records_of(pki.Authority('Test CA').pem)
    slow = (
        pki.rsa.RSAPublicNumbers((1 << 80) + 1, (1 << 2048) + 1)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert x509_signatures.is_signed_by(ca, ca) is True
    assert x509_signatures.is_signed_by(ca, ca._replace(public_key=slow)) is None
