# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names that a CA may issue for (RFC 5280, section 4.2.1.10), as OpenSSL compares them."""
from __future__ import annotations

import ipaddress
import typing as t

from . import budget
from .x509_records import Certificate, NameConstraints, NameKey, Network

Name: t.TypeAlias = str | ipaddress.IPv4Address | ipaddress.IPv6Address | NameKey
Base: t.TypeAlias = str | Network | NameKey


MOST_COMPARISONS = 1 << 20  # as OpenSSL (NAME_CHECK_MAX), which refuses what has more


def are_too_many(certificate: Certificate, constraints: NameConstraints) -> bool:
    """Return whether there are too many names and constraints to compare them all. Raises OverBudget."""
    budget.check()
    names = sum(map(len, certificate.names)) + 1
    return names * sum(len(subtrees) for trees in constraints for subtrees in trees) > MOST_COMPARISONS


def violation(certificate: Certificate, constraints: NameConstraints, *, is_leaf: bool) -> str:
    """Return the first name of a certificate that the constraints forbid, '' for none, and where they `are_too_many`. Raises
    OverBudget.

    Judged are host names, addresses and the subject; of a leaf without host names its common names are taken for such.
    """
    if are_too_many(certificate, constraints):
        return ''
    for kind, name, shown in _names_in(certificate, is_leaf):
        budget.check()
        permitted, excluded = (t.cast(tuple[Base, ...], getattr(trees, kind)) for trees in constraints)
        if (permitted and not any(_is_within(name, one) for one in permitted)) or any(_is_within(name, one) for one in excluded):
            return shown
    return ''


def _names_in(certificate: Certificate, is_leaf: bool) -> t.Iterator[tuple[str, Name, str]]:
    """Yield each name with its kind, a field of Subtrees, and as it is shown."""
    if certificate.name:
        yield 'directory', certificate.name, certificate.subject
    for name in certificate.names.dns:
        yield 'dns', name, name
    for address in certificate.names.ip:
        yield 'ip', ipaddress.ip_address(address), address
    if is_leaf and not certificate.names.dns:
        for common in certificate.names.common:
            if common.isascii() and '.' in common and ' ' not in common:
                yield 'dns', common, common


def _is_within(name: Name, base: Base) -> bool:
    if isinstance(name, str) and isinstance(base, str):
        host, domain = name.lower(), base.lower()
        return not domain or host == domain or host.endswith(domain if domain.startswith('.') else f'.{domain}')
    if isinstance(base, Network):
        return name in base
    return isinstance(name, tuple) and name[:len(base)] == base
