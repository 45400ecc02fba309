# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CRLs with very many entries, made in a fraction of a second."""

from __future__ import annotations

import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from .pki import Authority, days_from_now


def large_crl(authority: Authority, entries: int) -> x509.CertificateRevocationList:
    """Return a current CRL with so many entries, each of a random serial number of 16 bytes."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.name)
    builder = builder.last_update(days_from_now(-0.1)).next_update(days_from_now(7))
    key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(key, critical=False).add_extension(x509.CRLNumber(entries), critical=False)
    revoked = x509.RevokedCertificateBuilder().revocation_date(days_from_now(-1))
    # One by one, the builder would copy its list for each.
    builder._revoked_certificates = [
        revoked.serial_number(int.from_bytes(secrets.token_bytes(16), 'big') >> 1 | 1).build() for _number in range(entries)
    ]
    return builder.sign(authority.key, hashes.SHA256())
