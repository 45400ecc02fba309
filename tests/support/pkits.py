# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""NIST's test suite for path validation (PKITS) as mail servers' chains: leaf and key, what is sent along, root and CRLs."""

from __future__ import annotations

import functools
import pathlib
import typing as t
import warnings

import cryptography_vectors
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from .pki import Identity

DATA = pathlib.Path(cryptography_vectors.__file__).parent / 'x509' / 'PKITS_data'
PASSWORD = b'password'
KEY_BAG = bytes.fromhex('060b2a864886f70d010c0a0102')  # pkcs8ShroudedKeyBag (RFC 7292, section 4.2)


class Chain(t.NamedTuple):
    """A test of the suite, in DER: the certificates that are sent, the leaf first, the trusted root, and the CRLs of them all."""

    sent: tuple[bytes, ...]
    trusted: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    identity: Identity


@functools.cache
def chains() -> dict[str, Chain]:
    """Return each test by the name of its leaf; but for those of DSA, which no cipher of today's TLS signs with."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of what cryptography will refuse one day
        certificates = {
            path.stem: certificate
            for path in sorted((DATA / 'certs').glob('*.crt'))
            if (certificate := _readable(path.read_bytes())) is not None
        }
        lists = [x509.load_der_x509_crl(path.read_bytes()) for path in sorted((DATA / 'crls').glob('*.crl'))]
        root = certificates['TrustAnchorRootCertificate']
        authorities = [one for name, one in certificates.items() if not name.endswith('EE') and one != root]
        return {name: _chain(name, leaf, authorities, root, lists) for name, leaf in certificates.items() if name.endswith('EE')}


def _readable(der: bytes) -> x509.Certificate | None:
    try:
        certificate = x509.load_der_x509_certificate(der)
        return certificate if isinstance(certificate.public_key(), rsa.RSAPublicKey) else None
    except ValueError:
        return None


def _chain(
    name: str,
    leaf: x509.Certificate,
    authorities: t.Sequence[x509.Certificate],
    root: x509.Certificate,
    lists: t.Sequence[x509.CertificateRevocationList],
) -> Chain:
    """Return the chain, which is all that can be above the leaf by its name."""
    sent = [leaf]
    for below in sent:
        sent += [one for one in authorities if one not in sent and _words(one.subject) == _words(below.issuer)]
    names = {_words(part) for one in [*sent, root] for part in (one.subject, one.issuer)}
    pem = b''.join(one.public_bytes(Encoding.PEM) for one in sent)
    identity = Identity(leaf, pem, _key(name))
    return Chain(
        tuple(one.public_bytes(Encoding.DER) for one in sent),
        (root.public_bytes(Encoding.DER),),
        tuple(one.public_bytes(Encoding.DER) for one in lists if _words(one.issuer) in names),
        identity,
    )


def _words(name: x509.Name) -> tuple[tuple[str, str], ...]:
    """Return a name without regard to case and blanks (RFC 5280, section 7.1)."""
    return tuple((part.oid.dotted_string, ' '.join(str(part.value).lower().split())) for part in name)


def _key(name: str) -> bytes:
    """Return the private key in PEM. From its bag, since a whole PKCS #12 can't be read without a test of the primes."""
    content = (DATA / 'pkcs12' / f'{name}.p12').read_bytes()
    start = content.index(KEY_BAG) + len(KEY_BAG)
    size = 4 + int.from_bytes(content[start + 2 : start + 4], 'big')  # [0], with a length of two bytes
    key = load_der_private_key(content[start + 4 : start + size], PASSWORD, unsafe_skip_rsa_key_validation=True)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
