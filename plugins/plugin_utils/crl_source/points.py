# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where declared CRLs come from: from addresses, or from the distribution points of the CAs (RFC 5280, 4.2.1.13)."""

from __future__ import annotations

import typing as t

from ..x509 import der as asn1
from ..x509.records import Certificate
from .urls import AUTO, MOST_URLS, url_fault

_URI = 'UniformResourceIdentifier'


class Source(t.NamedTuple):
    """Addresses of one CRL, which are alternatives, and the CAs that it can be by."""

    urls: tuple[str, ...]
    authorities: tuple[Certificate, ...]

    def names(self) -> list[bytes]:
        """Return the names of these CAs in DER."""
        return list(dict.fromkeys(asn1.subject_of(authority.der) for authority in self.authorities))


def sources_of(urls: t.Sequence[str], authorities: t.Sequence[Certificate]) -> list[Source]:
    """Return the sources that a value of crl_url means; of `auto` one for each CA that names one.

    A certificate names the CRL of the CA that issued it. One that is by a CA that is not declared could not be checked.
    """
    if list(urls) != [AUTO]:
        return [Source(tuple(dict.fromkeys(urls)), tuple(authorities))]
    found: dict[Source, None] = {}
    for authority in authorities:
        issuers = tuple(other for other in authorities if other.name == authority.issuer_name)
        addresses = _addresses_in(authority)
        if issuers and addresses:
            found[Source(addresses, issuers)] = None
    return [*found]


def _addresses_in(authority: Certificate) -> tuple[str, ...]:
    """Return the addresses in a CA's certificate that a CRL can be fetched from; those of an indirect CRL are none."""
    found = [
        name
        for point in authority.distribution_points or ()
        if not point.crl_issuers
        for kind, name in sorted(point.names or (), key=str)
        if kind == _URI and isinstance(name, str) and not url_fault(name)
    ]
    return tuple(dict.fromkeys(found))[:MOST_URLS]
