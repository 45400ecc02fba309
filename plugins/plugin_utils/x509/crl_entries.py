# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entries of a CRL: lookup by serial number, and the check for entries that make OpenSSL refuse the whole CRL."""

from __future__ import annotations

import functools
import re

from . import budget, records
from . import der as asn1
from .dates import utc_or_none
from .missing_library import missing_library
from .reading_errors import attempt, read_or_reason
from .records import Entry, RevocationList

if not missing_library():
    from cryptography import x509

CACHED_ENTRIES = 1024
MOST_ENTRIES = 50_000  # of a CRL that are read one by one: that takes about a second

_LONG_SEQUENCE, _FIRST_ENTRY = b'\x30\x83...', 16  # the tag and length of 64 KiB and more; before it no entry can begin


def entry_of(crl: RevocationList, serial: int) -> Entry | str | None:
    """Return the entry of a certificate, None if there is none, or why it can't be read."""
    return _entry_of(crl.der, serial)


@functools.lru_cache(maxsize=CACHED_ENTRIES)
def _entry_of(der: bytes, serial: int) -> Entry | str | None:
    budget.check()
    number = asn1.integer(serial)
    if number not in der:
        return None
    if re.compile(_LONG_SEQUENCE + re.escape(number), re.DOTALL).search(der, _FIRST_ENTRY):
        return f'it has more than {(1 << 16) - 1} bytes'
    return read_or_reason(lambda der: _entry(x509.load_der_x509_crl(der), serial), der)


def _entry(crl: x509.CertificateRevocationList, serial: int) -> Entry | None:
    revoked = _find_one_by_one(crl, serial) if serial < 0 else crl.get_revoked_certificate_by_serial_number(serial)
    if revoked is None:
        return None
    reasons = [extension.value.reason for extension in revoked.extensions if isinstance(extension.value, x509.CRLReason)]
    date = attempt(lambda: utc_or_none(revoked, 'revocation_date'), None)
    return Entry(date, x509.ReasonFlags.remove_from_crl in reasons)


def _find_one_by_one(crl: x509.CertificateRevocationList, serial: int) -> x509.RevokedCertificate | None:
    """Return the entry of a negative serial number (against RFC 5280; OpenSSL accepts it), which cryptography can't find."""
    for number, entry in enumerate(budget.watched(crl)):
        if number == MOST_ENTRIES:
            raise ValueError(f'it has more than {MOST_ENTRIES} entries')
        if entry.serial_number == serial:
            return entry
    return None


def refused_entry(der: bytes) -> str | None:
    """Return why OpenSSL refuses a CRL because of an entry (RFC 5280, 5.3), '' if it doesn't; None for too many entries."""
    for number, (serial, extensions) in enumerate(asn1.entries(der)):
        if number == MOST_ENTRIES:
            return None
        for extension in extensions:
            if extension.critical and extension.oid != records.CERTIFICATE_ISSUER:
                revoked = int.from_bytes(serial, 'big', signed=True)
                return (
                    f'its entry of the serial number {revoked:x} has the critical extension '
                    f'{extension.oid}, which OpenSSL does not handle'
                )
    return ''
