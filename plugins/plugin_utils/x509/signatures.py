# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Verification of the signatures of certificates and CRLs.

Each is verified once with each distinct key, and counts towards the budget.
"""

from __future__ import annotations

import functools
import typing as t
import warnings

from . import budget
from . import der as asn1
from .missing_library import missing_library
from .reading_errors import is_of_reading
from .records import Certificate, RevocationList

if not missing_library():
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

CACHED_SIGNATURES = 4096
# OpenSSL's limits for RSA keys (OPENSSL_RSA_MAX_MODULUS_BITS, OPENSSL_RSA_MAX_PUBEXP_BITS). Beyond them, one verification may
# take as long as thousands.
MOST_BITS, MOST_EXPONENT_BITS = 16384, 64


def is_signed_by(signed: Certificate | RevocationList, issuer: Certificate) -> bool | None:
    """Return whether a certificate or CRL is signed with the key of this issuer, None if that can't be determined.

    The names are not compared. A correct signature with SHA-1 counts as correct: being weak is another error of OpenSSL.
    Raises OverBudget.
    """
    budget.check()
    return _is_signed(signed.der, issuer.public_key, isinstance(signed, RevocationList)) if issuer.public_key else None


@functools.lru_cache(maxsize=CACHED_SIGNATURES)
def _is_signed(der: bytes, public_key: bytes, is_crl: bool) -> bool | None:
    budget.charge_signature()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            key = _key(public_key)
            return _verifies((x509.load_der_x509_crl if is_crl else x509.load_der_x509_certificate)(der), key, der)
    except InvalidSignature:
        return False
    except BaseException as error:  # a kind of key, or an algorithm, unknown to cryptography
        if not is_of_reading(error):
            raise
        return None


def _key(der: bytes) -> t.Any:
    """Return a public key. Raises ValueError for one that would make a verification slow."""
    key = serialization.load_der_public_key(der)
    if isinstance(key, rsa.RSAPublicKey) and (
        key.key_size > MOST_BITS or key.public_numbers().e.bit_length() > MOST_EXPONENT_BITS
    ):
        raise ValueError('its RSA key is larger than OpenSSL allows')
    return key


def _verifies(signed: x509.Certificate | x509.CertificateRevocationList, key: t.Any, der: bytes) -> bool:
    """Return whether the signature was made with a key. Raises InvalidSignature, and other errors for unknown kinds."""
    parts, algorithm_beside = asn1.signed_parts(der)
    if algorithm_beside not in [part.whole for part in parts[:3]]:  # OpenSSL's X509_verify compares them too
        return False
    content = asn1.signed_content(der)  # cryptography would encode a CRL again, which is slow
    algorithm, parameters = signed.signature_hash_algorithm, signed.signature_algorithm_parameters
    if isinstance(key, rsa.RSAPublicKey) and isinstance(parameters, padding.PKCS1v15 | padding.PSS):
        key.verify(signed.signature, content, parameters, t.cast(t.Any, algorithm))
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(parameters, ec.ECDSA):
        key.verify(signed.signature, content, parameters)
    elif isinstance(key, dsa.DSAPublicKey) and parameters is None and algorithm is not None:
        key.verify(signed.signature, content, algorithm)
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and algorithm is None:
        key.verify(signed.signature, content)
    else:
        return False  # the algorithm is that of another kind of key
    return True
