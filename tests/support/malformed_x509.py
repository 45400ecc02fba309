# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs that `cryptography` refuses to make, or to read: made by it, then changed and signed again."""

from __future__ import annotations

import typing as t
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.pki import Authority, Identity

UNREADABLE = b'\x05\x00\x00'  # as the value of an extension
AUTHORITY_INFORMATION_ACCESS = x509.ObjectIdentifier('1.3.6.1.5.5.7.1.1')
BASIC_CONSTRAINTS = bytes.fromhex('0603551d13')  # its OID


def unreadable(oid: x509.ObjectIdentifier = AUTHORITY_INFORMATION_ACCESS) -> tuple[x509.ExtensionType, bool]:
    """Return an extension that can't be read, for the PKI's `more`."""
    return x509.UnrecognizedExtension(oid, UNREADABLE), False


def with_negative_serial(identity: Identity, authority: Authority) -> Identity:
    """Return a certificate of the authority again, with a serial number below zero (RFC 5280, 4.1.2.2, forbids it)."""
    certificate = resigned(identity.certificate, authority, negative)
    first = identity.certificate.public_bytes(serialization.Encoding.PEM)
    return Identity(
        certificate,
        identity.certificate_pem.replace(first, certificate.public_bytes(serialization.Encoding.PEM)),
        identity.key_pem,
    )


def negative(signed: bytes) -> bytes:
    """Turn the serial number, the first INTEGER of two bytes or more, below zero."""
    start = next(place for place in range(len(signed)) if signed[place] == 2 and 8 < signed[place + 1] <= 20) + 2
    return signed[:start] + b'\x81' + signed[start + 1 :]


def with_constraints_unread(signed: bytes) -> bytes:
    """Put an INTEGER where basic constraints have their BOOLEAN."""
    start = signed.index(BASIC_CONSTRAINTS) + len(BASIC_CONSTRAINTS)
    place = signed.index(b'\x30\x03\x01\x01\xff', start) + 2
    return signed[:place] + b'\x02' + signed[place + 1 :]


def resigned(certificate: x509.Certificate, signer: Authority, change: t.Callable[[bytes], bytes]) -> x509.Certificate:
    """Return the certificate with what is signed changed, and signed again by an authority with an elliptic curve key."""
    key = t.cast(ec.EllipticCurvePrivateKey, signer.key)
    signed = change(certificate.tbs_certificate_bytes)
    assert len(signed) == len(certificate.tbs_certificate_bytes)
    signature = b'\0' + key.sign(signed, ec.ECDSA(hashes.SHA256()))
    algorithm = bytes.fromhex('300a06082a8648ce3d040302')  # ecdsa-with-SHA256
    content = signed + algorithm + b'\x03' + bytes((len(signature),)) + signature
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return x509.load_der_x509_certificate(b'\x30\x82' + len(content).to_bytes(2, 'big') + content)
