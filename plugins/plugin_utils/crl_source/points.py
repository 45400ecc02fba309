# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The addresses of the CRLs that an entry declares: its own list, or the distribution points of its CAs (RFC 5280, 4.2.1.13)."""

from __future__ import annotations

import typing as t

from ..x509.records import Certificate
from .urls import AUTO, MOST_URLS, url_fault

_URI = 'UniformResourceIdentifier'


def sources_of(urls: t.Sequence[str], authorities: t.Sequence[Certificate]) -> list[tuple[str, ...]]:
    """Return the sources of CRLs, each with the addresses that are alternatives; of `auto` one for each CA that names some."""
    if list(urls) != [AUTO]:
        return [tuple(dict.fromkeys(urls))]
    found = (addresses_in(authority) for authority in authorities)
    return [*dict.fromkeys(addresses for addresses in found if addresses)]


def addresses_in(authority: Certificate) -> tuple[str, ...]:
    """Return the addresses in a CA's certificate that a CRL can be fetched from; those of an indirect CRL are none."""
    found = [
        name
        for point in authority.distribution_points or ()
        if not point.crl_issuers
        for kind, name in sorted(point.names or (), key=str)
        if kind == _URI and isinstance(name, str) and not url_fault(name)
    ]
    return tuple(dict.fromkeys(found))[:MOST_URLS]
