# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The path from a mail server's certificate to a trusted root, as OpenSSL builds it (build_chain, with TRUSTED_FIRST)."""

from __future__ import annotations

import datetime as dt
import typing as t

from .reader import read_certificate, read_crl
from .records import Certificate, RevocationList
from .signatures import is_signed_by

Record = t.TypeVar('Record', Certificate, RevocationList)


class Trust(t.NamedTuple):
    """The trust that the target verified against. `authorities` None = its system's own store, which is not available here.

    `crls` None = revocation is not checked; `whole_chain` means that it is checked above the leaf too. `unread_authorities` and
    `unread_crls` are the reasons of the unreadable ones: with any, nothing is missing for certain.
    """

    authorities: list[Certificate] | None
    crls: list[RevocationList] | None
    whole_chain: bool
    source: str
    unread_authorities: tuple[str, ...] = ()
    unread_crls: tuple[str, ...] = ()


class Path(t.NamedTuple):
    """The chain that could be built, the leaf first, and why it ends without a trusted root ('' if it doesn't)."""

    certificates: list[Certificate]
    code: str = ''
    message: str = ''


def trust_of(ca: t.Sequence[bytes] | None, crls: t.Sequence[bytes], whole_chain: bool, source: str) -> Trust:
    """Return the trust in DER as records."""
    authorities, unread_authorities = readable(map(read_certificate, ca or ()))
    lists, unread_crls = readable(map(read_crl, crls))
    return Trust(
        None if ca is None else authorities, lists if crls else None, whole_chain, source, unread_authorities, unread_crls
    )


def readable(read: t.Iterable[Record | str]) -> tuple[list[Record], tuple[str, ...]]:
    """Return the records that could be read, and why the others could not."""
    records = list(read)
    return [record for record in records if not isinstance(record, str)], tuple(why for why in records if isinstance(why, str))


def build_path(chain: t.Sequence[Certificate], trust: Trust, now: dt.datetime) -> Path:
    """Follow the issuers from the leaf up, by name and key: the trusted ones first, then those that the server sent, until
    one is trusted. Signatures are verified later."""
    path = [chain[0]]
    trusted, sent = trust.authorities or [], list(chain[1:])
    while not path[-1].is_self_signed:
        current = path[-1]
        issuer = _best(sorted(_issuers(current, trusted, path), key=lambda issuer: is_signed_by(current, issuer) is False), now)
        if issuer is not None:
            sent = []
        else:
            issuer = _best(_issuers(current, sent, path), now)
        if issuer is None:
            break
        path.append(issuer)
    if trust.authorities is None or (path[-1].is_self_signed and path[-1] in trusted):
        return Path(path)  # in a store that is not available, a trusted root may be above, or be this
    return unanchored(path, trust)


def _issuers(certificate: Certificate, among: t.Iterable[Certificate], path: t.Sequence[Certificate]) -> list[Certificate]:
    return [issuer for issuer in among if certificate.may_be_issued_by(issuer) and issuer not in path]


def _best(candidates: t.Sequence[Certificate], now: dt.datetime) -> Certificate | None:
    """Return the first that is currently valid, otherwise the one that expires last."""
    valid = [candidate for candidate in candidates if candidate.not_before <= now <= candidate.not_after]
    return valid[0] if valid else max(candidates, key=lambda candidate: candidate.not_after, default=None)


def unanchored(path: list[Certificate], trust: Trust) -> Path:
    """Return the path as one that does not end at a trusted root, with the reason."""
    last = path[-1]
    if last.is_self_signed:
        if len(path) == 1:
            return Path(path, 'self_signed', f'The certificate of {last.subject} is self-signed, not issued by a CA.')
        return Path(path, 'unknown_ca', f'The chain ends at {last.subject}, which is not in {trust.source}.')
    if any(authority.name == last.issuer_name for authority in trust.authorities or ()):
        return Path(
            path, 'unknown_ca', f'{last.subject} was issued by a {last.issuer} with another key than the one in {trust.source}.'
        )
    own = 'the certificate itself, but not that of its CA' if len(path) == 1 else 'an intermediate CA, but not its root'
    partial = f'; there is {own}' if last in (trust.authorities or ()) else ''
    return Path(path, 'unknown_ca', f'{last.subject} was issued by {last.issuer}, which is not in {trust.source}{partial}.')
