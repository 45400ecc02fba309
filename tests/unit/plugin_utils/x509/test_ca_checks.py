# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each CA certificate at its boundaries: dates, kinds, strength; each verdict is what OpenSSL does with it."""

from __future__ import annotations

import pathlib

import cryptography_vectors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import ASSUMED, Mailer
from support.pki import Authority, days_from_now, key_usage
from support.trust_checks import (
    DAY,
    HOST,
    NOW,
    SECOND,
    as_if_sha1,
    built,
    openssl_says,
    reissued,
    reported,
    severities,
)

VECTORS = pathlib.Path(cryptography_vectors.__file__).parent / 'x509'
CA, OTHER = Authority('Test CA'), Authority('Other CA')
ISSUING = Authority('Issuing CA', parent=CA)


# The boundaries are OpenSSL's: expired in the very second.
@pytest.mark.parametrize(
    ('end', 'codes'),
    (
        pytest.param(NOW - SECOND, ['ca_expired'], id='a second ago'),
        pytest.param(NOW, ['ca_expired'], id='now'),
        pytest.param(NOW + SECOND, ['ca_expires_soon'], id='in a second'),
        pytest.param(NOW + 30 * DAY, ['ca_expires_soon'], id='in 30 days'),
        pytest.param(NOW + 30 * DAY + SECOND, [], id='in 30 days and a second'),
    ),
)
def test_the_end_of_a_ca(end, codes):
    assert reported(Authority('A', not_before=NOW - 2000 * DAY, not_after=end).pem) == codes


@pytest.mark.parametrize(('start', 'codes'), ((NOW, []), (NOW + SECOND, ['ca_not_yet_valid'])), ids=('now', 'in a second'))
def test_the_beginning_of_a_ca(start, codes):
    assert reported(Authority('A', not_before=start, not_after=NOW + 1000 * DAY).pem) == codes


def test_no_warning_with_warn_days_0():
    assert reported(Authority('A', not_before=NOW - DAY, not_after=NOW + DAY).pem, warn_days=0) == []


# name: key usage, basic constraints, codes
KINDS = {
    'no extensions': (None, None, ['not_a_ca']),
    'constraints alone': (None, x509.BasicConstraints(True, None), []),
    'a leaf': (key_usage(digital_signature=True), x509.BasicConstraints(False, None), ['not_a_ca']),
    'usage without constraints': (key_usage(key_cert_sign=True), None, ['not_a_ca']),
    'constraints, but no keyCertSign': (key_usage(crl_sign=True), x509.BasicConstraints(True, None), ['not_a_ca']),
    'keyCertSign': (key_usage(key_cert_sign=True), x509.BasicConstraints(True, 0), []),
}


@pytest.mark.parametrize('name', sorted(KINDS))
def test_what_is_a_ca(name):
    usage, constraints, codes = KINDS[name]
    assert reported(built(usage, constraints)[0]) == codes


def test_a_renewed_ca_may_be_listed_beside_its_old_certificate(tmp_path):
    old, early = reissued(CA, days=(-100, -1)), reissued(CA, days=(10, 100))
    server = CA.issue([HOST])
    for pem in (old + CA.pem, CA.pem + old):
        assert severities(pem) == [('ca_expired', 'warning')]
        assert openssl_says(pem, None, server, tmp_path) == 0
    assert severities(CA.pem + early) == [('ca_not_yet_valid', 'warning')]
    assert severities(old) == [('ca_expired', 'error')]
    assert openssl_says(old, None, server, tmp_path) == 10


def test_an_expired_ca_is_an_error_beside_a_valid_one_of_another_key():
    expired = Authority('Test CA', not_after=days_from_now(-1)).pem
    assert severities(CA.pem + OTHER.pem + expired) == [('ca_expired', 'error')]


def test_weak_keys_of_cas_are_warnings():
    weak, curve = (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP192R1()))
    for key in (weak, curve):
        assert severities(reissued(CA, key=key)) == [('weak_key', 'warning')]
    assert severities(reissued(CA, key=rsa.generate_private_key(65537, 2048))) == []


def test_weak_signatures_count_where_somebody_relies_on_them():
    signer = Authority('RSA CA')
    signer.key = rsa.generate_private_key(65537, 2048)
    intermediate = as_if_sha1(reissued(ISSUING, signer=signer))
    assert severities(intermediate) == [('weak_signature', 'warning')]
    assert severities(None, as_if_sha1(signer.crl())) == [('weak_signature', 'warning')]
    assert severities((VECTORS / 'accvraiz1.pem').read_bytes()) == []  # a root that signed itself with SHA-1


@pytest.mark.parametrize(
    ('pem', 'mailer', 'codes'),
    [
        pytest.param(ISSUING.pem, ASSUMED, [], id='not observed'),
        pytest.param(ISSUING.pem, Mailer(needs_root=True), [('unknown_ca', 'error')], id='no root'),
        pytest.param(ISSUING.pem + OTHER.pem, Mailer(needs_root=True), [], id='another root'),
        pytest.param(CA.pem, Mailer(needs_root=True), [], id='the root alone'),
    ],
)
def test_without_a_root_a_mailer_that_needs_one_refuses_everything(pem, mailer, codes):
    assert severities(pem, mailer=mailer) == codes


def test_openssl_needs_a_root_too(tmp_path):
    server = ISSUING.issue([HOST])
    assert [openssl_says(pem, None, server, tmp_path) for pem in (ISSUING.pem, ISSUING.pem + OTHER.pem, CA.pem)] == [2, 2, 0]
