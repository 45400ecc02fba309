# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether what was fetched is a CRL that may be used: complete, signed by a declared CA, current, and not older than another.

Nothing that an address answers is trusted before this. Pure: bytes, CAs and a clock in, a verdict out.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.safe_text import safe_text
from ...module_utils.trust.pem import CERTIFICATE, CRL, read_pem
from ..x509.crl_checks import signers_of
from ..x509.dates import moment
from ..x509.reader import read_certificate, read_crl
from ..x509.records import AUTHORITY_KEY, ENTRIES, ISSUING_DISTRIBUTION_POINT, Certificate, RevocationList, unread
from ..x509.signatures import is_signed_by

SKEW = dt.timedelta(seconds=60)  # how far a CRL's thisUpdate may lie ahead of this clock
_NEEDED = (AUTHORITY_KEY, ISSUING_DISTRIBUTION_POINT, ENTRIES)
_GZIP = b'\x1f\x8b'

Authorities: t.TypeAlias = t.Sequence[Certificate]


class Refused(ValueError):
    """What was fetched can't be used; the text is the cause, a clause without a full stop."""


def usable_crls(body: bytes, authorities: Authorities, now: dt.datetime) -> list[RevocationList]:
    """Return the CRLs in a body, each of which may be used. Raises Refused, also if only one of several may not."""
    crls = read_body(body)
    for crl in crls:
        fault = fault_of(crl, authorities, now)
        if fault:
            of_several = f'one of its {len(crls)} CRLs can not be used: ' if len(crls) > 1 else ''
            raise Refused(f'{of_several}the CRL of {crl.issuer} {fault}')
    return crls


def read_body(body: bytes) -> list[RevocationList]:
    """Return the CRLs in a body, in PEM or one in DER. Raises Refused."""
    pem = read_pem(body)
    if pem.is_der:
        return [_read(body)]
    if not pem.blocks and not pem.others and not pem.faults:
        raise Refused(_why_no_crl(body))
    if pem.faults:
        raise Refused(f'its PEM is broken in line {pem.faults[0][0]}: {pem.faults[0][1].lower()}')
    if pem.others or any(block.label != CRL for block in pem.blocks):
        is_certificate = any(block.label == CERTIFICATE for block in pem.blocks)
        raise Refused(f'it holds {"a certificate" if is_certificate else "something else than a CRL"}')
    return list({crl.der: crl for crl in (_read(block.der) for block in pem.blocks)}.values())


def _read(der: bytes) -> RevocationList:
    crl = read_crl(der)
    if not isinstance(crl, str):
        return crl
    if not isinstance(read_certificate(der), str):
        raise Refused('it is a certificate, not a CRL')
    raise Refused(f'it is not a CRL that can be read: {crl}')


def _why_no_crl(body: bytes) -> str:
    if not body.strip():
        return 'it is empty'
    if body.startswith(_GZIP):
        return 'it is compressed with gzip, which was not asked for'
    start = body[:512].lstrip().lower()
    if start.startswith((b'<!doctype', b'<html', b'<?xml', b'<head', b'<body')):
        return 'it is a web page, not a CRL: a proxy, a portal, or an error page of the server'
    if body[:1] == b'\x30':
        return _why_no_der(body)
    return f'it is neither PEM nor DER; it begins with "{safe_text(body[:24], 24)}"'


def _why_no_der(body: bytes) -> str:
    """Return why a body that begins as DER does is none (X.690, 8.1.3)."""
    size, head = body[1] if len(body) > 1 else 0, 2
    if size > 0x80:
        head += size - 0x80
        size = int.from_bytes(body[2:head], 'big')
    whole = head + size
    if len(body) < whole:
        return f'it is cut short: {len(body)} of {whole} bytes'
    return f'it has {len(body) - whole} bytes behind its end'


def fault_of(crl: RevocationList, authorities: Authorities, now: dt.datetime, may_be_expired: bool = False) -> str:
    """Return why a CRL may not be used, in words that follow its name; '' if it may."""
    form = next(filter(None, (check(crl) for check in _CHECKS)), '')
    return form or _date_fault(crl, now, may_be_expired) or _issuer_fault(crl, authorities)


def _form_fault(crl: RevocationList) -> str:
    if missing := unread(crl, _NEEDED):
        return f"can't be read completely: {missing}"
    return crl.refused


def _kind_fault(crl: RevocationList) -> str:
    if crl.is_delta:
        return 'is a delta CRL: the complete one is needed'
    if crl.why_ignored:
        return f'is not complete: {crl.why_ignored}'
    if crl.scope is not None and (crl.scope.user_certificates or crl.scope.ca_certificates):
        of = 'CAs' if crl.scope.ca_certificates else 'servers and persons'
        return f'is not complete: it is for the certificates of {of} alone'
    return ''


def _hash_fault(crl: RevocationList) -> str:
    return f'is signed with {crl.signature_hash.upper()}, so that it can be forged' if crl.has_weak_signature else ''


_CHECKS: tuple[t.Callable[[RevocationList], str], ...] = (_kind_fault, _form_fault, _hash_fault)


def _date_fault(crl: RevocationList, now: dt.datetime, may_be_expired: bool) -> str:
    start, end = crl.last_update, crl.next_update
    if end is None:
        return 'has no nextUpdate'
    if end <= start:
        return f'has a nextUpdate, {moment(end)}, that is not after its thisUpdate, {moment(start)}'
    if start > now + SKEW:
        return f'is not yet valid: its thisUpdate is {moment(start)}, and this clock says {moment(now)}'
    if end <= now and not may_be_expired:
        return f'has expired: its nextUpdate was {moment(end)}'
    return ''


def _issuer_fault(crl: RevocationList, authorities: Authorities) -> str:
    of_name = [authority for authority in authorities if authority.name == crl.name]
    if not of_name:
        return 'is by none of the declared CAs'
    signers = signers_of(crl, authorities)
    if not signers:
        has_key = any(crl.key_id is None or authority.key_id in (None, crl.key_id) for authority in of_name)
        return 'has an invalid signature' if has_key else 'is signed with a key that no declared CA of this name has'
    if not any(is_signed_by(crl, authority) for authority in signers):
        return "has a signature of a kind that can't be verified here"
    if not any(authority.usage is None or authority.usage.signs_crls for authority in signers):
        return 'is by a CA that may not sign CRLs (its key usage has no cRLSign)'
    return ''


def is_of_same_key(one: RevocationList, other: RevocationList) -> bool:
    """Return whether two CRLs are by the same CA, as far as both name their key."""
    return one.name == other.name and (one.key_id is None or other.key_id is None or one.key_id == other.key_id)


def _has_lower_number(one: RevocationList, other: RevocationList) -> bool:
    return one.number is not None and other.number is not None and one.number < other.number


def older_fault(new: RevocationList, kept: RevocationList, now: dt.datetime) -> str:
    """Return why a CRL is older than the one that is kept, in words that follow its name; '' if it isn't.

    One that is kept and lies in the future does not count, nor does the number of one that has expired: a CA that has begun
    to count anew would never be accepted again.
    """
    if kept.last_update > now + SKEW:
        return ''
    if new.last_update < kept.last_update:
        return f'is older than the one that is kept: its thisUpdate is {moment(new.last_update)}, not {moment(kept.last_update)}'
    is_current = kept.next_update is not None and kept.next_update > now
    if is_current and is_of_same_key(new, kept) and _has_lower_number(new, kept):
        return f'is older than the one that is kept: its number is {new.number}, not {kept.number}'
    return ''
