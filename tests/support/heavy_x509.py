# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs small on a disk and expensive to check, in PEM: what an owner plants to hold up the controller."""

from __future__ import annotations

import datetime as dt
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'Same CA')])
START = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=1)
END = START + dt.timedelta(days=300)
SHA256, PEM = hashes.SHA256(), serialization.Encoding.PEM
Key = ec.EllipticCurvePrivateKey


def keys(number: int) -> list[Key]:
    return [ec.generate_private_key(ec.SECP256R1()) for _one in range(number)]


def authority(key: Key, name: x509.Name = NAME, signer: Key | None = None, issuer: x509.Name | None = None) -> bytes:
    """Return a CA certificate without key identifiers: it fits whatever is issued in its name."""
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer or name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(START).not_valid_after(END)
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    return builder.sign(signer or key, SHA256).public_bytes(PEM)


def same_name(number: int) -> tuple[bytes, bytes]:
    """Return CAs of one name, each with a key of its own, and as many CRLs in that name by keys that none of them has."""
    return b''.join(map(authority, keys(number))), b''.join(map(crl, keys(number)))


def one_key(number: int) -> tuple[bytes, bytes]:
    """Return CAs of one name with one key, and as many CRLs by another."""
    mine, others = keys(2)
    return b''.join(authority(mine) for _one in range(number)), b''.join(crl(others) for _one in range(number))


def circle(number: int) -> tuple[bytes, Key, x509.Name]:
    """Return CAs each of which is signed by the next, the last by the first, and the first's key and name."""
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f'CA {one}')]) for one in range(number)]
    own = keys(number)
    pems = [authority(own[one], names[one], own[(one + 1) % number], names[(one + 1) % number]) for one in range(number)]
    return b''.join(pems), own[0], names[0]


def crl(key: Key, revoked: t.Iterable[x509.RevokedCertificate] = ()) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(NAME).last_update(START).next_update(END)
    builder = builder.add_extension(x509.CRLNumber(x509.random_serial_number() >> 64), critical=False)
    for one in revoked:
        builder = builder.add_revoked_certificate(one)
    return builder.sign(key, SHA256).public_bytes(PEM)


def entry(serial: int, *more: tuple[x509.ExtensionType, bool]) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(START)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    return builder.build()
